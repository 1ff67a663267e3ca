/* company: conversations one after the other, and several at a time, over sessions that are fakes:
 * what is said of their ends, whether the program goes on, and what becomes of the user's words. */
#include "cmd/talk/outage.h"

#include <unistd.h>

#include "os/clock.h"
#include "session/session_net.h"
#include "tests/unit/cmd_world.h"
#include "tests/unit/fake_session.h"

uint64_t session_heard_at(const struct session *s)
{
	(void)s;
	return 0;
}

void session_ping(struct session *s)
{
	(void)s;
}

static struct options options;
static struct plan plan;
static struct terminal_io io;
static struct meeting_peer peer;
static struct company company;
static unsigned number; /* of the last peer at the endpoint */
static struct session ours, theirs;
static struct session_path path;
static FILE *shown;
static int errors;

static int setup(void **state)
{
	shown = tmpfile();
	errors = dup(2);
	return shown == NULL || dup2(fileno(shown), 2) < 0 ? -1 : world_setup(state);
}

static int teardown(void **state)
{
	dup2(errors, 2);
	close(errors);
	fclose(shown);
	return folder_teardown(state);
}

static void start(bool serving, bool person)
{
	struct interactor_config config = { .utf8 = true };
	const char *ui = options.pipe ? "pipe" : "lines";
	plan = (struct plan){ .options = &options, .serving = serving, .book = load_book() };
	plan.suite = peer.suite = encryptor_classes[0];
	io = (struct terminal_io){ .ui = interactor_new(interactor_class_named(span_text(ui)),
		                                        &config),
		                   .person = person };
	company_init(&company, &plan, &io);
	number = 0;
}

static void end(void)
{
	company_end(&company);
	interactor_free(io.ui);
	options = (struct options){ .command = 0 };
}

static void comes(const char *name)
{
	memset(&ours, 0, sizeof ours);
	memset(&theirs, 0, sizeof theirs);
	fake_pair(&ours, &theirs);
	strcpy(peer.name, name);
	strcpy(peer.fingerprint, name);
	assert_true(company_admit(&company, ++number, &peer));
	company_begin(&company, number, &ours, &path);
}

static void says(const char *text)
{
	interactor_input(io.ui, span_text(text), speech_now(&company.speech), 1);
}

/* Messages that the chat has taken in this conversation, and the peer has not confirmed. */
static uint64_t taken(void)
{
	struct command c;
	assert_false(company_take(&company, &c, clock_us()));
	(void)company_show(&company, clock_us());
	return chat_unconfirmed(company_of(&company, company.speech.number)->chat);
}

/* True: the program goes on. */
static bool cut_off(void)
{
	bool next;
	fake_end(&ours, CLOSE_OTHER, ERR_CUT);
	(void)company_show(&company, clock_us());
	assert_true(company_over(&company, false, false, &next));
	assert_int_equal(company.last.status, EXIT_CUT);
	return next;
}

static bool screen_has(const char *part)
{
	char all[4096];
	(void)terminal_io_flush(&io);
	fflush(stderr);
	ssize_t len = pread(fileno(shown), all, sizeof all - 1, 0);
	assert_true(len >= 0);
	all[len] = 0;
	return strstr(all, part) != NULL;
}

static void test_company_goes_on_for_a_person_and_with_keep(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		bool serving = i & 1, person = i & 2, keep = i & 4;
		options.keep = keep;
		start(serving, person);
		comes("bob");
		assert_int_equal(cut_off(), person || keep);
		assert_int_equal(speech_now(&company.speech),
		                 !serving && (person || keep) ? 2 : CONV_NOBODY);
		end();
	}
}

/* Where no server answers, either, that is told beside a peer that isn't heard; once. */
static void test_company_is_told_of_an_outage_once(void **state)
{
	(void)state;
	static struct directory directory = { .servers = "vps.example" };
	struct meeting_place place;
	static const char what[] =
	    "can't reach the signaling server vps.example: gone; until a server is back";
	start(true, true);
	plan.target.class = communicator_class_that_meets();
	place = (struct meeting_place){
		.plan = &plan, .directory = &directory, .silent = true, .failed_why = "gone"
	};
	comes("bob");
	assert_false(outage_tell(&company, &place, false)); /* who is heard needs no server */
	company_event(&company, &(struct endpoint_event){ .kind = ENDPOINT_AWAY, .peer = number });
	assert_true(outage_tell(&company, &place, true));
	assert_false(screen_has(what));
	assert_true(outage_tell(&company, &place, false));
	assert_true(screen_has(what));
	place.silent = false;
	assert_false(outage_tell(&company, &place, true));
	place.silent = true;
	directory = (struct directory){ .servers = "a.example or b.example", .count = 2 };
	assert_true(outage_tell(&company, &place, false));
	assert_true(screen_has("b.example: gone; until a server is back"));
	end();
}

/* What was sent is said to be unconfirmed; what was not waits outside the session for the same
 * peer, and for nobody else. */
static void test_company_keeps_words_for_who_comes_back(void **state)
{
	(void)state;
	static const char *const names[] = { "bob", "eve" };
	for (unsigned other = 0; other < 2; other++) {
		start(true, true);
		comes("bob");
		says("sent\n");
		assert_int_equal(taken(), 1);
		company_event(&company,
		              &(struct endpoint_event){ .kind = ENDPOINT_AWAY, .peer = number });
		says("kept\n");
		assert_int_equal(taken(), 1);
		strcpy(peer.name, names[other]);
		strcpy(peer.fingerprint, names[other]);
		company_replaced(&company, number, &peer);
		assert_true(screen_has(
		    other ? "bob could not be reached any more, and eve has connected. Not "
			    "confirmed: 1 message."
			  : "bob has started again. Not confirmed: 1 message."));
		comes(names[other]);
		assert_int_equal(taken(), other ? 0 : 1);
		assert_int_equal(company.speech.refused.count, other);
		end();
	}
}

/* Our session was replaced: by our newer one, or by another program with our key, which keeps the
 * place. */
static void test_company_goes_on_in_its_newer_session(void **state)
{
	(void)state;
	for (unsigned another = 0; another < 2; another++) {
		bool next;
		start(false, true);
		comes("bob");
		fake_end(&ours, CLOSE_REPLACED, ERR_EXISTS);
		assert_true(company_over(&company, another, false, &next));
		assert_int_equal(next, another);
		assert_int_equal(screen_has("bob has started again"), another);
		end();
	}
}

/* Where there are no keys, nobody is known to be the same. */
static void test_company_takes_nobody_without_a_key_for_the_last(void **state)
{
	(void)state;
	start(true, true);
	comes("bob");
	peer.fingerprint[0] = company_of(&company, 1)->peer.fingerprint[0] = 0;
	company_event(&company, &(struct endpoint_event){ .kind = ENDPOINT_AWAY, .peer = number });
	says("kept\n");
	assert_int_equal(taken(), 0);
	company_replaced(&company, number, &peer);
	assert_true(screen_has("bob could not be reached any more, and bob has connected"));
	comes("bob");
	assert_int_equal(taken(), 0);
	end();
}

/* --timeout is a person's patience also while the peer is gone. */
static void test_company_gives_up_after_the_timeout(void **state)
{
	(void)state;
	bool next;
	options.timeout = "60";
	start(false, true);
	comes("bob");
	assert_false(company_gives_up(&company, false, UINT64_MAX - 1));
	fake_end(&ours, CLOSE_OTHER, ERR_STATE);
	assert_true(company_over(&company, false, false, &next));
	assert_true(next);
	assert_true(company.gives_up_at != NEVER);
	assert_true(company_deadline(&company, 0) <= company.gives_up_at);
	assert_true(company_gives_up(&company, false, company.gives_up_at));
	comes("bob");
	assert_false(company_gives_up(&company, false, UINT64_MAX - 1));
	assert_false(cut_off()); /* it was silent for so long already */
	end();
}

/* Who was invited may still come when the last peer has left: without --keep, the program waits for
 * them alone, and ends as that peer's conversation did. */
static void test_company_waits_for_whom_it_has_invited(void **state)
{
	(void)state;
	for (unsigned comes_then = 0; comes_then < 2; comes_then++) {
		bool next;
		start(true, false);
		comes("bob");
		fake_end(&ours, CLOSE_OTHER, ERR_CUT);
		(void)company_show(&company, 1);
		assert_true(company_over(&company, false, true, &next));
		assert_true(next);
		assert_false(company_gives_up(&company, true, 1));
		if (comes_then) {
			comes("eve");
			assert_false(company_gives_up(&company, false, 1));
			assert_false(cut_off());
		} else {
			assert_true(company_gives_up(&company, false, 1));
		}
		assert_int_equal(company.last.status, EXIT_CUT);
		end();
	}
	start(true, true); /* a person waits anyway */
	comes("bob");
	assert_true(cut_off());
	assert_false(company_gives_up(&company, false, 1));
	end();
}

/* Two at a time: whoever leaves, the program goes on for the other, and its status is that of the
 * first who failed. */
static void test_company_of_two(void **state)
{
	(void)state;
	static struct session second, theirs_too;
	bool next;
	start(true, false);
	comes("bob");
	memset(&second, 0, sizeof second);
	memset(&theirs_too, 0, sizeof theirs_too);
	fake_pair(&second, &theirs_too);
	strcpy(peer.name, "eve");
	strcpy(peer.fingerprint, "eve");
	assert_true(company_admit(&company, ++number, &peer));
	assert_false(company_talks_with(&company, number));
	company_begin(&company, number, &second, &path);
	assert_int_equal(company.speech.open, 2);
	assert_string_equal(company_of(&company, 2)->peer.name, "eve");
	assert_int_equal(speech_now(&company.speech), CONV_NOBODY); /* for whom? */
	assert_true(cut_off());
	assert_int_equal(company.speech.open, 1);
	assert_int_equal(company.last.status, EXIT_CUT);
	assert_null(company_of(&company, 1));
	fake_end(&second, CLOSE_BUSY, ERR_BUSY);
	(void)company_show(&company, 1);
	assert_true(company_over(&company, false, false, &next));
	assert_false(next);
	assert_int_equal(company.last.status, EXIT_CUT);
	end();
}

/* Whoever was behind it has gone, perhaps long ago, and with it the reason to wait for an hour. */
static void test_company_waits_a_minute_for_nobody(void **state)
{
	(void)state;
	for (unsigned limited = 0; limited < 2; limited++) {
		struct command c;
		options.pipe = true;
		options.timeout = limited ? "3600" : NULL;
		start(false, false);
		comes("bob");
		ours.away = true;
		(void)company_show(&company, 100 * SECOND);
		assert_int_equal(ours.farewell_us, 0);
		interactor_input_end(io.ui);
		assert_false(company_take(&company, &c, 100 * SECOND));
		(void)company_show(&company, 100 * SECOND);
		assert_int_equal(ours.farewell_us, limited ? 0 : 160 * SECOND); /* heard at 0 */
		end();
	}
}

/* Whoever came by a code is a contact then: what is said when that one is gone is kept as for any
 * other, on the disk. */
static void test_company_keeps_words_for_whom_it_met_by_a_code(void **state)
{
	(void)state;
	static const struct identity own = { .public.type = KEY_X25519 };
	struct command c;
	bool next;
	options.command = FOR_CONNECT;
	start(false, true);
	company_keep(&company, &own);
	assert_null(company.speech.outbox);
	peer.saved = true;
	comes("bob");
	fake_end(&ours, CLOSE_OTHER, ERR_CUT);
	(void)company_show(&company, clock_us());
	assert_true(company_over(&company, false, false, &next));
	says("for later\n");
	assert_false(company_take(&company, &c, clock_us()));
	assert_non_null(company.speech.outbox);
	assert_int_equal(outbox_waiting(company.speech.outbox), 1);
	peer.saved = false;
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_company_goes_on_for_a_person_and_with_keep,
		                                setup, teardown),
		cmocka_unit_test_setup_teardown(test_company_keeps_words_for_who_comes_back, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_company_goes_on_in_its_newer_session, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(
		    test_company_takes_nobody_without_a_key_for_the_last, setup, teardown),
		cmocka_unit_test_setup_teardown(test_company_keeps_words_for_whom_it_met_by_a_code,
		                                setup, teardown),
		cmocka_unit_test_setup_teardown(test_company_waits_a_minute_for_nobody, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_company_waits_for_whom_it_has_invited, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_company_is_told_of_an_outage_once, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_company_of_two, setup, teardown),
		cmocka_unit_test_setup_teardown(test_company_gives_up_after_the_timeout, setup,
		                                teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
