/* notify: a supervisor hears what it is told, wherever its socket is; without one nothing
 * happens, and one that does not listen stops nobody. */
#include "os/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/folder.h"

/* $NOTIFY_SOCKET, and the supervisor's end of it. */
static int supervisor(const char *text)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	size_t len = strlen(text);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	memcpy(name.sun_path, text, len);
	if (text[0] == '@')
		name.sun_path[0] = 0;
	socklen_t size =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (text[0] == '/'));
	assert_int_equal(bind(fd, (struct sockaddr *)&name, size), 0);
	setenv("NOTIFY_SOCKET", text, 1);
	return fd;
}

/* In a process of its own, since a process has one supervisor: its exit status. */
static int child(void (*does)(void))
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		does();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static void says_ready(void)
{
	_exit(notify_start() && notify_tell("READY=1\nSTATUS=fine") ? 0 : 1);
}

static void assert_heard(int fd, const char *want)
{
	char got[256] = "";
	assert_true(recv(fd, got, sizeof got - 1, MSG_DONTWAIT) > 0);
	assert_string_equal(got, want);
	close(fd);
}

static void test_notify_is_heard_at_a_path(void **state)
{
	(void)state;
	char path[128];
	snprintf(path, sizeof path, "%s/notify", folder);
	int fd = supervisor(path);
	assert_int_equal(child(says_ready), 0);
	assert_heard(fd, "READY=1\nSTATUS=fine");
}

static void test_notify_is_heard_at_an_abstract_name(void **state)
{
	(void)state;
	char name[64];
	snprintf(name, sizeof name, "@schat-test-%d", (int)getpid());
	int fd = supervisor(name);
	assert_int_equal(child(says_ready), 0);
	assert_heard(fd, "READY=1\nSTATUS=fine");
}

static void has_none(void)
{
	_exit(!notify_start() && notify_tell("READY=1") && notify_watchdog_us() == 0 ? 0 : 1);
}

static void test_notify_without_a_supervisor_says_nothing(void **state)
{
	(void)state;
	char longest[200];
	memset(longest, 'x', sizeof longest);
	longest[0] = '/';
	longest[sizeof longest - 1] = 0;
	const char *names[] = { "", "@", "/", "vsock:2:1", "relative", longest };
	setenv("WATCHDOG_USEC", "1000", 1);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		assert_int_equal(child(has_none), 0);
	}
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(child(has_none), 0);
}

/* Its queue is full: what is told then may be told again. */
static void fills_the_queue(void)
{
	int told = 0;
	if (!notify_start())
		_exit(1);
	while (told < 100000 && notify_tell("WATCHDOG=1"))
		told++;
	_exit(told > 0 && told < 100000 ? 0 : 2);
}

static void test_notify_never_waits(void **state)
{
	(void)state;
	char path[128];
	snprintf(path, sizeof path, "%s/notify", folder);
	int fd = supervisor(path);
	assert_int_equal(child(fills_the_queue), 0);
	assert_heard(fd, "WATCHDOG=1");
}

static void is_watched(void)
{
	_exit(notify_start() && notify_watchdog_us() == 30000000 ? 0 : 1);
}

static void is_watched_itself(void)
{
	char pid[16];
	snprintf(pid, sizeof pid, "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	is_watched();
}

/* The variables may have come from a parent that is watched itself. */
static void test_notify_watchdog_is_for_one_process(void **state)
{
	(void)state;
	char path[128];
	snprintf(path, sizeof path, "%s/notify", folder);
	int fd = supervisor(path);
	setenv("WATCHDOG_USEC", "30000000", 1);
	unsetenv("WATCHDOG_PID");
	assert_int_equal(child(is_watched), 0);
	assert_int_equal(child(is_watched_itself), 0);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(child(is_watched), 1);
	unsetenv("WATCHDOG_PID");
	setenv("WATCHDOG_USEC", "soon", 1);
	assert_int_equal(child(is_watched), 1);
	close(fd);
}

static void reloads(void)
{
	if (!notify_start())
		_exit(1);
	notify_reloading();
	_exit(0);
}

/* The time is that of CLOCK_MONOTONIC: systemd compares it with its own. */
static void test_notify_reloading_says_when(void **state)
{
	(void)state;
	char path[128], got[128] = "";
	struct timespec before, after;
	unsigned long long us;
	snprintf(path, sizeof path, "%s/notify", folder);
	int fd = supervisor(path);
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(child(reloads), 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(recv(fd, got, sizeof got - 1, MSG_DONTWAIT) > 0);
	assert_int_equal(sscanf(got, "RELOADING=1\nMONOTONIC_USEC=%llu", &us), 1);
	assert_true(us >= (unsigned long long)before.tv_sec * 1000000);
	assert_true(us <= ((unsigned long long)after.tv_sec + 1) * 1000000);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
		TEST(test_notify_is_heard_at_a_path),
		TEST(test_notify_is_heard_at_an_abstract_name),
		TEST(test_notify_without_a_supervisor_says_nothing),
		TEST(test_notify_never_waits),
		TEST(test_notify_watchdog_is_for_one_process),
		TEST(test_notify_reloading_says_when),
	};
	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
