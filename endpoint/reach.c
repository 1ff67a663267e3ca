#include "endpoint/reach.h"

#include <string.h>

#include "base/min_max.h"

#define REFRESH_US (10 * SECOND) /* the communicator looks again so often while the peer is away */
#define DOUBT_US   (700 * MS)    /* ... or while nobody knows which path works, for a minute */
#define EARLY_US   (60 * SECOND)
#define ENDED_US   (2 * SECOND) /* ... and once when it has left, and so its rooms */
/* One search opens up to 1500 mappings at our NAT: so few a minute. */
#define SEARCHES_EVERY_US (60 * SECOND)

void reach_init(struct reach *r, struct communicator *communicator, struct roster *roster)
{
	*r = (struct reach){ .communicator = communicator,
		             .roster = roster,
		             .no_relay = roster->session.no_relay,
		             .refresh_at = NEVER };
}

void reach_free(struct reach *r)
{
	communicator_free(r->communicator);
}

/* ---- our addresses ---- */

static unsigned family_of(const struct addr *addr)
{
	return addr_is_v4(addr) ? 0 : 1;
}

static void add(struct candidates *c, enum candidate_kind kind, const struct addr *addr)
{
	for (size_t i = 0; i < c->own_count; i++) {
		if (addr_equal(&c->own[i].addr, addr))
			return;
	}
	if (c->own_count < LIMIT_CANDIDATES && addr_is_set(addr))
		c->own[c->own_count++] = (struct candidate){ .kind = (uint8_t)kind, .addr = *addr };
}

/* Best first: what the router leads to us, those seen from outside, then our interfaces with the
 * socket's port. A router behind another one leads nobody from outside to us, and one that lies
 * would send our peer to strangers: so its address has to be the one that servers see. */
static void offer(struct reach *r)
{
	struct candidates *c = &r->candidates;

	c->own_count = 0;
	c->nat.moves = addr_is_set(&r->seen[0]) && r->seen[0].port != r->port[0];
	if (addr_same_ip(&r->mapped, &r->seen[0]))
		add(c, CANDIDATE_SEEN, &r->mapped);
	for (unsigned family = 0; family < 2; family++)
		add(c, CANDIDATE_SEEN, &r->seen[family]);
	for (unsigned family = 0; family < 2; family++)
		add(c, CANDIDATE_TCP, &r->stream[family]);
	bool datagrams = addr_is_set(&r->seen[0]) || addr_is_set(&r->seen[1]);
	for (unsigned i = 0; i < LIMIT_VENUES && !datagrams; i++)
		add(c, CANDIDATE_CROSS, &c->crossings[i].seen);
	for (size_t i = 0; i < c->networks_count; i++) {
		struct addr host = c->networks[i];

		host.port = r->port[family_of(&host)];
		if (!addr_is_loopback(&host) && !addr_is_link_local(&host))
			add(c, CANDIDATE_HOST, &host);
	}
	roster_candidates(r->roster, c);
}

void reach_hosts(struct reach *r, const struct addr *hosts, size_t count)
{
	r->candidates.networks_count = min_of(count, LIMIT_CANDIDATES);
	memcpy(r->candidates.networks, hosts, r->candidates.networks_count * sizeof *hosts);
	offer(r);
}

/* ---- routes ---- */

static void give_sockets(struct reach *r, const struct communicator_event *e, uint64_t now)
{
	struct search_socket sockets[LIMIT_SPARES];
	struct search_want want;
	struct peer *p;

	for (size_t i = 0; i < e->number; i++)
		sockets[i] = (struct search_socket){ e->spares[i].link, e->spares[i].port };
	for (int i = 0; (p = roster_next(r->roster, &i)) != NULL;) {
		if (p->session != NULL && p->session == r->searcher &&
		    search_wants(session_search(p->session), &want) && want.turn == r->turn)
			search_sockets(session_search(p->session), sockets, e->number, &e->addr,
			               now);
	}
}

static void attested(struct reach *r, const struct communicator_event *e)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(r->roster, &i)) != NULL;) {
		if (p->session == NULL ||
		    !bytes_equal(session_rejoin(p->session), e->token, TOKEN_LEN))
			continue;
		if (route_is_stream(&e->route))
			session_attested(p->session, e->server, &e->addr);
		else
			search_attested(session_search(p->session), &e->addr);
	}
}

/* A session has asked for this connection, and for no handshake on it. */
static bool stands(struct reach *r, const struct route *route, uint64_t now)
{
	bool straight = route_is_stream(route) && route->link == 0;
	struct peer *p;

	for (int i = 0; straight && (p = roster_next(r->roster, &i)) != NULL;)
		if (p->session != NULL && session_has_route(p->session, route))
			session_route_up(p->session, route, now);
	return straight;
}

/* Where no server sees us any more, no UDP passes: then others must not count on it, and TCP is
 * worth a try. */
static bool see(struct reach *r, const struct communicator_event *e)
{
	bool any = addr_is_set(&e->addr);
	unsigned family = any ? family_of(&e->addr) : e->route.link == r->candidates.udp_link[1];

	r->seers[family] &= ~(1U << e->server);
	r->seers[family] |= (unsigned)any << e->server;
	if (any || r->seers[family] == 0)
		r->seen[family] = e->addr;
	offer(r);
	return any;
}

/* Looks at an event. True: others have to know it too. */
static bool passes_on(struct reach *r, const struct communicator_event *e, uint64_t now)
{
	unsigned family = family_of(&e->addr);

	switch (e->kind) {
	case COMMUNICATOR_BLOCKED:
	case COMMUNICATOR_WRITABLE:
		roster_blocked(r->roster, e->route.link, e->kind == COMMUNICATOR_BLOCKED);
		return false;
	case COMMUNICATOR_BOUND:
		if (e->route.kind == ROUTE_TCP) {
			r->stream[family] = e->addr;
			offer(r);
			return false;
		}
		r->candidates.udp_link[family] = e->route.link;
		r->port[family] = e->addr.port;
		offer(r);
		return false;
	case COMMUNICATOR_UP: return !stands(r, &e->route, now);
	case COMMUNICATOR_OBSERVED:
		if (route_is_stream(&e->route)) {
			r->candidates.crossings[e->server] =
			    (struct crossing){ e->route.local, e->addr };
			offer(r);
			return false;
		}
		return see(r, e);
	case COMMUNICATOR_MAPPED:
		r->mapped = e->addr;
		offer(r);
		return addr_is_set(&e->addr);
	case COMMUNICATOR_NAT:
		r->candidates.nat = e->nat;
		offer(r);
		return false;
	case COMMUNICATOR_ATTESTED: attested(r, e); return false;
	case COMMUNICATOR_SPARES: give_sockets(r, e, now); return false;
	case COMMUNICATOR_SERVER:
		r->relays &= ~(1U << e->server);
		r->relays |= (unsigned)(e->relay_kbit > 0) << e->server;
		roster_no_relay(r->roster, r->no_relay || r->relays == 0);
		return true;
	default: return true;
	}
}

bool reach_take(struct reach *r, struct communicator_event *event, uint64_t now)
{
	while (r->communicator->class->take(r->communicator, event)) {
		if (passes_on(r, event, now))
			return true;
	}
	return false;
}

void reach_drop(struct reach *r, const struct peer *p)
{
	const struct route *route;

	for (unsigned i = 0; (route = session_route_at(p->session, i)) != NULL; i++) {
		if (!route_is_bare(route) && !roster_has_route(r->roster, route, p))
			communicator_regard(r->communicator, route, STANDING_UNWANTED);
	}
}

/* A route is held for as long as a session has it among its paths: however the session ends, or the
 * path, nothing is left behind. */
static void release_unused(struct reach *r)
{
	struct route route;

	for (unsigned i = 0; communicator_held(r->communicator, i, &route);) {
		if (roster_has_route(r->roster, &route, NULL))
			i++;
		else
			communicator_regard(r->communicator, &route, STANDING_UNUSED);
	}
}

/* ---- searches ---- */

/* Of the session that has leave, or asks for it; NULL: none does. */
static struct session *searcher(struct reach *r, struct search_want *want)
{
	struct session *asks = NULL;
	struct search_want its;
	struct peer *p;

	for (int i = 0; (p = roster_next(r->roster, &i)) != NULL;) {
		if (p->session == NULL || !search_wants(session_search(p->session), &its))
			continue;
		if (asks == NULL || p->session == r->searcher) {
			asks = p->session;
			*want = its;
		}
	}
	return asks;
}

static void time_search(struct reach *r, uint64_t now)
{
	const struct addr unseen = { .port = 0 };
	struct search_want want = { .count = 0 };
	struct session *s = searcher(r, &want);

	if (s != r->searcher && r->searcher != NULL) {
		r->searcher = NULL;
		r->turn = 0;
		communicator_spare(r->communicator, 0, false, false, now);
	}
	if (s == NULL || (s == r->searcher && want.turn == r->turn) ||
	    (s != r->searcher && now < r->next_search_at))
		return;
	r->searcher = s;
	r->turn = want.turn;
	r->next_search_at = now + SEARCHES_EVERY_US;
	if (want.count == 0)
		search_sockets(session_search(s), NULL, 0, &unseen, now);
	else
		communicator_spare(r->communicator, want.count, want.low, want.measure, now);
}

/* ---- time ---- */

void reach_ended(struct reach *r, uint64_t now)
{
	r->refresh_at = now + ENDED_US;
}

/* The server is asked when trouble begins, now and then while it lasts, and once more when it is
 * over: our address outside may be another one, and the round of hole punching that follows needs
 * it. */
void reach_timer(struct reach *r, uint64_t now)
{
	unsigned trouble = 0;
	bool any = false, doubts = false;
	struct peer *p;

	for (int i = 0; (p = roster_next(r->roster, &i)) != NULL;) {
		bool accepted = p->state == PEER_ACCEPTED,
		     doubt = accepted && session_in_doubt(p->session);

		any |= accepted;
		doubts |= doubt;
		trouble += doubt || (accepted && session_away(p->session));
	}
	if (any && trouble != r->trouble)
		r->refresh_at = r->trouble_at = now;
	else if (any && trouble == 0)
		r->refresh_at = NEVER;
	r->trouble = trouble;
	if (now >= r->refresh_at) {
		bool early = doubts && now < r->trouble_at + EARLY_US;

		r->refresh_at = trouble == 0 ? NEVER : now + (early ? DOUBT_US : REFRESH_US);
		communicator_refresh(r->communicator, now);
	}
	time_search(r, now);
	release_unused(r);
}

uint64_t reach_deadline(const struct reach *r)
{
	return min_of(r->refresh_at, r->communicator->class->deadline(r->communicator));
}
