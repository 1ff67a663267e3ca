/* feed: input comes out as it went in, whatever the pieces, and each byte with the conversation it
 * was written for. */
#include "ui/feed.h"

#include "tests/unit/support.h"

static uint8_t buffer[64];
static struct feed f;

static void start(void)
{
	memset(buffer, 0, sizeof buffer);
	f = feed_of(buffer, sizeof buffer);
}

static void expect_line(const char *want)
{
	struct span line;
	size_t used;
	assert_true(feed_line(&f, &line, &used));
	assert_span_text(line, want);
	feed_use(&f, used);
}

static void test_feed_gives_lines(void **state)
{
	(void)state;
	struct span line;
	size_t used;
	start();
	assert_false(feed_line(&f, &line, &used));
	feed_add(&f, span_text("one\r\n\ntw"), 1);
	expect_line("one");
	expect_line("");
	assert_false(feed_line(&f, &line, &used));
	feed_add(&f, span_text("o\r\r\nrest"), 1);
	expect_line("two\r");
	assert_false(feed_line(&f, &line, &used));
	feed_end(&f);
	assert_int_equal(feed_room(&f), 0);
	assert_false(feed_at_end(&f));
	expect_line("rest"); /* what follows the last newline is a line */
	assert_true(feed_at_end(&f));
	assert_false(feed_line(&f, &line, &used));
}

/* A run is what was written for one conversation. */
static void test_feed_keeps_conversations_apart(void **state)
{
	(void)state;
	start();
	feed_add(&f, span_text("aa"), 1);
	feed_add(&f, span_text("bb"), 1);
	feed_add(&f, span_text(""), 9);
	feed_add(&f, span_text("ccc"), 2);
	assert_int_equal(feed_conv(&f), 1);
	assert_int_equal(feed_run(&f), 4);
	feed_use(&f, 3);
	assert_int_equal(feed_run(&f), 1);
	feed_use(&f, 2); /* across the border */
	assert_int_equal(feed_conv(&f), 2);
	assert_int_equal(feed_run(&f), 2);
	feed_use(&f, 2);
	assert_int_equal(feed_run(&f), 0);
	assert_panics(feed_use(&f, 1));
}

/* What grows over more conversations than can be told apart is for nobody. */
static void test_feed_of_too_many_conversations(void **state)
{
	(void)state;
	start();
	for (unsigned i = 0; i < FEED_RUNS + 3; i++)
		feed_add(&f, span_text("x"), 100 + i);
	for (unsigned i = 0; i + 1 < FEED_RUNS; i++) {
		assert_int_equal(feed_conv(&f), 100 + i);
		feed_use(&f, 1);
	}
	assert_int_equal(feed_conv(&f), 0);
	assert_int_equal(feed_run(&f), 4);
}

/* Any pieces in and out; what was used is wiped. */
static void test_feed_any_pieces(void **state)
{
	(void)state;
	struct test_random r = test_random(3);
	uint8_t next_in = 0, next_out = 0;
	start();
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t some[64];
		size_t len = (size_t)random_below(&r.random, feed_room(&f) + 1);
		for (size_t k = 0; k < len; k++)
			some[k] = next_in++;
		feed_add(&f, span_of(some, len), 1);
		struct span waiting = feed_waiting(&f);
		len = (size_t)random_below(&r.random, waiting.len + 1);
		for (size_t k = 0; k < len; k++)
			assert_int_equal(waiting.at[k], next_out++);
		feed_use(&f, len);
	}
	feed_use(&f, feed_waiting(&f).len);
	assert_true(bytes_zero(buffer, sizeof buffer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_feed_gives_lines),
		cmocka_unit_test(test_feed_keeps_conversations_apart),
		cmocka_unit_test(test_feed_of_too_many_conversations),
		cmocka_unit_test(test_feed_any_pieces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
