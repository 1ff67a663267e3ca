/* terminal: raw and back, on a pseudo terminal. */
#include "tests/unit/support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "os/terminal.h"

static int master, slave;

static int start(void **state)
{
	(void)state;
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
		return -1;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	return slave >= 0 ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	terminal_restore();
	close(slave);
	close(master);
	return 0;
}

static tcflag_t local_flags(void)
{
	struct termios now;
	assert_int_equal(tcgetattr(slave, &now), 0);
	return now.c_lflag;
}

static void test_terminal_is_left_as_it_was_found(void **state)
{
	(void)state;
	tcflag_t before = local_flags();
	assert_true(before & ICANON);
	assert_true(terminal_raw(slave));
	assert_true(terminal_raw(slave));
	assert_false(local_flags() & (ICANON | ECHO | ISIG));
	terminal_restore();
	assert_int_equal(local_flags(), before);
	terminal_restore();
	assert_int_equal(local_flags(), before);
}

/* A shell may have set lines while the program was stopped. */
static void test_terminal_is_raw_again_after_a_stop(void **state)
{
	(void)state;
	struct termios lines;
	assert_int_equal(tcgetattr(slave, &lines), 0);
	assert_true(terminal_raw(slave));
	assert_int_equal(tcsetattr(slave, TCSANOW, &lines), 0);
	assert_true(terminal_raw_again(slave));
	assert_false(local_flags() & ICANON);
	terminal_restore();
	assert_true(local_flags() & ICANON);
}

/* Whatever signal ends the program, the terminal is as before. Where it ends a child that was made
 * meanwhile, the terminal stays raw. */
static void test_terminal_is_left_whatever_signal_ends_the_program(void **state)
{
	(void)state;
	const int numbers[] = { SIGHUP,  SIGINT,       SIGQUIT, SIGABRT,   SIGUSR1,
		                SIGUSR2, SIGALRM,      SIGTERM, SIGVTALRM, SIGPROF,
		                SIGPWR,  SIGRTMIN + 3, SIGTRAP };
	tcflag_t before = local_flags();
	for (size_t i = 0; i < 2 * sizeof numbers / sizeof *numbers; i++) {
		int number = numbers[i / 2], status;
		bool in_child = i % 2;
		pid_t program = fork();
		if (program == 0) {
			bool raw = terminal_raw(slave);
			dup2(slave, 1);
			terminal_farewell(span_text("bye"));
			if (!in_child || fork() == 0)
				raise(number);
			raw = raw && wait(&status) > 0 && WTERMSIG(status) == number &&
			      (local_flags() & ICANON) == 0;
			terminal_restore();
			_exit(raw ? 0 : 1);
		}
		assert_int_equal(waitpid(program, &status, 0), program);
		assert_int_equal(status, in_child ? 0 : number);
		assert_int_equal(local_flags(), before);
		char said[4] = "";
		if (!in_child)
			assert_int_equal(read(master, said, 3), 3);
		assert_string_equal(said, in_child ? "" : "bye");
	}
}

/* What was typed without Enter is taken, and the terminal goes on with lines. */
static void test_terminal_gives_an_unfinished_line(void **state)
{
	(void)state;
	uint8_t got[64];
	assert_int_equal(write(master, "velvet", 6), 6);
	size_t len = terminal_typed(slave, got, sizeof got);
	assert_span_text(span_of(got, len), "velvet");
	assert_int_equal(terminal_typed(slave, got, sizeof got), 0);
	assert_true(local_flags() & ICANON);
	assert_true(terminal_raw(slave));
	assert_int_equal(write(master, "x", 1), 1);
	assert_int_equal(terminal_typed(slave, got, sizeof got), 0); /* read as keys */
}

static void test_terminal_has_a_size_always(void **state)
{
	(void)state;
	struct winsize size = { .ws_col = 132, .ws_row = 50 };
	assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);
	assert_int_equal(terminal_size(slave).columns, 132);
	assert_int_equal(terminal_size(slave).rows, 50);
	size.ws_col = size.ws_row = 0;
	assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);
	assert_int_equal(terminal_size(slave).columns, 80);
	assert_int_equal(terminal_size(slave).rows, 24);
}

static void test_terminal_is_told_from_a_file(void **state)
{
	(void)state;
	int file = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_true(terminal_is(slave));
	assert_false(terminal_is(file));
	assert_false(terminal_raw(file));
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
		TEST(test_terminal_is_left_as_it_was_found),
		TEST(test_terminal_is_raw_again_after_a_stop),
		TEST(test_terminal_is_left_whatever_signal_ends_the_program),
		TEST(test_terminal_gives_an_unfinished_line),
		TEST(test_terminal_has_a_size_always),
		TEST(test_terminal_is_told_from_a_file),
	};
	return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
