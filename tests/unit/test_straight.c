/* straight: connections between peers, and what strangers and hostile peers make of them. */
#include "transport/straight.h"

#include "tests/unit/support.h"

static struct straight s;

static void learn(struct addr a)
{
	struct communicator_event e = { .kind = COMMUNICATOR_OBSERVED, .addr = a };

	straight_learn(&s, &e);
}

static bool tell(enum link_state state, uint16_t link, struct addr at, uint64_t now)
{
	struct link_event e = { .state = state, .link = link, .local = at, .remote = at };

	return straight_link(&s, &e, now);
}

/* Where a server sees this host, and nowhere else; once for each address, as a NAT's is not ours.
 * */
static void test_straight_listen_where_the_world_sees_this_host(void **state)
{
	(void)state;
	static const uint8_t at_home[][4] = { { 127, 0, 0, 1 },
		                              { 10, 0, 0, 1 },
		                              { 192, 168, 1, 1 },
		                              { 169, 254, 0, 1 },
		                              { 100, 64, 0, 1 } };
	struct addr a = addr_v4(203, 0, 113, 5, 4000), b = addr_v4(203, 0, 113, 6, 4000);
	struct link_request r;
	struct communicator_event e;

	straight_init(&s, false);
	learn(a);
	assert_false(straight_request(&s, &r));
	memset(&s, 0, sizeof s);
	straight_init(&s, true);
	for (size_t i = 0; i < sizeof at_home / sizeof *at_home; i++)
		learn(addr_v4(at_home[i][0], at_home[i][1], at_home[i][2], at_home[i][3], 4000));
	assert_false(straight_request(&s, &r));
	learn(a);
	assert_true(straight_request(&s, &r) && r.open && r.kind == LINK_LISTEN);
	assert_true(addr_same_ip(&r.local, &a) && r.local.port == 0);
	assert_false(straight_request(&s, &r));
	assert_true(tell(LINK_DOWN, r.link, a, 0)); /* it is the NAT's */
	learn(a);
	assert_false(straight_request(&s, &r));
	learn(b);
	assert_true(straight_request(&s, &r));
	b.port = 999;
	assert_true(tell(LINK_UP, r.link, b, 0));
	assert_true(straight_report(&s, &e) && e.kind == COMMUNICATOR_BOUND);
	assert_true(e.route.kind == ROUTE_TCP && addr_equal(&e.addr, &b));
	assert_false(straight_report(&s, &e));
	assert_false(tell(LINK_UP, 1, a, 0)); /* UDP sockets, and links to servers, are others' */
	assert_false(tell(LINK_UP, 256, a, 0));
}

static int wrap(struct route route, struct route *out, uint64_t now)
{
	uint8_t buffer[LIMIT_HEADROOM + 4] = { 0 };
	size_t len;

	*out = route;
	int start = straight_wrap(&s, out, buffer, 4, &len, now);
	assert_true(start < 0 || (len == FRAMING_HEADER + 4 && buffer[start + 1] == 4));
	return start;
}

/* A session sends to an address; there is one connection to it, whose route stays the same. */
static void test_straight_open_what_a_session_sends_to(void **state)
{
	(void)state;
	struct addr peer = addr_v4(203, 0, 113, 7, 4001);
	struct route route = { .kind = ROUTE_TCP, .remote = peer }, out, got;
	struct communicator_event e;
	struct link_request r;
	uint64_t now = 1;
	unsigned index = 0;
	uint8_t wire[] = { 0, 5, PACKET_SEALED, 1, 2, 3, 4, 0xff, 0xff };
	struct span in = span_of(wire, 7), packet;

	straight_init(&s, true);
	assert_true(wrap(route, &out, now) > 0 && wrap(route, &out, now) > 0);
	assert_true(straight_request(&s, &r) && r.open && r.kind == LINK_TCP);
	assert_true(addr_equal(&r.remote, &peer) && r.link == out.link && r.link >= STRAIGHT_FIRST);
	assert_false(straight_request(&s, &r));
	assert_true(tell(LINK_UP, out.link, peer, now));
	assert_true(straight_report(&s, &e) && e.kind == COMMUNICATOR_UP);
	assert_true(straight_read(&s, out.link, &in, &packet, &got));
	assert_true(route_same(&got, &route) && packet.len == 5);
	straight_regard(&s, &got, STANDING_HELD);
	assert_true(straight_held(&s, &index, &got) && route_same(&got, &route));
	index = 3;
	assert_false(straight_held(&s, &index, &got));
	assert_int_equal(index, 2);
	straight_timer(&s, now + 60 * SECOND);
	assert_true(wrap(route, &out, now + 60 * SECOND) > 0);
	assert_false(straight_request(&s, &r)); /* it is still the same */
	in = span_of(wire + 7, 2);              /* broken framing ends it */
	assert_false(straight_read(&s, out.link, &in, &packet, &got));
	assert_true(straight_report(&s, &e) && e.kind == COMMUNICATOR_DOWN);
	assert_true(route_same(&e.route, &route) && route_takes(&e.route, &route));
	struct route other = route;
	other.remote.port++;
	assert_false(route_takes(&e.route, &other));
}

/* Where a route says from where, it leaves from there. One that was refused is tried again by the
 * next packet, and when one stands the session hears of it; others under way go on. */
static void test_straight_cross_from_where_the_route_says(void **state)
{
	(void)state;
	struct addr local = addr_v4(192, 168, 1, 2, 5000), peer = addr_v4(203, 0, 113, 7, 4001);
	struct route route = { .kind = ROUTE_TCP, .local = local, .remote = peer }, out, other_out;
	struct route other = { .kind = ROUTE_TCP, .remote = addr_v4(203, 0, 113, 8, 4001) };
	struct communicator_event e;
	struct link_request r, other_r;
	uint64_t now = 1;

	memset(&s, 0, sizeof s);
	straight_init(&s, true);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(wrap(route, &out, now) > 0);
		assert_true(straight_request(&s, &r) && addr_equal(&r.local, &local));
		assert_true(addr_equal(&r.remote, &peer) && r.link == out.link);
		assert_true(wrap(route, &out, now) > 0);
		assert_false(straight_request(&s, &r));
		if (i < 2)
			assert_true(tell(LINK_DOWN, out.link, peer, now));
		assert_false(straight_report(&s, &e));
	}
	assert_true(wrap(other, &other_out, now) > 0);
	assert_true(straight_request(&s, &other_r) && addr_is_any(&other_r.local));
	assert_int_equal(other_r.local.port, 0);
	assert_true(tell(LINK_UP, out.link, peer, now));
	assert_false(straight_request(&s, &r)); /* the other attempt is another peer's */
	assert_true(straight_report(&s, &e) && e.kind == COMMUNICATOR_UP);
	assert_true(route_same(&e.route, &route));
	assert_false(straight_report(&s, &e));
	straight_timer(&s, now + 11 * SECOND); /* nobody has spoken */
	assert_true(straight_report(&s, &e) && e.kind == COMMUNICATOR_DOWN);
	assert_true(route_same(&e.route, &route));
	while (straight_request(&s, &r))
		assert_false(r.open);
}

/* Refused as often as they like, hosts that a server attests get fourteen attempts a minute. */
static void test_straight_cross_few_times(void **state)
{
	(void)state;
	struct route route = { .kind = ROUTE_TCP, .local = addr_v4(192, 168, 1, 2, 5000) }, out;
	struct link_request r;
	unsigned crossed = 0;

	memset(&s, 0, sizeof s);
	straight_init(&s, true);
	for (uint64_t now = 0; now < 600 * SECOND; now += SECOND / 20) {
		route.remote = addr_v4(203, 0, 113, (uint8_t)(now / SECOND), 4001);
		(void)wrap(route, &out, now);
		while (straight_request(&s, &r)) {
			crossed += r.open;
			if (r.open)
				assert_true(tell(LINK_DOWN, r.link, r.remote, now));
		}
	}
	assert_in_range(crossed, 130, 140);
	memset(&s, 0, sizeof s);
	straight_init(&s, false); /* relay only */
	assert_true(wrap(route, &out, 1) < 0);
	assert_false(straight_request(&s, &r));
}

/* However many addresses a peer names, and however often: three connections a minute. */
static void test_straight_open_few_connections(void **state)
{
	(void)state;
	struct route route = { .kind = ROUTE_TCP }, out;
	struct link_request r;
	unsigned opened = 0;

	memset(&s, 0, sizeof s);
	straight_init(&s, true);
	for (uint64_t now = 0; now < 600 * SECOND; now += SECOND / 4) {
		route.remote = addr_v4(203, 0, 113, (uint8_t)(now / SECOND), 4001);
		(void)wrap(route, &out, now);
		straight_timer(&s, now);
		while (straight_request(&s, &r))
			opened += r.open;
	}
	assert_in_range(opened, 27, 30);
}

/* Strangers have their sixteen places for ten seconds each, and nothing of theirs is left. */
static void test_straight_end_what_strangers_open(void **state)
{
	(void)state;
	struct link_request r;
	size_t open = 0;

	straight_init(&s, true);
	for (uint16_t i = 0; i < 1000; i++) {
		assert_true(tell(LINK_ACCEPTED, LINK_ACCEPTED_FIRST + i,
		                 addr_v4(198, 51, (uint8_t)(i >> 8), (uint8_t)i, 5), i));
		open++;
		while (straight_request(&s, &r)) {
			assert_false(r.open);
			open--;
		}
		assert_in_range(open, 0, 16);
	}
	straight_timer(&s, 11 * SECOND);
	while (straight_request(&s, &r))
		open--;
	assert_int_equal(open, 0);
	assert_int_equal(straight_deadline(&s), NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_straight_listen_where_the_world_sees_this_host),
		cmocka_unit_test(test_straight_open_what_a_session_sends_to),
		cmocka_unit_test(test_straight_cross_from_where_the_route_says),
		cmocka_unit_test(test_straight_cross_few_times),
		cmocka_unit_test(test_straight_open_few_connections),
		cmocka_unit_test(test_straight_end_what_strangers_open),
	};
	return cmocka_run_group_tests_name("straight", tests, NULL, NULL);
}
