/* audience: whose commands are read, and for how long one that stopped in the middle of a line
 * keeps the others waiting. */
#include "cmd/talk/audience.h"

#include <sys/resource.h>
#include <unistd.h>

#include "os/descriptor.h"
#include "os/port.h"
#include "tests/unit/folder.h"

static struct audience *audience;
static int one, two;
static uint64_t now;

static int setup(void **state)
{
	(void)state;
	now = 1000 * SECOND;
	if (audience_open(NULL, &audience) != 0)
		return -1;
	one = audience_join(audience, true);
	two = audience_join(audience, true);
	return one >= 0 && two >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	audience_close(audience);
	close(one);
	close(two);
	return 0;
}

static void says(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* What is read in turns of the loop. */
static const char *turn(bool want)
{
	static char got[256];
	size_t len, all = 0;
	for (int i = 0; i < 2; i++) {
		int fd = audience_watch(audience, want, now);
		if (descriptor_readable(fd, 0) || now >= audience_deadline(audience))
			audience_turn(audience, now);
		while (want && audience_read(audience, got + all, sizeof got - 1 - all, &len) == OK)
			all += len;
	}
	got[all] = 0;
	(void)audience_watch(audience, want, now);
	return got;
}

static bool is_cut_off(int fd)
{
	char byte;
	return descriptor_readable(fd, 0) && read(fd, &byte, 1) == 0;
}

static void test_audience_cuts_off_who_stops_within_a_line(void **state)
{
	(void)state;
	says(one, "whole\nbeg");
	says(two, "second\n");
	assert_string_equal(turn(true), "whole\nbeg");
	uint64_t until = audience_deadline(audience);
	assert_int_equal(until, now + 10 * SECOND);
	now = until - 1;
	assert_string_equal(turn(true), "");
	assert_false(is_cut_off(one));
	now = until;
	assert_string_equal(turn(true), "\nsecond\n");
	assert_true(is_cut_off(one));
	assert_true(audience_deadline(audience) == NEVER);
	says(two, "third\n");
	assert_string_equal(turn(true), "third\n");
}

/* Who goes on with its line is heard, however slowly. */
static void test_audience_waits_for_who_goes_on(void **state)
{
	(void)state;
	says(two, "second\n");
	for (int i = 0; i < 20; i++) {
		says(one, "x");
		assert_string_equal(turn(true), "x");
		now += 9 * SECOND;
	}
	says(one, "\n");
	assert_string_equal(turn(true), "\n");
	assert_true(audience_deadline(audience) == NEVER);
	close(one);
	one = -1;
	assert_string_equal(turn(true), "second\n");
}

/* Nor is one cut off whom nobody waits for, or who is not read, or who is between two lines. */
static void test_audience_leaves_the_others_alone(void **state)
{
	(void)state;
	says(one, "beg");
	assert_string_equal(turn(true), "beg");
	now += 9 * SECOND;
	turn(true);
	for (int i = 0; i < 5; i++) {
		turn(false);
		assert_true(audience_deadline(audience) == NEVER);
		now += 3600 * SECOND;
	}
	says(one, "in\n");
	assert_string_equal(turn(true), "in\n");
	now += 3600 * SECOND;
	assert_string_equal(turn(true), "");
	says(one, "last\nbeg");
	assert_string_equal(turn(true), "last\nbeg");
	close(two);
	two = -1;
	turn(true);
	now += 3600 * SECOND;
	turn(true);
	assert_false(is_cut_off(one));
	says(one, "in\n");
	assert_string_equal(turn(true), "in\n");
}

/* One that stopped and another that left in the same moment. */
static void test_audience_when_who_stopped_leaves(void **state)
{
	(void)state;
	says(one, "beg");
	says(two, "second\n");
	assert_string_equal(turn(true), "beg");
	close(one);
	one = -1;
	now += 10 * SECOND;
	assert_string_equal(turn(true), "\nsecond\n");
	assert_true(audience_deadline(audience) == NEVER);
}

/* Where there is no descriptor for one that comes, it waits for a tenth of a second, and nothing is
 * found to be done meanwhile. */
static void test_audience_rests_without_descriptors(void **state)
{
	struct rlimit before, none;
	char path[128];
	assert_int_equal(folder_setup(state), 0);
	snprintf(path, sizeof path, "%s/s", folder);
	audience_close(audience);
	assert_int_equal(audience_open(path, &audience), 0);
	turn(false);
	int comes = port_connect_path(path), lowest = dup(comes);
	assert_int_equal(close(lowest), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)lowest;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	turn(false);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_false(descriptor_readable(audience_watch(audience, false, now), 0));
	assert_true(audience_deadline(audience) == now + 100 * MS);
	says(comes, "{\"cmd\":\"attach\"}\n");
	now += 100 * MS;
	turn(false); /* it comes in */
	turn(false); /* and is heard */
	assert_true(audience_deadline(audience) == NEVER);
	assert_true(descriptor_readable(comes, 0));
	close(comes);
	assert_int_equal(folder_teardown(state), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_audience_rests_without_descriptors, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_audience_cuts_off_who_stops_within_a_line,
		                                setup, teardown),
		cmocka_unit_test_setup_teardown(test_audience_waits_for_who_goes_on, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_audience_leaves_the_others_alone, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_audience_when_who_stopped_leaves, setup,
		                                teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
