/* sockets alone, and what udp and the uplink say over them. */
#include "tests/unit/support.h"
#include "transport/channel.h"
#include "transport/sockets.h"

extern const struct communicator_class udp_communicator;

/* Only what is wanted is asked for; if refused, again after 2, 4, 8, 16, 30 s. It fails once. */
static void test_sockets_are_asked_for_until_they_are_bound(void **state)
{
	(void)state;
	static const uint64_t pause_s[] = { 2, 4, 8, 16, 30, 30 };
	struct test_random random = test_random(1);
	struct sockets s;
	struct link_request request;
	struct communicator_event event;
	struct addr listen = addr_v4(10, 0, 0, 1, 7);
	uint64_t now = SECOND;

	sockets_init(&s, LINK_UDP, &listen, 1, &random.random);
	assert_false(sockets_request(&s, &request));
	sockets_want(&s, true);
	for (size_t i = 0; i < sizeof pause_s / sizeof *pause_s; i++) {
		struct link_event down = { .state = LINK_DOWN, .link = 1 };

		assert_true(sockets_request(&s, &request) && addr_equal(&request.local, &listen));
		assert_false(sockets_request(&s, &request));
		assert_int_equal(sockets_link(&s, &down, now),
		                 i == 0 ? SOCKETS_FAILED : SOCKETS_DOWN);
		assert_true(addr_equal(sockets_bind(&s, 1), &listen));
		assert_true(sockets_none(&s));
		uint64_t pause = sockets_deadline(&s) - now;
		assert_in_range(pause, pause_s[i] * SECOND * 9 / 10, pause_s[i] * SECOND * 11 / 10);
		sockets_timer(&s, now + pause - 1);
		assert_false(sockets_request(&s, &request));
		now += pause;
		sockets_timer(&s, now);
	}
	struct link_event up = { .state = LINK_UP, .link = 1, .local = listen };
	assert_true(sockets_request(&s, &request));
	assert_int_equal(sockets_link(&s, &up, now), SOCKETS_UP);
	assert_true(sockets_up(&s, 1) && !sockets_up(&s, 2) && !sockets_up(&s, 77));
	assert_true(sockets_report(&s, COMMUNICATOR_BOUND, &event));
	assert_true(addr_equal(&event.addr, &listen) && event.route.link == 1);
	assert_false(sockets_report(&s, COMMUNICATOR_BOUND, &event));
	assert_int_equal(sockets_deadline(&s), NEVER);
	up.link = 3;
	assert_int_equal(sockets_link(&s, &up, now), SOCKETS_NOTHING);
}

static void come_up(struct sockets *s, uint16_t link, uint16_t port)
{
	struct link_event up = { .state = LINK_UP, .link = link };
	struct link_request request;

	up.local = addr_v4(10, 0, 0, 1, port);
	assert_true(sockets_request(s, &request) && request.open && request.link == link);
	assert_true(request.local.port == 0);
	assert_int_equal(sockets_link(s, &up, SECOND), SOCKETS_UP);
}

/* A fresh socket stays beside the one in use until it is to take its place; the old one then stays
 * until there is to be another. Nobody hears of one that is not in use. */
static void test_sockets_of_ipv4_take_turns(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	struct communicator_event event;
	struct link_request request;
	struct sockets s;

	sockets_init(&s, LINK_UDP, NULL, 0, &random.random);
	sockets_want(&s, true);
	come_up(&s, 1, 5000);
	assert_true(sockets_report(&s, COMMUNICATOR_BOUND, &event));
	for (uint16_t turn = 0; turn < 5; turn++) {
		uint16_t old = turn % 2 == 0 ? 1 : SOCKETS_FRESH, fresh = 1 + SOCKETS_FRESH - old;

		sockets_freshen(&s);
		if (turn > 0)
			assert_true(sockets_request(&s, &request) && !request.open &&
			            request.link == fresh);
		come_up(&s, fresh, 5001 + turn);
		assert_true(sockets_v4(&s) == old && !sockets_in_use(&s, fresh));
		assert_false(sockets_report(&s, COMMUNICATOR_BOUND, &event));
		sockets_turn(&s, old);
		assert_int_equal(sockets_v4(&s), old);
		sockets_turn(&s, fresh);
		sockets_turn(&s, old); /* something that was late */
		assert_int_equal(sockets_v4(&s), fresh);
		assert_true(sockets_up(&s, old) && sockets_up(&s, fresh));
		assert_true(sockets_report(&s, COMMUNICATOR_BOUND, &event));
		assert_true(event.route.link == fresh && event.addr.port == 5001 + turn);
		assert_false(sockets_report(&s, COMMUNICATOR_BOUND, &event));
		assert_false(sockets_request(&s, &request));
		assert_int_equal(sockets_deadline(&s), NEVER);
	}
}

/* A port that was asked for is not given up. */
static void test_sockets_of_a_port_stay(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	struct addr listen = addr_v4(10, 0, 0, 1, 7);
	struct link_request request;
	struct sockets s;

	sockets_init(&s, LINK_UDP, &listen, 1, &random.random);
	sockets_want(&s, true);
	assert_true(sockets_request(&s, &request));
	sockets_freshen(&s);
	assert_false(sockets_request(&s, &request));
}

/* A port that is taken in one family is no port: others would find another program there. A host
 * without that family does with the other. */
static void test_sockets_half_of_a_port_is_not_enough(void **state)
{
	(void)state;
	static const enum err why[] = { ERR_BUSY, ERR_LOCAL, ERR_USAGE };
	struct test_random random = test_random(1);
	for (size_t i = 0; i < sizeof why / sizeof *why; i++) {
		struct sockets s;
		struct link_request request;
		struct link_event down = { .state = LINK_DOWN, .link = 1, .why = why[i] };

		sockets_init(&s, LINK_LISTEN, NULL, 0, &random.random);
		sockets_want(&s, true);
		sockets_want(&s, false);
		while (sockets_request(&s, &request))
			;
		assert_int_equal(sockets_link(&s, &down, SECOND), SOCKETS_FAILED);
		assert_int_equal(sockets_missed(&s, &down), why[i] != ERR_USAGE);
		down.link = 2;
		assert_int_equal(sockets_link(&s, &down, SECOND), SOCKETS_FAILED);
		assert_true(sockets_missed(&s, &down));
	}
}

/* The end of it all is not forgotten over less, and its reason stays with it. */
static void test_carrier_first_fatal_failure_is_told_with_its_reason(void **state)
{
	(void)state;
	struct carrier_failure f = { .set = false };
	struct addr port = addr_v4(0, 0, 0, 0, 7242), peer = addr_v4(192, 0, 2, 1, 5);
	struct link_event taken = { .state = LINK_DOWN, .why = ERR_BUSY, .reason = "taken" };
	struct communicator_event e;

	carrier_because(&f, "refused");
	carrier_fail(&f, ERR_UNREACHABLE, &peer, false);
	assert_true(carrier_failed(&f, &e) && !e.ours && !e.fatal);
	assert_string_equal(e.reason, "refused");
	assert_false(carrier_failed(&f, &e));
	carrier_fail(&f, ERR_UNREACHABLE, &peer, false); /* of its own time, without a reason */
	carrier_fail_link(&f, &taken, &port, true);
	carrier_because(&f, "refused");
	carrier_fail(&f, ERR_UNREACHABLE, &peer, true);
	assert_true(carrier_failed(&f, &e) && e.ours && e.fatal && addr_equal(&e.addr, &port));
	assert_int_equal(e.err, ERR_BUSY);
	assert_string_equal(e.reason, "taken");
}

/* Who has not seen HELLO, or has not been sent one, gives us no cookie. */
static void test_udp_takes_the_first_answer_and_no_forgery(void **state)
{
	(void)state;
	struct test_random random = test_random(2);
	struct communicator_config config = { .initiator = true,
		                              .peers = { addr_v4(192, 0, 2, 1, 5),
		                                         addr_v4(192, 0, 2, 2, 5) },
		                              .peers_count = 2,
		                              .random = &random.random };
	const struct link_event up = { .state = LINK_UP, .link = 1 };
	struct link_request request;
	struct communicator_event event;
	struct hello hello[2];
	struct route to;
	uint8_t bytes[LIMIT_WIRE];
	size_t len;
	enum err err = OK;

	struct communicator *c = communicator_new(&udp_communicator, &config, SECOND, &err);
	assert_true(c->class->request(c, &request));
	c->class->link(c, &up, SECOND);
	communicator_timer(c, SECOND);
	for (size_t i = 0; i < 2; i++) {
		len = c->class->output(c, &to, bytes, sizeof bytes, SECOND);
		assert_true(addr_equal(&to.remote, &config.peers[i]));
		assert_true(signaling_read_hello(span_of(bytes, len), &hello[i]));
	}
	for (unsigned i = 0; i < 1003; i++) { /* the last three: swapped, swapped, right */
		struct writer w = writer_of(bytes, sizeof bytes);
		struct cookie m = { .day = 1, .cookie = "the peer's own" };

		random_fill(&random.random, m.nonce, NONCE_BYTES);
		if (i >= 1000)
			memcpy(m.nonce, hello[i == 1000 ? 1 : 0].nonce, NONCE_BYTES);
		to.remote = config.peers[i == 1001];
		signaling_write_cookie(&w, &m);
		assert_false(c->class->take(c, &event));
		c->class->input(c, &to, written(&w), SECOND);
	}
	assert_true(c->class->take(c, &event) && addr_equal(&event.route.remote, &config.peers[0]));
	for (int held = 0; held < 2; held++) { /* OPEN until then, and to nobody else */
		for (size_t i = 0; i < 2; i++) {
			to.remote = config.peers[i];
			int start = c->class->wrap(c, &to, bytes, 100, &len, SECOND);
			assert_int_equal(len, !held && i == 0 ? OPEN_HEADER + 100 : 100);
			if (!held && i == 0)
				assert_string_equal(bytes + start + 2, "the peer's own");
		}
		communicator_regard(c, &event.route, STANDING_HELD);
	}
	assert_int_equal(c->class->deadline(c), NEVER);
	communicator_free(c);
}

/* Its address as seen from outside is news when it changes, and only then. */
static void test_channel_reports_where_it_is_seen_once(void **state)
{
	(void)state;
	struct test_random random = test_random(3);
	struct addr server = addr_v4(192, 0, 2, 1, 5);
	struct channel_servers servers = { .at = { server }, .count = 1, .random = &random.random };
	const struct link_event up = { .state = LINK_UP, .link = 1 };
	struct channel c = { .stream = false };
	struct communicator_event event;

	channel_init(&c, &servers, 1, NULL);
	assert_false(channel_is_up(&c));
	assert_int_equal(channel_link(&c, &up, SECOND), CONNECTION_UP);
	for (uint16_t i = 0; i < 6; i++) {
		struct cookie m = { .observed = addr_v4(198, 51, 100, 1, (uint16_t)(1 + i / 2)) };
		uint8_t bytes[HELLO_LEN];
		struct writer w = writer_of(bytes, sizeof bytes);
		struct hello hello;
		struct route to;

		channel_ask(&c, SECOND);
		assert_true(channel_timer(&c, true, SECOND));
		assert_true(channel_output(&c, &w, &to));
		assert_false(channel_output(&c, &w, &to));
		assert_true(signaling_read_hello(written(&w), &hello));
		memcpy(m.nonce, hello.nonce, NONCE_BYTES);
		struct route from = { .kind = ROUTE_UDP, .link = 1, .remote = server };
		assert_true(channel_input(&c, &from, &m, SECOND));
		assert_false(channel_input(&c, &from, &m, SECOND)); /* nothing is asked */
		assert_int_equal(channel_report(&c, &event), i % 2 == 0);
	}
}

static struct cookie answer_to(struct channel *c, uint16_t link)
{
	struct cookie m = { .observed = addr_v4(198, 51, 100, 1, link) };
	uint8_t bytes[HELLO_LEN];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct hello hello;
	struct route to;

	assert_true(channel_timer(c, true, SECOND));
	assert_true(channel_output(c, &w, &to) && to.link == link);
	assert_true(signaling_read_hello(written(&w), &hello));
	memcpy(m.nonce, hello.nonce, NONCE_BYTES);
	return m;
}

/* TCP is faster, and nothing comes by UDP for three seconds: it is seen nowhere. A COOKIE that is
 * not taken shows that it is; a forged one shows nothing. */
static void test_channel_that_is_not_heard_is_seen_nowhere(void **state)
{
	(void)state;
	struct test_random random = test_random(3);
	struct addr server = addr_v4(192, 0, 2, 1, 5);
	struct channel_servers servers = { .at = { server }, .count = 1, .random = &random.random };
	const struct link_event up = { .state = LINK_UP, .link = 1 };
	const struct route from = { .kind = ROUTE_UDP, .link = 1, .remote = server };
	enum { NOTHING, GENUINE, FORGED };

	for (int hears = NOTHING; hears <= FORGED; hears++) {
		struct channel c = { .stream = false };
		struct communicator_event event;

		channel_init(&c, &servers, 1, NULL);
		channel_doubt(&c, SECOND); /* before it was seen anywhere */
		assert_true(channel_deadline(&c) == NEVER);
		assert_int_equal(channel_link(&c, &up, SECOND), CONNECTION_UP);
		assert_false(channel_report(&c, &event));
		channel_ask(&c, SECOND);
		struct cookie m = answer_to(&c, 1);
		assert_true(channel_input(&c, &from, &m, SECOND));
		assert_true(channel_report(&c, &event) && addr_equal(&event.addr, &m.observed));
		channel_doubt(&c, 2 * SECOND);
		assert_true(channel_deadline(&c) == 5 * SECOND);
		channel_ask(&c, SECOND);
		struct cookie late = answer_to(&c, 1);
		late.nonce[0] ^= hears == FORGED;
		if (hears != NOTHING)
			channel_hears(&c, &late);
		channel_timer(&c, true, 5 * SECOND - 1);
		assert_false(channel_report(&c, &event));
		channel_timer(&c, true, 5 * SECOND);
		assert_int_equal(channel_report(&c, &event), hears != GENUINE);
		if (hears == GENUINE)
			continue;
		assert_true(event.kind == COMMUNICATOR_OBSERVED && !addr_is_set(&event.addr));
		assert_false(channel_report(&c, &event));
		channel_ask(&c, SECOND);
		m = answer_to(&c, 1);
		assert_true(channel_input(&c, &from, &m, 6 * SECOND));
		assert_true(channel_report(&c, &event) && addr_equal(&event.addr, &m.observed));
	}
}

/* All goes on by the old socket until COOKIE has come to the fresh one, or a search begins. */
static void test_channel_turns_to_a_fresh_socket_when_it_is_answered(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	struct addr server = addr_v4(192, 0, 2, 1, 7242);
	struct channel_servers servers = { .at = { server }, .count = 1, .random = &random.random };
	struct link_event up = { .state = LINK_UP, .link = 1 };
	struct route old = { .kind = ROUTE_UDP, .link = 1, .remote = server }, fresh = old;
	struct channel c = { .stream = false };

	channel_init(&c, &servers, 1, NULL);
	(void)channel_link(&c, &up, SECOND);
	struct cookie m = answer_to(&c, 1);
	assert_true(channel_input(&c, &old, &m, SECOND) && !channel_turned(&c, 1));
	up.link = fresh.link = 3;
	assert_int_equal(channel_link(&c, &up, SECOND), CONNECTION_UP);
	assert_true(channel_has(&c, 1) && channel_has(&c, 3) && !channel_has(&c, 2));
	assert_int_equal(channel_route(&c).link, 1);
	m = answer_to(&c, 3);
	assert_false(channel_input(&c, &old, &m, SECOND)); /* it says where the fresh one is */
	assert_true(channel_input(&c, &fresh, &m, SECOND) && channel_turned(&c, 3));
	assert_int_equal(channel_route(&c).link, 3);
	assert_true(addr_equal(&c.observed, &m.observed));
	up.link = 1;
	(void)channel_link(&c, &up, SECOND);
	assert_int_equal(channel_route(&c).link, 3);
	channel_search(&c, 0, SECOND);
	assert_int_equal(channel_route(&c).link, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sockets_are_asked_for_until_they_are_bound),
		cmocka_unit_test(test_sockets_of_ipv4_take_turns),
		cmocka_unit_test(test_sockets_of_a_port_stay),
		cmocka_unit_test(test_sockets_half_of_a_port_is_not_enough),
		cmocka_unit_test(test_carrier_first_fatal_failure_is_told_with_its_reason),
		cmocka_unit_test(test_udp_takes_the_first_answer_and_no_forgery),
		cmocka_unit_test(test_channel_reports_where_it_is_seen_once),
		cmocka_unit_test(test_channel_that_is_not_heard_is_seen_nowhere),
		cmocka_unit_test(test_channel_turns_to_a_fresh_socket_when_it_is_answered),
	};
	return cmocka_run_group_tests_name("sockets", tests, NULL, NULL);
}
