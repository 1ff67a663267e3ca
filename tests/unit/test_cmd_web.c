/* web: its listeners. (What it answers: tests/e2e/test_web.py.) */
#include "cmd/talk/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "os/descriptor.h"
#include "os/port.h"
#include "tests/unit/support.h"

static struct web *web;
static uint64_t now = 1000 * SECOND;

/* Opens it, and connects to the address that it prints. */
static int opened_and_connected(void)
{
	int fd[2], out = dup(1);
	char said[128] = "";
	assert_int_equal(pipe(fd), 0);
	fflush(stdout);
	dup2(fd[1], 1);
	int code = web_open(NULL, &web);
	dup2(out, 1);
	assert_int_equal(code, 0);
	assert_true(read(fd[0], said, sizeof said - 1) > 0);
	close(out);
	close(fd[0]);
	close(fd[1]);
	const char *port = strstr(said, "127.0.0.1:");
	assert_non_null(port);
	struct addr at = addr_v4(127, 0, 0, 1, (uint16_t)atoi(port + strlen("127.0.0.1:")));
	return port_connect(&at);
}

/* Where there is no descriptor for one that comes, it waits for a tenth of a second, and nothing is
 * found to be done meanwhile. */
static void test_web_rests_without_descriptors(void **state)
{
	(void)state;
	struct rlimit before, none;
	int comes = opened_and_connected(), lowest = dup(comes);
	assert_int_equal(close(lowest), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)lowest;
	assert_true(descriptor_readable(web_watch(web), 1000));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	web_turn(web, now);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_false(descriptor_readable(web_watch(web), 0));
	assert_true(web_deadline(web) == now + 100 * MS);
	now += 100 * MS;
	web_turn(web, now);
	assert_true(descriptor_readable(web_watch(web), 0));
	web_turn(web, now);
	assert_true(web_deadline(web) == now + 10 * SECOND); /* it may ask for so long */
	close(comes);
	web_close(web);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_web_rests_without_descriptors) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
