#include "session/rtt.h"

#include "base/min_max.h"

#define NEAR_US UINT64_C(1000)

void rtt_sample(struct rtt *rtt, uint64_t latest, uint64_t delay)
{
	rtt->latest = latest = max_of(latest, 1);
	if (rtt->smoothed == 0) {
		*rtt = (struct rtt){
			.latest = latest, .smoothed = latest, .variation = latest / 2, .min = latest
		};
		return;
	}
	rtt->min = min_of(rtt->min, latest);
	delay = min_of(delay, RTT_ACK_DELAY_US);
	uint64_t adjusted = latest >= rtt->min + delay ? latest - delay : latest;
	uint64_t off = max_of(rtt->smoothed, adjusted) - min_of(rtt->smoothed, adjusted);
	rtt->variation = (3 * rtt->variation + off) / 4;
	rtt->smoothed = max_of((7 * rtt->smoothed + adjusted) / 8, 1);
}

uint64_t rtt_pto(const struct rtt *rtt)
{
	uint64_t smoothed = rtt->smoothed ? rtt->smoothed : RTT_INITIAL_US;
	uint64_t variation = rtt->smoothed ? rtt->variation : RTT_INITIAL_US / 2;
	return smoothed + max_of(4 * variation, RTT_GRANULARITY_US) + RTT_ACK_DELAY_US;
}

/* Where nothing is far, packets wait longer in our own queue than on the way, and a larger window
 * would make it longer still. */
uint64_t rtt_of_way(const struct rtt *rtt)
{
	return rtt->min < NEAR_US ? min_of(rtt->smoothed, 4 * rtt->min) : rtt->smoothed;
}

bool rtt_queue(const struct rtt *rtt)
{
	return rtt->smoothed > rtt->min + rtt->min / 8 + 3 * rtt->variation;
}

uint64_t rtt_loss_delay(const struct rtt *rtt)
{
	uint64_t longest = max_of(rtt->smoothed, rtt->latest);
	return max_of(longest * RTT_THRESHOLD_NUM / RTT_THRESHOLD_DEN, RTT_GRANULARITY_US);
}
