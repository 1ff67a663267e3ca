#include "session/punch.h"

#include <string.h>

#include "base/min_max.h"

/* Candidates that come faster than rounds can are answered late: an answer is larger than its
 * question. */
#define ANSWER_EVERY_US SECOND

/* Seconds from one round to the next while there is no direct path; the last repeats. */
static const uint16_t round_wait_s[] = { 5, 30, 120, 300, 900 };
enum { ROUND_WAITS = sizeof round_wait_s / sizeof round_wait_s[0] };

void punch_init(struct punch *p, bool initiator, bool enabled)
{
	*p = (struct punch){ .initiator = initiator,
		             .enabled = enabled,
		             .round_at = NEVER,
		             .fire_at = NEVER,
		             .answer_at = NEVER };
}

void punch_candidates(struct punch *p, const struct candidates *ours)
{
	p->ours = *ours;
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

bool punch_fire(struct punch *p, struct route *route)
{
	while (p->fired < p->theirs_count) {
		const struct candidate *c = &p->theirs[p->fired++];
		uint16_t link = p->ours.udp_link[addr_is_v4(&c->addr) ? 0 : 1];

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
		p->fire_at = now;
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

static void start_round(struct punch *p, uint64_t now)
{
	unsigned wait = p->round < ROUND_WAITS ? p->round : ROUND_WAITS - 1;

	p->round++;
	p->round_at = now + round_wait_s[wait] * SECOND;
	p->offer_due = true;
}

void punch_timer(struct punch *p, bool accepted, bool direct, uint64_t round_trip, uint64_t now)
{
	if (now >= p->answer_at)
		answer(p, round_trip, now);
	if (now >= p->fire_at) {
		p->fire_at = NEVER;
		p->fired = 0;
	}
	if (!p->initiator || !p->enabled || !accepted)
		return;
	if (p->round == 0 || (now >= p->round_at && !direct))
		start_round(p, now);
	else if (now >= p->round_at) /* direct now: look again whether it still is */
		p->round_at = now + round_wait_s[0] * SECOND;
}

uint64_t punch_deadline(const struct punch *p, bool accepted)
{
	if (p->initiator && p->enabled && accepted && p->round == 0)
		return 0;
	return min_of(p->answer_at, min_of(p->fire_at, p->round_at));
}
