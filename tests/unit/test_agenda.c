/* agenda: keeps what was announced, in order, with its path, in little memory. */
#include "files/agenda.h"

#include <stdio.h>

#include "tests/unit/support.h"

static struct agenda agenda;

static int setup(void **state)
{
	(void)state;
	memset(&agenda, 0, sizeof agenda);
	return 0;
}

static void test_paths_stay_with_their_entries(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	unsigned added = 0, popped = 0;
	char path[512];
	while (popped < 5000) {
		uint8_t dice[2];
		random.random.fill(&random.random, dice, sizeof dice);
		size_t len = (size_t)snprintf(path, sizeof path, "%u/%*s", added, dice[0], "x");
		if (dice[1] < 140 && agenda_fits(&agenda, len)) {
			agenda_add(&agenda, span_of(path, len))->number = added++;
		} else if (agenda_first(&agenda) != NULL) {
			struct entry *e = agenda_first(&agenda);
			char number[16];
			snprintf(number, sizeof number, "%u/", popped);
			assert_int_equal(e->number, popped);
			assert_memory_equal(agenda_path(&agenda, e).at, number, strlen(number));
			assert_int_equal(agenda_path(&agenda, e).at[e->path_len - 1], 'x');
			assert_false(agenda_is_item(&agenda, e));
			agenda_pop(&agenda);
			popped++;
		}
	}
	assert_true(added > popped);
	assert_int_equal(agenda_last(&agenda)->number, added - 1);
}

static void test_it_holds_so_many_and_so_much(void **state)
{
	(void)state;
	static char path[PARCEL_PATH];
	memset(path, 'a', sizeof path);
	for (unsigned i = 0; i < AGENDA_ENTRIES; i++) {
		assert_true(agenda_fits(&agenda, 1));
		agenda_add(&agenda, span_of(path, 1));
	}
	assert_false(agenda_fits(&agenda, 1));
	while (agenda_first(&agenda) != NULL)
		agenda_pop(&agenda);
	for (unsigned i = 0; i < 3; i++)
		agenda_add(&agenda, span_of(path, PARCEL_PATH));
	assert_false(agenda_fits(&agenda, PARCEL_PATH));
	assert_true(agenda_fits(&agenda, PARCEL_PATH - 4));
	agenda_pop(&agenda);
	assert_true(agenda_fits(&agenda, PARCEL_PATH));
	assert_panics(agenda_add(&agenda, span_of(path, AGENDA_PATHS)));
}

static void test_answers_go_to_files_in_their_order(void **state)
{
	(void)state;
	assert_null(agenda_waiting(&agenda));
	agenda_add(&agenda, span_text("d"))->folder = true;
	struct entry *a = agenda_add(&agenda, span_text("a"));
	agenda_add(&agenda, span_text("e"))->folder = true;
	struct entry *b = agenda_add(&agenda, span_text("b"));
	assert_ptr_equal(agenda_waiting(&agenda), a);
	a->state = ENTRY_STARTED;
	assert_ptr_equal(agenda_waiting(&agenda), b);
	agenda_pop(&agenda);
	assert_ptr_equal(agenda_first(&agenda), a);
	assert_ptr_equal(agenda_waiting(&agenda), b);
	b->state = ENTRY_SKIPPED;
	assert_null(agenda_waiting(&agenda));
	struct entry *c = agenda_add(&agenda, span_text("c"));
	for (unsigned i = 0; i < 3; i++)
		agenda_pop(&agenda);
	assert_ptr_equal(agenda_waiting(&agenda), c);
	assert_true(agenda_is_item(&agenda, c));
	agenda_pop(&agenda);
	assert_null(agenda_first(&agenda));
	assert_panics(agenda_pop(&agenda));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_paths_stay_with_their_entries, setup),
		cmocka_unit_test_setup(test_it_holds_so_many_and_so_much, setup),
		cmocka_unit_test_setup(test_answers_go_to_files_in_their_order, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
