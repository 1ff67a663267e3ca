/* members: who is in which room of the signaling server. docs/SIGNALING.md S3.
 * A room is no object: it is the members with one token, which are neighbours in a hash chain.
 * Members are known by their place (1..max, 0: none). Fixed memory, no scan: the oldest, those of a
 * TCP link and those of a room are at hand. */
#ifndef TRANSPORT_MEMBERS_H
#define TRANSPORT_MEMBERS_H

#include "base/limits.h"
#include "base/random.h"
#include "base/route.h"
#include "base/siphash.h"
#include "transport/signaling.h"
#include "transport/slots.h"

enum {
	ROOM_TOKEN = 16,
	ROOM_ROLE_MAX = LIMIT_ROOM_MEMBERS - 1,
	MEMBER_MEMORY = 192 /* bytes a member may cost */
};

struct member {
	uint8_t token[ROOM_TOKEN], tag[TAG_BYTES];
	struct route route;	       /* kind ROUTE_UDP or ROUTE_TCP */
	uint64_t joined_at;	       /* its last JOIN */
	uint32_t pairs[ROOM_ROLE_MAX]; /* places in the pair table; 0: none */
	bool responder;
	bool numbered; /* has asked for its nameplate: found by tag alone */
};

struct members {
	struct member *at;
	struct slot_pool pool;
	struct slot_link *ages;	      /* of by_age; of free places too */
	struct slot_list by_age;      /* by joined_at */
	struct slot_link *neighbours; /* of by_link */
	struct slot_list *by_link;    /* TCP members by their link, 65536 */
	struct slot_chains by_token, by_tag;
	uint8_t key[SIPHASH_KEY];
	size_t count, nameplates; /* members; rooms of nameplates with somebody in */
};

/* false: no memory; m is zeroed before, and freeing it is fine then too. */
bool members_init(struct members *m, size_t max, struct random *random);
void members_free(struct members *m);

uint32_t members_find(const struct members *m, const uint8_t token[static ROOM_TOKEN],
		      const uint8_t tag[static TAG_BYTES]);
uint32_t members_find_numbered(const struct members *m, const uint8_t tag[static TAG_BYTES]);
/* The members of a room; returns how many. */
size_t members_of_room(const struct members *m, const uint8_t token[static ROOM_TOKEN],
		       uint32_t room[static LIMIT_ROOM_MEMBERS]);

/* Adds *who, which is in no room with this tag yet; the caller has seen that its room has a place.
 * 0: the table is full. */
uint32_t members_add(struct members *m, const struct member *who);
void members_refresh(struct members *m, uint32_t slot, uint64_t now);
void members_move(struct members *m, uint32_t slot, const struct route *to);
void members_remove(struct members *m, uint32_t slot);

uint32_t members_oldest(const struct members *m);
uint32_t members_first_on(const struct members *m, uint16_t link); /* TCP */

/* The number whose room token is this; 0: not one of a nameplate. */
uint32_t members_nameplate(const uint8_t token[static ROOM_TOKEN]);
/* The room token of a free number: random among the 9, 99, 999... smallest, as soon as half of them
 * are free. So numbers stay short, and one that ended just now is rarely the next. */
void members_free_nameplate(const struct members *m, struct random *random,
			    uint8_t token[static ROOM_TOKEN]);

#endif
