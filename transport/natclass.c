#include "transport/natclass.h"

#include <string.h>

enum {
	ROUNDS = 3,        /* what is not answered after so many is not known */
	STEP_MAX = 32,     /* ports from one mapping to the next, and */
	OTHERS_MAX = 16,   /* ... so many of others' between two of ours: else it is no order */
	RANGE_MAX = 8192,  /* ports seen so close to each other are from one block */
	FULL_FIRST = 1024, /* the range of a NAT about which nothing is known */
	FULL_LAST = 65535,
	LOW_LAST = 1023
};

#define ROUND_US  (200 * MS)
#define SILENT_US (3 * 3600 * SECOND) /* whoever lives is asked for a cookie more often: S8-30 */

void natclass_init(struct natclass *n, struct random *random)
{
	*n = (struct natclass){ .random = random, .next_at = NEVER };
}

/* ---- questions ---- */

static void add(struct natclass *n, uint16_t link, uint16_t port, uint16_t to_port)
{
	struct natclass_ask *ask = &n->asks[n->count++];

	*ask = (struct natclass_ask){ .link = link, .port = port, .to = n->server };
	ask->to.port = to_port;
	random_fill(n->random, ask->nonce, sizeof ask->nonce);
}

static void enter(struct natclass *n, enum natclass_stage stage, uint64_t at)
{
	n->stage = stage;
	n->count = n->said = n->rounds = 0;
	n->next_at = at;
	n->wanting = stage == NATCLASS_SPREAD || stage == NATCLASS_LOW;
}

static void conclude(struct natclass *n, bool known, enum natclass_stage next)
{
	n->traits.known = known;
	n->news = true;
	enter(n, next, NEVER);
}

/* More is found out by spare sockets. */
static void conclude_hard(struct natclass *n)
{
	n->traits.hard = true;
	n->traits.first = FULL_FIRST;
	n->traits.last = FULL_LAST;
	conclude(n, true, NATCLASS_SPREAD);
}

static bool same_place(const struct addr *a, const struct addr *b)
{
	return addr_is_set(a) && addr_same_ip(a, b);
}

/* Has this server seen our main socket at another address before? Then the network has changed. */
static bool moved(struct natclass *n, const struct addr *server, const struct addr *seen)
{
	unsigned i = 0;

	while (i < LIMIT_VENUES && !same_place(&n->views[i].server, server))
		i++;
	if (i == LIMIT_VENUES)
		i = n->next_view++ % LIMIT_VENUES;
	struct natclass_view before = n->views[i];
	n->views[i] = (struct natclass_view){ *server, *seen };
	return same_place(&before.server, server) && !addr_same_ip(&before.seen, seen);
}

void natclass_outside(struct natclass *n, uint16_t link, const struct addr *server,
                      const struct addr *seen, uint16_t other_port, uint64_t now)
{
	bool again = same_place(&n->server, server), one = same_place(&n->seen, seen),
	     changed = moved(n, server, seen) && !one, silent = now >= n->heard_at + SILENT_US;

	if (again)
		n->heard_at = now;
	if (again && one && link != n->link) {
		n->link = link;
		n->seen = *seen;
	}
	if (again && addr_equal(&n->seen, seen))
		return;
	if (one && !again && link == n->link && n->traits.known && !n->traits.hard &&
	    n->seen.port != seen->port) {
		conclude_hard(n); /* by address: the ports of one server do not show it */
		return;
	}
	if (!again && !changed && !silent && addr_is_set(&n->server))
		return;
	n->heard_at = now;
	n->traits = (struct nat_traits){ .known = false };
	n->server = *server;
	n->seen = *seen;
	n->link = link;
	n->other_port = other_port;
	enter(n, NATCLASS_IDLE, NEVER);
	if (other_port == 0 || other_port == server->port)
		return;
	enter(n, NATCLASS_PORTS, now);
	add(n, link, 0, other_port);
}

bool natclass_wants(struct natclass *n, unsigned *count, bool *low)
{
	bool wanting = n->wanting;

	*low = n->stage == NATCLASS_LOW;
	*count = *low ? 1 : NATCLASS_SPARES;
	n->wanting = false;
	return wanting;
}

bool natclass_looks(const struct natclass *n)
{
	return n->stage >= NATCLASS_SPREAD && n->stage <= NATCLASS_LOWEST;
}

void natclass_stop(struct natclass *n)
{
	if (n->stage != NATCLASS_IDLE && n->stage != NATCLASS_PORTS)
		enter(n, NATCLASS_IDLE, NEVER);
	n->measured = false;
}

void natclass_spares(struct natclass *n, const struct spares *spares, uint64_t now)
{
	uint16_t link, port;

	enter(n, n->stage == NATCLASS_LOW ? NATCLASS_LOWEST : NATCLASS_SERIES, now);
	for (unsigned i = 0; i < NATCLASS_SPARES && spares_get(spares, i, &link, &port); i++) {
		add(n, link, port, n->server.port);
		add(n, link, port, n->other_port);
	}
}

void natclass_measure(struct natclass *n, uint16_t link, uint64_t now)
{
	enter(n, NATCLASS_ONE, now);
	n->measured = false;
	if (addr_is_set(&n->server))
		add(n, link, 0, n->server.port);
}

bool natclass_measured(struct natclass *n, struct addr *seen)
{
	bool measured = n->measured;

	n->measured = false;
	*seen = n->asks[0].seen;
	return measured;
}

/* ---- what the answers say ---- */

static uint16_t after(uint16_t from, uint16_t to)
{
	return (uint16_t)(to - from);
}

/* Do the ports come one after the other, in the order of the questions, and by how many? 0: no. */
static uint16_t step_of(const uint16_t *ports, size_t count)
{
	uint16_t step = UINT16_MAX;

	for (size_t i = 1; i < count; i++) {
		uint16_t by = after(ports[i - 1], ports[i]);
		step = by < step ? by : step;
	}
	if (count < 4 || step == 0 || step > STEP_MAX)
		return 0;
	for (size_t i = 1; i < count; i++) {
		uint16_t by = after(ports[i - 1], ports[i]);
		if (by % step != 0 || by / step > OTHERS_MAX)
			return 0;
	}
	return step;
}

/* A new socket has its own port, and the next one toward its second destination? */
static bool keeps_ports(const struct natclass *n, uint16_t *step)
{
	bool any = false;

	for (size_t i = 0; i + 1 < n->count; i += 2) {
		const struct natclass_ask *first = &n->asks[i], *second = &n->asks[i + 1];

		if (!addr_is_set(&first->seen) || !addr_is_set(&second->seen))
			continue;
		uint16_t by = after(first->seen.port, second->seen.port);
		if (first->seen.port != first->port)
			return false;
		*step = !any || *step == by ? by : 0;
		any = true;
	}
	if (*step > STEP_MAX)
		*step = 0;
	return any;
}

/* All ports seen, and as much on both sides as so few of a whole range leave out, at most. */
static void guess_range(struct nat_traits *t, const uint16_t *ports, size_t count)
{
	uint32_t first = UINT16_MAX, last = 0;

	for (size_t i = 0; i < count; i++) {
		first = first < ports[i] ? first : ports[i];
		last = last < ports[i] ? ports[i] : last;
	}
	t->first = FULL_FIRST;
	t->last = FULL_LAST;
	if (count < 4 || last - first > RANGE_MAX)
		return;
	uint32_t margin = 16 + 3 * (last - first) / (uint32_t)count;
	t->first = (uint16_t)(first > FULL_FIRST + margin ? first - margin : FULL_FIRST);
	t->last = (uint16_t)(last + margin < FULL_LAST ? last + margin : FULL_LAST);
}

static void judge_series(struct natclass *n)
{
	uint16_t ports[1 + NATCLASS_ASKS], step = 0;
	size_t count = 0;

	for (size_t i = 0; i < n->count; i++)
		if (addr_is_set(&n->asks[i].seen))
			ports[count++] = n->asks[i].seen.port;
	n->traits.keeps = keeps_ports(n, &step);
	n->traits.step = n->traits.keeps ? step : step_of(ports, count);
	ports[count++] = n->seen.port;
	guess_range(&n->traits, ports, count);
	conclude(n, true, NATCLASS_LOW);
}

static void judge(struct natclass *n)
{
	const struct natclass_ask *ask = &n->asks[0];
	bool answered = n->count > 0 && addr_is_set(&ask->seen);

	switch (n->stage) {
	case NATCLASS_PORTS:
		if (answered && !addr_equal(&ask->seen, &n->seen))
			conclude_hard(n);
		else
			conclude(n, answered, NATCLASS_IDLE);
		break;
	case NATCLASS_SERIES: judge_series(n); break;
	case NATCLASS_LOWEST:
		n->traits.low = answered && ask->port <= LOW_LAST && ask->seen.port <= LOW_LAST;
		conclude(n, true, NATCLASS_IDLE);
		break;
	case NATCLASS_ONE:
		n->measured = true;
		if (n->count == 0)
			n->asks[0].seen = (struct addr){ .port = 0 };
		n->stage = NATCLASS_IDLE;
		n->next_at = NEVER;
		break;
	default: break;
	}
}

/* ---- messages and time ---- */

bool natclass_cookie(struct natclass *n, const struct route *from, struct span wire, uint64_t now)
{
	struct cookie m;
	size_t open = 0;
	bool ours = false;

	if (n->stage == NATCLASS_IDLE || !signaling_read_cookie(wire, &m))
		return false;
	for (size_t i = 0; i < n->count; i++) {
		struct natclass_ask *ask = &n->asks[i];

		if (ask->link == from->link && addr_equal(&ask->to, &from->remote) &&
		    bytes_equal(ask->nonce, m.nonce, NONCE_BYTES)) {
			ask->seen = m.observed;
			ours = true;
		}
		open += !addr_is_set(&ask->seen);
	}
	if (ours && open == 0) {
		n->next_at = now;
		n->rounds = ROUNDS;
	}
	return ours;
}

void natclass_timer(struct natclass *n, uint64_t now)
{
	if (now < n->next_at)
		return;
	if (n->rounds == ROUNDS || n->count == 0) {
		judge(n);
		return;
	}
	n->rounds++;
	n->said = 0;
	n->next_at = now + ROUND_US;
}

uint64_t natclass_deadline(const struct natclass *n)
{
	return n->next_at;
}

bool natclass_output(struct natclass *n, struct writer *w, struct route *to)
{
	struct hello hello = { .beside = false };

	if (n->rounds == 0)
		return false;
	while (n->said < n->count) {
		const struct natclass_ask *ask = &n->asks[n->said++];

		if (addr_is_set(&ask->seen))
			continue;
		*to = (struct route){ .kind = ROUTE_UDP, .link = ask->link, .remote = ask->to };
		memcpy(hello.nonce, ask->nonce, NONCE_BYTES);
		signaling_write_hello(w, &hello, HELLO_LEN);
		return true;
	}
	return false;
}

bool natclass_report(struct natclass *n, struct communicator_event *event)
{
	if (!n->news)
		return false;
	n->news = false;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_NAT, .nat = n->traits };
	return true;
}
