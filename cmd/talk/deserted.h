/* deserted: a pipe whose input has ended, as that of an ssh that was killed, has nobody behind it
 * who would wait for an hour. */
#pragma once

#include "chat/chat.h"
#include "cmd/talk/plan.h"

/* In each turn: while the peer is away, and our input has ended, even if not all of it was read, so
 * that the session ends within a minute of that. What --timeout says, holds. */
void deserted_limit(const struct plan *plan, const struct chat *chat, struct session *s,
                    uint64_t now);
