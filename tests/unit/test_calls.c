/* calls: a connection, HELLO, and what becomes of it. */
#include "transport/calls.h"

#include "tests/unit/support.h"

#define START (100 * SECOND)

static struct calls c;
static struct test_random randoms;
static struct addr server;

static int start(void **state)
{
	(void)state;
	randoms = test_random(7);
	server = addr_v4(192, 0, 2, 1, 7242);
	calls_init(&c, 6, &randoms.random);
	return 0;
}

/* Connected, as asked for; the HELLO it says then. */
static struct hello connected(uint16_t port, struct route *to)
{
	struct link_request r;
	struct hello m = { .beside = false };
	uint8_t wire[2 + HELLO_LEN];
	struct writer w = writer_of(wire, sizeof wire);
	assert_true(calls_request(&c, &r));
	assert_true(r.open && r.kind == LINK_TCP && r.remote.port == port);
	assert_false(calls_output(&c, &w, to));
	assert_true(calls_link(&c, &(struct link_event){ .state = LINK_UP, .link = r.link }));
	assert_true(calls_output(&c, &w, to));
	assert_true(to->link == r.link && load_be16(wire) == HELLO_LEN);
	assert_true(signaling_read_hello(span_of(wire + 2, HELLO_LEN), &m));
	assert_false(calls_output(&c, &w, to));
	return m;
}

static size_t cookie_of(const struct hello *hello, uint8_t wire[2 + COOKIE_LEN])
{
	struct writer w = writer_of(wire, 2 + COOKIE_LEN);
	struct cookie m = { .observed = server, .day = 20000 };
	memcpy(m.nonce, hello->nonce, NONCE_BYTES);
	write_be16(&w, COOKIE_LEN);
	signaling_write_cookie(&w, &m);
	return w.len;
}

static void test_calls_are_answered(void **state)
{
	(void)state;
	struct route to;
	struct cookie m;
	struct link_request r;
	uint8_t wire[2 + COOKIE_LEN];
	const struct call *call = calls_add(&c, 3, &server, true, START);
	struct hello hello = connected(443, &to), wrong = hello;
	wrong.nonce[0] ^= 1;
	size_t len = cookie_of(&wrong, wire);
	assert_false(calls_input(&c, &to, span_of(wire, len), &m));
	assert_int_equal(call->answer, ANSWER_UNKNOWN);
	cookie_of(&hello, wire);
	assert_false(calls_input(&c, &to, span_of(wire, 20), &m));
	assert_true(calls_input(&c, &to, span_of(wire + 20, len - 20), &m));
	assert_true(m.day == 20000 && call->answer == ANSWER_YES && call->server == 3 && call->web);
	assert_true(calls_deadline(&c) == NEVER);
	assert_true(calls_request(&c, &r) && !r.open); /* it hangs up */
	assert_false(calls_input(&c, &to, span_of(wire, len), &m));
}

static void test_calls_fail(void **state)
{
	(void)state;
	struct route to;
	struct cookie m;
	struct link_request r;
	const struct call *refused = calls_add(&c, 0, &server, false, START), *silent, *rubbish;
	assert_true(calls_request(&c, &r));
	assert_true(calls_link(&c, &(struct link_event){ .state = LINK_DOWN, .link = r.link }));
	assert_int_equal(refused->answer, ANSWER_NO);
	assert_false(calls_mute(&c, 0)); /* nobody took it */
	assert_false(calls_link(&c, &(struct link_event){ .state = LINK_DOWN, .link = 5 }));
	assert_false(calls_link(&c, &(struct link_event){ .state = LINK_DOWN, .link = 7 }));

	silent = calls_add(&c, 0, &server, false, START);
	(void)connected(7242, &to);
	calls_timer(&c, calls_deadline(&c) - 1);
	assert_int_equal(silent->answer, ANSWER_UNKNOWN);
	calls_timer(&c, calls_deadline(&c));
	assert_int_equal(silent->answer, ANSWER_NO);
	assert_true(calls_mute(&c, 0) && !calls_mute(&c, 1));
	assert_true(calls_request(&c, &r) && !r.open);

	rubbish = calls_add(&c, 0, &server, false, START);
	(void)connected(7242, &to);
	assert_false(calls_input(&c, &to, span_of("\xff\xff", 2), &m));
	assert_int_equal(rubbish->answer, ANSWER_NO);
	assert_true(calls_request(&c, &r) && !r.open);

	calls_again(&c, START);
	assert_int_equal(refused->answer, ANSWER_UNKNOWN);
	(void)connected(7242, &to);
}

/* At port 443 may be anybody. */
static void test_calls_are_not_mute_where_one_is_answered(void **state)
{
	(void)state;
	struct route to;
	struct cookie m;
	uint8_t wire[2 + COOKIE_LEN];
	(void)calls_add(&c, 3, &server, true, START);
	(void)connected(443, &to);
	calls_timer(&c, calls_deadline(&c));
	assert_false(calls_mute(&c, 3));
	for (int i = 0; i < 2; i++) {
		struct link_request r;
		while (calls_request(&c, &r) && !r.open)
			;
		(void)calls_add(&c, 3, &server, false, START);
		struct hello hello = connected(7242, &to);
		assert_true(calls_mute(&c, 3));
		if (i == 1)
			assert_true(
			    calls_input(&c, &to, span_of(wire, cookie_of(&hello, wire)), &m));
	}
	assert_false(calls_mute(&c, 3));
}

static void test_calls_are_bounded(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CALLS; i++)
		assert_non_null(calls_add(&c, 0, &server, false, START));
	assert_null(calls_add(&c, 0, &server, false, START));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_calls_are_answered, start),
		cmocka_unit_test_setup(test_calls_fail, start),
		cmocka_unit_test_setup(test_calls_are_not_mute_where_one_is_answered, start),
		cmocka_unit_test_setup(test_calls_are_bounded, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
