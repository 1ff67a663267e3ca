/* Lines and files stand in one order, and are done independently of each other. */
#include "chat/pending.h"

#include "tests/unit/support.h"

static void add(struct pending *p, uint64_t number, bool file, bool waits)
{
	struct pending_line line = { .number = number, .file = file, .waits = waits, .more = true };
	assert_non_null(pending_add(p, &line, span_text("text")));
}

static void test_pending_lines_and_files_are_done_apart(void **state)
{
	(void)state;
	struct pending p;
	pending_init(&p);
	add(&p, 1, true, true);
	add(&p, 2, false, true);
	add(&p, 3, true, true);
	add(&p, 4, false, false);
	add(&p, 5, true, true);
	assert_int_equal(p.waiting, 1);
	assert_int_equal(p.files, 3);
	assert_int_equal(pending_next(&p, true)->number, 1);
	pending_said(pending_next(&p, false), 1);
	pending_said(pending_next(&p, false), 2);
	assert_null(pending_next(&p, false));
	assert_int_equal(pending_confirmed(&p, 0), 0);
	assert_int_equal(pending_confirmed(&p, 1), 2);
	pending_again(&p);
	assert_int_equal(p.waiting, 1); /* it has to wait now */
	assert_int_equal(pending_next(&p, false)->number, 4);
	assert_false(pending_next(&p, false)->more); /* what comes behind is no line */
	assert_false(pending_drop_file(&p, 4));
	assert_true(pending_drop_file(&p, 5)); /* the last one */
	add(&p, 6, false, true);
	pending_done(&p, 6);
	assert_int_equal(p.files, 2);
	assert_int_equal(p.waiting, 0);
	assert_int_equal(pending_file(&p, 2)->number, 3);
	pending_tag(pending_file(&p, 2), 8);
	assert_int_equal(p.first->next->tag, 8);
	assert_null(pending_file(&p, 4));
	assert_true(pending_drop_file(&p, 1) && pending_drop_file(&p, 3));
	assert_null(p.first);
	add(&p, 7, false, false);
	assert_int_equal(p.first->number, 7);
	pending_wipe(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pending_lines_and_files_are_done_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
