/* postbox: what our user is told of lines that wait, when they can be written and when not. */
#include "cmd/talk/postbox.h"

#include <unistd.h>

#include "base/text.h"
#include "tests/unit/fetch.h"
#include "tests/unit/folder.h"

#define PRINT "bob's fingerprint"

static struct terminal_io io;
static struct postbox postbox;
static char told_text[65536];

/* A run. Earlier ones have left their files. */
static struct outbox *begin(bool used)
{
	struct interactor_config config = { .utf8 = true };
	io = (struct terminal_io){ .ui = interactor_new(interactor_class_named(span_text("json")),
		                                        &config) };
	postbox = (struct postbox){ .io = &io, .known = true, .used = used };
	struct outbox *o = postbox_of(&postbox, PRINT, "bob");
	assert_non_null(o);
	return o;
}

static void end(void)
{
	postbox_end(&postbox);
	interactor_free(io.ui);
}

static int setup(void **state)
{
	told_text[0] = 0;
	return folder_setup(state) == 0 ? setenv("SCHAT_HOME", folder, 1) : -1;
}

/* How often something was told. */
static unsigned told(const char *part)
{
	int where = 0;
	unsigned count = 0;
	size_t len = strlen(told_text);
	for (size_t more = 1; more > 0; len += more)
		more = fetch(io.ui, &where, (uint8_t *)told_text + len, sizeof told_text - 1 - len);
	told_text[len] = 0;
	for (const char *at = told_text; (at = strstr(at, part)) != NULL; at++)
		count++;
	return count;
}

/* The disk takes what is written, or not; what it has stays. */
static void disk_takes(bool takes)
{
	char here[128], away[128];
	snprintf(here, sizeof here, "%s/outbox", folder);
	snprintf(away, sizeof away, "%s/away", folder);
	assert_int_equal(takes ? rename(away, here) : rename(here, away), 0);
}

/* Lines of the run before are on the disk, although this one cannot write. */
static void test_postbox_says_what_is_on_a_full_disk(void **state)
{
	(void)state;
	assert_int_equal(outbox_add(begin(true), span_text("one"), false, true), OK);
	end();
	struct outbox *o = begin(false);
	disk_takes(false);
	postbox_write(&postbox);
	postbox_list(&postbox);
	assert_int_equal(told("can't keep more lines for bob: No such file or directory"), 1);
	assert_int_equal(told("1 line for bob is kept on this disk"), 1);
	assert_int_equal(outbox_add(o, span_text("two"), false, true), OK);
	postbox_write(&postbox);
	postbox_list(&postbox);
	assert_int_equal(told("can't keep lines for bob: No such file or directory"), 1);
	assert_int_equal(told("2 lines for bob are waiting. The latest is not on this disk"), 1);
	disk_takes(true);
	end();
	assert_int_equal(outbox_waiting(begin(false)), 2);
	end();
}

/* The peer was here when a line could not be written, and is not any more. */
static void test_postbox_says_that_a_line_of_a_conversation_is_lost(void **state)
{
	(void)state;
	assert_int_equal(outbox_add(begin(true), span_text("one"), false, true), OK);
	end();
	struct outbox *o = begin(false);
	disk_takes(false);
	assert_int_equal(outbox_add(o, span_text("two"), false, false), OK);
	postbox_write(&postbox);
	outbox_again(o);
	postbox_write(&postbox);
	postbox_list(&postbox);
	assert_int_equal(told("can't keep more lines for bob"), 1); /* when nothing was lost */
	assert_int_equal(told("can't keep lines for bob"), 1);
	assert_int_equal(told("2 lines for bob are waiting. The latest is not on this disk"), 1);
	end();
}

static bool is_on_disk(void)
{
	return outbox_file_exists(PRINT);
}

static void add_while_the_disk_is_full(void)
{
	struct outbox *o = begin(false);
	disk_takes(false);
	assert_int_equal(outbox_add(o, span_text("one"), false, true), OK);
	postbox_write(&postbox);
	disk_takes(true);
}

/* While the disk is full it is not tried in each turn of the loop, but for a line that is new. */
static void test_postbox_tries_again_once_a_second(void **state)
{
	(void)state;
	add_while_the_disk_is_full();
	io.unix_ms += 999;
	postbox_write(&postbox);
	assert_false(is_on_disk());
	io.unix_ms += 1;
	postbox_write(&postbox);
	assert_true(is_on_disk());
	end();
	struct outbox *o = begin(false);
	disk_takes(false);
	postbox_write(&postbox);
	disk_takes(true);
	assert_int_equal(outbox_add(o, span_text("two"), false, true), OK);
	postbox_write(&postbox);
	assert_int_equal(told("2 lines for bob are kept on this disk"), 1);
	end();
}

/* The last chance is taken. */
static void test_postbox_tries_again_at_the_end(void **state)
{
	(void)state;
	add_while_the_disk_is_full();
	end();
	assert_true(is_on_disk());
}

/* The file has the numbers of a run before anything is said, so that its lines go under the name
 * that earlier ones had, which the contact knows. */
static void test_postbox_is_written_before_anything_is_said(void **state)
{
	(void)state;
	struct outbox_line first, line;
	struct outbox *o = begin(true);
	assert_int_equal(outbox_add(o, span_text("one"), false, true), OK);
	postbox_write(&postbox);
	assert_true(outbox_next(o, false, &first));
	outbox_said(o, 1);
	assert_true(outbox_confirmed(o, 1));
	end();
	o = begin(true); /* nothing is left that would be written anyway */
	assert_int_equal(outbox_waiting(o), 0);
	assert_int_equal(outbox_add(o, span_text("two"), false, false), OK);
	assert_true(outbox_next(o, false, &line));
	assert_memory_equal(line.mark.name, first.mark.name, sizeof line.mark.name);
	end();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_postbox_says_what_is_on_a_full_disk),
		TEST(test_postbox_says_that_a_line_of_a_conversation_is_lost),
		TEST(test_postbox_tries_again_once_a_second),
		TEST(test_postbox_tries_again_at_the_end),
		TEST(test_postbox_is_written_before_anything_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
