/* file, child, resolve: what is written is whole or not there, secrets others can read are refused,
 * children give their result. */
#include "os/file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/child.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/entropy.h"
#include "os/interfaces.h"
#include "os/resolve.h"
#include "tests/unit/support.h"

static char folder[64], path[128];

static int setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/schat-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof path, "%s/file", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

static unsigned mode_of(const char *name)
{
	struct stat st;
	assert_int_equal(stat(name, &st), 0);
	return st.st_mode & 07777;
}

static void assert_file(const char *want)
{
	char got[64];
	size_t len = 0;
	assert_int_equal(file_read_trusted(path, got, sizeof got, &len), OK);
	assert_span_text(span_of(got, len), want);
}

static unsigned files_in_folder(void)
{
	char command[128], out[16] = "";
	snprintf(command, sizeof command, "ls -A %s | wc -l", folder);
	FILE *f = popen(command, "r");
	assert_non_null(fgets(out, sizeof out, f));
	pclose(f);
	return (unsigned)atoi(out);
}

static void test_file_create_never_replaces(void **state)
{
	(void)state;
	umask(022);
	assert_int_equal(file_create(path, span_text("first"), 0600), OK);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(file_create(path, span_text("second"), 0600), ERR_EXISTS);
	assert_file("first");
	assert_int_equal(files_in_folder(), 1);
}

static void test_file_create_does_not_follow_links(void **state)
{
	(void)state;
	char target[140];
	snprintf(target, sizeof target, "%s/target", folder);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(file_create(path, span_text("x"), 0600), ERR_EXISTS);
	assert_int_equal(access(target, F_OK), -1);
}

static void test_file_replace_is_whole_and_private(void **state)
{
	(void)state;
	assert_int_equal(file_replace(path, span_text("one"), 0600), OK);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(file_replace(path, span_text("two"), 0600), OK);
	assert_int_equal(mode_of(path), 0600);
	assert_file("two");
	assert_int_equal(files_in_folder(), 1);
}

static void test_file_replace_leaves_the_old_one_when_it_fails(void **state)
{
	(void)state;
	char inside[160];
	snprintf(inside, sizeof inside, "%s/none/file", folder);
	assert_int_equal(file_replace(inside, span_text("x"), 0600), ERR_UNREACHABLE);
	assert_string_equal(file_why(), "No such file or directory");
}

static void test_file_that_others_can_read_is_no_secret(void **state)
{
	(void)state;
	static const struct {
		unsigned mode;
		enum err want;
	} table[] = {
		{ 0600, OK },        { 0400, OK },        { 0640, ERR_TRUST },
		{ 0604, ERR_TRUST }, { 0620, ERR_TRUST }, { 0601, ERR_TRUST },
	};
	char got[16];
	size_t len;
	assert_int_equal(file_create(path, span_text("secret"), 0600), OK);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_int_equal(chmod(path, table[i].mode), 0);
		assert_int_equal(file_read_private(path, got, sizeof got, &len), table[i].want);
	}
}

/* What others can write, or replace, is not believed: a file, its folder, and the folder a link
 * leads to. */
static void test_file_that_others_can_write_is_not_trusted(void **state)
{
	(void)state;
	static const struct {
		unsigned file, folder;
		enum err want;
		const char *why;
	} table[] = {
		{ 0600, 0700, OK, NULL },
		{ 0644, 0755, OK, NULL },
		{ 0666, 0700, ERR_TRUST, "chmod go-w" },
		{ 0602, 0755, ERR_TRUST, "others can write" },
		{ 0600, 0777, ERR_TRUST, "others can replace" },
		{ 0600, 0702, ERR_TRUST, "chmod go-w" },
		{ 0600, 01777, OK, NULL }, /* a sticky folder: what is there stays */
		{ 0666, 01777, ERR_TRUST, "others can write" },
	};
	char got[16], link_path[192], other[160];
	size_t len;
	snprintf(other, sizeof other, "%s/elsewhere", folder);
	snprintf(link_path, sizeof link_path, "%s/link", other);
	assert_int_equal(mkdir(other, 0700), 0);
	assert_int_equal(file_create(path, span_text("text"), 0600), OK);
	assert_int_equal(symlink(path, link_path), 0);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_int_equal(chmod(path, table[i].file), 0);
		assert_int_equal(chmod(folder, table[i].folder), 0);
		assert_int_equal(file_read_trusted(path, got, sizeof got, &len), table[i].want);
		if (table[i].why)
			assert_non_null(strstr(file_why(), table[i].why));
		assert_int_equal(file_read_trusted(link_path, got, sizeof got, &len),
		                 table[i].want);
		enum err secret = table[i].file & 077 ? ERR_TRUST : table[i].want;
		assert_int_equal(file_read_private(path, got, sizeof got, &len), secret);
	}
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chmod(folder, 0700), 0);
	assert_int_equal(chmod(other, 0777), 0);
	assert_int_equal(file_read_trusted(link_path, got, sizeof got, &len), ERR_TRUST);
	assert_int_equal(file_read_trusted("/dev/null", got, sizeof got, &len), OK);
	assert_int_equal(file_read_trusted("/no/such/file", got, sizeof got, &len),
	                 ERR_UNREACHABLE);
	assert_string_equal(file_why(), "No such file or directory");
}

/* A group that is this user's own (Debian gives each one a group of the same number) is nobody
 * else; other groups are others. */
static void test_file_of_ones_own_group_is_trusted(void **state)
{
	(void)state;
	char got[16];
	size_t len;
	assert_int_equal(file_create(path, span_text("text"), 0600), OK);
	assert_int_equal(chmod(path, 0660), 0);
	bool own = getegid() == geteuid();
	assert_int_equal(file_read_trusted(path, got, sizeof got, &len), own ? OK : ERR_TRUST);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(path, 0, 4321), 0);
	assert_int_equal(chmod(path, 0660), 0);
	assert_int_equal(file_read_trusted(path, got, sizeof got, &len), ERR_TRUST);
}

static void test_file_read_tells_none_from_too_large(void **state)
{
	(void)state;
	char got[4];
	size_t len = 77;
	assert_int_equal(file_read_trusted(path, got, sizeof got, &len), ERR_UNREACHABLE);
	assert_int_equal(file_create(path, span_text("12345"), 0600), OK);
	assert_int_equal(file_read_trusted(path, got, sizeof got, &len), ERR_FULL);
	assert_int_equal(len, 77);
	assert_int_equal(file_read_trusted(path, got, 5 < sizeof got ? 5 : sizeof got, &len),
	                 ERR_FULL);
	assert_int_equal(file_replace(path, span_text("1234"), 0600), OK);
	assert_int_equal(file_read_trusted(path, got, sizeof got, &len), OK);
	assert_int_equal(len, 4);
}

static void test_file_makes_folders_for_the_owner_alone(void **state)
{
	(void)state;
	char deep[160], parent[160];
	snprintf(parent, sizeof parent, "%s/a/b", folder);
	snprintf(deep, sizeof deep, "%s/a/b/file", folder);
	assert_int_equal(file_make_folders(deep), OK);
	assert_int_equal(mode_of(parent), 0700);
	assert_int_equal(file_make_folders(deep), OK);
	assert_int_equal(access(deep, F_OK), -1);
}

static void test_file_lock_is_held_by_one(void **state)
{
	(void)state;
	int lock, status;
	assert_int_equal(file_lock(path, &lock), OK);
	pid_t pid = fork();
	if (pid == 0) {
		int second;
		alarm(1); /* waiting is right; getting it is wrong */
		_exit(file_lock(path, &second) == OK ? 1 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	file_unlock(lock);
	assert_int_equal(file_lock(path, &lock), OK);
	file_unlock(lock);
}

static bool say(void *argument, struct writer *out)
{
	write_span(out, span_text(argument));
	return true;
}

static bool give_up(void *argument, struct writer *out)
{
	(void)argument;
	write_span(out, span_text("half"));
	return false;
}

static bool die(void *argument, struct writer *out)
{
	(void)argument;
	(void)out;
	abort();
}

static bool sleep_long(void *argument, struct writer *out)
{
	(void)argument;
	(void)out;
	sleep(100);
	return true;
}

static enum child_state wait_for(struct child *c)
{
	enum child_state s;
	uint64_t end = clock_us() + 60 * SECOND;
	while ((s = child_poll(c)) == CHILD_RUNNING && clock_us() < end)
		usleep(1000);
	return s;
}

static void test_child_gives_its_result_whole_or_none(void **state)
{
	(void)state;
	char large[CHILD_RESULT + 1], too_large[CHILD_RESULT + 2];
	memset(large, 'x', sizeof large);
	large[CHILD_RESULT] = 0;
	memset(too_large, 'x', sizeof too_large);
	too_large[CHILD_RESULT + 1] = 0;
	const struct {
		bool (*work)(void *, struct writer *);
		char *argument;
		enum child_state want;
	} table[] = {
		{ say, (char[]){ "hello" }, CHILD_DONE },
		{ say, (char[]){ "" }, CHILD_DONE },
		{ say, large, CHILD_DONE },
		{ say, too_large, CHILD_FAILED },
		{ give_up, NULL, CHILD_FAILED },
		{ die, NULL, CHILD_FAILED },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct child c;
		assert_true(child_start(&c, table[i].work, table[i].argument));
		assert_int_equal(wait_for(&c), table[i].want);
		if (table[i].want == CHILD_DONE)
			assert_span_text(span_of(c.result, c.len), table[i].argument);
		child_end(&c);
	}
}

static void test_child_ends_when_it_is_no_longer_wanted(void **state)
{
	(void)state;
	struct child c;
	assert_true(child_start(&c, sleep_long, NULL));
	int pid = c.pid;
	assert_int_equal(child_poll(&c), CHILD_RUNNING);
	child_end(&c);
	assert_int_equal(kill(pid, 0), -1);
	child_end(&c);
}

static void test_resolve_numbers_and_names(void **state)
{
	(void)state;
	static const struct {
		const char *host;
		enum err start, take;
		const char *want;
	} table[] = {
		{ "192.0.2.7", OK, OK, "192.0.2.7:99" },
		{ "2001:db8::1", OK, OK, "[2001:db8::1]:99" },
		{ "", ERR_FORMAT, OK, NULL },
		{ "two words", ERR_FORMAT, OK, NULL },
		{ "user@host", ERR_FORMAT, OK, NULL },
		{ "localhost", OK, OK, "127.0.0.1:99" },
		{ "LocalHost.", OK, OK, "127.0.0.1:99" },
		{ "box.localhost", OK, OK, "127.0.0.1:99" },
		{ "notlocalhost.invalid", OK, ERR_UNREACHABLE, NULL },
		{ "no-such-name.invalid", OK, ERR_UNREACHABLE, NULL },
	};
	static struct resolve r;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct addr got[LIMIT_PEER_ADDRS];
		size_t count = 0;
		enum err err = resolve_start(&r, span_text(table[i].host), 99, clock_us());
		assert_int_equal(err, table[i].start);
		if (err)
			continue;
		while ((err = resolve_take(&r, got, &count, clock_us())) == ERR_FULL)
			usleep(1000);
		if (table[i].take == ERR_UNREACHABLE && err == ERR_TIMEOUT)
			continue; /* no resolver to ask */
		assert_int_equal(err, table[i].take);
		char text[ADDR_TEXT];
		if (err)
			continue;
		addr_format(&got[0], text);
		assert_string_equal(text, table[i].want);
	}
	resolve_end(&r);
}

static void test_descriptor_takes_what_a_pipe_takes(void **state)
{
	(void)state;
	static uint8_t bytes[1 << 20];
	int ends[2];
	size_t taken = 0, len = 0;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(descriptor_write(ends[1], span_of(bytes, sizeof bytes), &taken), OK);
	assert_true(taken >= 4096 && taken < sizeof bytes);
	assert_int_equal(descriptor_write(ends[1], span_of(bytes, 1), &len), OK);
	assert_int_equal(len, 0);
	assert_int_equal(descriptor_read(ends[0], bytes, sizeof bytes, &len), OK);
	assert_int_equal(len, taken);
	close(ends[0]);
	assert_int_equal(descriptor_write(ends[1], span_of(bytes, 1), &len), ERR_CUT);
	close(ends[1]);
}

static void test_host_has_addresses_and_randomness(void **state)
{
	(void)state;
	struct addr list[8];
	assert_true(interfaces_list(list, 8) >= 1);
	uint8_t zero[32] = { 0 }, got[32] = { 0 };
	assert_true(entropy_fill(got, sizeof got));
	assert_memory_not_equal(zero, got, sizeof got);
	uint64_t t = clock_us();
	assert_true(t > 0 && clock_us() >= t);
	char day[11];
	clock_today(day);
	assert_int_equal(strlen(day), 10);
}

/* What cannot be read is not at its end; nor is a descriptor that was never open. */
static void test_descriptor_error_is_no_end(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		int flags;
		enum err err;
	} cases[] = {
		{ "/dev/null", O_RDONLY, OK },        { "/proc/self/mem", O_RDONLY, ERR_LOCAL },
		{ "/", O_RDONLY, ERR_LOCAL },         { "/", O_PATH, ERR_LOCAL },
		{ "/dev/zero", O_WRONLY, ERR_LOCAL }, { "/dev/null", O_WRONLY, OK }
	}; /* as nohup gives it */
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t byte;
		size_t len = 7;
		int fd = open(cases[i].path, cases[i].flags);
		assert_true(fd >= 0);
		assert_true(descriptor_ready(fd));
		assert_int_equal(descriptor_read(fd, &byte, 1, &len), cases[i].err);
		if (cases[i].err == OK)
			assert_int_equal(len, 0);
		close(fd);
	}
}

/* A pipe whose last reader is gone is told from one that is only full, and from a file. */
static void test_descriptor_knows_who_reads(void **state)
{
	(void)state;
	uint8_t bytes[70000] = { 0 };
	size_t taken;
	int ends[2], null = open("/dev/null", O_WRONLY);
	assert_int_equal(pipe(ends), 0);
	assert_false(descriptor_deserted(ends[1]));
	assert_int_equal(descriptor_write(ends[1], span_of(bytes, sizeof bytes), &taken), OK);
	assert_false(descriptor_deserted(ends[1]));
	close(ends[0]);
	assert_true(descriptor_deserted(ends[1]));
	assert_false(descriptor_deserted(null));
	close(ends[1]);
	close(null);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_file_create_never_replaces),
		TEST(test_file_create_does_not_follow_links),
		TEST(test_file_replace_is_whole_and_private),
		TEST(test_file_replace_leaves_the_old_one_when_it_fails),
		TEST(test_file_that_others_can_read_is_no_secret),
		TEST(test_file_that_others_can_write_is_not_trusted),
		TEST(test_file_of_ones_own_group_is_trusted),
		TEST(test_file_read_tells_none_from_too_large),
		TEST(test_file_makes_folders_for_the_owner_alone),
		TEST(test_file_lock_is_held_by_one),
		TEST(test_child_gives_its_result_whole_or_none),
		TEST(test_child_ends_when_it_is_no_longer_wanted),
		TEST(test_resolve_numbers_and_names),
		TEST(test_descriptor_takes_what_a_pipe_takes),
		TEST(test_descriptor_error_is_no_end),
		TEST(test_descriptor_knows_who_reads),
		TEST(test_host_has_addresses_and_randomness),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
