/* carrier: what the communicators have in common: sockets on request, packets told from other
 * bytes, waiting times. Inside transport/ only. */
#ifndef TRANSPORT_CARRIER_H
#define TRANSPORT_CARRIER_H

#include "base/min_max.h"
#include "transport/communicator.h"
#include "wire/packet.h"

/*   NONE -> OPEN --request--> OPENING --LINK_UP--> UP -> CLOSE --request--> NONE
 *                                any state but CLOSE --LINK_DOWN--> NONE */
enum socket_state {
	SOCKET_NONE,
	SOCKET_OPEN, /* to be asked for */
	SOCKET_OPENING,
	SOCKET_UP,
	SOCKET_CLOSE /* to be asked for */
};

/* us, 10 % more or less, so that many hosts do not come in step. */
static inline uint64_t jitter(struct random *random, uint64_t us)
{
	return us - us / 10 + random_below(random, us / 5 + 1);
}

/* The any address of a family, port 0. */
static inline struct addr addr_any(bool v4)
{
	return v4 ? addr_v4(0, 0, 0, 0, 0) : (struct addr){ .port = 0 };
}

#endif
