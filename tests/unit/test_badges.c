/* badges: which messages leave with a server's key. */
#include "tests/unit/support.h"

#include <stdlib.h>

#include "transport/badges.h"
#include "wire/framing.h"

static const uint8_t key[STAMP_KEY] = "abcdefghijklmnop", other[STAMP_KEY] = "abcdefghijklmnoq";

/* Whose stamp HELLO has that goes there: 1 key, 2 other, 0 none. */
static int stamped(const struct badges *b, const struct route_kind *kind, struct addr to)
{
	uint8_t wire[FRAMING_HEADER + HELLO_LEN] = { 0 };
	size_t at = kind == ROUTE_TCP ? FRAMING_HEADER : 0;
	struct route route = { .kind = kind, .remote = to };
	wire[at] = PACKET_HELLO;
	wire[at + 1] = SIGNALING_VERSION;
	assert_int_equal(badges_put(b, &route, wire, at + HELLO_LEN), at + HELLO_LEN);
	struct span message = span_of(wire + at, HELLO_LEN);
	if (bytes_zero(stamp_of(message), STAMP_ID + STAMP_TAG))
		return 0;
	return stamp_good(message, key) ? 1 : stamp_good(message, other) ? 2 : 3;
}

/* A server's key goes to each of its addresses, over UDP and TCP, and to other ports of these hosts
 * unless another server is there; to nobody else. */
static void test_badges_go_to_their_server_alone(void **state)
{
	(void)state;
	static struct badges b;
	struct addr a[2] = { addr_v4(192, 0, 2, 1, 7242), addr_v4(192, 0, 2, 2, 7242) },
		    c = addr_v4(192, 0, 2, 1, 443), open = addr_v4(192, 0, 2, 2, 443);
	assert_int_equal(stamped(&b, ROUTE_UDP, a[0]), 0);
	badges_server(&b, 0, key, a, 2);
	badges_server(&b, 1, other, &c, 1);
	badges_server(&b, LIMIT_VENUES - 1, NULL, &open, 1);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(stamped(&b, ROUTE_UDP, a[i]), 1);
		assert_int_equal(stamped(&b, ROUTE_TCP, a[i]), 1);
	}
	assert_int_equal(stamped(&b, ROUTE_TCP, c), 2);
	assert_int_equal(stamped(&b, ROUTE_TCP, open), 0);
	a[1].port = 7243;
	assert_int_equal(stamped(&b, ROUTE_UDP, a[1]), 1);
	assert_int_equal(stamped(&b, ROUTE_UDP, addr_v4(192, 0, 2, 3, 7242)), 0);
}

/* What was said of a server holds until something else is. */
static void test_badges_are_given_back(void **state)
{
	(void)state;
	static struct badges b;
	struct addr at = addr_v4(192, 0, 2, 1, 7242), moved = addr_v4(192, 0, 2, 9, 7242);
	badges_server(&b, 0, key, &at, 1);
	badges_server(&b, 0, other, &moved, 1);
	assert_int_equal(stamped(&b, ROUTE_UDP, at), 0);
	assert_int_equal(stamped(&b, ROUTE_UDP, moved), 2);
	badges_server(&b, 0, NULL, &moved, 1);
	assert_int_equal(stamped(&b, ROUTE_UDP, moved), 0);
}

/* Nothing is written to what is empty or too short, in a frame or not. */
static void test_badges_leave_short_messages_alone(void **state)
{
	(void)state;
	static struct badges b;
	struct addr at = addr_v4(192, 0, 2, 1, 7242);
	struct route udp = { .kind = ROUTE_UDP, .remote = at },
		     tcp = { .kind = ROUTE_TCP, .remote = at };
	badges_server(&b, 0, key, &at, 1);
	for (size_t len = 0; len < HELLO_LEN; len++) {
		uint8_t *wire = calloc(1, len + 1), zeroes[HELLO_LEN + 1] = { 0 };
		wire[0] = zeroes[0] = PACKET_HELLO;
		assert_int_equal(badges_put(&b, &udp, wire, len), len);
		assert_int_equal(badges_put(&b, &tcp, wire, len), len);
		assert_memory_equal(wire, zeroes, len + 1);
		free(wire);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_badges_go_to_their_server_alone),
		cmocka_unit_test(test_badges_are_given_back),
		cmocka_unit_test(test_badges_leave_short_messages_alone),
	};
	return cmocka_run_group_tests_name("badges", tests, NULL, NULL);
}
