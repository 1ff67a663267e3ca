/* reachable: at which addresses of this host another one can reach a listener of ours, for the
 * command that is typed there. */
#pragma once

#include "base/limits.h"
#include "base/text.h"
#include "cmd/talk/decision.h"
#include "cmd/talk/plan.h"

/* at: where one of the plan's listeners is. out: at itself or, if that is every address, those of
 * this host of the families that are listened to, the best first. Returns how many, at least 1. */
size_t reachable_list(const struct plan *plan, const struct addr *at,
                      struct addr out[static LIMIT_CANDIDATES]);

/* What a user has to know of the first of them, which the command has; "" if nothing. */
void reachable_doubt(const struct plan *plan, const struct addr *list, size_t count,
                     struct text *out);
/* The part of an address after the scheme: a name, as it was given, or the address. */
void reachable_text(const struct plan *plan, const struct addr *at, char out[static LIMIT_HOST]);
/* Where others see this host (OBSERVED), or its router lets them in (MAPPED). */
void reachable_outside(const struct communicator_event *e, struct decisions *out);
/* A socket of ours cannot be opened (FAILED). */
void reachable_no_socket(const struct plan *plan, const struct communicator_event *e,
                         struct decisions *out);
