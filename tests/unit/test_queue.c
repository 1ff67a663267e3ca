/* queue: what waits comes out as it went in, whatever the pieces, and each byte with whom it was
 * for. */
#include "ui/queue.h"

#include "tests/unit/support.h"

static uint8_t buffer[128];
static struct queue q;

static void start(void)
{
	memset(buffer, 0, sizeof buffer);
	q = queue_of(buffer, sizeof buffer);
}

static void assert_run(uint64_t whom, size_t want)
{
	size_t len;
	assert_int_equal(queue_whom(&q, &len), whom);
	assert_int_equal(len, want);
}

static void expect_line(const char *want)
{
	struct span line;
	size_t used;
	assert_true(queue_line(&q, &line, &used));
	assert_span_text(line, want);
	queue_use(&q, used);
}

static void test_queue_gives_lines(void **state)
{
	(void)state;
	struct span line;
	size_t used;
	start();
	assert_false(queue_line(&q, &line, &used));
	queue_add(&q, 1, span_text("one\r\n\ntw"));
	expect_line("one");
	expect_line("");
	assert_false(queue_line(&q, &line, &used));
	queue_add(&q, 1, span_text("o\r\r\nrest"));
	expect_line("two\r");
	assert_false(queue_line(&q, &line, &used));
	queue_end(&q);
	assert_int_equal(queue_room(&q), 0);
	assert_false(queue_at_end(&q));
	expect_line("rest"); /* what follows the last newline is a line */
	assert_true(queue_at_end(&q));
	assert_false(queue_line(&q, &line, &used));
}

/* A run is what was written for one conversation. */
static void test_queue_keeps_conversations_apart(void **state)
{
	(void)state;
	start();
	queue_add(&q, 1, span_text("aa"));
	queue_add(&q, 1, span_text("bb"));
	queue_add(&q, 9, span_text(""));
	queue_add(&q, 2, span_text("ccc"));
	assert_run(1, 4);
	queue_use(&q, 3);
	assert_run(1, 1);
	queue_use(&q, 2); /* across the border */
	assert_run(2, 2);
	queue_use(&q, 2);
	assert_run(0, 0);
	assert_panics(queue_use(&q, 1));
}

/* What grows over more conversations than can be told apart is for nobody. */
static void test_queue_of_too_many_conversations(void **state)
{
	(void)state;
	start();
	for (unsigned i = 0; i < QUEUE_RUNS + 3; i++)
		queue_add(&q, 100 + i, span_text("x"));
	for (unsigned i = 0; i + 1 < QUEUE_RUNS; i++) {
		assert_run(100 + i, 1);
		queue_use(&q, 1);
	}
	assert_run(0, 4);
}

/* Whoever asks for room before another is added never comes that far; nor beyond the buffer. */
static void test_queue_counts_changes(void **state)
{
	(void)state;
	unsigned count = 0;
	start();
	for (; queue_room_apart(&q) > 0; count++)
		queue_add(&q, count % 2 ? UI_OUT : UI_ERR, span_text("x"));
	assert_true(count >= QUEUE_RUNS / 2 && count < QUEUE_RUNS);
	struct writer w = queue_begin(&q);
	write_zeroes(&w, sizeof buffer);
	assert_panics(queue_done(&q, UI_OUT, &w));
}

/* Any pieces in and out; what was used is wiped. */
static void test_queue_any_pieces(void **state)
{
	(void)state;
	struct test_random r = test_random(3);
	uint8_t next_in = 0, next_out = 0;
	start();
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t some[sizeof buffer];
		size_t len = (size_t)random_below(&r.random, queue_room(&q) + 1);
		for (size_t k = 0; k < len; k++)
			some[k] = next_in++;
		queue_add(&q, 1, span_of(some, len));
		struct span waiting = queue_waiting(&q);
		len = (size_t)random_below(&r.random, waiting.len + 1);
		for (size_t k = 0; k < len; k++)
			assert_int_equal(waiting.at[k], next_out++);
		queue_use(&q, len);
	}
	queue_use(&q, queue_waiting(&q).len);
	assert_true(bytes_zero(buffer, sizeof buffer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue_gives_lines),
		cmocka_unit_test(test_queue_keeps_conversations_apart),
		cmocka_unit_test(test_queue_of_too_many_conversations),
		cmocka_unit_test(test_queue_counts_changes),
		cmocka_unit_test(test_queue_any_pieces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
