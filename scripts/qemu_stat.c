/* stat(2) and its kind by statx(2), for test programs that run under qemu-user: for some CPUs its
 * stat leaves out the nanoseconds of files. Linked by scripts/cross. */
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct statx_time {
	int64_t s;
	uint32_t ns, unused;
};

struct statx_answer { /* linux/stat.h */
	uint32_t mask, block_size;
	uint64_t attributes;
	uint32_t links, uid, gid;
	uint16_t mode, unused;
	uint64_t inode, size, blocks, attributes_mask;
	struct statx_time accessed, born, changed, modified;
	uint32_t device_major, device_minor, on_major, on_minor;
	uint64_t more[14];
};

int fstatat(int folder, const char *restrict path, struct stat *restrict s, int flags)
{
	struct statx_answer x;
	if (syscall(SYS_statx, folder, path, flags, 0x7ff, &x) != 0)
		return -1;
	memset(s, 0, sizeof *s);
	s->st_dev = makedev(x.on_major, x.on_minor);
	s->st_rdev = makedev(x.device_major, x.device_minor);
	s->st_ino = x.inode, s->st_nlink = x.links, s->st_mode = x.mode;
	s->st_uid = x.uid, s->st_gid = x.gid;
	s->st_size = (off_t)x.size, s->st_blocks = (blkcnt_t)x.blocks;
	s->st_blksize = (blksize_t)x.block_size;
	s->st_atim = (struct timespec){ x.accessed.s, (long)x.accessed.ns };
	s->st_mtim = (struct timespec){ x.modified.s, (long)x.modified.ns };
	s->st_ctim = (struct timespec){ x.changed.s, (long)x.changed.ns };
	return 0;
}

int stat(const char *restrict path, struct stat *restrict s)
{
	return fstatat(AT_FDCWD, path, s, 0);
}

int lstat(const char *restrict path, struct stat *restrict s)
{
	return fstatat(AT_FDCWD, path, s, AT_SYMLINK_NOFOLLOW);
}

int fstat(int fd, struct stat *s)
{
	return fstatat(fd, "", s, AT_EMPTY_PATH);
}
