/* members: who is in which room of the signaling server (docs/SIGNALING.md S3). A room is not an
 * object: it is the members with the same token, which are neighbours in a hash chain. A member is
 * known by its place in the table (1..max; 0: none). Memory is fixed, and nothing is searched: the
 * oldest member, those of a TCP link and those of a room are at hand. */
#pragma once

#include "base/limits.h"
#include "base/random.h"
#include "base/route.h"
#include "base/siphash.h"
#include "rendezvous/access.h"
#include "rendezvous/roll.h"
#include "rendezvous/shares.h"
#include "rendezvous/slots.h"
#include "wire/signaling.h"

enum {
	MEMBERS_OF_ROOM = 4, /* at most */
	MEMBERS_OF_ROLE = MEMBERS_OF_ROOM - 1,
	MEMBERS_MEMORY = 192, /* bytes a member may cost */
	MEMBERS_TOLD = 32,    /* INTROs to one that is silent */
	MEMBERS_SILENT = 4,   /* ... after which it counts as that: docs/SIGNALING.md S5-18 */
	/* The part of the table that one host, and one network (base/addr.h), may hold: a 512th and
	 * a 64th. A carrier-grade NAT has many users behind one address, a stranger may own a /48.
	 */
	MEMBERS_OF_HOST = 512,
	MEMBERS_OF_NETWORK = 64,
	MEMBERS_MIN = 1024 /* but this many, or the whole table, in any case */
};

/* There may be a million of them: what its route is made of takes two thirds of a struct route. */
struct member {
	uint8_t token[TOKEN_LEN], secret[SECRET_BYTES];
	uint64_t joined_at;  /* its last JOIN, or KEEP */
	uint64_t since : 58; /* larger for whoever came to its host later */
	uint64_t told : 6;   /* INTROs since it was heard last, MEMBERS_TOLD at most */
	struct addr remote, local;
	uint32_t pairs[MEMBERS_OF_ROLE]; /* places in the pair table; 0: none */
	uint32_t host, network;          /* the shares it counts towards */
	uint16_t link;
	bool stream : 1; /* reached by ROUTE_TCP, else by ROUTE_UDP */
	bool responder : 1;
	bool numbered : 1; /* it asked for a nameplate, so it is found by its secret alone */
	bool keeps : 1;    /* it sends KEEP, and may be silent for longer */
	bool crosses : 1;  /* over TCP its address may be told to others like it */
	bool hides : 1;    /* its address is told to nobody */
	unsigned key : 10; /* in the access table; 0: none */
};

struct route members_route(const struct member *who);
void members_reach(struct member *who, const struct route *route); /* sets what it is made of */
bool members_reached(const struct member *who, const struct route *by); /* as route_same */

/* Only members.c writes to it; others embed it and look up at (place 0: zeroes), how many
 * places.count says there are, and the first of by_age and by_link. */
struct members {
	struct member *at;
	struct slots places;
	struct slots_list by_age[2];   /* by joined_at; those that keep have a list of their own */
	struct slots_link *neighbours; /* of by_link */
	struct slots_list *by_link;    /* TCP members by their link, 65536 */
	struct slots_chains by_token, by_secret;
	struct shares hosts, networks;
	struct roll *roll; /* borrowed; NULL: there is none */
	uint8_t key[SIPHASH_KEY];
	uint64_t made : 58;               /* members and moves between hosts so far */
	size_t nameplates;                /* rooms of nameplates with somebody in */
	uint32_t of_key[ACCESS_KEYS + 1]; /* members with each key */
};

/* roll: where who waits is written, too; NULL: nowhere. false: no memory; m is zeroed before, and
 * freeing it is fine then too. */
bool members_init(struct members *m, size_t max, struct roll *roll, struct random *random);
void members_free(struct members *m);

uint32_t members_find(const struct members *m, const uint8_t token[static TOKEN_LEN],
                      const uint8_t secret[static SECRET_BYTES]);
uint32_t members_find_numbered(const struct members *m, const uint8_t secret[static SECRET_BYTES]);
/* Who sends this, if it is not a new one. */
uint32_t members_find_joining(const struct members *m, const struct join *join);
/* Of those that a secret suffices for, and that are reached by this route: with a nameplate, or
 * sending KEEP. */
uint32_t members_find_there(const struct members *m, const uint8_t secret[static SECRET_BYTES],
                            const struct route *by);
/* Who has been silent for longest, of those that send KEEP or of the others; 0: nobody. */
uint32_t members_oldest(const struct members *m, bool keeps);
struct room {
	uint32_t at[MEMBERS_OF_ROOM]; /* places of members */
	size_t count;
};
struct room members_of_room(const struct members *m, const uint8_t token[static TOKEN_LEN]);
struct room members_of_role(const struct members *m, const uint8_t token[static TOKEN_LEN],
                            bool responder);

/* Whether the host and the network of a member that is to be added, by its address, may have one
 * more. Sets its shares, for the calls below. */
bool members_admit(const struct members *m, struct member *who);
bool members_full(const struct members *m);
/* Who has to leave the full table for it: the newest of the network that has most members; 0: the
 * new one itself. */
uint32_t members_make_way(const struct members *m, const struct member *who);
/* Adds *who, which was admitted and is in no room with this secret yet; its room and the table must
 * have a place. */
uint32_t members_add(struct members *m, const struct member *who);

/* It has joined again, or sent KEEP; local: the address that came to. keeps: KEEP will come. */
void members_refresh(struct members *m, uint32_t slot, const struct addr *local, bool keeps,
                     uint64_t now);
/* It may be told of a peer, and is; false: it has been told often enough, and nobody there has said
 * anything since. Else whoever leaves members at an address could have more sent there, for as long
 * as they like, than they send. */
bool members_tell(struct members *m, uint32_t slot);
void members_heard(struct members *m, uint32_t slot); /* it has said something */
/* It has been told of peers, and has said nothing since. */
bool members_silent(const struct members *m, uint32_t slot);
/* The pairs it is in: MEMBERS_OF_ROLE at most. */
void members_add_pair(struct members *m, uint32_t slot, uint32_t pair);
void members_remove_pair(struct members *m, uint32_t slot, uint32_t pair);
/* Whether it may move to this address: within its host and network, or where there is room. */
bool members_may_move(const struct members *m, uint32_t slot, const struct addr *to);
void members_move(struct members *m, uint32_t slot, const struct route *to);
void members_remove(struct members *m, uint32_t slot);
/* It counts towards another key. */
void members_rekey(struct members *m, uint32_t slot, unsigned key);

/* The nameplate whose room has this token; 0: it is no nameplate's. */
uint32_t members_nameplate(const uint8_t token[static TOKEN_LEN]);
/* The room token of a free nameplate, drawn at random from the numbers of three digits (or up to
 * four, five ...: so many that at most one in 64 is in use). So numbers stay short, whoever tries
 * them finds few, and one that has just ended is rarely given again. */
void members_free_nameplate(const struct members *m, struct random *random,
                            uint8_t token[static TOKEN_LEN]);
