/* phrase: each sentence has what happened and what to do; numbers, names and keys stand where they
 * belong. */
#include "cmd/talk/phrase_over.h"

#include "cmd/talk/phrase_absent.h"
#include "tests/unit/cmd_world.h"

static struct phrase p;

#define assert_has(text, part) assert_non_null(strstr(text, part))

static void test_phrase_command_is_what_the_other_side_types(void **state)
{
	(void)state;
	static const struct {
		const char *suite;
		struct options options;
		const char *target, *want;
	} table[] = {
		{ "hybrid", { 0 }, "7-velvet-anchor@vps", "schat connect 7-velvet-anchor@vps" },
		{ "noise", { 0 }, "7-a-b@vps", "schat connect -c noise 7-a-b@vps" },
		{ "rsa", { .pipe = true }, "7-a-b@vps", "schat connect -c rsa --pipe 7-a-b@vps" },
		{ "pseudo",
		  { .tofu = true },
		  "udp://[::1]:5",
		  "schat connect -c pseudo --insecure --tofu 'udp://[::1]:5'" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct plan plan = { .options = &table[i].options };
		plan.suite = encryptor_class_named(span_text(table[i].suite));
		phrase_command(&p, &plan, table[i].target);
		assert_string_equal(p.text, table[i].want);
	}
}

static void test_phrase_guess_counts_as_the_code_does(void **state)
{
	(void)state;
	struct code code = { .words_count = CODE_WORDS }, patient = { .words_count = 3 };
	struct endpoint_event e = { .kind = ENDPOINT_GUESS, .number = 2 };
	phrase_guess(&p, &e, true, &code);
	assert_string_equal(p.text, "wrong code entered (attempt 2 of 3)");
	e.rest_s = 30;
	phrase_guess(&p, &e, true, &patient);
	assert_string_equal(p.text,
	                    "wrong code entered (attempt 2); the code is locked for 30 seconds");
	e = (struct endpoint_event){ .kind = ENDPOINT_GUESS, .number = 1 };
	phrase_guess(&p, &e, false, &code);
	assert_has(p.text, "(1 of 3); still trying");
}

/* A name that is taken is told with the reason: it may be another person, or one with a new key. */
static void test_phrase_saved_tells_of_a_name_that_was_taken(void **state)
{
	(void)state;
	struct plan plan = { .serving = true };
	phrase_saved(&p, "bob", NULL, &plan);
	assert_string_equal(p.text, "saved this peer as bob: next time it connects without a code");
	plan.serving = false;
	phrase_saved(&p, "bob-2", "bob", &plan);
	assert_string_equal(p.text, "saved this peer as bob-2, since bob is (or looks like) a "
	                            "contact with another key; next time: schat connect bob-2");
	plan.errand = PLAN_RECEIVES;
	phrase_saved(&p, "bob", NULL, &plan);
	assert_string_equal(p.text, "saved this peer as bob; next time: schat receive bob");
	plan.errand = PLAN_SENDS;
	phrase_saved(&p, "bob", NULL, &plan);
	assert_string_equal(p.text, "saved this peer as bob; next time: schat send FILE... bob");
	plan.serving = true; /* at an address of this host, which cannot call back */
	plan.listen_count = 1;
	phrase_saved(&p, "bob", NULL, &plan);
	assert_string_equal(p.text, "saved this peer as bob: next time it connects without a code");
}

/* A changed key is shown with the old one, and with the whole command that accepts it. */
static void test_phrase_changed_key_has_both_keys_and_the_command(void **state)
{
	(void)state;
	struct contact c = world_contact("alice", KEY_A), other = world_contact("x", KEY_B);
	char old[FINGERPRINT_TEXT], new[FINGERPRINT_TEXT];
	strcpy(c.since, "2026-11-23");
	public_key_fingerprint(&c.key, old);
	public_key_fingerprint(&other.key, new);
	phrase_key_changed(&p, &c, &other.key, false);
	assert_int_equal(p.err, ERR_TRUST);
	assert_has(p.text, old);
	assert_has(p.text, new);
	assert_has(p.text, "2026-11-23");
	assert_has(p.hint, "schat peers trust alice '" KEY_B "'");
	assert_null(strstr(p.text, "unproved"));
	phrase_key_changed(&p, &c, &other.key, true);
	assert_has(p.text, "unproved");
}

static void test_phrase_stranger_is_told_from_a_contact(void **state)
{
	(void)state;
	struct contact bob = world_contact("bob", KEY_A), other = world_contact("x", KEY_B);
	struct phrase_stranger s = { .key = &other.key, .nick = "eve", .as = "eve" };
	phrase_stranger(&p, &s);
	assert_has(p.text, "refused a stranger; its key is ");
	assert_has(p.hint, "schat peers add eve '" KEY_B "'");
	s.unsaid = 2;
	phrase_stranger(&p, &s);
	assert_has(p.text, "; before that, 2 more attempts to connect were turned away");
	s = (struct phrase_stranger){
		.key = &other.key, .nick = "b0b", .alike = "bob", .as = "b0b-2"
	};
	phrase_stranger(&p, &s);
	assert_has(p.text, "calling itself b0b, which is not your contact bob");
	assert_has(p.hint, "schat peers add b0b-2 ");
	s = (struct phrase_stranger){ .key = &other.key, .nick = "bob", .namesake = &bob };
	phrase_stranger(&p, &s);
	assert_has(p.hint, "schat peers trust bob '" KEY_B "'");
	s = (struct phrase_stranger){ .key = &bob.key, .nick = "bob", .known = &bob };
	phrase_stranger(&p, &s);
	assert_has(p.text, "refused bob, who is not named with --allow");
	assert_string_equal(p.hint, "");
}

static void test_phrase_silence_asks_for_what_may_be_missing(void **state)
{
	(void)state;
	static const struct {
		enum phrase_silent who;
		const char *text, *hint;
	} table[] = {
		{ PHRASE_SILENT_ADDRESS, "can't reach vps", "schat serve" },
		{ PHRASE_SILENT_PORT, "vps is open, but bob doesn't answer there", "new key" },
		{ PHRASE_SILENT_SERVER, "can't reach the signaling server vps", "schat signal" },
		{ PHRASE_SILENT_CODE, "nobody is waiting under this code's number at vps",
		  "new code" },
		{ PHRASE_SILENT_CONTACT, "bob isn't waiting at vps", "schat peers forget bob" },
		{ PHRASE_SILENT_PEER, "bob is there but doesn't answer", "online" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		phrase_absent_silence(&p, table[i].who, "vps", NULL, "bob");
		assert_string_equal(p.text, table[i].text);
		assert_has(p.hint, table[i].hint);
		assert_int_equal(p.err, ERR_UNREACHABLE);
	}
}

/* What the system says is told as it is; what to do depends on it. */
static void test_phrase_reason_is_the_systems(void **state)
{
	(void)state;
	phrase_absent_silence(&p, PHRASE_SILENT_ADDRESS, "tcp://vps:5", "Connection refused", "");
	assert_string_equal(p.text, "can't reach tcp://vps:5: Connection refused");
	phrase_absent_silence(&p, PHRASE_SILENT_SERVER, "vps:5", "the proxy doesn't answer", "");
	assert_string_equal(p.hint, "Check the proxy, or try without it: --proxy none");
	/* of a server that has answered since, it says nothing */
	phrase_absent_silence(&p, PHRASE_SILENT_CODE, "vps:5", "the proxy doesn't answer", "");
	assert_has(p.hint, "new code");
	phrase_absent_socket(&p, true, "0.0.0.0:700", ERR_LOCAL, "Permission denied");
	assert_int_equal(p.err, ERR_LOCAL);
	assert_string_equal(p.text, "can't listen on 0.0.0.0:700: Permission denied");
	assert_has(p.hint, "below 1024");
	phrase_absent_socket(&p, true, "0.0.0.0:7242", ERR_BUSY, "Address in use");
	assert_has(p.hint, "Another program uses this port");
	phrase_absent_socket(&p, true, "10.9.9.9:7242", ERR_USAGE, NULL);
	assert_has(p.hint, "This host has no such address");
	phrase_absent_socket(&p, false, "", ERR_FULL, "Too many open files");
	assert_string_equal(p.text, "can't open a socket: Too many open files");
	assert_has(p.hint, "ulimit -n");
	phrase_absent_socket(&p, true, "0.0.0.0:7242", ERR_UNREACHABLE, "No such device");
	assert_has(p.hint, "Use another address.");
}

/* Who has another suite is told which, and of one that is newer than this program, what to do. */
static void test_phrase_another_suite_says_what_to_do(void **state)
{
	(void)state;
	struct endpoint_event e = { .kind = ENDPOINT_REFUSED,
		                    .reason = REFUSE_SUITE,
		                    .their_suite = SUITE_NOISE };
	phrase_refused(&p, &e, "hybrid", &(struct contact){ .name = "" }, true);
	assert_string_equal(p.text, "the peer uses the suite noise, this side hybrid");
	assert_string_equal(p.hint, "Try again with -c noise");
	e.their_suite = 99;
	phrase_refused(&p, &e, "hybrid", &(struct contact){ .name = "" }, true);
	assert_has(p.text, "a suite that this schat (");
	assert_has(p.hint, "Update this schat, or let the peer use -c hybrid.");
}

/* Who answers "busy" has been reached. */
static void test_phrase_busy_is_not_unreachable(void **state)
{
	(void)state;
	struct endpoint_event e = { .kind = ENDPOINT_REFUSED, .reason = REFUSE_BUSY };
	phrase_refused(&p, &e, "noise", &(struct contact){ .name = "" }, true);
	assert_int_equal(p.err, ERR_BUSY);
	phrase_refused(&p, &e, "noise", &(struct contact){ .name = "bob" }, false);
	assert_string_equal(p.text, "bob is talking with someone else");
	phrase_turned_away(&p, "bob", span_text("go away"));
	assert_string_equal(p.text, "bob refused the connection, saying: go away");
	assert_int_equal(err_exit(p.err), EXIT_TRUST);
	phrase_absent_room(&p, "vps", true);
	assert_non_null(strstr(p.text, "vps has no place left for your access key"));
	assert_non_null(strstr(p.hint, "members="));
	phrase_absent_room(&p, "vps", false);
	assert_int_equal(p.err, ERR_BUSY);
	assert_int_equal(err_exit(p.err), EXIT_UNREACHABLE);
}

static void test_phrase_over_says_how_and_what_may_be_lost(void **state)
{
	(void)state;
	static const struct {
		struct phrase_over o;
		const char *want;
	} table[] = {
		{ { .err = OK, .unconfirmed = 3 }, "the conversation with bob is over" },
		{ { .err = OK, .then = THEN_ANYONE },
		  "the conversation with bob is over. Waiting for the next peer." },
		{ { .err = OK, .then = THEN_SAME, .person = true },
		  "bob has left. Waiting for bob; Ctrl-D leaves." },
		{ { .err = OK, .then = THEN_STAYS, .person = true },
		  "bob has left. Ctrl-D leaves." },
		{ { .err = OK, .left_early = true }, "bob left before the input ended" },
		{ { .err = ERR_CUT, .unconfirmed = 1 },
		  "the conversation with bob was cut off: nothing was heard for too long. Not "
		  "confirmed: 1 message." },
		{ { .err = ERR_CUT, .then = THEN_SAME },
		  "the conversation with bob was cut off: nothing was heard for too long; "
		  "everything "
		  "you said had arrived. Waiting for bob." },
		{ { .err = ERR_CUT, .by_us = true, .unconfirmed = 5, .pipe = true },
		  "the conversation with bob was broken off. Not confirmed: 5 bytes." },
		{ { .err = ERR_CUT, .by_us = true },
		  "the conversation with bob was broken off; everything you said had arrived" },
		{ { .err = ERR_CUT, .by_us = true, .silent = true },
		  "the conversation with bob was broken off" },
		{ { .err = ERR_STATE, .words = { (const uint8_t *)PHRASE_BROKEN_OFF, 10 } },
		  "bob left without waiting; everything you said had arrived" },
		{ { .err = ERR_STATE,
		    .words = { (const uint8_t *)PHRASE_BROKEN_OFF, 10 },
		    .unconfirmed = 1,
		    .then = THEN_SAME },
		  "bob left without waiting. Not confirmed: 1 message. Waiting for bob." },
		{ { .err = ERR_BUSY }, "bob is talking with someone else; try again later" },
		{ { .err = ERR_BUSY, .unconfirmed = 2 },
		  "bob is talking with someone else; try again later. Not confirmed: 2 messages." },
		{ { .err = ERR_BUSY, .then = THEN_SAME, .person = true },
		  "bob is talking with someone else. Waiting for bob; Ctrl-D leaves." },
		{ { .err = ERR_FULL, .unconfirmed = 1 },
		  "out of memory, so the conversation with bob was ended. Not confirmed: 1 "
		  "message." },
		{ { .err = ERR_EXISTS, .anew = true, .unconfirmed = 2 },
		  "bob has started again. Not confirmed: 2 messages." },
		{ { .err = ERR_EXISTS, .anew = true }, "bob has started again" },
		{ { .err = ERR_EXISTS },
		  "another program with your key has taken your place with bob; everything you "
		  "said had arrived" },
		{ { .err = ERR_CUT, .newcomer = "carol", .unconfirmed = 1 },
		  "bob could not be reached any more, and carol has connected. Not confirmed: 1 "
		  "message." },
		{ { .err = ERR_TRUST, .words = { (const uint8_t *)"go away", 7 } },
		  "bob refused the conversation, saying: go away" },
		{ { .err = ERR_LOCAL, .failed_stream = "standard output", .failed_why = "full" },
		  "standard output failed: full, so the conversation was ended" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct phrase_over o = table[i].o;
		o.peer = "bob";
		phrase_over(&p, &o);
		assert_string_equal(p.text, table[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phrase_command_is_what_the_other_side_types),
		cmocka_unit_test(test_phrase_guess_counts_as_the_code_does),
		cmocka_unit_test(test_phrase_saved_tells_of_a_name_that_was_taken),
		cmocka_unit_test(test_phrase_changed_key_has_both_keys_and_the_command),
		cmocka_unit_test(test_phrase_stranger_is_told_from_a_contact),
		cmocka_unit_test(test_phrase_silence_asks_for_what_may_be_missing),
		cmocka_unit_test(test_phrase_reason_is_the_systems),
		cmocka_unit_test(test_phrase_another_suite_says_what_to_do),
		cmocka_unit_test(test_phrase_busy_is_not_unreachable),
		cmocka_unit_test(test_phrase_over_says_how_and_what_may_be_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
