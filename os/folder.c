#include "os/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>

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
