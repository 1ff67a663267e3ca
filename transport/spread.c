#include "transport/spread.h"

#include <string.h>

#include "base/min_max.h"

void spread_init(struct spread *s, struct random *random)
{
	memset(s, 0, sizeof *s);
	spares_init(&s->spares, random);
	natclass_init(&s->natclass, random);
	lifetime_init(&s->lifetimes[0], true, random);
	lifetime_init(&s->lifetimes[1], false, random);
	expiry_init(&s->expiry, random);
}

/* ---- whose turn it is ---- */

static void give(struct spread *s, enum spread_user user, unsigned count, bool low)
{
	s->user = user;
	spares_want(&s->spares, count, low);
}

void spread_spare(struct spread *s, unsigned count, bool low, bool measure, uint64_t now)
{
	s->measure = measure;
	s->due = false;
	natclass_stop(&s->natclass);
	give(s, count > 0 ? SPREAD_SEARCH : SPREAD_NOBODY, count < SPARES ? count : SPARES, low);
	spread_timer(s, now);
}

static void ready(struct spread *s, uint64_t now)
{
	uint16_t link, port;

	if (s->user == SPREAD_LOOK) {
		natclass_spares(&s->natclass, &s->spares, now);
		return;
	}
	s->seen = (struct addr){ .port = 0 };
	s->due = !s->measure || !spares_get(&s->spares, 0, &link, &port);
	if (!s->due)
		natclass_measure(&s->natclass, link, now);
}

/* After each call that may have changed something. */
static void turn(struct spread *s, uint64_t now)
{
	unsigned count;
	bool low;

	if (s->user != SPREAD_SEARCH && natclass_wants(&s->natclass, &count, &low))
		give(s, SPREAD_LOOK, count, low);
	else if (s->user == SPREAD_LOOK && !natclass_looks(&s->natclass))
		give(s, SPREAD_NOBODY, 0, false);
	if (spares_ready(&s->spares))
		ready(s, now);
	if (natclass_measured(&s->natclass, &s->seen))
		s->due = s->user == SPREAD_SEARCH;
}

/* ---- what comes in ---- */

bool spread_cookie(struct spread *s, const struct route *from, struct span wire, uint64_t now)
{
	bool ours = natclass_cookie(&s->natclass, from, wire, now) ||
	            lifetime_cookie(&s->lifetimes[0], from, wire, now) ||
	            lifetime_cookie(&s->lifetimes[1], from, wire, now) ||
	            expiry_cookie(&s->expiry, from, wire, now);

	if (ours)
		spread_timer(s, now);
	return ours;
}

void spread_outside(struct spread *s, const struct route *from, struct span wire, uint64_t now)
{
	bool v4 = addr_is_v4(&from->remote);
	struct cookie m;

	if (signaling_read_cookie(wire, &m) && route_is_bare(from)) {
		if (v4)
			natclass_outside(&s->natclass, from->link, &from->remote, &m.observed,
			                 m.other_port, now);
		lifetime_outside(&s->lifetimes[v4 ? 0 : 1], from->link, &from->remote, &m.observed,
		                 now);
		if (v4 && addr_equal(&s->lifetimes[0].server, &from->remote))
			expiry_seen(&s->expiry, from, &m.observed, now);
	}
	turn(s, now);
}

bool spread_link(struct spread *s, const struct link_event *event, uint64_t now)
{
	bool ours = spares_link(&s->spares, event);

	if (ours)
		turn(s, now);
	return ours || lifetime_link(&s->lifetimes[0], event, now) ||
	       lifetime_link(&s->lifetimes[1], event, now);
}

/* ---- what goes out ---- */

bool spread_request(struct spread *s, struct link_request *request)
{
	return spares_request(&s->spares, request) || lifetime_request(&s->lifetimes[0], request) ||
	       lifetime_request(&s->lifetimes[1], request);
}

bool spread_up(const struct spread *s, uint16_t link)
{
	return spares_up(&s->spares, link) || lifetime_up(&s->lifetimes[0], link) ||
	       lifetime_up(&s->lifetimes[1], link);
}

void spread_quiet(const struct spread *s, uint64_t quiet_us[static 2])
{
	for (int i = 0; i < 2; i++)
		quiet_us[i] = s->lifetimes[i].quiet_us;
}

enum expiry_news spread_expiry(struct spread *s)
{
	return expiry_take(&s->expiry);
}

void spread_timer(struct spread *s, uint64_t now)
{
	for (int i = 0; i < 2; i++)
		lifetime_timer(&s->lifetimes[i], now);
	expiry_timer(&s->expiry, now);
	natclass_timer(&s->natclass, now);
	turn(s, now);
}

uint64_t spread_deadline(const struct spread *s)
{
	uint64_t at = min_of(natclass_deadline(&s->natclass), expiry_deadline(&s->expiry));

	return min_of(
	    at, min_of(lifetime_deadline(&s->lifetimes[0]), lifetime_deadline(&s->lifetimes[1])));
}

bool spread_output(struct spread *s, struct writer *w, struct route *to)
{
	return natclass_output(&s->natclass, w, to) || lifetime_output(&s->lifetimes[0], w, to) ||
	       lifetime_output(&s->lifetimes[1], w, to) || expiry_output(&s->expiry, w, to);
}

/* ---- the program ---- */

bool spread_report(struct spread *s, struct communicator_event *event)
{
	unsigned count = 0;

	bool news = natclass_report(&s->natclass, event);

	for (int i = 0; i < 2; i++)
		news |= lifetime_news(&s->lifetimes[i]);
	if (news) {
		*event = (struct communicator_event){ .kind = COMMUNICATOR_NAT,
			                              .nat = s->natclass.traits };
		spread_quiet(s, event->nat.quiet_us);
		return true;
	}
	if (!s->due)
		return false;
	s->due = false;
	while (count < SPARES &&
	       spares_get(&s->spares, count, &s->list[count].link, &s->list[count].port))
		count++;
	*event = (struct communicator_event){
		.kind = COMMUNICATOR_SPARES, .addr = s->seen, .number = count, .spares = s->list
	};
	return true;
}

void spread_regard(struct spread *s, const struct route *route, enum communicator_standing standing)
{
	spares_regard(&s->spares, route, standing);
}

bool spread_held(const struct spread *s, unsigned *index, struct route *route)
{
	unsigned i = 0;

	for (; spares_held(&s->spares, i, route); i++) {
		if ((*index)-- == 0)
			return true;
	}
	return false;
}
