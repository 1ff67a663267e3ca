/* terminal: see terminal.h. */
#include "os/terminal.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios found; /* as it was before raw mode */
static volatile int raw_fd = -1;

bool terminal_is(int fd)
{
	return isatty(fd) == 1;
}

/* tcsetattr is async-signal-safe. */
static void restore_and_die(int number)
{
	terminal_restore();
	signal(number, SIG_DFL);
	raise(number);
}

/* Signals that come as events (os/signals.h) are not among these. */
static void restore_at_any_end(void)
{
	static bool done;
	static const int fatal[] = { SIGQUIT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGABRT };
	if (done)
		return;
	done = true;
	atexit(terminal_restore);
	for (unsigned i = 0; i < sizeof fatal / sizeof *fatal; i++)
		signal(fatal[i], restore_and_die);
}

bool terminal_raw(int fd)
{
	if (raw_fd >= 0)
		return true;
	if (tcgetattr(fd, &found) != 0)
		return false;
	restore_at_any_end();
	struct termios raw = found;
	raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
	raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
	raw.c_cflag |= CS8;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	/* Output processing stays: a newline of a neighbour on this terminal still starts at the
	 * left. */
	if (tcsetattr(fd, TCSADRAIN, &raw) != 0)
		return false;
	raw_fd = fd;
	return true;
}

bool terminal_raw_again(int fd)
{
	struct termios now;
	pid_t front = tcgetpgrp(fd);
	if (front >= 0 && front != getpgrp())
		return false;
	if (tcgetattr(fd, &now) == 0 && (now.c_lflag & (tcflag_t)(ICANON | ISIG)) != 0)
		raw_fd = -1;
	return terminal_raw(fd); /* a signal may have come between: then it is tried again */
}

void terminal_restore(void)
{
	int fd = raw_fd;
	if (fd < 0)
		return;
	raw_fd = -1;
	(void)tcsetattr(fd, TCSADRAIN, &found);
}

void terminal_size(int fd, unsigned *columns, unsigned *rows)
{
	struct winsize size;
	bool known = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
	*columns = known ? size.ws_col : 80;
	*rows = known ? size.ws_row : 24;
}
