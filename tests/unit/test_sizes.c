/* sizes: how large a session's packets are on the path of its data, from the first test to the last
 * byte. */
#include "session/sizes.h"

#include "tests/unit/two_sessions.h"

#define DELAY_US (10 * MS)

static struct two t;
static size_t carries; /* what passes from the peer to own */
static size_t largest; /* of the peer's packets that passed since it was set to 0 */
static size_t died;    /* packets that were too large */
static size_t told;    /* what a router says of these; 0: nothing */
static uint64_t rate;  /* bytes a second; 0: no end */
static uint64_t busy;  /* until then */
static uint8_t sent_bytes[1000000];

/* What is on its way to own. */
static struct {
	uint64_t at;
	size_t len;
	uint8_t bytes[LIMIT_PACKET_MAX];
} flight[512];
static size_t first, flying;

static void arrive(void)
{
	for (; flying > 0 && flight[first].at <= t.now; first = (first + 1) % 512, flying--)
		session_input(t.own, &t.peer_at, flight[first].bytes, flight[first].len, t.now);
}

static void peer_speaks(void)
{
	struct route to;

	session_timer(t.peer, t.now);
	for (size_t len; flying < 512;) {
		size_t last = (first + flying) % 512;

		if ((len = session_output(t.peer, &to, flight[last].bytes, t.now)) == 0)
			break;
		size_t datagram = len + (route_is_forward(&to) ? FORWARD_HEADER : 0);
		if (datagram <= carries) {
			largest = max_of(largest, len);
			busy = rate == 0 ? t.now : max_of(busy, t.now) + len * SECOND / rate;
			flight[last].at = busy + DELAY_US;
			flight[last].len = len;
			flying++;
			continue;
		}
		died++;
		if (told > 0)
			session_rejected(t.peer,
			                 &(struct link_event){ .state = LINK_REJECTED,
			                                       .link = to.link,
			                                       .remote = to.remote,
			                                       .size = (uint32_t)told + 28 });
	}
}

/* The peer sends so many bytes; whether they come whole within us. */
static bool carry(size_t len, uint64_t us)
{
	uint64_t end = t.now + us;
	size_t written = 0, got = 0;

	while (got < len && t.now < end) {
		written += session_write(t.peer, STREAM_CHAT,
		                         span_of(sent_bytes + written, len - written));
		peer_speaks();
		arrive();
		two_own_speaks(&t);
		struct span in = session_read(t.own, STREAM_CHAT);
		if (in.len > 0)
			assert_memory_equal(in.at, sent_bytes + got, in.len);
		got += in.len;
		session_consume(t.own, STREAM_CHAT, in.len);
		t.now += MS;
	}
	return got == len;
}

static void start(const struct route_kind *kind, size_t path)
{
	struct route own_at = udp_from(1, 7000), peer_at = udp_from(20, 4000);

	own_at.kind = peer_at.kind = kind;
	two_start_at(&t, SUITE_PSEUDO, own_at, peer_at);
	carries = LIMIT_WIRE;
	flying = 0;
	died = told = 0;
	rate = busy = 0;
	for (size_t i = 0; i < sizeof sent_bytes; i++)
		sent_bytes[i] = (uint8_t)(i * 7 / 3);
	assert_true(carry(10, SECOND)); /* as small as the first packets of a conversation are */
	carries = path;
	largest = 0;
}

/* A path that takes any size, but is slow: a large packet would be on it for 30 ms, and a line that
 * is said meanwhile as well. */
static void test_sizes_are_no_larger_than_the_pace(void **state)
{
	(void)state;
	start(ROUTE_UDP, LIMIT_WIRE);
	rate = 250000;
	assert_true(carry(sizeof sent_bytes / 2, 8 * SECOND)); /* the pace becomes known */
	largest = 0;
	assert_true(carry(sizeof sent_bytes, 8 * SECOND));
	assert_int_equal(largest, 1452);
	two_end(&t);
}

/* Many bytes: the packets become as large as the path, the link and the peer let them. */
static void test_sizes_grow_with_the_path(void **state)
{
	static const struct {
		const struct route_kind *kind;
		size_t path, size;
	} cases[] = {
		{ ROUTE_UDP, LIMIT_WIRE, LIMIT_PACKET_MAX },
		{ ROUTE_UDP, 1472, 1452 },
		{ ROUTE_UDP, 1200, 1200 },
		{ ROUTE_FORWARD_UDP, 1461, 1452 },
		{ ROUTE_FORWARD_UDP, 1460, 1440 },
		{ ROUTE_FORWARD_TCP, LIMIT_WIRE, LIMIT_PACKET },
		{ ROUTE_TCP, LIMIT_WIRE, LIMIT_PACKET_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		start(cases[i].kind, cases[i].path);
		assert_true(carry(sizeof sent_bytes, 2 * SECOND));
		assert_int_equal(largest, cases[i].size);
		two_end(&t);
	}
}

/* A packet is an eighth of the window at most, so that there are others to tell a loss by. */
static void test_sizes_are_an_eighth_of_the_window(void **state)
{
	(void)state;
	start(ROUTE_UDP, LIMIT_WIRE);
	assert_true(carry(sizeof sent_bytes, 2 * SECOND));
	int path = t.peer->parts.paths.data;
	struct congestion *c = &t.peer->parts.recovery->flows[path].congestion;
	c->pacer.rate = 1000000000;
	for (size_t size = LIMIT_PACKET; size < 4000; size += 100) {
		c->cwnd = 8 * size;
		assert_in_range(sizes_room(&t.peer->parts.sizes, path), LIMIT_PACKET, size);
	}
	assert_true(sizes_room(&t.peer->parts.sizes, path) > LIMIT_PACKET);
	c->cwnd = LIMIT_PACKET;
	assert_int_equal(sizes_room(&t.peer->parts.sizes, path), LIMIT_PACKET);
	two_end(&t);
}

/* Over TCP there is nothing to find out. */
static void test_sizes_are_full_at_once_over_tcp(void **state)
{
	(void)state;
	start(ROUTE_TCP, LIMIT_WIRE);
	session_write(t.peer, STREAM_CHAT, span_of(sent_bytes, 50000));
	peer_speaks();
	assert_int_equal(largest, LIMIT_PACKET_MAX);
	two_end(&t);
}

static void test_sizes_stay_small_for_an_older_peer(void **state)
{
	static const struct route_kind *const kinds[] = { &route_udp, &route_tcp };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		start(kinds[i], LIMIT_WIRE);
		t.peer->parts.sizes.large = false;
		assert_true(carry(sizeof sent_bytes, 2 * SECOND));
		assert_int_equal(largest, LIMIT_PACKET);
		two_end(&t);
	}
}

/* A pasted page over a path that is smaller than the first packets, with and without a router that
 * says so. */
static void test_sizes_shrink_with_the_path(void **state)
{
	static const size_t paths[] = { 1072, 572 };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		start(i / 2 ? ROUTE_FORWARD_UDP : ROUTE_UDP, paths[i % 2]);
		assert_true(carry(3000, SECOND));
		assert_true(largest <= paths[i % 2]);
		two_end(&t);

		start(i / 2 ? ROUTE_FORWARD_UDP : ROUTE_UDP, paths[i % 2]);
		told = paths[i % 2];
		assert_true(carry(3000, SECOND / 2));
		two_end(&t);
	}
}

/* What a router says counts for the path to that address over that link, if it leaves room for any
 * packet at all. */
static void test_sizes_are_told_of_one_path(void **state)
{
	(void)state;
	start(ROUTE_UDP, LIMIT_WIRE);
	assert_true(carry(sizeof sent_bytes, 2 * SECOND));
	int path = t.peer->parts.paths.data;
	const struct route *at = &t.peer->parts.paths.at[path].route;
	const struct link_event right = {
		.state = LINK_REJECTED, .link = at->link, .remote = at->remote, .size = 1000
	};
	struct link_event wrong[3] = { right, right, right };
	struct mtu *mtu = &t.peer->parts.paths.at[path].mtu, before = *mtu;

	wrong[0].link++;
	wrong[1].remote.port++;
	wrong[2].size = 28;
	for (unsigned i = 0; i < 3; i++) {
		sizes_told(&t.peer->parts.sizes, &wrong[i]);
		assert_memory_equal(mtu, &before, sizeof before);
	}
	assert_int_not_equal(mtu->told, 1000 - 28);
	sizes_told(&t.peer->parts.sizes, &right);
	assert_int_equal(mtu->told, 1000 - 28);
	two_end(&t);
}

/* The path becomes smaller while packets of full size are on their way. */
static void test_sizes_shrink_midway(void **state)
{
	static const size_t paths[] = { 8972, 1472, 1228, 1072, 572 };

	(void)state;
	start(ROUTE_UDP, LIMIT_WIRE);
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		assert_true(carry(sizeof sent_bytes, SECOND));
		carries = paths[i];
	}
	largest = 0;
	assert_true(carry(sizeof sent_bytes, SECOND));
	assert_int_equal(largest, 548);
	carries = 1472;
	for (int i = 0; i < 8; i++) { /* a search may have ended in vain just before */
		assert_true(carry(sizeof sent_bytes, SECOND));
		t.now += 4 * SECOND;
	}
	assert_int_equal(largest, 1452);
	two_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_grow_with_the_path),
		cmocka_unit_test(test_sizes_are_no_larger_than_the_pace),
		cmocka_unit_test(test_sizes_are_an_eighth_of_the_window),
		cmocka_unit_test(test_sizes_are_full_at_once_over_tcp),
		cmocka_unit_test(test_sizes_stay_small_for_an_older_peer),
		cmocka_unit_test(test_sizes_shrink_with_the_path),
		cmocka_unit_test(test_sizes_are_told_of_one_path),
		cmocka_unit_test(test_sizes_shrink_midway),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
