/* outcome: what the errands of a conversation come to. */
#pragma once

#include "cmd/talk/endings.h"
#include "cmd/talk/errands.h"

/* schat send, schat receive: there is nothing more to do. */
bool outcome_is_reached(const struct errands *e);
/* ... and how that ends what has ended well otherwise. Before errands_end. */
struct endings_result outcome_of(const struct errands *e, struct endings_result result);
