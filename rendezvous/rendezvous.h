/* rendezvous: the signaling server and forwarder as a pure state machine with fixed memory, message
 * by message (docs/SIGNALING.md). It knows tokens, secrets of members, addresses and times; never
 * keys, names or text.
 *
 * A turn: rendezvous_timer once; for each message rendezvous_input, then rendezvous_output until it
 * gives 0; at the end rendezvous_output again, for INTROs that are due. */
#pragma once

#include "base/limits.h"
#include "base/random.h"
#include "base/route.h"
#include "rendezvous/ids.h"
#include "rendezvous/rates.h"
#include "rendezvous/rooms.h"
#include "rendezvous/wall.h"
#include "wire/cookies.h"

struct rendezvous_config {
	size_t members_max, pairs_max; /* table sizes: taken at start, never grown */
	uint32_t relay_kbit;           /* of a pair after its first 64 KiB and 60 s; 0: nothing */
	struct random *random;         /* borrowed */
	uint64_t wall_s;               /* seconds since 1970 at now, for the day; 0: unknown */
	/* UDP ports, one beside the others: who has said HELLO to one is told the other. 0: none */
	uint16_t port, other_port;
	/* By link: the UDP link of the other port at the same address; 0: there is none. Borrowed;
	 * NULL: there is none at all. */
	const uint16_t *beside;
	struct roll *roll;           /* where who waits is written, too; borrowed; NULL: nowhere */
	const struct access *access; /* the keys that clients need; borrowed; NULL: none */
};

struct rendezvous_counts {
	uint64_t packets, dropped;       /* dropped: without an answer or effect */
	uint64_t hellos, joins, refused; /* joins: with a good cookie; refused: answered by ERROR */
	uint64_t intros, forwarded, forwarded_bytes;
	uint64_t pushed_out; /* members that had to go for others: full rooms, full table */
	size_t members, pairs;
};

/* Private to rendezvous.c; others embed it. */
struct rendezvous {
	struct wall wall;
	uint64_t day; /* at the last rendezvous_timer */
	uint16_t port, other_port;
	const uint16_t *beside;
	struct rendezvous_counts counts;
	uint64_t datagrams; /* of its packets: those that are lost when we fall behind */
	bool leaving, finished;
	bool said_once; /* the oldest member was told that we go */

	struct cookies cookies;
	/* under which INTRO's peer ids and host ids are made */
	struct ids seen_as;
	struct rates rates;
	struct rooms rooms;

	/* What is to be sent after the last input: an answer, or the packet itself. */
	struct route to;
	struct span packet; /* borrowed from the caller */
	struct writer answer;
	uint8_t answer_bytes[KEEP_HEADER + KEEP_ROOMS * SECRET_BYTES]; /* the longest */
};

/* false: no memory; s is zeroed before, and freeing it is fine then too. s stays where it is. */
bool rendezvous_init(struct rendezvous *s, const struct rendezvous_config *config, uint64_t now);
void rendezvous_free(struct rendezvous *s);
/* From now on; who has a COOKIE already was told another rate. */
void rendezvous_set_relay(struct rendezvous *s, uint32_t relay_kbit);
/* As in struct rendezvous_config. */
void rendezvous_set_wall(struct rendezvous *s, uint64_t wall_s, uint64_t now);

/* from: link, kind ROUTE_UDP or ROUTE_TCP, remote, and local (answered from). wire: one message.
 * The next input drops what was not taken by output; a packet to forward is not copied but borrowed
 * from wire until then. */
void rendezvous_input(struct rendezvous *s, const struct route *from, struct span wire,
                      uint64_t now);
/* wire: cap bytes, LIMIT_WIRE at least; it may be the buffer that input came in. 0: nothing to send
 * now. */
size_t rendezvous_output(struct rendezvous *s, struct route *to, uint8_t *wire, size_t cap,
                         uint64_t now);
void rendezvous_timer(struct rendezvous *s, uint64_t now);
uint64_t rendezvous_deadline(const struct rendezvous *s);
/* The server goes soon: nobody new gets in, and all who are here are served as before. */
void rendezvous_leave(struct rendezvous *s);
/* Nobody who was introduced here a moment ago needs it any more. */
bool rendezvous_settled(const struct rendezvous *s, uint64_t now);
/* The server goes: rendezvous_output tells all members, until it gives 0; nothing else comes. */
void rendezvous_finish(struct rendezvous *s);

/* Other keys from now on; whoever came with one that is not among them is gone. Those before stay
 * until it returns. NULL: none are needed. */
void rendezvous_access(struct rendezvous *s, const struct access *access);
/* A TCP link ended: its members are gone. */
void rendezvous_link_down(struct rendezvous *s, uint16_t link);
bool rendezvous_link_joined(const struct rendezvous *s, uint16_t link); /* it has a member */
struct rendezvous_counts rendezvous_counts(const struct rendezvous *s);
