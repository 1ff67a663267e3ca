/* questions: each is repeated, answered once, by the right one alone, and given up. */
#include "transport/questions.h"

#include "tests/unit/support.h"

#define START (100 * SECOND)

static struct questions q;
static struct test_random randoms;
static struct addr server, outside;

static int start(void **state)
{
	(void)state;
	randoms = test_random(7);
	server = addr_v4(192, 0, 2, 1, 7242);
	outside = addr_v4(203, 0, 113, 9, 40000);
	questions_init(&q, &randoms.random);
	return 0;
}

/* The next HELLO, and how long it is; 0: none. */
static size_t said(struct hello *m, struct route *to)
{
	static uint8_t wire[9000];
	struct writer w = writer_of(wire, sizeof wire);
	if (!questions_output(&q, &w, to))
		return 0;
	assert_true(signaling_read_hello(written(&w), m));
	return w.len;
}

static const struct question *answer(const uint8_t *nonce, uint16_t link, struct addr from)
{
	struct cookie m = { .observed = outside };
	struct route route = { .kind = ROUTE_UDP, .link = link, .remote = from };
	memcpy(m.nonce, nonce, NONCE_BYTES);
	return questions_cookie(&q, &route, &m);
}

static void test_questions_are_repeated_and_given_up(void **state)
{
	(void)state;
	struct hello m;
	struct route to;
	const struct question *a =
	    questions_add(&q, 1, &server, HELLO_LEN, QUESTION_PLAIN, 3, START);
	uint64_t now = START;
	for (unsigned i = 0; i < 3; i++, now = questions_deadline(&q)) {
		questions_timer(&q, now);
		assert_int_equal(said(&m, &to), HELLO_LEN);
		assert_false(m.beside);
		assert_true(to.link == 1 && addr_equal(&to.remote, &server));
		assert_int_equal(said(&m, &to), 0);
		assert_int_equal(a->answer, ANSWER_UNKNOWN);
	}
	questions_timer(&q, now);
	assert_int_equal(now, START + 600 * MS);
	assert_int_equal(a->answer, ANSWER_NO);
	assert_true(questions_deadline(&q) == NEVER && said(&m, &to) == 0);
	assert_non_null(answer(m.nonce, 1, server)); /* late is better than never */
}

static void test_questions_are_answered_once_by_the_right_one(void **state)
{
	(void)state;
	struct hello m[3];
	struct route to;
	struct addr other = server, stranger = addr_v4(192, 0, 2, 2, 7242);
	other.port = 7243;
	for (unsigned kind = 0; kind < 3; kind++) {
		(void)questions_add(&q, 1, &server, HELLO_LEN, kind, 3, START);
		questions_timer(&q, START);
		assert_true(said(&m[kind], &to) > 0 && m[kind].beside == (kind == QUESTION_BESIDE));
		assert_true((to.ttl > 0) == (kind == QUESTION_ECHO)); /* that goes to a stranger */
	}
	assert_null(answer(m[0].nonce, 2, server));
	assert_null(answer(m[0].nonce, 1, stranger));
	assert_null(answer(m[0].nonce, 1, other));
	const struct addr seen = outside; /* nobody is seen at an address of the other family */
	outside = (struct addr){ .ip = { 0x20, 0x01, 0x0d, 0xb8 }, .port = 40000 };
	assert_null(answer(m[0].nonce, 1, server));
	outside = seen;
	const struct question *a = answer(m[0].nonce, 1, server);
	assert_true(a == &q.at[0] && addr_equal(&a->seen, &outside) && a->answer == ANSWER_YES);
	assert_null(answer(m[0].nonce, 1, server));
	assert_null(answer(m[1].nonce, 1, stranger));
	assert_true(answer(m[1].nonce, 1, other) == &q.at[1] && q.at[1].from.port == 7243);
	assert_null(answer(m[2].nonce, 1, server)); /* nobody else can say that it came back */
	questions_echo(&q, &to, &m[0]);
	questions_echo(&q, &(struct route){ .link = 2 }, &m[2]);
	assert_int_equal(q.at[2].answer, ANSWER_UNKNOWN);
	questions_echo(&q, &to, &m[2]);
	assert_int_equal(q.at[2].answer, ANSWER_YES);
	assert_true(questions_deadline(&q) == NEVER);
}

/* IP packets of all sizes: with headers they are what they are called. */
static void test_questions_of_all_sizes(void **state)
{
	(void)state;
	struct hello m;
	struct route to;
	size_t len, largest = 0;
	questions_sizes(&q, 1, &server, 3, START);
	questions_timer(&q, START);
	assert_int_equal(questions_largest(&q), 0);
	while ((len = said(&m, &to)) > 0) {
		largest = len > largest ? len : largest;
		if (len + 28 <= 1400)
			assert_non_null(answer(m.nonce, 1, server));
	}
	assert_int_equal(largest + 28, 9000);
	assert_int_equal(questions_largest(&q), 1400);
}

static void test_questions_are_bounded(void **state)
{
	(void)state;
	for (unsigned i = 0; i < QUESTIONS; i++)
		assert_non_null(questions_add(&q, 1, &server, HELLO_LEN, QUESTION_PLAIN, 1, START));
	assert_null(questions_add(&q, 1, &server, HELLO_LEN, QUESTION_PLAIN, 1, START));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_questions_are_repeated_and_given_up, start),
		cmocka_unit_test_setup(test_questions_are_answered_once_by_the_right_one, start),
		cmocka_unit_test_setup(test_questions_of_all_sizes, start),
		cmocka_unit_test_setup(test_questions_are_bounded, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
