/* delivery: what is measured of one path: how fast it delivers (draft-ietf-ccwg-bbr section 4.1),
 * how long a packet takes, in which heaps acknowledgments come, what it loses by itself. What
 * follows from that is congestion.h's. Sizes in bytes, rates in bytes a second, times in us. */
#pragma once

#include "session/sent.h"

/* From a packet's leaving until it is acknowledged; counted in bytes acknowledged. */
struct delivery_round {
	uint64_t from,
	    end;        /* bytes acknowledged when it began; it ends with a packet sent at end */
	uint64_t began; /* when */
	uint64_t total; /* bytes of the last one, with those lost */
	uint64_t lost;
	uint64_t rate;               /* the highest of it */
	uint64_t rates, rates_count; /* the sum of all but those that want of data has kept low */
};

/* Acknowledgments come in heaps: how much more of them than the rate explains, in some rounds and
 * some before; and the shortest round trip of these. */
struct delivery_heaps {
	uint64_t since, acked; /* the interval, and the bytes in it */
	uint64_t most[2], fastest[2];
	unsigned rounds;
};

/* Only delivery.c writes to it; others may read it. */
struct delivery {
	uint64_t delivered, delivered_at; /* bytes acknowledged; when the newest of them were */
	uint64_t first_sent_at;           /* when these had left */
	uint64_t starved_until;           /* samples of packets up to there are the application's */
	uint64_t min_rtt, min_rtt_at;     /* UINT64_MAX: no sample; when it was last seen so low */
	uint64_t reorder, delay; /* how far packets overtake each other; min_rtt with jitter */
	struct delivery_round round;
	struct delivery_heaps heaps;
	uint64_t calm_acked, calm_lost; /* of what was sent slower than the path delivers */
};

struct delivery_ack {
	uint64_t bytes;                 /* newly acknowledged, no longer in flight */
	uint64_t calm;                  /* of them sent in calm */
	uint64_t sent_at;               /* when the newest of them left, */
	const struct sent_stamp *stamp; /* and as it left */
	uint64_t sample;                /* round trip it measured; 0: none */
	uint64_t smoothed, variation;   /* of the path's round trip */
	uint64_t reorder;               /* so much later than others may a packet come */
};

void delivery_start(struct delivery *d);
/* A packet leaves when none is in flight: the clocks begin here. */
void delivery_idle(struct delivery *d, uint64_t now);
/* A packet leaves, with in_flight bytes in flight then. Its stamp, but for calm and probing. */
struct sent_stamp delivery_sent(struct delivery *d, uint64_t in_flight, uint64_t now);
/* There was nothing to send, with in_flight bytes in flight. */
void delivery_starved(struct delivery *d, uint64_t in_flight);
/* Returns the rate that this shows; 0: none. */
uint64_t delivery_acked(struct delivery *d, const struct delivery_ack *ack, uint64_t now);
/* ... after that: how big the heap is, where rate is the path's. */
void delivery_heap(struct delivery *d, uint64_t bytes, uint64_t rate, uint64_t now);
/* ... and after that: true: a round is over, and the next one begins. *mean: the rate on average of
 * the one that is over; 0: there was always too little data to tell. */
bool delivery_round_over(struct delivery *d, const struct sent_stamp *stamp, uint64_t *mean);
uint64_t delivery_mean(const struct delivery *d); /* of the round so far; 0: not known */
void delivery_lost(struct delivery *d, uint64_t bytes, uint64_t calm);
/* They were not lost. */
void delivery_spurious(struct delivery *d, uint64_t bytes, uint64_t calm);
/* From now on the shortest round trip is looked for anew, beginning with this one. */
void delivery_forget_rtt(struct delivery *d, uint64_t rtt);
void delivery_rtt_seen(struct delivery *d, uint64_t now); /* that has been done */
/* How much of a heap is still to come, at most. */
uint64_t delivery_heap_most(const struct delivery *d);
/* What the path loses by itself, in per mille. */
uint64_t delivery_own_share(const struct delivery *d);
/* What is lost above that share of a round, in per mille, is congestion. */
uint64_t delivery_allowed_share(const struct delivery *d);
/* The rate at which to send so that so much is delivered: most of the path's own losses go on top,
 * unless a queue stands. smoothed: the round trip. */
uint64_t delivery_make_up(const struct delivery *d, uint64_t rate, uint64_t smoothed);
/* Even the fastest packets of late have waited in a queue. */
bool delivery_waits(const struct delivery *d);
