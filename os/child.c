/* child: see child.h. */
#include "os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/descriptor.h"
#include "os/signals.h"

/* A socket must end when the parent closes it, so the child keeps none. */
static void close_others(int keep)
{
#ifdef SYS_close_range
	if (keep > 3 && syscall(SYS_close_range, 3u, (unsigned)keep - 1, 0u) != 0)
		goto one_by_one;
	if (syscall(SYS_close_range, (unsigned)keep + 1, ~0u, 0u) == 0)
		return;
one_by_one:
#endif
	for (int fd = 3; fd < 4096; fd++)
		if (fd != keep)
			close(fd);
}

static _Noreturn void run(int out, bool (*work)(void *, struct writer *), void *argument)
{
	uint8_t result[1 + CHILD_RESULT];
	struct writer w = writer_of(result, sizeof result);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	signals_in_child();
	close_others(out);
	write_u8(&w, 1);
	if (!work(argument, &w) || w.full)
		_exit(1);
	enum err err = descriptor_write_all(out, written(&w));
	bytes_wipe(result, sizeof result);
	_exit(err ? 1 : 0);
}

bool child_start(struct child *c, bool (*work)(void *argument, struct writer *out), void *argument)
{
	int ends[2];
	*c = (struct child){ .fd = -1 };
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	int pid = fork();
	if (pid == 0)
		run(ends[1], work, argument);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return false;
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	c->pid = pid;
	c->fd = ends[0];
	return true;
}

static void reap(struct child *c)
{
	int status;
	if (c->pid <= 0)
		return;
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
}

/* The child's first byte says that the work was done; len counts it until the end of the pipe has
 * come. */
static ssize_t read_more(struct child *c)
{
	uint8_t mark;
	ssize_t n;
	do
		n = c->len == 0
		        ? read(c->fd, &mark, 1)
		        : read(c->fd, &c->result[c->len - 1], sizeof c->result - (c->len - 1));
	while (n < 0 && errno == EINTR);
	return n;
}

enum child_state child_poll(struct child *c)
{
	ssize_t n;
	if (c->fd < 0)
		return CHILD_NONE;
	while ((n = read_more(c)) > 0)
		c->len += (size_t)n;
	if (n < 0 && errno == EAGAIN)
		return CHILD_RUNNING;
	close(c->fd);
	c->fd = -1;
	reap(c);
	if (n < 0 || c->len == 0)
		return CHILD_FAILED;
	c->len--;
	return CHILD_DONE;
}

enum child_state child_wait(struct child *c, int wait_ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	if (c->fd >= 0)
		(void)poll(&p, 1, wait_ms);
	return child_poll(c);
}

void child_end(struct child *c)
{
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		close(c->fd);
		reap(c);
	}
	bytes_wipe(c, sizeof *c);
	c->fd = -1;
}
