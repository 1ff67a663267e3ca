/* errands: offers and what becomes of them, as two programs tell them to each other and in JSON to
 * their users; what is refused, what nobody hears of, and with which status it ends. */
#include "cmd/talk/errands.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/talk/later.h"
#include "cmd/talk/outcome.h"
#include "tests/unit/fake_session.h"
#include "tests/unit/fetch.h"
#include "tests/unit/folder.h"

enum { A, B };

/* A program. */
static struct side {
	struct options options;
	struct plan plan;
	struct meeting_peer peer;
	struct terminal_io io;
	struct session session;
	struct postbox postbox;
	struct outbox *outbox;
	struct errands errands;
	char told[65536];
} sides[2];

static uint64_t now;

static char *in_folder(const char *name)
{
	static char out[4][128];
	static unsigned turn;
	snprintf(out[++turn % 4], sizeof out[0], "%s/%s", folder, name);
	return out[turn % 4];
}

static void make_file(const char *name, size_t size)
{
	FILE *f = fopen(in_folder(name), "w");
	assert_non_null(f);
	assert_int_equal(ftruncate(fileno(f), (off_t)size), 0);
	fclose(f);
}

/* Both talk with each other; what either is told begins anew. */
static void begin(void)
{
	struct interactor_config config = { .utf8 = true };
	memset(&sides[A].session, 0, sizeof sides[A].session);
	memset(&sides[B].session, 0, sizeof sides[B].session);
	fake_pair(&sides[A].session, &sides[B].session);
	for (unsigned i = A; i <= B; i++) {
		struct side *s = &sides[i];
		s->plan.options = &s->options;
		s->peer.saved = true;
		strcpy(s->peer.name, i == A ? "bob" : "alice");
		strcpy(s->peer.fingerprint, s->peer.name);
		s->io = (struct terminal_io){
			.ui = interactor_new(interactor_class_named(span_text("json")), &config)
		};
		s->told[0] = 0;
		s->errands.postbox = &s->postbox;
		errands_begin(&s->errands, &s->plan, &s->io, &s->peer, &s->session, 1);
	}
}

static void listen_to(struct side *s)
{
	int where = 0;
	size_t len = strlen(s->told);
	for (size_t more = 1; more > 0; len += more) {
		assert_true(len < sizeof s->told - 1);
		more = fetch(s->io.ui, &where, (uint8_t *)s->told + len, sizeof s->told - 1 - len);
	}
	s->told[len] = 0;
}

/* Until nothing happens any more. */
static void run(void)
{
	unsigned quiet = 0;
	for (unsigned i = 0; i < 10000 && quiet < 8; i++) {
		quiet++;
		now += MS;
		for (unsigned k = A; k <= B; k++) {
			if (errands_turn(&sides[k].errands, sides[k].outbox, now))
				quiet = 0;
			fake_move_all(&sides[k].session);
			listen_to(&sides[k]);
		}
	}
	assert_int_equal(quiet, 8);
}

static int setup(void **state)
{
	now = 100 * SECOND;
	for (unsigned i = A; i <= B; i++)
		sides[i] = (struct side){ .options.command = FOR_SERVE };
	if (folder_setup(state) != 0 || mkdir(in_folder("in"), 0755) != 0)
		return -1;
	make_file("one", 3000);
	make_file("two", 100000);
	for (unsigned i = A; i <= B; i++)
		sides[i].options.dir = strdup(in_folder("in"));
	begin();
	return 0;
}

static void end(void)
{
	for (unsigned i = A; i <= B; i++) {
		errands_end(&sides[i].errands);
		listen_to(&sides[i]);
		interactor_free(sides[i].io.ui);
		sides[i].io.ui = NULL;
	}
}

static int teardown(void **state)
{
	if (sides[A].io.ui)
		end();
	free((char *)(uintptr_t)sides[A].options.dir);
	free((char *)(uintptr_t)sides[B].options.dir);
	return folder_teardown(state);
}

/* How often something was told. */
static unsigned told(unsigned side, const char *part)
{
	unsigned count = 0;
	for (const char *at = sides[side].told; (at = strstr(at, part)) != NULL; at++)
		count++;
	return count;
}

static void offers(const char *name)
{
	struct command wish = { .kind = COMMAND_SEND,
		                .text = span_text(in_folder(name)),
		                .id = span_text("id") };
	errands_send(&sides[A].errands, &wish);
	run();
}

static bool answers(const char *number, bool yes)
{
	bool good = errands_answer(&sides[B].errands, span_text(number), yes);
	run();
	return good;
}

static bool arrived(const char *name)
{
	return access(in_folder(name), F_OK) == 0;
}

static void test_errands_ask_and_are_told(void **state)
{
	(void)state;
	offers("one");
	assert_int_equal(told(A, "\"ev\":\"offer\""), 1);
	assert_int_equal(told(A, "\"id\":\"id\""), 1);
	assert_int_equal(told(B, "\"ev\":\"offer\""), 1);
	assert_int_equal(told(B, "\"asks\":true,\"items\":[{\"name\":\"one\",\"bytes\":3000}]"), 1);
	assert_false(arrived("in/one"));
	assert_true(answers("", true));
	assert_true(arrived("in/one"));
	for (unsigned i = A; i <= B; i++) {
		assert_int_equal(told(i, "\"ev\":\"file\""), 1);
		assert_int_equal(told(i, "\"ev\":\"transfer\""), 1);
		assert_int_equal(told(i, "\"err\":\"none\""), 2);
	}
	assert_false(answers("1", true)); /* it is over */
}

/* Whoever asks hears what it is that waits or goes on, not only how far it is. */
static void test_errands_list_what_there_is(void **state)
{
	(void)state;
	assert_int_equal(errands_list(&sides[B].errands, span_text("x"), now), 0);
	offers("one");
	offers("two");
	for (unsigned i = A; i <= B; i++) {
		sides[i].told[0] = 0;
		assert_int_equal(errands_list(&sides[i].errands, span_text("x"), now), 2);
		listen_to(&sides[i]);
		assert_int_equal(told(i, "\"ev\":\"progress\""), 2);
		assert_int_equal(told(i, "\"id\":\"x\""), 2);
		assert_int_equal(told(i, "\"items\":["), 2);
	}
	assert_int_equal(told(A, "/two\"}]"), 1); /* as our user has named it */
	assert_int_equal(told(B, "{\"name\":\"two\",\"bytes\":100000}"), 1);
	assert_int_equal(told(B, "two (100 KB) from alice: offered"), 1);
	assert_int_equal(told(A, "/one to bob: 0 bytes of 3.0 KB"), 1);
	assert_true(answers("", true)); /* of several, the number is needed */
	assert_int_equal(told(B, "there are several offers: give the number of one"), 1);
	assert_false(answers("77", false));
}

static void test_errands_reject(void **state)
{
	(void)state;
	offers("one");
	assert_true(answers("", false));
	assert_false(arrived("in/one"));
	assert_int_equal(told(A, "\"err\":\"trust\""), 1);
	assert_int_equal(told(A, "bob rejected "), 1);
	assert_int_equal(told(B, "\"ev\":\"transfer\""), 1);
}

/* Of an offer that nobody has accepted nothing has arrived, and neither side is told that something
 * is kept. */
static void test_errands_say_what_is_kept_of_what_was_broken_off(void **state)
{
	(void)state;
	char number[16];
	offers("one");
	(void)snprintf(number, sizeof number, "%u", sides[A].errands.at[0].number);
	assert_true(errands_answer(&sides[A].errands, span_text(number), false));
	run();
	assert_int_equal(told(A, "was broken off before it began"), 1);
	assert_int_equal(told(B, "alice has withdrawn the offer"), 1);
	offers("one");
	end();
	assert_int_equal(told(A, "was broken off before it began"), 2);
	assert_int_equal(told(B, "the offer of alice has lapsed: nobody has accepted it"), 1);
	assert_int_equal(told(A, "is kept") + told(B, "is kept"), 0);

	make_file("huge", 100000000);
	begin();
	offers("huge");
	for (int i = 0; i < 2; i++) /* the first one is about an offer that has lapsed */
		assert_true(errands_answer(&sides[B].errands, span_text(""), true));
	for (unsigned i = 0; i < 100 && sides[B].errands.at[0].began == 0; i++, now += MS) {
		(void)errands_turn(&sides[i % 2].errands, NULL, now);
		fake_move_all(&sides[i % 2].session);
		listen_to(&sides[i % 2]);
	}
	end();
	assert_int_equal(told(A, "What has arrived is kept. To continue, send the same again."), 1);
	assert_int_equal(told(B, "What has arrived is kept. It continues when alice sends"), 1);
}

/* A yes without a number is to what our user has seen: not to what took its place meanwhile, in the
 * same conversation or in the next one. */
static void test_errands_accept_what_was_seen(void **state)
{
	(void)state;
	for (unsigned broken = 0; broken < 2; broken++) {
		offers("one");
		if (broken == 0) {
			char number[16]; /* A withdraws it */
			(void)snprintf(number, sizeof number, "%u", sides[A].errands.at[0].number);
			assert_true(errands_answer(&sides[A].errands, span_text(number), false));
			run();
		} else {
			end();
			begin();
		}
		offers("two");
		assert_true(answers("", true));
		assert_false(arrived("in/two"));
		assert_int_equal(told(B, "two (100 KB) from alice: offered"), 1);
		assert_int_equal(told(B, "an earlier offer was withdrawn; give the number of"), 1);
	}
	assert_true(answers("", true)); /* which they know now */
	assert_true(arrived("in/two"));
	offers("one");
	assert_true(answers("", true));
	assert_true(arrived("in/one"));
}

/* A transfer begins with its offer: one that the peer breaks off before it, or never makes, is
 * nothing that anybody hears of. */
static void test_errands_never_end_what_did_not_begin(void **state)
{
	(void)state;
	for (unsigned broken = 0; broken < 3; broken++) {
		unsigned stream = session_open(&sides[A].session);
		uint8_t byte = OPENED_FOR_FILES;
		assert_true(stream > 0);
		assert_int_equal(session_write(&sides[A].session, stream, span_of(&byte, 1)), 1);
		fake_move_all(&sides[A].session);
		run();
		assert_int_equal(errands_list(&sides[B].errands, span_text("x"), now), 0);
		if (broken < 2)
			session_reset(&sides[A].session, stream, RESET_BROKEN_OFF);
		run();
	}
	end(); /* the last one is there still */
	assert_string_equal(sides[B].told, "");
}

/* As many as there are places; the next is refused, here or there. */
static void test_errands_are_eight(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= ERRANDS; i++)
		offers("one");
	assert_int_equal(told(A, "\"ev\":\"offer\""), ERRANDS);
	assert_int_equal(told(A, "\"err\":\"busy\""), 1);
	assert_int_equal(errands_list(&sides[B].errands, span_text("x"), now), ERRANDS);
	end();
	for (unsigned i = A; i <= B; i++) { /* each is over before the conversation is */
		assert_int_equal(told(i, "\"ev\":\"transfer\""), ERRANDS);
		assert_int_equal(told(i, "\"err\":\"cut\""), ERRANDS);
	}
}

/* --accept-from and --quota: unasked up to so much; what is more is refused at once. */
static void test_errands_unasked_up_to_a_quota(void **state)
{
	(void)state;
	sides[B].options.accept_from = (struct option_list){ .count = 1, .at = { "alice" } };
	sides[B].options.quota = "1";
	make_file("large", 2000000);
	offers("two");
	assert_true(arrived("in/two"));
	assert_int_equal(told(B, "\"asks\":true"), 0);
	offers("large"); /* there is somebody to ask */
	assert_int_equal(told(B, "\"asks\":true"), 1);
	assert_true(answers("", false));
	sides[B].peer.saved = false; /* a stranger who says that it is alice */
	offers("one");
	assert_int_equal(told(B, "\"asks\":true"), 2);
	assert_false(arrived("in/one"));
}

/* Offers that bring nothing are heard of 16 times at once, and then every 2 s; those that bring
 * something, always. */
static void test_errands_hear_little_of_what_brings_nothing(void **state)
{
	(void)state;
	char name[16];
	sides[B].options.accept_from = (struct option_list){ .count = 1, .at = { "alice" } };
	sides[B].options.quota = "1";
	for (unsigned i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof name, "file%u", i);
		make_file(name, 1 + i);
		offers(name);
	}
	assert_int_equal(told(B, "\"ev\":\"offer\""), 20);
	assert_int_equal(errands_deadline(&sides[B].errands), NEVER);
	for (unsigned i = 0; i < 20; i++)
		offers("file0"); /* is here */
	assert_int_equal(told(B, "\"ev\":\"offer\""), 36);
	for (unsigned i = 37; i <= 40; i++) {
		uint64_t at = errands_deadline(&sides[B].errands);
		assert_true(at > now && at <= now + 2 * SECOND);
		now = at;
		run();
		assert_int_equal(told(B, "\"ev\":\"offer\""), i);
	}
	assert_int_equal(errands_deadline(&sides[B].errands), NEVER);
	end();
	begin(); /* who comes again has no more */
	offers("file0");
	assert_int_equal(told(B, "\"ev\":\"offer\""), 0);
	end();
	begin();
	strcpy(sides[B].peer.fingerprint, "another of that name");
	errands_begin(&sides[B].errands, &sides[B].plan, &sides[B].io, &sides[B].peer,
	              &sides[B].session, 1);
	offers("file0");
	assert_int_equal(told(B, "\"ev\":\"offer\""), 1);
}

/* What cannot be sent is not offered. */
static void test_errands_refuse_what_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(in_folder("fifo"), 0644), 0);
	offers("fifo");
	offers("none");
	offers("..");
	assert_int_equal(told(A, "\"ev\":\"offer\""), 0);
	assert_int_equal(told(A, "it is neither a file nor a folder"), 1);
	assert_int_equal(told(A, "No such file or directory"), 1);
	assert_int_equal(told(A, "its path doesn't end in a name"), 1);
	assert_string_equal(sides[B].told, "");
}

/* A path that is cut off may be that of another file. */
static void test_errands_refuse_a_path_that_is_too_long(void **state)
{
	(void)state;
	char path[FILE_PATH + 8];
	struct command wish = { .kind = COMMAND_SEND };
	struct text t = text_of(path, sizeof path);
	struct phrase p;
	text_add(&t, folder);
	while (t.len < FILE_PATH - 1) {
		text_add(&t, "/");
		for (unsigned i = 0; i < 160 && t.len < FILE_PATH - 1; i++)
			text_add(&t, "x");
		assert_int_equal(mkdir(path, 0755), 0);
	}
	wish.text = text_span(&t);
	errands_send(&sides[A].errands, &wish);
	run();
	assert_int_equal(told(B, "\"ev\":\"offer\""), 1);
	text_add(&t, "y");
	wish.text = text_span(&t);
	errands_send(&sides[A].errands, &wish);
	run();
	assert_int_equal(told(A, "ame too long"), 1);
	assert_int_equal(told(B, "\"ev\":\"offer\""), 1);
	assert_int_equal(later_add(NULL, wish.text, NULL, "bob", &p), 0);
	assert_non_null(strstr(p.text, "ame too long"));
}

/* The folder is gone, or was never there: the peer is refused, and our user told. */
static void test_errands_without_a_folder(void **state)
{
	(void)state;
	assert_int_equal(rmdir(in_folder("in")), 0);
	offers("one");
	assert_int_equal(told(B, "the folder for them can't be opened: No such file"), 1);
	assert_int_equal(told(A, "bob rejected "), 1);
	assert_int_equal(mkdir(in_folder("in"), 0755), 0);
	offers("one");
	assert_int_equal(told(B, "\"asks\":true"), 1);
}

/* schat send and schat receive are done with one, and have its status. */
static void test_errands_of_send_and_receive(void **state)
{
	(void)state;
	static const struct {
		bool yes;
		int sent, received;
	} table[] = {
		{ true, EXIT_DONE, EXIT_DONE },
		{ false, EXIT_OTHER, EXIT_OTHER },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct endings_result well = { OK, 0 };
		char *roots[] = { strdup(in_folder("one")), strdup(in_folder("two")) };
		end();
		sides[A].plan =
		    (struct plan){ .errand = PLAN_SENDS, .roots = roots, .roots_count = 2 };
		sides[B].plan = (struct plan){ .errand = PLAN_RECEIVES };
		begin();
		assert_int_equal(outcome_of(&sides[A].errands, well).status, EXIT_CUT);
		run();
		assert_false(outcome_is_reached(&sides[A].errands));
		assert_int_equal(told(B, "\"ev\":\"offer\""), 1);
		assert_true(answers("", table[i].yes));
		assert_true(outcome_is_reached(&sides[A].errands) &&
		            outcome_is_reached(&sides[B].errands));
		assert_int_equal(outcome_of(&sides[A].errands, well).status, table[i].sent);
		assert_int_equal(outcome_of(&sides[B].errands, well).status, table[i].received);
		assert_int_equal(told(B, "\"ev\":\"file\""), table[i].yes ? 2 : 0);
		free(roots[0]);
		free(roots[1]);
	}
	end();
	sides[A].plan = (struct plan){ .errand = PLAN_TALKS };
	begin();
	end();
	assert_int_equal(told(B, "alice left without sending any files"), 1);
}

/* The number of a transfer, as A was told with what it is; 0: it was not. */
static unsigned number_with(const char *what)
{
	const char *at = strstr(sides[A].told, what);
	while (at != NULL && at > sides[A].told && at[-1] != '\n')
		at--;
	const char *number = at ? strstr(at, "\"transfer\":") : NULL;
	return number ? (unsigned)strtoul(number + strlen("\"transfer\":"), NULL, 10) : 0;
}

/* A has an outbox for B from now on; NULL: another has it. */
static struct outbox *begin_outbox(void)
{
	struct side *a = &sides[A];
	if (a->io.ui)
		end();
	setenv("SCHAT_HOME", folder, 1);
	a->postbox = (struct postbox){ .io = &a->io, .known = true, .used = true };
	begin();
	a->outbox = postbox_of(&a->postbox, a->peer.fingerprint, a->peer.name);
	return a->outbox;
}

static void end_outbox(void)
{
	end();
	postbox_end(&sides[A].postbox);
	sides[A].postbox = (struct postbox){ .count = 0 };
	sides[A].outbox = NULL;
	unsetenv("SCHAT_HOME");
}

/* An outbox that another program has is ours when that has ended, with what it left; we look four
 * times a second, and say each thing once. */
static void test_errands_take_over_an_outbox(void **state)
{
	(void)state;
	static const struct outbox_file_key key; /* the postbox's, too */
	struct side *a = &sides[A];
	struct outbox_file other;
	assert_non_null(begin_outbox());
	end_outbox();
	setenv("SCHAT_HOME", folder, 1);
	assert_int_equal(outbox_file_open(&other, &key, a->peer.fingerprint, 0), OK);
	assert_int_equal(outbox_add(other.outbox, span_text("left"), false, true), OK);
	assert_int_equal(outbox_file_write(&other), OK);
	assert_null(begin_outbox());
	a->io.unix_ms += 300;
	assert_null(postbox_of(&a->postbox, a->peer.fingerprint, a->peer.name));
	outbox_file_close(&other);
	a->io.unix_ms += 249;
	postbox_write(&a->postbox);
	assert_null(postbox_of(&a->postbox, a->peer.fingerprint, a->peer.name));
	a->io.unix_ms += 1;
	a->outbox = postbox_of(&a->postbox, a->peer.fingerprint, a->peer.name);
	assert_non_null(a->outbox);
	assert_int_equal(outbox_waiting(a->outbox), 1);
	assert_ptr_equal(postbox_of(&a->postbox, a->peer.fingerprint, a->peer.name), a->outbox);
	postbox_write(&a->postbox);
	listen_to(a);
	assert_int_equal(told(A, "1 line for bob is kept on this disk"), 1);
	assert_int_equal(told(A, "another schat on this host uses the outbox for bob"), 1);
	assert_int_equal(told(A, "the outbox for bob is free again"), 1);
	end_outbox();
}

/* A file from the outbox that was offered, and did not go, waits again: with a number by which it
 * alone is withdrawn. */
static void test_errands_that_wait_again_have_a_number_each(void **state)
{
	(void)state;
	struct side *a = &sides[A];
	struct span none = span_of(NULL, 0);
	char number[16];
	struct outbox *o = begin_outbox();
	assert_non_null(o);
	postbox_send(&a->postbox, o, span_text(in_folder("one")), none);
	postbox_send(&a->postbox, o, span_text(in_folder("two")), none);
	for (unsigned again = 0; again < 2; again++) {
		run();
		assert_int_equal(told(B, "\"asks\":true"), 2);
		assert_int_equal(postbox_files(&a->postbox, none), 0); /* they go */
		end();
		outbox_again(o);
		begin();
		assert_int_equal(postbox_files(&a->postbox, none), 2);
		listen_to(a);
		assert_int_not_equal(number_with("one waits for bob"), 0);
		assert_int_not_equal(number_with("two waits for bob"), 0);
		assert_int_not_equal(number_with("one waits for bob"),
		                     number_with("two waits for bob"));
	}
	(void)snprintf(number, sizeof number, "%u", number_with("two waits for bob"));
	assert_true(postbox_withdraw(&a->postbox, span_text(number)));
	assert_false(postbox_withdraw(&a->postbox, span_text(number)));
	listen_to(a);
	assert_int_equal(told(A, "two no longer waits for bob"), 1);
	run();
	assert_int_equal(told(B, "\"asks\":true"), 1);
	assert_int_equal(told(B, "{\"name\":\"one\",\"bytes\":3000}"), 1);
	assert_true(answers("", true)); /* others are gone: it is said which there is */
	assert_true(answers("", true));
	assert_int_equal(outbox_files(o), 0);
	end_outbox();
}

/* What cannot be written to the disk is not called kept. */
static void test_errands_of_a_full_disk(void **state)
{
	(void)state;
	struct side *a = &sides[A];
	struct span none = span_of(NULL, 0);
	char command[128];
	struct outbox *o = begin_outbox();
	assert_non_null(o);
	(void)snprintf(command, sizeof command, "rm -r %s/outbox", folder);
	assert_int_equal(system(command), 0);
	postbox_send(&a->postbox, o, span_text(in_folder("one")), none);
	assert_int_equal(outbox_add(o, span_text("hi"), false, true), OK);
	postbox_write(&a->postbox);
	postbox_list(&a->postbox);
	listen_to(a);
	assert_int_equal(told(A, "\"ev\":\"kept\""), 0);
	assert_int_equal(told(A, "can't keep lines for bob: No such file or directory"), 2);
	assert_int_equal(told(A, "can't keep files for bob: No such file or directory"), 1);
	assert_int_equal(told(A, "1 line for bob is waiting. The latest is not on this disk"), 1);
	assert_int_equal(told(A, " kept "), 0);
	assert_int_equal(outbox_files(o), 0);
	assert_int_equal(outbox_add(o, span_text("again"), false, true), OK);
	for (int i = 0; i < 3; i++)
		postbox_write(&a->postbox); /* each line that is not kept is told, once */
	listen_to(a);
	assert_int_equal(told(A, "can't keep lines for bob: No such file or directory"), 3);
	assert_int_equal(mkdir(in_folder("outbox"), 0700), 0);
	postbox_send(&a->postbox, o, span_text(in_folder("one")), none);
	postbox_list(&a->postbox);
	listen_to(a);
	assert_int_equal(told(A, "\"ev\":\"kept\""), 1);
	assert_int_equal(told(A, "The latest is not on this disk"), 1);
	assert_int_equal(outbox_files(o), 1);
	end_outbox();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_errands_ask_and_are_told),
		TEST(test_errands_list_what_there_is),
		TEST(test_errands_reject),
		TEST(test_errands_say_what_is_kept_of_what_was_broken_off),
		TEST(test_errands_accept_what_was_seen),
		TEST(test_errands_never_end_what_did_not_begin),
		TEST(test_errands_are_eight),
		TEST(test_errands_unasked_up_to_a_quota),
		TEST(test_errands_hear_little_of_what_brings_nothing),
		TEST(test_errands_refuse_what_is_no_file),
		TEST(test_errands_refuse_a_path_that_is_too_long),
		TEST(test_errands_without_a_folder),
		TEST(test_errands_of_send_and_receive),
		TEST(test_errands_take_over_an_outbox),
		TEST(test_errands_that_wait_again_have_a_number_each),
		TEST(test_errands_of_a_full_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
