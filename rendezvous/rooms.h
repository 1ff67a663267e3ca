/* rooms: members and their pairs together. Who shares a room with the other role is introduced; a
 * pair ends with either of its members; both end by the clock. docs/SIGNALING.md S3, S5, S6. */
#ifndef RENDEZVOUS_ROOMS_H
#define RENDEZVOUS_ROOMS_H

#include "rendezvous/members.h"
#include "rendezvous/pairs.h"

struct rooms {
	struct members members;
	struct pairs pairs;
	struct random *random;
	uint64_t pushed_out; /* members that had to go for others */
};

/* false: no memory; r is zeroed before, and freeing it is fine then too. */
bool rooms_init(struct rooms *r, size_t members_max, size_t pairs_max, struct random *random);
void rooms_free(struct rooms *r);

/* Ends some of what is over: not all at once, so that a mass end stalls nobody. */
void rooms_expire(struct rooms *r, uint64_t now);
uint64_t rooms_deadline(const struct rooms *r); /* of expiry and of INTROs */

bool rooms_have(const struct rooms *r, const uint8_t token[static TOKEN_LEN], bool responder);
/* Whether a member may come in; its owner is set (members_owner). Where the room or the table is
 * full another one goes for it:
 *   from a room the oldest of its own host and role, which has crashed and come back: in rooms of
 *     nameplates unless it is in the middle of something;
 *   else from a room or the table the newest of the network that has most there, the new one
 *     counted. */
bool rooms_make_place(struct rooms *r, const struct member *who, uint64_t now);
/* Introduces a member to everybody of the other role it has no pair with. Returns how many of the
 * other role are there. When the pair table is full the next time tries again.
 * In rooms of nameplates nobody has pairs with two members of one host: the newer one's takes the
 * place of the older one's, unless there they are in the middle of something; then the next time
 * tries again. */
uint8_t rooms_introduce(struct rooms *r, uint32_t slot, uint64_t now);
/* A new address, where it may come (members_may_move): the others are told. */
void rooms_move(struct rooms *r, uint32_t slot, const struct route *to, uint64_t now);
void rooms_leave(struct rooms *r, uint32_t slot);
void rooms_link_down(struct rooms *r, uint16_t link);

#endif
