/* shelf: keeps what is newest, whatever is added, joined, changed and dropped. */
#include "ui/shelf.h"

#include "tests/unit/support.h"

static struct shelf s;

static void test_shelf_keeps_the_order(void **state)
{
	(void)state;
	memset(&s, 0, sizeof s);
	shelf_add(&s, span_text("one"));
	shelf_add(&s, span_text(""));
	shelf_add(&s, span_text("three"));
	assert_int_equal(s.count, 3);
	assert_span_text(shelf_at(&s, 1), "three");
	assert_span_text(shelf_at(&s, 3), "one");
	assert_true(shelf_join(&s, span_text(">"), true));
	assert_true(shelf_join(&s, span_text("<"), false));
	assert_true(shelf_change(&s, 2, span_text("two")));
	assert_true(shelf_change(&s, 3, span_text("1")));
	assert_span_text(shelf_at(&s, 1), ">three<");
	assert_span_text(shelf_at(&s, 2), "two");
	assert_span_text(shelf_at(&s, 3), "1");
	shelf_drop(&s, 2);
	assert_span_text(shelf_at(&s, 1), ">three<");
	assert_span_text(shelf_at(&s, 2), "1");
	assert_panics(shelf_at(&s, 0));
	assert_panics(shelf_at(&s, 3));
}

/* What is dropped, shortened or has made way leaves nothing behind. */
static void test_shelf_wipes(void **state)
{
	(void)state;
	static uint8_t nothing[SHELF];
	memset(&s, 0, sizeof s);
	for (int i = 0; i < 10000; i++)
		shelf_add(&s, span_text("a secret"));
	assert_true(s.count == SHELF / 10 && s.len <= SHELF);
	assert_true(shelf_change(&s, 2, span_text("")));
	shelf_drop(&s, 7);
	assert_memory_equal(s.at + s.len, nothing, SHELF - s.len);
	shelf_wipe(&s);
	assert_memory_equal(&s, nothing, sizeof s.at);
	assert_int_equal(s.count, 0);
}

/* The oldest make way, but never the text that grows or what is newer. */
static void test_shelf_is_bounded(void **state)
{
	(void)state;
	static uint8_t text[SHELF_TEXT];
	memset(&s, 0, sizeof s);
	shelf_add(&s, span_text("old"));
	shelf_add(&s, span_of(text, SHELF_TEXT - 10));
	assert_int_equal(s.count, 2);
	assert_true(shelf_join(&s, span_text("123456"), false));
	assert_int_equal(s.count, 1);
	assert_int_equal(shelf_at(&s, 1).len, SHELF_TEXT - 4);
	assert_false(shelf_join(&s, span_text("12345"), true));
	assert_true(shelf_change(&s, 1, span_of(text, SHELF_TEXT - 2)));
	shelf_add(&s, span_text("1"));
	shelf_drop(&s, 1);
	assert_int_equal(s.count, 0);
	shelf_add(&s, span_text("a"));
	shelf_add(&s, span_text("b"));
	assert_false(shelf_change(&s, 1, span_of(text, SHELF_TEXT + 1)));
	shelf_add(&s, span_of(text, SHELF_TEXT));
	assert_int_equal(s.count, 1);
	assert_panics(shelf_add(&s, span_of(text, SHELF_TEXT + 1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shelf_keeps_the_order),
		cmocka_unit_test(test_shelf_wipes),
		cmocka_unit_test(test_shelf_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
