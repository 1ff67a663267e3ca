/* path: a bottleneck on a virtual clock, with a queue, a policer, random loss, delay and jitter,
 * for any number of flows that share it; and events in the order of their times. All chance comes
 * from one seed. */
#pragma once

#include "base/limits.h"
#include "base/random.h"
#include "tests/unit/support.h"

struct path_kind {
	const char *name;
	double mbit; /* of the link; 0: no end */
	uint64_t rtt_ms;
	uint64_t queue_bytes;
	double loss_percent; /* by chance, in both directions */
	uint64_t
	    jitter_ms; /* up to so much, data only: each packet its own, so that they overtake */
	uint64_t waves_ms; /* each other; or another each 20 ms, in order, as radio links have it */
	double policer_mbit; /* 0: none; its bucket holds 50 ms */
	uint64_t late_ms;    /* how late the sender's loop wakes up */
	enum {
		ALONE,
		RIVAL_FIRST, /* a flow of the kernel's CUBIC is there already */
		OURS_FIRST   /* one comes */
	} rival;
	unsigned seconds;
};

struct event {
	uint64_t at, order;
	unsigned flow;
	bool is_ack;
	uint64_t number, unit;
	void *frame; /* of an ACK; the taker frees it */
};

struct path {
	const struct path_kind *kind;
	struct test_random random;
	uint64_t now, order;
	uint64_t busy_ns;                /* until then the link is busy */
	uint64_t wave_at, wave, last_at; /* since when it is what it is; the last arrival */
	double tokens;                   /* of the policer, bytes */
	uint64_t tokens_at;
	uint64_t *waits; /* what each packet waited in the queue, us */
	size_t waits_count, waits_cap;
	struct event *heap;
	size_t heap_count, heap_cap;
};

void path_start(struct path *p, const struct path_kind *kind, uint64_t seed);
void path_end(struct path *p);
/* Data or an ACK sets out; it may be lost. */
void path_send(struct path *p, size_t bytes, struct event e);
uint64_t path_next(const struct path *p); /* NEVER: nothing is on its way */
bool path_arrive(struct path *p, struct event *e);
/* What so many of a thousand packets did not wait longer than, us. */
uint64_t path_wait(struct path *p, unsigned permille);
