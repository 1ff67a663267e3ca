/* recovery: what was lost and when to ask again: round trips, loss detection and probe timeouts
 * (RFC 9002) for each path, over one packet number space: a packet is compared with later packets
 * of its own path. What may be in flight is congestion.h's, which packets are is sent.h's. */
#pragma once

#include "base/err.h"
#include "base/random.h"
#include "session/congestion.h"
#include "session/repeat.h"
#include "session/rtt.h"
#include "session/sent.h"

/* RFC 9002 appendix A.2; not where packets were seen to overtake each other (RFC 8985) */
enum { RECOVERY_PACKET_THRESHOLD = 3 };
/* A chat across a dead network asks again so often, that is for about a minute, and then more
 * rarely. */
#define RECOVERY_PTO_MAX_US  (700 * MS)
#define RECOVERY_PTO_LATE_US (2 * SECOND)
enum { RECOVERY_PTO_EARLY = 80 }; /* timeouts in a row */

/* What carries a path. */
enum flow_kind {
	FLOW_DIRECT,
	FLOW_FORWARDED, /* by a server that drops what is above its rate */
	FLOW_STREAM     /* TCP: no loss timers, no window */
};

struct flow {
	bool used;
	enum flow_kind kind;
	struct rtt rtt;
	struct congestion congestion;
	uint64_t largest_acked; /* of packets sent on this path; UINT64_MAX: none */
	uint64_t largest_order; /* ... counted in packets of the path */
	uint64_t loss_at;       /* time threshold timer; NEVER */
	/* packets of this path overtake each other: so much later may one come, as last seen then
	 * */
	uint64_t reorder_us, reorder_at;
	uint64_t eliciting_at; /* when the last eliciting packet left or a probe timeout came */
	unsigned pto_count;
	unsigned probes_due; /* by a probe timeout, or asked for: sent regardless of the window */
	uint64_t sampled_at; /* first round trip measured; 0: none */
	uint64_t stopped_at; /* until then our program did nothing for too long; 0: never */
	/* losses without anything acknowledged between: when the first left, the order to go on */
	uint64_t run_start, run_next;
};

/* Only recovery.c writes to it; others may read what is known of a path and how many packets are in
 * flight, and call congestion_limited for a flow. What acked, timer and path_stop have decided is
 * polled from sent: sent_take. */
struct recovery {
	uint64_t next_number; /* above all sent */
	uint64_t left_out;    /* nothing was sent under it; 0: none yet */
	uint64_t leave_at;    /* the next such number */
	struct flow flows[LIMIT_PATHS];
	unsigned end; /* the flows from here on are unused */
	struct repeat repeat;
	struct sent sent;
};

struct recovery *recovery_new(void); /* NULL: no memory */
void recovery_free(struct recovery *r);
void recovery_path_start(struct recovery *r, unsigned path, enum flow_kind kind);
/* The path is gone or its connection broke: what is in flight there counts as lost, without
 * congestion. */
void recovery_path_stop(struct recovery *r, unsigned path);
/* What left there before this time counts as lost, without congestion: a path that carries no data
 * has answered something later. */
void recovery_lose_before(struct recovery *r, unsigned path, uint64_t time);
/* A challenge's answer measured the path's round trip. */
void recovery_sample(struct recovery *r, unsigned path, uint64_t round_trip);

/* Only eliciting packets are watched over, each after recovery_may_send; call this for every
 * packet, numbers ascending. */
void recovery_sent(struct recovery *r, uint64_t number, unsigned path, size_t bytes, bool eliciting,
                   const struct sent_frame *frames, size_t count, uint64_t now);
/* Is the next number to be left out? Once in some hundreds, at random. A peer that acknowledges it
 * acknowledges what it has not got: that would have us send faster than the path carries. */
bool recovery_leaves_out(struct recovery *r, struct random *random);
/* ERR_FORMAT: acknowledges what was never sent. */
enum err recovery_acked(struct recovery *r, const struct frame *ack, uint64_t now);
/* Declares losses that are due (a packet that comes all the same takes back what this did to the
 * window, and the path is given more time); a probe timeout grants two packets, and hands back as
 * lost, without congestion, the frames of the two oldest packets in flight on the path (from the
 * second timeout in a row on: of all), so that the probes have something to carry. */
void recovery_timer(struct recovery *r, uint64_t now);
uint64_t recovery_deadline(const struct recovery *r);

/* The next eliciting packet on this path leaves whatever the window and the pace are. */
void recovery_ask(struct recovery *r, unsigned path);
/* May an eliciting packet leave on this path now? Not when it could not be watched over
 * (sent_room); else the pace decides, and whether the window has room for LIMIT_PACKET bytes;
 * always on a stream path and when a probe is due. A larger packet, an eighth of the window at
 * most (sizes.h), may exceed the window: if it had to fit, as much would stay unused. */
bool recovery_may_send(const struct recovery *r, unsigned path, uint64_t now);
/* When pacing alone holds a path back; 0: it does not. */
uint64_t recovery_pace_at(const struct recovery *r, unsigned path);
/* When the oldest packet in flight there left; NEVER: none. */
uint64_t recovery_oldest(const struct recovery *r, unsigned path);
