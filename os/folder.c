#include "os/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static DIR *dir_of(struct folder *f)
{
	return (DIR *)(void *)f;
}

struct folder *folder_open(const char *path)
{
	return (struct folder *)(void *)opendir(path);
}

const char *folder_next(struct folder *f, bool *is_folder)
{
	struct stat st;
	const struct dirent *entry = readdir(dir_of(f));
	if (entry == NULL)
		return NULL;
	*is_folder = fstatat(dirfd(dir_of(f)), entry->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
	return entry->d_name;
}

void folder_close(struct folder *f)
{
	closedir(dir_of(f));
}

bool folder_path(int fd, char *path, size_t cap)
{
	char link[32];
	struct text t = text_of(link, sizeof link);
	text_add_format(&t, "/proc/self/fd/%u", (unsigned)fd);
	ssize_t len = readlink(link, path, cap - 1);
	path[len > 0 ? len : 0] = 0;
	return len > 0 && (size_t)len < cap - 1;
}
