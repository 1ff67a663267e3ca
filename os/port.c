#include "os/port.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/descriptor.h"
#include "os/file.h"
#include "os/socket.h"

enum {
	BACKLOG = 128 /* connections that wait to be accepted */
};

/* fd, if it listens. */
static int listening(int fd, bool bound)
{
	if (bound && listen(fd, BACKLOG) == 0)
		return fd;
	int why = errno;
	descriptor_close(fd);
	errno = why;
	return -1;
}

int port_listen(const struct addr *at)
{
	int fd = socket_new(SOCK_STREAM, at);
	if (fd < 0)
		return -1;
	socket_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (!addr_is_v4(at))
		socket_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	return listening(fd, socket_bind(fd, at));
}

/* ---- in the file system ---- */

static bool name_of(const char *path, struct sockaddr_un *out)
{
	size_t len = strlen(path);
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	errno = ENAMETOOLONG;
	if (len >= sizeof out->sun_path)
		return false;
	memcpy(out->sun_path, path, len);
	return true;
}

static bool is_socket(const struct sockaddr_un *name)
{
	struct stat s;
	return lstat(name->sun_path, &s) == 0 && S_ISSOCK(s.st_mode);
}

/* A socket there that nobody has. Whoever has it hears nothing of this: ours is of another type. */
static bool is_left(const struct sockaddr_un *name)
{
	if (!is_socket(name))
		return false;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool left =
	    connect(fd, (const struct sockaddr *)name, sizeof *name) != 0 && errno == ECONNREFUSED;
	descriptor_close(fd);
	return left;
}

/* Takes away what is left at path, and keeps the folder locked until what this returns is closed:
 * else two programs could find the same thing left, and the second take away what the first has
 * bound there meanwhile. A folder that cannot be locked within a second is used as it is. */
static int clean_and_lock(const char *path, const struct sockaddr_un *name)
{
	char folder[PATH_MAX];
	file_folder(path, folder);
	int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 100 && lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0; i++)
		(void)poll(NULL, 0, 10);
	if (is_left(name))
		unlink(path);
	return lock;
}

int port_listen_path(const char *path)
{
	struct sockaddr_un name;
	if (!name_of(path, &name))
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	int lock = clean_and_lock(path, &name);
	mode_t before = umask(S_IXUSR | S_IRWXG | S_IRWXO);
	bool bound = bind(fd, (const struct sockaddr *)&name, sizeof name) == 0;
	if (!bound && errno == EADDRINUSE && !is_socket(&name))
		errno = EEXIST;
	umask(before);
	fd = listening(fd, bound);
	int why = errno;
	descriptor_close(lock);
	errno = why;
	return fd;
}

bool port_folder_is_ours(const char *path)
{
	char folder[PATH_MAX];
	struct stat s;
	file_folder(path, folder);
	if (lstat(folder, &s) != 0)
		return false;
	errno = 0;
	return S_ISDIR(s.st_mode) && s.st_uid == geteuid() &&
	       (s.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool port_is_ours(int fd)
{
	struct ucred who;
	socklen_t len = sizeof who;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 && who.uid == geteuid();
}

void port_unlisten_path(const char *path)
{
	struct sockaddr_un name;
	if (name_of(path, &name))
		descriptor_close(clean_and_lock(path, &name));
}

bool port_pair(int fd[static 2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd) == 0;
}

/* ---- connections ---- */

static void configure(int fd)
{
	socket_set(fd, IPPROTO_TCP, TCP_NODELAY, 1); /* one in the file system does without */
}

int port_accept(int listener, struct addr *from, bool *tired)
{
	union {
		struct sockaddr any;
		struct sockaddr_storage all;
	} s = { .any.sa_family = AF_UNSPEC };
	socklen_t len = sizeof s;
	int fd = accept4(listener, &s.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	*tired = fd < 0 && socket_why(errno) == ERR_FULL;
	*from = socket_addr_read(&s.any);
	if (fd >= 0)
		configure(fd);
	return fd;
}

int port_connect(const struct addr *to)
{
	union socket_addr s;
	socklen_t len = socket_addr_write(to, &s);
	int fd = socket_new(SOCK_STREAM, to);
	if (fd < 0)
		return -1;
	configure(fd);
	if (connect(fd, &s.any, len) == 0 || errno == EINPROGRESS)
		return fd;
	descriptor_close(fd);
	return -1;
}

int port_connect_path(const char *path)
{
	struct sockaddr_un name;
	enum { TYPE = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC };
	int fd = name_of(path, &name) ? socket(AF_UNIX, TYPE, 0) : -1;
	if (fd < 0 || connect(fd, (const struct sockaddr *)&name, sizeof name) == 0)
		return fd;
	int why = errno;
	descriptor_close(fd);
	errno = why;
	return -1;
}

bool port_connected(int fd)
{
	return socket_connected(fd) == 0;
}

bool port_write(int fd, struct span bytes, size_t *taken)
{
	ssize_t n;
	do
		n = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	*taken = n > 0 ? (size_t)n : 0;
	return n >= 0 || errno == EAGAIN;
}

void port_end(int fd)
{
	(void)shutdown(fd, SHUT_WR);
}

void port_reset(int fd)
{
	struct linger at_once = { .l_onoff = 1 };
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	descriptor_close(fd);
}
