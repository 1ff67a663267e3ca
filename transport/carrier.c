#include "transport/carrier.h"

#define PAUSE_US     (2 * SECOND)
#define PAUSE_MAX_US (30 * SECOND)

/* The end is reported before anything less. */
static bool is_end(const struct carrier_failure *f)
{
	return f->set && f->fatal;
}

void carrier_because(struct carrier_failure *f, const char *reason)
{
	if (!is_end(f))
		f->reason = reason;
}

void carrier_fail(struct carrier_failure *f, enum err err, const struct addr *where, bool fatal)
{
	if (is_end(f))
		return;
	*f = (struct carrier_failure){
		.set = true, .fatal = fatal, .err = err, .where = *where, .reason = f->reason
	};
}

void carrier_fail_link(struct carrier_failure *f, const struct link_event *event,
                       const struct addr *where, bool fatal)
{
	if (is_end(f))
		return;
	*f = (struct carrier_failure){ .set = true,
		                       .fatal = fatal,
		                       .ours = true,
		                       .err = event->why,
		                       .where = *where,
		                       .reason = event->reason };
}

bool carrier_failed(struct carrier_failure *f, struct communicator_event *event)
{
	if (!f->set)
		return false;
	f->set = false;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_FAILED,
		                              .err = f->err,
		                              .reason = f->reason,
		                              .ours = f->ours,
		                              .addr = f->where,
		                              .fatal = f->fatal };
	carrier_because(f, NULL);
	return true;
}

void carrier_put(struct carrier_inbox *in, const struct route *route, struct span packet,
                 bool proved)
{
	*in = (struct carrier_inbox){
		.full = true, .proved = proved, .route = *route, .packet = packet
	};
}

void carrier_put_direct(struct carrier_inbox *in, const struct route *from, struct span datagram,
                        bool proved)
{
	struct route route = {
		.kind = ROUTE_UDP, .link = from->link, .local = from->local, .remote = from->remote
	};

	if (packet_is_session(datagram))
		carrier_put(in, &route, datagram, proved);
}

bool carrier_get(struct carrier_inbox *in, struct route *route, struct span *packet, bool *proved)
{
	if (!in->full)
		return false;
	in->full = false;
	*route = in->route;
	*packet = in->packet;
	*proved = in->proved;
	return true;
}

uint64_t carrier_jitter(struct random *random, uint64_t us)
{
	return us - us / 10 + random_below(random, us / 5 + 1);
}

uint64_t carrier_pause(struct random *random, unsigned failures)
{
	return carrier_jitter(random, failures < 4 ? PAUSE_US << failures : PAUSE_MAX_US);
}

struct addr carrier_any(bool v4)
{
	return v4 ? addr_v4(0, 0, 0, 0, 0) : (struct addr){ .port = 0 };
}
