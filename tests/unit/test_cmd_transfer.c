/* transfer: files go over real sessions, several at a time and beside a conversation; what breaks
 * off goes on over the next session; and what is refused is told. */
#include "cmd/transfer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/two_sessions.h"

enum { MAX = 8 };

static char base[64];
static int to_fd;

/* Both programs: the peer sends, and own receives. */
struct programs {
	struct two two;
	struct transfer *sends[MAX], *receives[MAX];
	bool refuse, holds; /* holds: an offer is not answered in its turn */
	unsigned received;
	char news[2][2048]; /* of the sender, and of the receiver */
	uint8_t code[2];
	uint64_t left_out;
	char *root; /* of expects */
};

static void shell(const char *command)
{
	char whole[4096];
	snprintf(whole, sizeof whole, "cd %s && { %s; }", base, command);
	if (system(whole) != 0)
		fail_msg("%s", command);
}

static char *in_base(const char *path)
{
	static char out[4][256];
	static unsigned turn;
	snprintf(out[++turn % 4], sizeof out[0], "%s/%s", base, path);
	return out[turn % 4];
}

static int setup(void **state)
{
	struct programs *p = test_calloc(1, sizeof *p);
	*state = p;
	strcpy(base, access("/dev/shm", W_OK) == 0 ? "/dev/shm/schat-test-XXXXXX"
	                                           : "/tmp/schat-test-XXXXXX");
	if (!mkdtemp(base))
		return -1;
	shell("mkdir from to");
	to_fd = open(in_base("to"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	two_start(&p->two, SUITE_PSEUDO, udp_from(9, 5555));
	two_run(&p->two, 100 * MS);
	return to_fd < 0;
}

static int teardown(void **state)
{
	struct programs *p = *state;
	char command[128];
	for (unsigned i = 0; i < MAX; i++) {
		transfer_free(p->sends[i], p->two.peer);
		transfer_free(p->receives[i], p->two.own);
	}
	two_end(&p->two);
	free(p->root);
	test_free(p);
	close(to_fd);
	snprintf(command, sizeof command, "rm -rf %s", base);
	return system(command);
}

static void sends(struct programs *p, unsigned n, char *const *roots, unsigned count)
{
	static const uint8_t key[ANNOUNCED_KEY] = "key";
	enum err err;
	unsigned which;
	p->sends[n] = transfer_send(roots, count, key, &err, &which);
	assert_non_null(p->sends[n]);
}

static void note(struct programs *p, struct transfer *t, unsigned side)
{
	static const char *const words[] = { "offered", "lost", "item", "over" };
	char *list = p->news[side];
	struct transfer_event e;
	if (!transfer_take(t, &e))
		return;
	if (e.news == TRANSFER_OFFERED && p->refuse)
		transfer_refuse(t, RESET_REFUSED);
	else if (e.news == TRANSFER_OFFERED && !p->holds)
		transfer_accept(t, UINT64_MAX);
	if (e.news == TRANSFER_OVER)
		p->code[side] = e.code;
	p->left_out += e.left_out;
	size_t len = strlen(list);
	snprintf(list + len, sizeof p->news[0] - len, "%s %.*s#%u=%u%s;", words[e.news],
	         (int)e.path.len, (const char *)e.path.at, e.item, e.status,
	         e.by_peer ? " by peer" : "");
}

/* A moment of both programs and the network. */
static void turn(struct programs *p)
{
	struct two *two = &p->two;
	static const uint8_t peer[32] = "peer";
	unsigned stream;
	while (session_opened(two->own, &stream)) {
		assert_int_equal(session_read(two->own, stream).at[0], OPENED_FOR_FILES);
		session_consume(two->own, stream, 1);
		p->receives[p->received] = transfer_receive(stream, to_fd, peer);
		assert_non_null(p->receives[p->received++]);
	}
	for (unsigned i = 0; i < MAX; i++) {
		if (p->sends[i] != NULL) {
			(void)transfer_step(p->sends[i], two->peer);
			note(p, p->sends[i], 0);
		}
		if (p->receives[i] != NULL) {
			(void)transfer_step(p->receives[i], two->own);
			note(p, p->receives[i], 1);
		}
	}
	(void)two_peer_speaks(two);
	(void)two_own_speaks(two);
	two->now += MS;
}

static unsigned count_of(const char *list, const char *what)
{
	unsigned count = 0;
	for (; (list = strstr(list, what)) != NULL; list++)
		count++;
	return count;
}

static void run_until_over(struct programs *p, unsigned transfers)
{
	for (unsigned turns = 0;
	     count_of(p->news[0], "over") < transfers || count_of(p->news[1], "over") < transfers;
	     turns++) {
		if (turns > 200000)
			fail_msg("it hangs: %s | %s", p->news[0], p->news[1]);
		turn(p);
	}
}

static void test_several_go_at_once_and_a_line_beside_them(void **state)
{
	struct programs *p = *state;
	shell("cd from; mkdir -p a/b c; ln -s x a/link; head -c 3000000 /dev/urandom >a/b/x; echo "
	      "1 >a/y;"
	      "head -c 2000000 /dev/urandom >c/z; head -c 1500000 /dev/urandom >single");
	char *first[] = { strdup(in_base("from/a")), strdup(in_base("from/single")) };
	char *second[] = { strdup(in_base("from/c")) };
	sends(p, 0, first, 2);
	sends(p, 1, second, 1);
	for (unsigned i = 0; i < 20; i++)
		turn(p);
	assert_int_equal(session_write(p->two.peer, STREAM_CHAT, span_text("a line")), 6);
	for (unsigned i = 0; session_read(p->two.own, STREAM_CHAT).len == 0; i++) {
		assert_true(i < 20);
		turn(p);
	}
	assert_int_equal(count_of(p->news[0], "over"), 0); /* it did not wait for the files */
	run_until_over(p, 2);
	shell("rm from/a/link; diff -r from to");
	assert_int_equal(count_of(p->news[0], "item #0=0;"), 2);
	assert_int_equal(count_of(p->news[0], "item #1=0;"), 1);
	assert_int_equal(count_of(p->news[0], "over #0=0;"), 2);
	assert_int_equal(count_of(p->news[1], "item single#0=0;"), 1);
	assert_int_equal(count_of(p->news[1], "item a#0=0;"), 1);
	struct files_progress all, done = transfer_progress(p->sends[0], &all);
	assert_int_equal(done.bytes, all.bytes);
	assert_int_equal(done.files, 3);
	assert_int_equal(p->left_out, 1);
	assert_int_equal(all.bytes, 4500002);
	done = transfer_progress(p->receives[0], &all);
	assert_int_equal(done.bytes, all.bytes);
	/* the streams are over, and have given back their places */
	for (unsigned i = 0; i < 200; i++)
		turn(p);
	for (unsigned i = 0; i < LIMIT_OPEN; i++)
		assert_int_not_equal(session_open(p->two.peer), 0);
	for (unsigned i = 0; i < 2; i++)
		free(first[i]);
	free(second[0]);
}

static void test_what_is_refused_is_told(void **state)
{
	struct programs *p = *state;
	shell("echo x >from/x");
	char *roots[] = { in_base("from/x") };
	p->refuse = true;
	sends(p, 0, roots, 1);
	run_until_over(p, 1);
	assert_string_equal(p->news[0], "over #0=3 by peer;");
	assert_string_equal(p->news[1], "offered #0=0;over #0=3;");
	assert_int_equal(p->code[0], RESET_REFUSED);
	shell("test -z \"$(ls -A to)\"");
}

static void test_what_is_broken_off_goes_on_over_the_next_session(void **state)
{
	struct programs *p = *state;
	struct files_progress all, done;
	shell("head -c 5000000 /dev/urandom >from/large");
	char *roots[] = { in_base("from/large") };
	sends(p, 0, roots, 1);
	do
		turn(p);
	while (p->received == 0 || transfer_progress(p->receives[0], &all).bytes < 2000000);
	transfer_free(p->sends[0], p->two.peer); /* the sender's user leaves it */
	p->sends[0] = NULL;
	for (unsigned i = 0; count_of(p->news[1], "over") == 0; i++) {
		assert_true(i < 1000);
		turn(p);
	}
	assert_string_equal(p->news[1], "offered #0=0;over #0=3 by peer;");
	assert_int_equal(p->code[1], RESET_BROKEN_OFF);
	uint64_t arrived = transfer_progress(p->receives[0], &all).bytes;
	transfer_free(p->receives[0], NULL);
	p->receives[0] = NULL;
	p->received = 0;
	two_end(&p->two);
	two_start(&p->two, SUITE_PSEUDO, udp_from(9, 5555));
	memset(p->news, 0, sizeof p->news);
	sends(p, 0, roots, 1);
	run_until_over(p, 1);
	shell("cmp from/large to/large; test 1 = $(ls -A to | wc -l)");
	done = transfer_progress(p->sends[0], &all);
	assert_int_equal(done.sent, 5000000 - arrived);
}

/* The receiver has said that it has all, and leaves before its end is heard: nothing is missing. */
static void test_what_is_settled_is_whole(void **state)
{
	struct programs *p = *state;
	shell("head -c 300000 /dev/urandom >from/file");
	char *roots[] = { in_base("from/file") };
	sends(p, 0, roots, 1);
	while (count_of(p->news[0], "item") == 0) {
		assert_false(p->sends[0] != NULL && transfer_is_settled(p->sends[0]));
		turn(p);
	}
	assert_true(transfer_is_settled(p->sends[0]));
	assert_false(transfer_is_settled(p->receives[0]));
	assert_int_equal(count_of(p->news[0], "over"), 0);
	shell("cmp from/file to/file");
}

static void test_the_receiver_breaks_off(void **state)
{
	struct programs *p = *state;
	struct files_progress all;
	shell("head -c 3000000 /dev/urandom >from/large");
	char *roots[] = { in_base("from/large") };
	sends(p, 0, roots, 1);
	do
		turn(p);
	while (p->received == 0 || transfer_progress(p->receives[0], &all).bytes == 0);
	transfer_free(p->receives[0], p->two.own);
	p->receives[0] = NULL;
	for (unsigned i = 0; count_of(p->news[0], "over") == 0; i++) {
		assert_true(i < 1000);
		turn(p);
	}
	assert_string_equal(p->news[0], "over #0=3 by peer;");
}

static void test_nonsense_on_the_stream_ends_the_transfer_alone(void **state)
{
	struct programs *p = *state;
	unsigned stream = session_open(p->two.peer);
	uint8_t code;
	(void)session_write(p->two.peer, stream, span_of("\1\0\0", 3));
	for (unsigned i = 0; !session_is_reset(p->two.peer, stream, &code); i++) {
		assert_true(i < 1000);
		turn(p);
	}
	assert_int_equal(code, RESET_MISUSE);
	enum err err;
	struct span text;
	assert_false(session_over(p->two.peer, &err, &text));
	assert_false(session_over(p->two.own, &err, &text));
}

/* What the file system says of the root has to be what it said then. */
static void expects(struct programs *p, const char *root, const uint8_t *version)
{
	transfer_free(p->sends[0], p->two.peer);
	free(p->root);
	p->root = strdup(in_base(root));
	memset(p->news, 0, sizeof p->news);
	sends(p, 0, &p->root, 1);
	transfer_expect(p->sends[0], version);
}

static void until(struct programs *p, unsigned side, const char *what)
{
	for (unsigned i = 0; strstr(p->news[side], what) == NULL; i++) {
		if (i == 20000)
			fail_msg("no %s: %s | %s", what, p->news[0], p->news[1]);
		turn(p);
	}
}

/* The version is of the file, however it is reached; and it is compared again when the receiver has
 * accepted, which may be hours later. */
static void test_what_is_expected_is_sent_and_nothing_else(void **state)
{
	struct programs *p = *state;
	static const uint8_t key[ANNOUNCED_KEY] = "key";
	uint8_t file[PARCEL_VERSION], folder[PARCEL_VERSION], other[PARCEL_VERSION];
	shell("cd from; mkdir d d/e; echo one >file; echo two >other; echo three >d/e/f");
	assert_int_equal(transfer_version(in_base("from/file"), key, file), OK);
	assert_int_equal(transfer_version(in_base("from/d"), key, folder), OK);
	assert_int_equal(transfer_version(in_base("from/other"), key, other), OK);
	assert_int_equal(transfer_version(in_base("from/none"), key, other), ERR_UNREACHABLE);
	expects(p, "from/other", file);
	until(p, 0, "over #0=1;");
	assert_int_equal(p->received, 0);
	p->holds = true;
	static const char *const tricks[][2] = {
		{ "from/file", "cd from; mv file was; ln -s other file" },
		{ "from/file", "cd from; cp -p file new; mv new file" },
		{ "from/d", "echo more >>from/d/e/f" },
	};
	for (unsigned i = 0; i < 3; i++) {
		const uint8_t *version = i < 2 ? file : folder;
		expects(p, tricks[i][0], version);
		until(p, 1, "offered");
		shell(tricks[i][1]);
		transfer_accept(p->receives[p->received - 1], UINT64_MAX);
		until(p, 0, "over #0=1;");
		until(p, 1, "by peer");
		shell("test -z \"$(ls to)\"; if [ -e from/was ]; then mv from/was from/file; fi");
		assert_int_equal(transfer_version(in_base("from/file"), key, file), OK);
	}
	p->holds = false;
	assert_int_equal(transfer_version(in_base("from/d"), key, folder), OK);
	expects(p, "from/d", folder);
	until(p, 1, "over");
	shell("diff -r from/d to/d");
}

/* An offer of what is noted is known, and with a room of 0 nothing comes, whatever was offered. */
static void test_what_is_known_brings_nothing(void **state)
{
	struct programs *p = *state;
	static const uint8_t key[ANNOUNCED_KEY] = "key", peer[32] = "peer";
	uint8_t version[PARCEL_VERSION];
	char notes[NAMING_PART];
	shell("cd from; echo one >file; echo two >other");
	naming_part(peer, span_of(NULL, 0), span_of(NULL, 0), notes);
	assert_int_equal(transfer_version(in_base("from/file"), key, version), OK);
	noted_add(to_fd, notes, span_of(version, sizeof version), "part");
	p->holds = true;
	expects(p, "from/file", version);
	until(p, 1, "offered");
	assert_true(transfer_is_known(p->receives[0]));
	transfer_accept(p->receives[0], 0);
	until(p, 0, "over #0=0;");
	until(p, 1, "over #0=0;");
	shell("test -z \"$(ls -A to)\""); /* and nothing is noted any more */
	assert_int_equal(transfer_version(in_base("from/other"), key, version), OK);
	expects(p, "from/other", version);
	until(p, 1, "offered");
	assert_false(transfer_is_known(p->receives[1]));
	transfer_accept(p->receives[1], 0);
	until(p, 0, "over #0=0;");
	shell("test -z \"$(ls to)\"");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_several_go_at_once_and_a_line_beside_them),
		TEST(test_what_is_refused_is_told),
		TEST(test_what_is_broken_off_goes_on_over_the_next_session),
		TEST(test_the_receiver_breaks_off),
		TEST(test_what_is_settled_is_whole),
		TEST(test_what_is_expected_is_sent_and_nothing_else),
		TEST(test_what_is_known_brings_nothing),
		TEST(test_nonsense_on_the_stream_ends_the_transfer_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
