#include "os/noted.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "os/beneath.h"

struct record {
	uint8_t version[NOTED_VERSION];
	char part[48];
};

static int open_notes(int dir, const char *notes, int flags)
{
	struct stat st;
	int fd = openat(dir, notes, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd >= 0 && !beneath_ours(fd, S_IFREG, &st)) {
		close(fd);
		return -1;
	}
	return fd;
}

void noted_add(int dir, const char *notes, struct span version, const char *part)
{
	struct record r = { .part = "" };
	int fd = open_notes(dir, notes, O_WRONLY | O_APPEND | O_CREAT);
	memcpy(r.version, version.at, sizeof r.version);
	text_copy(r.part, sizeof r.part, part);
	if (fd >= 0) {
		(void)!write(fd, &r, sizeof r);
		close(fd);
	}
}

/* The last ones. Returns how many. */
static size_t last(int fd, struct record to[static NOTED_MAX])
{
	off_t size = lseek(fd, 0, SEEK_END) / (off_t)sizeof *to * (off_t)sizeof *to;
	off_t most = (off_t)NOTED_MAX * (off_t)sizeof *to;
	ssize_t n = pread(fd, to, (size_t)most, size > most ? size - most : 0);
	return n > 0 ? (size_t)n / sizeof *to : 0;
}

size_t noted_read(int dir, const char *notes, uint8_t to[static(size_t) NOTED_MAX * NOTED_VERSION])
{
	struct record all[NOTED_MAX];
	struct stat st;
	size_t len = 0;
	int fd = open_notes(dir, notes, O_RDONLY);
	size_t count = fd >= 0 ? last(fd, all) : 0;
	for (size_t i = 0; i < count; i++) {
		all[i].part[sizeof all[i].part - 1] = 0;
		if (fstatat(dir, all[i].part, &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		memcpy(to + len, all[i].version, NOTED_VERSION);
		len += NOTED_VERSION;
	}
	if (fd >= 0)
		close(fd);
	return len;
}

void noted_drop(int dir, const char *notes, struct span version)
{
	struct record all[NOTED_MAX];
	size_t left = 0;
	int fd = open_notes(dir, notes, O_RDWR);
	if (fd < 0)
		return;
	size_t count = last(fd, all);
	for (size_t i = 0; i < count; i++) {
		if (!span_equal(span_of(all[i].version, NOTED_VERSION), version))
			all[left++] = all[i];
	}
	if (left == 0)
		(void)unlinkat(dir, notes, 0);
	else if (left < count && pwrite(fd, all, left * sizeof *all, 0) > 0)
		(void)!ftruncate(fd, (off_t)(left * sizeof *all));
	close(fd);
}
