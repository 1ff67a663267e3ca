/* meeting: who is let in, who is refused, and what is said about it, without a network or a screen:
 * events of the endpoint go in, decisions come out. */
#include "cmd/talk/meeting.h"

#include "os/clock.h"
#include "tests/unit/cmd_world.h"

static struct options options;
static struct plan plan;
static struct identity own;
static struct meeting meeting;
static struct decision decisions[DECISION_MAX];
static size_t count;

static void collect(void)
{
	const struct decision *d;
	count = 0;
	while ((d = decision_take(&meeting.decisions)) != NULL)
		decisions[count++] = *d;
}

static void feed(const struct endpoint_event *e, enum meeting_state state, uint64_t now)
{
	meeting_event(&meeting, e, state, now);
	collect();
}

/* The only decision of this kind. */
static const struct decision *decided(enum decision_kind kind)
{
	const struct decision *found = NULL;
	for (size_t i = 0; i < count; i++)
		if (decisions[i].kind == kind) {
			assert_null(found);
			found = &decisions[i];
		}
	return found;
}

static void begin(bool serving, const char *peers)
{
	if (peers)
		write_peers(peers);
	options = (struct options){ .command = 0 };
	plan = (struct plan){ .options = &options, .serving = serving, .contacts = serving };
	plan.suite = encryptor_classes[0];
	plan.book = load_book();
	plan.target.class = communicator_class_that_meets();
	own = (struct identity){ .public.type = KEY_X25519 };
	struct test_random r = test_random(1);
	assert_int_equal(identity_generate(KEY_X25519, 0, &r.random, &own), OK);
}

static void with_code(unsigned words)
{
	struct test_random r = test_random(2);
	plan.target.has_code = true;
	code_make(&plan.target.code, words, &r.random);
}

static struct directory directory;

static void start(void)
{
	static struct test_random r;
	r = test_random(3);
	directory = (struct directory){ .meets = true,
		                        .count = 1,
		                        .places = { { .host = "vps.example", .port = LIMIT_PORT } },
		                        .servers = "vps.example" };
	meeting_init(&meeting, &plan, &own, &directory, &r.random, 0);
}

static void end(void)
{
	memset(&meeting, 0, sizeof meeting);
	book_wipe(plan.book);
}

static struct endpoint_event peer(const char *key, enum trust trust, const char *nick)
{
	struct endpoint_event e = { .kind = ENDPOINT_PEER, .trust = trust };
	assert_int_equal(public_key_read(span_text(key), &e.key), OK);
	e.suite = encryptor_class_for(e.key.type)->suite;
	strcpy(e.nick, nick);
	return e;
}

static struct endpoint_event of(enum endpoint_event_kind kind, uint32_t number)
{
	return (struct endpoint_event){ .kind = kind, .number = number };
}

static struct endpoint_event server(enum communicator_event_kind kind, uint32_t number)
{
	struct endpoint_event e = { .kind = ENDPOINT_COMMUNICATOR,
		                    .communicator = { .kind = kind, .number = number } };
	e.communicator.day = (uint32_t)(clock_unix_s() / 86400);
	e.communicator.day_ends_s = 43200;
	e.communicator.addr = addr_v4(192, 0, 2, 1, 7242);
	return e;
}

static void test_meeting_new_peer_by_code_is_let_in_and_saved(void **state)
{
	(void)state;
	begin(true, NULL);
	with_code(CODE_WORDS);
	start();
	struct endpoint_event e = peer(KEY_A, TRUST_CODE, "bob");
	feed(&e, MEETING_FREE, SECOND);
	assert_non_null(decided(DECISION_LET_IN));
	assert_int_equal(decisions[0].kind, DECISION_LET_IN); /* before anything is said about it */
	assert_non_null(strstr(decided(DECISION_SHOW)->phrase.text, "as bob"));
	assert_string_equal(meeting.peer.name, "bob");
	assert_true(meeting.peer.saved);
	assert_null(meeting_code(&meeting)); /* a code is good once */
	assert_non_null(book_named(plan.book, span_text("bob")));
	end();
}

/* A home that cannot be written: the reason, and what that means; not that it was saved. */
static void test_meeting_who_is_not_saved_is_not_said_to_be(void **state)
{
	(void)state;
	char lock[128];
	begin(true, NULL);
	with_code(CODE_WORDS);
	start();
	snprintf(lock, sizeof lock, "%s/peers.lock", folder);
	assert_int_equal(mkdir(lock, 0700), 0); /* no file can be there */
	struct endpoint_event e = peer(KEY_A, TRUST_CODE, "bob");
	feed(&e, MEETING_FREE, SECOND);
	assert_non_null(decided(DECISION_LET_IN));
	const struct decision *d = decided(DECISION_SHOW);
	assert_int_equal(d->event, EVENT_ERROR);
	assert_non_null(strstr(d->phrase.text, "can't lock "));
	assert_non_null(strstr(d->phrase.hint, "bob is not saved"));
	assert_false(meeting.peer.saved);
	assert_null(book_named(plan.book, span_text("bob")));
	end();
}

/* Somebody who tries schat out on one host, say. */
static void test_meeting_oneself_is_no_contact(void **state)
{
	(void)state;
	char name[128];
	begin(true, NULL);
	with_code(CODE_WORDS);
	start();
	snprintf(name, sizeof name, "%s/id_x25519.pub", folder);
	FILE *f = fopen(name, "w");
	assert_non_null(f);
	fputs(KEY_A "\n", f);
	fclose(f);
	struct endpoint_event e = peer(KEY_A, TRUST_CODE, "alice");
	feed(&e, MEETING_FREE, SECOND);
	assert_non_null(decided(DECISION_LET_IN));
	assert_non_null(strstr(decided(DECISION_SHOW)->phrase.text, "this peer has your own key"));
	assert_false(meeting.peer.saved);
	assert_int_equal(plan.book->count, 0);
	end();
}

static void test_meeting_stranger_who_knows_our_key_is_refused_and_reported_once(void **state)
{
	(void)state;
	begin(true, NULL);
	start();
	struct endpoint_event e = peer(KEY_A, TRUST_CONTACT, "bob");
	feed(&e, MEETING_FREE, SECOND);
	assert_int_equal(decided(DECISION_REFUSE)->close_code, CLOSE_TRUST);
	assert_int_equal(decided(DECISION_SHOW)->event, EVENT_ERROR);
	feed(&e, MEETING_FREE, 30 * SECOND);
	assert_non_null(decided(DECISION_REFUSE));
	assert_null(decided(DECISION_SHOW));
	assert_null(book_named(plan.book, span_text("bob")));
	end();
}

/* A contact comes by the suite of its line, and by no other, unless -c asks for one; pairing again
 * by a code gives it another. A new one is saved with that of the code. */
static void test_meeting_contact_keeps_its_suite(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		enum suite suite;
		enum option_from crypto; /* -c noise comes from there */
		enum trust trust;
		const char *saved; /* NULL: refused */
	} table[] = {
		{ "bob " KEY_A "\n", SUITE_NOISE, FROM_NOWHERE, TRUST_CONTACT, "noise" },
		{ "bob " KEY_A "\n", SUITE_HYBRID, FROM_NOWHERE, TRUST_CONTACT, NULL },
		{ "bob " KEY_A " suite=hybrid\n", SUITE_HYBRID, FROM_NOWHERE, TRUST_CONTACT,
		  "hybrid" },
		{ "bob " KEY_A " suite=hybrid\n", SUITE_NOISE, FROM_NOWHERE, TRUST_CONTACT, NULL },
		{ "bob " KEY_A " suite=hybrid\n", SUITE_NOISE, FROM_COMMAND, TRUST_CONTACT,
		  "hybrid" },
		{ "bob " KEY_A " suite=hybrid\n", SUITE_NOISE, FROM_OWN_FILE, TRUST_CONTACT, NULL },
		{ "bob " KEY_A "\n", SUITE_HYBRID, FROM_NOWHERE, TRUST_CODE, "hybrid" },
		{ "bob " KEY_A " suite=hybrid\n", SUITE_NOISE, FROM_NOWHERE, TRUST_CODE, "noise" },
		{ "", SUITE_HYBRID, FROM_NOWHERE, TRUST_CODE, "hybrid" },
		{ "", SUITE_NOISE, FROM_NOWHERE, TRUST_CODE, "noise" },
	};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		begin(true, table[i].line);
		char noise[] = "noise";
		if (table[i].crypto != FROM_NOWHERE)
			(void)options_set(&options, options_named(span_text("crypto")), noise,
			                  table[i].crypto);
		with_code(CODE_WORDS);
		start();
		struct endpoint_event e = peer(KEY_A, table[i].trust, "bob");
		e.suite = table[i].suite;
		feed(&e, MEETING_FREE, SECOND);
		assert_int_equal(decided(DECISION_LET_IN) != NULL, table[i].saved != NULL);
		if (table[i].saved == NULL) {
			assert_int_equal(decided(DECISION_REFUSE)->close_code, CLOSE_TRUST);
			assert_non_null(strstr(decided(DECISION_SHOW)->phrase.text,
			                       "refused bob, who is saved with the suite"));
			assert_non_null(strstr(decided(DECISION_SHOW)->phrase.hint, "suite="));
		} else {
			assert_ptr_equal(meeting.peer.suite, encryptor_class_of(table[i].suite));
			assert_int_equal(book_load(plan.book), 0); /* as it is in the file */
			assert_string_equal(
			    contact_suite(book_named(plan.book, span_text("bob")))->name,
			    table[i].saved);
		}
		end();
	}
}

/* Many keys at once are counted, and the count is reported. */
static void test_meeting_many_strangers_are_reported_as_a_number(void **state)
{
	(void)state;
	begin(true, NULL);
	start();
	static const char *const keys[] = { KEY_A, KEY_B, KEY_C };
	for (size_t i = 0; i < 3; i++) {
		struct endpoint_event e = peer(keys[i], TRUST_CONTACT, "bob");
		feed(&e, MEETING_FREE, SECOND);
		assert_non_null(decided(DECISION_REFUSE));
		assert_int_equal(decided(DECISION_SHOW) != NULL, i == 0);
	}
	meeting_timer(&meeting, MEETING_FREE, 0, meeting_deadline(&meeting));
	collect();
	assert_non_null(strstr(decided(DECISION_SHOW)->phrase.text, "2 more attempts"));
	end();
}

static void test_meeting_allow_lets_in_those_contacts_alone(void **state)
{
	(void)state;
	begin(true, "bob " KEY_A "\neve " KEY_B "\n");
	options.allow.at[0] = "bob";
	options.allow.count = 1;
	start();
	struct endpoint_event bob = peer(KEY_A, TRUST_CONTACT, "x"),
			      eve = peer(KEY_B, TRUST_CONTACT, "bob");
	feed(&eve, MEETING_FREE, SECOND);
	assert_int_equal(decided(DECISION_REFUSE)->close_code, CLOSE_TRUST);
	feed(&bob, MEETING_FREE, SECOND);
	assert_non_null(decided(DECISION_LET_IN));
	assert_string_equal(meeting.peer.name, "bob"); /* ours, not the nick it gives */
	end();
}

/* The server that has introduced them is remembered; of several, the one that was before. */
static void test_meeting_remembers_where_it_met(void **state)
{
	(void)state;
	static const struct {
		bool old, new; /* has introduced them */
		uint8_t last;
		const char *remembered;
	} table[] = {
		{ true, false, 0, "old.example" },
		{ false, true, 1, "new.example" }, /* although the old one is there */
		{ true, true, 1, "old.example" },
		{ true, true, 0, "old.example" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		begin(true, "bob " KEY_A " signal=old.example\n");
		start();
		strcpy(directory.places[0].given, "old.example");
		strcpy(directory.places[1].given, "new.example");
		directory.count = 2;
		for (size_t n = 0; n < 2; n++)
			directory.places[n].answered = true;
		directory.places[0].introduced = table[i].old;
		directory.places[1].introduced = table[i].new;
		struct endpoint_event up = server(COMMUNICATOR_UP, 0),
				      bob = peer(KEY_A, TRUST_CONTACT, "x");
		up.communicator.server = table[i].last;
		feed(&up, MEETING_FREE, SECOND);
		feed(&bob, MEETING_FREE, SECOND);
		assert_string_equal(book_named(plan.book, span_text("bob"))->signal,
		                    table[i].remembered);
		end();
	}
}

static void test_meeting_second_peer_is_told_that_we_are_busy(void **state)
{
	(void)state;
	static const struct {
		enum meeting_state state;
		bool replaces, pipe, in;
	} table[] = {
		{ MEETING_FREE, false, false, true },    { MEETING_BUSY, false, false, false },
		{ MEETING_TALKING, false, true, false }, { MEETING_TALKING, true, false, true },
		{ MEETING_AWAY, false, false, true },    { MEETING_AWAY, false, true, false },
		{ MEETING_TALKING, true, true, false },  { MEETING_LEAVING, true, false, false },
		{ MEETING_ROOM, false, false, true },    { MEETING_ROOM, true, false, true },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		begin(true, "bob " KEY_A "\n");
		options.pipe = table[i].pipe;
		start();
		struct endpoint_event e = peer(KEY_A, TRUST_CONTACT, "bob");
		e.replaces = table[i].replaces;
		feed(&e, table[i].state, SECOND);
		assert_int_equal(decided(DECISION_LET_IN) != NULL, table[i].in);
		if (!table[i].in)
			assert_int_equal(decided(DECISION_REFUSE)->close_code, CLOSE_BUSY);
		end();
	}
}

static void test_meeting_number_of_the_code_comes_from_the_server(void **state)
{
	(void)state;
	begin(true, NULL);
	with_code(CODE_WORDS);
	start();
	struct endpoint_event e = server(COMMUNICATOR_NAMEPLATE, 107);
	feed(&e, MEETING_FREE, SECOND);
	const struct decision *d = &decisions[0];
	assert_int_equal(d->kind, DECISION_SHOW);
	assert_int_equal(d->event, EVENT_CODE);
	assert_memory_equal(d->code, "107-", 4);
	assert_memory_equal(d->phrase.text, "schat connect 107-", 18);
	assert_non_null(strstr(d->phrase.text, "@vps.example"));
	assert_int_equal(meeting_code(&meeting)->nameplate, 107);
	assert_non_null(decided(DECISION_CODE));
	feed(&e, MEETING_FREE, SECOND); /* the same one again: nothing to say */
	assert_int_equal(count, 0);
	e.communicator.number = 8; /* the server was started again */
	feed(&e, MEETING_FREE, SECOND);
	assert_int_equal(count, 4);
	assert_int_equal(meeting_code(&meeting)->nameplate, 8);
	end();
}

/* Of two sockets, IPv4's and IPv6's, the first gives the command. */
static void test_meeting_address_to_connect_to_is_shown_once(void **state)
{
	(void)state;
	struct span scheme = span_text("tcp://");
	struct endpoint_event e = server(COMMUNICATOR_LISTENING, 0);
	begin(true, NULL);
	with_code(CODE_WORDS);
	plan.target.class = communicator_class_of_scheme(&scheme);
	start();
	feed(&e, MEETING_FREE, SECOND);
	assert_int_equal(count, 4);
	assert_int_equal(decisions[0].event, EVENT_LISTENING);
	assert_string_equal(decisions[0].phrase.text, "192.0.2.1:7242");
	assert_int_equal(decisions[1].event, EVENT_CODE);
	assert_memory_equal(decisions[1].phrase.text, "schat connect tcp://", 20);
	assert_non_null(strstr(decisions[1].phrase.text, "@192.0.2.1:7242"));
	feed(&e, MEETING_FREE, SECOND);
	assert_int_equal(count, 1);
	end();
}

static void test_meeting_code_dies_of_three_guesses_and_of_age(void **state)
{
	(void)state;
	for (int by_age = 0; by_age <= 1; by_age++) {
		begin(true, NULL);
		with_code(CODE_WORDS);
		start();
		if (by_age) {
			assert_int_equal(meeting_deadline(&meeting), 600 * SECOND);
			meeting_timer(&meeting, MEETING_FREE, 0, 600 * SECOND - 1);
			assert_non_null(meeting_code(&meeting));
			meeting_timer(&meeting, MEETING_FREE, 0, 600 * SECOND);
			collect();
		}
		for (uint32_t n = 1; n <= 3 && !by_age; n++) {
			struct endpoint_event e = of(ENDPOINT_GUESS, n);
			assert_non_null(meeting_code(&meeting));
			feed(&e, MEETING_FREE, SECOND);
			assert_int_equal(decided(DECISION_SHOW)->event, EVENT_GUESS);
		}
		assert_null(meeting_code(&meeting));
		assert_non_null(decided(DECISION_CODE)); /* the endpoint hears of it */
		assert_int_equal(decided(DECISION_FAIL)->phrase.err, ERR_TRUST);
		assert_int_equal(decided(DECISION_LINGER) != NULL, !by_age);
		end();
	}
}

static void test_meeting_goes_on_without_a_code_where_contacts_may_come(void **state)
{
	(void)state;
	begin(true, "bob " KEY_A "\n");
	with_code(CODE_WORDS);
	start();
	meeting_timer(&meeting, MEETING_FREE, 0, 600 * SECOND);
	collect();
	assert_null(decided(DECISION_FAIL));
	assert_int_equal(decided(DECISION_SHOW)->event, EVENT_ERROR);
	end();
}

static const struct decision *shown(const char *part)
{
	for (size_t i = 0; i < count; i++)
		if (decisions[i].kind == DECISION_SHOW && strstr(decisions[i].phrase.text, part))
			return &decisions[i];
	return NULL;
}

static void invite(enum meeting_state state, uint64_t now, const char *refusal)
{
	struct phrase p = { .err = OK };
	assert_int_equal(meeting_invite(&meeting, state, &p, now), refusal == NULL);
	assert_true(refusal == NULL || strstr(p.text, refusal) != NULL);
	collect();
	assert_true(refusal == NULL || count == 0);
}

/* While somebody is here our user may make a code for somebody else. It is like any other: shown
 * again it is the same, and after guesses there is none for a while, also where none is made by
 * itself. */
static void test_meeting_invites_others_while_one_is_here(void **state)
{
	(void)state;
	struct endpoint_event number = server(COMMUNICATOR_NAMEPLATE, 107),
			      bob = peer(KEY_A, TRUST_CODE, "bob"),
			      carol = peer(KEY_B, TRUST_CODE, "carol"),
			      guess = of(ENDPOINT_GUESS, 3);
	uint64_t now = SECOND;
	begin(true, NULL);
	with_code(CODE_WORDS);
	start();
	feed(&number, MEETING_FREE, now);
	feed(&bob, MEETING_FREE, now);
	meeting_timer(&meeting, MEETING_ROOM, 0, now);
	collect();
	invite(MEETING_TALKING, now, "--max");
	invite(MEETING_ROOM, now, NULL);
	assert_int_equal(decided(DECISION_NUMBER)->number, 107); /* nobody comes by the old one */
	assert_null(decided(DECISION_SHOW));
	number.communicator.number = 108;
	feed(&number, MEETING_ROOM, now);
	assert_int_equal(decisions[0].event, EVENT_CODE);
	char code[CODE_TEXT];
	strcpy(code, decisions[0].code);
	assert_non_null(decided(DECISION_CODE));
	assert_non_null(shown("the code works once, within ten minutes"));
	assert_int_equal(meeting.place.code_ends_at, now + 600 * SECOND);
	now += SECOND;
	invite(MEETING_ROOM, now, NULL);
	assert_string_equal(decisions[0].code, code);
	assert_int_equal(meeting.place.code_ends_at, now + 599 * SECOND);
	feed(&carol, MEETING_ROOM, now);
	assert_non_null(decided(DECISION_LET_IN));
	assert_null(meeting_code(&meeting));

	invite(MEETING_ROOM, now, NULL);
	number.communicator.number = 109;
	feed(&number, MEETING_ROOM, now);
	now += 600 * SECOND;
	meeting_timer(&meeting, MEETING_ROOM, 0, now);
	collect();
	assert_non_null(shown("the code expired after ten minutes; /invite makes a new one"));
	assert_null(decided(DECISION_FAIL));
	invite(MEETING_ROOM, now, NULL);
	number.communicator.number = 110;
	feed(&number, MEETING_ROOM, now);
	feed(&guess, MEETING_ROOM, now);
	assert_null(meeting_code(&meeting));
	assert_non_null(shown("dead after three wrong tries"));
	invite(MEETING_ROOM, now + 599 * SECOND, "Try again in 1 minute");
	assert_true(meeting_deadline(&meeting) > now + 601 * SECOND); /* only our user makes one */
	invite(MEETING_ROOM, now + 600 * SECOND, NULL);
	assert_non_null(meeting_code(&meeting));
	end();
}

/* Where only contacts are waited for there was no code, and no number at the server either. */
static void test_meeting_invites_where_there_was_no_code(void **state)
{
	(void)state;
	struct endpoint_event number = server(COMMUNICATOR_NAMEPLATE, 107);
	begin(true, "alice " KEY_A "\n");
	options.allow.at[options.allow.count++] = "alice";
	start();
	invite(MEETING_FREE, SECOND, NULL);
	assert_int_equal(decided(DECISION_NUMBER)->number, 0);
	feed(&number, MEETING_FREE, SECOND);
	assert_int_equal(decisions[0].event, EVENT_CODE);
	assert_memory_equal(decisions[0].code, "107-", 4);
	end();
}

static struct endpoint_event failure(enum err err)
{
	struct endpoint_event e = server(COMMUNICATOR_FAILED, 0);
	e.communicator.err = err;
	return e;
}

/* Where no server gives the code a number now, our user hears why nothing is shown, also while
 * somebody is here; and the code comes with the number. */
static void test_meeting_says_that_an_invitation_waits_for_the_server(void **state)
{
	(void)state;
	const char *later = "the code is shown when it answers";
	struct endpoint_event number = server(COMMUNICATOR_NAMEPLATE, 107),
			      answers = server(COMMUNICATOR_SERVER, 0),
			      silent = failure(ERR_UNREACHABLE), full = failure(ERR_BUSY);
	begin(true, "alice " KEY_A "\n");
	options.allow.at[options.allow.count++] = "alice";
	start();
	feed(&answers, MEETING_ROOM, SECOND);
	feed(&silent, MEETING_ROOM, SECOND);
	assert_int_equal(count, 0); /* nobody needs it */
	invite(MEETING_ROOM, SECOND, NULL);
	assert_non_null(shown(later));
	invite(MEETING_ROOM, SECOND, NULL);
	assert_non_null(shown(later));
	feed(&answers, MEETING_ROOM, SECOND);
	feed(&full, MEETING_ROOM, SECOND);
	assert_non_null(shown("vps.example is full"));
	assert_null(shown(later));
	feed(&silent, MEETING_ROOM, SECOND);
	assert_non_null(shown(later));
	feed(&silent, MEETING_ROOM, SECOND);
	assert_int_equal(count, 0);
	feed(&number, MEETING_ROOM, SECOND);
	assert_int_equal(decisions[0].event, EVENT_CODE);
	end();
}

/* A server whose key we have may have room, but not for this key: it can't tell us which. */
static void test_meeting_says_that_a_key_may_have_reached_its_limit(void **state)
{
	(void)state;
	struct endpoint_event full = failure(ERR_BUSY);
	for (int keyed = 0; keyed < 2; keyed++) {
		begin(true, NULL);
		with_code(CODE_WORDS);
		start();
		directory.places[0].key.given = keyed;
		feed(&full, MEETING_FREE, SECOND);
		assert_non_null(shown(keyed ? "vps.example has no place left for your access key"
		                            : "vps.example is full"));
		assert_int_equal(shown("members=") != NULL, keyed);
		end();
	}
}

static void test_meeting_says_why_it_cannot_invite(void **state)
{
	(void)state;
	begin(false, NULL);
	start();
	invite(MEETING_TALKING, SECOND, "/invite works only in schat serve");
	end();
	begin(true, NULL);
	options.tofu = true;
	start();
	invite(MEETING_FREE, SECOND, "with --tofu");
	plan.contacts = false;
	invite(MEETING_FREE, SECOND, "this suite has no codes");
	end();
}

/* With --keep a code that was used, or has expired, is replaced as soon as nobody is here; one that
 * was guessed at rests first, for longer each time. */
static void test_meeting_keep_makes_another_code(void **state)
{
	(void)state;
	struct endpoint_event number = server(COMMUNICATOR_NAMEPLATE, 107), guess;
	struct endpoint_event bob = peer(KEY_A, TRUST_CODE, "bob");
	uint64_t now = SECOND, rest = 600 * SECOND;
	char last[CODE_TEXT];
	begin(true, NULL);
	options.keep = true;
	with_code(CODE_WORDS);
	start();
	feed(&number, MEETING_FREE, now);
	strcpy(last, decisions[0].code);

	feed(&bob, MEETING_FREE, now);
	assert_null(meeting_code(&meeting));
	meeting_timer(&meeting, MEETING_TALKING, 0, now + 3600 * SECOND);
	collect();
	assert_int_equal(count, 0); /* nobody could come by it now */
	assert_true(meeting_deadline(&meeting) > now + 3600 * SECOND); /* nothing is due, either */
	now += 7200 * SECOND;
	meeting_timer(&meeting, MEETING_FREE, 0, now);
	collect();
	assert_non_null(shown("the code was used; here is a new one"));
	assert_int_equal(decided(DECISION_NUMBER)->number, 107);
	assert_non_null(meeting_code(&meeting));
	number.communicator.number = 108;
	feed(&number, MEETING_FREE, now);
	assert_int_equal(decisions[0].event, EVENT_CODE);
	assert_memory_equal(decisions[0].code, "108-", 4);
	assert_string_not_equal(decisions[0].code + 4, last + 4);
	assert_non_null(decided(DECISION_CODE));

	assert_int_equal(meeting.place.code_ends_at, now + 600 * SECOND);
	now += 600 * SECOND;
	meeting_timer(&meeting, MEETING_FREE, 0, now);
	collect();
	assert_non_null(shown("the code has expired; here is a new one"));
	assert_null(decided(DECISION_FAIL));

	for (int i = 0; i < 4; i++, rest *= 2) {
		guess = of(ENDPOINT_GUESS, i < 3 ? 3 : 1);
		feed(&guess, MEETING_FREE, now);
		if (i == 3) { /* one guess, and then it expires */
			now += 600 * SECOND;
			meeting_timer(&meeting, MEETING_FREE, 0, now);
			collect();
		}
		assert_null(decided(DECISION_FAIL));
		assert_null(meeting_code(&meeting));
		meeting_timer(&meeting, MEETING_FREE, 0, now + rest - 1);
		assert_null(meeting_code(&meeting));
		now += rest;
		meeting_timer(&meeting, MEETING_FREE, 0, now);
		collect();
		assert_non_null(meeting_code(&meeting));
	}
	end();
}

/* After a conversation connect leaves the number's room: there nobody is waited for any more. */
static void test_meeting_connect_leaves_the_room_of_a_used_code(void **state)
{
	(void)state;
	struct endpoint_event bob = peer(KEY_A, TRUST_CODE, "bob");
	begin(false, NULL);
	with_code(CODE_WORDS);
	plan.target.code.has_nameplate = true;
	plan.target.code.nameplate = 107;
	start();
	feed(&bob, MEETING_FREE, SECOND);
	meeting_timer(&meeting, MEETING_TALKING, 0, 2 * SECOND);
	collect();
	assert_null(decided(DECISION_NUMBER));
	for (int times = 0; times < 2; times++) {
		meeting_timer(&meeting, MEETING_FREE, 0, 3 * SECOND);
		collect();
		assert_int_equal(decided(DECISION_NUMBER) != NULL, times == 0);
	}
	assert_null(meeting_code(&meeting));
	end();
}

/* A number without words is no code, and is not used up. */
static void test_meeting_connect_stays_in_the_room_of_a_number(void **state)
{
	(void)state;
	begin(false, NULL);
	plan.target.code = (struct code){ .has_nameplate = true, .nameplate = 107 };
	start();
	meeting_timer(&meeting, MEETING_FREE, 0, 0);
	meeting_timer(&meeting, MEETING_TALKING, 0, SECOND);
	meeting_timer(&meeting, MEETING_FREE, 0, 2 * SECOND);
	collect();
	assert_null(decided(DECISION_NUMBER));
	end();
}

/* A longer code survives any number of guesses. */
static void test_meeting_patient_code_only_rests(void **state)
{
	(void)state;
	begin(true, NULL);
	with_code(3);
	start();
	struct endpoint_event e = of(ENDPOINT_GUESS, 7);
	e.rest_s = 60;
	feed(&e, MEETING_FREE, SECOND);
	assert_int_equal(count, 1);
	assert_non_null(strstr(decisions[0].phrase.text, "60 seconds"));
	assert_non_null(meeting_code(&meeting));
	end();
}

static void test_meeting_waits_in_the_rooms_of_contacts(void **state)
{
	(void)state;
	uint8_t token[TOKEN_LEN];
	bool join;
	size_t rooms = 0;
	begin(true, "bob " KEY_A "\neve " KEY_B "\n");
	start();
	assert_false(contact_rooms_take(&meeting.place.rooms, token, &join));
	struct endpoint_event e = server(COMMUNICATOR_SERVER, 0);
	feed(&e, MEETING_FREE, SECOND);
	while (contact_rooms_take(&meeting.place.rooms, token, &join)) {
		assert_true(join);
		rooms++;
	}
	assert_int_equal(rooms, 2); /* at noon one for each */
	assert_int_equal(decided(DECISION_SHOW)->event, EVENT_WAITING);
	assert_string_equal(decided(DECISION_SHOW)->phrase.text, "bob, eve");
	end();
}

/* A program of another mode ends nothing, unless it comes by the code, or is of a contact, and
 * nobody has been here. */
static void test_meeting_a_strangers_mode_is_of_no_interest(void **state)
{
	(void)state;
	begin(true, "bob " KEY_B "\n");
	with_code(CODE_WORDS);
	start();
	struct endpoint_event stranger = peer(KEY_A, TRUST_CONTACT, "eve"),
			      invited = peer(KEY_A, TRUST_CODE, "eve"),
			      bob = peer(KEY_B, TRUST_CONTACT, "bob");
	stranger.kind = invited.kind = ENDPOINT_FAILED;
	stranger.err = invited.err = ERR_VERSION;
	stranger.text = invited.text = span_text("only the peer uses --pipe");
	feed(&stranger, MEETING_FREE, SECOND);
	assert_int_equal(count, 0);
	feed(&stranger, MEETING_TALKING, SECOND);
	assert_int_equal(count, 0);
	for (int talks = 0; talks < 2; talks++) { /* others have no --pipe */
		options.command = talks ? FOR_SERVE : FOR_SEND;
		feed(&invited, MEETING_FREE, SECOND);
		assert_int_equal(decided(DECISION_FAIL)->phrase.err, ERR_VERSION);
		assert_non_null(strstr(decided(DECISION_FAIL)->phrase.hint,
		                       talks ? "Use --pipe on both" : "no messages or files"));
	}
	feed(&bob, MEETING_FREE, 2 * SECOND);
	feed(&invited, MEETING_FREE, 3 * SECOND);
	assert_null(decided(DECISION_FAIL));
	assert_int_equal(decided(DECISION_SHOW)->event, EVENT_ERROR);
	end();
}

static void test_meeting_connect_says_who_has_not_answered(void **state)
{
	(void)state;
	struct endpoint_event failed = { .kind = ENDPOINT_FAILED, .err = ERR_UNREACHABLE },
			      answers = server(COMMUNICATOR_SERVER, 0),
			      one_waits = server(COMMUNICATOR_WAITING, 1);
	begin(false, NULL);
	with_code(CODE_WORDS);
	plan.target.code.has_nameplate = true;
	start();
	feed(&failed, MEETING_FREE, SECOND);
	assert_non_null(
	    strstr(decided(DECISION_FAIL)->phrase.text, "signaling server vps.example"));
	feed(&answers, MEETING_FREE, SECOND);
	feed(&failed, MEETING_FREE, SECOND);
	assert_non_null(strstr(decided(DECISION_FAIL)->phrase.text, "under this code's number"));
	feed(&one_waits, MEETING_FREE, SECOND);
	feed(&failed, MEETING_FREE, SECOND);
	assert_non_null(strstr(decided(DECISION_FAIL)->phrase.text, "is there but doesn't answer"));
	end();
}

/* What a timer at that moment tells; "" for nothing. */
static const char *told_at(uint64_t now)
{
	assert_true(meeting_deadline(&meeting) >= now || now == 0);
	meeting_timer(&meeting, MEETING_FREE, 0, now);
	collect();
	assert_true(count <= 1);
	return count == 0 ? "" : decisions[0].phrase.text;
}

/* A second after it began to wait, connect says for whom, and where; then each change, once. */
static void test_meeting_connect_says_where_it_stands(void **state)
{
	(void)state;
	struct endpoint_event answers = server(COMMUNICATOR_SERVER, 0),
			      waits = server(COMMUNICATOR_WAITING, 1),
			      gone = server(COMMUNICATOR_WAITING, 0);
	begin(false, "bob " KEY_A "\n");
	plan.target.has_contact = true;
	plan.target.contact = *book_named(plan.book, span_text("bob"));
	start();
	assert_string_equal(told_at(0), "");
	assert_int_equal(meeting_deadline(&meeting), SECOND);
	assert_string_equal(told_at(SECOND), "bob");
	assert_int_equal(decisions[0].event, EVENT_WAITING);
	assert_string_equal(decisions[0].phrase.hint, "at vps.example: no answer yet");
	feed(&answers, MEETING_FREE, 3 * SECOND);
	assert_string_equal(told_at(3 * SECOND), "");
	assert_string_equal(told_at(5 * SECOND), "vps.example answers; bob isn't there yet");
	assert_int_equal(decisions[0].event, EVENT_NOTICE);
	feed(&waits, MEETING_FREE, 6 * SECOND);
	assert_string_equal(told_at(6 * SECOND), "");
	gone.communicator.number = gone.communicator.silent = 1; /* it was killed */
	feed(&gone, MEETING_FREE, 7 * SECOND);                   /* as it was: no news */
	assert_string_equal(told_at(7 * SECOND), "");
	feed(&waits, MEETING_FREE, 8 * SECOND);
	assert_string_equal(told_at(8 * SECOND), "");
	assert_string_equal(told_at(10 * SECOND), "bob is there, but hasn't answered yet");
	assert_string_equal(
	    told_at(60 * SECOND),
	    "still waiting for bob at vps.example, for 1 minute now: bob is there, but hasn't "
	    "answered yet");
	assert_string_equal(told_at(240 * SECOND - 1), "");
	assert_non_null(strstr(told_at(240 * SECOND), "for 4 minutes now"));
	struct phrase p; /* on request */
	meeting_place_standing(&meeting.place, 2 * 3600 * SECOND, &p);
	assert_string_equal(p.text, "still waiting for bob at vps.example, for 2 hours now: bob is "
	                            "there, but hasn't answered yet");
	assert_int_equal(meeting.place.waiting.lasts_us, 960 * SECOND);
	meeting_timer(&meeting, MEETING_TALKING, 0, 300 * SECOND);
	assert_string_equal(told_at(330 * SECOND), "");
	assert_string_equal(told_at(333 * SECOND), "bob"); /* begins anew */
	end();
}

/* A port that was reached is not said to be out of reach. */
static void test_meeting_connect_tells_an_open_port_from_none(void **state)
{
	(void)state;
	struct span scheme = span_text("tcp://");
	struct endpoint_event up = server(COMMUNICATOR_UP, 0),
			      failed = { .kind = ENDPOINT_FAILED, .err = ERR_UNREACHABLE };
	for (int open = 0; open < 2; open++) {
		begin(false, "bob " KEY_A "\n");
		plan.target.class =
		    communicator_class_of_scheme(&(struct span){ scheme.at, scheme.len });
		plan.target.has_contact = true;
		plan.target.contact = *book_named(plan.book, span_text("bob"));
		strcpy(plan.direct, "tcp://vps:7242");
		start();
		if (open)
			feed(&up, MEETING_FREE, 0);
		assert_string_equal(told_at(0), "");
		assert_string_equal(told_at(open ? 3 * SECOND : SECOND), "bob");
		assert_string_equal(decisions[0].phrase.hint,
		                    open ? "at tcp://vps:7242: the port is open, but bob hasn't "
		                           "answered yet"
		                         : "at tcp://vps:7242: no answer yet");
		feed(&failed, MEETING_FREE, 4 * SECOND);
		assert_string_equal(decided(DECISION_FAIL)->phrase.text,
		                    open ? "tcp://vps:7242 is open, but bob doesn't answer there"
		                         : "can't reach tcp://vps:7242");
		end();
	}
}

/* connect, with a code whose number is 77. */
static void begin_with_number(void)
{
	begin(false, NULL);
	with_code(CODE_WORDS);
	plan.target.code.has_nameplate = true;
	plan.target.code.nameplate = 77;
	start();
}

/* Whom a full server does not let in cannot know who is there. */
static void test_meeting_connect_does_not_say_who_is_absent_from_a_full_server(void **state)
{
	(void)state;
	struct endpoint_event answers = server(COMMUNICATOR_SERVER, 0),
			      let_in = server(COMMUNICATOR_WAITING, 0), full = failure(ERR_BUSY);
	struct phrase p;
	begin_with_number();
	feed(&answers, MEETING_FREE, 0);
	assert_string_equal(told_at(0), "");
	feed(&full, MEETING_FREE, 0);
	assert_non_null(shown("vps.example is full"));
	assert_string_equal(told_at(SECOND),
	                    "waiting for the peer at vps.example: no place is free there yet");
	assert_string_equal(told_at(60 * SECOND),
	                    "still waiting for the peer at vps.example, for 1 minute now: no place "
	                    "is free there yet");
	meeting_place_no_answer(&meeting.place, &p);
	assert_non_null(strstr(p.text, "vps.example is full: too many peers are waiting there, or "
	                               "with this code"));
	assert_null(strstr(p.hint, "access key"));
	assert_int_equal(p.err, ERR_BUSY);
	directory.places[0].key.given = true;
	meeting_place_no_answer(&meeting.place, &p);
	assert_non_null(strstr(p.text, "vps.example has no place left for your access key"));
	feed(&let_in, MEETING_FREE, 61 * SECOND);
	assert_string_equal(told_at(61 * SECOND), "");
	assert_non_null(strstr(told_at(63 * SECOND), "nobody is there under the number 77"));
	meeting_place_no_answer(&meeting.place, &p);
	assert_non_null(strstr(p.text, "nobody is waiting under this code's number"));
	end();
}

/* Of two servers one is full: where the other has let us in, that one says who is there; else the
 * full one is named. */
static void test_meeting_connect_says_which_of_two_servers_is_full(void **state)
{
	(void)state;
	struct endpoint_event answers = server(COMMUNICATOR_SERVER, 0),
			      let_in = server(COMMUNICATOR_WAITING, 0), full = failure(ERR_BUSY);
	struct phrase p;
	full.communicator.server = 1;
	for (int order = 0; order < 3; order++) { /* let in first; full first; never let in */
		begin_with_number();
		directory.count = 2;
		strcpy(directory.places[1].host, "b.example");
		directory.places[1].port = LIMIT_PORT;
		feed(&answers, MEETING_FREE, 0);
		if (order == 0)
			feed(&let_in, MEETING_FREE, 0);
		feed(&full, MEETING_FREE, 0);
		assert_non_null(shown("b.example is full"));
		if (order == 1)
			feed(&let_in, MEETING_FREE, 0);
		meeting_place_no_answer(&meeting.place, &p);
		assert_non_null(
		    strstr(p.text, order < 2 ? "nobody is waiting under" : "b.example is full"));
		end();
	}
}

/* The first sentence of who waits names whom, also at a full server; and what a conversation has
 * kept from the user is told after it. */
static void test_meeting_connect_names_whom_it_waits_for_at_a_full_server(void **state)
{
	(void)state;
	struct endpoint_event answers = server(COMMUNICATOR_SERVER, 0), full = failure(ERR_BUSY);
	for (int talking = 0; talking < 2; talking++) {
		begin(false, "bob " KEY_A "\n");
		plan.target.has_contact = true;
		plan.target.contact = *book_named(plan.book, span_text("bob"));
		start();
		feed(&answers, MEETING_FREE, 0);
		if (talking) {
			meeting_timer(&meeting, MEETING_TALKING, 0, 0);
			collect();
		}
		feed(&full, talking ? MEETING_TALKING : MEETING_FREE, 0);
		assert_string_equal(told_at(0), "");
		assert_string_equal(told_at(SECOND), "bob");
		assert_int_equal(decisions[0].event, EVENT_WAITING);
		assert_string_equal(decisions[0].phrase.hint,
		                    "at vps.example: no place is free there yet");
		end();
	}
}

/* Whoever has left may still be counted by the server: after a conversation, which ended with the
 * words that we wait, there is no news until something changes. And a used code is told once. */
static void test_meeting_says_nothing_twice_after_a_conversation(void **state)
{
	(void)state;
	struct endpoint_event answers = server(COMMUNICATOR_SERVER, 0),
			      waits = server(COMMUNICATOR_WAITING, 1),
			      gone = server(COMMUNICATOR_WAITING, 0),
			      bob = peer(KEY_A, TRUST_CODE, "bob");
	begin(false, NULL);
	with_code(CODE_WORDS);
	start();
	feed(&answers, MEETING_FREE, 0);
	feed(&waits, MEETING_FREE, 0);
	feed(&bob, MEETING_FREE, SECOND);
	meeting_timer(&meeting, MEETING_TALKING, 0, 2 * SECOND);
	collect();
	assert_string_equal(told_at(20 * SECOND), "");
	feed(&gone, MEETING_FREE, 24 * SECOND);
	assert_string_equal(told_at(30 * SECOND), "");
	feed(&waits, MEETING_FREE, 40 * SECOND);
	assert_string_equal(told_at(40 * SECOND), "");
	assert_string_equal(told_at(42 * SECOND), "bob is there, but hasn't answered yet");
	end();

	begin(true, NULL);
	with_code(CODE_WORDS);
	start();
	feed(&answers, MEETING_FREE, 0);
	feed(&bob, MEETING_FREE, SECOND);
	meeting_timer(&meeting, MEETING_TALKING, 0, 2 * SECOND);
	collect();
	assert_non_null(strstr(told_at(20 * SECOND), "the code has been used; for a new one"));
	assert_string_equal(told_at(30 * SECOND), "");
	end();
}

/* The number is the first thing to look at. */
static void test_meeting_connect_says_that_nobody_is_under_the_number(void **state)
{
	(void)state;
	struct endpoint_event answers = server(COMMUNICATOR_SERVER, 0);
	begin_with_number();
	feed(&answers, MEETING_FREE, 0);
	assert_string_equal(told_at(0), "");
	const char *told = told_at(SECOND);
	assert_non_null(strstr(told, "at vps.example: nobody is there under the number 77"));
	assert_non_null(strstr(told, "Check the number"));
	end();

	struct endpoint_event waits = server(COMMUNICATOR_WAITING, 1);
	begin(false, NULL);
	with_code(CODE_WORDS);
	start();
	feed(&answers, MEETING_FREE, 0);
	feed(&waits, MEETING_FREE, 0);
	assert_string_equal(told_at(0), "");
	assert_string_equal(told_at(3 * SECOND),
	                    "waiting for the peer at vps.example: it is there, but hasn't "
	                    "answered yet");
	end();
}

/* serve hears that its server is gone, and that it is back, each time. */
/* A server that has no number for the code: nothing is said of a code that nobody was shown. */
static void test_meeting_serve_says_nothing_of_a_code_not_shown(void **state)
{
	(void)state;
	struct endpoint_event answers = server(COMMUNICATOR_SERVER, 0),
			      number = server(COMMUNICATOR_NAMEPLATE, 107);
	begin(true, NULL);
	with_code(CODE_WORDS);
	start();
	feed(&answers, MEETING_FREE, 0);
	for (uint64_t at = SECOND; at < 60 * SECOND; at += SECOND)
		assert_string_equal(told_at(at), "");
	feed(&number, MEETING_FREE, 60 * SECOND);
	assert_int_equal(decisions[0].event, EVENT_CODE);
	assert_non_null(shown("waiting; the code works once"));
	end();
}

static void test_meeting_serve_hears_of_its_server_each_time(void **state)
{
	(void)state;
	struct endpoint_event answers = server(COMMUNICATOR_SERVER, 0),
			      fails = server(COMMUNICATOR_FAILED, 0);
	fails.communicator.err = ERR_UNREACHABLE;
	fails.communicator.reason = "Connection refused";
	begin(true, "bob " KEY_A "\n");
	start();
	feed(&answers, MEETING_FREE, 0);
	assert_int_equal(decided(DECISION_SHOW)->event, EVENT_WAITING);
	for (uint64_t at = SECOND; at < 60 * SECOND; at += 20 * SECOND) {
		assert_string_equal(told_at(at), "");
		feed(&fails, MEETING_FREE, at);
		assert_string_equal(decided(DECISION_SHOW)->phrase.text,
		                    "can't reach the signaling server vps.example: Connection "
		                    "refused; still trying");
		feed(&fails, MEETING_FREE, at + SECOND);
		assert_null(decided(DECISION_SHOW));
		assert_string_equal(told_at(at + 2 * SECOND), "");
		feed(&answers, MEETING_FREE, at + 3 * SECOND);
		assert_string_equal(decided(DECISION_SHOW)->phrase.text,
		                    "the signaling server vps.example answers");
		assert_string_equal(told_at(at + 3 * SECOND), "");
		assert_string_equal(told_at(at + 5 * SECOND), "bob");
	}
	end();
}

/* The program has said why it ends: nothing follows that sounds as if it went on. */
static void test_meeting_that_is_over_tries_nothing(void **state)
{
	(void)state;
	static const enum meeting_state states[] = { MEETING_FREE, MEETING_LEAVING };
	struct endpoint_event answers = server(COMMUNICATOR_SERVER, 0),
			      fails = server(COMMUNICATOR_FAILED, 0);
	fails.communicator.err = ERR_UNREACHABLE;
	for (size_t i = 0; i < 2; i++) {
		begin(true, "bob " KEY_A "\n");
		start();
		feed(&answers, MEETING_FREE, 0);
		feed(&fails, states[i], SECOND);
		assert_int_equal(count, states[i] == MEETING_FREE);
		end();
	}
}

static void test_meeting_connect_refusals_have_their_exit_status(void **state)
{
	(void)state;
	static const struct {
		enum refuse_reason reason;
		enum err err;
	} table[] = {
		{ REFUSE_VERSION, ERR_VERSION },
		{ REFUSE_SUITE, ERR_VERSION },
		{ REFUSE_KEY, ERR_TRUST },
		{ REFUSE_CODE, ERR_TRUST },
		{ REFUSE_CODE_DEAD, ERR_TRUST },
		{ REFUSE_BUSY, ERR_BUSY },
		{ (enum refuse_reason)99, ERR_VERSION },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct endpoint_event e = { .kind = ENDPOINT_REFUSED, .reason = table[i].reason };
		begin(false, NULL);
		with_code(CODE_WORDS);
		start();
		feed(&e, MEETING_FREE, SECOND);
		assert_int_equal(count, 1);
		assert_int_equal(decided(DECISION_FAIL)->phrase.err, table[i].err);
		assert_true(decided(DECISION_FAIL)->phrase.hint[0] != 0); /* what to do */
		end();
	}
}

/* A server that is silent may be there in a moment; a name that no name server knows is a mistake,
 * unless patience was asked for. */
static void test_meeting_silent_server_ends_nothing_and_a_wrong_name_does(void **state)
{
	(void)state;
	struct endpoint_event e = server(COMMUNICATOR_FAILED, 0);
	for (int i = 0; i < 8; i++) {
		bool wrong = i & 1, patient = i & 2, serving = i & 4;
		e.communicator.err = wrong ? ERR_FORMAT : ERR_UNREACHABLE;
		begin(serving, NULL);
		options.timeout = patient ? "60" : NULL;
		start();
		feed(&e, MEETING_FREE, SECOND);
		assert_int_equal(decided(DECISION_FAIL) != NULL, wrong && !patient);
		assert_int_equal(decisions[0].kind == DECISION_SHOW, !wrong || patient);
		if (serving && patient) { /* connect's patience is the endpoint's */
			assert_int_equal(meeting_deadline(&meeting), 60 * SECOND);
			meeting_timer(&meeting, MEETING_FREE, 0, 60 * SECOND);
			collect();
			assert_non_null(decided(DECISION_FAIL));
			assert_int_equal(decided(DECISION_FAIL)->phrase.err, ERR_UNREACHABLE);
		}
		end();
	}
}

/* Whoever is here may have died without a word: it is asked before a visitor is turned away. If it
 * is heard, the visitor is told that this host is busy, and its user who came, once for each; if it
 * is not, or has gone meanwhile, the visitor has its place. */
static void test_meeting_visitor_waits_for_an_answer_of_who_is_here(void **state)
{
	(void)state;
	static const struct {
		enum meeting_state then;
		bool heard, in;
	} table[] = { { MEETING_TALKING, true, false }, { MEETING_TALKING, false, true },
		      { MEETING_AWAY, false, true },    { MEETING_FREE, false, true },
		      { MEETING_BUSY, false, true },    { MEETING_LEAVING, false, false } };
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		begin(true, "bob " KEY_A "\ncarol " KEY_B "\n");
		start();
		for (unsigned times = 0; times < 2; times++) {
			uint64_t now = (1 + times) * 100 * SECOND;
			struct endpoint_event e = peer(KEY_B, TRUST_CONTACT, "carol");
			feed(&e, MEETING_TALKING, now);
			assert_non_null(decided(DECISION_ASK));
			assert_int_equal(count, 1);
			meeting_timer(&meeting, MEETING_TALKING, now - 1, now + SECOND);
			collect();
			assert_null(decided(DECISION_REFUSE));
			assert_true(meeting_deadline(&meeting) <= now + 4 * SECOND);
			meeting_timer(&meeting, table[i].then,
			              table[i].heard ? now + 2 * SECOND : 0, now + 4 * SECOND);
			collect();
			assert_int_equal(decided(DECISION_LET_IN) != NULL, table[i].in);
			assert_int_equal(decided(DECISION_REFUSE) != NULL, !table[i].in);
			if (table[i].heard)
				assert_int_equal(shown("carol wanted to connect") != NULL,
				                 times == 0);
			if (table[i].in)
				break;
		}
		end();
	}
}

/* What goes wrong while the peer is looked for again ends nothing. */
static void test_meeting_failures_on_looking_again_are_news(void **state)
{
	(void)state;
	struct endpoint_event busy = { .kind = ENDPOINT_REFUSED, .reason = REFUSE_BUSY };
	for (int again = 0; again < 2; again++) {
		begin(false, "bob " KEY_A "\n");
		plan.target.contact = world_contact("bob", KEY_A);
		start();
		busy.again = again;
		feed(&busy, MEETING_FREE, SECOND);
		assert_int_equal(decided(DECISION_FAIL) != NULL, !again);
		assert_int_equal(shown("bob is talking with someone else; still trying") != NULL,
		                 again);
		end();
	}
}

/* That the peer talks with somebody else is said once, and neither that it is there, but does not
 * answer, nor that it isn't; when it was away in between, it is news. */
static void test_meeting_says_once_that_the_peer_is_busy(void **state)
{
	(void)state;
	static const char still[] = "bob is talking with someone else; still trying";
	struct phrase asked;
	struct endpoint_event busy = { .kind = ENDPOINT_REFUSED,
		                       .reason = REFUSE_BUSY,
		                       .again = true },
			      answers = server(COMMUNICATOR_SERVER, 0),
			      waits = server(COMMUNICATOR_WAITING, 1),
			      gone = server(COMMUNICATOR_WAITING, 0),
			      bob = peer(KEY_A, TRUST_CONTACT, "bob");
	begin(false, "bob " KEY_A "\n");
	plan.target.contact = world_contact("bob", KEY_A);
	start();
	feed(&answers, MEETING_FREE, 0);
	feed(&bob, MEETING_FREE, SECOND);
	meeting_timer(&meeting, MEETING_TALKING, 0, 2 * SECOND);
	assert_true(meeting_place_busy(&meeting.place)); /* so the conversation ended */
	collect();
	assert_string_equal(told_at(20 * SECOND), "");
	feed(&busy, MEETING_FREE, 21 * SECOND);
	assert_null(shown(still));
	feed(&waits, MEETING_FREE, 22 * SECOND);
	assert_string_equal(told_at(30 * SECOND), "");
	meeting_place_standing(&meeting.place, 30 * SECOND, &asked);
	assert_non_null(strstr(asked.text, ": bob is talking with someone else"));
	feed(&gone, MEETING_FREE, 31 * SECOND);
	assert_string_equal(told_at(31 * SECOND), "");
	assert_string_equal(told_at(33 * SECOND), "vps.example answers; bob isn't there yet");
	feed(&busy, MEETING_FREE, 41 * SECOND);
	assert_non_null(shown(still));
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_meeting_visitor_waits_for_an_answer_of_who_is_here),
		WORLD_TEST(test_meeting_failures_on_looking_again_are_news),
		WORLD_TEST(test_meeting_says_once_that_the_peer_is_busy),
		WORLD_TEST(test_meeting_new_peer_by_code_is_let_in_and_saved),
		WORLD_TEST(test_meeting_oneself_is_no_contact),
		WORLD_TEST(test_meeting_who_is_not_saved_is_not_said_to_be),
		WORLD_TEST(test_meeting_stranger_who_knows_our_key_is_refused_and_reported_once),
		WORLD_TEST(test_meeting_contact_keeps_its_suite),
		WORLD_TEST(test_meeting_many_strangers_are_reported_as_a_number),
		WORLD_TEST(test_meeting_allow_lets_in_those_contacts_alone),
		WORLD_TEST(test_meeting_remembers_where_it_met),
		WORLD_TEST(test_meeting_second_peer_is_told_that_we_are_busy),
		WORLD_TEST(test_meeting_number_of_the_code_comes_from_the_server),
		WORLD_TEST(test_meeting_address_to_connect_to_is_shown_once),
		WORLD_TEST(test_meeting_code_dies_of_three_guesses_and_of_age),
		WORLD_TEST(test_meeting_goes_on_without_a_code_where_contacts_may_come),
		WORLD_TEST(test_meeting_keep_makes_another_code),
		WORLD_TEST(test_meeting_connect_leaves_the_room_of_a_used_code),
		WORLD_TEST(test_meeting_connect_stays_in_the_room_of_a_number),
		WORLD_TEST(test_meeting_patient_code_only_rests),
		WORLD_TEST(test_meeting_waits_in_the_rooms_of_contacts),
		WORLD_TEST(test_meeting_a_strangers_mode_is_of_no_interest),
		WORLD_TEST(test_meeting_connect_says_who_has_not_answered),
		WORLD_TEST(test_meeting_connect_says_where_it_stands),
		WORLD_TEST(test_meeting_connect_tells_an_open_port_from_none),
		WORLD_TEST(test_meeting_invites_others_while_one_is_here),
		WORLD_TEST(test_meeting_invites_where_there_was_no_code),
		WORLD_TEST(test_meeting_says_that_an_invitation_waits_for_the_server),
		WORLD_TEST(test_meeting_says_that_a_key_may_have_reached_its_limit),
		WORLD_TEST(test_meeting_says_why_it_cannot_invite),
		WORLD_TEST(test_meeting_connect_does_not_say_who_is_absent_from_a_full_server),
		WORLD_TEST(test_meeting_connect_says_which_of_two_servers_is_full),
		WORLD_TEST(test_meeting_connect_names_whom_it_waits_for_at_a_full_server),
		WORLD_TEST(test_meeting_says_nothing_twice_after_a_conversation),
		WORLD_TEST(test_meeting_connect_says_that_nobody_is_under_the_number),
		WORLD_TEST(test_meeting_serve_says_nothing_of_a_code_not_shown),
		WORLD_TEST(test_meeting_serve_hears_of_its_server_each_time),
		WORLD_TEST(test_meeting_that_is_over_tries_nothing),
		WORLD_TEST(test_meeting_connect_refusals_have_their_exit_status),
		WORLD_TEST(test_meeting_silent_server_ends_nothing_and_a_wrong_name_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
