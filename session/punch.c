/* punch: own addresses are offered inside the session, the peer's are fired at, both sides at the same time. docs/PROTOCOL.md 6.7. */
#include <string.h>

#include "base/min_max.h"
#include "session/core.h"

#define ANSWER_EVERY_US                                                                            \
	SECOND /* candidates that come faster than rounds can are answered late: an answer is larger than its question */

/* Seconds from one round to the next while there is no direct path; the last repeats. */
static const uint16_t round_wait_s[] = { 5, 30, 120, 300, 900 };
enum { ROUND_WAITS = sizeof round_wait_s / sizeof round_wait_s[0] };

static bool same_prefix(const struct addr *a, const struct addr *b)
{
	if (addr_is_v4(a) != addr_is_v4(b))
		return false;
	return memcmp(a->ip, b->ip, addr_is_v4(a) ? 14 : 8) == 0;
}

bool punch_same_network(const struct session *s, const struct addr *remote)
{
	for (size_t i = 0; i < s->candidates.networks_count; i++) {
		if (same_prefix(&s->candidates.networks[i], remote) &&
		    (addr_is_private(remote) || addr_is_loopback(remote)))
			return true;
	}
	return false;
}

static void offer(struct session *s)
{
	uint8_t bytes[2 + LIMIT_CANDIDATES * (1 + ADDR_WIRE)];
	struct writer w = writer_of(bytes, sizeof bytes);

	write_u8(&w, s->round);
	write_u8(&w, (uint8_t)s->candidates.own_count);
	for (size_t i = 0; i < s->candidates.own_count; i++) {
		write_u8(&w, s->candidates.own[i].kind);
		addr_write(&w, &s->candidates.own[i].addr);
	}
	(void)control_send(s, CONTROL_CANDIDATES,
	                   written(&w)); /* if there is no room: the next round will tell */
}

/* ---- whom to fire at ---- */

static bool own_loopback(const struct session *s)
{
	for (size_t i = 0; i < s->candidates.own_count; i++) {
		if (addr_is_loopback(&s->candidates.own[i].addr))
			return true;
	}
	return false;
}

/* Does the server see us, too, at a private address? Then it stands in a private network, and what it sees can be reached there. */
static bool seen_in_private(const struct session *s)
{
	for (size_t i = 0; i < s->candidates.own_count; i++) {
		if (s->candidates.own[i].kind == CANDIDATE_SEEN &&
		    addr_is_private(&s->candidates.own[i].addr))
			return true;
	}
	return false;
}

static bool worth_probing(const struct session *s, const struct candidate *c)
{
	if (!addr_is_unicast(&c->addr) || addr_is_link_local(&c->addr) ||
	    c->addr.port < LIMIT_PORT_MIN)
		return false;
	if (c->kind != CANDIDATE_HOST && c->kind != CANDIDATE_SEEN)
		return false;
	if (addr_is_loopback(&c->addr))
		return own_loopback(s);
	if (!addr_is_private(&c->addr) || punch_same_network(s, &c->addr))
		return true;
	return c->kind == CANDIDATE_SEEN && seen_in_private(s);
}

static void fire(struct session *s, uint64_t now)
{
	for (size_t i = 0; i < s->theirs_count; i++) {
		const struct candidate *c = &s->theirs[i];
		struct route route = { .kind = ROUTE_UDP,
			               .link = s->candidates.udp_link[addr_is_v4(&c->addr) ? 0 : 1],
			               .remote = c->addr };

		if (route.link == 0 || !worth_probing(s, c) || path_find(s, &route) >= 0)
			continue;
		path_add(s, &route, PATH_PUNCH, now);
	}
}

void punch_message(struct session *s, struct reader *r, uint64_t now)
{
	uint8_t round = read_u8(r), count = read_u8(r);
	struct candidate theirs[LIMIT_CANDIDATES];

	if (count > LIMIT_CANDIDATES)
		return;
	for (size_t i = 0; i < count; i++) {
		theirs[i].kind = read_u8(r);
		theirs[i].addr = addr_read(r);
	}
	if (!read_end(r) || s->config.relay_only || !s->punching)
		return;
	memcpy(s->theirs, theirs, sizeof theirs);
	s->theirs_count = count;
	if (!s->config.initiator) {
		s->round = round;
		s->answer_at = max_of(now, s->answered_at + ANSWER_EVERY_US);
	} else if (round == s->round) {
		s->fire_at = now;
	}
	punch_timer(s, now);
}

/* ---- time ---- */

/* The responder's side of a round: it fires half a round trip after it has answered, when the initiator does. */
static void answer(struct session *s, uint64_t now)
{
	s->answer_at = NEVER;
	s->answered_at = now;
	offer(s);
	s->fire_at = now + recovery_flow(s->recovery, s->data_path < 0 ? 0 : (unsigned)s->data_path)
	                           ->rtt.smoothed /
	                       2;
}

static void start_round(struct session *s, uint64_t now)
{
	unsigned wait = s->round < ROUND_WAITS ? s->round : ROUND_WAITS - 1;

	s->round++;
	s->round_at = now + round_wait_s[wait] * SECOND;
	offer(s);
}

void punch_timer(struct session *s, uint64_t now)
{
	if (now >= s->answer_at)
		answer(s, now);
	if (now >= s->fire_at) {
		s->fire_at = NEVER;
		fire(s, now);
	}
	if (!s->config.initiator || !s->punching || !s->accepted)
		return;
	if (s->round == 0 || (now >= s->round_at && !path_direct(s)))
		start_round(s, now);
	else if (now >= s->round_at)
		s->round_at =
		    now + round_wait_s[0] * SECOND; /* direct now: look again whether it still is */
}

uint64_t punch_deadline(const struct session *s)
{
	if (s->config.initiator && s->punching && s->accepted && s->round == 0)
		return 0;
	return min_of(s->answer_at, min_of(s->fire_at, s->round_at));
}
