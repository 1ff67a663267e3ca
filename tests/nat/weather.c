/* weather: see weather.h. */
#include "weather.h"

#include "base/min_max.h"
#include "nat.h"

enum { QUEUE = 256 * 1024 };
static const uint64_t S_NS = 1000000000;

/* Loss in bursts is Gilbert's model: in the bad state all is lost. It is left with a chance of 1 in
 * burst, and entered so often that the share of it is the loss. */
static bool is_lost(struct weather *w, bool *losing, struct random *random)
{
	uint64_t permille = w->loss_permille, burst = max_of(w->burst, 1);

	if (burst == 1 || permille == 0 || permille >= 1000)
		return random_below(random, 1000) < permille;
	if (*losing)
		*losing = random_below(random, burst) != 0;
	else
		*losing = random_below(random, burst * (1000 - permille)) < permille;
	return *losing;
}

/* So many bytes join those that wait to be done at this rate until *until. False: more than limit
 * would wait. */
static bool join(uint64_t *until, uint64_t rate, uint64_t limit, size_t len, uint64_t now_ns)
{
	uint64_t start = max_of(*until, now_ns);

	if ((start - now_ns) / 1000 * rate / (S_NS / 1000) + len > limit)
		return false;
	*until = start + len * S_NS / rate;
	return true;
}

enum fate weather_pass(struct weather *w, enum way way, int protocol, uint16_t port, size_t len,
                       uint64_t now, struct random *random, uint64_t *at)
{
	uint64_t now_ns = now * 1000, queue = w->queue ? w->queue : QUEUE, ready = now;

	if (w->dark || (protocol == NAT_UDP && w->udp_blocked) ||
	    (protocol == NAT_TCP && w->tcp_port != 0 && port != w->tcp_port))
		return FATE_BLOCKED;
	if (protocol == NAT_UDP && w->udp_refused)
		return FATE_REFUSED;
	if (w->mtu != 0 && len > w->mtu)
		return FATE_TOO_BIG;
	if (w->police != 0 && !join(&w->ways[way].full_at_ns, w->police, w->allowance, len, now_ns))
		return FATE_DROPPED;
	if (w->rate != 0) {
		if (!join(&w->ways[way].busy_until_ns, w->rate, queue, len, now_ns))
			return FATE_DROPPED;
		ready = (w->ways[way].busy_until_ns + 999) / 1000;
	}
	if (is_lost(w, &w->ways[way].losing, random))
		return FATE_LOST;
	*at = ready + w->delay_us + (w->jitter_us ? random_below(random, w->jitter_us) : 0);
	if (w->in_order)
		*at = max_of(*at, w->ways[way].last_at);
	w->ways[way].last_at = *at;
	return FATE_ARRIVES;
}
