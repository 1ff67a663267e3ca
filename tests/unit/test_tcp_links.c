/* The parts of tcp, each alone: connection (one link), tcp_links (who has a place), and tcp itself
 * (which address is tried now). test_communicator.c has them together. */
#include "tests/unit/support.h"
#include "transport/connection.h"
#include "transport/tcp_links.h"

extern const struct communicator_class tcp_communicator;

static struct link_event event_of(enum link_state state, uint16_t link)
{
	return (struct link_event){ .state = state, .link = link };
}

static void tell(struct communicator *c, enum link_state state, uint16_t link, uint64_t now)
{
	struct link_event event = event_of(state, link);

	c->class->link(c, &event, now);
}

/* What we close and what breaks may cross: the end is told once, and os/ asked once. */
static void test_connection_ends_once_whoever_ends_it(void **state)
{
	(void)state;
	for (int crosses = 0; crosses < 2; crosses++) {
		struct connection c = { .link = 0 };
		struct link_request request;
		struct addr remote = addr_v4(192, 0, 2, 1, 5);
		struct link_event up = event_of(LINK_UP, 7), down = event_of(LINK_DOWN, 7);

		connection_open(&c, 7, &remote);
		assert_true(connection_pending(&c) && connection_has(&c, 7));
		assert_true(connection_request(&c, &request));
		assert_true(request.open && addr_equal(&request.remote, &remote));
		assert_int_equal(connection_link(&c, &up), CONNECTION_UP);
		assert_int_equal(connection_link(&c, &up), CONNECTION_NOTHING);
		connection_close(&c);
		assert_false(connection_up(&c) || connection_none(&c));
		if (crosses)
			assert_int_equal(connection_link(&c, &down), CONNECTION_NOTHING);
		assert_int_equal(connection_request(&c, &request), !crosses);
		assert_true(connection_none(&c));
	}
}

static void test_connection_reports_when_it_is_blocked_and_no_more(void **state)
{
	(void)state;
	struct connection c = { .link = 0 };
	struct communicator_event event;
	struct link_event up = event_of(LINK_ACCEPTED, 9), blocked = event_of(LINK_BLOCKED, 9),
			  writable = event_of(LINK_WRITABLE, 9);

	connection_accept(&c, &up);
	assert_false(connection_report(&c, &event));
	connection_link(&c, &blocked);
	assert_false(connection_may_say(&c));
	assert_true(connection_report(&c, &event) && event.kind == COMMUNICATOR_BLOCKED);
	assert_false(connection_report(&c, &event));
	connection_link(&c, &writable);
	connection_link(&c, &blocked);
	assert_false(connection_report(&c, &event)); /* as it was */
	connection_link(&c, &writable);
	assert_true(connection_report(&c, &event) && event.kind == COMMUNICATOR_WRITABLE);
}

/* One after the other, 250 ms apart or as soon as one has failed; then again, ever later. */
static void test_tcp_tries_each_address_and_begins_again(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	struct communicator_config config = { .initiator = true,
		                              .peers_count = 3,
		                              .random = &random.random };
	struct communicator_event event;
	struct link_request requests[3];
	uint64_t now = SECOND;
	enum err err = OK;

	for (uint8_t i = 0; i < 3; i++)
		config.peers[i] = addr_v4(192, 0, 2, i, 5);
	struct communicator *c = communicator_new(&tcp_communicator, &config, now, &err);
	for (unsigned round = 0; round < 8; round++) {
		for (size_t i = 0; i < 3; i++) {
			communicator_timer(c, now);
			assert_true(c->class->request(c, &requests[i]) && requests[i].open);
			assert_true(addr_equal(&requests[i].remote, &config.peers[i]));
			if (i == 1) /* it fails at once */
				tell(c, LINK_DOWN, requests[i].link, now);
			else if (i < 2)
				assert_int_equal(c->class->deadline(c), now + 250 * MS);
			now = i < 2 ? c->class->deadline(c) : now;
		}
		assert_true(c->class->deadline(c) > now + 5 * SECOND);
		tell(c, LINK_DOWN, requests[0].link, now);
		assert_true(c->class->deadline(c) > now + 5 * SECOND);
		tell(c, LINK_DOWN, requests[2].link, now);
		assert_int_equal(c->class->take(c, &event), round == 0); /* it is news once */
		uint64_t pause = 200 * MS << round;
		pause = pause < 5 * SECOND ? pause : 5 * SECOND;
		assert_in_range(c->class->deadline(c) - now, pause * 9 / 10, pause * 11 / 10);
		now = c->class->deadline(c);
	}
	for (unsigned finished = 0; finished < 2; finished++) {
		communicator_timer(c, now);
		assert_true(c->class->request(c, &requests[0]));
		tell(c, LINK_UP, requests[0].link, now);
		assert_true(c->class->take(c, &event) && event.kind == COMMUNICATOR_UP);
		communicator_regard(c, &event.route, STANDING_HELD);
		if (finished)
			communicator_finish(c);
		tell(c, LINK_DOWN, requests[0].link, now);
		assert_true(c->class->take(c, &event) && event.kind == COMMUNICATOR_DOWN);
		if (finished)
			assert_int_equal(c->class->deadline(c), NEVER);
		else
			assert_in_range(c->class->deadline(c) - now, 180 * MS, 220 * MS);
		now = c->class->deadline(c);
	}
	communicator_free(c);
}

static struct tcp_links_link at[LIMIT_LINKS];

/* Every contact that there may be has a place, and strangers have theirs beside; one more held link
 * is refused, and so is what strangers try: they push out each other. */
static void test_tcp_links_have_places_for_all_contacts(void **state)
{
	(void)state;
	const uint16_t held = LIMIT_LINKS - 16;
	struct tcp_links t;
	struct link_request request;
	struct route route;
	uint64_t now = SECOND;

	assert_true(held >= LIMIT_PEERS);
	memset(at, 0, sizeof at);
	tcp_links_init(&t, at, LIMIT_LINKS, true, 3, 16000);
	for (uint16_t i = 0; i < held + 100; i++) {
		struct link_event e = event_of(LINK_ACCEPTED, (uint16_t)(LINK_ACCEPTED_FIRST + i));
		e.remote = addr_v4(192, 0, 2, (uint8_t)i, 1);
		tcp_links_link(&t, &e, now += MS);
		assert_int_equal(t.used, i < LIMIT_LINKS ? i + 1U : LIMIT_LINKS);
		route.link = e.link;
		if (i <= held)
			assert_int_equal(tcp_links_regard(&t, &route, STANDING_HELD), i < held);
	}
	for (unsigned i = 0; i < held; i++)
		assert_true(tcp_links_held(&t, i, &route) && route.link == LINK_ACCEPTED_FIRST + i);
	assert_false(tcp_links_held(&t, held, &route));
	assert_int_equal(tcp_links_count(&t), LIMIT_LINKS);
	for (unsigned i = 0; i < 84; i++)
		assert_true(tcp_links_request(&t, &request) && !request.open);
	assert_false(tcp_links_request(&t, &request));
}

/* A number of ours is used again only when all others have been, and not while it is in use. */
static void test_tcp_links_number_what_they_open(void **state)
{
	(void)state;
	struct tcp_links t;
	struct addr remote = addr_v4(192, 0, 2, 1, 5);
	struct link_request request;

	memset(at, 0, sizeof at);
	tcp_links_init(&t, at, 32, false, 7, 40);
	for (uint16_t i = 0; i < 200; i++) {
		assert_non_null(tcp_links_connect(&t, &remote, SECOND));
		assert_true(tcp_links_request(&t, &request));
		assert_int_equal(request.link, i == 0 ? 7 : 8 + (i - 1) % 39);
		struct link_event down = event_of(LINK_DOWN, request.link);
		if (i > 0) /* the first is there all the time */
			assert_int_equal(tcp_links_link(&t, &down, SECOND), TCP_LINKS_FAILED);
	}
	assert_int_equal(t.used, 2);
}

/* However many strangers come, from however few hosts, and whatever they do: no more than sixteen
 * have a place, those who are held keep theirs, and each link that is not kept is closed. */
static void test_tcp_links_bound_what_strangers_take(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 10; seed++) {
		struct test_random random = test_random(seed);
		struct tcp_links t;
		struct communicator_event event;
		struct link_request request;
		struct route route = { .link = LINK_ACCEPTED_FIRST };
		uint64_t now = SECOND;
		size_t open = 0;

		memset(at, 0, sizeof at);
		tcp_links_init(&t, at, 32, true, 3, 320);
		for (uint16_t i = 0; i < 2000; i++) {
			struct link_event e =
			    event_of(LINK_ACCEPTED, (uint16_t)(LINK_ACCEPTED_FIRST + i));
			e.remote = addr_v4(192, 0, 2, (uint8_t)random_below(&random.random, 5), 1);
			tcp_links_link(&t, &e, now);
			open++;
			if (i == 0)
				assert_true(tcp_links_regard(&t, &route, STANDING_HELD));
			now += random_below(&random.random, 900 * MS);
			tcp_links_timer(&t, now);
			while (tcp_links_request(&t, &request)) {
				assert_false(request.open || request.link == route.link);
				open--;
			}
			while (tcp_links_report(&t, &event))
				assert_int_equal(event.kind, COMMUNICATOR_DOWN);
			assert_int_equal(tcp_links_count(&t), open);
			assert_in_range(open, 1, 17);
		}
		assert_true(tcp_links_held(&t, 0, &route) && tcp_links_up(&t, route.link));
		now += 10 * SECOND;
		assert_int_equal(tcp_links_timer(&t, now),
		                 open > 1 ? TCP_LINKS_DOWN : TCP_LINKS_NOTHING);
		assert_int_equal(tcp_links_count(&t), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connection_ends_once_whoever_ends_it),
		cmocka_unit_test(test_connection_reports_when_it_is_blocked_and_no_more),
		cmocka_unit_test(test_tcp_tries_each_address_and_begins_again),
		cmocka_unit_test(test_tcp_links_have_places_for_all_contacts),
		cmocka_unit_test(test_tcp_links_number_what_they_open),
		cmocka_unit_test(test_tcp_links_bound_what_strangers_take),
	};
	return cmocka_run_group_tests_name("tcp_links", tests, NULL, NULL);
}
