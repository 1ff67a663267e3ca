#include "os/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/descriptor.h"
#include "os/signals.h"

enum { OUT = 3 }; /* the child's end of the pipe */

/* A socket must end when the parent closes it, so the child keeps none. */
static void close_others(int out)
{
	if (out != OUT && dup2(out, OUT) < 0)
		_exit(1);
#ifdef SYS_close_range
	if (syscall(SYS_close_range, OUT + 1u, ~0u, 0u) == 0)
		return;
#endif
	for (int fd = OUT + 1; fd < 4096; fd++)
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
	enum err err = descriptor_write_all(OUT, written(&w));
	bytes_wipe(result, sizeof result);
	_exit(err ? 1 : 0);
}

/* Bytes that were not used are not written to, so that they take no memory. */
static void forget(struct child *c)
{
	c->pid = 0;
	c->fd = -1;
	c->result = span_of(NULL, 0);
	c->len = 0;
}

bool child_start(struct child *c, bool (*work)(void *argument, struct writer *out), void *argument)
{
	int ends[2];
	forget(c);
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	int pid = _Fork(); /* what fork(2) adds to it, 1.4 KB, is for threads */
	if (pid == 0)
		run(ends[1], work, argument);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return false;
	}
	c->pid = pid;
	c->fd = ends[0];
	return true;
}

static void reap(struct child *c)
{
	if (c->pid <= 0)
		return;
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
}

enum child_state child_poll(struct child *c)
{
	enum err err;
	size_t n;
	if (c->pid <= 0)
		return CHILD_NONE;
	do {
		err = descriptor_read(c->fd, c->bytes + c->len, sizeof c->bytes - c->len, &n);
		c->len += err ? 0 : n;
	} while (!err && n > 0);
	if (err == ERR_FULL)
		return CHILD_RUNNING;
	close(c->fd);
	c->fd = -1;
	reap(c);
	if (err || c->len == 0)
		return CHILD_FAILED;
	c->result = span_of(c->bytes + 1, c->len - 1);
	return CHILD_DONE;
}

void child_end(struct child *c)
{
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		close(c->fd);
		reap(c);
	}
	bytes_wipe(c->bytes, c->len);
	forget(c);
}
