/* pairs: which members have been introduced to each other, the INTROs still due, and what each pair
 * may send through the server (docs/SIGNALING.md S5, S6). A pair is known by its place in the table
 * (1..max; 0: none) or by its id. Memory is fixed. */
#pragma once

#include "base/limits.h"
#include "base/random.h"
#include "rendezvous/rates.h"
#include "rendezvous/slots.h"

/* An INTRO goes out at once and, until it is acknowledged, after 100, 200 and 400 ms more. */
enum { INTRO_STAGES = 4, PAIR_SIDES = 2, PAIRS_MEMORY = 128 /* bytes a pair may cost */ };

struct pair {
	uint64_t id;
	uint32_t members[PAIR_SIDES]; /* 0: the initiator, 1: the responder */
	uint64_t made_at, touched_at, introduced_at;
	uint32_t said_s[PAIR_SIDES];   /* the second of the last FORWARD with something in it */
	uint32_t carried;              /* bytes of the first minute's allowance */
	bool acknowledged[PAIR_SIDES]; /* a FORWARD came since the introduction */
	uint8_t stage;                 /* the INTRO that is due next; INTRO_STAGES: none */
	uint8_t side;                  /* of that stage: whose turn it is */
	struct bucket relay;           /* bytes of the server's relay rate */
};

/* Only pairs.c writes to it; others embed it and look up at (place 0: zeroes) and places.count. */
struct pairs {
	struct pair *at;
	struct slots places;
	struct slots_list by_age;      /* by touched_at */
	struct slots_link *neighbours; /* of due */
	/* By introduced_at: each stage has the same delay for all, so each list is in order. */
	struct slots_list due[INTRO_STAGES];
	struct slots_chains by_id; /* ids are random: they are their own hashes */
};

bool pairs_init(struct pairs *p, size_t max); /* false: no memory; p is zeroed before */
void pairs_free(struct pairs *p);

uint32_t pairs_find(const struct pairs *p, uint64_t id);
/* Makes a pair and starts its INTROs. 0: the table is full. */
uint32_t pairs_add(struct pairs *p, uint32_t initiator, uint32_t responder, struct random *random,
                   uint64_t now);
void pairs_remove(struct pairs *p, uint32_t slot);

/* The member on this side joined again: INTROs start anew if it has not acknowledged any, or has
 * lost the pair since. */
void pairs_remind(struct pairs *p, uint32_t slot, unsigned side, bool lost, uint64_t now);
void pairs_introduce(struct pairs *p, uint32_t slot, uint64_t now); /* INTROs to both, anew */
/* A FORWARD came from this side: stops its INTROs, keeps the pair. says: with a packet in it. */
void pairs_acknowledge(struct pairs *p, uint32_t slot, unsigned side, bool says, uint64_t now);
void pairs_touch(struct pairs *p, uint32_t slot, uint64_t now); /* keeps the pair */
/* Both have sent packets within 20 s: they are in the middle of something. */
bool pairs_busy(const struct pairs *p, uint32_t slot, uint64_t now);
/* No pair is new and in use: its handshake is not over, or it may yet find a direct path. */
bool pairs_settled(const struct pairs *p, uint64_t now);
/* The next INTRO that is due: of which pair, to which side. 0: none now. */
uint32_t pairs_next_intro(struct pairs *p, unsigned *side, uint64_t now);
/* Whether len bytes may pass now; counts them when they may. */
bool pairs_carry(struct pairs *p, uint32_t slot, size_t len, uint32_t relay_kbit, uint64_t now);

/* A pair without a FORWARD for 5 minutes; 0: none. */
uint32_t pairs_idle(const struct pairs *p, uint64_t now);
uint64_t pairs_deadline(const struct pairs *p);
