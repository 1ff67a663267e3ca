/* memory: the host's, or what the groups that the process is in leave of it. */
#include "os/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "tests/unit/folder.h"

#define MIB ((uint64_t)1 << 20)

static bool known;

/* In place of the system's: a host with 64 MiB, or one that does not say. */
int sysinfo(struct sysinfo *info)
{
	memset(info, 0, sizeof *info);
	info->totalram = 64 * 256;
	info->mem_unit = 4096;
	return known ? 0 : -1;
}

/* Where the test's file is that stands for one of the system's. */
static void stand_in(const char *path, char at[static 512])
{
	int len = snprintf(at, 512, "%s/", folder);
	snprintf(at + len, 512 - (size_t)len, "%s", path + 1);
	for (char *c = at + len; *c; c++)
		*c = *c == '/' ? '_' : *c;
}

/* In place of the system's. */
int open(const char *path, int flags, ...)
{
	char at[512];
	va_list more;
	va_start(more, flags);
	unsigned mode = va_arg(more, unsigned);
	va_end(more);
	if (strncmp(path, "/sys/", 5) != 0 && strncmp(path, "/proc/", 6) != 0)
		return openat(AT_FDCWD, path, flags, mode);
	stand_in(path, at);
	return openat(AT_FDCWD, at, flags, mode);
}

static void put(const char *path, const char *text)
{
	char at[512];
	stand_in(path, at);
	FILE *f = fopen(at, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void test_memory_of_the_host(void **state)
{
	(void)state;
	known = false;
	assert_true(memory_limit() == UINT64_MAX);
	known = true;
	assert_true(memory_limit() == 64 * MIB);
	put("/proc/self/cgroup", "7:cpu:/a\n6:\nnonsense\n\n0::/\n");
	assert_true(memory_limit() == 64 * MIB);
}

/* The limit of each group holds for all groups in it. */
static void test_memory_of_a_group(void **state)
{
	(void)state;
	known = true;
	put("/proc/self/cgroup", "1:name=systemd:/x\n0::/a/b/c\n");
	put("/sys/fs/cgroup/a/b/c/memory.max", "max\n");
	put("/sys/fs/cgroup/a/b/memory.max", "33554432\n");
	assert_true(memory_limit() == 32 * MIB);
	put("/sys/fs/cgroup/a/memory.max", "16777216\n");
	assert_true(memory_limit() == 16 * MIB);
	put("/sys/fs/cgroup/a/b/c/memory.max", "4194304\n");
	assert_true(memory_limit() == 4 * MIB);
	put("/sys/fs/cgroup/a/b/c/memory.max", "9223372036854771712\n");
	assert_true(memory_limit() == 16 * MIB);
}

/* In a container only its own is to be seen, as if it were the uppermost. */
static void test_memory_of_a_group_of_version_1(void **state)
{
	(void)state;
	known = true;
	put("/proc/self/cgroup", "5:memoryless:/b\n4:cpu,memory:/docker/abc\n0::/\n");
	put("/sys/fs/cgroup/memory/b/memory.limit_in_bytes", "1048576\n");
	assert_true(memory_limit() == 64 * MIB);
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "2097152\n");
	assert_true(memory_limit() == 2 * MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_memory_of_the_host, folder_setup,
		                                folder_teardown),
		cmocka_unit_test_setup_teardown(test_memory_of_a_group, folder_setup,
		                                folder_teardown),
		cmocka_unit_test_setup_teardown(test_memory_of_a_group_of_version_1, folder_setup,
		                                folder_teardown),
	};
	return cmocka_run_group_tests_name("os_memory", tests, NULL, NULL);
}
