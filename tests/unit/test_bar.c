/* bar: a row that always fits, whatever a peer has promised. */
#include "ui/bar.h"

#include "base/limits.h"
#include "tests/unit/support.h"

static const char *row(struct event_files f, unsigned columns)
{
	static char text[BAR_ROW];
	struct text t = text_of(text, sizeof text);
	bar_row(&t, &f, columns);
	assert_false(t.cut);
	return text;
}

static void test_a_row(void **state)
{
	(void)state;
	struct event_files f = {
		.bytes = 450000000, .all_bytes = 1000000000, .rate = 11200000, .left_s = 50
	};
	assert_string_equal(row(f, 80),
	                    " 45 % [############.............]  450 MB of 1.0 GB  11 MB/s, "
	                    "0:50 left");
	assert_string_equal(row(f, 60), " 45 % 450 MB of 1.0 GB  11 MB/s, 0:50 left");
	assert_string_equal(row(f, 40), " 45 % 450 MB of 1.0 GB");
	assert_string_equal(row(f, 20), " 45 % ");
	f.rate = 0; /* nothing comes, or it has just begun */
	assert_string_equal(row(f, 40), " 45 % 450 MB of 1.0 GB");
}

static void test_the_words(void **state)
{
	(void)state;
	char text[BAR_ROW];
	struct text t = text_of(text, sizeof text);
	struct event_files f = { .bytes = 1, .all_bytes = 3, .rate = 1, .left_s = 7205 };
	bar_words(&t, &f);
	assert_string_equal(text, "33 %, 1 byte of 3 bytes, 1 byte/s, 2:00:05 left");
}

static void test_files_without_bytes_count(void **state)
{
	(void)state;
	assert_memory_equal(row((struct event_files){ .files = 1, .all_files = 4 }, 30), " 25 %",
	                    5);
	assert_memory_equal(row((struct event_files){ .files = 0 }, 30), "100 %", 5);
}

/* More than was offered, and more than there can be. */
static void test_any_numbers_fit_in_any_width(void **state)
{
	(void)state;
	static const uint64_t numbers[] = {
		0, 1, 999, UINT64_C(1) << 57, UINT64_MAX - 1, UINT64_MAX
	};
	enum { COUNT = sizeof numbers / sizeof *numbers };
	for (unsigned i = 0; i < COUNT * COUNT * COUNT; i++) {
		struct event_files f = { .bytes = numbers[i % COUNT],
			                 .all_bytes = numbers[i / COUNT % COUNT],
			                 .rate = numbers[i / COUNT / COUNT],
			                 .left_s = numbers[i % COUNT] };
		for (unsigned columns = 8; columns < 300; columns += 13)
			assert_true(strlen(row(f, columns)) < columns);
		if (f.bytes >= f.all_bytes)
			assert_memory_equal(row(f, 80), "100 %", 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_row),
		cmocka_unit_test(test_the_words),
		cmocka_unit_test(test_files_without_bytes_count),
		cmocka_unit_test(test_any_numbers_fit_in_any_width),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
