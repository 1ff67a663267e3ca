/* mapped: what was written is found by the next process; what others could have written, or hold,
 * is left alone. */
#include "os/mapped.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/folder.h"

enum { MAX = 1 << 20 };

static char path[128], other[128];
static struct mapped m;
static uint8_t *old;
static size_t len;
static int enders; /* so many processes that end, one after the other, are a moment ahead of us */
static const char *successor;

static int setup(void **state)
{
	int failed = folder_setup(state);
	snprintf(path, sizeof path, "%s/mapped", folder);
	snprintf(other, sizeof other, "%s/other", folder);
	enders = 0;
	successor = NULL;
	return failed;
}

/* In place of the system's: what another process does between our open and our lock. */
int flock(int fd, int operation)
{
	if (enders > 0) {
		enders--;
		unlink(path);
		if (successor)
			rename(successor, path);
	}
	return (int)syscall(SYS_flock, fd, operation);
}

static void make(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* Another process writes it and is killed. */
static void write_and_die(void)
{
	pid_t child = fork();
	if (child == 0) {
		if (mapped_open(&m, path, MAX, &old, &len) && old == NULL && mapped_grow(&m, 5))
			memcpy(m.at, "waits", 5);
		raise(SIGKILL);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
}

static void test_mapped_outlives_the_process(void **state)
{
	(void)state;
	struct stat st;
	write_and_die();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(mapped_open(&m, path, MAX, &old, &len));
	assert_span_text(span_of(old, len), "waits");
	assert_true(mapped_grow(&m, 2));
	assert_true(mapped_grow(&m, MAX));
	assert_true(bytes_zero(m.at, MAX));
	assert_false(mapped_grow(&m, MAX + 1));
	mapped_end(&m);
	assert_false(file_exists(path));
	free(old);
}

static void test_mapped_is_of_one_process(void **state)
{
	(void)state;
	struct mapped second;
	assert_true(mapped_open(&m, path, MAX, &old, &len));
	assert_true(mapped_grow(&m, 5));
	memcpy(m.at, "waits", 5);
	assert_false(mapped_open(&second, path, MAX, &old, &len));
	assert_null(second.at);
	mapped_end(&second);
	assert_memory_equal(m.at, "waits", 5);
	mapped_end(&m);
}

static void refuses(void)
{
	assert_false(mapped_open(&m, path, MAX, &old, &len));
	assert_null(m.at);
	assert_null(old);
	mapped_end(&m);
	assert_true(file_exists(path));
}

static void test_mapped_leaves_what_is_not_its_own(void **state)
{
	(void)state;
	struct stat st;
	make(other, "precious", 0600);
	assert_int_equal(symlink(other, path), 0);
	refuses();
	unlink(path);
	assert_int_equal(link(other, path), 0);
	refuses();
	assert_int_equal(stat(other, &st), 0);
	assert_int_equal(st.st_size, 8);
	unlink(path);
	make(path, "of others", 0640);
	refuses();
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	refuses();
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	refuses();
	assert_false(mapped_open(&m, "/nowhere/mapped", MAX, &old, &len));
	if (geteuid() == 0) {
		rmdir(path);
		make(path, "of a user", 0600);
		assert_int_equal(chown(path, 65534, 65534), 0);
		refuses();
	}
}

/* What is too large to be ours is not even read. */
static void test_mapped_takes_no_more_than_it_may_have(void **state)
{
	(void)state;
	make(path, "", 0600);
	assert_int_equal(truncate(path, MAX + 1), 0);
	assert_true(mapped_open(&m, path, MAX, &old, &len));
	assert_null(old);
	assert_int_equal(len, 0);
	mapped_end(&m);
}

/* Whoever starts while another ends gets a file that the next one finds. */
static void test_mapped_is_not_the_file_that_another_has_just_removed(void **state)
{
	(void)state;
	make(path, "of one that ends", 0600);
	enders = 2;
	assert_true(mapped_open(&m, path, MAX, &old, &len));
	assert_null(old);
	assert_true(mapped_grow(&m, 5));
	memcpy(m.at, "waits", 5);
	struct mapped second;
	assert_false(mapped_open(&second, path, MAX, &old, &len));
	struct stat of_path, of_memory;
	assert_int_equal(stat(path, &of_path), 0);
	assert_int_equal(fstat(m.fd, &of_memory), 0);
	assert_int_equal(of_path.st_ino, of_memory.st_ino);
	mapped_end(&m);
	assert_false(file_exists(path));
}

/* ... unless that goes on, or what comes in its place is not its own. */
static void test_mapped_gives_up_when_its_file_is_removed_again_and_again(void **state)
{
	(void)state;
	enders = 1000;
	assert_false(mapped_open(&m, path, MAX, &old, &len));
	assert_int_equal(enders, 997);
	enders = 1;
	make(other, "of others", 0640);
	successor = other;
	make(path, "of one that ends", 0600);
	refuses();
	assert_false(file_exists(other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, folder_teardown)
		TEST(test_mapped_outlives_the_process),
		TEST(test_mapped_is_of_one_process),
		TEST(test_mapped_leaves_what_is_not_its_own),
		TEST(test_mapped_takes_no_more_than_it_may_have),
		TEST(test_mapped_is_not_the_file_that_another_has_just_removed),
		TEST(test_mapped_gives_up_when_its_file_is_removed_again_and_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
