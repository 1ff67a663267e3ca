/* spares, spread: who has the spare sockets, and what becomes of them. */
#include "tests/unit/support.h"

#include "transport/spares.h"
#include "transport/spread.h"

static struct spares s;
static bool ports[1 << 16]; /* that were asked for */
static struct test_random randoms;

static int start(void **state)
{
	(void)state;
	randoms = test_random(1);
	spares_init(&s, &randoms.random);
	return 0;
}

/* Grants what is asked for, but for what why is said about. How many were opened; *closed. */
static unsigned grant(enum err why, unsigned *closed)
{
	struct link_request r;
	unsigned opened = 0;

	*closed = 0;
	while (spares_request(&s, &r)) {
		struct link_event event = { .link = r.link, .state = why ? LINK_DOWN : LINK_UP };
		event.why = why;
		event.local.port = r.local.port ? r.local.port : (uint16_t)(r.link - 1000);
		assert_in_range(r.link, LINK_SPARES_FIRST, LINK_ACCEPTED_FIRST - 1);
		if (!r.open) {
			++*closed;
			continue;
		}
		assert_int_equal(spares_up(&s, r.link), false);
		assert_true(!s.low || (r.local.port >= 600 && r.local.port < 1024));
		ports[r.local.port] = true;
		assert_true(spares_link(&s, &event));
		opened++;
	}
	return opened;
}

/* All low ports but those of services. */
static void test_spares_leave_ports_to_services(void **state)
{
	(void)state;
	static const uint16_t services[] = { 623, 631, 636, 655, 853, 873, 921,
		                             989, 990, 991, 992, 993, 994, 995 };
	unsigned closed, drawn = 0;

	memset(ports, 0, sizeof ports);
	for (unsigned i = 0; i < 40; i++) {
		spares_want(&s, 256, true);
		(void)grant(OK, &closed);
		spares_want(&s, 0, true);
		(void)grant(OK, &closed);
		assert_int_equal(s.end, 0); /* a turn looks at none of them */
	}
	for (unsigned i = 0; i < sizeof services / sizeof services[0]; i++)
		assert_false(ports[services[i]]);
	for (unsigned i = 600; i < 1024; i++)
		drawn += ports[i];
	assert_int_equal(drawn, 424 - sizeof services / sizeof services[0]);
}

static void test_spares_come_and_go(void **state)
{
	(void)state;
	unsigned closed;
	uint16_t link, port;

	assert_false(spares_ready(&s));
	spares_want(&s, 256, false);
	assert_false(spares_ready(&s));
	assert_int_equal(grant(OK, &closed), 256);
	assert_true(spares_ready(&s));
	assert_false(spares_ready(&s)); /* told once */
	assert_true(spares_get(&s, 255, &link, &port));
	assert_false(spares_get(&s, 256, &link, &port));
	assert_true(spares_up(&s, link));

	/* the next user has others */
	spares_want(&s, 3, true);
	assert_false(spares_up(&s, link));
	assert_int_equal(grant(OK, &closed), 3);
	assert_int_equal(closed, 256);
	assert_true(spares_get(&s, 2, &link, &port));
	assert_true(port < 1024);
	spares_want(&s, 0, false);
	assert_int_equal(grant(OK, &closed), 0);
	assert_int_equal(closed, 3);
	assert_false(spares_ready(&s));
	assert_false(spares_link(&s, &(struct link_event){ .link = 1, .state = LINK_UP }));
}

/* A path holds its socket while others come and go. */
static void test_spares_are_kept_for_a_path(void **state)
{
	(void)state;
	unsigned closed;
	uint16_t link, port;
	struct route route = { .kind = ROUTE_UDP, .remote = addr_v4(1, 2, 3, 4, 5) }, held;

	spares_want(&s, 8, false);
	grant(OK, &closed);
	spares_get(&s, 5, &link, &port);
	route.link = link;
	assert_false(spares_held(&s, 0, &held));
	spares_regard(&s, &route, STANDING_HELD);
	assert_true(spares_held(&s, 0, &held) && route_same(&held, &route));
	spares_want(&s, 0, false);
	grant(OK, &closed);
	assert_int_equal(closed, 7);
	spares_want(&s, 256, false);
	assert_int_equal(grant(OK, &closed), 255);
	assert_true(spares_up(&s, link));
	spares_want(&s, 0, false);
	grant(OK, &closed);
	spares_regard(&s, &route, STANDING_UNUSED);
	assert_false(spares_held(&s, 0, &held));
	assert_int_equal(grant(OK, &closed), 0);
	assert_int_equal(closed, 1);
}

/* What the system forbids is done without; a port that is taken is not the only one. */
static void test_spares_that_are_refused(void **state)
{
	(void)state;
	unsigned closed;
	uint16_t link, port;

	spares_want(&s, 32, true);
	assert_int_equal(grant(ERR_LOCAL, &closed), 32);
	assert_true(spares_ready(&s));
	assert_false(spares_get(&s, 0, &link, &port));
	spares_want(&s, 32, true);
	assert_in_range(grant(ERR_BUSY, &closed), 64, 64 + 32);
	assert_true(spares_ready(&s));
	assert_false(spares_get(&s, 0, &link, &port));
}

/* A search goes before a look, which is given up. */
static void test_spread_gives_a_search_what_a_look_had(void **state)
{
	(void)state;
	static struct spread spread;
	struct communicator_event event;
	struct link_request r;
	unsigned opened = 0;

	spread_init(&spread, &randoms.random);
	spread.natclass.stage = NATCLASS_SPREAD;
	spread.natclass.wanting = true;
	spread_timer(&spread, 1);
	assert_int_equal(spread.user, SPREAD_LOOK);
	spread_spare(&spread, 3, false, false, 2);
	assert_int_equal(spread.user, SPREAD_SEARCH);
	while (spread_request(&spread, &r)) {
		if (!r.open)
			continue;
		struct link_event up = { .link = r.link, .state = LINK_UP };
		up.local.port = 77;
		assert_false(spread_report(&spread, &event));
		assert_true(spread_link(&spread, &up, 3));
		opened++;
	}
	assert_int_equal(opened, 3);
	assert_true(spread_report(&spread, &event));
	assert_int_equal(event.kind, COMMUNICATOR_SPARES);
	assert_int_equal(event.number, 3);
	assert_int_equal(event.spares[2].port, 77);
	assert_true(spread_up(&spread, event.spares[2].link));
	assert_false(spread_report(&spread, &event));
	assert_int_equal(spread_deadline(&spread), NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_spares_come_and_go, start),
		cmocka_unit_test_setup(test_spares_leave_ports_to_services, start),
		cmocka_unit_test_setup(test_spares_are_kept_for_a_path, start),
		cmocka_unit_test_setup(test_spares_that_are_refused, start),
		cmocka_unit_test_setup(test_spread_gives_a_search_what_a_look_had, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
