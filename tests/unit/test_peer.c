/* peer: one peer from its first packet to its last CLOSE, without an endpoint. Rows of
 * docs/SECURITY.md: H4, L6. */
#include "endpoint/peer.h"

#include <malloc.h>

#include "tests/unit/keys.h"
#include "tests/unit/support.h"

enum { ALICE, BOB }; /* Alice connects, Bob serves */

static struct test_random randomness;
static struct identity keys[2], session_key; /* rsa: of the responder, for one handshake */
static uint8_t suite = SUITE_NOISE;
static struct code code;
static struct peer *peers[2];
static uint64_t now;

static const uint8_t own_id[CONNECTION_ID] = { 1, 2, 3, 4 };
static const struct route route = { .kind = ROUTE_FORWARD_UDP, .link = 1, .pair = 7 };

static struct peer *peer_of(unsigned i, bool by_code, struct span greeting)
{
	struct keying_config config = { .initiator = i == ALICE,
		                        .suite = encryptor_class_of(suite),
		                        .identity = &keys[i],
		                        .session_key = &session_key,
		                        .code = by_code ? &code : NULL,
		                        .first_use = !by_code,
		                        .payload = greeting,
		                        .random = &randomness.random };
	struct peer *p = peer_new(&config, own_id, &route, now);

	assert_non_null(p);
	if (i == ALICE)
		assert_int_equal(handshake_start(&p->shake, now), OK);
	return p;
}

static void prepare(bool by_code, struct span alices, struct span bobs)
{
	now = 1000 * SECOND;
	randomness = test_random(3);
	code_make(&code, CODE_WORDS, &randomness.random);
	for (unsigned i = 0; i < 2; i++) {
		keys[i] = test_identity(suite == SUITE_RSA ? KEY_RSA : KEY_X25519, i);
		peers[i] = peer_of(i, by_code, i == ALICE ? alices : bobs);
	}
}

static void end(void)
{
	for (unsigned i = 0; i < 2; i++)
		peer_free(peers[i]);
}

static uint64_t silence_us = NEVER; /* of what is not forwarded */
static enum mode modes[2] = { MODE_CHAT, MODE_CHAT };

static enum err prove(unsigned i, enum mode mode)
{
	struct session_config config = { .initiator = i == ALICE,
		                         .suite = encryptor_class_of(suite),
		                         .identity = &keys[i],
		                         .silence_us = silence_us,
		                         .forward_silence_us = 3600 * SECOND,
		                         .random = &randomness.random };

	return peer_prove(peers[i], &config, mode, now);
}

/* One packet to the other. False: there was none. What the keys lead to is in *proved, if they
 * stand. */
static bool pass(unsigned from, enum err *proved)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;
	struct fragment f;
	enum handshake_step step;
	struct peer *p = peers[1 - from];
	size_t len = peer_output(peers[from], &to, packet, now);

	if (len == 0)
		return false;
	assert_true(route_same(&to, &route));
	if (packet[0] != PACKET_HANDSHAKE) {
		if (p->session != NULL)
			(void)peer_input(p, &route, packet, len, now);
		return true;
	}
	assert_int_equal(handshake_read(span_of(packet, len), &f), OK);
	assert_int_equal(peer_fragment(p, &route, &f, &step, now), OK);
	if (step == HANDSHAKE_ON && keying_ready(p->shake.keying))
		proved[1 - from] = prove(1 - from, modes[1 - from]);
	return true;
}

static bool pass_both(enum err proved[static 2])
{
	bool alice = pass(ALICE, proved), bob = pass(BOB, proved);

	return alice || bob;
}

/* Until neither has more to say. */
static void talk(enum err proved[static 2])
{
	for (unsigned turns = 0, silent = 0; silent < 3; turns++) {
		assert_in_range(turns, 0, 1000);
		for (unsigned i = 0; i < 2; i++)
			(void)peer_timer(peers[i], false, now);
		silent = pass_both(proved) ? 0 : silent + 1;
		now += MS;
	}
}

#define GREETING "\1\3bob"

/* SHAKING, PROVED, ASKED, ACCEPTED; the initiator is not to be asked about before the
 * responder's first packet has opened. */
static void test_peer_goes_from_a_handshake_to_a_session(void **state)
{
	(void)state;
	enum err proved[2] = { ERR_STATE, ERR_STATE };
	struct endpoint_event e[2];

	prepare(true, span_text("\1\5alice"), span_text(GREETING));
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(peers[i]->state, PEER_SHAKING);
		assert_null(peers[i]->session);
		assert_false(peer_take(peers[i], &e[i]));
	}
	while (proved[ALICE] == ERR_STATE)
		assert_true(pass_both(proved));
	assert_int_equal(peers[ALICE]->state, PEER_PROVED);
	assert_true(peer_is_unconfirmed(peers[ALICE]));
	assert_false(peer_take(peers[ALICE], &e[ALICE]));
	talk(proved);
	assert_true(peers[BOB]->pairing);
	assert_false(peers[BOB]->known);
	assert_true(peer_is_unconfirmed(peers[ALICE])); /* Bob's program has not decided */
	assert_true(peer_take(peers[BOB], &e[BOB]));
	talk(proved);
	assert_true(peer_is_unconfirmed(peers[ALICE]));
	peer_accept(peers[BOB]);
	talk(proved);
	assert_false(peer_is_unconfirmed(peers[ALICE]));
	assert_true(peer_take(peers[ALICE], &e[ALICE]));
	peer_accept(peers[ALICE]);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(proved[i], OK);
		assert_null(peers[i]->shake.keying);
		assert_true(session_has_route(peers[i]->session, &route));
		assert_int_equal(e[i].kind, ENDPOINT_PEER);
		assert_int_equal(e[i].trust, TRUST_CODE);
		assert_true(public_key_equal(&e[i].key, &keys[1 - i].public));
		assert_string_equal(e[i].nick, i == ALICE ? "bob" : "alice");
		assert_string_equal(e[i].words, "");
		assert_int_equal(peers[i]->state, PEER_ACCEPTED);
	}
	assert_memory_equal(e[0].pair_secret, e[1].pair_secret, sizeof e[0].pair_secret);
	end();
}

/* Who is refused hears that first: it never takes itself for connected. */
static void test_peer_that_is_refused_is_not_asked_about(void **state)
{
	(void)state;
	enum err proved[2] = { ERR_STATE, ERR_STATE };
	struct endpoint_event e;

	prepare(true, span_text("\1\5alice"), span_text(GREETING));
	talk(proved);
	assert_true(peer_take(peers[BOB], &e));
	peer_close(peers[BOB], CLOSE_BUSY, span_text("busy"));
	enum peer_news news = PEER_FINE;
	for (unsigned i = 0; i < 100 && news == PEER_FINE; i++) {
		talk(proved);
		assert_false(peer_take(peers[ALICE], &e));
		news = peer_timer(peers[ALICE], false, now);
	}
	assert_int_equal(news, PEER_GONE);
	assert_int_equal(peers[ALICE]->state, PEER_PROVED);
	end();
}

/* Bytes of the payload that nobody looks at would be room to vary: refused on first use, from
 * either side, before there is a session; by a code they are ignored as ever (docs/PROTOCOL.md
 * 4.2). */
static void test_peer_takes_no_unknown_payload_bytes_on_first_use(void **state)
{
	(void)state;
	const struct span greetings[] = {
		span_text(GREETING),     span_of((const uint8_t *)"\1", 2),
		span_text(GREETING "x"), span_text("\1\4bob"),
		span_text("\1"),
	};

	for (unsigned by_code = 0; by_code < 2; by_code++)
		for (unsigned from = 0; from < 2; from++)
			for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
				enum err proved[2] = { ERR_STATE, ERR_STATE };
				prepare(by_code, from == ALICE ? greetings[i] : greetings[0],
				        from == BOB ? greetings[i] : greetings[0]);
				while (proved[1 - from] == ERR_STATE)
					assert_true(pass_both(proved));
				assert_int_equal(proved[1 - from],
				                 by_code || i < 2 ? OK : ERR_AUTH);
				assert_int_equal(peers[1 - from]->session != NULL,
				                 by_code || i < 2);
				end();
			}
}

/* On first use the program is asked when there are words, the same ones on both sides; where
 * none come about, not at all, and the session ends after a minute. */
static void test_peer_on_first_use_is_asked_about_with_words(void **state)
{
	(void)state;
	enum err proved[2];
	struct endpoint_event e[2];

	prepare(false, span_text(GREETING), span_text(GREETING));
	talk(proved);
	struct session *alice = peers[ALICE]->session;
	assert_false(peers[BOB]->pairing || peers[BOB]->known);
	for (unsigned i = 0; i < 2; i++) {
		assert_true(peer_is_comparing(peers[i]));
		assert_false(peer_take(peers[i], &e[i]));
	}
	assert_true(session_asks_nonce(alice));
	session_give_nonce(alice);
	talk(proved);
	for (unsigned i = 0; i < 2; i++)
		assert_true(peer_take(peers[i], &e[i]));
	assert_string_not_equal(e[0].words, "");
	assert_string_equal(e[0].words, e[1].words);
	end();

	prepare(false, span_text(GREETING), span_text(GREETING));
	talk(proved);
	assert_true(peer_deadline(peers[BOB]) >= now); /* there is nothing to do now */
	enum peer_news news = PEER_FINE;
	while (now < 1000 * SECOND + 2 * LIMIT_HANDSHAKE_US && news == PEER_FINE) {
		talk(proved);
		assert_false(peer_take(peers[BOB], &e[BOB]));
		now = peer_deadline(peers[BOB]) > now ? peer_deadline(peers[BOB]) : now;
		news = peer_timer(peers[BOB], false, now);
	}
	assert_int_equal(news, PEER_BROKEN);
	assert_true(now >= 1000 * SECOND + LIMIT_HANDSHAKE_US);
	end();
}

/* Whoever runs in another mode is told so, and nobody else; and what this side is. */
static void test_peer_of_another_mode_is_closed_at_once(void **state)
{
	(void)state;
	static const struct {
		const char *alices;
		enum mode bobs;
		const char *text;
	} table[] = {
		{ "\2\3bob", MODE_CHAT, "this side is a chat" }, /* Alice is a pipe */
		{ "\1\3bob", MODE_PIPE, "this side is a pipe" },
		{ "\1\3bob", MODE_FORWARD, "this side forwards a port" },
	};

	for (size_t at = 0; at < sizeof table / sizeof *table; at++) {
		enum err proved[2] = { ERR_STATE, ERR_STATE }, err = OK;
		struct endpoint_event e;
		struct span text;

		modes[BOB] = table[at].bobs;
		prepare(true, span_text(table[at].alices), span_text(GREETING));
		talk(proved);
		assert_int_equal(proved[BOB], ERR_VERSION);
		assert_int_equal(peers[BOB]->state, PEER_CLOSING);
		assert_false(peer_take(peers[BOB], &e));
		enum peer_news news = PEER_FINE;
		for (unsigned i = 0; i < 100 && news == PEER_FINE; i++) {
			talk(proved);
			now += SECOND;
			news = peer_timer(peers[BOB], false, now);
		}
		assert_int_equal(news, PEER_GONE);
		assert_true(peer_deadline(peers[BOB]) == 0);
		assert_true(session_over(peers[ALICE]->session, &err, &text));
		assert_int_equal(err, ERR_VERSION);
		assert_span_text(text, table[at].text);
		end();
	}
	modes[BOB] = MODE_CHAT;
}

/* What the program may hear of a key agreement that failed: a wrong code, another key than the one
 * that was expected, or that it does not verify. */
static void test_peer_failures_are_told_apart(void **state)
{
	(void)state;
	enum err proved[2] = { ERR_STATE, ERR_STATE };

	prepare(true, span_text(GREETING), span_text(GREETING));
	struct endpoint_event e = peer_failure(peers[ALICE], ERR_TRUST); /* it has no key yet */
	assert_int_equal(e.kind, ENDPOINT_FAILED);
	assert_int_equal(e.err, ERR_AUTH);
	while (peers[ALICE]->shake.keying->encryptor == NULL)
		assert_true(pass_both(proved));
	peers[ALICE]->shake.keying->encryptor->peer = keys[BOB].public;
	e = peer_failure(peers[ALICE], ERR_AUTH);
	assert_int_equal(e.kind, ENDPOINT_FAILED);
	assert_int_equal(e.err, ERR_AUTH);
	e = peer_failure(peers[ALICE], ERR_TRUST);
	assert_int_equal(e.kind, ENDPOINT_CHANGED);
	assert_true(public_key_equal(&e.key, &keys[BOB].public));
	peers[ALICE]->shake.keying->guessed = true;
	assert_int_equal(peer_failure(peers[ALICE], ERR_TRUST).kind, ENDPOINT_WRONG_CODE);
	end();
}

/* Is this one's session over after so long without a word? */
static bool is_cut_after(struct peer *p, uint64_t time)
{
	struct span words;
	enum err err;

	for (uint64_t until = now + time; now < until; now += SECOND) {
		uint8_t packet[LIMIT_PACKET_MAX];
		struct route to;

		(void)peer_timer(p, false, now);
		while (peer_output(p, &to, packet, now) > 0)
			; /* it gets lost */
	}
	return session_over(p->session, &err, &words);
}

/* Where a port is forwarded, silence ends nothing for an hour, also at a pipe that meets one. */
static void test_peer_that_forwards_may_be_silent_for_longer(void **state)
{
	(void)state;

	silence_us = 60 * SECOND;
	for (unsigned forwards = 0; forwards < 2; forwards++) {
		enum err proved[2] = { ERR_STATE, ERR_STATE };
		struct endpoint_event e;

		prepare(true, span_text("\2\5alice"), span_text(forwards ? "\3\3bob" : "\2\3bob"));
		modes[ALICE] = MODE_PIPE;
		modes[BOB] = forwards ? MODE_FORWARD : MODE_PIPE;
		talk(proved);
		for (unsigned i = 2; i-- > 0;) { /* bob first */
			assert_int_equal(proved[i], OK);
			assert_true(peer_take(peers[i], &e));
			peer_accept(peers[i]);
			talk(proved);
		}
		for (unsigned i = 0; i < 2; i++)
			assert_int_equal(is_cut_after(peers[i], 100 * SECOND), !forwards);
		end();
	}
	silence_us = NEVER;
	modes[ALICE] = modes[BOB] = MODE_CHAT;
}

/* A responder's handshake without progress is late after a minute; an initiator's is not its
 * affair. */
static void test_peer_responder_is_late_after_a_minute_without_progress(void **state)
{
	(void)state;
	prepare(true, span_text(GREETING), span_text(GREETING));
	assert_true(peer_deadline(peers[BOB]) == now + LIMIT_HANDSHAKE_US);
	now += LIMIT_HANDSHAKE_US - 1;
	assert_int_equal(peer_timer(peers[BOB], false, now), PEER_FINE);
	now += 1;
	assert_int_equal(peer_timer(peers[BOB], false, now), PEER_LATE);
	assert_int_equal(peer_timer(peers[ALICE], false, now), PEER_FINE);
	end();
}

/* A route that goes takes the handshakes on it along, others stay; and so does a responder's whose
 * route led through a server, since only the way to the server may have changed. */
static void test_peer_is_lost_with_the_route_of_its_handshake(void **state)
{
	(void)state;
	struct route other = route;

	prepare(true, span_text(GREETING), span_text(GREETING));
	other.pair = 8;
	assert_false(peer_route_down(peers[BOB], &other, now));
	assert_false(peer_route_down(peers[BOB], &route, now));
	assert_true(peer_route_down(peers[ALICE], &route, now));
	peers[BOB]->shake.route = other = (struct route){ .kind = ROUTE_TCP, .link = 9 };
	assert_true(peer_route_down(peers[BOB], &other, now));
	end();
}

/* Who has keys and waits for a sign of the peer's goes on by another route when the first is gone,
 * and says nothing to where that led. */
static void test_peer_goes_on_by_another_route_until_it_is_confirmed(void **state)
{
	(void)state;
	enum err proved[2] = { ERR_STATE, ERR_STATE };
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route other = route, to;
	unsigned handshakes = 0;

	other.pair = 8;
	prepare(true, span_text(GREETING), span_text(GREETING));
	talk(proved);
	assert_true(peer_is_unconfirmed(peers[ALICE]));
	assert_false(peer_route_down(peers[ALICE], &route, now));
	assert_int_equal(handshake_deadline(&peers[ALICE]->shake), NEVER);
	now += 10 * SECOND;
	while (peer_output(peers[ALICE], &to, packet, now) > 0)
		assert_int_not_equal(packet[0], PACKET_HANDSHAKE);
	peer_route_up(peers[ALICE], &other, now);
	while (peer_output(peers[ALICE], &to, packet, now) > 0) {
		assert_true(route_same(&to, &other));
		handshakes += packet[0] == PACKET_HANDSHAKE;
	}
	assert_int_equal(handshakes, 1);
	end();
}

/* That a peer is away is told when it was told that it is there, and that it is back then. */
static void test_peer_is_not_away_before_it_is_there(void **state)
{
	(void)state;
	enum err proved[2];
	struct endpoint_event e;

	for (unsigned down = 0; down < 2; down++) {
		prepare(true, span_text(GREETING), span_text(GREETING));
		talk(proved);
		assert_true(peer_take(peers[BOB], &e));
		peer_accept(peers[BOB]);
		if (down)
			assert_false(peer_route_down(peers[BOB], &route, now));
		assert_int_equal(peer_take(peers[BOB], &e), !down);
		(void)is_cut_after(peers[BOB], 100 * SECOND);
		assert_true(session_away(peers[BOB]->session));
		assert_int_equal(peer_take(peers[BOB], &e), !down);
		assert_true(down || e.kind == ENDPOINT_AWAY);
		assert_false(peer_take(peers[BOB], &e));
		if (!down) {
			talk(proved); /* Alice has much to repeat */
			assert_false(session_away(peers[BOB]->session));
			assert_true(peer_take(peers[BOB], &e));
			assert_int_equal(e.kind, ENDPOINT_BACK);
			assert_false(peer_take(peers[BOB], &e));
		}
		end();
	}
}

/* Where the forwarder carries no chat, an accepted peer without another way is stranded after 20
 * s; it is said once. */
static void test_peer_is_stranded_after_twenty_seconds_without_a_way_for_chat(void **state)
{
	(void)state;
	enum err proved[2];
	struct endpoint_event e;
	unsigned stranded = 0;

	prepare(true, span_text(GREETING), span_text(GREETING));
	talk(proved);
	assert_true(peer_take(peers[BOB], &e));
	peer_accept(peers[BOB]);
	assert_true(peer_take(peers[BOB], &e));
	assert_int_equal(e.kind, ENDPOINT_READY);
	uint64_t since = now;
	for (unsigned i = 0; i < 300; i++, now += 100 * MS) {
		uint8_t packet[LIMIT_PACKET_MAX];
		struct route to;

		(void)peer_timer(peers[BOB], true, now);
		while (peer_output(peers[BOB], &to, packet, now) > 0)
			; /* it gets lost */
		if (stranded == 0 && now < since + 20 * SECOND)
			assert_in_range(peer_deadline(peers[BOB]), now + 1, since + 20 * SECOND);
		stranded += peer_take(peers[BOB], &e) && e.kind == ENDPOINT_FAILED &&
		            e.err == ERR_UNREACHABLE;
		assert_int_equal(stranded, now >= since + 20 * SECOND);
	}
	assert_true(session_closing(peers[BOB]->session));
	end();
}

static bool holds(struct session *s, const struct identity *key)
{
	const uint8_t *at = (const uint8_t *)s;
	size_t len = key->secret.rsa.factor_len;

	for (size_t i = 0; i + len <= malloc_usable_size(s); i++)
		if (memcmp(at + i, key->secret.rsa.parts[RSA_P], len) == 0)
			return true;
	return false;
}

/* rsa: what was given for fresh keys is wiped when they are there, not when the session ends. */
static void test_peer_wipes_a_session_key_that_was_used(void **state)
{
	(void)state;
	enum err proved[2] = { ERR_STATE, ERR_STATE };
	struct endpoint_event e;

	suite = SUITE_RSA;
	session_key = test_identity(KEY_RSA, 2);
	prepare(true, span_text(GREETING), span_text(GREETING));
	talk(proved);
	for (unsigned i = BOB + 1; i-- > 0;
	     talk(proved)) { /* first the one who is asked to let in */
		assert_int_equal(proved[i], OK);
		assert_true(peer_take(peers[i], &e));
		peer_accept(peers[i]);
	}
	talk(proved);
	struct identity fresh = test_identity(KEY_RSA, 3);
	assert_false(peer_give_key(peers[BOB], &fresh));
	assert_false(holds(peers[BOB]->session, &fresh));
	now += LIMIT_REKEY_US;
	talk(proved);
	assert_true(peer_give_key(peers[BOB], &fresh));
	assert_true(holds(peers[BOB]->session, &fresh));
	talk(proved);
	assert_false(peer_give_key(peers[BOB], &fresh));
	assert_false(holds(peers[BOB]->session, &fresh));
	end();
	suite = SUITE_NOISE;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peer_goes_from_a_handshake_to_a_session),
		cmocka_unit_test(test_peer_that_is_refused_is_not_asked_about),
		cmocka_unit_test(test_peer_takes_no_unknown_payload_bytes_on_first_use),
		cmocka_unit_test(test_peer_on_first_use_is_asked_about_with_words),
		cmocka_unit_test(test_peer_of_another_mode_is_closed_at_once),
		cmocka_unit_test(test_peer_that_forwards_may_be_silent_for_longer),
		cmocka_unit_test(test_peer_responder_is_late_after_a_minute_without_progress),
		cmocka_unit_test(test_peer_is_lost_with_the_route_of_its_handshake),
		cmocka_unit_test(test_peer_failures_are_told_apart),
		cmocka_unit_test(test_peer_goes_on_by_another_route_until_it_is_confirmed),
		cmocka_unit_test(test_peer_is_not_away_before_it_is_there),
		cmocka_unit_test(test_peer_is_stranded_after_twenty_seconds_without_a_way_for_chat),
		cmocka_unit_test(test_peer_wipes_a_session_key_that_was_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
