/* metrics: whoever asks gets one whole answer; whoever does not ask, or does so slowly, keeps
 * nobody else out for long. */
#include "cmd/metrics.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "os/poller.h"
#include "tests/unit/folder.h"

static char path[128];
static struct metrics m;
static uint64_t now;

static int setup(void **state)
{
	int failed = folder_setup(state);
	snprintf(path, sizeof path, "%s/metrics", folder);
	now = SECOND;
	return failed || metrics_open(&m, path);
}

static int teardown(void **state)
{
	metrics_close(&m);
	return folder_teardown(state);
}

static int guest(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	memcpy(name.sun_path, path, strlen(path));
	assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof name), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* So many turns of the loop, in no time. Whether somebody has asked. */
static bool turns(unsigned count)
{
	bool asked = false;
	for (unsigned i = 0; i < count && !asked; i++) {
		struct watch w[METRICS_WATCHES];
		metrics_watch(&m, w, now);
		for (unsigned k = 0; k < METRICS_WATCHES; k++) {
			char byte;
			int n = w[k].fd < 0 || !w[k].read ? -1
			        : k == METRICS_GUESTS
			            ? 1
			            : (int)recv(w[k].fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
			w[k].readable = n >= 0;
		}
		asked = metrics_turn(&m, w, now);
	}
	return asked;
}

static const char *heard(int fd)
{
	static char got[1024];
	ssize_t n = recv(fd, got, sizeof got - 1, 0);
	got[n > 0 ? n : 0] = 0;
	return got;
}

/* As of a web server, in pieces, with and without carriage returns; and of a program that says
 * nothing but that it listens. */
static void test_metrics_are_told_once_the_request_is_whole(void **state)
{
	(void)state;
	static const char *const requests[][2] = { { "GET /metrics HTTP/1.1\r\nHost: x\r\n\r",
		                                     "\n" },
		                                   { "GET / HTTP/1.0\n", "\n" },
		                                   { "\r\n\r\n", "more" } };
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		int fd = guest();
		say(fd, requests[i][0]);
		bool whole = i == 2;
		assert_int_equal(turns(3), whole);
		say(fd, requests[i][1]);
		assert_true(turns(3));
		metrics_answer(&m, span_text("body\n"));
		const char *answer = heard(fd);
		assert_memory_equal(answer, "HTTP/1.0 200 OK\r\n", 17);
		assert_non_null(strstr(answer, "\r\nContent-Length: 5\r\n"));
		assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\nbody\n");
		close(fd);
	}
	int fd = guest();
	assert_false(turns(3));
	shutdown(fd, SHUT_WR);
	assert_true(turns(3));
	metrics_answer(&m, span_text("body\n"));
	assert_non_null(strstr(heard(fd), "body\n"));
	close(fd);
}

/* All places are taken by whoever says nothing: five seconds later the next one has its turn. */
static void test_metrics_silent_guests_leave(void **state)
{
	(void)state;
	int silent[METRICS_GUESTS + 3], fd;
	for (unsigned i = 0; i < METRICS_GUESTS; i++)
		silent[i] = guest();
	assert_false(turns(3));
	fd = guest();
	say(fd, "GET / HTTP/1.0\r\n\r\n");
	assert_false(turns(3));
	assert_true(metrics_deadline(&m) == now + 5 * SECOND);
	now += 5 * SECOND;
	assert_true(turns(3));
	metrics_answer(&m, span_text("body\n"));
	assert_non_null(strstr(heard(fd), "body\n"));
	for (unsigned i = 0; i < METRICS_GUESTS; i++) {
		assert_string_equal(heard(silent[i]), "");
		close(silent[i]);
	}
	close(fd);
	assert_false(turns(3));
	assert_true(metrics_deadline(&m) == NEVER);
}

/* One that is gone before it was answered, and one that says a lot without an end. */
static void test_metrics_strange_guests_do_no_harm(void **state)
{
	(void)state;
	int fd = guest(), chatty = guest();
	say(fd, "GET / HTTP/1.0\r\n\r\n");
	close(fd);
	assert_true(turns(3));
	metrics_answer(&m, span_text("body\n"));
	for (unsigned i = 0; i < 100; i++) {
		say(chatty,
		    "GET / HTTP/1.0\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n");
		assert_false(turns(3));
	}
	say(chatty, "goes on\n");
	now += 5 * SECOND;
	assert_false(turns(1));
	assert_true(metrics_deadline(&m) == NEVER);
	close(chatty);
}

/* Without a descriptor for a guest, it asks again after a second, and not all the time. */
static void test_metrics_rest_without_descriptors(void **state)
{
	(void)state;
	struct rlimit before, none;
	int fd = guest(), lowest = dup(fd);
	assert_int_equal(close(lowest), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)lowest;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	bool asked = turns(1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_false(asked);
	assert_true(metrics_deadline(&m) == now + SECOND);
	say(fd, "\n\n");
	assert_false(turns(3));
	now += SECOND;
	assert_true(turns(3));
	assert_true(metrics_deadline(&m) == now + 5 * SECOND);
	close(fd);
}

/* It is nobody else's to read, and gone afterwards; what a killed server has left is replaced, and
 * what another one has is not. */
static void test_metrics_socket_is_our_own(void **state)
{
	(void)state;
	struct metrics second;
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(metrics_open(&second, path), EXIT_LOCAL);
	metrics_close(&second);
	close(m.listener); /* as if it had been killed */
	assert_int_equal(metrics_open(&m, path), 0);
	metrics_close(&m);
	assert_int_not_equal(stat(path, &st), 0);
	assert_int_equal(metrics_open(&m, NULL), 0);
	assert_false(turns(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_metrics_are_told_once_the_request_is_whole),
		TEST(test_metrics_silent_guests_leave),
		TEST(test_metrics_strange_guests_do_no_harm),
		TEST(test_metrics_rest_without_descriptors),
		TEST(test_metrics_socket_is_our_own),
	};
	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
