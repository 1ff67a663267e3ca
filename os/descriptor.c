/* descriptor: see descriptor.h. Where the kernel writes what goes without waiting when asked to
 * (RWF_NOWAIT), it is asked. A pipe of which it cannot do that, and a terminal, are opened once
 * more: not to wait would else be for all who use them. Where that cannot be either, a pipe that
 * poll(2) calls writable takes PIPE_BUF bytes without blocking; so pieces of that size, and a look
 * before each, keep the loop running whoever reads on the other side. */
#include "os/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/min_max.h"
#include "base/text.h"

enum { NOWAIT = 8 }; /* RWF_NOWAIT of linux/fs.h */

static int last_errno;
/* A bit for each standard descriptor that has turned out to know no RWF_NOWAIT (pipes before
 * Linux 6.4, named ones), or to be no terminal: bulk asks once, not for each piece. */
static uint32_t without_nowait, no_terminal;
/* The same pipes, opened once more by us not to wait: one above the number; 0: not asked for yet;
 * below 0: that cannot be. */
static int pipes[3];

/* 0 for those that are not remembered. */
static uint32_t bit_of(int fd)
{
	return fd >= 0 && fd <= 2 ? UINT32_C(1) << fd : 0; /* these stay what they are */
}

static enum err failed(void)
{
	last_errno = errno;
	return errno == EPIPE ? ERR_CUT : ERR_LOCAL;
}

/* What poll(2) finds within so long; errors show so too. */
static short poll_for(int fd, short wanted, int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = wanted };
	int n;
	do
		n = poll(&p, 1, wait_ms);
	while (n < 0 && errno == EINTR);
	return (short)(n > 0 ? p.revents : 0);
}

bool descriptor_readable(int fd, int wait_ms)
{
	return poll_for(fd, POLLIN, wait_ms) != 0;
}

bool descriptor_writable(int fd, int wait_ms)
{
	return poll_for(fd, POLLOUT, wait_ms) != 0;
}

static int open_again(int fd)
{
	char path[32];
	struct text t = text_of(path, sizeof path);
	text_add_format(&t, "/proc/self/fd/%u", (unsigned)fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* The same terminal, where nothing waits; -1: it is none, or is not ours to open. */
static int open_terminal(int fd)
{
	if ((no_terminal & bit_of(fd)) != 0)
		return -1;
	if (!isatty(fd)) {
		no_terminal |= bit_of(fd);
		return -1;
	}
	return open_again(fd);
}

/* The same pipe, where nothing waits; -1: it is none, or is not ours to open. */
static int pipe_of(int fd)
{
	struct stat s;
	if (bit_of(fd) == 0)
		return -1;
	if (pipes[fd] == 0) {
		bool pipe = fstat(fd, &s) == 0 && S_ISFIFO(s.st_mode);
		int again = pipe ? open_again(fd) : -1;
		pipes[fd] = again >= 0 ? again + 1 : -1;
	}
	return pipes[fd] > 0 ? pipes[fd] - 1 : -1;
}

/* One piece. */
static enum err write_some(int fd, struct span bytes, size_t *taken)
{
	ssize_t n;
	int again = open_terminal(fd);
	*taken = 0;
	do
		n = write(again >= 0 ? again : fd, bytes.at,
		          bytes.len < PIPE_BUF ? bytes.len : PIPE_BUF);
	while (n < 0 && errno == EINTR);
	int why = errno;
	descriptor_close(again);
	errno = why;
	if (n < 0)
		return errno == EAGAIN ? OK : failed();
	*taken = (size_t)n;
	return OK;
}

/* How much went; 0 where nothing does, or the kernel cannot: what holds shows when it is tried the
 * other way. musl has no pwritev2. */
static size_t write_nowait(int fd, struct span bytes)
{
	struct iovec piece = { (void *)(uintptr_t)bytes.at, bytes.len };
	if ((without_nowait & bit_of(fd)) != 0)
		return 0;
	long n = syscall(SYS_pwritev2, fd, &piece, 1L, -1L, -1L, (long)NOWAIT);
	if (n < 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL))
		without_nowait |= bit_of(fd);
	return n > 0 ? (size_t)n : 0;
}

/* As write_some, of a pipe that does not wait. */
static enum err write_pipe(int fd, struct span bytes, size_t *taken)
{
	ssize_t n;
	*taken = 0;
	do
		n = write(fd, bytes.at, bytes.len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? OK : failed();
	*taken = (size_t)n;
	return OK;
}

enum err descriptor_write(int fd, struct span bytes, size_t *taken)
{
	size_t done = 0, n = 1;
	enum err err = OK;
	while (done < bytes.len && n > 0 && !err) {
		struct span rest = span_of(bytes.at + done, bytes.len - done);
		int pipe = -1;
		n = write_nowait(fd, rest);
		if (n == 0 && (without_nowait & bit_of(fd)) != 0)
			pipe = pipe_of(fd);
		if (n == 0 && pipe >= 0)
			err = write_pipe(pipe, rest, &n);
		else if (n == 0 && descriptor_writable(fd, 0))
			err = write_some(fd, rest, &n);
		done += n;
	}
	*taken = done;
	return err;
}

enum err descriptor_write_all(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		size_t n;
		(void)descriptor_writable(fd, -1);
		enum err err = write_some(fd, bytes, &n);
		if (err)
			return err;
		bytes = span_of(bytes.at + n, bytes.len - n);
	}
	return OK;
}

/* A terminal that is gone gives EIO. It answers no question about terminals any more, but is still
 * the device. */
static bool was_terminal(int fd)
{
	struct stat s;
	if (fstat(fd, &s) != 0 || !S_ISCHR(s.st_mode))
		return false;
	unsigned kind = major(s.st_rdev);
	return isatty(fd) || (kind >= 136 && kind <= 143) || kind == 4 || kind == 5;
}

/* nohup gives a program /dev/null that is open for writing only: it is meant to have no input. */
static bool is_null(int fd)
{
	struct stat s;
	return fstat(fd, &s) == 0 && S_ISCHR(s.st_mode) && s.st_rdev == makedev(1, 3);
}

enum err descriptor_read(int fd, void *to, size_t cap, size_t *len)
{
	ssize_t n;
	do
		n = read(fd, to, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return ERR_FULL;
	if (n < 0 && ((errno == EIO && was_terminal(fd)) || (errno == EBADF && is_null(fd)))) {
		*len = 0;
		return OK;
	}
	if (n < 0)
		return failed();
	*len = (size_t)n;
	return OK;
}

enum err descriptor_await(int fd, void *to, size_t cap, size_t *len)
{
	enum err err;
	bool can = (fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY; /* else poll waits for good */
	do {
		if (can)
			(void)poll_for(fd, POLLIN, -1);
		err = descriptor_read(fd, to, cap, len);
	} while (err == ERR_FULL); /* another program was faster */
	return err;
}

bool descriptor_is(int fd, const char *file)
{
	char own[48];
	struct stat s;
	struct text t = text_of(own, sizeof own);
	if (fstat(fd, &s) != 0)
		return false;
	text_add_format(&t, "%ju:%ju", (uint64_t)s.st_dev, (uint64_t)s.st_ino);
	return strcmp(own, file) == 0;
}

bool descriptor_deserted(int fd)
{
	return (poll_for(fd, POLLOUT, 0) & (POLLERR | POLLHUP)) != 0;
}

const char *descriptor_why(void)
{
	return strerror(last_errno);
}

void descriptor_end(int fd)
{
	int nothing = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (bit_of(fd) != 0 && pipes[fd] > 0) {
		close(pipes[fd] - 1);
		pipes[fd] = -1;
	}
	(void)shutdown(fd, SHUT_WR); /* a socket may have other descriptors */
	if (nothing < 0 || dup2(nothing, fd) < 0)
		return;
	close(nothing);
}

unsigned descriptor_room(void)
{
	struct rlimit limit;
	int lowest = fcntl(2, F_DUPFD_CLOEXEC, 0); /* process.c has opened 2 */
	descriptor_close(lowest);
	if (lowest < 0 || prlimit(0, RLIMIT_NOFILE, NULL, &limit) != 0)
		return 0;
	return (unsigned)min_of(limit.rlim_cur, INT_MAX) - (unsigned)lowest;
}

void descriptor_close(int fd)
{
	if (fd >= 0)
		close(fd);
}
