/* inbox: what is confirmed has its name on the disk, too, when the power is lost. */
#include "cmd/talk/inbox.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"
#include "tests/unit/folder.h"

static char names[1024]; /* of the folder that was synced last, as they were then */

/* In the place of the library's: a disk keeps what was there when it was told to. */
int fsync(int fd)
{
	struct stat st;
	if (fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode))
		return 0;
	names[0] = 0;
	DIR *d = fdopendir(dup(fd));
	assert_non_null(d);
	rewinddir(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.' || e->d_name[1] == 'w')
			snprintf(names + strlen(names), sizeof names - strlen(names), "%s\n",
			         e->d_name);
	closedir(d);
	return 0;
}

static void begin(void)
{
	names[0] = 0;
	assert_int_equal(inbox_begin(folder, "bob", NULL), OK);
	assert_string_equal(names, "bob\n"); /* it is new */
}

static void adds(const struct outbox_mark *mark, const char *text, bool more)
{
	names[0] = 0;
	assert_int_equal(inbox_add(folder, "bob", mark, span_text(text), more, 1000000), OK);
}

/* The outbox notes next that it has come, and it comes no more. */
static void test_inbox_has_a_message_before_the_outbox_knows(void **state)
{
	(void)state;
	struct outbox_mark mark = { .name = { 1, 2, 3 }, .number = 7 };
	begin();
	adds(&mark, "first half, ", true);
	assert_string_equal(names, "");
	adds(&mark, "second", false);
	assert_string_equal(names, ".whole-0102030000000000-7\n");
	/* ... also if it is not here when we begin again, for another program has it */
	assert_int_equal(inbox_begin(folder, "bob", NULL), OK);
	assert_int_equal(inbox_done(folder, "bob", &mark), OK);
}

/* No outbox knows of it: it is confirmed next. */
static void test_inbox_has_a_message_without_a_mark_before_it_is_confirmed(void **state)
{
	(void)state;
	struct outbox_mark none = { .number = 0 };
	begin();
	adds(&none, "hello", false);
	assert_int_equal(inbox_done(folder, "bob", &none), OK);
	assert_non_null(strstr(names, ".txt\n"));
	assert_int_equal(names[0], '2'); /* of a year */
	assert_null(strchr(strchr(names, '\n') + 1, '\n'));
}

/* What could not be written takes nothing of the quota. */
static void test_inbox_counts_what_it_has(void **state)
{
	(void)state;
	struct outbox_mark none = { .number = 0 };
	char path[256];
	begin();
	snprintf(path, sizeof path, "%s/bob", folder);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("none", path), 0); /* which no folder is made of */
	for (int i = 0; i < 300; i++)
		assert_int_not_equal(
		    inbox_add(folder, "bob", &none, span_text("x"), false, 1000000), OK);
	/* taken away by our user, who has read all: it is made again */
	assert_int_equal(unlink(path), 0);
	adds(&none, "x", false);
}

/* Whatever fails, the reason that is told is that of this failure. */
static void test_inbox_says_why_it_failed(void **state)
{
	(void)state;
	struct outbox_mark mark = { .name = { 1 }, .number = 7 };
	char path[256];
	begin();
	snprintf(path, sizeof path, "%s/bob/.whole-0100000000000000-7", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(inbox_add(folder, "bob", &mark, span_text("x"), false, 1000000),
	                 ERR_LOCAL);
	assert_string_equal(file_why(), "Is a directory");
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(inbox_done(folder, "bob", &mark), ERR_UNREACHABLE);
	assert_string_equal(file_why(), "No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_inbox_has_a_message_before_the_outbox_knows,
		                                folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
		    test_inbox_has_a_message_without_a_mark_before_it_is_confirmed, folder_setup,
		    folder_teardown),
		cmocka_unit_test_setup_teardown(test_inbox_counts_what_it_has, folder_setup,
		                                folder_teardown),
		cmocka_unit_test_setup_teardown(test_inbox_says_why_it_failed, folder_setup,
		                                folder_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
