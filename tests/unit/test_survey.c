/* survey: the facts about NATs of every kind, in time, from servers that answer, lie, or do not. */
#include "transport/survey.h"

#include <stdlib.h>

#include "tests/nat/nat.h"
#include "tests/unit/support.h"

#define START (100 * SECOND)
#define DAY   20000u

enum { LINKS = LINK_SPARES_FIRST + LIMIT_SPARES };

static struct survey s;
static struct test_random randoms;
static struct nat *nat;
static uint64_t now;
static struct addr own;
static uint16_t ports[LINKS]; /* of our sockets, by link */
static struct {
	bool udp, tcp, old, lies; /* what servers do; lies: about where they see us */
	uint32_t relay_kbit, day;
	struct addr lie;
	unsigned strays; /* datagrams to anybody but servers, and ourselves outside */
} world;

static int start(void **state)
{
	(void)state;
	randoms = test_random(3);
	now = START;
	own = addr_v4(192, 168, 1, 2, 0);
	memset(&world, 0, sizeof world);
	world.udp = world.tcp = true;
	world.relay_kbit = 64;
	world.day = DAY;
	nat = NULL;
	survey_init(&s, &own, 1, &randoms.random, START + 2700 * MS);
	return 0;
}

static int end(void **state)
{
	(void)state;
	nat_free(nat);
	return 0;
}

static void links(void)
{
	struct link_request r;
	while (survey_request(&s, &r)) {
		bool low = r.local.port != 0 && r.local.port < 1024; /* we are nobody */
		bool up = r.kind == LINK_UDP ? !low : world.tcp && r.remote.port == 7242;
		struct link_event e = { .link = r.link,
			                .kind = r.kind,
			                .state = up ? LINK_UP : LINK_DOWN,
			                .why = low ? ERR_LOCAL : ERR_UNREACHABLE };
		e.local.port = (uint16_t)(30000 + random_below(&randoms.random, 20000));
		ports[r.link] = e.local.port;
		if (r.open)
			survey_link(&s, &e, now);
	}
}

static bool is_server(const struct addr *a)
{
	return a->ip[12] == 198 && (a->port == 7242 || a->port == 7243);
}

/* COOKIE, from a port of the server's, if it gets through. */
static void answer(const struct route *to, const struct hello *m, struct addr seen)
{
	struct cookie c = { .observed = world.lies ? world.lie : seen,
		            .relay_kbit = world.relay_kbit,
		            .day = world.day,
		            .day_ends_s = 43200,
		            .other_port = to->remote.port == 7242 ? 7243 : 7242 };
	struct route from = *to;
	uint8_t wire[2 + COOKIE_LEN];
	struct writer w = writer_of(wire, sizeof wire);
	memcpy(c.nonce, m->nonce, NONCE_BYTES);
	if (route_is_stream(to))
		write_be16(&w, COOKIE_LEN);
	signaling_write_cookie(&w, &c);
	if (m->beside && !world.old)
		from.remote.port = c.other_port;
	if (route_is_stream(to) || nat == NULL || nat_in(nat, NAT_UDP, &from.remote, &seen, now))
		survey_input(&s, &from, written(&w), now);
}

static void carry(const struct route *to, struct span wire)
{
	struct hello m;
	struct addr seen = own;
	struct route back = *to;
	seen.port = ports[to->link];
	if (route_is_stream(to))
		wire = span_after(wire, 2);
	if (!signaling_read_hello(wire, &m))
		return; /* to the router, which says nothing */
	if (!route_is_stream(to) &&
	    (!world.udp || wire.len + 28 > 1500 ||
	     (nat && !nat_out(nat, NAT_UDP, &seen, &to->remote, now, &randoms.random))))
		return;
	if (is_server(&to->remote)) {
		answer(to, &m, seen);
		return;
	}
	struct addr there = to->remote;
	bool home = nat != NULL && nat_owns(nat, &there);
	world.strays += !home;
	if (!home || !nat_config(nat)->hairpin || !nat_in(nat, NAT_UDP, &seen, &there, now))
		return;
	back.remote = seen;
	survey_input(&s, &back, wire, now);
}

/* How many milliseconds it takes. */
static unsigned look(const struct nat_config *config, unsigned servers)
{
	struct addr outside = addr_v4(203, 0, 113, 9, 0);
	uint8_t wire[SURVEY_WIRE];
	struct route to;
	size_t len;
	if (config) {
		nat = nat_new(config, &outside);
		assert_non_null(nat);
	}
	for (unsigned i = 0; i < servers; i++) {
		struct addr at = addr_v4(198, 51, 100, (uint8_t)(1 + i), 7242);
		survey_server(&s, i, &at, 1, now);
	}
	for (;;) {
		links();
		survey_timer(&s, now);
		while ((len = survey_output(&s, &to, wire)) > 0)
			carry(&to, span_of(wire, len));
		links();
		if (survey_done(&s, now))
			break;
		uint64_t next = survey_deadline(&s);
		now = next > now ? next : now + MS;
		assert_true(now <= START + 3 * SECOND);
	}
	return (unsigned)((now - START) / MS);
}

static struct outlook_facts facts(void)
{
	struct outlook_facts f;
	survey_facts(&s, (uint64_t)DAY * 86400 * 1000 + 43200 * 1000 + (now - START) / 1000 + 60000,
	             now, &f);
	return f;
}

/* Three mappings, three filters, with and without order in the ports, with and without hairpin. */
static void test_survey_of_every_nat(void **state)
{
	(void)state;
	static const enum outlook_mapping mappings[] = { MAPPING_ENDPOINT, MAPPING_ADDRESS,
		                                         MAPPING_PORT };
	for (unsigned i = 0; i < 36; i++) {
		unsigned m = i % 3, f = i / 3 % 3, row = i / 9 % 2, hairpin = i / 18;
		struct nat_config config = { .mapping = MAP_ENDPOINT_INDEPENDENT + m,
			                     .filtering = f,
			                     .ports = row ? PORTS_SEQUENTIAL : PORTS_RANDOM,
			                     .step = row ? 2 : 0,
			                     .hairpin = hairpin };
		start(state);
		assert_true(look(&config, 2) < 1500);
		struct outlook_facts found = facts();
		assert_int_equal(found.mapping, mappings[m]);
		assert_int_equal(found.lets_in[OUTLOOK_V4], f == 2 ? ANSWER_NO : ANSWER_YES);
		assert_int_equal(found.udp[OUTLOOK_V4], ANSWER_YES);
		assert_int_equal(found.udp[OUTLOOK_V6], ANSWER_UNKNOWN);
		assert_true(found.translated[OUTLOOK_V4] && found.compared == 2 && found.clock);
		assert_int_equal(found.packet, 1500);
		assert_int_equal(found.clock_ahead_s, 60);
		assert_int_equal(found.hairpin, m > 0     ? ANSWER_UNKNOWN
		                                : hairpin ? ANSWER_YES
		                                          : ANSWER_NO);
		if (m == 2)
			assert_int_equal(found.traits.step, row ? 2 : 0);
		assert_int_equal(world.strays, 0);
		nat_free(nat);
		nat = NULL;
	}
}

static void test_survey_without_nat(void **state)
{
	(void)state;
	look(NULL, 1);
	struct outlook_facts f = facts();
	assert_true(f.mapping == MAPPING_NONE && !f.translated[OUTLOOK_V4] && f.relays);
	assert_true(f.lets_in[OUTLOOK_V4] == ANSWER_YES && f.hairpin == ANSWER_UNKNOWN);
	assert_true(survey_udp(&s, 0) == ANSWER_YES && survey_tcp(&s, 0, false) == ANSWER_YES);
	assert_true(survey_tcp(&s, 0, true) == ANSWER_NO && survey_udp(&s, 1) == ANSWER_UNKNOWN);
}

/* A server that does not know the flag: nothing is concluded. */
static void test_survey_by_an_old_server(void **state)
{
	(void)state;
	struct nat_config config = { .mapping = MAP_ENDPOINT_INDEPENDENT, .ports = PORTS_RANDOM };
	world.old = true;
	look(&config, 1);
	struct outlook_facts f = facts();
	assert_true(f.lets_in[OUTLOOK_V4] == ANSWER_UNKNOWN && f.mapping == MAPPING_ENDPOINT);
}

static void test_survey_without_udp(void **state)
{
	(void)state;
	world.udp = false;
	assert_true(look(NULL, 2) < 2700);
	struct outlook_facts f = facts();
	assert_true(f.udp[OUTLOOK_V4] == ANSWER_NO && f.tcp == ANSWER_YES && f.web == ANSWER_NO);
	assert_true(f.mapping == MAPPING_UNKNOWN && f.relays && f.clock && f.packet == 0);

	start(state);
	world.udp = world.tcp = false;
	assert_true(look(NULL, 2) < 2700);
	f = facts();
	assert_false(outlook_connected(&f) || f.clock || f.relays);

	survey_again(&s, now); /* it is there after all */
	world.udp = world.tcp = true;
	look(NULL, 0);
	f = facts();
	assert_true(f.udp[OUTLOOK_V4] == ANSWER_YES && f.tcp == ANSWER_YES);
}

/* What a server says of our address is where we send to; that must be no place of others' that
 * packets of ours have no business at. And a day of nonsense is none. */
static void test_survey_by_a_server_that_lies(void **state)
{
	(void)state;
	const struct addr lies[] = { addr_v4(255, 255, 255, 255, 4000), addr_v4(224, 0, 0, 1, 4000),
		                     addr_v4(127, 0, 0, 1, 4000), addr_v4(203, 0, 113, 7, 53),
		                     addr_v4(0, 0, 0, 0, 0) };
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		start(state);
		world.lies = true;
		world.lie = lies[i];
		world.day = i ? UINT32_MAX : 0;
		look(NULL, 1);
		struct outlook_facts f = facts();
		assert_int_equal(world.strays, 0);
		assert_false(f.clock);
	}
	start(state);
	world.lies = true;
	world.lie = addr_v4(203, 0, 113, 7, 4000);
	look(NULL, 1);
	assert_true(world.strays <= 3);
}

/* What nobody asked for changes nothing. */
static void test_survey_by_strangers(void **state)
{
	(void)state;
	uint8_t wire[200];
	for (unsigned i = 0; i < 2000; i++) {
		size_t len = random_below(&randoms.random, sizeof wire);
		struct route from = { .kind = i & 1 ? ROUTE_UDP : ROUTE_TCP,
			              .link = (uint16_t)random_below(&randoms.random, 12),
			              .remote = addr_v4(198, 51, 100, 1, 7242) };
		random_fill(&randoms.random, wire, sizeof wire);
		wire[0] = i & 2 ? PACKET_COOKIE : PACKET_HELLO;
		wire[1] = 1;
		survey_input(&s, &from, span_of(wire, len), now);
		survey_link(
		    &s,
		    &(struct link_event){ .link = (uint16_t)random_below(&randoms.random, 9),
		                          .state = LINK_REJECTED },
		    now);
	}
	struct outlook_facts f = facts();
	assert_false(outlook_connected(&f) || f.clock || f.relays);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_survey_of_every_nat, start, end),
		cmocka_unit_test_setup_teardown(test_survey_without_nat, start, end),
		cmocka_unit_test_setup_teardown(test_survey_by_an_old_server, start, end),
		cmocka_unit_test_setup_teardown(test_survey_without_udp, start, end),
		cmocka_unit_test_setup_teardown(test_survey_by_a_server_that_lies, start, end),
		cmocka_unit_test_setup_teardown(test_survey_by_strangers, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
