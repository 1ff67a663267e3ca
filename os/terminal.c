#include "os/terminal.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios found; /* as it was before raw mode */
static volatile int raw_fd = -1;
static pid_t owner; /* a child in the making has our handlers, but not our terminal */

bool terminal_is(int fd)
{
	return isatty(fd) == 1;
}

static struct span farewell;

void terminal_farewell(struct span bytes)
{
	farewell = bytes;
}

/* write and tcsetattr are async-signal-safe. */
static void restore_and_die(int number)
{
	if (getpid() == owner && raw_fd >= 0) {
		ssize_t ignored = write(1, farewell.at, farewell.len);
		(void)ignored;
		terminal_restore();
	}
	signal(number, SIG_DFL);
	raise(number);
}

/* atexit(3) would bring an allocator of musl's own. */
static __attribute__((destructor)) void restore_at_exit(void)
{
	terminal_restore();
}

static bool is_harmless(int number)
{
	return number == SIGCHLD || number == SIGCONT || number == SIGURG || number == SIGWINCH ||
	       number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

/* All that end a program unless it takes them. Those that are taken from a descriptor
 * (os/signals.h) are blocked, and never come here. */
static void restore_at_fatal_signals(void)
{
	if (owner == getpid())
		return;
	owner = getpid();
	for (int number = 1; number < NSIG; number++) {
		struct sigaction now;
		if (!is_harmless(number) && sigaction(number, NULL, &now) == 0 &&
		    now.sa_handler == SIG_DFL)
			signal(number, restore_and_die);
	}
}

bool terminal_raw(int fd)
{
	if (raw_fd >= 0)
		return true;
	if (tcgetattr(fd, &found) != 0)
		return false;
	restore_at_fatal_signals();
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

/* A process in the background that sets a mode is stopped. A terminal of another session stops
 * nobody. */
static bool in_background(int fd)
{
	pid_t front = tcgetpgrp(fd);
	return front >= 0 && front != getpgrp();
}

bool terminal_raw_again(int fd)
{
	struct termios now;
	if (in_background(fd))
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

/* Without ICANON all that was typed can be read. What is typed in between, or does not fit, is read
 * with the next line. */
size_t terminal_typed(int fd, uint8_t *to, size_t cap)
{
	struct termios lines, keys;
	if (raw_fd >= 0 || cap == 0 || in_background(fd) || tcgetattr(fd, &lines) != 0 ||
	    (lines.c_lflag & (tcflag_t)ICANON) == 0)
		return 0;
	keys = lines;
	keys.c_lflag &= ~(tcflag_t)ICANON;
	keys.c_cc[VMIN] = 0;
	keys.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSANOW, &keys) != 0)
		return 0;
	ssize_t len = read(fd, to, cap);
	(void)tcsetattr(fd, TCSANOW, &lines);
	return len > 0 ? (size_t)len : 0;
}

struct terminal_size terminal_size(int fd)
{
	struct winsize size;
	bool known = ioctl(fd, (int)TIOCGWINSZ, &size) == 0;
	return (struct terminal_size){ known && size.ws_col > 0 ? size.ws_col : 80,
		                       known && size.ws_row > 0 ? size.ws_row : 24 };
}
