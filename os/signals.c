#include "os/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/err.h"

static int fd = -1;
static bool has_terminal; /* one that can hang up */

static sigset_t wanted(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT, SIGUSR1 };
	sigset_t set;
	sigemptyset(&set);
	for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct sigaction now;
		/* nohup and shells' background jobs set some to be ignored: that stays. WINCH and
		 * CONT are "ignored" by nature. */
		if (sigaction(numbers[i], NULL, &now) == 0 && now.sa_handler == SIG_IGN)
			continue;
		sigaddset(&set, numbers[i]);
	}
	return set;
}

bool signals_start(void)
{
	if (fd >= 0)
		return true;
	sigset_t set = wanted();
	int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	has_terminal = terminal >= 0;
	if (has_terminal)
		close(terminal);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return false;
	sigprocmask(SIG_BLOCK, &set, NULL);
	return true;
}

int signals_fd(void)
{
	return fd;
}

int signals_take(void)
{
	struct signalfd_siginfo info;
	if (fd < 0 || read(fd, &info, sizeof info) != (ssize_t)sizeof info)
		return 0;
	return (int)info.ssi_signo;
}

int signals_ending(int number)
{
	bool ends = number == SIGINT || number == SIGTERM || (number == SIGHUP && has_terminal);
	return ends ? EXIT_SIGNAL + number : 0;
}

void signals_in_child(void)
{
	if (fd < 0)
		return;
	sigset_t set = wanted();
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
