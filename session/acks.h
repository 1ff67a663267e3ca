/* acks: which packets came, and when to say so (RFC 9000 section 13.2). */
#pragma once

#include "session/frame.h"
#include "session/rtt.h"

/* Only acks.c writes to it; others may read when an ACK is due. */
struct acks {
	struct ranges received; /* the newest ACK_RANGES_MAX intervals; older ones are forgotten */
	struct range received_at[ACK_RANGES_MAX];
	uint64_t largest_at;      /* when the largest number came */
	unsigned eliciting_count; /* since the last ACK was sent */
	uint64_t due_at;          /* NEVER: nothing waits to be said */
};

void acks_init(struct acks *a);
/* An ACK is due at once at the first packet of all, at the second eliciting one since the last ACK,
 * or when one is out of order (a gap below or above); else after RTT_ACK_DELAY_US. After a minute
 * without a newer packet, what has been said is forgotten (docs/PROTOCOL.md 6.1-4). */
void acks_received(struct acks *a, uint64_t number, bool eliciting, uint64_t now);
/* Writes the ACK. False: no room, or nothing has come; true: nothing is due any more. */
bool acks_write(struct acks *a, struct writer *w, uint64_t now);
void acks_again(struct acks *a, uint64_t now); /* what was written is due once more */
uint64_t acks_largest(const struct acks *a);   /* 0: none has come */
/* An ACK of ours that said so arrived: older numbers need not be said again. */
void acks_forget_below(struct acks *a, uint64_t number);
