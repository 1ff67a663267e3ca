/* refusals: REFUSE packets: who is told that we do not go on with his handshake, and why.
 * docs/PROTOCOL.md section 3. */
#ifndef ENDPOINT_REFUSALS_H
#define ENDPOINT_REFUSALS_H

#include "base/route.h"
#include "endpoint/endpoint_event.h"
#include "wire/packet.h"

enum { REFUSALS = 16 };

struct refusal {
	uint8_t version, suite; /* of the one who refuses */
	uint8_t id[CONNECTION_ID];
	enum refuse_reason reason; /* off the wire: any byte */
};

/* Private to refusals.c; others embed it. */
struct refusals {
	uint8_t suite; /* ours */
	size_t count;
	struct {
		struct route route;
		uint8_t packet[REFUSE_LEN];
	} waiting[REFUSALS];
};

void refusals_init(struct refusals *r, uint8_t suite);

/* A stranger is refused, unless too many others are already: LIMIT_HALF_OPEN places are left. */
void refusals_stranger(struct refusals *r, const struct route *route,
                       const uint8_t id[static CONNECTION_ID], enum refuse_reason reason);
/* A handshake of ours is over: its peer has to hear so, however many strangers ask at once. */
void refusals_peer(struct refusals *r, const struct route *route,
                   const uint8_t id[static CONNECTION_ID], enum refuse_reason reason);
bool refusals_due(const struct refusals *r);
/* packet: LIMIT_PACKET bytes. Returns its length; 0: there is none. */
size_t refusals_output(struct refusals *r, struct route *to, uint8_t *packet);

/* ERR_FORMAT: too short. Not authenticated: believe it only when nothing better comes. */
enum err refusals_read(struct span packet, struct refusal *refusal);

#endif
