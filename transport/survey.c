#include "transport/survey.h"

#include <string.h>

enum {
	MAIN = 1,   /* links: of IPv4, and after it of IPv6 */
	FRESH = 3,  /* ... that say HELLO to one port alone */
	MAPPER = 5, /* that talks to the router: what that maps must not change what we measure */
	CALL_FIRST = SURVEY_SOCKETS + 1,
	ROUNDS = 7, /* until a server counts as silent */
	ROUNDS_FEW = 3,
	DAY_S = 86400,
	DAY_MAX = 100000 /* of a server that tells nonsense */
};

#define MAPPER_US (1200 * MS)

static enum outlook_family family_of(const struct addr *a)
{
	return addr_is_v4(a) ? OUTLOOK_V4 : OUTLOOK_V6;
}

void survey_init(struct survey *s, const struct addr *own, size_t count, struct random *random,
                 uint64_t ends_at)
{
	memset(s, 0, sizeof *s);
	s->random = random;
	s->ends_at = ends_at;
	s->mapper_until = s->day_at = NEVER;
	s->own_count = min_of(count, SURVEY_OWN);
	memcpy(s->own, own, s->own_count * sizeof *own);
	for (size_t i = 0; i < s->own_count; i++)
		s->facts.has[family_of(&own[i])] |= !addr_is_loopback(&own[i]);
	for (unsigned i = MAIN; i <= SURVEY_SOCKETS; i++)
		s->sockets[i] = SOCKET_OPEN;
	questions_init(&s->questions, random);
	calls_init(&s->calls, CALL_FIRST, random);
	natclass_init(&s->natclass, random);
	spares_init(&s->spares, random);
	portmap_init(&s->portmap, random);
}

void survey_router(struct survey *s, const struct addr *router, const struct addr *own,
                   uint64_t now)
{
	portmap_router(&s->portmap, router, own, now);
}

/* ---- servers ---- */

void survey_server(struct survey *s, const struct communicator_place *place, const struct addr *at,
                   size_t count, uint64_t now)
{
	struct survey_server *own = &s->servers[place->number];

	if (own->known)
		return;
	own->known = true;
	badges_server(&s->badges, place->number, place->key, at, count);
	for (size_t i = 0; i < count; i++) {
		enum outlook_family f = family_of(&at[i]);
		if (own->udp[f] != NULL)
			continue;
		own->udp[f] = questions_add(&s->questions, (uint16_t)(MAIN + f), &at[i], HELLO_LEN,
		                            QUESTION_PLAIN, ROUNDS, now);
		(void)calls_add(&s->calls, place->number, &at[i], false, now);
		if (at[i].port == LIMIT_PORT)
			(void)calls_add(&s->calls, place->number, &at[i], true, now);
	}
}

void survey_again(struct survey *s, uint64_t now)
{
	calls_again(&s->calls, now);
}

/* ---- what answers lead to ---- */

/* What servers in this network see is not what those outside do. */
static bool is_outside(const struct addr *a)
{
	return !addr_is_private(a) && !addr_is_loopback(a) && !addr_is_link_local(a);
}

static bool is_own(const struct survey *s, const struct addr *a)
{
	for (size_t i = 0; i < s->own_count; i++)
		if (addr_same_ip(&s->own[i], a))
			return true;
	return addr_is_loopback(a);
}

/* What the server says is our address outside may be anybody's: three packets go there, not
 * far (QUESTION_ECHO), and into no network like ours. */
static bool may_echo(const struct addr *a)
{
	return addr_is_v4(a) && addr_is_unicast(a) && is_outside(a) && a->port >= LIMIT_PORT_MIN;
}

/* Is this answer the first of its family, or the first from outside? */
static bool is_better(const struct survey *s, const struct question *a)
{
	const struct question *seen = s->main[family_of(&a->to)];

	return a->link <= MAIN + OUTLOOK_V6 &&
	       (seen == NULL || (!is_outside(&seen->to) && is_outside(&a->to)));
}

static void explore(struct survey *s, const struct question *a, const struct cookie *m,
                    uint64_t now)
{
	enum outlook_family f = family_of(&a->to);

	s->main[f] = a;
	s->facts.outside[f] = a->seen;
	s->facts.translated[f] = !is_own(s, &a->seen);
	if (m->other_port != 0) {
		uint16_t fresh = (uint16_t)(FRESH + f);
		s->fresh[f] = questions_add(&s->questions, fresh, &a->to, HELLO_LEN, QUESTION_PLAIN,
		                            ROUNDS_FEW, now);
		s->beside[f] = questions_add(&s->questions, fresh, &a->to, HELLO_LEN,
		                             QUESTION_BESIDE, ROUNDS_FEW + 1, now);
	}
	if (!s->sized)
		questions_sizes(&s->questions, a->link, &a->to, ROUNDS_FEW, now);
	s->sized = true;
	if (f == OUTLOOK_V6 || !s->facts.translated[f] || !addr_is_set(&a->seen))
		return;
	natclass_outside(&s->natclass, MAIN, &a->to, &a->seen, m->other_port, now);
	if (may_echo(&a->seen))
		s->hairpin = questions_add(&s->questions, MAIN, &a->seen, HELLO_LEN, QUESTION_ECHO,
		                           ROUNDS_FEW, now);
}

/* It is answered, by a server of the same side. */
static bool is_like_main(const struct survey *s, const struct question *a)
{
	return a != NULL && a->answer == ANSWER_YES &&
	       is_outside(&a->to) == is_outside(&s->main[OUTLOOK_V4]->to);
}

/* Servers at other addresses tell whether the mapping depends on these, once that is the only
 * question left. */
static void compare(struct survey *s, uint64_t now)
{
	for (unsigned i = 0; i < LIMIT_VENUES; i++) {
		const struct question *a = s->servers[i].udp[OUTLOOK_V4];
		if (is_like_main(s, a))
			natclass_outside(&s->natclass, MAIN, &a->to, &a->seen, 0, now);
	}
}

static void tend_natclass(struct survey *s, uint64_t now)
{
	struct communicator_event event;
	unsigned count;
	bool low;

	if (natclass_report(&s->natclass, &event)) {
		s->hard_by_port |= event.nat.known && event.nat.hard && !s->elsewhere;
		s->facts.traits = event.nat;
	}
	if (s->facts.traits.known && !s->facts.traits.hard && !s->elsewhere &&
	    questions_deadline(&s->questions) == NEVER) {
		s->elsewhere = true;
		compare(s, now);
	}
	if (natclass_wants(&s->natclass, &count, &low))
		spares_want(&s->spares, count, low);
	if (spares_ready(&s->spares))
		natclass_spares(&s->natclass, &s->spares, now);
}

/* ---- links ---- */

void survey_link(struct survey *s, const struct link_event *event, uint64_t now)
{
	if (!calls_link(&s->calls, event) && !spares_link(&s->spares, event) &&
	    event->link <= SURVEY_SOCKETS) {
		if (event->state == LINK_UP)
			s->sockets[event->link] = SOCKET_UP;
		if (event->state == LINK_DOWN)
			s->sockets[event->link] = SOCKET_NONE;
		if (event->state == LINK_UP && event->link == MAPPER) {
			portmap_socket(&s->portmap, event->local.port, now);
			s->mapper_until =
			    portmap_deadline(&s->portmap) == NEVER ? NEVER : now + MAPPER_US;
		}
	}
	tend_natclass(s, now);
}

bool survey_request(struct survey *s, struct link_request *request)
{
	for (unsigned i = MAIN; i <= SURVEY_SOCKETS; i++) {
		if (s->sockets[i] != SOCKET_OPEN)
			continue;
		s->sockets[i] = SOCKET_OPENING;
		*request =
		    (struct link_request){ .open = true, .link = (uint16_t)i, .kind = LINK_UDP };
		request->local = carrier_any(i != MAIN + OUTLOOK_V6 && i != FRESH + OUTLOOK_V6);
		return true;
	}
	return calls_request(&s->calls, request) || spares_request(&s->spares, request);
}

/* ---- what comes in ---- */

static void learn(struct survey *s, const struct cookie *m, uint64_t now)
{
	s->facts.relays |= m->relay_kbit > 0;
	if (m->day == 0 || m->day > DAY_MAX || m->day_ends_s > DAY_S || s->day_at != NEVER)
		return;
	s->day_us = ((uint64_t)m->day * DAY_S + (DAY_S - m->day_ends_s)) * SECOND;
	s->day_at = now;
}

void survey_input(struct survey *s, const struct route *from, struct span bytes, uint64_t now)
{
	const struct question *a = NULL;
	struct cookie m;
	struct hello hello;

	if (route_is_stream(from)) {
		if (calls_input(&s->calls, from, bytes, &m))
			learn(s, &m, now);
	} else if (from->link == MAPPER) {
		(void)portmap_input(&s->portmap, &from->remote, bytes, now);
	} else if (signaling_read_hello(bytes, &hello)) {
		questions_echo(&s->questions, from, &hello);
	} else if (!natclass_cookie(&s->natclass, from, bytes, now) &&
	           signaling_read_cookie(bytes, &m)) {
		a = questions_cookie(&s->questions, from, &m);
	}
	if (a != NULL) {
		learn(s, &m, now);
		if (is_better(s, a))
			explore(s, a, &m, now);
	}
	tend_natclass(s, now);
}

/* ---- time, and what goes out ---- */

void survey_timer(struct survey *s, uint64_t now)
{
	struct communicator_event event;

	questions_timer(&s->questions, now);
	natclass_timer(&s->natclass, now);
	portmap_timer(&s->portmap, now);
	if (portmap_report(&s->portmap, &event))
		s->facts.mapped = event.addr;
	if (addr_is_set(&s->facts.mapped) || now >= s->mapper_until) {
		s->facts.mapper = addr_is_set(&s->facts.mapped) ? ANSWER_YES : ANSWER_NO;
		s->mapper_until = NEVER;
	}
	calls_timer(&s->calls, now);
	tend_natclass(s, now);
}

uint64_t survey_deadline(const struct survey *s)
{
	uint64_t at = min_of(s->ends_at, s->mapper_until);

	at = min_of(at, questions_deadline(&s->questions));
	at = min_of(at, natclass_deadline(&s->natclass));
	at = min_of(at, portmap_deadline(&s->portmap));
	return min_of(at, calls_deadline(&s->calls));
}

size_t survey_output(struct survey *s, struct route *to, uint8_t wire[static SURVEY_WIRE])
{
	struct writer w = writer_of(wire, SURVEY_WIRE);
	struct addr router;

	if (calls_output(&s->calls, &w, to))
		return badges_put(&s->badges, to, wire, w.len);
	if (portmap_output(&s->portmap, &w, &router)) {
		*to = (struct route){ .kind = ROUTE_UDP, .link = MAPPER, .remote = router };
		return w.len;
	}
	if (!questions_output(&s->questions, &w, to) && !natclass_output(&s->natclass, &w, to))
		return 0;
	return badges_put(&s->badges, to, wire, w.len);
}

bool survey_done(const struct survey *s, uint64_t now)
{
	bool compared = s->elsewhere || !s->facts.traits.known || s->facts.traits.hard;

	return now >= s->ends_at ||
	       (compared && s->mapper_until == NEVER && calls_deadline(&s->calls) == NEVER &&
	        questions_deadline(&s->questions) == NEVER && !natclass_looks(&s->natclass) &&
	        natclass_deadline(&s->natclass) == NEVER);
}

void survey_finish(struct survey *s)
{
	portmap_finish(&s->portmap);
}

/* ---- what was found ---- */

/* Of two addresses of a server, one that answers counts. What is still open was too slow. */
static enum outlook_answer best(enum outlook_answer a, enum outlook_answer b)
{
	return a == ANSWER_YES || b == ANSWER_YES ? ANSWER_YES : ANSWER_NO;
}

enum outlook_answer survey_answer(const struct survey *s, unsigned server, enum outlook_way way)
{
	enum outlook_answer answer = ANSWER_UNKNOWN;

	for (unsigned f = 0; f < OUTLOOK_FAMILIES && way == BY_UDP; f++)
		if (s->servers[server].udp[f] != NULL)
			answer = best(answer, s->servers[server].udp[f]->answer);
	for (const struct call *c = s->calls.at; c < s->calls.at + s->calls.count; c++)
		if (c->server == server && way == (c->web ? BY_443 : BY_TCP))
			answer = best(answer, c->answer);
	return answer;
}

bool survey_mute(const struct survey *s, unsigned server)
{
	return calls_mute(&s->calls, server) && survey_answer(s, server, BY_UDP) != ANSWER_YES;
}

/* Servers that have answered the main socket of IPv4, at different addresses. varies: they see
 * it at different ones. */
static unsigned compared(const struct survey *s, bool *varies)
{
	const struct addr *seen = NULL;
	unsigned count = 0;

	*varies = false;
	for (unsigned i = 0; i < LIMIT_VENUES; i++) {
		const struct question *a = s->servers[i].udp[OUTLOOK_V4];
		bool again = !is_like_main(s, a);
		for (unsigned n = 0; n < i && !again; n++)
			again = s->servers[n].udp[OUTLOOK_V4] != NULL &&
			        addr_same_ip(&s->servers[n].udp[OUTLOOK_V4]->to, &a->to);
		if (again)
			continue;
		*varies |= seen != NULL && !addr_equal(seen, &a->seen);
		seen = &a->seen;
		count++;
	}
	return count;
}

/* Silence of what was to come from the other port says something where the rest came. */
static enum outlook_answer lets_in(const struct survey *s, enum outlook_family f)
{
	const struct question *a = s->beside[f];

	if (a == NULL || s->fresh[f]->answer != ANSWER_YES ||
	    (a->answer == ANSWER_YES && a->from.port == a->to.port))
		return ANSWER_UNKNOWN;
	return a->answer;
}

/* What any server says. */
static void sum_up(const struct survey *s, struct outlook_facts *out)
{
	bool outside = false;

	for (unsigned i = 0; i < LIMIT_VENUES; i++) {
		for (unsigned f = 0; f < OUTLOOK_FAMILIES; f++) {
			const struct question *a = s->servers[i].udp[f];
			if (a == NULL)
				continue;
			out->udp[f] = best(out->udp[f], a->answer);
			outside |= a->answer == ANSWER_YES && is_outside(&a->to);
		}
	}
	for (const struct call *c = s->calls.at; c < s->calls.at + s->calls.count; c++) {
		enum outlook_answer *answer = c->web ? &out->web : &out->tcp;
		*answer = best(*answer, c->answer);
		outside |= c->answer == ANSWER_YES && is_outside(&c->to);
	}
	out->local = outlook_connected(out) && !outside;
}

void survey_facts(const struct survey *s, uint64_t wall_ms, uint64_t now, struct outlook_facts *out)
{
	*out = s->facts;
	sum_up(s, out);
	out->compared = compared(s, &out->varies);
	out->mapping = outlook_mapping(out, s->hard_by_port);
	out->packet = questions_largest(&s->questions);
	for (unsigned f = 0; f < OUTLOOK_FAMILIES; f++)
		out->lets_in[f] = lets_in(s, f);
	if (s->hairpin != NULL && out->mapping == MAPPING_ENDPOINT)
		out->hairpin = s->hairpin->answer;
	out->clock = s->day_at != NEVER;
	if (out->clock)
		out->clock_ahead_s =
		    ((int64_t)wall_ms - (int64_t)((s->day_us + now - s->day_at) / MS)) / 1000;
}
