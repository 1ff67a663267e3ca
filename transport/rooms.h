/* rooms: members and their pairs together. Who shares a room with the other role is introduced; a
 * pair ends with either of its members; both end by the clock. docs/SIGNALING.md S3, S5, S6. */
#ifndef TRANSPORT_ROOMS_H
#define TRANSPORT_ROOMS_H

#include "transport/members.h"
#include "transport/pairs.h"

struct rooms {
	struct members members;
	struct pairs pairs;
	struct random *random;
};

/* false: no memory; r is zeroed before, and freeing it is fine then too. */
bool rooms_init(struct rooms *r, size_t members_max, size_t pairs_max, struct random *random);
void rooms_free(struct rooms *r);

/* Ends some of what is over: not all at once, so that a mass end stalls nobody. */
void rooms_expire(struct rooms *r, uint64_t now);
uint64_t rooms_deadline(const struct rooms *r); /* of expiry and of INTROs */

bool rooms_have_place(const struct rooms *r, const uint8_t token[static ROOM_TOKEN],
		      bool responder);
/* Introduces a member to everybody of the other role it has no pair with. Returns how many of the
 * other role are there. When the pair table is full the next time tries again. */
uint8_t rooms_introduce(struct rooms *r, uint32_t slot, uint64_t now);
/* A new address: the others are told. */
void rooms_move(struct rooms *r, uint32_t slot, const struct route *to, uint64_t now);
void rooms_leave(struct rooms *r, uint32_t slot);
void rooms_link_down(struct rooms *r, uint16_t link);

#endif
