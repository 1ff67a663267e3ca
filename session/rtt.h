/* rtt: the round trip of one path and the waiting times that follow from it (RFC 9002 sections 5.3, 6.1.2, 6.2.1). */
#ifndef SESSION_RTT_H
#define SESSION_RTT_H

#include <stdint.h>

/* RFC 9002 appendix A.2 */
enum { TIME_THRESHOLD_NUM = 9, TIME_THRESHOLD_DEN = 8 };
#define RECOVERY_GRANULARITY_US UINT64_C(1000)
#define RECOVERY_INITIAL_RTT_US UINT64_C(333000)

struct rtt {
	uint64_t latest, smoothed, variation, min; /* us; smoothed 0: no sample yet */
};

/* delay: what the peer says it waited before it answered; of use up to ACK_DELAY_US. */
void rtt_sample(struct rtt *rtt, uint64_t latest, uint64_t delay);
uint64_t rtt_pto(
    const struct rtt *rtt); /* probe timeout period; from the initial round trip without a sample */
uint64_t rtt_loss_delay(
    const struct rtt *rtt); /* a packet is lost so long after it left, once a later one has come */

#endif
