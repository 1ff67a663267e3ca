#include "os/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct level {
	DIR *dir;
	size_t path_len; /* of the folder */
};

struct tree {
	char *const *roots;
	unsigned count, next; /* next: the root that comes next */
	unsigned depth;
	int file; /* -1: none is open */
	uint64_t left_out;
	size_t path_len;
	char path[TREE_PATH + BENEATH_NAME];
	struct level levels[BENEATH_DEPTH];
};

/* The last name of a root; false: it has none. */
static bool name_of(const char *root, char name[static BENEATH_NAME])
{
	size_t end = strlen(root);
	while (end > 1 && root[end - 1] == '/')
		end--;
	size_t begin = end;
	while (begin > 0 && root[begin - 1] != '/')
		begin--;
	struct span last = span_of(root + begin, end - begin);
	return beneath_name(&last, name);
}

static enum err check_root(const struct tree *t, unsigned n)
{
	char name[BENEATH_NAME], other[BENEATH_NAME];
	struct stat st;
	if (stat(t->roots[n], &st) != 0)
		return errno == ENOENT ? ERR_UNREACHABLE : ERR_LOCAL;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return ERR_FORMAT;
	if (!name_of(t->roots[n], name))
		return ERR_USAGE;
	for (unsigned i = 0; i < n; i++) {
		if (name_of(t->roots[i], other) && strcmp(name, other) == 0)
			return ERR_EXISTS;
	}
	return OK;
}

struct tree *tree_new(char *const *roots, unsigned count, enum err *err, unsigned *which)
{
	struct tree *t = calloc(1, sizeof *t);
	*err = t == NULL ? ERR_LOCAL : OK;
	if (t == NULL)
		return NULL;
	*t = (struct tree){ .roots = roots, .count = count, .file = -1 };
	for (*which = 0; *which < count && !(*err = check_root(t, *which)); (*which)++)
		;
	if (*err == OK)
		return t;
	free(t);
	return NULL;
}

void tree_skip(struct tree *t)
{
	while (t->depth > 0)
		closedir(t->levels[--t->depth].dir);
}

void tree_again(struct tree *t)
{
	tree_skip(t);
	t->next = 0;
	t->left_out = 0;
}

void tree_free(struct tree *t)
{
	if (t == NULL)
		return;
	tree_again(t);
	tree_close(t);
	free(t);
}

uint64_t tree_left_out(const struct tree *t)
{
	return t->left_out;
}

/* ---- walking ---- */

static uint64_t ns_of(struct timespec at)
{
	return (uint64_t)at.tv_sec * UINT64_C(1000000000) + (uint64_t)at.tv_nsec;
}

static void facts_of(const struct stat *st, uint8_t facts[static TREE_FACTS])
{
	/* without the device, whose number depends on the order in which disks are found */
	store_be64(facts, st->st_ino);
	store_be64(facts + 8, (uint64_t)st->st_size);
	store_be64(facts + 16, ns_of(st->st_mtim));
	store_be64(facts + 24, ns_of(st->st_ctim));
}

static void give(const struct tree *t, const struct stat *st, struct tree_entry *e)
{
	*e = (struct tree_entry){ .folder = S_ISDIR(st->st_mode),
		                  .executable = (st->st_mode & S_IXUSR) != 0,
		                  .size = (uint64_t)st->st_size,
		                  .mtime_ms =
		                      st->st_mtim.tv_sec < 0 ? 0 : ns_of(st->st_mtim) / 1000000,
		                  .path = span_of(t->path, t->path_len),
		                  .item = t->next - 1 };
	facts_of(st, e->facts);
}

/* fd: the folder at path; -1: it could not be opened. */
static bool enter(struct tree *t, int fd)
{
	DIR *dir = fd < 0 || t->depth == BENEATH_DEPTH - 1 ? NULL : fdopendir(fd);
	if (dir != NULL)
		t->levels[t->depth++] = (struct level){ dir, t->path_len };
	else if (fd >= 0)
		close(fd);
	return dir != NULL;
}

/* A root. True: it is no folder, and given. */
static bool next_root(struct tree *t, struct tree_entry *entry)
{
	char name[BENEATH_NAME];
	struct stat st;
	const char *root = t->roots[t->next++];
	bool there = stat(root, &st) == 0;
	t->path_len = name_of(root, name) ? strlen(name) : 0;
	memcpy(t->path, name, t->path_len);
	if (there && S_ISDIR(st.st_mode) &&
	    enter(t, open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)))
		return false;
	if (!there || !S_ISREG(st.st_mode))
		st = (struct stat){ .st_mode = S_IFREG };
	give(t, &st, entry);
	return true;
}

/* What is called name in the folder of the innermost level. True: it is a file, and given. */
static bool next_in(struct tree *t, const struct level *in, const char *name,
                    struct tree_entry *entry)
{
	struct stat st;
	size_t len = strlen(name);
	int dir = dirfd(in->dir);
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	if (in->path_len + 1 + len > TREE_PATH || len >= BENEATH_NAME ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))) {
		t->left_out++;
		return false;
	}
	t->path[in->path_len] = '/';
	memcpy(t->path + in->path_len + 1, name, len);
	t->path_len = in->path_len + 1 + len;
	if (S_ISDIR(st.st_mode)) {
		t->left_out += !enter(t, beneath_folder(dir, name, false));
		return false;
	}
	give(t, &st, entry);
	return true;
}

/* The innermost folder has no more. */
static void leave(struct tree *t, struct tree_entry *entry)
{
	struct level *in = &t->levels[--t->depth];
	struct stat st = { .st_mode = S_IFDIR };
	(void)fstat(dirfd(in->dir), &st);
	closedir(in->dir);
	t->path_len = in->path_len;
	give(t, &st, entry);
}

bool tree_next(struct tree *t, struct tree_entry *entry)
{
	while (t->depth > 0 || t->next < t->count) {
		if (t->depth == 0) {
			if (next_root(t, entry))
				return true;
			continue;
		}
		const struct level *in = &t->levels[t->depth - 1];
		const struct dirent *found = readdir(in->dir);
		if (found == NULL) {
			leave(t, entry);
			return true;
		}
		if (next_in(t, in, found->d_name, entry))
			return true;
	}
	return false;
}

/* ---- reading ---- */

static int open_file(const struct tree *t, unsigned item, struct span path)
{
	char name[BENEATH_NAME];
	enum { FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };
	if (!beneath_name(&path, name))
		return -1;
	if (path.len == 0)
		return open(t->roots[item], FLAGS);
	int root = open(t->roots[item], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int dir = root >= 0 ? beneath_parent(root, path, false, name) : -1;
	int file = dir >= 0 ? openat(dir, name, FLAGS | O_NOFOLLOW) : -1;
	int why = errno;
	if (dir >= 0)
		close(dir);
	if (root >= 0)
		close(root);
	errno = why;
	return file;
}

enum err tree_facts(struct tree *t, uint8_t facts[static TREE_FACTS])
{
	struct stat st;
	if (fstat(t->file, &st) != 0)
		return ERR_LOCAL;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return ERR_LOCAL;
	}
	facts_of(&st, facts);
	return OK;
}

enum err tree_open(struct tree *t, unsigned item, struct span path,
                   uint8_t facts[static TREE_FACTS])
{
	tree_close(t);
	t->file = open_file(t, item, path);
	enum err err = t->file >= 0 ? tree_facts(t, facts) : ERR_LOCAL;
	if (err)
		tree_close(t);
	return err;
}

enum err tree_read(struct tree *t, uint64_t offset, uint8_t *to, size_t len)
{
	for (ssize_t n; len > 0; to += n, offset += (uint64_t)n, len -= (size_t)n) {
		do
			n = pread(t->file, to, len, (off_t)offset);
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			return n == 0 ? ERR_CUT : ERR_LOCAL;
	}
	return OK;
}

void tree_close(struct tree *t)
{
	int why = errno;
	if (t->file >= 0)
		close(t->file);
	t->file = -1;
	errno = why;
}
