/* descriptor: output without waiting, whatever it goes to, and what the end of input is. */
#include "tests/unit/support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "os/descriptor.h"

static int ends[2];

static int start(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	return pipe(ends);
}

static int end(void **state)
{
	(void)state;
	descriptor_close(ends[0]);
	descriptor_close(ends[1]);
	return 0;
}

/* A pipe that nobody reads takes what fits and no more, and the program does not wait. */
static void test_descriptor_write_never_waits(void **state)
{
	(void)state;
	static uint8_t bytes[1 << 20], got[1 << 20];
	size_t taken, more, len, total = 0;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i % 251);
	assert_int_equal(descriptor_write(ends[1], span_of(bytes, sizeof bytes), &taken), OK);
	assert_in_range(taken, 4096, sizeof bytes - 1);
	assert_int_equal(descriptor_write(ends[1], span_of(bytes, sizeof bytes), &more), OK);
	assert_int_equal(more, 0);
	while (descriptor_readable(ends[0], 0)) {
		assert_int_equal(descriptor_read(ends[0], got + total, sizeof got - total, &len),
		                 OK);
		total += len;
	}
	assert_int_equal(total, taken);
	assert_memory_equal(got, bytes, total);
	assert_int_equal(descriptor_write(ends[1], span_of(bytes, 10), &taken), OK);
	assert_int_equal(taken, 10);
}

/* The same for a standard descriptor that is a named pipe: whoever shares it still waits, a reader
 * that has gone is noticed, and one that is there sees the end. */
static void test_descriptor_write_to_a_named_pipe_never_waits(void **state)
{
	(void)state;
	static uint8_t bytes[1 << 20], got[1 << 20];
	char folder[] = "/tmp/schat-descriptor-XXXXXX", path[64];
	size_t taken, more, len;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	int reader = open(path, O_RDONLY | O_NONBLOCK), writer = open(path, O_WRONLY);
	assert_true(reader >= 0 && writer >= 0 && dup2(writer, 0) == 0);
	close(writer);
	memset(bytes, 'x', sizeof bytes);
	assert_int_equal(descriptor_write(0, span_of(bytes, sizeof bytes), &taken), OK);
	assert_in_range(taken, 4096, sizeof bytes - 1);
	assert_int_equal(descriptor_write(0, span_of(bytes, sizeof bytes), &more), OK);
	assert_int_equal(more, 0);
	assert_int_equal(fcntl(0, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(descriptor_read(reader, got, sizeof got, &len), OK);
	assert_int_equal(len, taken);

	assert_int_equal(descriptor_write(0, span_of(bytes, 100), &taken), OK);
	assert_int_equal(taken, 100);
	close(reader);
	assert_int_equal(descriptor_write(0, span_of(bytes, 100), &taken), ERR_CUT);
	reader = open(path, O_RDONLY | O_NONBLOCK);
	assert_int_equal(descriptor_write(0, span_of(bytes, 100), &taken), OK);
	descriptor_end(0);
	size_t all = 0;
	do {
		assert_int_equal(descriptor_read(reader, got, sizeof got, &len), OK);
		all += len;
	} while (len > 0);
	assert_true(all >= 100);
	close(reader);
	unlink(path);
	rmdir(folder);
}

/* Nor does it wait for a terminal, however little of it is read at a time. Its newlines become two
 * characters on the way. */
static void test_descriptor_write_to_a_terminal_never_waits(void **state)
{
	(void)state;
	static uint8_t bytes[200000];
	uint8_t got[300];
	size_t done = 0, taken, len, heard = 0, newlines = 0;
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0);
	for (size_t i = 0; i < sizeof bytes; i++) {
		bytes[i] = i % 79 == 78 || i % 1000 == 500 ? '\n' : i % 61 == 0 ? '\t' : 'x';
		newlines += bytes[i] == '\n';
	}
	alarm(30); /* who waits is ended */
	do {
		struct span rest = span_of(bytes + done, sizeof bytes - done);
		assert_int_equal(descriptor_write(slave, rest, &taken), OK);
		done += taken;
		if (taken > 0 || !descriptor_readable(master, 100))
			continue;
		assert_int_equal(descriptor_read(master, got, sizeof got, &len), OK);
		heard += len;
	} while (done < sizeof bytes);
	while (heard < sizeof bytes + newlines) {
		assert_int_equal(descriptor_read(master, got, sizeof got, &len), OK);
		heard += len;
	}
	assert_false(descriptor_readable(master, 0));
	alarm(0);
	close(slave);
	close(master);
}

/* A file takes everything, also where the kernel has no writing without waiting. */
static void test_descriptor_write_to_a_file_takes_all(void **state)
{
	(void)state;
	static uint8_t bytes[300000];
	size_t taken, total = 0;
	char name[] = "/tmp/schat_descriptor_XXXXXX";
	int fd = mkstemp(name);
	assert_true(fd >= 0);
	unlink(name);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(descriptor_write(fd, span_of(bytes, sizeof bytes), &taken), OK);
		total += taken;
	}
	assert_int_equal(total, 3 * sizeof bytes);
	assert_int_equal(lseek(fd, 0, SEEK_END), total);
	descriptor_close(fd);
}

static void test_descriptor_without_a_reader_is_cut(void **state)
{
	(void)state;
	size_t taken;
	assert_false(descriptor_deserted(ends[1]));
	close(ends[0]);
	ends[0] = -1;
	assert_true(descriptor_deserted(ends[1]));
	assert_int_equal(descriptor_write(ends[1], span_text("x"), &taken), ERR_CUT);
	assert_int_equal(taken, 0);
	assert_int_equal(descriptor_write_all(ends[1], span_text("x")), ERR_CUT);
}

static void test_descriptor_read_tells_end_from_error(void **state)
{
	(void)state;
	uint8_t got[8];
	size_t len = 9;
	int folder = open("/", O_RDONLY | O_CLOEXEC),
	    null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_false(descriptor_readable(ends[0], 0));
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(descriptor_read(ends[0], got, sizeof got, &len), ERR_FULL);
	assert_int_equal(descriptor_read(folder, got, sizeof got, &len), ERR_LOCAL);
	assert_string_equal(descriptor_why(), "Is a directory");
	assert_int_equal(len, 9);
	assert_int_equal(descriptor_read(null, got, sizeof got, &len), OK);
	assert_int_equal(len, 0);
	close(ends[1]);
	ends[1] = -1;
	len = 9;
	assert_true(descriptor_readable(ends[0], 0));
	assert_int_equal(descriptor_read(ends[0], got, sizeof got, &len), OK);
	assert_int_equal(len, 0);
	descriptor_close(folder);
	descriptor_close(null);
}

static void wake(int signal_number)
{
	(void)signal_number;
	(void)!write(ends[1], "x", 1);
}

/* The other side is slow, and the descriptor is one that never waits, as ssh leaves some. */
static void test_descriptor_await_waits_for_something(void **state)
{
	(void)state;
	uint8_t got[8];
	size_t len = 0;
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	signal(SIGALRM, wake);
	clock_t spent = clock();
	ualarm(200000, 0);
	assert_int_equal(descriptor_await(ends[0], got, sizeof got, &len), OK);
	assert_int_equal(len, 1);
	assert_true(clock() - spent < CLOCKS_PER_SEC / 10); /* it slept */
	assert_int_equal(descriptor_await(ends[1], got, sizeof got, &len), ERR_LOCAL);
	descriptor_close(ends[1]);
	ends[1] = -1;
	assert_int_equal(descriptor_await(ends[0], got, sizeof got, &len), OK);
	assert_int_equal(len, 0);
}

/* What cannot be read is not at its end; nor is a descriptor that was never open. */
static void test_descriptor_error_is_no_end(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		int flags;
		enum err err;
	} cases[] = {
		{ "/dev/null", O_RDONLY, OK },        { "/proc/self/mem", O_RDONLY, ERR_LOCAL },
		{ "/", O_RDONLY, ERR_LOCAL },         { "/", O_PATH, ERR_LOCAL },
		{ "/dev/zero", O_WRONLY, ERR_LOCAL }, { "/dev/null", O_WRONLY, OK }
	}; /* as nohup gives it */
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t byte;
		size_t len = 7;
		int fd = open(cases[i].path, cases[i].flags);
		assert_true(fd >= 0);
		assert_true(descriptor_readable(fd, 0));
		assert_int_equal(descriptor_read(fd, &byte, 1, &len), cases[i].err);
		if (cases[i].err == OK)
			assert_int_equal(len, 0);
		close(fd);
	}
}

/* A pipe whose last reader is gone is told from one that is only full, and from a file. */
static void test_descriptor_knows_who_reads(void **state)
{
	(void)state;
	uint8_t bytes[70000] = { 0 };
	size_t taken;
	int null = open("/dev/null", O_WRONLY);
	assert_false(descriptor_deserted(ends[1]));
	assert_int_equal(descriptor_write(ends[1], span_of(bytes, sizeof bytes), &taken), OK);
	assert_false(descriptor_deserted(ends[1]));
	close(ends[0]);
	ends[0] = -1;
	assert_true(descriptor_deserted(ends[1]));
	assert_false(descriptor_deserted(null));
	close(null);
}

/* The reader sees the end, and no other file gets the number. */
static void test_descriptor_end_is_seen(void **state)
{
	(void)state;
	uint8_t byte;
	size_t len = 7;
	int was = ends[1];
	descriptor_end(was);
	assert_true(descriptor_readable(ends[0], 0));
	assert_int_equal(descriptor_read(ends[0], &byte, 1, &len), OK);
	assert_int_equal(len, 0);
	int next = open("/dev/null", O_RDONLY);
	assert_int_not_equal(next, was);
	assert_int_equal(descriptor_write(was, span_text("x"), &len), ERR_LOCAL);
	close(next);
}

static void test_descriptor_knows_which_file_it_is(void **state)
{
	(void)state;
	char name[64];
	struct stat s;
	assert_int_equal(fstat(ends[1], &s), 0);
	snprintf(name, sizeof name, "%ju:%ju", (uintmax_t)s.st_dev, (uintmax_t)s.st_ino);
	assert_true(descriptor_is(ends[1], name));
	strcat(name, "1");
	assert_false(descriptor_is(ends[1], name));
	assert_false(descriptor_is(ends[1], ""));
	assert_false(descriptor_is(-1, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
		TEST(test_descriptor_write_never_waits),
		TEST(test_descriptor_write_to_a_named_pipe_never_waits),
		TEST(test_descriptor_write_to_a_terminal_never_waits),
		TEST(test_descriptor_write_to_a_file_takes_all),
		TEST(test_descriptor_without_a_reader_is_cut),
		TEST(test_descriptor_read_tells_end_from_error),
		TEST(test_descriptor_await_waits_for_something),
		TEST(test_descriptor_error_is_no_end),
		TEST(test_descriptor_knows_who_reads),
		TEST(test_descriptor_end_is_seen),
		TEST(test_descriptor_knows_which_file_it_is),
	};
	return cmocka_run_group_tests_name("descriptor", tests, NULL, NULL);
}
