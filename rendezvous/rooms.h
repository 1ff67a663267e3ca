/* rooms: members and their pairs together. Who shares a room with the other role is introduced; a
 * pair ends with either of its members; both end by the clock. docs/SIGNALING.md S3, S5, S6. */
#pragma once

#include "rendezvous/members.h"
#include "rendezvous/pairs.h"

enum { ROOMS_KEEP_S = 300 }; /* a member that sends KEEP is gone so long after the last */

/* Only rooms.c writes to it; others embed it and look things up in members and pairs. */
struct rooms {
	struct members members;
	struct pairs pairs;
	struct random *random;
	uint32_t relay_kbit;
	const struct access *access; /* borrowed; NULL: nobody needs a key */
	uint64_t pushed_out;         /* members that had to go for others so far */
};

/* relay_kbit: what a pair may send after its first 64 KiB and 60 s. roll: as members_init. random:
 * borrowed. false: no memory; r is zeroed before, and freeing it is fine then too. */
bool rooms_init(struct rooms *r, size_t members_max, size_t pairs_max, uint32_t relay_kbit,
                struct roll *roll, struct random *random);
void rooms_free(struct rooms *r);
void rooms_set_relay(struct rooms *r, uint32_t relay_kbit);
/* Other keys from now on, or none (NULL). Whoever has come with one that is not among them, or is
 * over on that day, leaves. */
void rooms_access(struct rooms *r, const struct access *access, uint64_t day);

/* Ends some of what is over: not all at once, so that a mass end stalls nobody. */
void rooms_timer(struct rooms *r, uint64_t now);
uint64_t rooms_deadline(const struct rooms *r); /* of rooms_timer and of INTROs */

/* Whether somebody of that role is in the room. */
bool rooms_have(const struct rooms *r, const uint8_t token[static TOKEN_LEN], bool responder);

/* A new member: token, secret, route, role and numbered are given; one that is numbered gets a
 * free number's token, and key is that of its JOIN. Returns its place; 0: it may not come
 * in. Where the room or the table is full another one goes for it:
 *   from a room of contacts the one that has not joined for longest, of the new one's role unless
 *     the other has more there;
 *   from a room of a nameplate the oldest of its own host and role, which has crashed and come
 *     back, unless it is in the middle of something;
 *   else from that or from the table the newest of the network that has most there, the new one
 *     counted. */
uint32_t rooms_enter(struct rooms *r, struct member *who, uint64_t now);
/* A member joins again, perhaps from elsewhere, which the others are told. keeps: KEEP will come.
 * false: it may not come there. */
bool rooms_keep(struct rooms *r, uint32_t slot, const struct route *from, bool keeps, uint64_t now);
/* KEEP came from it: it stays, and its pairs. */
void rooms_touch(struct rooms *r, uint32_t slot, const struct route *from, uint64_t now);
struct rooms_others {
	uint8_t all, silent; /* silent: of all, those that members_silent says */
};
/* Introduces a member to everybody of the other role it has no pair with, or, if it says that it is
 * unmet, has one with. Returns how many of the other role are there. When the pair table is full
 * the next time tries again.
 * In rooms of nameplates nobody has pairs with two members of one host: the newer one's takes the
 * place of the older one's, unless there they are in the middle of something; then the next time
 * tries again. */
struct rooms_others rooms_introduce(struct rooms *r, uint32_t slot, bool unmet, uint64_t now);
void rooms_leave(struct rooms *r, uint32_t slot);
void rooms_link_down(struct rooms *r, uint16_t link); /* TCP: its members leave */

/* The next INTRO that is due: to whom, about whom, and the pair's id; 0: none now. */
uint64_t rooms_next_intro(struct rooms *r, const struct member **own, const struct member **peer,
                          uint64_t now);

enum rooms_passage {
	ROOMS_PASSES,   /* to the other member, at *to */
	ROOMS_EMPTY,    /* nothing in it: it keeps the pair */
	ROOMS_TOO_MUCH, /* more than the pair may send now */
	ROOMS_NO_PAIR,  /* there is no such pair */
	ROOMS_NOT_OURS  /* it is not the sender's */
};
/* A FORWARD came. The caller has checked that it has FORWARD_HEADER bytes at least, which are read
 * here. */
enum rooms_passage rooms_forward(struct rooms *r, const struct route *from, struct span forward,
                                 struct route *to, uint64_t now);
