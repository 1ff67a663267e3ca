/* posting: what our user says goes to the chat by way of the outbox, where there is one. */
#pragma once

#include "chat/chat.h"

/* As chat_text. o NULL: there is no outbox. ERR_FULL also: something that waits has to go first. */
enum err posting_text(struct chat *ch, struct outbox *o, struct span utf8, bool more);
/* The next line that waits goes to the chat, and gets an EVENT_SENT. False: there is none, or no
 * room for it now. */
bool posting_next(struct chat *ch, struct outbox *o);
