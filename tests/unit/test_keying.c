/* Key agreement: every suite with a code, a contact and on first use; and everybody who tries to
 * get in between. */
#include "tests/unit/support.h"

#include "base/min_max.h"
#include "crypto/keying.h"
#include "crypto/noise_engine.h"
#include "crypto/spake2.h"
#include "tests/unit/keys.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Alice connects, Bob serves, Carol is another one, perhaps hostile. */
enum { ALICE, BOB, CAROL, SESSION, KEYS };

enum { MESSAGES = 8 };

struct message {
	uint8_t bytes[LIMIT_HANDSHAKE];
	size_t len;
};

struct world {
	struct test_random random;
	struct identity keys[KEYS];
	struct code code, wrong;
	struct keying_config a, b; /* of the next meeting; change them before */
	struct keying *alice, *bob;
	struct message messages[MESSAGES];
	size_t count;
};

static struct code code_of(const char *text)
{
	struct code code;
	struct span unknown;
	assert_int_equal(code_parse(span_text(text), &code, &unknown), OK);
	return code;
}

static void world_start(struct world *w, const struct encryptor_class *suite)
{
	memset(w, 0, sizeof *w);
	w->random = test_random(7);
	for (unsigned i = 0; i < KEYS; i++)
		w->keys[i] = test_identity(suite->key_type, i);
	w->code = code_of("7-velvet-anchor");
	w->wrong = code_of("7-velvet-angle");
	struct keying_config common = { .suite = suite, .random = &w->random.random };
	w->a = w->b = common;
	w->a.initiator = true;
	w->a.payload = span_text("\001\005alice");
	w->b.payload = span_text("\001\003bob");
	if (suite->key_type != KEY_NONE) {
		w->a.identity = &w->keys[ALICE];
		w->b.identity = &w->keys[BOB];
	}
	if (suite->key_type == KEY_RSA)
		w->b.session_key = &w->keys[SESSION];
}

static void world_part(struct world *w)
{
	keying_free(w->alice);
	keying_free(w->bob);
	w->alice = w->bob = NULL;
	w->count = 0;
}

static void world_meet(struct world *w)
{
	world_part(w);
	w->alice = keying_new(&w->a);
	w->bob = keying_new(&w->b);
	assert_true(w->alice != NULL && w->bob != NULL);
}

/* One side takes in (empty: starts) and its answer becomes the next message. */
static enum err world_step(struct world *w, struct keying *k, struct span in)
{
	struct message *m = &w->messages[w->count];
	struct writer out = writer_of(m->bytes, sizeof m->bytes);
	enum err err = keying_handshake(k, in, &out);
	if (err)
		assert_int_equal(out.len, 0); /* what fails says nothing */
	m->len = out.len;
	if (out.len > 0)
		w->count++;
	return err;
}

static struct span message(const struct world *w, size_t number)
{
	return span_of(w->messages[number].bytes, w->messages[number].len);
}

/* Messages go to and fro until one side is done or fails; *to says who took the last one. */
static enum err world_run(struct world *w, struct keying **to)
{
	*to = w->alice;
	enum err err = world_step(w, w->alice, span_of(NULL, 0));
	size_t delivered = 0;
	while (!err && delivered < w->count) {
		*to = delivered % 2 == 0 ? w->bob : w->alice;
		err = world_step(w, *to, message(w, delivered));
		delivered++;
	}
	return err;
}

/* Alice and Bob start and n messages have been delivered; the next one waits in messages[n]. */
static void world_run_until(struct world *w, size_t n)
{
	world_meet(w);
	assert_int_equal(world_step(w, w->alice, span_of(NULL, 0)), OK);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(world_step(w, i % 2 == 0 ? w->bob : w->alice, message(w, i)), OK);
	assert_int_equal(w->count, n + 1);
}

enum form { BY_CODE, BY_CODE_WITHOUT_NAMEPLATE, BY_CONTACT, BY_FIRST_USE, FORMS };

/* False: the suite does not have this form. */
static bool world_form(struct world *w, const struct encryptor_class *suite, enum form form)
{
	world_start(w, suite);
	if (suite->insecure)
		return form == BY_FIRST_USE;
	if (form == BY_CODE_WITHOUT_NAMEPLATE)
		w->code = code_of("velvet-anchor");
	if (form == BY_CODE || form == BY_CODE_WITHOUT_NAMEPLATE)
		w->a.code = w->b.code = &w->code;
	if (form == BY_CONTACT) {
		w->a.expected = &w->keys[BOB].public;
		w->b.contacts = true;
	}
	if (form == BY_FIRST_USE)
		w->a.first_use = w->b.first_use = true;
	return true;
}

static bool is_pairing(enum form form)
{
	return form == BY_CODE || form == BY_CODE_WITHOUT_NAMEPLATE;
}

static void check_opens(struct encryptor *from, struct encryptor *to, uint64_t counter)
{
	uint8_t data[5 + TAG_LEN] = "hello";
	struct span header = span_text("header");
	encryptor_seal(from, counter, header, data, 5);
	assert_int_equal(encryptor_open(to, counter, header, data, sizeof data), OK);
	assert_memory_equal(data, "hello", 5);
}

/* A piece of a message 0 in pieces has the tag that docs/PROTOCOL.md 3.1-16 says, made here by HMAC
 * alone. */
static void test_keying_tags_pieces_by_the_protocol(void **state)
{
	(void)state;
	static const uint8_t no_salt[HASH_LEN];
	const struct span header = span_text("bytes 0 to 15 are"), piece = span_text("the piece");
	struct world w;

	for (enum form form = BY_CONTACT; form <= BY_FIRST_USE; form++) {
		uint8_t extracted[HASH_LEN], key[HASH_LEN], whole[HASH_LEN], tag[KEYING_TAG];

		assert_true(world_form(&w, encryptor_class_of(SUITE_HYBRID), form));
		world_run_until(&w, 0);
		keying_tag(w.alice, header, piece, tag);
		assert_true(keying_tag_fits(w.bob, header, piece, tag));
		sha256_hmac(span_of(no_salt, HASH_LEN), PARTS(span_of(w.bob->psks[0], PSK_LEN)),
		            extracted);
		sha256_hmac(span_of(extracted, HASH_LEN), PARTS(span_text("schat piece v1\001")),
		            key);
		sha256_hmac(span_of(key, HASH_LEN), PARTS(header, piece), whole);
		assert_memory_equal(tag, whole, KEYING_TAG);
		world_part(&w);
	}
}

/* Every suite runs in every form it has; both sides end with the same session, each with the
 * other's key and payload. */
static void test_keying_runs_every_suite_in_every_form(void **state)
{
	(void)state;
	static const enum trust trusts[FORMS] = { TRUST_CODE, TRUST_CODE, TRUST_CONTACT,
		                                  TRUST_FIRST_USE };
	struct world w;
	struct keying *to;
	for (size_t s = 0; encryptor_classes[s]; s++)
		for (enum form form = 0; form < FORMS; form++) {
			const struct encryptor_class *suite = encryptor_classes[s];
			if (!world_form(&w, suite, form))
				continue;
			world_meet(&w);
			assert_false(keying_ready(w.alice) || keying_ready(w.bob));
			assert_int_equal(world_run(&w, &to), OK);
			assert_true(keying_ready(w.alice) && keying_ready(w.bob));
			assert_int_equal(w.count, suite->messages + (is_pairing(form) ? 2 : 0));
			assert_int_equal(keying_is_pairing(message(&w, 0)), is_pairing(form));
			assert_int_equal(keying_split(w.alice),
			                 suite->suite == SUITE_HYBRID ? 1 + 1248 : 0);
			enum trust trust = suite->insecure ? TRUST_NONE : trusts[form];
			assert_int_equal(w.alice->trust, trust);
			assert_int_equal(w.bob->trust, trust);
			assert_false(w.alice->guessed || w.bob->guessed ||
			             w.bob->state == KEYING_SHARED);
			if (suite->key_type != KEY_NONE) {
				assert_true(public_key_equal(&w.alice->encryptor->peer,
				                             &w.keys[BOB].public));
				assert_true(public_key_equal(&w.bob->encryptor->peer,
				                             &w.keys[ALICE].public));
			}

			struct encryptor *a = keying_take(w.alice), *b = keying_take(w.bob);
			assert_non_null(a);
			assert_null(keying_take(w.alice));
			assert_null(w.alice->encryptor);
			assert_int_equal(w.alice->trust, trust); /* still told */
			assert_memory_equal(a->session_id, b->session_id, SESSION_ID_LEN);
			assert_span_text(span_of(a->peer_payload, a->peer_payload_len),
			                 "\001\003bob");
			assert_span_text(span_of(b->peer_payload, b->peer_payload_len),
			                 "\001\005alice");
			check_opens(a, b, 0);
			check_opens(b, a, 0);
			encryptor_free(a);
			encryptor_free(b);
			world_part(&w);
		}
}

/* What leaves a suite ready or dead takes no further message. */
static void test_keying_takes_nothing_after_its_end(void **state)
{
	(void)state;
	struct world w;
	struct keying *to;
	for (size_t s = 0; encryptor_classes[s]; s++) {
		world_form(&w, encryptor_classes[s], BY_FIRST_USE);
		world_meet(&w);
		assert_int_equal(world_run(&w, &to), OK);
		assert_int_equal(world_step(&w, w.alice, message(&w, 1)), ERR_STATE);
		assert_int_equal(world_step(&w, w.bob, message(&w, 0)), ERR_STATE);
		assert_true(keying_ready(w.alice) && keying_ready(w.bob));
		encryptor_free(keying_take(w.bob));
		assert_int_equal(world_step(&w, w.bob, message(&w, 0)), ERR_STATE);
		world_part(&w);
	}
}

/* A responder that offers several ways in finds out which one the initiator came by. */
static void test_keying_responder_tells_the_ways_in_apart(void **state)
{
	(void)state;
	static const enum trust trusts[FORMS] = { TRUST_CODE, TRUST_CODE, TRUST_CONTACT,
		                                  TRUST_FIRST_USE };
	struct world w;
	struct keying *to;
	for (size_t s = 0; encryptor_classes[s]; s++)
		for (enum form form = 0; form < FORMS; form++) {
			if (encryptor_classes[s]->insecure ||
			    !world_form(&w, encryptor_classes[s], form))
				continue;
			w.b.code = &w.code;
			w.b.contacts = w.b.first_use = true;
			world_meet(&w);
			assert_int_equal(world_run(&w, &to), OK);
			assert_int_equal(w.bob->trust, trusts[form]);
			world_part(&w);
		}
}

/* A way in that the responder does not offer gets silence, costs no guess, and the next one may
 * still come. */
static void test_keying_responder_is_silent_to_strangers(void **state)
{
	(void)state;
	struct world w;
	struct keying *to;
	for (size_t s = 0; encryptor_classes[s]; s++)
		for (enum form asked = 0; asked < FORMS; asked++)
			for (enum form offered = 0; offered < FORMS; offered++) {
				if (encryptor_classes[s]->insecure ||
				    is_pairing(asked) == is_pairing(offered) ||
				    !world_form(&w, encryptor_classes[s], asked))
					continue;
				struct keying_config stranger = w.a;
				world_form(&w, encryptor_classes[s], offered);
				world_meet(&w);
				struct keying *knock = keying_new(&stranger);
				assert_int_equal(world_step(&w, knock, span_of(NULL, 0)), OK);
				for (int i = 0; i < 3; i++)
					assert_int_equal(world_step(&w, w.bob, message(&w, 0)),
					                 ERR_AUTH);
				assert_false(w.bob->guessed || w.bob->state == KEYING_SHARED);
				keying_free(knock);
				w.count = 0;
				assert_int_equal(world_run(&w, &to), OK);
				world_part(&w);
			}
}

/* The contact psk is the responder's own key: who takes Bob for Carol is a stranger to him. So is a
 * first user. */
static void test_keying_contact_needs_the_responders_key(void **state)
{
	(void)state;
	struct world w;
	struct keying *to;
	for (size_t s = 0; encryptor_classes[s]; s++) {
		if (!world_form(&w, encryptor_classes[s], BY_CONTACT))
			continue;
		w.a.expected = &w.keys[CAROL].public;
		world_meet(&w);
		assert_int_equal(world_run(&w, &to), ERR_AUTH);
		assert_ptr_equal(to, w.bob);
		w.a.expected = NULL;
		w.a.first_use = true;
		world_meet(&w);
		assert_int_equal(world_run(&w, &to), ERR_AUTH);
		assert_int_equal(w.count, 1);
		world_part(&w);
	}
}

/* A first message of garbage changes nothing, whatever it looks like. */
static void test_keying_survives_garbage_before_the_first_message(void **state)
{
	(void)state;
	struct world w;
	struct keying *to;
	for (size_t s = 0; encryptor_classes[s]; s++) {
		if (!world_form(&w, encryptor_classes[s], BY_CODE))
			continue;
		w.b.contacts = w.b.first_use = true;
		world_meet(&w);
		struct test_random random = test_random(3);
		for (int i = 0; i < 200; i++) {
			uint8_t junk[200];
			random_fill(&random.random, junk, sizeof junk);
			junk[0] &= 3;
			size_t len =
			    i < 100 ? (size_t)i : random_below(&random.random, sizeof junk);
			enum err err = world_step(&w, w.bob, span_of(junk, len));
			assert_true(err == ERR_FORMAT || err == ERR_AUTH);
		}
		assert_false(w.bob->guessed || w.bob->state == KEYING_SHARED);
		assert_int_equal(world_run(&w, &to), OK);
		world_part(&w);
	}
}

static bool holds_part_of(struct span haystack, const struct public_key *key)
{
	enum { PART = 8 };
	for (size_t i = 0; i + PART <= haystack.len; i++)
		for (size_t j = 0; j + PART <= key->len; j++)
			if (memcmp(haystack.at + i, key->bytes + j, PART) == 0)
				return true;
	return false;
}

/* M5: a listener who knows neither the code nor the responder's key sees no byte of either side's
 * long-term key, in any message of any suite. */
static void test_keying_shows_no_key_to_a_listener(void **state)
{
	(void)state;
	struct world w;
	struct keying *to;
	for (size_t s = 0; encryptor_classes[s]; s++)
		for (enum form form = BY_CODE; form < BY_FIRST_USE; form++) {
			if (!world_form(&w, encryptor_classes[s], form))
				continue;
			world_meet(&w);
			assert_int_equal(world_run(&w, &to), OK);
			for (size_t i = 0; i < w.count; i++) {
				assert_false(holds_part_of(message(&w, i), &w.keys[ALICE].public));
				assert_false(holds_part_of(message(&w, i), &w.keys[BOB].public));
			}
			world_part(&w);
		}
}

/* ---- codes ---- */

/* A wrong code is one guess: the responder knows it from the confirmation, sends nothing more and
 * ends. */
static void test_keying_wrong_code_is_a_guess(void **state)
{
	(void)state;
	struct world w;
	for (size_t s = 0; encryptor_classes[s]; s++) {
		if (!world_form(&w, encryptor_classes[s], BY_CODE))
			continue;
		w.a.code = &w.wrong;
		world_run_until(&w, 1);
		/* should Alice go silent now, neither has learnt a thing */
		assert_int_equal(w.bob->state, KEYING_SHARED);
		assert_int_equal(world_step(&w, w.alice, message(&w, 1)), OK);
		assert_int_equal(world_step(&w, w.bob, message(&w, 2)), ERR_AUTH);
		assert_true(w.bob->guessed);
		assert_false(w.bob->state == KEYING_SHARED || keying_ready(w.bob));
		assert_int_equal(w.count, 3);
		assert_int_equal(world_step(&w, w.bob, message(&w, 2)), ERR_STATE);
		world_part(&w);
	}
}

/* No confirmation at all, or a part of one, is a guess as well. */
static void test_keying_short_confirmation_is_a_guess(void **state)
{
	(void)state;
	struct world w;
	for (size_t len = 0; len < SPAKE2_CONFIRM; len += 31) {
		world_form(&w, encryptor_class_of(SUITE_NOISE), BY_CODE);
		world_run_until(&w, 2);
		assert_int_equal(world_step(&w, w.bob, span_of(w.messages[2].bytes, len)),
		                 ERR_AUTH);
		assert_true(w.bob->guessed);
		world_part(&w);
	}
}

/* With the right code, a damaged handshake behind the confirmation is no guess. */
static void test_keying_damage_behind_the_confirmation_is_no_guess(void **state)
{
	(void)state;
	struct world w;
	for (size_t s = 0; encryptor_classes[s]; s++) {
		if (!world_form(&w, encryptor_classes[s], BY_CODE))
			continue;
		world_run_until(&w, 2);
		w.messages[2].bytes[SPAKE2_CONFIRM] ^= 1;
		assert_int_equal(world_step(&w, w.bob, message(&w, 2)), ERR_AUTH);
		assert_false(w.bob->guessed || w.bob->state == KEYING_SHARED);
		world_part(&w);
	}
}

/* A false responder that guesses the code learns at its confirmation that it was wrong, and the
 * initiator knows too. */
static void test_keying_initiator_sees_a_guessing_responder(void **state)
{
	(void)state;
	struct world w;
	for (size_t s = 0; encryptor_classes[s]; s++) {
		if (!world_form(&w, encryptor_classes[s], BY_CODE))
			continue;
		w.b.code = &w.wrong;
		world_run_until(&w, 2);
		uint8_t guess[SPAKE2_CONFIRM + 200] = {
			1
		}; /* Bob confirms nothing here: a cheat would send something */
		assert_int_equal(world_step(&w, w.alice, span_of(guess, sizeof guess)), ERR_AUTH);
		assert_true(w.alice->guessed);
		assert_int_equal(world_step(&w, w.alice, span_of(guess, sizeof guess)), ERR_STATE);
		world_part(&w);
	}
}

/* A responder's share that is no point ends the initiator's run, and is not taken for a wrong code.
 */
static void test_keying_initiator_refuses_a_bad_share(void **state)
{
	(void)state;
	static const size_t lens[] = { 0, SPAKE2_SHARE - 1, SPAKE2_SHARE, SPAKE2_SHARE + 1 };
	struct world w;
	for (size_t i = 0; i < COUNT(lens); i++) {
		world_form(&w, encryptor_class_of(SUITE_NOISE), BY_CODE);
		world_run_until(&w, 1);
		if (lens[i] == SPAKE2_SHARE)
			w.messages[1].bytes[SPAKE2_SHARE - 1] ^= 1; /* off the curve */
		w.messages[1].len = lens[i];
		assert_int_equal(world_step(&w, w.alice, message(&w, 1)), ERR_FORMAT);
		assert_false(w.alice->guessed);
		assert_int_equal(world_step(&w, w.alice, message(&w, 1)), ERR_STATE);
		world_part(&w);
	}
}

/* Nothing sent before the SPAKE2 share depends on the words: with the same random numbers and other
 * words, message 0 has the same length and the same bytes outside the share; and the share alone
 * fits any words, with another scalar. */
static void test_keying_sends_nothing_of_the_words_before_the_share(void **state)
{
	(void)state;
	struct world w;
	struct message first[2];
	for (size_t s = 0; encryptor_classes[s]; s++) {
		for (int i = 0; i < 2; i++) {
			if (!world_form(&w, encryptor_classes[s], BY_CODE))
				continue;
			w.a.code = i == 0 ? &w.code : &w.wrong;
			world_run_until(&w, 0);
			first[i] = w.messages[0];
			world_part(&w);
		}
		if (encryptor_classes[s]->insecure)
			continue;
		assert_int_equal(first[0].len, 1 + SPAKE2_SHARE);
		assert_int_equal(first[1].len, 1 + SPAKE2_SHARE);
		assert_int_equal(first[0].bytes[0], 1);
		assert_int_equal(first[1].bytes[0], 1);
		assert_memory_not_equal(first[0].bytes + 2, first[1].bytes + 2, SPAKE2_SHARE - 1);
	}
}

/* ---- what is bound ---- */

/* An initiator put together from the parts, whose every bound field can be wrong. */
struct fields {
	uint8_t version, suite, form;
	uint32_t nameplate;
	const char *words, *name; /* name: "schat" */
};

static const struct fields right = { 1, SUITE_NOISE, 1, 7, "velvet-anchor", "schat" };

static struct span write_prologue(struct writer *w, const struct fields *f)
{
	write_span(w, span_text(f->name));
	write_u8(w, f->version);
	write_u8(w, f->suite);
	write_u8(w, f->form);
	return written(w);
}

/* Runs noise by a code against a real responder, f bound to the pairing and g to the suite. What
 * the responder, who has the code his, makes of it. */
static enum err pair_by_hand(struct world *w, const char *his, const struct fields *f,
                             const struct fields *g)
{
	static struct code responders;
	uint8_t share[SPAKE2_SHARE], bytes[64], first[1 + SPAKE2_SHARE],
	    third[SPAKE2_CONFIRM + 200];
	struct spake2 spake2;
	struct code code = code_of(f->words);
	responders = code_of(his);
	world_form(w, encryptor_class_of(SUITE_NOISE), BY_CODE);
	w->b.code = &responders;
	world_meet(w);

	struct writer out = writer_of(first, sizeof first);
	spake2_start(&spake2, true, &code, &w->random.random, share);
	write_u8(&out, 1);
	write_span(&out, span_of(share, sizeof share));
	assert_int_equal(world_step(w, w->bob, written(&out)), OK);

	struct writer context = writer_of(bytes, sizeof bytes);
	write_prologue(&context, f);
	write_be32(&context, f->nameplate);
	assert_int_equal(spake2_share(&spake2, message(w, 0), written(&context)), OK);
	out = writer_of(third, sizeof third);
	spake2_confirm(&spake2, share);
	write_span(&out, span_of(share, SPAKE2_CONFIRM));

	struct writer prologue = writer_of(bytes, sizeof bytes);
	enum err err;
	const struct encryptor_class *noise = encryptor_class_of(SUITE_NOISE);
	struct encryptor *e = encryptor_new(noise,
	                                    &(struct encryptor_config){
						.initiator = true,
						.identity = &w->keys[ALICE],
						.psks = (const uint8_t(*)[PSK_LEN]) & spake2.key,
						.psks_count = 1,
						.prologue = write_prologue(&prologue, g),
						.random = &w->random.random,
					    },
	                                    &err);
	assert_int_equal(encryptor_handshake(e, span_of(NULL, 0), &out), OK);
	err = world_step(w, w->bob, written(&out));
	encryptor_free(e);
	return err;
}

/* Each field of the prologue and the nameplate is bound to the code's confirmation, and each of the
 * prologue to the suite. */
static void test_keying_binds_version_suite_form_and_nameplate(void **state)
{
	(void)state;
	struct world w;
	assert_int_equal(pair_by_hand(&w, "7-velvet-anchor", &right, &right), OK);
	assert_int_equal(w.count, 2);
	world_part(&w);
	/* a code without a nameplate has 0 */
	static const struct fields direct = { 1, SUITE_NOISE, 1, 0, "velvet-anchor", "schat" };
	assert_int_equal(pair_by_hand(&w, "velvet-anchor", &direct, &direct), OK);
	world_part(&w);

	static const struct fields wrong[] = {
		{ 2, SUITE_NOISE, 1, 7, "velvet-anchor", "schat" },
		{ 1, SUITE_RSA, 1, 7, "velvet-anchor", "schat" },
		{ 1, SUITE_NOISE, 0, 7, "velvet-anchor", "schat" },
		{ 1, SUITE_NOISE, 1, 7, "velvet-anchor", "shcat" },
		{ 1, SUITE_NOISE, 1, 8, "velvet-anchor", "schat" }, /* from here: not the suite's */
		{ 1, SUITE_NOISE, 1, 0, "velvet-anchor", "schat" },
		{ 1, SUITE_NOISE, 1, 7, "anchor-velvet", "schat" },
	};
	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_int_equal(pair_by_hand(&w, "7-velvet-anchor", &wrong[i], &right), ERR_AUTH);
		assert_true(w.bob->guessed);
		world_part(&w);
		if (i < 4) {
			assert_int_equal(pair_by_hand(&w, "7-velvet-anchor", &right, &wrong[i]),
			                 ERR_AUTH);
			assert_false(w.bob->guessed);
			world_part(&w);
		}
	}
}

/* The code without its nameplate is another code, and so is the one with. */
static void test_keying_nameplate_must_be_the_same(void **state)
{
	(void)state;
	struct world w;
	struct keying *to;
	static const char *const codes[] = { "7-velvet-anchor", "8-velvet-anchor",
		                             "velvet-anchor" };
	for (size_t i = 0; i < COUNT(codes); i++)
		for (size_t j = 0; j < COUNT(codes); j++) {
			world_form(&w, encryptor_class_of(SUITE_NOISE), BY_CODE);
			struct code a = code_of(codes[i]), b = code_of(codes[j]);
			w.a.code = &a;
			w.b.code = &b;
			world_meet(&w);
			assert_int_equal(world_run(&w, &to), i == j ? OK : ERR_AUTH);
			world_part(&w);
		}
}

/* A suite under another number is another suite: nothing of it verifies, in any form. */
static void test_keying_suite_number_is_bound(void **state)
{
	(void)state;
	struct world w;
	struct keying *to;
	for (enum form form = 0; form < FORMS; form++) {
		world_form(&w, encryptor_class_of(SUITE_NOISE), form);
		struct encryptor_class renumbered = *w.a.suite;
		renumbered.suite = SUITE_RSA;
		w.b.suite = &renumbered;
		world_meet(&w);
		assert_int_equal(world_run(&w, &to), ERR_AUTH);
		world_part(&w);
	}
}

/* A message is changed on its way: a bit flipped in byte at, or a byte less, or one more. */
enum change { FLIP, SHORTER, LONGER, CHANGES };

static void change_message(struct message *m, enum change change, size_t at)
{
	if (change == FLIP)
		m->bytes[at] ^= (uint8_t)(1 << at % 8);
	else if (change == SHORTER)
		m->len--;
	else
		m->bytes[m->len++] = 0;
}

/* How the agreement ends when message number is changed. A share of SPAKE2 that is still a point
 * shows only at Bob, at the confirmation. */
static enum err run_changed(struct world *w, size_t number, enum change change, size_t at)
{
	world_run_until(w, number);
	change_message(&w->messages[number], change, at);
	enum err err = OK;
	for (size_t i = number; !err && i < w->count; i++)
		err = world_step(w, i % 2 == 0 ? w->bob : w->alice, message(w, i));
	assert_false(keying_ready(number % 2 == 0 ? w->bob : w->alice));
	return err;
}

/* Every so many bytes, from the first on: 20 and more a message, other ones in each form. */
static void check_changes(struct world *w, size_t number, size_t first, size_t stride)
{
	world_run_until(w, number);
	size_t len = w->messages[number].len;
	stride = max_of(stride, len / 20);
	for (enum change change = FLIP; change < CHANGES; change++)
		for (size_t at = change == FLIP ? first : 0; at < (change == FLIP ? len : 1);
		     at += stride) {
			enum err err = run_changed(w, number, change, at);
			if (err != ERR_AUTH && err != ERR_FORMAT)
				fail_msg("message %zu, byte %zu, change %d: %d", number, at, change,
				         err);
		}
}

/* A bit changed in any message ends the agreement at the one who reads it; so does its length. */
static void test_keying_sees_every_changed_byte(void **state)
{
	(void)state;
	struct world w;
	for (size_t s = 0; encryptor_classes[s]; s++)
		for (enum form form = 0; form < FORMS; form++) {
			const struct encryptor_class *suite = encryptor_classes[s];
			if (suite->insecure || form == BY_CODE_WITHOUT_NAMEPLATE)
				continue;
			world_form(&w, suite, form);
			size_t messages = suite->messages + (is_pairing(form) ? 2 : 0);
			for (size_t number = 0; number < messages; number++)
				check_changes(&w, number, form,
				              suite->key_type == KEY_RSA ? 89 : 5);
			world_part(&w);
		}
}

/* ---- impostors ---- */

/* Carol knows Bob's public key, as every contact does, and so the psk. She answers Alice in his
 * place with a key of her own: Alice sees who it is and shows nothing of herself. */
static void test_keying_initiator_wants_the_key_it_expects(void **state)
{
	(void)state;
	struct world w;
	for (size_t s = 0; encryptor_classes[s]; s++) {
		const struct encryptor_class *suite = encryptor_classes[s];
		if (!world_form(&w, suite, BY_CONTACT))
			continue;
		world_run_until(&w, 0);
		uint8_t psk[1][PSK_LEN], bytes[64], answer[LIMIT_HANDSHAKE];
		mutual_psk(&w.keys[BOB].public, psk[0]);
		struct writer prologue = writer_of(bytes, sizeof bytes),
			      out = writer_of(answer, sizeof answer);
		struct fields f = { 1, (uint8_t)suite->suite, 0, 0, NULL, "schat" };
		enum err err;
		struct encryptor *carol =
		    encryptor_new(suite,
		                  &(struct encryptor_config){
				      .identity = &w.keys[CAROL],
				      .session_key = w.b.session_key,
				      .psks = (const uint8_t(*)[PSK_LEN])psk,
				      .psks_count = 1,
				      .prologue = write_prologue(&prologue, &f),
				      .random = &w.random.random,
				  },
		                  &err);
		struct span hello = span_of(w.messages[0].bytes + 1, w.messages[0].len - 1);
		assert_int_equal(encryptor_handshake(carol, hello, &out), OK);
		assert_int_equal(world_step(&w, w.alice, written(&out)), ERR_TRUST);
		assert_int_equal(w.count, 1);
		assert_true(public_key_equal(&w.alice->encryptor->peer, &w.keys[CAROL].public));
		assert_null(keying_take(w.alice));
		encryptor_free(carol);
		world_part(&w);
	}
}

/* Key compromise impersonation, S9: Carol has stolen a victim's own private key. With it she is the
 * victim; but she cannot pose as a third to the victim. Here in noise, by hand, with the victim's
 * secret behind the third's public key; rsa: test_rsa.c. */
static void test_keying_stolen_key_does_not_impersonate_others(void **state)
{
	(void)state;
	struct world w;
	static const uint8_t hello[] = "\0\001\005alice";
	for (int thief_connects = 0; thief_connects < 2; thief_connects++) {
		world_form(&w, encryptor_class_of(SUITE_NOISE), BY_CONTACT);
		world_meet(&w);
		const struct identity *victim = &w.keys[thief_connects ? BOB : ALICE];
		const struct identity *third = &w.keys[thief_connects ? ALICE : BOB];
		uint8_t psk[1][32], bytes[64], in[200], out[200];
		mutual_psk(&w.keys[BOB].public, psk[0]);
		struct writer prologue = writer_of(bytes, sizeof bytes),
			      payload = writer_of(in, sizeof in);
		struct fields f = { 1, SUITE_NOISE, 0, 0, NULL, "schat" };
		struct noise_state thief;
		noise_engine_start(&thief, &(struct noise_config){
					       .pattern = &noise_engine_xxpsk0,
					       .initiator = thief_connects,
					       .prologue = write_prologue(&prologue, &f),
					       .s = victim->secret.x25519,
					       .s_public = third->public.bytes,
					       .psks = (const uint8_t(*)[32])psk,
					       .psks_count = 1,
					   });
		struct writer m = writer_of(out, sizeof out);
		struct span nothing = { NULL, 0 }, own = { hello, sizeof hello - 1 };
		if (thief_connects) {
			write_u8(&m, 0);
			assert_int_equal(noise_engine_write(&thief, &w.random.random, nothing, &m),
			                 OK);
			assert_int_equal(world_step(&w, w.bob, written(&m)), OK);
			assert_int_equal(noise_engine_read(&thief, message(&w, 0), &payload), OK);
			m = writer_of(out, sizeof out);
			assert_int_equal(noise_engine_write(&thief, &w.random.random, own, &m), OK);
			assert_int_equal(world_step(&w, w.bob, written(&m)), ERR_AUTH);
		} else {
			assert_int_equal(world_step(&w, w.alice, nothing), OK);
			assert_int_equal(noise_engine_read(&thief,
			                                   span_of(w.messages[0].bytes + 1,
			                                           w.messages[0].len - 1),
			                                   &payload),
			                 OK);
			assert_int_equal(noise_engine_write(&thief, &w.random.random, own, &m), OK);
			assert_int_equal(world_step(&w, w.alice, written(&m)), ERR_AUTH);
		}
		assert_false(keying_ready(w.alice) || keying_ready(w.bob));
		world_part(&w);
	}
}

/* ---- what cannot be started ---- */

static void check_refused(struct keying_config c)
{
	assert_null(keying_new(&c));
}

static void test_keying_starts_only_with_trust(void **state)
{
	(void)state;
	struct world w;
	for (size_t s = 0; encryptor_classes[s]; s++) {
		world_start(&w, encryptor_classes[s]);
		struct keying_config a = w.a, b = w.b;
		if (encryptor_classes[s]->insecure) { /* it trusts nobody, and must not seem to */
			a.code = b.code = &w.code;
			check_refused(a);
			check_refused(b);
			w.b.contacts = true;
			check_refused(w.b);
			w.a.expected = &w.keys[BOB].public;
			check_refused(w.a);
			continue;
		}
		check_refused(a);
		check_refused(b);
		a.contacts = true;                  /* a responder's */
		b.expected = &w.keys[ALICE].public; /* an initiator's */
		check_refused(a);
		check_refused(b);
	}
	keying_free(NULL);
}

static void test_keying_starts_only_with_keys_of_the_suite(void **state)
{
	(void)state;
	struct world w;
	for (size_t s = 0; encryptor_classes[s]; s++) {
		enum key_type type = encryptor_classes[s]->key_type;
		if (!world_form(&w, encryptor_classes[s], BY_FIRST_USE) || type == KEY_NONE)
			continue;
		struct identity other = test_identity(type == KEY_RSA ? KEY_X25519 : KEY_RSA, 0);
		struct keying_config a = w.a, b = w.b;
		a.identity = b.identity = NULL;
		check_refused(a);
		check_refused(b);
		a.identity = b.identity = &other;
		check_refused(a);
		check_refused(b);
		b = w.b;
		b.session_key = NULL;
		if (type == KEY_RSA)
			check_refused(b);
	}
}

static void test_keying_initiator_starts_by_itself(void **state)
{
	(void)state;
	struct world w;
	world_form(&w, encryptor_class_of(SUITE_NOISE), BY_CODE);
	world_meet(&w);
	assert_int_equal(world_step(&w, w.alice, span_text("x")), ERR_STATE);
	assert_int_equal(world_step(&w, w.alice, span_of(NULL, 0)), OK);
	assert_int_equal(world_step(&w, w.bob, span_of(NULL, 0)), ERR_FORMAT);
	assert_false(keying_is_pairing(span_of(NULL, 0)));
	world_part(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keying_tags_pieces_by_the_protocol),
		cmocka_unit_test(test_keying_runs_every_suite_in_every_form),
		cmocka_unit_test(test_keying_takes_nothing_after_its_end),
		cmocka_unit_test(test_keying_responder_tells_the_ways_in_apart),
		cmocka_unit_test(test_keying_responder_is_silent_to_strangers),
		cmocka_unit_test(test_keying_contact_needs_the_responders_key),
		cmocka_unit_test(test_keying_shows_no_key_to_a_listener),
		cmocka_unit_test(test_keying_survives_garbage_before_the_first_message),
		cmocka_unit_test(test_keying_wrong_code_is_a_guess),
		cmocka_unit_test(test_keying_short_confirmation_is_a_guess),
		cmocka_unit_test(test_keying_damage_behind_the_confirmation_is_no_guess),
		cmocka_unit_test(test_keying_initiator_sees_a_guessing_responder),
		cmocka_unit_test(test_keying_initiator_refuses_a_bad_share),
		cmocka_unit_test(test_keying_sends_nothing_of_the_words_before_the_share),
		cmocka_unit_test(test_keying_binds_version_suite_form_and_nameplate),
		cmocka_unit_test(test_keying_nameplate_must_be_the_same),
		cmocka_unit_test(test_keying_suite_number_is_bound),
		cmocka_unit_test(test_keying_sees_every_changed_byte),
		cmocka_unit_test(test_keying_initiator_wants_the_key_it_expects),
		cmocka_unit_test(test_keying_stolen_key_does_not_impersonate_others),
		cmocka_unit_test(test_keying_starts_only_with_trust),
		cmocka_unit_test(test_keying_starts_only_with_keys_of_the_suite),
		cmocka_unit_test(test_keying_initiator_starts_by_itself),
	};
	return cmocka_run_group_tests_name("keying", tests, NULL, NULL);
}
