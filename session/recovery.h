/* recovery: packets in flight, round trips, loss detection, probe timeouts (RFC 9002) and congestion control with pacing
 * (CUBIC, RFC 9438, in integers), per path over one packet number space: a packet is compared with later packets of its own path. */
#ifndef SESSION_RECOVERY_H
#define SESSION_RECOVERY_H

#include "base/err.h"
#include "base/limits.h"
#include "session/frame.h"
#include "session/rtt.h"

enum { PACKET_THRESHOLD = 3 }; /* RFC 9002 appendix A.2 */
#define RECOVERY_PTO_MAX_US                                                                        \
	UINT64_C(2000000) /* a chat across a dead network asks again every two seconds */

/* What a packet carried that must be known when it is acknowledged or lost. */
enum sent_kind { SENT_STREAM, SENT_MAX_DATA, SENT_ACK, SENT_OTHER };
struct sent_frame {
	uint8_t kind, stream;
	bool end;
	uint64_t offset; /* SENT_STREAM; SENT_ACK: the largest number acknowledged */
	uint32_t len;
};
enum { SENT_FRAMES_MAX = 4 };

/* Congestion state of one path: session/congestion.h. Windows in bytes, times in us; a time of 0: none. */
struct congestion {
	uint64_t window, threshold, in_flight; /* threshold UINT64_MAX: the first slow start */
	uint64_t recovery_start;               /* losses of packets sent up to then are one event */
	uint64_t epoch_start, counted_at;      /* CUBIC: the epoch's time counts up to counted_at */
	uint64_t window_max, window_prior, origin_us; /* CUBIC: W_max, cwnd_prior, K */
	uint64_t window_estimate;                     /* CUBIC: W_est, in 1/1024 bytes */
	uint64_t round_start, round_min, last_round_min,
	    baseline; /* HyStart++: round trips; UINT64_MAX none */
	unsigned round_samples, slow_rounds;
	uint64_t pace_counted_at, pace_credit; /* bytes of burst left at that time */
	bool limited;                          /* the window, not the application, was the limit */
};

struct flow {
	bool used;
	bool stream; /* TCP below: no loss timers, no window */
	struct rtt rtt;
	struct congestion congestion;
	uint64_t largest_acked; /* of packets sent on this path; UINT64_MAX none */
	uint64_t loss_at;       /* time threshold timer; NEVER */
	uint64_t
	    eliciting_at; /* when the last eliciting packet left or probe timeout came; 0 none in flight */
	unsigned pto_count;
	unsigned
	    probes_due; /* packets a probe timeout has granted: sent regardless of the window */
	size_t eliciting_in_flight;
};

struct recovery;

struct recovery *recovery_new(void); /* NULL: no memory */
void recovery_free(struct recovery *r);
struct flow *recovery_flow(struct recovery *r, unsigned path); /* path < LIMIT_PATHS */
void recovery_path_start(struct recovery *r, unsigned path,
                         bool stream); /* forgets what the path was before */
/* The path is gone or its connection broke: what is in flight on it counts as lost, without congestion. */
void recovery_path_stop(struct recovery *r, unsigned path);

/* Only eliciting packets are tracked; call recovery_sent for every packet, numbers ascending. Before an eliciting one check recovery_room:
 * false when number - LIMIT_SENT is still in flight (and its frames were not handed back by a probe timeout). */
bool recovery_room(const struct recovery *r, uint64_t number);
void recovery_sent(struct recovery *r, uint64_t number, unsigned path, size_t bytes, bool eliciting,
                   const struct sent_frame *frames, size_t count, uint64_t now);
/* ERR_FORMAT: acknowledges what was never sent (numbers >= next_number). */
enum err recovery_acked(struct recovery *r, const struct frame *ack, uint64_t next_number,
                        uint64_t now);
uint64_t recovery_looked_at(
    const struct recovery
	*r); /* what acknowledgments have cost so far, in packets gone through: for tests */
/* When deadline has come: declares losses; a probe timeout grants two packets, and hands back as lost, without congestion, the frames
 * of the two oldest packets in flight on the path (from the second timeout in a row on: of all), so that probes have what to carry.
 * These packets stay in flight: an acknowledgment that comes later still counts, and then their frames have had both fates. */
void recovery_timer(struct recovery *r, uint64_t now);
uint64_t recovery_deadline(const struct recovery *r);
/* Fates decided by acked, timer and path_stop: poll until false. */
bool recovery_take(struct recovery *r, struct sent_frame *frame, bool *lost);

/* May a packet of this size leave on this path now? The window and the pace decide; always on a stream path and with probes_due. */
bool recovery_may_send(const struct recovery *r, unsigned path, size_t bytes, uint64_t now);
uint64_t recovery_pace_at(const struct recovery *r,
                          unsigned path); /* when pacing alone holds it back; 0: it does not */
/* After output: did the window or the pace (not a lack of data) end it? RFC 9002 7.8: the window grows only when it is used. */
void recovery_limited(struct recovery *r, unsigned path, bool by_window);
/* Probe timeout period of a path now, without doubling: smoothed + max(4 variation, 1 ms) + 25 ms. */
uint64_t recovery_pto(const struct recovery *r, unsigned path);
uint64_t
recovery_oldest(const struct recovery *r,
                unsigned path); /* when the oldest packet in flight there left; NEVER: none */
bool recovery_idle(const struct recovery *r); /* nothing in flight on any path */

#endif
