/* congestion: how much may be in flight on one path, and how fast it may leave. CUBIC (RFC 9438) with HyStart++ (RFC 9406) and pacing
 * (RFC 9002 section 7.7), in integers. Pure arithmetic on struct congestion; session/recovery.c says what was sent, acknowledged, lost.
 * smoothed: the path's round trip in us, 0 unknown. */
#ifndef SESSION_CONGESTION_H
#define SESSION_CONGESTION_H

#include "session/recovery.h"

enum {
	CONGESTION_MIN = 2 * LIMIT_PACKET, /* bytes: RFC 9002 section 7.2 */
	CONGESTION_INITIAL = 10 * LIMIT_PACKET,
	CONGESTION_BURST =
	    16 *
	    LIMIT_PACKET, /* bytes that may leave at once after a pause; or 1 ms worth of the pace if that is more */
	CONGESTION_TRAIN = 50 * LIMIT_PACKET,      /* bytes that leave in one system call at most */
	CONGESTION_MAX = LIMIT_SENT * LIMIT_PACKET /* bytes recovery can watch over */
};

struct congestion_ack {
	uint64_t bytes;   /* newly acknowledged, no longer in flight */
	uint64_t sent_at; /* when the newest of them left */
	uint64_t sample;  /* round trip it measured; 0: none */
	uint64_t smoothed;
};

void congestion_start(struct congestion *c);
void congestion_sent(struct congestion *c, size_t bytes, uint64_t smoothed, uint64_t now);
void congestion_gone(struct congestion *c,
                     size_t bytes); /* no longer in flight, whatever became of it */
void congestion_acked(struct congestion *c, const struct congestion_ack *ack, uint64_t now);
void congestion_lost(struct congestion *c, uint64_t sent_at,
                     uint64_t now); /* the newest of the packets declared lost left then */
void congestion_persistent(struct congestion *c); /* RFC 9002 section 7.6 */
bool congestion_room(const struct congestion *c, size_t bytes);
/* When the pace lets the next packet leave; 0: at once. */
uint64_t congestion_pace_at(const struct congestion *c, uint64_t smoothed);

uint64_t cube_root(uint64_t v); /* rounded down */

#endif
