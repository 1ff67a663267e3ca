/* schat_core: two programs talk through the pure half of the library; who may come, who may not,
 * and what a program is told. The parts of lib/ are tested through it. */
#include "tests/unit/core_world.h"

#include "base/limits.h"
#include "lib/identity_of.h"
#include "lib/party.h"
#include "lib/schat_core.h"
#include "lib/setup.h"
#include "lib/talk.h"
#include "lib/telling.h"
#include "lib/where.h"

static const struct schat_encryption by_code = { .code = "velvet-anchor" };

static void assert_told(size_t i, const char *want)
{
	assert_string_equal(world.cores[i].told, want);
}

static void say(size_t i, const char *text)
{
	assert_int_equal(schat_core_say(world.cores[i].core, 0, text, strlen(text)), SCHAT_OK);
}

/* Two that are connected by a code. */
static void two(uint64_t seed)
{
	world_begin(seed);
	assert_int_equal(world_add(0, &by_code, false, 1), SCHAT_OK);
	assert_int_equal(world_add(1, &by_code, false, 0), SCHAT_OK);
	world_run(2 * SECOND);
	assert_told(0, "listening code connected");
	assert_told(1, "connected");
	assert_string_equal(world.cores[0].code, "velvet-anchor");
	world.cores[0].told[0] = world.cores[1].told[0] = 0;
}

static void test_two_talk_and_part(void **unused)
{
	(void)unused;
	two(1);
	say(0, "one");
	say(0, "");
	say(1, "two");
	assert_int_equal(schat_core_unconfirmed(world.cores[0].core), 2);
	world_run(SECOND);
	assert_told(0, "text:two shown");
	assert_told(1, "text:one text: shown");
	assert_int_equal(world.cores[0].last.number, 2);
	assert_int_equal(schat_core_unconfirmed(world.cores[0].core), 0);
	schat_core_leave(world.cores[1].core, 0);
	assert_int_equal(schat_core_say(world.cores[1].core, 0, "x", 1), SCHAT_ERR_STATE);
	world_run(SECOND);
	assert_told(0, "text:two shown left");
	say(0, "it still reads");
	schat_core_leave(world.cores[0].core, world.cores[0].last.peer);
	world_run(5 * SECOND);
	assert_told(0, "text:two shown left shown over:0");
	assert_told(1, "text:one text: shown text:it still reads left over:0 ended:0");
	assert_int_equal(schat_core_peers(world.cores[0].core), 0);
	assert_true(schat_core_settled(world.cores[1].core));
	world_end();
}

/* A text is confirmed when the next event is asked for, and not before. */
static void test_a_text_is_confirmed_when_the_program_comes_back(void **unused)
{
	struct schat_event e;
	(void)unused;
	two(2);
	world.cores[0].deaf = true;
	say(1, "read me");
	world_run(SECOND);
	assert_true(schat_core_take(world.cores[0].core, &e, world.now));
	assert_int_equal(e.kind, SCHAT_TEXT);
	assert_string_equal(e.text, "read me");
	assert_int_equal(e.text_len, 7);
	world_run(SECOND);
	assert_told(1, "");
	assert_false(schat_core_take(world.cores[0].core, &e, world.now));
	world_run(SECOND);
	assert_told(1, "shown");
	world_end();
}

/* Bytes: each is confirmed when the program comes back, the end comes behind the last, and nothing
 * else can be said. */
static void test_bytes_are_a_stream_each_way(void **unused)
{
	static uint8_t bytes[3 * SCHAT_TEXT_MAX];
	const struct schat_connection c[] = {
		{ .address = "udp://192.0.2.1:7000", .waits = true, .bytes = true },
		{ .address = "udp://192.0.2.1:7000", .bytes = true }
	};
	enum schat_error error;
	struct schat_event e;
	size_t heard = 0;
	(void)unused;
	world_begin(41);
	for (size_t i = 0; i < 2; i++)
		world.cores[i].core =
		    schat_core_new(&c[i], &by_code, false, world_entropy, world.now, &error);
	assert_int_equal(schat_core_write(world.cores[1].core, bytes, 1), 0);
	world_run(SECOND);
	world.cores[0].told[0] = world.cores[1].told[0] = 0;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i % 251);
	world.cores[0].deaf = true;
	assert_int_equal(schat_core_say(world.cores[1].core, 0, "x", 1), SCHAT_ERR_STATE);
	assert_int_equal(schat_core_write(world.cores[1].core, bytes, sizeof bytes), sizeof bytes);
	schat_core_leave(world.cores[1].core, 0);
	assert_int_equal(schat_core_write(world.cores[1].core, bytes, 1), 0);
	world_run(SECOND);
	assert_true(schat_core_unconfirmed(world.cores[1].core) == sizeof bytes);
	while (schat_core_take(world.cores[0].core, &e, world.now) && e.kind == SCHAT_BYTES) {
		assert_true(e.number == heard && e.text_len <= SCHAT_TEXT_MAX);
		assert_memory_equal(e.text, bytes + heard, e.text_len);
		heard += e.text_len;
		world_run(100 * MS);
	}
	assert_int_equal(heard, sizeof bytes);
	assert_int_equal(e.kind, SCHAT_LEFT);
	assert_told(1, "");
	world.cores[0].deaf = false;
	assert_int_equal(schat_core_write(world.cores[0].core, "a\0b", 3), 3);
	schat_core_leave(world.cores[0].core, 0);
	world_run(SECOND);
	assert_told(0, "over:0");
	assert_told(1, "bytes left over:0 ended:0");
	world_end();
}

static void test_what_cannot_be_said(void **unused)
{
	static char long_text[SCHAT_TEXT_MAX + 1];
	(void)unused;
	world_begin(3);
	assert_int_equal(world_add(0, &by_code, false, 1), SCHAT_OK);
	assert_int_equal(schat_core_say(world.cores[0].core, 0, "x", 1), SCHAT_ERR_STATE);
	world_end();
	two(3);
	struct schat_core *c = world.cores[0].core;
	memset(long_text, 'x', sizeof long_text);
	assert_int_equal(schat_core_say(c, 0, long_text, sizeof long_text), SCHAT_ERR_FORMAT);
	assert_int_equal(schat_core_say(c, 0, "\xff", 1), SCHAT_ERR_FORMAT);
	assert_int_equal(schat_core_say(c, 77, "x", 1), SCHAT_ERR_STATE);
	enum schat_error error = SCHAT_OK;
	for (int i = 0; i < 2000 && error == SCHAT_OK; i++)
		error = schat_core_say(c, 0, long_text, SCHAT_TEXT_MAX);
	assert_int_equal(error, SCHAT_ERR_FULL);
	world_end();
}

static void test_a_peer_that_breaks_off_is_cut(void **unused)
{
	(void)unused;
	two(4);
	schat_core_break_off(world.cores[1].core, "no more");
	world_run(5 * SECOND);
	assert_told(0, "over:8");
	assert_string_equal(world.cores[0].text, "no more");
	schat_core_finish(world.cores[0].core);
	schat_link_refresh(world.cores[0].core, world.now);
	world_end();
}

/* Nothing is heard any more: that is told, and in the end it is over. */
static void test_a_peer_that_falls_silent_is_cut(void **unused)
{
	(void)unused;
	two(13);
	schat_core_free(world.cores[1].core);
	world.cores[1].core = NULL;
	say(0, "anybody there?");
	world_run(90 * SECOND);
	assert_told(0, "away over:8");
	assert_int_equal(world.cores[0].last.number, 1); /* it was not confirmed */
	world_end();
}

/* Whoever was let in, and is gone before a session stood, leaves nothing. */
static void test_who_never_came_is_forgotten(void **unused)
{
	struct endpoint_event e = { .kind = ENDPOINT_PEER, .peer = 7 };
	struct schat_event told;
	struct party party = { .turn = 0 };
	char text[LIMIT_TEXT + 1];
	(void)unused;
	assert_true(party_add(&party, talk_new(&e, MODE_CHAT)));
	struct talk *t = party_find(&party, 7);
	assert_non_null(t);
	assert_false(party_take(&party, &told, text));
	party_gone(&party, t, ERR_CUT, span_text(""));
	assert_null(party_find(&party, 7));
	assert_false(party_take(&party, &told, text));
	party_shown(&party);
	for (unsigned i = 0; i < PARTY_MAX; i++)
		assert_true(party_add(&party, talk_new(&e, MODE_CHAT)));
	t = talk_new(&e, MODE_CHAT);
	assert_false(party_add(&party, t));
	talk_free(t);
	party_end(&party);
}

/* ---- codes ---- */

/* At a server, a code is whole when the server has given the number. */
static void test_a_code_at_a_server_gets_its_number(void **unused)
{
	struct schat_connection c = { .address = "192.0.2.1", .waits = true };
	const struct schat_encryption numberless = { .code = "107-velvet-anchor" },
				      anybody = { .first_use = true };
	struct setup s;
	char text[CODE_TEXT];
	(void)unused;
	world_begin(14);
	assert_int_equal(setup_init(&s, &c, &numberless, world_entropy, world.now), OK);
	setup_numbered(&s, 42);
	setup_tell_code(&s, text, world.now);
	assert_string_equal(text, "42-velvet-anchor");
	assert_int_equal(setup_code(&s, "velvet-velvet", world.now), OK);
	assert_false(s.code.has_nameplate); /* it has left the old one */
	setup_numbered(&s, 43);
	setup_tell_code(&s, text, world.now);
	assert_string_equal(text, "43-velvet-velvet");
	setup_wipe(&s);
	assert_int_equal(setup_init(&s, &c, &anybody, world_entropy, world.now), OK);
	setup_numbered(&s, 44);
	setup_tell_code(&s, text, world.now);
	assert_string_equal(text, "44");
	assert_true(s.code_ends_at == NEVER);
	setup_wipe(&s);
}

static void test_a_wrong_code_gets_nowhere(void **unused)
{
	const struct schat_encryption wrong = { .code = "velvet-velvet" };
	(void)unused;
	world_begin(5);
	assert_int_equal(world_add(0, &by_code, false, 1), SCHAT_OK);
	for (size_t i = 1; i <= 3; i++) {
		assert_int_equal(world_add(i, &wrong, false, 0), SCHAT_OK);
		world_run(3 * SECOND);
		assert_int_equal(world.cores[i].last.kind, SCHAT_ENDED);
		assert_int_equal(world.cores[i].last.error,
		                 i < 3 ? SCHAT_ERR_AUTH : SCHAT_ERR_TRUST); /* it is dead */
	}
	assert_told(0, "listening code guess guess code-ended:2");
	world_end();
}

static void test_a_code_ends_after_ten_minutes_and_another_works(void **unused)
{
	const struct schat_encryption make = { .make_code = true };
	struct schat_encryption made = { .code = world.cores[0].code };
	(void)unused;
	world_begin(6);
	assert_int_equal(world_add(0, &make, false, 1), SCHAT_OK);
	world_run(601 * SECOND);
	assert_told(0, "listening code code-ended:11");
	assert_int_equal(schat_core_new_code(world.cores[0].core, "nonsense", world.now),
	                 SCHAT_ERR_FORMAT);
	assert_int_equal(schat_core_new_code(world.cores[0].core, NULL, world.now), SCHAT_OK);
	world_run(SECOND);
	assert_int_equal(world_add(1, &made, false, 0), SCHAT_OK);
	assert_int_equal(schat_core_new_code(world.cores[1].core, NULL, world.now),
	                 SCHAT_ERR_STATE);
	world_run(SECOND);
	assert_told(0, "listening code code-ended:11 code connected");
	/* it works once */
	assert_int_equal(world_add(2, &made, false, 0), SCHAT_OK);
	world_run(3 * SECOND);
	assert_int_equal(world.cores[2].last.kind, SCHAT_ENDED);
	world_end();
}

/* ---- keys ---- */

static struct schat_identity *identity_new(char key[SCHAT_KEY])
{
	enum schat_error error;
	struct schat_identity *id = schat_identity_new("noise", world_entropy, &error);
	assert_non_null(id);
	schat_identity_public(id, key, NULL);
	return id;
}

static void test_keys_decide_who_may_come(void **unused)
{
	static char keys[3][SCHAT_KEY];
	struct schat_identity *ids[3];
	(void)unused;
	world_begin(7);
	for (size_t i = 0; i < 3; i++)
		ids[i] = identity_new(keys[i]);
	const char *const friends[] = { keys[1] }, *const server[] = { keys[0] },
			  *const other[] = { keys[2] };
	struct schat_encryption e = { .identity = ids[0], .keys = friends, .keys_count = 1 };
	assert_int_equal(world_add(0, &e, false, 2), SCHAT_OK);
	e.identity = ids[2];
	e.keys = server;
	assert_int_equal(world_add(1, &e, false, 0), SCHAT_OK); /* a stranger who knows our key */
	e.identity = ids[1];
	e.keys = other;
	assert_int_equal(world_add(2, &e, false, 0), SCHAT_OK); /* who expects another key */
	e.keys = server;
	assert_int_equal(world_add(3, &e, false, 0), SCHAT_OK);
	world_run(35 * SECOND);
	assert_told(0, "listening connected");
	assert_string_equal(world.cores[0].key, keys[1]);
	assert_int_equal(world.cores[0].last.trust, SCHAT_TRUST_KEY);
	assert_told(1, "ended:7");
	assert_told(2, "ended:6"); /* a host that waits for keys alone is silent to others */
	assert_told(3, "connected");
	world_end();
	for (size_t i = 0; i < 3; i++)
		schat_identity_free(ids[i]);
}

/* The same peer comes again, and takes its own place. */
static void test_the_same_peer_again_replaces_itself(void **unused)
{
	static char keys[2][SCHAT_KEY];
	(void)unused;
	world_begin(8);
	struct schat_identity *ids[] = { identity_new(keys[0]), identity_new(keys[1]) };
	const char *const friends[] = { keys[1] }, *const server[] = { keys[0] };
	struct schat_encryption e = { .identity = ids[0], .keys = friends, .keys_count = 1 };
	assert_int_equal(world_add(0, &e, false, 1), SCHAT_OK);
	e.identity = ids[1];
	e.keys = server;
	assert_int_equal(world_add(1, &e, false, 0), SCHAT_OK);
	world_run(SECOND);
	assert_int_equal(world_add(2, &e, false, 0), SCHAT_OK);
	world_run(3 * SECOND);
	assert_told(0, "listening connected over:12 connected");
	assert_told(2, "connected");
	assert_int_equal(schat_core_peers(world.cores[0].core), 1);
	world_end();
	schat_identity_free(ids[0]);
	schat_identity_free(ids[1]);
}

/* The program decides itself, and may take its time. */
static void test_a_program_that_is_asked_decides(void **unused)
{
	const struct schat_encryption anybody = { .first_use = true };
	(void)unused;
	world_begin(9);
	assert_int_equal(world_add(0, &anybody, true, 1), SCHAT_OK);
	assert_int_equal(world_add(1, &anybody, false, 0), SCHAT_OK);
	schat_core_accept(world.cores[0].core, world.now); /* nobody is there */
	world_run(2 * SECOND);
	assert_told(0, "listening peer");
	assert_int_equal(world.cores[0].last.trust, SCHAT_TRUST_FIRST_USE);
	schat_core_refuse(world.cores[0].core);
	world_run(2 * SECOND);
	assert_told(1, "connected over:7 ended:7");
	assert_int_equal(world_add(2, &anybody, false, 0), SCHAT_OK);
	world_run(2 * SECOND);
	assert_int_equal(world.cores[0].last.kind, SCHAT_PEER);
	schat_core_accept(world.cores[0].core, world.now);
	world_run(SECOND);
	assert_told(0, "listening peer peer connected");
	/* full: it is not even asked */
	assert_int_equal(world_add(3, &anybody, false, 0), SCHAT_OK);
	world_run(2 * SECOND);
	assert_told(0, "listening peer peer connected");
	assert_int_equal(world.cores[3].last.error, SCHAT_ERR_BUSY);
	world_end();
}

static void test_several_peers_are_told_apart(void **unused)
{
	const struct schat_encryption anybody = { .first_use = true };
	(void)unused;
	world_begin(10);
	assert_int_equal(world_add(0, &anybody, false, 2), SCHAT_OK);
	assert_int_equal(world_add(1, &anybody, false, 0), SCHAT_OK);
	assert_int_equal(world_add(2, &anybody, false, 0), SCHAT_OK);
	world_run(3 * SECOND);
	assert_int_equal(schat_core_peers(world.cores[0].core), 2);
	say(1, "from one");
	world_run(SECOND);
	unsigned one = world.cores[0].last.peer;
	say(2, "from two");
	world_run(SECOND);
	assert_int_not_equal(world.cores[0].last.peer, one);
	assert_int_equal(schat_core_say(world.cores[0].core, one, "to one", 6), SCHAT_OK);
	say(0, "to all");
	world_run(SECOND);
	assert_told(1, "connected shown text:to one text:to all");
	assert_told(2, "connected shown text:to all");
	world_end();
}

/* ---- failures ---- */

static void test_each_failure_has_its_words(void **unused)
{
	static const struct failure {
		enum endpoint_event_kind kind;
		enum refuse_reason reason;
		enum err err, want;
	} failures[] = {
		{ ENDPOINT_REFUSED, REFUSE_VERSION, OK, ERR_VERSION },
		{ ENDPOINT_REFUSED, REFUSE_SUITE, OK, ERR_VERSION },
		{ ENDPOINT_REFUSED, REFUSE_KEY, OK, ERR_TRUST },
		{ ENDPOINT_REFUSED, REFUSE_CODE, OK, ERR_AUTH },
		{ ENDPOINT_REFUSED, REFUSE_CODE_DEAD, OK, ERR_TRUST },
		{ ENDPOINT_REFUSED, REFUSE_BUSY, OK, ERR_BUSY },
		{ ENDPOINT_CHANGED, REFUSE_NOT, OK, ERR_TRUST },
		{ ENDPOINT_WRONG_CODE, REFUSE_NOT, OK, ERR_AUTH },
		{ ENDPOINT_FAILED, REFUSE_NOT, ERR_UNREACHABLE, ERR_UNREACHABLE },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		const struct failure *f = &failures[i];
		struct endpoint_event e = { .kind = f->kind, .reason = f->reason, .err = f->err };
		const char *text = "";
		assert_int_equal(telling_why(&e, &text), f->want);
		assert_true(strlen(text) > 3);
	}
}

static void test_another_suite_is_told(void **unused)
{
	const struct schat_encryption plain = { .suite = "pseudo", .insecure = true };
	(void)unused;
	world_begin(15);
	assert_int_equal(world_add(0, &by_code, false, 1), SCHAT_OK);
	assert_int_equal(world_add(1, &plain, false, 0), SCHAT_OK);
	world_run(3 * SECOND);
	assert_told(1, "ended:10");
	assert_string_equal(world.cores[1].text, "the peer has another suite");
	assert_told(0, "listening code");
	world_end();
}

/* ---- choices ---- */

static enum schat_error chosen(const char *address, bool waits, struct schat_encryption e)
{
	struct schat_connection c = { .address = address, .waits = waits };
	enum schat_error error;
	world_begin(11);
	struct schat_core *core = schat_core_new(&c, &e, false, world_entropy, 1, &error);
	assert_true((core == NULL) == (error != SCHAT_OK));
	schat_core_free(core);
	return error;
}

static void test_choices_that_do_not_fit_are_refused(void **unused)
{
	const char *const no_key[] = { "schat-x25519 AAAA" };
	const struct schat_encryption nothing = { 0 }, unknown = { .suite = "rot13" },
				      number = { .code = "107", .first_use = true },
				      plain = { .suite = "pseudo" },
				      meant = { .suite = "pseudo", .insecure = true },
				      coded = { .suite = "pseudo",
		                                .insecure = true,
		                                .code = "velvet-anchor" },
				      insecure = { .code = "velvet-anchor", .insecure = true },
				      both = { .code = "velvet-anchor", .make_code = true },
				      made = { .make_code = true },
				      words = { .code = "velvet-xyzzy" },
				      keys = { .keys = no_key, .keys_count = 1 };
	(void)unused;
	assert_int_equal(chosen("tcp://", true, by_code), SCHAT_OK);
	assert_int_equal(chosen("tcp://[::]:1", true, by_code), SCHAT_OK);
	assert_int_equal(chosen("tcp://:1", true, by_code), SCHAT_OK);
	assert_int_equal(chosen("192.0.2.1", true, by_code), SCHAT_OK);
	assert_int_equal(chosen("192.0.2.1", false, number), SCHAT_OK);
	assert_int_equal(chosen("tcp://192.0.2.1", false, meant), SCHAT_OK);
	assert_int_equal(chosen("tcp://", false, by_code), SCHAT_ERR_FORMAT);
	assert_int_equal(chosen("tcp://:x", true, by_code), SCHAT_ERR_FORMAT);
	assert_int_equal(chosen("tcp://name", true, by_code), SCHAT_ERR_FORMAT);
	assert_int_equal(chosen("foo://x", false, by_code), SCHAT_ERR_FORMAT);
	assert_int_equal(chosen("192.0.2.1", false, by_code), SCHAT_ERR_FORMAT);
	assert_int_equal(chosen("tcp://1.2.3.4", false, words), SCHAT_ERR_FORMAT);
	assert_int_equal(chosen("tcp://1.2.3.4", false, keys), SCHAT_ERR_FORMAT);
	assert_int_equal(chosen(NULL, false, by_code), SCHAT_ERR_USAGE);
	assert_int_equal(chosen("tcp://1.2.3.4", false, nothing), SCHAT_ERR_USAGE);
	assert_int_equal(chosen("tcp://1.2.3.4", false, unknown), SCHAT_ERR_USAGE);
	assert_int_equal(chosen("tcp://1.2.3.4", false, plain), SCHAT_ERR_USAGE);
	assert_int_equal(chosen("tcp://1.2.3.4", false, coded), SCHAT_ERR_USAGE);
	assert_int_equal(chosen("tcp://1.2.3.4", false, insecure), SCHAT_ERR_USAGE);
	assert_int_equal(chosen("tcp://1.2.3.4", false, both), SCHAT_ERR_USAGE);
	assert_int_equal(chosen("tcp://1.2.3.4", false, made), SCHAT_ERR_USAGE);
	assert_int_equal(chosen("192.0.2.1", true, keys), SCHAT_ERR_USAGE);
}

static bool no_entropy(uint8_t *to)
{
	(void)to;
	return false;
}

static void test_without_entropy_nothing_starts(void **unused)
{
	struct schat_connection c = { .address = "udp://192.0.2.1:1" };
	enum schat_error error;
	(void)unused;
	assert_null(schat_core_new(&c, &by_code, false, no_entropy, 1, &error));
	assert_int_equal(error, SCHAT_ERR_STATE);
	assert_null(schat_identity_new("noise", no_entropy, &error));
	assert_int_equal(error, SCHAT_ERR_STATE);
}

/* ---- whoever sends what it likes ---- */

static void test_what_is_no_packet_changes_nothing(void **unused)
{
	struct test_random random = test_random(12);
	(void)unused;
	two(12);
	struct schat_route from = { .link = 1,
		                    .local = world.cores[0].at,
		                    .remote = world.cores[1].at };
	for (int i = 0; i < 2000; i++) {
		uint8_t bytes[200];
		size_t len = (size_t)random_below(&random.random, sizeof bytes);
		random_fill(&random.random, bytes, sizeof bytes);
		bytes[0] = i % 2 ? (uint8_t)(0xc0 | (i & 7)) : bytes[0];
		schat_link_input(world.cores[0].core, &from, bytes, len, world.now);
	}
	say(1, "still here");
	world_run(SECOND);
	assert_told(0, "text:still here");
	assert_told(1, "shown");
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_talk_and_part),
		cmocka_unit_test(test_a_text_is_confirmed_when_the_program_comes_back),
		cmocka_unit_test(test_bytes_are_a_stream_each_way),
		cmocka_unit_test(test_what_cannot_be_said),
		cmocka_unit_test(test_a_peer_that_breaks_off_is_cut),
		cmocka_unit_test(test_a_peer_that_falls_silent_is_cut),
		cmocka_unit_test(test_who_never_came_is_forgotten),
		cmocka_unit_test(test_a_code_at_a_server_gets_its_number),
		cmocka_unit_test(test_a_wrong_code_gets_nowhere),
		cmocka_unit_test(test_a_code_ends_after_ten_minutes_and_another_works),
		cmocka_unit_test(test_keys_decide_who_may_come),
		cmocka_unit_test(test_the_same_peer_again_replaces_itself),
		cmocka_unit_test(test_a_program_that_is_asked_decides),
		cmocka_unit_test(test_several_peers_are_told_apart),
		cmocka_unit_test(test_each_failure_has_its_words),
		cmocka_unit_test(test_another_suite_is_told),
		cmocka_unit_test(test_choices_that_do_not_fit_are_refused),
		cmocka_unit_test(test_without_entropy_nothing_starts),
		cmocka_unit_test(test_what_is_no_packet_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
