#include "os/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool beneath_name(struct span *path, char name[static BENEATH_NAME])
{
	const uint8_t *slash = path->len > 0 ? memchr(path->at, '/', path->len) : NULL;
	struct span s = slash != NULL ? span_of(path->at, (size_t)(slash - path->at)) : *path;
	errno = s.len < BENEATH_NAME ? EINVAL : ENAMETOOLONG;
	if (s.len == 0 || s.len >= BENEATH_NAME || memchr(s.at, 0, s.len) != NULL ||
	    span_is(s, ".") || span_is(s, ".."))
		return false;
	memcpy(name, s.at, s.len);
	name[s.len] = 0;
	*path = span_after(*path, s.len + (slash != NULL));
	return slash == NULL || path->len > 0;
}

int beneath_folder(int dir, const char *name, bool make)
{
	if (make && mkdirat(dir, name, 0700) != 0 && errno != EEXIST)
		return -1;
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool beneath_ours(int fd, unsigned kind, struct stat *st)
{
	bool ours = fstat(fd, st) == 0 && (st->st_mode & S_IFMT) == kind &&
	            st->st_uid == geteuid() && (kind == S_IFDIR || st->st_nlink == 1);
	if (!ours)
		errno = EEXIST;
	return ours;
}

const char *beneath_why(void)
{
	return strerror(errno);
}

int beneath_parent(int dir, struct span path, bool make, char last[static BENEATH_NAME])
{
	int at = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	for (unsigned depth = 0; at >= 0; depth++) {
		bool good = beneath_name(&path, last);
		if (good && path.len == 0)
			return at;
		if (depth == BENEATH_DEPTH)
			errno = ENAMETOOLONG;
		int next = good && depth < BENEATH_DEPTH ? beneath_folder(at, last, make) : -1;
		int why = errno;
		close(at);
		errno = why;
		at = next;
	}
	return -1;
}
