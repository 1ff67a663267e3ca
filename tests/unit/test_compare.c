/* compare: the words of --tofu (docs/PROTOCOL.md 4.3): equal on both sides, and nothing a man in
 * the middle can choose. */
#include <stdlib.h>

#include "crypto/sha256.h"
#include "session/compare.h"
#include "tests/unit/keys.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ALICE, BOB, MALLORY };

/* One of two who agree on words. */
struct side {
	struct compare c;
	struct public_key own, peer;
	uint8_t session_id[SESSION_ID_LEN];
};

static void side_start(struct side *s, bool initiator, unsigned own, unsigned peer, uint8_t id,
                       struct random *random)
{
	s->own = test_identity(KEY_X25519, own).public;
	s->peer = test_identity(KEY_X25519, peer).public;
	memset(s->session_id, id, sizeof s->session_id);
	compare_start(&s->c, &(struct compare_config){
				 .initiator = initiator,
				 .own = &s->own,
				 .peer = &s->peer,
				 .session_id = s->session_id,
				 .random = random,
			     });
}

/* What s has due, given to t. */
static enum err pass(struct side *s, struct side *t, enum control_type want)
{
	enum control_type type;
	uint8_t body[COMPARE_BODY];

	assert_true(compare_output(&s->c, &type, body));
	assert_int_equal(type, want);
	assert_false(compare_output(&s->c, &type, body)); /* once */
	return compare_input(&t->c, want, span_of(body, sizeof body));
}

static void test_compare_gives_both_sides_the_same_three_words(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	char before[COMPARE_TEXT] = "";

	for (unsigned i = 0; i < 20; i++) {
		struct side a, b;
		enum control_type type;
		uint8_t body[COMPARE_BODY];

		side_start(&a, true, ALICE, BOB, 7, &random.random);
		side_start(&b, false, BOB, ALICE, 7, &random.random);
		assert_false(compare_output(&a.c, &type, body));
		assert_int_equal(pass(&b, &a, CONTROL_COMMIT), OK);
		assert_int_equal(a.c.state, COMPARE_ASKS);
		assert_false(compare_output(&a.c, &type, body)); /* not before it may */
		compare_go(&a.c);
		assert_int_equal(a.c.state, COMPARE_TRIES);
		assert_int_equal(pass(&a, &b, CONTROL_NONCE), OK);
		assert_int_equal(pass(&b, &a, CONTROL_REVEAL), OK);
		assert_true(a.c.state == COMPARE_DONE && b.c.state == COMPARE_DONE);
		assert_string_equal(a.c.words, b.c.words);
		assert_string_not_equal(
		    a.c.words,
		    before); /* of fresh random values, though keys and session are the same */
		memcpy(before, a.c.words, sizeof before);

		unsigned blanks = 0;
		for (const char *p = a.c.words; *p; p++)
			blanks += *p == ' ';
		assert_int_equal(blanks, COMPARE_WORDS - 1);
	}
}

/* A side in one of its states; the message that is in turn there, 0: none. */
static enum control_type side_in_state(struct side *s, unsigned n, struct random *random)
{
	struct side peer;
	bool initiator = n < 5;

	side_start(s, initiator, ALICE, BOB, 1, random);
	side_start(&peer, !initiator, BOB, ALICE, 1, random);
	switch (n) {
	case 0: return CONTROL_COMMIT;
	case 1: /* asks */
		assert_int_equal(pass(&peer, s, CONTROL_COMMIT), OK);
		return (enum control_type)0;
	case 2: /* may go, but NONCE has not left yet: a REVEAL here is a guess */
		assert_int_equal(pass(&peer, s, CONTROL_COMMIT), OK);
		compare_go(&s->c);
		return (enum control_type)0;
	case 3:
		assert_int_equal(pass(&peer, s, CONTROL_COMMIT), OK);
		compare_go(&s->c);
		assert_int_equal(pass(s, &peer, CONTROL_NONCE), OK);
		return CONTROL_REVEAL;
	case 4: /* done */
		assert_int_equal(pass(&peer, s, CONTROL_COMMIT), OK);
		compare_go(&s->c);
		assert_int_equal(pass(s, &peer, CONTROL_NONCE), OK);
		assert_int_equal(pass(&peer, s, CONTROL_REVEAL), OK);
		return (enum control_type)0;
	case 5: /* responder, COMMIT has not left yet */ return (enum control_type)0;
	case 6: assert_int_equal(pass(s, &peer, CONTROL_COMMIT), OK); return CONTROL_NONCE;
	case 7: /* done */
		assert_int_equal(pass(s, &peer, CONTROL_COMMIT), OK);
		compare_go(&peer.c);
		assert_int_equal(pass(&peer, s, CONTROL_NONCE), OK);
		return (enum control_type)0;
	default: /* trust rests on a code or a key */
		memset(s, 0, sizeof *s);
		return (enum control_type)0;
	}
}

/* One message is in turn, or none: every other one, in every state, ends it for good, and nothing
 * of it is left. */
static void test_compare_refuses_what_is_out_of_turn(void **state)
{
	(void)state;
	static const uint8_t body[COMPARE_BODY] = { 1 };
	struct test_random random = test_random(2);

	for (unsigned n = 0; n < 9; n++)
		for (enum control_type type = CONTROL_COMMIT; type <= CONTROL_REVEAL; type++) {
			struct side s;
			enum control_type due, in_turn = side_in_state(&s, n, &random.random);
			uint8_t out[COMPARE_BODY];

			if (type == in_turn)
				continue;
			if (compare_input(&s.c, type, span_of(body, sizeof body)) != ERR_STATE)
				fail_msg("state %u, message %d", n, (int)type);
			assert_int_equal(s.c.state, COMPARE_FAILED);
			assert_string_equal(s.c.words, "");
			assert_false(compare_output(&s.c, &due, out));
			assert_int_equal(compare_input(&s.c, type, span_of(body, sizeof body)),
			                 ERR_STATE);
		}
}

static void test_compare_messages_have_one_length(void **state)
{
	(void)state;
	static const uint8_t body[COMPARE_BODY + 1];
	static const size_t lens[] = { 0, COMPARE_BODY - 1, COMPARE_BODY + 1 };
	struct test_random random = test_random(3);

	for (unsigned n = 0; n < 9; n++)
		for (size_t i = 0; i < COUNT(lens); i++) {
			struct side s;
			enum control_type in_turn = side_in_state(&s, n, &random.random);

			if (in_turn == 0)
				continue;
			assert_int_equal(compare_input(&s.c, in_turn, span_of(body, lens[i])),
			                 ERR_FORMAT);
			assert_int_equal(s.c.state, COMPARE_FAILED);
		}
}

/* Each bit of the commitment and of what is revealed counts. */
static void test_compare_reveal_must_be_what_was_committed_to(void **state)
{
	(void)state;
	struct test_random random = test_random(4);

	for (unsigned bit = 0; bit < 8 * COMPARE_BODY; bit++) {
		struct side s, peer;
		uint8_t commit[COMPARE_BODY], r[COMPARE_BODY];
		bool in_reveal = bit % 2;

		side_start(&s, true, ALICE, BOB, 1, &random.random);
		side_start(&peer, false, BOB, ALICE, 1, &random.random);
		enum control_type type;
		assert_true(compare_output(&peer.c, &type, commit));
		memcpy(r, peer.c.mine, sizeof r);
		(in_reveal ? r : commit)[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_equal(
		    compare_input(&s.c, CONTROL_COMMIT, span_of(commit, sizeof commit)), OK);
		compare_go(&s.c);
		assert_int_equal(pass(&s, &peer, CONTROL_NONCE), OK);
		assert_int_equal(compare_input(&s.c, CONTROL_REVEAL, span_of(r, sizeof r)),
		                 ERR_AUTH);
		assert_string_equal(s.c.words, "");
	}
}

/* ---- a man in the middle who holds both handshakes open ---- */

/* Three words as they would be made of keys and session alone: 33 bits. */
static uint64_t words_without_commitment(const struct public_key *a, const struct public_key *b,
                                         uint64_t session)
{
	uint8_t id[8], hash[HASH_LEN];

	store_be64(id, session);
	sha256(PARTS(span_text("schat words v1"), { a->bytes, a->len }, { b->bytes, b->len },
	             { id, sizeof id }),
	       hash);
	return load_be64(hash) >> 31;
}

/* H4: he varies what he says in each handshake, knows both session ids before he says it, and looks
 * for two that agree: with words made of keys and session he has them after about 2^17 tries, less
 * than a second. */
static void test_compare_words_without_commitment_are_found(void **state)
{
	(void)state;
	enum { KEEP = 1 << 17, SLOTS = 4 * KEEP, TRIES = 1 << 20 };
	struct public_key alice = test_identity(KEY_X25519, ALICE).public,
			  bob = test_identity(KEY_X25519, BOB).public,
			  mallory = test_identity(KEY_X25519, MALLORY).public;
	uint64_t *seen = calloc(SLOTS, sizeof *seen); /* words of Alice's side, plus one */
	bool found = false;

	assert_non_null(seen);
	for (uint64_t i = 0; i < KEEP; i++) {
		uint64_t words = words_without_commitment(&alice, &mallory, i);
		uint64_t at = words % SLOTS;
		while (seen[at] != 0)
			at = (at + 1) % SLOTS;
		seen[at] = words + 1;
	}
	for (uint64_t i = 0; i < TRIES && !found; i++) {
		uint64_t words = words_without_commitment(&bob, &mallory, i);
		for (uint64_t at = words % SLOTS; seen[at] != 0 && !found; at = (at + 1) % SLOTS)
			found = seen[at] == words + 1;
	}
	free(seen);
	assert_true(found);
}

/* The same man against the program. With Bob, who serves, he has to send his nonce while he knows
 * the hash of r only. With Alice he has to commit before her nonce leaves. He may take both in any
 * order and vary all he likes: when he knows both sides' words, each has been made by a value he
 * saw too late, and whatever else he reveals is refused. One try a NONCE, and a try shows as one.
 */
static void test_compare_man_in_the_middle_has_one_try(void **state)
{
	(void)state;
	enum { TRIES = 500, SEARCH = 200 };
	struct test_random random = test_random(5);
	unsigned equal = 0;

	for (unsigned t = 0; t < TRIES; t++) {
		struct side alice, bob, to_alice, to_bob;
		bool bob_first = t % 2;
		uint8_t commit[COMPARE_BODY], other[COMPARE_BODY];

		side_start(&alice, true, ALICE, MALLORY, 1, &random.random);
		side_start(&to_alice, false, MALLORY, ALICE, 1, &random.random);
		side_start(&bob, false, BOB, MALLORY, 2, &random.random);
		side_start(&to_bob, true, MALLORY, BOB, 2, &random.random);

		/* with Bob: nothing but a hash comes before his own nonce is said */
		assert_int_equal(pass(&bob, &to_bob, CONTROL_COMMIT), OK);
		mutual_commit(bob.c.mine, commit);
		assert_memory_equal(to_bob.c.commit, commit, sizeof commit);
		if (bob_first) {
			compare_go(&to_bob.c);
			assert_int_equal(pass(&to_bob, &bob, CONTROL_NONCE), OK);
			assert_int_equal(pass(&bob, &to_bob, CONTROL_REVEAL), OK);
		}

		/* with Alice: no nonce before a commitment; from then on she counts a try of his */
		enum control_type type;
		assert_false(compare_output(&alice.c, &type, other));
		assert_int_equal(pass(&to_alice, &alice, CONTROL_COMMIT), OK);
		compare_go(&alice.c);
		assert_int_equal(pass(&alice, &to_alice, CONTROL_NONCE), OK);
		assert_int_equal(alice.c.state, COMPARE_TRIES);
		if (!bob_first) {
			compare_go(&to_bob.c);
			assert_int_equal(pass(&to_bob, &bob, CONTROL_NONCE), OK);
			assert_int_equal(pass(&bob, &to_bob, CONTROL_REVEAL), OK);
		}

		/* he knows both sides' words now; a value that would change Alice's is refused */
		for (unsigned i = 0; i < SEARCH; i++) {
			struct compare copy = alice.c;
			random_fill(&random.random, other, sizeof other);
			assert_int_equal(
			    compare_input(&copy, CONTROL_REVEAL, span_of(other, sizeof other)),
			    ERR_AUTH);
			if (t > 2)
				break;
		}
		assert_int_equal(pass(&to_alice, &alice, CONTROL_REVEAL), OK);
		assert_true(alice.c.state == COMPARE_DONE && bob.c.state == COMPARE_DONE);
		equal += strcmp(alice.c.words, bob.c.words) == 0;
	}
	assert_int_equal(equal, 0); /* 500 in 2^33 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare_gives_both_sides_the_same_three_words),
		cmocka_unit_test(test_compare_refuses_what_is_out_of_turn),
		cmocka_unit_test(test_compare_messages_have_one_length),
		cmocka_unit_test(test_compare_reveal_must_be_what_was_committed_to),
		cmocka_unit_test(test_compare_words_without_commitment_are_found),
		cmocka_unit_test(test_compare_man_in_the_middle_has_one_try),
	};
	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
