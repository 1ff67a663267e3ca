/* Lines of a contact that come again are not shown again, whether the first was noted or not. */
#include "cmd/talk/repeats.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/folder.h"
#include "tests/unit/support.h"

static const struct outbox_mark none, a4 = { "a", 4 }, a5 = { "a", 5 }, a9 = { "a", 9 },
				      b1 = { "b", 1 };

static struct terminal_io io;
static struct postbox postbox;
static struct meeting_peer peer = { .name = "bob", .fingerprint = "a fingerprint", .saved = true };

static struct repeats begin(void)
{
	setenv("SCHAT_HOME", folder, 1);
	postbox = (struct postbox){ .io = &io, .known = true };
	return (struct repeats){ .all = &postbox, .peer = &peer };
}

static void test_repeats_are_known_before_and_after_they_are_noted(void **state)
{
	(void)state;
	struct repeats r = begin();
	assert_false(repeats_known(&r, &a5));
	repeats_show(&r, &a5);
	repeats_show(&r, &none); /* a line of no outbox changes nothing */
	for (int i = 0; i < 2; i++) {
		assert_true(repeats_known(&r, &a5) && repeats_known(&r, &a4));
		assert_false(repeats_known(&r, &a9) || repeats_known(&r, &b1));
		assert_false(repeats_known(&r, &none));
		repeats_note(&r, false);
	}
	postbox_end(&postbox);

	r = begin(); /* the next run */
	assert_true(repeats_known(&r, &a5) && !repeats_known(&r, &a9));
	postbox_end(&postbox);
}

static void test_repeats_of_two_outboxes_are_noted_one_after_the_other(void **state)
{
	(void)state;
	struct repeats r = begin();
	repeats_show(&r, &a9);
	assert_false(repeats_wait(&r, &a9) || repeats_wait(&r, &none));
	assert_true(repeats_wait(&r, &b1));
	repeats_note(&r, true);
	assert_false(repeats_wait(&r, &b1));
	repeats_show(&r, &b1);
	assert_true(repeats_known(&r, &a9) && repeats_known(&r, &b1));
	repeats_note(&r, true);
	postbox_end(&postbox);
}

static void test_repeats_of_a_stranger_are_shown(void **state)
{
	(void)state;
	struct repeats r = begin();
	peer.saved = false;
	repeats_show(&r, &a5);
	assert_false(repeats_known(&r, &a5));
	repeats_note(&r, false);
	assert_false(repeats_known(&r, &a5));
	peer.saved = true;
	assert_int_equal(postbox.count, 0);
	postbox_end(&postbox);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_repeats_are_known_before_and_after_they_are_noted),
		TEST(test_repeats_of_two_outboxes_are_noted_one_after_the_other),
		TEST(test_repeats_of_a_stranger_are_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
