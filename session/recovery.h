/* recovery: packets in flight, round trips, loss detection, probe timeouts (RFC 9002) and congestion control with pacing
 * (CUBIC, RFC 9438, in integers), per path over one packet number space: a packet is compared with later packets of its own path. */
#ifndef SESSION_RECOVERY_H
#define SESSION_RECOVERY_H

#include "base/err.h"
#include "base/limits.h"
#include "session/frame.h"

/* RFC 9002 appendix A.2 */
enum { PACKET_THRESHOLD = 3, TIME_THRESHOLD_NUM = 9, TIME_THRESHOLD_DEN = 8 };
#define RECOVERY_GRANULARITY_US UINT64_C(1000)
#define RECOVERY_INITIAL_RTT_US UINT64_C(333000)
#define RECOVERY_PTO_MAX_US UINT64_C(2000000)  /* a chat across a dead network asks again every two seconds */

/* What a packet carried that must be known when it is acknowledged or lost. */
enum sent_kind { SENT_STREAM, SENT_MAX_DATA, SENT_ACK, SENT_OTHER };
struct sent_frame {
	uint8_t kind, stream;
	bool end;
	uint64_t offset;     /* SENT_STREAM; SENT_ACK: the largest number acknowledged */
	uint32_t len;
};
enum { SENT_FRAMES_MAX = 4 };

struct rtt {
	uint64_t latest, smoothed, variation, min; /* us; smoothed 0: no sample yet */
};

/* Congestion state of one path. session/congestion.c */
struct congestion {
	uint64_t window, threshold, in_flight;      /* bytes */
	uint64_t recovery_start;                    /* losses of packets sent before this are one event */
	uint64_t epoch_start, window_max, window_estimate, origin_us; /* CUBIC */
	uint64_t pace_at;                           /* when the next packet may leave */
	uint64_t pace_credit;                       /* bytes of burst left */
	bool limited;                               /* the window, not the application, was the limit */
};

struct flow {
	bool used;
	bool stream;                                /* TCP below: no loss timers, no window */
	struct rtt rtt;
	struct congestion congestion;
	uint64_t largest_acked;                     /* of packets sent on this path; UINT64_MAX none */
	uint64_t loss_at;                           /* time threshold timer; NEVER */
	uint64_t eliciting_at;                      /* when the last eliciting packet left; 0 none in flight */
	unsigned pto_count;
	unsigned probes_due;                        /* packets a probe timeout has granted: sent regardless of the window */
	size_t eliciting_in_flight;
};

struct recovery;

struct recovery *recovery_new(void);            /* NULL: no memory */
void recovery_free(struct recovery *r);
struct flow *recovery_flow(struct recovery *r, unsigned path);     /* path < LIMIT_PATHS */
void recovery_path_start(struct recovery *r, unsigned path, bool stream); /* forgets what the path was before */
/* The path is gone or its connection broke: what is in flight on it counts as lost, without congestion. */
void recovery_path_stop(struct recovery *r, unsigned path);

/* Only eliciting packets are tracked; call for every packet. False: number - LIMIT_SENT is still in flight (check recovery_room first). */
bool recovery_room(const struct recovery *r, uint64_t number);
void recovery_sent(struct recovery *r, uint64_t number, unsigned path, size_t bytes, bool eliciting,
                   const struct sent_frame *frames, size_t count, uint64_t now);
/* ERR_FORMAT: acknowledges what was never sent (numbers >= next_number). */
enum err recovery_acked(struct recovery *r, const struct frame *ack, uint64_t next_number, uint64_t now);
void recovery_timer(struct recovery *r, uint64_t now);             /* when deadline has come: declares losses, grants probes */
uint64_t recovery_deadline(const struct recovery *r);
/* Fates decided by acked, timer and path_stop: poll until false. */
bool recovery_take(struct recovery *r, struct sent_frame *frame, bool *lost);

/* May a packet of this size leave on this path now? Always on a stream path; with probes_due regardless of the window. */
bool recovery_may_send(const struct recovery *r, unsigned path, size_t bytes, uint64_t now);
uint64_t recovery_pace_at(const struct recovery *r, unsigned path); /* when pacing alone holds it back; 0: it does not */
void recovery_limited(struct recovery *r, unsigned path, bool by_window); /* RFC 9002 7.8: grow only when the window is used */
/* Probe timeout period of a path now, without doubling: smoothed + max(4 variation, 1 ms) + 25 ms. */
uint64_t recovery_pto(const struct recovery *r, unsigned path);
bool recovery_idle(const struct recovery *r);                       /* nothing in flight on any path */

#endif
