#include "session/punch.h"

#include <string.h>

#include "base/min_max.h"

/* Candidates that come faster than rounds can are answered late: an answer is larger than its
 * question. */
#define ANSWER_EVERY_US SECOND

/* Seconds from one round to the next while there is no direct path and nothing happens; the last
 * repeats. */
static const uint16_t round_wait_s[] = { 5, 30, 120, 300, 900 };
enum { ROUND_WAITS = sizeof round_wait_s / sizeof round_wait_s[0] };

/* Whatever happens, two rounds of ours are so far apart; twice as far with each that has followed
 * the one before within CALM_US, up to 2^HASTE_MAX times. A direct path that stands for STOOD_US
 * ends that. */
#define ROUND_EVERY_US (SECOND / 2)
#define CALM_US        (20 * SECOND)
#define STOOD_US       (2 * SECOND)
enum { HASTE_MAX = 3 };

void punch_init(struct punch *p, bool initiator, bool enabled)
{
	*p = (struct punch){ .initiator = initiator,
		             .enabled = enabled,
		             .round_at = NEVER,
		             .fire_at = NEVER,
		             .answer_at = NEVER };
}

static bool same_candidates(const struct candidates *a, const struct candidates *b)
{
	bool same = a->own_count == b->own_count;

	for (size_t i = 0; i < a->own_count && same; i++)
		same = a->own[i].kind == b->own[i].kind &&
		       addr_equal(&a->own[i].addr, &b->own[i].addr);
	return same;
}

void punch_candidates(struct punch *p, const struct candidates *ours)
{
	uint16_t old = p->ours.udp_link[0];

	p->changed |= !same_candidates(&p->ours, ours);
	p->turned |= old != 0 && ours->udp_link[0] != old;
	p->ours = *ours;
}

void punch_again(struct punch *p)
{
	p->changed = true;
}

void punch_attested(struct punch *p, unsigned server, const struct addr *addr)
{
	p->changed |= !addr_equal(&p->attested[server], addr);
	p->attested[server] = *addr;
}

/* ---- whom to fire at ---- */

static bool same_prefix(const struct addr *a, const struct addr *b)
{
	if (addr_is_v4(a) != addr_is_v4(b))
		return false;
	return memcmp(a->ip, b->ip, addr_is_v4(a) ? 14 : 8) == 0;
}

bool punch_same_network(const struct punch *p, const struct addr *remote)
{
	if (!addr_is_private(remote) && !addr_is_loopback(remote))
		return false;
	for (size_t i = 0; i < p->ours.networks_count; i++) {
		if (same_prefix(&p->ours.networks[i], remote))
			return true;
	}
	return false;
}

static bool own_loopback(const struct punch *p)
{
	for (size_t i = 0; i < p->ours.own_count; i++) {
		if (addr_is_loopback(&p->ours.own[i].addr))
			return true;
	}
	return false;
}

/* Does the server see us, too, at a private address? Then it stands in a private network, and what
 * it sees can be reached there. */
static bool seen_in_private(const struct punch *p)
{
	for (size_t i = 0; i < p->ours.own_count; i++) {
		if (p->ours.own[i].kind == CANDIDATE_SEEN && addr_is_private(&p->ours.own[i].addr))
			return true;
	}
	return false;
}

static bool worth_probing(const struct punch *p, const struct candidate *c)
{
	if (!addr_is_unicast(&c->addr) || addr_is_link_local(&c->addr) ||
	    c->addr.port < LIMIT_PORT_MIN)
		return false;
	if (c->kind != CANDIDATE_HOST && c->kind != CANDIDATE_SEEN)
		return false;
	if (addr_is_loopback(&c->addr))
		return own_loopback(p);
	if (!addr_is_private(&c->addr) || punch_same_network(p, &c->addr))
		return true;
	return c->kind == CANDIDATE_SEEN && seen_in_private(p);
}

/* Only where no UDP of ours gets to a server, and only to the world: in our network, and on this
 * host, a stranger's connection may mean something. */
static bool worth_connecting(const struct punch *p, const struct candidate *c)
{
	for (size_t i = 0; i < p->ours.own_count; i++)
		if (p->ours.own[i].kind == CANDIDATE_SEEN)
			return false;
	for (size_t i = 0; i < p->ours.networks_count; i++)
		if (addr_same_ip(&p->ours.networks[i], &c->addr))
			return false;
	return addr_is_unicast(&c->addr) && !addr_is_link_local(&c->addr) &&
	       !addr_is_private(&c->addr) && !addr_is_loopback(&c->addr) &&
	       c->addr.port >= LIMIT_PORT_MIN;
}

/* The peer's connection to a server at which we have one too, by what both of them say: where ours
 * is to leave from. NULL: there is no such server. */
static const struct addr *crossing(const struct punch *p, const struct addr *theirs)
{
	for (unsigned i = 0; i < LIMIT_VENUES; i++) {
		const struct crossing *own = &p->ours.crossings[i];

		if (addr_is_set(&own->seen) && addr_equal(&p->attested[i], theirs) &&
		    !addr_same_ip(&own->seen, theirs) &&
		    addr_is_v4(&own->seen) == addr_is_v4(theirs))
			return &own->local;
	}
	return NULL;
}

/* A TCP connection to there is worth a try; *from: where it has to leave from, if that counts. */
static bool connects(const struct punch *p, const struct candidate *c, struct addr *from)
{
	const struct addr *local = c->kind == CANDIDATE_CROSS ? crossing(p, &c->addr) : NULL;

	if (local != NULL)
		*from = *local;
	return (c->kind == CANDIDATE_TCP || local != NULL) && worth_connecting(p, c);
}

bool punch_fire(struct punch *p, struct route *route)
{
	while (p->fired < p->theirs_count) {
		const struct candidate *c = &p->theirs[p->fired++];
		uint16_t link = p->ours.udp_link[addr_is_v4(&c->addr) ? 0 : 1];

		*route = (struct route){ .kind = ROUTE_TCP, .remote = c->addr };
		if (connects(p, c, &route->local))
			return true;
		if (link == 0 || !worth_probing(p, c))
			continue;
		*route = (struct route){ .kind = ROUTE_UDP, .link = link, .remote = c->addr };
		return true;
	}
	return false;
}

/* ---- messages ---- */

bool punch_offer(struct punch *p, struct writer *body)
{
	if (!p->offer_due)
		return false;
	p->offer_due = false;
	write_u8(body, p->round);
	write_u8(body, (uint8_t)p->ours.own_count);
	for (size_t i = 0; i < p->ours.own_count; i++) {
		write_u8(body, p->ours.own[i].kind);
		addr_write(body, &p->ours.own[i].addr);
	}
	return true;
}

void punch_input(struct punch *p, struct span body, uint64_t now)
{
	struct reader r = reader_of(body);
	uint8_t round = read_u8(&r), count = read_u8(&r);
	struct candidate theirs[LIMIT_CANDIDATES];

	if (count > LIMIT_CANDIDATES)
		return;
	for (size_t i = 0; i < count; i++) {
		theirs[i].kind = read_u8(&r);
		theirs[i].addr = addr_read(&r);
	}
	if (!read_end(&r) || !p->enabled)
		return;
	memcpy(p->theirs, theirs, count * sizeof *theirs);
	p->theirs_count = p->fired = count;
	if (!p->initiator) {
		p->round = round;
		p->answer_at = max_of(now, p->answered_at + ANSWER_EVERY_US);
	} else if (round == p->round) {
		p->fire_at = now; /* it answers, or begins on its own */
	}
}

/* ---- time ---- */

/* The responder's side of a round: it fires half a round trip after it has answered, when the
 * initiator does. */
static void answer(struct punch *p, uint64_t round_trip, uint64_t now)
{
	p->answer_at = NEVER;
	p->answered_at = now;
	p->offer_due = true;
	p->fire_at = now + round_trip / 2;
}

/* An initiator gives its round a number, which the answer bears. A responder begins with the number
 * of the last one, as if it answered again. */
static void start_round(struct punch *p, uint64_t round_trip, uint64_t now)
{
	p->changed = p->turned = false;
	p->haste = now >= p->began_at + CALM_US ? 0 : p->haste + (p->haste < HASTE_MAX);
	p->began_at = now;
	p->offer_due = true;
	if (!p->initiator) {
		p->round_at = NEVER;
		p->fire_at = now + round_trip / 2;
		return;
	}
	p->round++;
	p->round_at = now + round_wait_s[p->waits] * SECOND;
	p->waits += p->waits < ROUND_WAITS - 1;
}

/* Rounds are bound to what happens: our addresses are others, what was direct is not, all were in
 * doubt and one of them has answered. */
static void notice(struct punch *p, const struct punch_state *state, uint64_t now)
{
	bool cleared = p->in_doubt && !state->in_doubt, lost = p->direct && !state->direct;

	if (state->direct && !p->direct)
		p->direct_since = now;
	if (lost && now >= p->direct_since + STOOD_US)
		p->haste = 0;
	if (p->turned || (!state->direct && (p->changed || cleared || lost))) {
		p->waits = 0;
		p->round_at = max_of(now, p->began_at + (ROUND_EVERY_US << p->haste));
	}
	p->changed &= state->in_doubt;
	p->direct = state->direct;
	p->in_doubt = state->in_doubt;
}

static bool begun(const struct punch *p)
{
	return p->initiator ? p->began_at != 0 : p->answered_at != 0;
}

void punch_timer(struct punch *p, const struct punch_state *state, uint64_t now)
{
	if (now >= p->answer_at)
		answer(p, state->round_trip, now);
	if (now >= p->fire_at) {
		p->fire_at = NEVER;
		p->fired = 0;
	}
	if (!p->enabled || !state->accepted)
		return;
	if (begun(p))
		notice(p, state, now);
	if (state->direct && !p->turned)
		p->round_at = NEVER; /* its loss is noticed */
	bool first = p->initiator && !begun(p);
	if (first || (now >= p->round_at && !state->in_doubt))
		start_round(p, state->round_trip, now);
}

uint64_t punch_deadline(const struct punch *p, bool accepted)
{
	if (p->initiator && p->enabled && accepted && !begun(p))
		return 0;
	return min_of(p->answer_at, min_of(p->fire_at, p->in_doubt ? NEVER : p->round_at));
}
