/* disk, with landing, tree, rename and beneath: files go from one folder to another, by real
 * transfers on the real file system. Whatever a sender calls its files, and whatever others do to
 * the folder meanwhile, nothing outside is touched and nothing is replaced; a kill at any moment
 * loses nothing that had arrived. */
#include "cmd/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/min_max.h"
#include "os/rename.h"
#include "tests/unit/skips.h"
#include "tests/unit/support.h"

static char base[64]; /* from/ and to/ are in it, and what must not be touched */
static int to_fd;

static const char *in_base(const char *path)
{
	static char out[4][8192];
	static unsigned turn;
	snprintf(out[++turn % 4], sizeof out[0], "%s/%s", base, path);
	return out[turn % 4];
}

static void shell(const char *command)
{
	char whole[4096];
	snprintf(whole, sizeof whole, "cd %s && { %s; }", base, command);
	if (system(whole) != 0)
		fail_msg("%s", command);
}

static int setup(void **state)
{
	(void)state;
	/* in memory where that can be: there is much to be written through to the disk */
	strcpy(base, access("/dev/shm", W_OK) == 0 ? "/dev/shm/schat-test-XXXXXX"
	                                           : "/tmp/schat-test-XXXXXX");
	if (!mkdtemp(base))
		return -1;
	umask(022);
	shell("mkdir from to outside; echo precious >outside/file");
	to_fd = open(in_base("to"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return to_fd < 0;
}

static int teardown(void **state)
{
	(void)state;
	char command[128];
	close(to_fd);
	snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", base, base);
	return system(command);
}

/* What a shell prints, without the last newline. */
static const char *printed(const char *command)
{
	static char out[8192];
	char whole[4096];
	snprintf(whole, sizeof whole, "cd %s && { %s; }", base, command);
	FILE *f = popen(whole, "r");
	size_t len = fread(out, 1, sizeof out - 1, f);
	pclose(f);
	out[len] = 0;
	if (len > 0 && out[len - 1] == '\n')
		out[len - 1] = 0;
	return out;
}

static void assert_nothing_outside(void)
{
	assert_string_equal(printed("ls -A; ls -A outside; cat outside/file"),
	                    "from\noutside\nto\nfile\nprecious");
}

/* ---- a whole transfer ---- */

struct run {
	struct disk_source source;
	struct landing landing;
	struct sending *s;
	struct receiving *r;
	uint64_t budget; /* bytes of the stream after which it is broken off */
	size_t len;
	uint8_t stream[1 << 18];
	char lost[2048];     /* at the receiver: "path=status;" */
	char reported[2048]; /* by the sender */
	const char *told;    /* a file that shows that the sender knows all */
	unsigned done;       /* items that are DONE with status 0 */
};

static struct run *run_new(char *const *roots, unsigned count)
{
	static const uint8_t key[ANNOUNCED_KEY] = "key", peer[32] = "peer";
	struct run *run = test_calloc(1, sizeof *run);
	struct disk_offer *offer = test_calloc(1, sizeof *offer);
	enum err err;
	unsigned which;
	run->source.tree = tree_new(roots, count, &err, &which);
	assert_non_null(run->source.tree);
	disk_offer_init(offer, key);
	while (!disk_offer_count(offer, &run->source))
		;
	run->s = sending_new(key, &offer->offer);
	run->r = receiving_new(peer);
	run->budget = UINT64_MAX;
	landing_init(&run->landing, to_fd);
	test_free(offer);
	return run;
}

static void run_free(struct run *run)
{
	sending_free(run->s);
	receiving_free(run->r);
	tree_free(run->source.tree);
	landing_wipe(&run->landing);
	test_free(run);
}

static void note(char *list, size_t cap, const struct want *want)
{
	size_t len = strlen(list);
	snprintf(list + len, cap - len, "%.*s=%u;", (int)want->path.len,
	         (const char *)want->path.at, want->status);
}

static void take(struct run *run, const struct want *want)
{
	uint8_t noted[DISK_NOTED];
	if (want->kind == WANT_LEAVE)
		note(run->lost, sizeof run->lost, want);
	if (want->kind == WANT_DECISION)
		receiving_accept(run->r, UINT64_MAX, disk_noted(&run->landing, want, noted));
	else
		(void)disk_take(&run->landing, run->r, want);
}

static void give(struct run *run, const struct want *want)
{
	if (want->kind == WANT_REPORT)
		note(run->reported, sizeof run->reported, want);
	run->done += want->kind == WANT_TELL && want->status == STATUS_WHOLE;
	assert_true(disk_give(&run->source, run->s, want));
}

/* From the sender to the receiver, and back. False: the budget is used up. */
static bool carry(struct run *run)
{
	struct want want;
	while (sending_wants(run->s, &want))
		give(run, &want);
	struct span out = sending_output(run->s);
	size_t n = (size_t)min_of(min_of(out.len, sizeof run->stream - run->len), run->budget);
	memcpy(run->stream + run->len, out.at, n);
	run->len += n;
	run->budget -= n;
	sending_sent(run->s, n);
	size_t taken = receiving_input(run->r, span_of(run->stream, run->len));
	while (receiving_wants(run->r, &want))
		take(run, &want);
	memmove(run->stream, run->stream + taken, run->len - taken);
	run->len -= taken;
	struct span back = receiving_output(run->r);
	size_t heard = sending_input(run->s, back);
	receiving_sent(run->r, heard);
	return run->budget > 0;
}

/* Until it is over. False: the budget was used up. */
static bool run_on(struct run *run)
{
	uint8_t code;
	enum files_state state;
	do {
		if (!carry(run))
			return false;
		if (sending_said_all(run->s) && run->told != NULL)
			close(open(run->told, O_CREAT | O_WRONLY, 0600));
		if (sending_said_all(run->s) && run->len == 0)
			receiving_ended(run->r);
		state = receiving_state(run->r, &code);
		assert_int_not_equal(state, FILES_RESET);
	} while (state != FILES_FINISHED);
	sending_ended(run->s);
	assert_int_equal(sending_state(run->s, &code), FILES_FINISHED);
	return true;
}

/* Sends these, below from/, and returns what was not whole at the receiver. */
static const char *sends(const char *first, const char *second)
{
	static char lost[2048];
	char *roots[2] = { strdup(in_base(first)), second ? strdup(in_base(second)) : NULL };
	struct run *run = run_new(roots, second ? 2 : 1);
	assert_true(run_on(run));
	strcpy(lost, run->lost);
	run_free(run);
	free(roots[0]);
	free(roots[1]);
	return lost;
}

static void test_files_and_folders_arrive_with_times_and_modes(void **state)
{
	(void)state;
	shell("cd from; mkdir -p dir/sub/deep dir/hollow; head -c 3000000 /dev/urandom "
	      ">dir/sub/large;"
	      "echo x >dir/run; chmod 4777 dir/run; echo s >dir/sub/deep/secret; chmod 600 "
	      "dir/sub/deep/secret;"
	      ": >dir/empty; head -c 100000 /dev/urandom >single; ln -s ../../outside/file "
	      "dir/link; mkfifo dir/fifo;"
	      "touch -d '2001-02-03 04:05:06.789' single dir/run; touch -d 2002-02-02 dir/hollow "
	      "dir/sub dir");
	assert_string_equal(sends("from/dir", "from/single"), "");
	assert_string_equal(printed("cd from; rm dir/link dir/fifo; diff -r . ../to && echo same"),
	                    "same");
	assert_string_equal(printed("cd to; stat -c '%a %y' single dir/run | cut -c 1-27"),
	                    "644 2001-02-03 04:05:06.789\n755 2001-02-03 04:05:06.789");
	assert_string_equal(printed("cd to; stat -c %a dir dir/sub dir/sub/deep/secret; stat -c %y "
	                            "dir/hollow dir/sub | cut -c 1-10"),
	                    "755\n755\n644\n2002-02-02\n2002-02-02");
	assert_string_equal(printed("ls -A to"), "dir\nsingle");
	assert_nothing_outside();
}

static void test_a_name_that_is_taken_gets_a_number(void **state)
{
	(void)state;
	shell("echo new >from/a.txt; mkdir from/d; echo new >from/d/x; echo old >to/a.txt; echo "
	      "older >'to/a (1).txt'; mkdir to/d; ln -s nowhere 'to/d (1)'");
	assert_string_equal(sends("from/a.txt", "from/d"), "");
	assert_string_equal(
	    printed("ls -A to; cd to; cat a.txt 'a (1).txt' 'a (2).txt' 'd (2)/x'; ls -A d"),
	    "a (1).txt\na (2).txt\na.txt\nd\nd (1)\nd (2)\nold\nolder\nnew\nnew");
}

static void test_the_same_file_again_is_the_same_file(void **state)
{
	(void)state;
	shell("head -c 200000 /dev/urandom >from/a; cp from/a from/b");
	char *roots[] = { strdup(in_base("from/a")) };
	for (unsigned i = 0; i < 2; i++) {
		struct run *run = run_new(roots, 1);
		assert_true(run_on(run));
		assert_int_equal(run->done, 1);
		assert_int_equal(sending_progress(run->s).sent, i == 0 ? 200000 : 0);
		run_free(run);
	}
	assert_string_equal(printed("ls -A to"), "a");
	/* the same size and time, and another end */
	shell("touch -r from/a stamp; printf x | dd of=from/a bs=1 seek=199999 conv=notrunc "
	      "2>/dev/null; touch -r stamp from/a; rm stamp");
	assert_string_equal(sends("from/a", NULL), "");
	assert_string_equal(
	    printed("ls -A to; cmp from/a 'to/a (1)' && cmp from/b to/a && echo both"),
	    "a\na (1)\nboth");
	free(roots[0]);
}

/* ---- hostile names and folders ---- */

/* A receiver that is told so: an offer, and a file or a folder with a file, called name. */
static enum files_state receives(const char *name, size_t len, bool folder)
{
	static const uint8_t peer[32] = "mallory";
	uint8_t bytes[16384];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct receiving *r = receiving_new(peer);
	struct landing landing;
	struct want want;
	uint8_t code;
	struct offer offer = { .files = 1, .bytes = 4, .more = 1 };
	char path[8192];
	memcpy(path, name, len);
	strcpy(path + len, folder ? "/evil" : "");
	landing_init(&landing, to_fd);
	offer_write(&w, &offer);
	announced_write(&w,
	                &(struct announcement){ .size = 4,
	                                        .executable = true,
	                                        .path = span_of(path, len + strlen(path + len)) });
	parcel_write(&w, PARCEL_FROM, span_of("", 1));
	parcel_write(&w, PARCEL_DATA, span_text("evil"));
	parcel_write(&w, PARCEL_END, span_of("", 1));
	if (folder)
		announced_write(
		    &w, &(struct announcement){ .folder = true, .path = span_of(name, len) });
	struct span left = written(&w);
	for (unsigned turns = 0; turns < 20; turns++) {
		size_t taken = receiving_input(r, left);
		if (turns >= 15)
			receiving_ended(r);
		while (receiving_wants(r, &want)) {
			if (want.kind == WANT_DECISION)
				receiving_accept(r, 1 << 20, span_of(NULL, 0));
			else
				(void)disk_take(&landing, r, &want);
		}
		left = span_after(left, taken);
		receiving_sent(r, receiving_output(r).len);
	}
	enum files_state result = receiving_state(r, &code);
	receiving_free(r);
	landing_wipe(&landing);
	return result;
}

static const char *const names[] = {
	"",
	".",
	"..",
	"/",
	"//",
	"/etc/passwd",
	"../evil",
	"../../evil",
	"../outside/file",
	"a/../../evil",
	"a/..",
	"./a",
	"a/.",
	"a//b",
	"/tmp/evil",
	"..\\evil",
	"..%2fevil",
	"C:\\evil",
	"\\\\host\\evil",
	"~",
	"~root",
	".bashrc",
	".ssh",
	".ssh/authorized_keys",
	"-rf",
	"--help",
	"-",
	"...",
	". .",
	" ",
	"a ",
	" a",
	"a\n",
	"\n",
	"a\nb",
	"\r",
	"\t",
	"\x1b[2J",
	"\x1b]0;evil\a",
	"\x7f",
	"\xc2\x9b"
	"2J",
	"\xe2\x80\xae"
	"gpj.exe",
	"\xe2\x81\xa6",
	"\xef\xbb\xbf"
	"a",
	"\xff\xfe",
	"\xc0\xae\xc0\xae",
	"\xed\xa0\x80",
	"CON",
	"nul.txt",
	"a:b",
	"a*",
	"a?",
	"$(touch evil)",
	"`touch evil`",
	";touch evil",
	"|touch evil",
	"'",
	"\"",
	"file",
	"link",
	"linked",
	"dangling",
	".schat-0123456789abcdef0123456789abcdef",
	"e\xcc\x81",
	"\xef\xbc\x8e\xef\xbc\x8e\xef\xbc\x8f"
	"a",
};

/* Each as a file and as a folder, where nothing of that name is and where something is. */
static void test_no_name_leads_out_or_replaces_anything(void **state)
{
	(void)state;
	unsigned tried = 0;
	shell("cd to; mkdir a folder; echo mine >file; ln -s ../outside linked; ln -s "
	      "../outside/file link; ln -s ../outside/new dangling; echo mine >a/mine");
	for (unsigned round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
			for (unsigned folder = 0; folder < 2; folder++, tried++) {
				enum files_state result =
				    receives(names[i], strlen(names[i]), folder);
				assert_true(result == FILES_FINISHED || result == FILES_RESET);
				assert_nothing_outside();
			}
		}
		assert_int_equal(receives("a\0b", 3, false), FILES_RESET);
		char long_name[300];
		memset(long_name, 'a', sizeof long_name);
		assert_int_equal(receives(long_name, 255, round), FILES_FINISHED);
		assert_int_equal(receives(long_name, 256, round), FILES_RESET);
	}
	assert_true(tried >= 60 * 4);
	/* what was there is there, and as it was */
	assert_string_equal(
	    printed("cd to; cat file a/mine; ls a; ls folder; readlink linked link dangling"),
	    "mine\nmine\nmine\n../outside\n../outside/file\n../outside/new");
	/* nothing that a terminal would obey, and no file of another name than was said */
	assert_string_equal(printed("cd to; LC_ALL=C find . | grep '[[:cntrl:]]' | cat -v"), "");
	assert_string_equal(
	    printed("cd to; find . -maxdepth 1 -name '.?*' ! -name '.schat-*' | xargs -r ls -lA"),
	    "");
}

static struct landing_place nested(const char *path)
{
	return (struct landing_place){ .path = span_text(path),
		                       .part = ".schat-part",
		                       .item_part = ".schat-item",
		                       .size = 4,
		                       .mtime_ms = 5000 };
}

/* Another user of the machine, or a program of ours, puts a link where a folder was. */
static void test_links_planted_meanwhile_lead_nowhere(void **state)
{
	(void)state;
	struct landing l;
	uint64_t offset;
	bool whole;
	static uint8_t tail[LANDING_TAIL];
	landing_init(&l, to_fd);
	struct landing_place at = nested("d/sub/file"), other = nested("d/sub/other");
	assert_int_equal(landing_open(&l, &at, 0), OK);
	assert_int_equal(landing_write(&l, span_text("data")), OK);
	shell("cd to/.schat-item; mv sub moved; ln -s ../../outside sub");
	assert_int_equal(landing_close(&l, &at), OK); /* into the folder that it was opened in */
	assert_string_equal(printed("cat to/.schat-item/moved/file"), "data");
	assert_int_not_equal(landing_open(&l, &other, 0), OK);
	assert_int_not_equal(landing_folder(&l, &other), OK);
	assert_int_not_equal(landing_look(&l, &other, &offset, &whole, tail), OK);
	/* where the part would be */
	shell(
	    "cd to/.schat-item; rm sub; mv moved sub; ln -s ../../../outside/file sub/.schat-part");
	assert_int_not_equal(landing_open(&l, &other, 0), OK);
	shell("cd to/.schat-item/sub; rm .schat-part; ln ../../../outside/file .schat-part");
	assert_int_not_equal(landing_open(&l, &other, 0), OK); /* it has another name too */
	shell("cd to/.schat-item/sub; rm .schat-part; mkfifo .schat-part");
	assert_int_not_equal(landing_open(&l, &other, 0), OK);
	/* where the item would be */
	landing_wipe(&l);
	shell("rm -r to/.schat-item; ln -s ../outside to/.schat-item");
	assert_int_not_equal(landing_open(&l, &other, 0), OK);
	assert_int_not_equal(landing_look(&l, &other, &offset, &whole, tail), OK);
	landing_wipe(&l);
	assert_nothing_outside();
}

/* ... and takes it away again, as fast as it can. */
static void test_a_link_that_comes_and_goes_leads_nowhere(void **state)
{
	(void)state;
	struct landing l;
	unsigned whole = 0;
	enum { EXCHANGE = 2 };
	landing_init(&l, to_fd);
	shell("mkdir -p to/.schat-item/sub; ln -s ../../outside to/.schat-item/link");
	pid_t child = fork();
	if (child == 0) {
		int dir = open(in_base("to/.schat-item"), O_RDONLY | O_DIRECTORY);
		for (;;)
			(void)syscall(SYS_renameat2, dir, "sub", dir, "link", (long)EXCHANGE);
	}
	for (unsigned i = 0; i < 20000 && whole < 1000; i++) {
		char path[32];
		snprintf(path, sizeof path, "d/sub/file%u", i);
		struct landing_place at = nested(path);
		if (landing_open(&l, &at, 0) == OK && landing_write(&l, span_text("data")) == OK)
			whole += landing_close(&l, &at) == OK;
		landing_leave(&l, false);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	landing_wipe(&l);
	assert_true(whole > 0);
	assert_nothing_outside();
}

static void test_the_same_is_received_once_at_a_time(void **state)
{
	(void)state;
	struct landing a, b;
	struct landing_place at = nested("d/file"), file = {
		.path = span_text("f"), .part = ".schat-f", .item_part = "", .size = 4
	};
	landing_init(&a, to_fd);
	landing_init(&b, to_fd);
	assert_int_equal(landing_open(&a, &at, 0), OK);
	assert_int_equal(landing_open(&b, &at, 0), ERR_BUSY);
	assert_int_equal(landing_open(&b, &file, 0), OK);
	assert_int_equal(landing_open(&a, &file, 0), ERR_BUSY);
	landing_wipe(&b);
	assert_int_equal(landing_open(&a, &file, 0), OK);
	landing_wipe(&a);
}

/* Two calls (or one, twice) fail with that error. 77: there is no seccomp. */
static void refuse_calls(long one, long other, uint32_t with)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)one, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)other, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | with),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof code / sizeof code[0], code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		_exit(77);
}

static void has_ended_well(pid_t child, const char *needs)
{
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WEXITSTATUS(status) == 77)
		skip_without(needs);
	assert_int_equal(status, 0);
}

/* As on file systems without renameat2 and, for links, linkat. */
static void test_old_file_systems_replace_nothing_either(void **state)
{
	(void)state;
	for (unsigned links = 0; links < 2; links++) {
		shell("rm -rf to/*; cd to; echo new >.part; echo old >a; mkdir .item b full; echo "
		      "new >.item/x; echo old >full/x; echo new >.two");
		pid_t child = fork();
		if (child == 0) {
			refuse_calls(SYS_renameat2, links ? SYS_linkat : SYS_renameat2, EINVAL);
			_exit(rename_free(to_fd, ".part", "a", false, NULL) ||
			      rename_free(to_fd, ".two", "c", false, NULL) ||
			      rename_free(to_fd, ".item", "full", true, NULL));
		}
		has_ended_well(child, "no seccomp");
		assert_string_equal(printed("cd to; ls -A; cat a 'a (1)' c full/x 'full (1)/x'"),
		                    "a\na (1)\nb\nc\nfull\nfull (1)\nold\nnew\nnew\nold\nnew");
	}
}

static void test_long_names_get_their_number_too(void **state)
{
	(void)state;
	char name[256];
	memset(name, 'n', 255);
	memcpy(name + 240,
	       "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	       "n.txt",
	       16);
	for (unsigned i = 0; i < 3; i++) {
		shell("echo new >to/.part");
		assert_int_equal(rename_free(to_fd, ".part", name, false, NULL), 0);
	}
	assert_string_equal(
	    printed("cd to; ls -A | LC_ALL=C sort | cut -b 237-"),
	    "nnnn\xc3\xa9\xc3\xa9\xc3\xa9 (1).txt\nnnnn\xc3\xa9\xc3\xa9\xc3\xa9 (2).txt\n"
	    "nnnn\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9n.txt");
}

/* ---- broken off, and begun again ---- */

/* Both programs end at a random byte, 200 times; then it is let go on to its end. */
static void test_broken_off_at_random_bytes_nothing_is_sent_twice(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	shell(
	    "cd from; mkdir -p d/s; head -c 6000000 /dev/urandom >d/large; for i in $(seq 40); do "
	    "head -c ${i}000 /dev/urandom >d/s/$i; done; head -c 5000000 /dev/urandom >single");
	char *roots[] = { strdup(in_base("from/single")), strdup(in_base("from/d")) };
	uint64_t sent = 0;
	unsigned cuts = 0;
	for (bool over = false; !over; cuts++) {
		struct run *run = run_new(roots, 2);
		run->budget = cuts < 200 ? 1 + random_below(&random.random, 120000) : UINT64_MAX;
		over = run_on(run);
		sent += sending_progress(run->s).sent;
		run_free(run);
	}
	assert_true(cuts > 100);
	assert_string_equal(printed("cmp from/single to/single && diff -r from/d to/d && ls -A to"),
	                    "d\nsingle");
	/* what was on its way each time is sent again, and no more */
	uint64_t all = 6000000 + 5000000 + 820000;
	assert_true(sent >= all && sent <= all + cuts * ((1 << 18) + (1 << 17)));
	free(roots[0]);
	free(roots[1]);
}

/* The receiver is killed (SIGKILL), at random moments. */
static void test_killed_at_random_moments_nothing_is_lost(void **state)
{
	(void)state;
	struct test_random random = test_random(2);
	shell("cd from; mkdir d; head -c 20000000 /dev/urandom >d/large; for i in $(seq 60); do "
	      "head -c ${i}000 /dev/urandom >d/$i; done");
	char *roots[] = { strdup(in_base("from/d")) };
	unsigned kills = 0;
	while (access(in_base("told"), F_OK) != 0) {
		int status;
		pid_t child = fork();
		if (child == 0) {
			struct run *run = run_new(roots, 1);
			run->told = in_base("told");
			_exit(!run_on(run));
		}
		struct timespec moment = { 0, (long)random_below(&random.random, 12000000) };
		nanosleep(&moment, NULL);
		if (kills < 200)
			kill(child, SIGKILL);
		waitpid(child, &status, 0);
		kills += WIFSIGNALED(status);
		assert_true(WIFSIGNALED(status) || status == 0);
	}
	assert_string_equal(printed("diff -r from/d to/d && ls -A to"), "d");
	free(roots[0]);
}

/* The receiver has given a file its name and was killed before the sender knew; then its user has
 * moved it away. What another transfer has noted stays. */
static void test_a_file_that_was_moved_away_is_not_sent_again(void **state)
{
	(void)state;
	shell("cd from; echo one >one; echo two >two");
	char *roots[] = { strdup(in_base("from/one")), strdup(in_base("from/two")) };
	for (unsigned i = 0; i < 2; i++) {
		struct run *run = run_new(roots + i, 1);
		for (unsigned turns = 0; run->done == 0 && turns < 1000; turns++)
			assert_true(carry(run) || run->done > 0);
		run_free(run);
	}
	assert_string_equal(printed("cd to; cat one two; mkdir -p ../away; mv one ../away; "
	                            "ls -A | grep -c schat"),
	                    "one\ntwo\n1");
	for (unsigned i = 0; i < 2; i++) {
		struct run *run = run_new(roots, 1);
		assert_true(run_on(run));
		run_free(run);
		assert_string_equal(printed("cd to; ls; ls -A | grep -c schat"),
		                    i == 0 ? "two\n1" : "one\ntwo\n1");
	}
	struct run *run = run_new(roots + 1, 1);
	assert_true(run_on(run));
	run_free(run);
	assert_string_equal(printed("cd to; ls -A; rm -r ../away"), "one\ntwo");
	free(roots[0]);
	free(roots[1]);
}

/* Nobody else's file is read as notes, or written to. */
static void test_notes_are_ours_alone(void **state)
{
	(void)state;
	uint8_t versions[NOTED_MAX * NOTED_VERSION], version[NOTED_VERSION] = { 1 };
	int dir = open(in_base("to"), O_RDONLY | O_DIRECTORY);
	struct span v = span_of(version, sizeof version);
	assert_true(dir >= 0);
	for (unsigned i = 0; i < NOTED_MAX + 3; i++) {
		version[1] = (uint8_t)i;
		noted_add(dir, "notes", v, "part");
	}
	assert_int_equal(noted_read(dir, "notes", versions), sizeof versions);
	noted_drop(dir, "notes", v);
	assert_int_equal(noted_read(dir, "notes", versions), sizeof versions - NOTED_VERSION);
	shell("cd to; echo >part; ln notes linked; ln -s notes soft");
	assert_int_equal(noted_read(dir, "notes", versions), 0); /* linked, and not whole */
	shell("cd to; rm part");
	noted_add(dir, "soft", v, "part");
	noted_drop(dir, "linked", v);
	assert_int_equal(noted_read(dir, "soft", versions), 0);
	shell("cd to; rm linked; mkfifo fifo");
	assert_int_equal(noted_read(dir, "notes", versions), sizeof versions - NOTED_VERSION);
	noted_add(dir, "fifo", v, "part");
	assert_int_equal(noted_read(dir, "fifo", versions), 0);
	close(dir);
}

static void test_a_terabyte_goes_on_at_once(void **state)
{
	(void)state;
	shell("truncate -s 1T from/large");
	char *roots[] = { strdup(in_base("from/large")) };
	struct run *run = run_new(roots, 1);
	run->budget = 100000;
	assert_false(run_on(run));
	run_free(run);
	shell("cd to; truncate -s 1099511600000 .schat-*");
	clock_t begin = clock();
	run = run_new(roots, 1);
	run->budget = 20000;
	assert_false(run_on(run));
	assert_true(sending_progress(run->s).bytes > UINT64_C(1099511600000));
	assert_true(clock() - begin < CLOCKS_PER_SEC / 2); /* of processor time */
	run_free(run);
	free(roots[0]);
}

/* Files of a folder that is not whole, each with its size and its time, and how much of them is
 * sure after a start of the host. */
static const struct {
	const char *path, *part;
	uint64_t size, sure;
} begun[] = {
	{ "d/a", ".none", LANDING_TAIL, LANDING_TAIL },
	{ "d/b", ".none", LANDING_TAIL + 1, 0 },
	{ "d/c", ".none", LANDING_SMALL, 0 },
	{ "d/d", ".none", LANDING_SMALL + 1, LANDING_SMALL + 1 },
	{ "d/none", ".a", LANDING_TAIL, LANDING_TAIL },
	{ "d/none", ".b", LANDING_TAIL + 1, 0 },
	{ "d/none", ".d", LANDING_SMALL + 1, LANDING_SMALL + 1 },
};

static struct landing_place begun_at(size_t i)
{
	struct landing_place at = nested(begun[i].path);
	at.part = begun[i].part;
	at.size = begun[i].size;
	return at;
}

static uint64_t there_of(struct landing *l, const struct landing_place *at)
{
	static uint8_t tail[LANDING_TAIL];
	uint64_t offset = UINT64_MAX;
	bool whole = false;
	assert_int_equal(landing_look(l, at, &offset, &whole, tail), OK);
	return offset;
}

static bool writes(struct landing *l, uint64_t bytes)
{
	static const uint8_t some[LANDING_TAIL];
	for (; bytes > sizeof some; bytes -= sizeof some)
		if (landing_write(l, span_of(some, sizeof some)) != OK)
			return false;
	return landing_write(l, span_of(some, bytes)) == OK;
}

/* A file that is received again takes the place of the one there, also where the clock is behind
 * the time that one was written at. */
static bool counts_what_was_surely_written(struct landing *l, const struct landing_place *part)
{
	struct landing_place again = begun_at(2);
	bool good = there_of(l, part) == 2 * LANDING_SYNC;
	for (size_t i = 0; i < sizeof begun / sizeof begun[0]; i++) {
		struct landing_place at = begun_at(i);
		good &= there_of(l, &at) == begun[i].sure;
	}
	l->began_s = 1;
	return good && landing_open(l, &again, 0) == OK && writes(l, again.size) &&
	       landing_close(l, &again) == OK && strcmp(l->as, "c") == 0;
}

/* In a time namespace whose clock of this boot is at 0. 77: this user cannot have one. */
static int in_a_host_that_was_just_started(struct landing *l, const struct landing_place *part)
{
	struct timespec up;
	if (unshare(CLONE_NEWTIME) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWTIME) != 0)
		return 77;
	FILE *f = fopen("/proc/self/timens_offsets", "w");
	clock_gettime(CLOCK_BOOTTIME, &up);
	if (f == NULL || fprintf(f, "boottime %ld 0\n", -(long)up.tv_sec) < 0 || fclose(f) != 0)
		return 77;
	pid_t child = fork();
	if (child == 0)
		_exit(!counts_what_was_surely_written(l, part));
	int status;
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static void test_before_this_boot_only_what_was_surely_written_counts(void **state)
{
	(void)state;
	struct landing l;
	uint64_t offset;
	bool whole;
	static uint8_t tail[LANDING_TAIL];
	struct landing_place at = { .path = span_text("f"),
		                    .part = ".schat-f",
		                    .item_part = "",
		                    .size = UINT64_C(1) << 30 };
	landing_init(&l, to_fd);
	shell("truncate -s 200000000 to/.schat-f");
	assert_int_equal(landing_look(&l, &at, &offset, &whole, tail), OK);
	assert_int_equal(offset, 200000000);
	shell("mkdir -p to/.schat-item; cd to/.schat-item; truncate -s 65536 a .a; truncate -s "
	      "65537 b "
	      ".b; truncate -s 1048576 c; truncate -s 1048577 d .d; touch -d @5 a b c d .a .b .d");
	for (size_t i = 0; i < sizeof begun / sizeof begun[0]; i++) {
		struct landing_place whole_file = begun_at(i);
		assert_int_equal(there_of(&l, &whole_file), begun[i].size);
	}
	pid_t child = fork();
	if (child == 0)
		_exit(in_a_host_that_was_just_started(&l, &at));
	landing_wipe(&l);
	has_ended_well(child, "no time namespaces");
}

static void test_an_earlier_attempt_is_brought_up_to_date(void **state)
{
	(void)state;
	shell("cd from; mkdir d; echo same >d/same; echo old >d/changes; head -c 900000 "
	      "/dev/urandom >d/z");
	char *roots[] = { strdup(in_base("from/d")) };
	struct run *run = run_new(roots, 1);
	run->budget = 500000;
	assert_false(run_on(run));
	run_free(run);
	shell("echo newer >from/d/changes; sleep 1.1");
	run = run_new(roots, 1);
	assert_true(run_on(run));
	assert_string_equal(run->lost, "");
	run_free(run);
	assert_string_equal(printed("diff -r from/d to/d && ls -A to"), "d");
	free(roots[0]);
}

/* As on a disk that fails. */
static void test_no_large_file_has_its_time_before_its_bytes_are_on_the_disk(void **state)
{
	(void)state;
	pid_t child = fork();
	if (child == 0) {
		struct landing l;
		struct landing_place small = nested("d/small"), large = nested("d/large");
		small.size = LANDING_SMALL;
		large.size = LANDING_SMALL + 1;
		landing_init(&l, to_fd);
		refuse_calls(SYS_fsync, SYS_fsync, EIO);
		bool good = landing_open(&l, &small, 0) == OK && writes(&l, small.size) &&
		            landing_close(&l, &small) == OK && landing_open(&l, &large, 0) == OK &&
		            writes(&l, large.size) && landing_close(&l, &large) == ERR_LOCAL;
		_exit(!good);
	}
	has_ended_well(child, "no seccomp");
	assert_string_equal(printed("cd to/.schat-item; ls -A; find . -type f -newermt 1970-01-02"),
	                    ".schat-part\nsmall\n./.schat-part"); /* not the time of the file */
}

/* ---- what fails ---- */

static void test_a_full_disk_keeps_what_came_and_goes_on(void **state)
{
	(void)state;
	shell("cd from; mkdir d; head -c 3000000 /dev/urandom >d/large; echo small >d/small");
	char *roots[] = { strdup(in_base("from/d")) };
	struct rlimit limit = { 1 << 20, 1 << 20 };
	pid_t child = fork();
	if (child == 0) {
		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &limit);
		struct run *run = run_new(roots, 1);
		bool good = run_on(run) && run->done == 0 && strcmp(run->lost, "d/large=4;") == 0 &&
		            strcmp(run->reported, "d/large=4;") == 0;
		if (!good)
			fprintf(stderr, "lost %s reported %s done %u\n", run->lost, run->reported,
			        run->done);
		_exit(!good);
	}
	int status;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_string_equal(
	    printed("cd to; ls -A | cut -c 1-7; cat .schat*/small; stat -c %s .schat*/.schat*"),
	    ".schat-\nsmall\n1048576");
	struct run *run = run_new(roots, 1);
	assert_true(run_on(run));
	assert_int_equal(sending_progress(run->s).sent, 3000000 - (1 << 20));
	run_free(run);
	assert_string_equal(printed("diff -r from/d to/d && ls -A to"), "d");
	free(roots[0]);
}

static void test_what_cannot_be_read_or_changes_is_left_out(void **state)
{
	(void)state;
	shell("cd from; mkdir -p d/closed; echo a >d/a; head -c 900000 /dev/urandom >d/b; echo c "
	      ">d/closed/c");
	char *roots[] = { strdup(in_base("from/d")) };
	struct run *run = run_new(roots, 1);
	run->budget = 300000;
	assert_false(run_on(run)); /* in the middle of b */
	shell("echo more >>from/d/b");
	run->budget = UINT64_MAX;
	assert_true(run_on(run));
	assert_string_equal(run->lost, "d/b=1;");
	assert_string_equal(run->reported, "d/b=1;");
	assert_int_equal(run->done, 1);
	run_free(run);
	assert_string_equal(printed("cd to; find . | LC_ALL=C sort"),
	                    ".\n./d\n./d/a\n./d/closed\n./d/closed/c");
	free(roots[0]);
}

/* ---- trees ---- */

static enum err tree_of(const char *a, const char *b, unsigned *which)
{
	char *roots[2] = { strdup(a), b ? strdup(b) : NULL };
	enum err err;
	struct tree *t = tree_new(roots, b ? 2 : 1, &err, which);
	assert_true((t != NULL) == (err == OK));
	tree_free(t);
	free(roots[0]);
	free(roots[1]);
	return err;
}

static void test_roots_need_names_of_their_own(void **state)
{
	(void)state;
	unsigned which;
	shell("mkdir -p from/a/same from/b; echo x >from/b/same");
	assert_int_equal(tree_of(in_base("from/a/same"), in_base("from/b/same"), &which),
	                 ERR_EXISTS);
	assert_int_equal(which, 1);
	assert_int_equal(tree_of(in_base("from/a"), in_base("from/none"), &which), ERR_UNREACHABLE);
	assert_int_equal(tree_of("/", NULL, &which), ERR_USAGE);
	assert_int_equal(tree_of(in_base("from/a/.."), NULL, &which), ERR_USAGE);
	assert_int_equal(tree_of(in_base("from/a/"), in_base("from/b//"), &which), OK);
	shell("mkfifo from/fifo; ln -s fifo from/link");
	assert_int_equal(tree_of(in_base("from/a"), in_base("from/link"), &which), ERR_FORMAT);
	assert_int_equal(which, 1);
	assert_int_equal(tree_of("/dev/null", NULL, &which), ERR_FORMAT);
}

static void test_a_tree_is_bounded_however_deep_it_is(void **state)
{
	(void)state;
	char path[1024] = "from/d";
	enum err err;
	unsigned which, deepest = 0, files = 0;
	for (unsigned i = 0; i < 80; i++) {
		assert_int_equal(mkdir(in_base(path), 0755), 0);
		strcat(path, "/x");
		close(open(in_base(path), O_CREAT | O_WRONLY, 0644));
		strcpy(path + strlen(path) - 1, "d");
	}
	char *roots[] = { strdup(in_base("from/d")) };
	struct tree *t = tree_new(roots, 1, &err, &which);
	struct tree_entry e;
	while (tree_next(t, &e)) {
		unsigned depth = 1;
		for (size_t i = 0; i < e.path.len; i++)
			depth += e.path.at[i] == '/';
		deepest = depth > deepest ? depth : deepest;
		files += !e.folder;
	}
	assert_int_equal(deepest, BENEATH_DEPTH);
	assert_int_equal(files, BENEATH_DEPTH - 1);
	assert_int_equal(tree_left_out(t), 1);
	tree_free(t);
	assert_string_equal(sends("from/d", NULL), "");
	free(roots[0]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_files_and_folders_arrive_with_times_and_modes),
		TEST(test_a_name_that_is_taken_gets_a_number),
		TEST(test_the_same_file_again_is_the_same_file),
		TEST(test_no_name_leads_out_or_replaces_anything),
		TEST(test_links_planted_meanwhile_lead_nowhere),
		TEST(test_a_link_that_comes_and_goes_leads_nowhere),
		TEST(test_the_same_is_received_once_at_a_time),
		TEST(test_old_file_systems_replace_nothing_either),
		TEST(test_long_names_get_their_number_too),
		TEST(test_broken_off_at_random_bytes_nothing_is_sent_twice),
		TEST(test_killed_at_random_moments_nothing_is_lost),
		TEST(test_a_file_that_was_moved_away_is_not_sent_again),
		TEST(test_notes_are_ours_alone),
		TEST(test_a_terabyte_goes_on_at_once),
		TEST(test_before_this_boot_only_what_was_surely_written_counts),
		TEST(test_an_earlier_attempt_is_brought_up_to_date),
		TEST(test_no_large_file_has_its_time_before_its_bytes_are_on_the_disk),
		TEST(test_a_full_disk_keeps_what_came_and_goes_on),
		TEST(test_what_cannot_be_read_or_changes_is_left_out),
		TEST(test_roots_need_names_of_their_own),
		TEST(test_a_tree_is_bounded_however_deep_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
