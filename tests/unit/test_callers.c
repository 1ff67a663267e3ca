/* callers: the TCP connections of a signaling server in simulated time: who may stay, and who goes
 * for whom. (Row M3: 17 addresses shut TCP.) */
#include "tests/unit/support.h"

#include "rendezvous/callers.h"
#include "wire/framing.h"

enum { MAX = 1024 };

static struct test_random chance;
static struct callers callers;
static uint64_t now;
static uint16_t last_link;

static int start(void **state)
{
	(void)state;
	chance = test_random(1);
	memset(&callers, 0, sizeof callers);
	assert_true(callers_init(&callers, MAX, &chance.random));
	now = 1000 * SECOND;
	last_link = 0x4000;
	return 0;
}

static int end(void **state)
{
	(void)state;
	callers_free(&callers);
	return 0;
}

static struct addr host_of(unsigned network, unsigned host)
{
	return addr_v4(10, (uint8_t)(network >> 8), (uint8_t)network, (uint8_t)host, 5000);
}

/* Connects; returns the new link, and in *ended who went. */
static uint16_t comes(struct addr from, uint16_t *ended)
{
	last_link++;
	*ended = callers_accepted(&callers, last_link, &from, now);
	return last_link;
}

static unsigned overdue(void)
{
	unsigned count = 0;
	while (callers_overdue(&callers, now))
		count++;
	return count;
}

/* Until its first good JOIN a connection has ten seconds, whatever it says; after it as long as it
 * says something every two minutes. */
static void test_callers_have_ten_seconds_for_the_first_join(void **state)
{
	(void)state;
	uint16_t ended, silent = comes(host_of(1, 1), &ended),
			member = comes(host_of(1, 2), &ended);
	uint64_t started = now;
	assert_true(callers_deadline(&callers) == started + 10 * SECOND);
	now += 9 * SECOND;
	callers_heard(&callers, silent, false, now); /* HELLO, or nonsense */
	callers_heard(&callers, member, true, now);
	assert_int_equal(callers_overdue(&callers, started + 10 * SECOND - 1), 0);
	now = started + 10 * SECOND;
	assert_int_equal(callers_overdue(&callers, now), silent);
	assert_int_equal(callers_overdue(&callers, now), 0);
	assert_int_equal(callers_count(&callers), 1);

	for (int i = 0; i < 100; i++) {
		now += i ? 119 * SECOND : 100 * SECOND;
		assert_int_equal(overdue(), 0);
		callers_heard(&callers, member, i % 2, now); /* also while it is in no room */
	}
	assert_true(callers_deadline(&callers) == now + 120 * SECOND);
	now += 120 * SECOND;
	assert_int_equal(callers_overdue(&callers, now), member);
	assert_true(callers_deadline(&callers) == NEVER);
	callers_heard(&callers, member, true, now); /* it is gone: nothing happens */
	assert_int_equal(callers_count(&callers), 0);
}

/* Seventeen addresses hold 64 connections each, silent ones or members that chatter, and open new
 * ones whenever one ends. For ten minutes an honest host comes every second and stays: none is
 * refused, none is ended. */
static void seventeen(bool members)
{
	static bool honest[1 << 16];
	uint16_t ended;
	memset(honest, 0, sizeof honest);
	for (unsigned i = 0; i < 17 * 64; i++)
		callers_heard(&callers, comes(host_of(i % 17, 1), &ended), members, now);
	assert_int_equal(callers_count(&callers), MAX);
	for (unsigned second = 0; second < 600; second++) {
		uint16_t own = comes(host_of(100 + second, 1), &ended);
		honest[own] = true;
		assert_false(honest[ended]);
		now += 200 * MS; /* its round trips until JOIN */
		for (unsigned i = 0; i < 17 * 4; i++) {
			uint16_t theirs = comes(host_of(i % 17, 1), &ended);
			callers_heard(&callers, theirs, members, now);
			assert_false(honest[ended]);
		}
		callers_heard(&callers, own, true, now);
		for (unsigned x = 0x4001; x <= last_link && second % 20 == 0; x++)
			if (honest[x] || members)
				callers_heard(&callers, (uint16_t)x, true, now);
		now += 800 * MS;
		while ((ended = callers_overdue(&callers, now)) != 0)
			assert_false(honest[ended]);
		assert_in_range(callers_count(&callers), members ? MAX - 17 : 64, MAX);
	}
}

static void test_callers_17_addresses_cannot_shut_tcp(void **state)
{
	(void)state;
	seventeen(false);
}

static void test_callers_17_addresses_cannot_shut_tcp_as_members_either(void **state)
{
	(void)state;
	seventeen(true);
}

/* A customer's /48 is one network: a thousand of its /64s keep nobody out, whatever they do. */
static void test_callers_one_network_cannot_shut_tcp(void **state)
{
	(void)state;
	uint16_t ended, first = 0;
	struct addr from = { .ip = { 0x20, 1, 0xd, 0xb8, 0, 1 }, .port = 5000 };
	for (unsigned i = 0; i < 3 * MAX; i++) {
		from.ip[6] = (uint8_t)(i >> 8);
		from.ip[7] = (uint8_t)i;
		callers_heard(&callers, comes(from, &ended), true, now);
		first = i == 0 ? last_link : first;
		assert_int_equal(ended != 0, i >= MAX);
	}
	for (unsigned i = 0; i < MAX / 2; i++) {
		uint16_t link = comes(host_of(i, 1), &ended);
		assert_in_range(ended, first, first + 3 * MAX - 1);
		callers_heard(&callers, link, true, now);
	}
}

/* A host has 64 connections. One more ends the longest silent that has not joined, which may be
 * itself: who does not join ends no member of his own host. */
static void test_callers_of_one_host(void **state)
{
	(void)state;
	uint16_t ended, links[64];
	for (unsigned i = 0; i < 64; i++) {
		now += MS;
		links[i] = comes(host_of(1, 1), &ended);
		assert_int_equal(ended, 0);
	}
	for (unsigned i = 0; i < 10; i++)
		callers_heard(&callers, links[i], true, now);
	(void)comes(host_of(1, 1), &ended);
	assert_int_equal(ended, links[10]);
	(void)comes(host_of(1, 2), &ended); /* its neighbour */
	assert_int_equal(ended, 0);
	for (unsigned i = 11; i < 64; i++)
		callers_heard(&callers, links[i], true, now);
	uint16_t link = comes(host_of(1, 1), &ended);
	callers_heard(&callers, link, true, now);
	for (unsigned i = 0; i < 10; i++) {
		link = comes(host_of(1, 1), &ended);
		assert_int_equal(ended, link);
	}
	assert_int_equal(callers_count(&callers), 65);
}

/* Messages are taken out of a stream however it is cut, each connection's own. */
static void test_callers_frame_messages(void **state)
{
	(void)state;
	uint16_t ended, a = comes(host_of(1, 1), &ended), b = comes(host_of(1, 2), &ended);
	static const uint8_t stream[] = { 0, 2, 'x', 'y', 0, 0, 0, 1, 'z' };
	unsigned got = 0;
	for (size_t i = 0; i < sizeof stream; i++) {
		struct span one = span_of(stream + i, 1), message;
		while (callers_next(&callers, a, &one, &message)) {
			got++;
			assert_span_text(message, got == 1 ? "xy" : "z");
		}
		if (i < 3) {
			one = span_of(stream, sizeof stream);
			assert_true(callers_next(&callers, b, &one, &message));
			assert_span_text(message, "xy");
			assert_true(callers_next(&callers, b, &one, &message));
		}
	}
	assert_int_equal(got, 2);
	assert_false(callers_bad(&callers, a));
	struct span huge = span_of((const uint8_t[]){ 0xff, 0xff, 0 }, 3), message;
	assert_false(callers_next(&callers, a, &huge, &message));
	assert_true(callers_bad(&callers, a));
	assert_false(callers_bad(&callers, b));
	callers_gone(&callers, a);
	huge = span_of(stream, sizeof stream);
	assert_false(callers_next(&callers, a, &huge, &message));
	assert_false(callers_bad(&callers, a));

	/* A number that is used again starts anew. */
	struct addr from = host_of(2, 2);
	huge = span_of(stream, 3);
	assert_false(callers_next(&callers, b, &huge, &message));
	assert_int_equal(callers_accepted(&callers, b, &from, now), 0);
	huge = span_of(stream, sizeof stream);
	assert_true(callers_next(&callers, b, &huge, &message));
	assert_span_text(message, "xy");
	assert_int_equal(callers_count(&callers), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_callers_have_ten_seconds_for_the_first_join,
		                                start, end),
		cmocka_unit_test_setup_teardown(test_callers_17_addresses_cannot_shut_tcp, start,
		                                end),
		cmocka_unit_test_setup_teardown(
		    test_callers_17_addresses_cannot_shut_tcp_as_members_either, start, end),
		cmocka_unit_test_setup_teardown(test_callers_one_network_cannot_shut_tcp, start,
		                                end),
		cmocka_unit_test_setup_teardown(test_callers_of_one_host, start, end),
		cmocka_unit_test_setup_teardown(test_callers_frame_messages, start, end),
	};
	return cmocka_run_group_tests_name("callers", tests, NULL, NULL);
}
