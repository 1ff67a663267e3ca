#include "session/search.h"

#include <string.h>

#include "base/min_max.h"

/* Candidate kind, and bits of its first byte. */
enum { KIND_NAT = 16, NAT_HARD = 1, NAT_KEEPS = 2, NAT_LOW = 4, NAT_MOVES = 8 };

enum {
	LOW_LAST = 1023, /* Linux gives ports 512..1023 these, from AIM_PORT_MIN on */
	AHEAD = 64,      /* ports of a row that are tried */
	ATTEMPTS = 4,    /* of two easy NATs */
	ATTEMPT_SUSPECTED = 3,
	SOCKETS_LOW = 32, /* beside 424 ports: 99.6 % hit within 64 */
	SOCKETS_ROW = 25,
	SOCKETS_KEEPING = 4,
	SOCKETS_BOTH_LOW = 3, /* 1272 packets a side: 99.95 % */
	SOCKETS_MIN = 16,
	REPEATED_MAX = 700, /* so few packets are sent twice: some are lost */
	MANY = 400,         /* after so many in vain, not before long */
	FEW = 8             /* so few pairs get packets slowly, and more of them */
};

#define SEARCH_AFTER_US (400 * MS) /* after the first probes */
#define GAP_US          (5 * MS)   /* 200 packets a second */
#define SLOW_GAP_US     (60 * MS)
#define SOCKETS_US      (2 * SECOND)  /* to get them, and to hear of the peer's */
#define EASY_US         (1500 * MS)   /* an attempt of two easy NATs */
#define HARD_US         (12 * SECOND) /* a search */
#define HEARD_US        (500 * MS)

void search_init(struct search *s, bool initiator, bool enabled, struct random *random)
{
	*s = (struct search){ .initiator = initiator,
		              .enabled = enabled,
		              .random = random,
		              .start_at = NEVER,
		              .end_at = NEVER,
		              .next_at = NEVER };
}

static bool hard(const struct nat_traits *t)
{
	return t->known && t->hard;
}

static void stop(struct search *s)
{
	s->stage = SEARCH_IDLE;
	s->start_at = s->end_at = s->next_at = NEVER;
	s->say_due = s->said = s->heard = false;
	s->attempt = 0;
}

/* ---- what is known ---- */

void search_candidates(struct search *s, const struct candidates *ours)
{
	const struct addr *seen = NULL;

	if (hard(&s->own) != hard(&ours->nat))
		stop(s);
	s->own = ours->nat;
	if (!hard(&s->own)) { /* what is to be tried if it turns out to be hard */
		s->own.first = LIMIT_PORT_MIN;
		s->own.last = UINT16_MAX;
	}
	s->self.link = ours->udp_link[0];
	s->self.hosts_count = ours->networks_count;
	memcpy(s->self.hosts, ours->networks, sizeof s->self.hosts);
	for (size_t i = 0; i < ours->own_count; i++) {
		const struct candidate *c = &ours->own[i];
		if (c->kind == CANDIDATE_SEEN && addr_is_v4(&c->addr))
			seen = &c->addr;
	}
	if (seen == NULL)
		return;
	if (!addr_same_ip(seen, &s->self.seen))
		allowance_soon(&s->allowance); /* what was in vain elsewhere may not be here */
	s->self.seen = *seen;
}

void search_attested(struct search *s, const struct addr *addr)
{
	if (!addr_is_v4(addr) || !addr_is_unicast(addr))
		return;
	if (!addr_same_ip(addr, &s->attested)) {
		stop(s); /* what is under way would go on elsewhere */
		allowance_soon(&s->allowance);
	}
	s->attested = *addr;
}

bool search_write_nat(const struct search *s, struct writer *w)
{
	const struct nat_traits *t = &s->own;
	bool is = hard(t);

	if (!s->enabled)
		return false;
	write_u8(w, KIND_NAT);
	write_u8(w, (uint8_t)((is ? NAT_HARD : 0) | (is && t->keeps ? NAT_KEEPS : 0) |
	                      (is && t->low ? NAT_LOW : 0) | (t->moves ? NAT_MOVES : 0)));
	write_be16(w, is ? t->step : 0);
	write_be16(w, is ? t->first : 0);
	write_be16(w, is ? t->last : 0);
	write_zeroes(w, ADDR_WIRE - 7);
	return true;
}

void search_peer(struct search *s, struct span candidates)
{
	struct reader r = reader_of(span_after(candidates, min_of(candidates.len, 2)));

	while (r.left >= SEARCH_NAT) {
		uint8_t kind = read_u8(&r);
		struct reader nat = reader_of(read_span(&r, ADDR_WIRE));
		if (kind != KIND_NAT)
			continue;
		uint8_t flags = read_u8(&nat);
		s->peer_can = true;
		if (hard(&s->peer) != ((flags & NAT_HARD) != 0))
			stop(s);
		s->peer = (struct nat_traits){ .known = true,
			                       .hard = flags & NAT_HARD,
			                       .keeps = flags & NAT_KEEPS,
			                       .low = flags & NAT_LOW,
			                       .moves = flags & NAT_MOVES };
		s->peer.step = read_be16(&nat);
		s->peer.first = read_be16(&nat);
		s->peer.last = read_be16(&nat);
	}
}

/* ---- plans ---- */

/* Two attempts of NATs that seem easy have failed. One that looks the same from two ports of a
 * server, and yet gives each host another port, does not keep the port of its socket. */
static bool suspected(const struct search *s)
{
	return s->attempt == ATTEMPT_SUSPECTED && !hard(&s->own) && !hard(&s->peer) &&
	       s->own.moves != s->peer.moves;
}

static bool own_hard(const struct search *s)
{
	return hard(&s->own) || (suspected(s) && s->own.moves);
}

static bool peer_hard(const struct search *s)
{
	return hard(&s->peer) || (suspected(s) && s->peer.moves);
}

/* Can two hard NATs be led to each other within what a search may cost? */
static bool both_can(const struct search *s)
{
	return (s->own.low && s->peer.low) || (s->own.step > 0 && s->peer.step > 0);
}

static bool both_easy(const struct search *s)
{
	return !own_hard(s) && !peer_hard(s);
}

static bool feasible(const struct search *s)
{
	if (!s->enabled || !s->peer_can || !aim_allowed(&s->attested, &s->self) ||
	    s->self.link == 0)
		return false;
	return !(own_hard(s) && peer_hard(s)) || both_can(s);
}

/* The more ports the other side has to guess, the more sockets wait behind them. */
static unsigned sockets_of_range(const struct nat_traits *t)
{
	unsigned ports = (unsigned)(t->last - t->first) + 1;

	if (ports > 4096)
		return LIMIT_SPARES;
	return ports > 512 ? 64 : ports > 128 ? 32 : SOCKETS_MIN;
}

static struct search_want plan(const struct search *s)
{
	const struct nat_traits *own = &s->own;
	bool both = own_hard(s) && peer_hard(s);

	if (both_easy(s))
		return (struct search_want){ .count = 1, .measure = true };
	if (!own_hard(s))
		return (struct search_want){ .count = 0 };
	if (own->low && (!both || s->peer.low))
		return (struct search_want){ .count = both ? SOCKETS_BOTH_LOW : SOCKETS_LOW,
			                     .low = true };
	if (own->keeps)
		return (struct search_want){ .count = both ? 1 : SOCKETS_KEEPING };
	if (own->step > 0)
		return (struct search_want){ .count = both ? 1 : SOCKETS_ROW, .measure = true };
	return (struct search_want){ .count = sockets_of_range(own) };
}

/* Of two that count, one is looked for at every second port: others may take some between. */
static void say_row(struct search *s, uint32_t from)
{
	bool doubled = peer_hard(s) && s->initiator;
	unsigned step = (unsigned)s->own.step * (doubled ? 2 : 1);

	aim_in_order(&s->ours);
	aim_add(&s->ours, from, from + (AHEAD - 1) * step, step);
}

static void choose_ports(struct search *s, const struct addr *seen)
{
	bool both = own_hard(s) && peer_hard(s);

	memset(&s->ours, 0, sizeof s->ours);
	if (s->want.count == 0)
		aim_add(&s->ours, s->self.seen.port, s->self.seen.port, 1);
	else if (both_easy(s))
		aim_add(&s->ours, seen->port, seen->port, 1);
	else if (s->want.low)
		aim_add(&s->ours, AIM_PORT_MIN, LOW_LAST, 1);
	else if (s->own.keeps && both)
		say_row(s, s->sockets[0].port);
	else if (s->own.keeps)
		for (size_t i = 0; i < s->sockets_count; i++)
			aim_add(&s->ours, s->sockets[i].port, s->sockets[i].port, 1);
	else if (s->own.step > 0 && addr_is_set(seen))
		say_row(s, (uint32_t)seen->port + s->own.step);
	else
		aim_add(&s->ours, s->own.first, s->own.last, 1);
}

/* ---- a search ---- */

static void ask(struct search *s, uint8_t attempt, uint64_t now)
{
	unsigned turn = s->want.turn + 1;

	s->stage = SEARCH_ASKING;
	s->attempt = attempt;
	s->want = plan(s);
	s->want.turn = turn;
	s->start_at = s->next_at = NEVER;
	s->end_at = now + SOCKETS_US;
	s->say_due = s->said = s->heard = false;
	s->sockets_count = 0;
	allowance_begin(&s->allowance, now);
}

void search_after_probes(struct search *s, uint64_t now)
{
	if (s->stage == SEARCH_IDLE && s->start_at == NEVER && feasible(s))
		s->start_at = allowance_after(&s->allowance, SEARCH_AFTER_US, now);
}

bool search_wants(const struct search *s, struct search_want *want)
{
	*want = s->want;
	return s->stage != SEARCH_IDLE;
}

/* Of two easy NATs: whoever opens sends before the other does. */
static bool opens(const struct search *s)
{
	return both_easy(s) && s->initiator == (s->attempt % 2 == 0);
}

static void begin_firing(struct search *s, uint64_t now)
{
	if (s->stage != SEARCH_READY || !s->heard)
		return;
	s->stage = SEARCH_FIRING;
	aim_shuffle(&s->theirs, s->random);
	unsigned all = s->theirs.ports * (unsigned)s->sockets_count;
	s->total = all > REPEATED_MAX ? (unsigned)min_of(all, SEARCH_PACKETS) : 2 * all;
	if (all < FEW)
		s->total = 4 * all + 4;
	s->total = (unsigned)min_of(s->total, allowance_left(&s->allowance, now));
	if (s->total >= MANY)
		allowance_many(&s->allowance, now);
	s->fired = 0;
	s->next_at = s->total > 0 ? now : NEVER;
	s->end_at = now + (both_easy(s) ? EASY_US : HARD_US);
	s->say_due |= opens(s);
}

void search_sockets(struct search *s, const struct search_socket *sockets, size_t count,
                    const struct addr *seen, uint64_t now)
{
	if (s->stage != SEARCH_ASKING)
		return;
	s->sockets_count = min_of(count, s->want.count);
	for (size_t i = 0; i < s->sockets_count; i++)
		s->sockets[i] = sockets[i];
	if (s->want.count == 0)
		s->sockets[s->sockets_count++] = (struct search_socket){ s->self.link, 0 };
	choose_ports(s, seen);
	if (s->sockets_count == 0 || s->ours.ports == 0 || aim_port(&s->ours, 0) == 0) {
		stop(s);
		return;
	}
	s->stage = SEARCH_READY;
	s->say_due = !opens(s);
	begin_firing(s, now);
}

void search_input(struct search *s, struct span body, uint64_t now)
{
	struct reader r = reader_of(body);
	uint8_t attempt = read_u8(&r);
	struct aim ports;

	if (!aim_read(&ports, &r) || !feasible(s) || attempt == 0 || attempt > ATTEMPTS)
		return;
	bool later = both_easy(s) && attempt > s->attempt;
	if (s->stage == SEARCH_IDLE ? !allowance_rests(&s->allowance, now) : later)
		ask(s, attempt, now);
	if (s->stage == SEARCH_IDLE || s->heard ||
	    (both_easy(s) && (attempt != s->attempt || ports.ports > 1)))
		return;
	s->theirs = ports;
	s->heard = true;
	begin_firing(s, now);
}

bool search_say(struct search *s, struct writer *body)
{
	if (!s->say_due)
		return false;
	s->say_due = false;
	s->said = true;
	write_u8(body, s->attempt);
	aim_write(&s->ours, body);
	return true;
}

void search_heard(struct search *s, const struct addr *from, uint64_t now)
{
	if (s->stage == SEARCH_FIRING && addr_same_ip(from, &s->attested) && s->fired < s->total)
		s->next_at = max_of(s->next_at, now + HEARD_US);
}

void search_timer(struct search *s, bool direct, uint64_t now)
{
	if (direct || (now >= s->start_at && !feasible(s)))
		stop(s); /* the peer may have changed its mind */
	if (now >= s->start_at)
		ask(s, 1, now);
	if (now < s->end_at)
		return;
	if (s->stage != SEARCH_FIRING && s->attempt == 1)
		allowance_soon(&s->allowance); /* nothing was sent */
	if (both_easy(s) && s->attempt < ATTEMPTS && s->said && s->heard)
		ask(s, s->attempt + 1, now);
	else
		stop(s);
}

uint64_t search_deadline(const struct search *s)
{
	uint64_t at = min_of(s->start_at, s->end_at);

	return s->say_due ? 0 : min_of(at, s->next_at);
}

/* ---- what goes out ---- */

/* So far go the opener's packets: past its own router, and not to the peer's. */
static uint8_t ttl(const struct search *s)
{
	static const uint8_t hops[ATTEMPTS] = { 2, 0, 4, 0 };

	return opens(s) ? hops[s->attempt - 1] : 0;
}

bool search_fire(struct search *s, struct route *route, uint64_t now)
{
	if (s->stage != SEARCH_FIRING || now < s->next_at || s->fired >= s->total)
		return false;
	unsigned sockets = (unsigned)s->sockets_count, socket = s->fired % sockets;
	unsigned turn = s->fired / sockets + socket * (s->theirs.ports / sockets);
	uint64_t gap = s->theirs.ports * sockets < FEW ? SLOW_GAP_US : GAP_US;

	*route = (struct route){ .kind = ROUTE_UDP,
		                 .link = s->sockets[socket].link,
		                 .ttl = ttl(s),
		                 .remote = s->attested };
	route->remote.port = aim_port(&s->theirs, turn);
	s->fired++;
	allowance_spend(&s->allowance, now);
	/* a late turn of the loop is made up for, but not in bursts */
	s->next_at = s->fired < s->total
	                 ? max_of(s->next_at + gap, now > 4 * gap ? now - 4 * gap : 0)
	                 : NEVER;
	return true;
}
