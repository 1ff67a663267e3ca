/* file: what is written is whole or not there, what others can write is not trusted, and secrets
 * that others can read are refused. */
#include "os/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/folder.h"
#include "tests/unit/folder.h"

static char path[128];

static int setup(void **state)
{
	int failed = folder_setup(state);
	snprintf(path, sizeof path, "%s/file", folder);
	return failed;
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
	assert_int_equal(file_read(path, FILE_TRUSTED, got, sizeof got, &len), OK);
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

/* However often it is killed while it writes, one file is left at most, until the next time. */
static void test_file_replace_killed_leaves_nothing_for_good(void **state)
{
	(void)state;
	static char much[1 << 16];
	for (int i = 0; i < 3; i++) {
		pid_t child = fork();
		if (child == 0) {
			(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
			(void)setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 4096, 4096 });
			(void)signal(SIGXFSZ, SIG_DFL);
			(void)file_replace(path, span_of(much, sizeof much), 0600);
			_exit(0);
		}
		int status;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(WTERMSIG(status), SIGXFSZ);
		assert_int_equal(files_in_folder(), 1);
	}
	assert_int_equal(file_replace(path, span_text("one"), 0600), OK);
	assert_file("one");
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

/* A link to a file that is kept elsewhere stays a link, over any number of links. */
static void test_file_replace_writes_through_links(void **state)
{
	(void)state;
	struct stat st;
	char real[300], middle[300];
	snprintf(real, sizeof real, "%s/real", folder);
	snprintf(middle, sizeof middle, "%s/middle", folder);
	assert_int_equal(symlink("real", middle), 0);
	assert_int_equal(symlink(middle, path), 0);
	for (int i = 0; i < 2; i++) { /* a link that leads to nothing yet, then to a file */
		assert_int_equal(file_replace(path, span_text(i ? "two" : "one"), 0600), OK);
		assert_int_equal(lstat(path, &st), 0);
		assert_true(S_ISLNK(st.st_mode));
		assert_int_equal(lstat(real, &st), 0);
		assert_true(S_ISREG(st.st_mode));
		assert_file(i ? "two" : "one");
	}
	/* both names have one lock */
	int lock, second;
	assert_int_equal(file_lock(path, 20, &lock), OK);
	assert_int_equal(file_lock(real, 20, &second), ERR_BUSY);
	file_unlock(lock);
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
		assert_int_equal(file_read(path, FILE_PRIVATE, got, sizeof got, &len),
		                 table[i].want);
	}
}

/* What others can write, or replace, is not believed: a file, its folder, and the folder of each
 * file a link leads to. */
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
		{ 0602, 0755, ERR_TRUST, "other users can write to " },
		{ 0600, 0777, ERR_TRUST, "write to the directory of " },
		{ 0600, 0702, ERR_TRUST, "chmod go-w" },
		{ 0600, 01777, OK, NULL }, /* a sticky folder: what is there stays */
		{ 0666, 01777, ERR_TRUST, "other users can write to " },
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
		assert_int_equal(file_read(path, FILE_TRUSTED, got, sizeof got, &len),
		                 table[i].want);
		if (table[i].why)
			assert_non_null(strstr(file_why(), table[i].why));
		assert_int_equal(file_read(link_path, FILE_TRUSTED, got, sizeof got, &len),
		                 table[i].want);
		enum err secret = table[i].file & 077 ? ERR_TRUST : table[i].want;
		assert_int_equal(file_read(path, FILE_PRIVATE, got, sizeof got, &len), secret);
	}
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chmod(folder, 0700), 0);
	assert_int_equal(chmod(other, 0777), 0);
	assert_int_equal(file_read(link_path, FILE_TRUSTED, got, sizeof got, &len), ERR_TRUST);

	/* a link to that link: who can write its folder can lead it elsewhere */
	snprintf(link_path, sizeof link_path, "%s/link_to_link", folder);
	assert_int_equal(symlink("elsewhere/link", link_path), 0);
	assert_int_equal(file_read(link_path, FILE_TRUSTED, got, sizeof got, &len), ERR_TRUST);
	assert_non_null(strstr(file_why(), "/elsewhere/link"));
	assert_int_equal(chmod(other, 0700), 0);
	assert_int_equal(file_read(link_path, FILE_TRUSTED, got, sizeof got, &len), OK);

	assert_int_equal(file_read("/dev/null", FILE_TRUSTED, got, sizeof got, &len), OK);
	assert_int_equal(file_read("/no/such/file", FILE_TRUSTED, got, sizeof got, &len),
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
	assert_int_equal(file_read(path, FILE_TRUSTED, got, sizeof got, &len),
	                 own ? OK : ERR_TRUST);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(path, 0, 4321), 0);
	assert_int_equal(chmod(path, 0660), 0);
	assert_int_equal(file_read(path, FILE_TRUSTED, got, sizeof got, &len), ERR_TRUST);
}

static void test_file_read_tells_none_from_too_large(void **state)
{
	(void)state;
	char got[4];
	size_t len = 77;
	assert_int_equal(file_read(path, FILE_TRUSTED, got, sizeof got, &len), ERR_UNREACHABLE);
	assert_int_equal(file_create(path, span_text("12345"), 0600), OK);
	assert_int_equal(file_read(path, FILE_TRUSTED, got, sizeof got, &len), ERR_FULL);
	assert_string_equal(file_why(), "it is too large");
	assert_int_equal(len, 77);
	assert_int_equal(file_read(path, FILE_TRUSTED, got, 5 < sizeof got ? 5 : sizeof got, &len),
	                 ERR_FULL);
	assert_int_equal(file_replace(path, span_text("1234"), 0600), OK);
	assert_int_equal(file_read(path, FILE_TRUSTED, got, sizeof got, &len), OK);
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

/* A text is read whoever may write it. */
static void test_file_plain_is_any_file(void **state)
{
	(void)state;
	char got[8];
	size_t len;
	assert_int_equal(file_create(path, span_text("text"), 0666), OK);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(file_read(path, FILE_TRUSTED, got, sizeof got, &len), ERR_TRUST);
	assert_int_equal(file_read(path, FILE_PLAIN, got, sizeof got, &len), OK);
	assert_int_equal(len, 4);
}

/* What is no file is refused at once, also behind a link, and never waited for. */
static void test_file_that_is_none_is_refused(void **state)
{
	(void)state;
	char got[8], fifo[140];
	size_t len;
	snprintf(fifo, sizeof fifo, "%s/fifo", folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(symlink(fifo, path), 0);
	const char *const names[] = { fifo, path, folder, "/dev/zero", "/dev/tty" };
	for (enum file_care care = FILE_PLAIN; care <= FILE_PRIVATE; care++)
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			if (strcmp(names[i], "/dev/tty") == 0 && access("/dev/tty", R_OK) != 0)
				continue;
			assert_int_equal(file_read(names[i], care, got, sizeof got, &len),
			                 ERR_LOCAL);
			assert_string_not_equal(file_why(), "");
		}
	assert_int_equal(file_read(fifo, FILE_TRUSTED, got, sizeof got, &len), ERR_LOCAL);
	assert_string_equal(file_why(), "it isn't a regular file");
	assert_int_equal(file_read("none", FILE_TRUSTED, got, sizeof got, &len), ERR_UNREACHABLE);
	assert_string_equal(file_why(), "No such file or directory");
	assert_int_equal(file_append(fifo), -1);
	int fd = file_append("/dev/null"); /* a log may go there */
	assert_true(fd >= 0);
	close(fd);
}

/* Where the user has named it, a pipe is read to its end; a file has to be a secret all the same.
 */
static void test_file_that_may_be_a_pipe(void **state)
{
	(void)state;
	char got[8], name[32];
	size_t len;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "key", 3), 3);
	close(ends[1]);
	snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
	assert_int_equal(file_read(name, FILE_PIPED, got, sizeof got, &len), OK);
	assert_span_text(span_of(got, len), "key");
	close(ends[0]);
	assert_int_equal(file_create(path, span_text("key"), 0644), OK);
	assert_int_equal(file_read(path, FILE_PIPED, got, sizeof got, &len), ERR_TRUST);
	assert_int_equal(file_read("/dev/zero", FILE_PIPED, got, sizeof got, &len), ERR_FULL);
	assert_int_equal(file_read(folder, FILE_PIPED, got, sizeof got, &len), ERR_LOCAL);
}

/* Names of a folder, each once, folders told from files, also behind a link. */
static void test_folder_has_its_names(void **state)
{
	(void)state;
	char name[160];
	unsigned files = 0, folders = 0;
	bool is_folder;
	assert_int_equal(file_create(path, span_text(""), 0600), OK);
	snprintf(name, sizeof name, "%s/sub", folder);
	assert_int_equal(mkdir(name, 0700), 0);
	snprintf(name, sizeof name, "%s/link", folder);
	assert_int_equal(symlink("sub", name), 0);
	struct folder *f = folder_open(folder);
	assert_non_null(f);
	for (const char *at; (at = folder_next(f, &is_folder)) != NULL;) {
		files += !is_folder && strcmp(at, "file") == 0;
		folders += is_folder && (strcmp(at, "sub") == 0 || strcmp(at, "link") == 0);
	}
	folder_close(f);
	assert_int_equal(files, 1);
	assert_int_equal(folders, 2);
	assert_null(folder_open(path));
}

static void test_file_lock_is_held_by_one(void **state)
{
	(void)state;
	int lock, second;
	assert_int_equal(file_lock(path, 20, &lock), OK);
	assert_int_equal(file_lock(path, 20, &second), ERR_BUSY);
	file_unlock(lock);
	assert_int_equal(file_lock(path, 20, &lock), OK);
	file_unlock(lock);
}

/* It is made, and empty; what is there keeps what is in it, but for its time. */
static void test_file_touch_changes_its_time_alone(void **state)
{
	(void)state;
	struct stat st;
	snprintf(path, sizeof path, "%s/touched", folder);
	assert_int_equal(file_touch(path), OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(file_replace(path, span_text("text"), 0600), OK);
	const struct timespec then[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
	assert_int_equal(file_touch(path), OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 4);
	assert_true(st.st_mtime > 1000);
	snprintf(path, sizeof path, "%s/none/touched", folder);
	assert_int_equal(file_touch(path), ERR_UNREACHABLE);
	assert_int_equal(file_touch(folder), ERR_LOCAL);
}

/* In a process of its own, which is another user: whose path is closed to it, and what is said. */
static void nobody_is_told(const char *file, const char *want)
{
	pid_t child = fork();
	if (child == 0) {
		char got[8], at[FILE_PATH];
		size_t len;
		unsigned us;
		bool told = setegid(65534) == 0 && seteuid(65534) == 0 &&
		            file_read(file, FILE_PRIVATE, got, sizeof got, &len) == ERR_LOCAL &&
		            file_of_another(file, at, &us) && us == 65534;
		_exit(want == NULL ? told : !told || strcmp(at, want) != 0);
	}
	int status = 1;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* What root has made in a user's folder is named, the folder above it all; what lies where nothing
 * is the user's is not, and nothing is when the file is there to be read. */
static void test_file_of_another_is_named(void **state)
{
	(void)state;
	char at[FILE_PATH], home[160], made[180], key[200];
	snprintf(home, sizeof home, "%s/home", folder);
	snprintf(made, sizeof made, "%s/made", home);
	snprintf(key, sizeof key, "%s/share/key", made);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(file_make_folders(key), OK);
	assert_int_equal(file_create(key, span_text("key"), 0600), OK);
	assert_int_equal(file_read(key, FILE_PRIVATE, at, sizeof at, &(size_t){ 0 }), OK);
	assert_false(file_of_another(key, at, &(unsigned){ 0 }));
	if (geteuid() != 0)
		return;
	nobody_is_told(key, NULL);
	assert_int_equal(chown(home, 65534, 65534), 0);
	nobody_is_told(key, made);
	assert_int_equal(chmod(made, 0755), 0);
	nobody_is_told(key, made);
	assert_int_equal(chown(made, 65534, 65534), 0);
	assert_int_equal(chmod(made, 0), 0);
	nobody_is_told(key, NULL); /* it is the user's own doing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, folder_teardown)
		TEST(test_file_create_never_replaces),
		TEST(test_file_of_another_is_named),
		TEST(test_file_create_does_not_follow_links),
		TEST(test_file_replace_is_whole_and_private),
		TEST(test_file_replace_writes_through_links),
		TEST(test_file_replace_leaves_the_old_one_when_it_fails),
		TEST(test_file_replace_killed_leaves_nothing_for_good),
		TEST(test_file_that_others_can_read_is_no_secret),
		TEST(test_file_that_others_can_write_is_not_trusted),
		TEST(test_file_of_ones_own_group_is_trusted),
		TEST(test_file_read_tells_none_from_too_large),
		TEST(test_file_makes_folders_for_the_owner_alone),
		TEST(test_file_lock_is_held_by_one),
		TEST(test_file_plain_is_any_file),
		TEST(test_file_that_is_none_is_refused),
		TEST(test_file_that_may_be_a_pipe),
		TEST(test_folder_has_its_names),
		TEST(test_file_touch_changes_its_time_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
