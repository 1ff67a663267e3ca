/* budget: the streams of a session share its memory: one may have it all, and several have equal
 * parts of it, soon after they ask for them; what was promised is within the bound all the time. */
#include "session/budget.h"

#include "session/codes.h"
#include "tests/unit/support.h"

enum { STREAMS = 8, FIRST = STREAM_PIPE };

static struct stream at[STREAMS];
static struct budget b;
static uint64_t now;

static void start(void)
{
	b = (struct budget){ .memory = LIMIT_STREAM_MEMORY };
	now = SECOND;
	for (unsigned i = 0; i < STREAMS; i++)
		stream_init(&at[i], LIMIT_STREAM_MEMORY);
}

static void stop(void)
{
	for (unsigned i = 0; i < STREAMS; i++)
		stream_free(&at[i]);
}

static void assert_bounded(void)
{
	uint64_t sum = 0;

	for (unsigned i = STREAM_CHAT; i < STREAMS; i++) {
		uint64_t has = stream_promised(&at[i].receive);
		sum += has > STREAM_WINDOW_START ? has - STREAM_WINDOW_START : 0;
	}
	assert_true(sum <= LIMIT_STREAM_MEMORY);
}

/* The peer sends all that it may on a stream, a quarter of the window at a time, and it is read at
 * once, or not. */
static void flow(unsigned place, bool read)
{
	static const uint8_t bytes[1 << 20];
	struct stream_receive *r = &at[place].receive;
	uint64_t until = r->highest + r->window / 4 + 1;

	until = until < r->limit ? until : r->limit;
	while (r->highest < until) {
		size_t len = (size_t)(until - r->highest);
		struct span some = span_of(bytes, len < sizeof bytes ? len : sizeof bytes);
		assert_int_equal(stream_insert(r, r->highest, some, false), OK);
		while (read && stream_read(r).len > 0)
			stream_consume(r, stream_read(r).len);
	}
	if (r->limit_due)
		(void)budget_limit(&b, at, STREAMS, place, SECOND, now);
	now += MS;
	assert_bounded();
}

static void run(unsigned from, unsigned to, unsigned turns)
{
	for (unsigned turn = 0; turn < turns; turn++)
		for (unsigned i = from; i < to; i++)
			flow(i, true);
}

static void test_budget_one_may_have_it_all(void **state)
{
	(void)state;
	start();
	run(FIRST, FIRST + 1, 100);
	assert_int_equal(at[FIRST].receive.window, LIMIT_STREAM_MEMORY);
	stop();
}

static void test_budget_several_have_equal_parts(void **state)
{
	(void)state;
	for (unsigned count = 2; count <= STREAMS - FIRST; count++) {
		start();
		run(FIRST, FIRST + 1, 100);
		run(FIRST, FIRST + count, 400);
		for (unsigned i = FIRST; i < FIRST + count; i++) {
			uint64_t window = at[i].receive.window;
			assert_true(window >= LIMIT_STREAM_MEMORY / (count + 1));
			assert_true(window <= 2 * LIMIT_STREAM_MEMORY / count);
		}
		stop();
	}
}

/* What is over, and what was read to the end, gives back all that it had. */
static void test_budget_comes_back(void **state)
{
	(void)state;
	start();
	run(FIRST, FIRST + 3, 200);
	stream_free(&at[FIRST]);
	uint64_t end = at[FIRST + 1].receive.highest;
	assert_int_equal(stream_insert(&at[FIRST + 1].receive, end, span_of(NULL, 0), true), OK);
	assert_int_equal(stream_promised(&at[FIRST + 1].receive), 0);
	run(FIRST + 2, FIRST + 3, 200);
	assert_int_equal(at[FIRST + 2].receive.window, LIMIT_STREAM_MEMORY);
	stop();
}

/* A reader that has stopped keeps what it was promised, and the others still have their first
 * windows. */
static void test_budget_of_a_stuck_reader(void **state)
{
	(void)state;
	start();
	run(FIRST, FIRST + 1, 100);
	for (unsigned i = 0; i < 10; i++)
		flow(FIRST, false);
	uint64_t before = at[FIRST + 1].receive.highest;
	run(FIRST + 1, FIRST + 2, 100);
	assert_true(at[FIRST + 1].receive.highest >= before + 100 * (STREAM_WINDOW_START / 4));
	stop();
}

static void test_budget_of_control_messages_is_their_own(void **state)
{
	(void)state;
	start();
	run(FIRST, FIRST + 1, 100);
	stream_free(&at[STREAM_CONTROL]);
	stream_init(&at[STREAM_CONTROL], LIMIT_STREAM_BUFFER);
	run(STREAM_CONTROL, STREAM_CONTROL + 1, 100);
	assert_int_equal(at[STREAM_CONTROL].receive.window, LIMIT_STREAM_BUFFER);
	stop();
}

static void test_budget_of_what_is_sent(void **state)
{
	static const uint8_t bytes[LIMIT_STREAM_BUFFER];

	(void)state;
	start();
	assert_int_equal(budget_sending(&b, at, STREAMS, FIRST), LIMIT_STREAM_MEMORY);
	assert_int_equal(stream_write(&at[FIRST].send, span_of(bytes, STREAM_WINDOW_START)),
	                 STREAM_WINDOW_START);
	assert_int_equal(budget_sending(&b, at, STREAMS, FIRST + 1), LIMIT_STREAM_MEMORY);
	assert_int_equal(stream_write(&at[FIRST].send, span_of(bytes, 1000)), 1000);
	assert_int_equal(budget_sending(&b, at, STREAMS, FIRST + 1), LIMIT_STREAM_MEMORY - 1000);
	b.memory = STREAM_WINDOW_START;
	assert_int_equal(budget_sending(&b, at, STREAMS, FIRST + 1), STREAM_WINDOW_START);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_budget_one_may_have_it_all),
		cmocka_unit_test(test_budget_several_have_equal_parts),
		cmocka_unit_test(test_budget_comes_back),
		cmocka_unit_test(test_budget_of_a_stuck_reader),
		cmocka_unit_test(test_budget_of_control_messages_is_their_own),
		cmocka_unit_test(test_budget_of_what_is_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
