/* rtt: the round trip of one path, and the waiting times that follow from it (RFC 9002 sections
 * 5.3, 6.1.2 and 6.2.1). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* RFC 9002 appendix A.2 */
enum { RTT_THRESHOLD_NUM = 9, RTT_THRESHOLD_DEN = 8 };
#define RTT_GRANULARITY_US UINT64_C(1000)
#define RTT_INITIAL_US     UINT64_C(333000)
/* How long a receiver may hold an acknowledgment back: max_ack_delay, RFC 9000 section 13.2.1. */
#define RTT_ACK_DELAY_US UINT64_C(25000)

struct rtt {
	uint64_t latest, smoothed, variation, min; /* us; smoothed 0: no sample yet */
};

/* delay: what the peer says it waited before it answered; counts up to RTT_ACK_DELAY_US. */
void rtt_sample(struct rtt *rtt, uint64_t latest, uint64_t delay);
/* The probe timeout's period; without a sample, that of the initial round trip. */
uint64_t rtt_pto(const struct rtt *rtt);
/* What the way takes, without our own queue, for choosing a window: smoothed; on a way of less than
 * a millisecond four times the shortest, at most. */
uint64_t rtt_of_way(const struct rtt *rtt);
/* Does a queue stand on the way? Packets take an eighth longer than the fastest has, beyond what
 * their times vary by. */
bool rtt_queue(const struct rtt *rtt);
/* A packet is lost so long after it left, once a later one has arrived. */
uint64_t rtt_loss_delay(const struct rtt *rtt);
