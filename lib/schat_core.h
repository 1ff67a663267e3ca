/* schat_core: the pure half of include/schat.h, and what the ready loop needs of it. */
#pragma once

#include "endpoint/endpoint.h"
#include "include/schat.h"

/* What packets come from and go to; borrowed. */
struct endpoint *schat_core_endpoint(struct schat_core *c);
/* What the signaling server wants; NULL: nothing. */
const uint8_t *schat_core_key(const struct schat_core *c);
