#include "os/mapped.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { TRIES = 3 };

/* Nobody else can have written what is in it. */
static bool is_ours(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == geteuid() && st->st_nlink == 1 &&
	       (st->st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

/* mapped_end removes the file before it lets the lock go. If another process did so between our
 * open and our lock, what we hold has no name any more, and the path is opened again. */
static bool open_ours(struct mapped *m, size_t *size)
{
	struct stat st = { .st_nlink = 0 };
	for (int i = 0; i < TRIES && st.st_nlink == 0; i++) {
		/* O_NONBLOCK: a pipe in its place must not stop us */
		m->fd =
		    open(m->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		         0600);
		if (m->fd < 0)
			return false;
		bool locked = flock(m->fd, LOCK_EX | LOCK_NB) == 0;
		if (fstat(m->fd, &st) == 0 && locked && is_ours(&st)) {
			*size = (size_t)st.st_size;
			return true;
		}
		close(m->fd);
	}
	return false;
}

static uint8_t *read_old(int fd, size_t size, size_t max)
{
	uint8_t *old = size > 0 && size <= max ? malloc(size) : NULL;
	if (old == NULL || pread(fd, old, size, 0) == (ssize_t)size)
		return old;
	free(old);
	return NULL;
}

bool mapped_open(struct mapped *m, const char *path, size_t max, uint8_t **old, size_t *old_len)
{
	size_t size;
	struct text t = text_of(m->path, sizeof m->path);
	*m = (struct mapped){ .max = max };
	*old = NULL;
	text_add(&t, path);
	if (t.cut || !open_ours(m, &size))
		return false;
	*old = read_old(m->fd, size, max);
	*old_len = *old != NULL ? size : 0;
	if (ftruncate(m->fd, 0) == 0)
		m->at = mmap(NULL, max, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, 0);
	if (m->at != NULL && m->at != MAP_FAILED)
		return true;
	m->at = NULL;
	close(m->fd);
	return false;
}

bool mapped_grow(struct mapped *m, size_t size)
{
	/* without a page of its own a write would end the process when memory is full */
	if (m->at == NULL || size > m->max || posix_fallocate(m->fd, 0, (off_t)size) != 0)
		return false;
	m->size = size;
	return true;
}

void mapped_end(struct mapped *m)
{
	if (m->at == NULL)
		return;
	(void)unlink(m->path); /* before the lock goes: nobody else has it yet */
	munmap(m->at, m->max);
	close(m->fd);
	m->at = NULL;
}
