/* poller: it finds what is waited for and nothing else, and never returns before its time for
 * nothing. */
#include "os/poller.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/clock.h"
#include "tests/unit/support.h"

static struct poller *p;
static int ends[2]; /* of a pipe */

static int setup(void **state)
{
	(void)state;
	p = poller_new();
	return p && pipe2(ends, O_NONBLOCK) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	poller_free(p);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static void put(void)
{
	assert_int_equal(write(ends[1], "x", 1), 1);
}

static void get(void)
{
	char c;
	assert_int_equal(read(ends[0], &c, 1), 1);
}

/* What a wait of one watch finds; it ends with that, or after ms. */
static bool finds(struct watch w, unsigned ms)
{
	uint64_t deadline = clock_us() + ms * MS;
	poller_wait(p, deadline, &w, 1);
	if (!w.readable)
		assert_true(clock_us() >= deadline);
	return w.readable;
}

/* One that lasts and one that does not, side by side. */
static void test_a_watch_is_found_while_it_is_waited_for(void **state)
{
	(void)state;
	for (int lasts = 0; lasts <= 1; lasts++) {
		struct watch w = { .fd = ends[0], .read = true, .lasts = lasts }, rests = w;
		rests.read = false;
		assert_false(finds(w, 2));
		put();
		assert_true(finds(w, 30000));
		assert_true(finds(w, 30000)); /* it was not read */
		assert_false(finds(rests, 2));
		assert_false(finds(rests, 2));
		assert_true(finds(w, 30000));
		get();
		assert_false(finds(w, 2));
	}
}

static void test_an_end_is_found(void **state)
{
	(void)state;
	struct watch w = { .fd = ends[0], .read = true, .lasts = true };
	assert_false(finds(w, 1));
	close(ends[1]);
	ends[1] = -1;
	assert_true(finds(w, 30000));
}

/* epoll(7) takes no files. */
static void test_a_file_can_always_be_read(void **state)
{
	(void)state;
	int file = open("/proc/self/exe", O_RDONLY), null = open("/dev/null", O_RDONLY);
	assert_true(file >= 0 && null >= 0);
	for (int times = 0; times < 2; times++) {
		assert_true(
		    finds((struct watch){ .fd = file, .read = true, .lasts = true }, 30000));
		assert_true(
		    finds((struct watch){ .fd = null, .read = true, .lasts = true }, 30000));
	}
	close(file);
	close(null);
}

/* What does not last may be another descriptor under the same number at the next wait. */
static void test_a_number_is_used_again(void **state)
{
	(void)state;
	struct watch w = { .fd = ends[0], .read = true };
	assert_false(finds(w, 1));
	int number = ends[0];
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	assert_int_equal(ends[0], number);
	put();
	assert_true(finds(w, 30000));
}

static void test_what_was_asked_for_is_told_by_its_name(void **state)
{
	(void)state;
	struct asked reads = { .by = NULL }, writes = reads;
	uint32_t who;
	short events;
	assert_true(poller_ask(p, ends[0], POLLIN, &reads, 7));
	assert_true(poller_ask(p, ends[1], POLLOUT, &writes, 9));
	poller_wait(p, clock_us() + 30 * SECOND, NULL, 0);
	assert_true(poller_take(p, &who, &events));
	assert_int_equal(who, 9);
	assert_int_equal(events, POLLOUT);
	assert_false(poller_take(p, &who, &events));

	put();
	assert_true(poller_ask(p, ends[1], 0, &writes, 9));
	poller_wait(p, clock_us() + 30 * SECOND, NULL, 0);
	assert_true(poller_take(p, &who, &events));
	assert_int_equal(who, 7);
	assert_int_equal(events, POLLIN);
	assert_false(poller_take(p, &who, &events));

	assert_false(poller_ask(p, -1, POLLOUT, &writes, 9));
}

/* As a child may have it that has not closed it yet. */
static void test_what_is_forgotten_is_not_found(void **state)
{
	(void)state;
	struct asked reads = { .by = NULL };
	uint32_t who;
	short events;
	int other = dup(ends[0]);
	put();
	assert_true(poller_ask(p, ends[0], POLLIN, &reads, 7));
	poller_forget(&reads, ends[0]);
	close(ends[0]);
	poller_wait(p, clock_us() + 2 * MS, NULL, 0);
	assert_false(poller_take(p, &who, &events));
	ends[0] = other;
	assert_true(poller_ask(p, ends[0], POLLIN, &reads, 8));
	poller_wait(p, clock_us() + 30 * SECOND, NULL, 0);
	assert_true(poller_take(p, &who, &events) && who == 8);
}

/* Beside a watch that is polled, too. */
static void test_the_deadline_moves(void **state)
{
	(void)state;
	for (int lasts = 0; lasts <= 1; lasts++) {
		struct watch w = { .fd = ends[0], .read = true, .lasts = lasts };
		put();
		assert_true(finds(w, 5)); /* now the timer is set, and rings in the next wait */
		get();
		assert_false(finds(w, 12));
		put();
		assert_true(finds(w, 3000000)); /* set to the far future */
		get();
		assert_false(finds(w, 1));
		assert_false(finds(w, 0));
	}
}

static void test_a_deadline_that_has_passed_is_now(void **state)
{
	(void)state;
	uint64_t passed = clock_us();
	poller_wait(p, passed + 3600 * SECOND + SECOND,
	            &(struct watch){ .fd = ends[1], .write = true }, 1);
	poller_wait(p, passed, NULL, 0);
	poller_wait(p, 0, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_watch_is_found_while_it_is_waited_for, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_an_end_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_file_can_always_be_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_number_is_used_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_was_asked_for_is_told_by_its_name, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_what_is_forgotten_is_not_found, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_the_deadline_moves, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_deadline_that_has_passed_is_now, setup,
		                                teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
