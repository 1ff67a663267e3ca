/* outgoing: the next packet of an endpoint, whoever has it: the communicator, who is to be refused,
 * or a peer; and what follows it the same way, so that all may leave in one system call. */
#pragma once

#include "endpoint/knock.h"
#include "transport/communicator.h"

/* Only outgoing.c writes to it; others may read the route, and lost. */
struct outgoing {
	struct communicator *communicator; /* these three: borrowed */
	struct knock *knock;
	struct roster *roster;
	struct route route; /* of the last packet, as its session has it */
	size_t len;         /* ... and its length; 0: nothing may follow it */
	bool lost;          /* it was never sent: the communicator knows no way there */
};

/* As endpoint_output. 0 and lost: tell all whom the route concerns, and ask again. */
size_t outgoing_first(struct outgoing *o, struct route *to, uint8_t *buffer, const uint8_t **wire,
                      uint64_t now);
/* As endpoint_more. */
size_t outgoing_more(struct outgoing *o, uint8_t *buffer, const uint8_t **wire, uint64_t now);
