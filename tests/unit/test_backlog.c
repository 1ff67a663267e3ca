/* Tests of ui/backlog.c: what a reader gets who was away. */
#include "tests/unit/support.h"
#include "ui/backlog.h"

static struct backlog b;

static void add(enum event_kind kind, uint64_t conv)
{
	backlog_add(&b, kind, conv, span_text("line\n"));
}

/* The numbers of what still holds. */
static void assert_held(size_t count, const uint64_t *numbers)
{
	uint64_t after = 0;
	for (size_t i = 0; i < count; i++) {
		const struct backlog_line *line = backlog_held(&b, after, UINT64_MAX);
		assert_non_null(line);
		assert_int_equal(line->number, numbers[i]);
		after = line->number;
	}
	assert_null(backlog_held(&b, after, UINT64_MAX));
}

#define HOLDS(...)                                                                                 \
	assert_held(sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t),                        \
	            (uint64_t[]){ __VA_ARGS__ })

/* The latest of each kind and conversation holds, until it is over. */
static void test_backlog_holds_what_is_so(void **state)
{
	(void)state;
	add(EVENT_HELLO, 0);
	add(EVENT_LISTENING, 0);
	add(EVENT_LISTENING, 0);
	add(EVENT_CODE, 0);
	add(EVENT_CODE, 0);
	HOLDS(1, 2, 3, 5);
	add(EVENT_CONNECTED, 1);
	add(EVENT_PATH, 1);
	add(EVENT_CONNECTED, 2);
	add(EVENT_PATH, 2);
	add(EVENT_PATH, 1);
	add(EVENT_AWAY, 1);
	add(EVENT_AWAY, 2);
	add(EVENT_TEXT, 1);
	HOLDS(1, 2, 3, 5, 6, 8, 9, 10, 11, 12);
	add(EVENT_BACK, 1);
	add(EVENT_PEER_LEFT, 1);
	HOLDS(1, 2, 3, 5, 6, 8, 9, 10, 12, 15);
	add(EVENT_OVER, 1);
	HOLDS(1, 2, 3, 5, 8, 9, 12);
	assert_null(backlog_held(&b, 3, 5));
	assert_int_equal(backlog_held(&b, 3, 6)->number, 5);
	backlog_wipe(&b);
	assert_null(backlog_held(&b, 0, UINT64_MAX));
}

/* The last lines are there, each once and in order; how many are kept is bounded in count and size,
 * but the last is always there. */
static void test_backlog_keeps_the_last(void **state)
{
	(void)state;
	static uint8_t large[BACKLOG_BYTES / 4];
	assert_null(backlog_kept(&b, 0));
	for (unsigned i = 0; i < 3 * BACKLOG_LINES; i++)
		add(EVENT_TEXT, 1);
	assert_int_equal(b.last - b.kept + 1, BACKLOG_LINES);
	uint64_t at = 0, count = 0;
	for (struct backlog_line *line; (line = backlog_kept(&b, at)) != NULL; at = line->number)
		count++;
	assert_int_equal(count, BACKLOG_LINES);
	assert_int_equal(at, 3 * BACKLOG_LINES);
	for (unsigned i = 0; i < 9; i++)
		backlog_add(&b, EVENT_TEXT, 1, span_of(large, sizeof large));
	assert_int_equal(b.last - b.kept + 1, 4);
	assert_true(b.bytes <= BACKLOG_BYTES);
	static uint8_t huge[2 * BACKLOG_BYTES];
	backlog_add(&b, EVENT_TEXT, 1, span_of(huge, sizeof huge));
	assert_int_equal(backlog_kept(&b, 0)->number, b.last);
	assert_null(backlog_kept(&b, b.last));
	backlog_wipe(&b);
}

/* A line that is being written stays what it was, whatever becomes of the backlog. */
static void test_backlog_lines_in_use(void **state)
{
	(void)state;
	backlog_add(&b, EVENT_CODE, 0, span_text("first\n"));
	struct backlog_line *line = backlog_use(backlog_kept(&b, 0));
	for (unsigned i = 0; i < 2 * BACKLOG_LINES; i++)
		add(EVENT_CODE, 0);
	backlog_wipe(&b);
	assert_memory_equal(line->at, "first\n", 6);
	backlog_release(line);
	backlog_release(NULL);
	line = backlog_line_new(span_text("own"));
	assert_int_equal(line->number, 0);
	backlog_release(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backlog_holds_what_is_so),
		cmocka_unit_test(test_backlog_keeps_the_last),
		cmocka_unit_test(test_backlog_lines_in_use),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
