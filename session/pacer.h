/* pacer: when packets may leave, so that they leave evenly (RFC 9002 section 7.7): a bucket that
 * fills at a rate. A loop that wakes late finds in it what it has missed. Sizes in bytes, rates in
 * bytes a second, times in us. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

enum {
	/* may leave at once after a pause; or 1 ms worth of the pace if that is more */
	PACER_BURST = 16 * LIMIT_PACKET,
	PACER_TRAIN = 50 * LIMIT_PACKET, /* leaves in one system call at most */
	/* while data waits, the bucket goes on filling for so long; a loop that wakes up later than
	 * that has lost time */
	PACER_LATE_US = 20000
};

struct pacer {
	uint64_t rate; /* 0: not known yet, all leaves at once */
	uint64_t counted_at;
	int64_t credit;   /* what may leave at once; below 0 after a large packet */
	uint64_t most[2]; /* the highest rate of this round trip and of the last */
};

void pacer_start(struct pacer *p);
/* waits: data has waited for the pace since the last packet left. */
void pacer_sent(struct pacer *p, size_t bytes, bool waits, uint64_t now);
/* What the bucket holds counts at the old rate up to now. */
void pacer_set_rate(struct pacer *p, uint64_t rate, bool waits, uint64_t now);
/* A round trip is over: the highest rate of it and of the one before. What it has acknowledged left
 * no faster, even if a peer that has held acknowledgments back makes it seem so. */
uint64_t pacer_round(struct pacer *p);
/* When the next train may leave; 0: at once. */
uint64_t pacer_at(const struct pacer *p);
/* What leaves at once at this pace: 1 ms worth of it, at least two packets. */
uint64_t pacer_train(const struct pacer *p);
