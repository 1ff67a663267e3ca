/* congestion: how much may be in flight on one path, and how fast it may leave. It follows a model
 * of the path, after BBR (draft-ietf-ccwg-bbr): what the path delivers at most, and how long it
 * takes when no queue stands. docs/CONGESTION.md says what it does otherwise than BBR, why, and
 * what it was measured against. Pure arithmetic: recovery.h says what was sent, acknowledged and
 * lost. Sizes in bytes, rates in bytes a second, times in us; a time of 0: none. */
#pragma once

#include "session/delivery.h"
#include "session/pacer.h"

enum {
	CONGESTION_MIN = 4 * LIMIT_PACKET,
	CONGESTION_INITIAL = 10 * LIMIT_PACKET, /* RFC 9002 section 7.2 */
	/* from the first round trip on, over which they are spread */
	CONGESTION_PACED = 32 * LIMIT_PACKET
};

enum congestion_phase {
	CONGESTION_STARTUP,  /* twice as much each round trip, until the path gives no more */
	CONGESTION_DRAIN,    /* the queue that this has made runs empty */
	CONGESTION_DOWN,     /* a little less than the path delivers, */
	CONGESTION_CRUISE,   /* as much for some seconds, */
	CONGESTION_REFILL,   /* for one round trip without the passing bounds, */
	CONGESTION_UP,       /* and more: does it give more now? */
	CONGESTION_PROBE_RTT /* half of it, to see how long the path is without a queue */
};

/* What the path delivered at most, in this cycle and the last; and what losses forbid. Lasting:
 * what was in flight when more than the path's own share was lost. Passing: until the next look for
 * more. UINT64_MAX: nothing. */
struct congestion_bounds {
	uint64_t bandwidth[2];
	uint64_t lasting, passing, passing_rate;
};

/* Only congestion.c writes to it; others may read what it allows. */
struct congestion {
	uint64_t cwnd, in_flight, packet; /* the last: of a full packet */
	struct pacer pacer;
	struct delivery path;
	enum congestion_phase phase;
	uint64_t phase_at;
	unsigned rounds, no_growth; /* round trips in this phase; in the startup, without growth */
	uint64_t growth_from;       /* a rate: growth is told by it */
	bool waits;                 /* data waits, so that the pacer saves up for it */
	bool full;                  /* the startup is over */
	bool queued;                /* a queue stands that is not ours */
	bool shared;                /* one has, since the last look for more */
	bool overflowed;            /* the queue: others need time to come back */
	bool reacted;               /* to the losses of this round trip */
	unsigned vain;              /* looks for more in a row that only took from others */
	unsigned stale;             /* so many rounds still show what was before the last cut */
	struct congestion_bounds bounds, before; /* before the last cut, should it prove wrong */
	uint64_t cut_lost, spurious;             /* bytes lost at that cut, and of them not lost */
};

struct congestion_loss {
	uint64_t bytes, calm; /* declared lost, no longer in flight; of them sent in calm */
	uint64_t sent_at;     /* when the newest of them left, */
	const struct sent_stamp *stamp; /* and as it left */
};

void congestion_start(struct congestion *c);
/* Returns the stamp, which recovery keeps with the packet. */
struct sent_stamp congestion_sent(struct congestion *c, size_t bytes, uint64_t now);
/* No longer in flight, whatever became of it. */
void congestion_gone(struct congestion *c, size_t bytes);
void congestion_acked(struct congestion *c, const struct delivery_ack *ack, uint64_t now);
void congestion_lost(struct congestion *c, const struct congestion_loss *loss, uint64_t now);
/* What was declared lost (of it sent in calm) has come after all: a cut that rests on it is taken
 * back. */
void congestion_spurious(struct congestion *c, uint64_t bytes, uint64_t calm);
void congestion_persistent(struct congestion *c, uint64_t now); /* RFC 9002 section 7.6 */
/* Did the window or the pace, not a lack of data, end the output? */
void congestion_limited(struct congestion *c, bool by_window);
bool congestion_room(const struct congestion *c, size_t bytes);
/* When the pace lets the next packet leave; 0: at once. */
uint64_t congestion_pace_at(const struct congestion *c);
