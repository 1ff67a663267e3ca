/* noise_engine: published vectors of seven patterns, and ours. */
#include "tests/unit/support.h"

#include <stdlib.h>

#include "crypto/aead.h"
#include "crypto/mlkem768.h"
#include "crypto/noise_engine.h"
#include "crypto/x25519.h"
#include "tests/vectors/noise.h"

#define P  NOISE_PSK
#define E_ NOISE_E
#define S_ NOISE_S
#define EE NOISE_EE
#define ES NOISE_ES
#define SE NOISE_SE

static const struct noise_pattern patterns[] = {
	{ "Noise_XX_25519_ChaChaPoly_SHA256",
	  false,
	  3,
	  { { E_ }, { E_, EE, S_, ES }, { S_, SE } } },
	{ "Noise_NNpsk0_25519_ChaChaPoly_SHA256", true, 2, { { P, E_ }, { E_, EE } } },
	{ "Noise_XXpsk3_25519_ChaChaPoly_SHA256",
	  true,
	  3,
	  { { E_ }, { E_, EE, S_, ES }, { S_, SE, P } } },
	{ "Noise_NNpsk0+psk2_25519_ChaChaPoly_SHA256", true, 2, { { P, E_ }, { E_, EE, P } } },
	{ "Noise_XXpsk0+psk3_25519_ChaChaPoly_SHA256",
	  true,
	  3,
	  { { P, E_ }, { E_, EE, S_, ES }, { S_, SE, P } } },
	{ "Noise_XXpsk0+psk1+psk2+psk3_25519_ChaChaPoly_SHA256",
	  true,
	  3,
	  { { P, E_, P }, { E_, EE, S_, ES, P }, { S_, SE, P } } },
};

/* Gives the bytes it was told: e's first, then the KEM's. */
struct scripted {
	struct random random;
	size_t at;
	uint8_t bytes[X25519_LEN + MLKEM768_SEED];
};

static void scripted_fill(struct random *r, void *to, size_t len)
{
	struct scripted *s = (struct scripted *)r;
	assert_true(s->at + len <= sizeof s->bytes);
	memcpy(to, s->bytes + s->at, len);
	s->at += len;
}

static struct scripted scripted(const char *hex)
{
	struct scripted s = { { scripted_fill }, 0, { 0 } };
	unhex(hex, s.bytes, sizeof s.bytes);
	return s;
}

static const struct noise_pattern *pattern_named(const char *name)
{
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
		if (strcmp(patterns[i].name, name) == 0)
			return &patterns[i];
	fail_msg("no pattern %s", name);
	return NULL;
}

static void start(struct noise_state *state, const struct noise_vector *v, bool initiator)
{
	uint8_t prologue[64], s[X25519_LEN], s_public[X25519_LEN], psks[4][32];
	const char *s_hex = initiator ? v->init_static : v->resp_static;
	size_t count = 0;
	for (; count < 4 && v->psks[count]; count++)
		unhex(v->psks[count], psks[count], 32);
	if (s_hex)
		x25519_public(unhex(s_hex, s, sizeof s).at, s_public);
	struct noise_config config = {
		.pattern = pattern_named(v->name),
		.initiator = initiator,
		.prologue = unhex(v->prologue, prologue, sizeof prologue),
		.s = s_hex ? s : NULL,
		.s_public = s_public,
		.psks = (const uint8_t(*)[32])psks,
		.psks_count = count,
	};
	noise_engine_start(state, &config);
}

/* A transport message: the engine ends with Split, its keys are used as the specification says. */
static void check_transport(const uint8_t key[32], uint64_t n, const char *payload,
                            const char *ciphertext)
{
	uint8_t bytes[64], nonce[AEAD_NONCE];
	struct span text = unhex(payload, bytes, sizeof bytes - AEAD_TAG);
	struct aead a;
	aead_init(&a, AEAD_CHACHA20_POLY1305, span_of(key, 32));
	aead_nonce(&a, n, nonce);
	aead_seal(&a, nonce, span_of(NULL, 0), bytes, text.len);
	assert_span_hex(span_of(bytes, text.len + AEAD_TAG), ciphertext);
}

static void run_vector(const struct noise_vector *v)
{
	struct noise_state side[2]; /* [0]: the initiator */
	struct scripted random[2] = { scripted(v->init_ephemeral), scripted(v->resp_ephemeral) };
	start(&side[0], v, true);
	start(&side[1], v, false);
	unsigned count = side[0].pattern->messages;

	for (unsigned m = 0; m < count; m++) {
		uint8_t payload[64], message[256], text[64];
		struct span sent = unhex(v->messages[m].payload, payload, sizeof payload);
		struct writer out = writer_of(message, sizeof message),
			      got = writer_of(text, sizeof text);
		assert_int_equal(
		    noise_engine_write(&side[m % 2], &random[m % 2].random, sent, &out), OK);
		assert_span_hex(written(&out), v->messages[m].ciphertext);
		assert_int_equal(noise_engine_read(&side[1 - m % 2], written(&out), &got), OK);
		assert_true(span_equal(written(&got), sent));
	}
	assert_memory_equal(side[0].h, side[1].h, HASH_LEN);
	if (v->handshake_hash)
		assert_span_hex(span_of(side[0].h, HASH_LEN), v->handshake_hash);

	uint8_t k[2][32], same[2][32];
	noise_engine_split(&side[0], k[0], k[1]);
	noise_engine_split(&side[1], same[0], same[1]);
	assert_memory_equal(k, same, sizeof k);
	for (unsigned m = count; m < 6 && v->messages[m].payload; m++)
		check_transport(k[m % 2], (m - count) / 2, v->messages[m].payload,
		                v->messages[m].ciphertext);
}

/* The engine gives the published bytes of every pattern, from both sides. */
static void test_noise_engine_published_vectors(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof noise_vectors / sizeof noise_vectors[0]; i++)
		run_vector(&noise_vectors[i]);
}

/* XXpsk0 is XXpsk0+psk3 but for the name and the last psk: the table of the program is that of the
 * vector. */
static void test_noise_engine_xxpsk0_is_the_table_of_xxpsk0_psk3(void **unused)
{
	(void)unused;
	const struct noise_pattern *proven =
	    pattern_named("Noise_XXpsk0+psk3_25519_ChaChaPoly_SHA256");
	assert_int_equal(noise_engine_xxpsk0.messages, proven->messages);
	for (unsigned m = 0; m < NOISE_MESSAGES; m++)
		for (unsigned t = 0; t < NOISE_TOKENS; t++)
			if (proven->tokens[m][t] != NOISE_PSK || m == 0)
				assert_int_equal(noise_engine_xxpsk0.tokens[m][t],
				                 proven->tokens[m][t]);
}

/* A message that does not verify leaves the state as it was: the right one still works. */
static void test_noise_engine_failed_read_changes_nothing(void **unused)
{
	(void)unused;
	const struct noise_vector *v = &noise_vectors[4];
	struct noise_state reader, before;
	uint8_t message[256], text[64];
	struct span first = unhex(v->messages[0].ciphertext, message, sizeof message);
	start(&reader, v, false);
	before = reader;
	for (size_t len = 0; len < first.len; len++) {
		struct writer got = writer_of(text, sizeof text);
		enum err err = noise_engine_read(&reader, span_of(first.at, len), &got);
		assert_int_equal(err, len < 48 ? ERR_FORMAT : ERR_AUTH);
		assert_int_equal(got.len, 0);
		assert_memory_equal(&reader, &before, sizeof reader);
	}
	for (size_t bit = 0; bit < first.len * 8; bit++) {
		struct writer got = writer_of(text, sizeof text);
		message[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(noise_engine_read(&reader, first, &got), ERR_AUTH);
		message[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_memory_equal(&reader, &before, sizeof reader);
	}
	struct writer small = writer_of(text, 31);
	assert_int_equal(noise_engine_read(&reader, first, &small), ERR_FORMAT);
	struct writer got = writer_of(text, sizeof text);
	assert_int_equal(noise_engine_read(&reader, first, &got), OK);
}

/* Of each message every beginning is refused, by its length or by its tag, and nothing is read past
 * its end, whatever token the end falls into. */
static void test_noise_engine_refuses_messages_cut_short(void **unused)
{
	(void)unused;
	const struct noise_vector *v = &noise_vectors[4];
	const size_t shortest[] = { 48, 96, 64 };
	struct noise_state side[2];
	start(&side[0], v, true);
	start(&side[1], v, false);
	struct scripted random[2] = { scripted(v->init_ephemeral), scripted(v->resp_ephemeral) };
	for (unsigned m = 0; m < 3; m++) {
		uint8_t payload[64], message[256], text[64];
		struct span sent = unhex(v->messages[m].payload, payload, sizeof payload);
		struct writer out = writer_of(message, sizeof message),
			      got = writer_of(text, sizeof text);
		assert_int_equal(
		    noise_engine_write(&side[m % 2], &random[m % 2].random, sent, &out), OK);
		for (size_t len = 1; len < out.len; len++) {
			uint8_t *cut = malloc(len);
			assert_non_null(cut);
			memcpy(cut, message, len);
			assert_int_equal(
			    noise_engine_read(&side[1 - m % 2], span_of(cut, len), &got),
			    len < shortest[m] ? ERR_FORMAT : ERR_AUTH);
			free(cut);
		}
		assert_int_equal(noise_engine_read(&side[1 - m % 2], written(&out), &got), OK);
		assert_true(span_equal(written(&got), sent));
	}
}

/* A peer's e of low order is refused as soon as it enters a Diffie-Hellman, on writing as well. */
static void test_noise_engine_refuses_low_order_keys(void **unused)
{
	(void)unused;
	struct noise_state reader, writer;
	const uint8_t psk[1][32] = { { 1 } };
	const uint8_t s[X25519_LEN] = { 2 };
	uint8_t s_public[X25519_LEN];
	x25519_public(s, s_public);
	struct noise_config config = {
		&noise_engine_xxpsk0, true, span_text("x"), s, s_public, psk, 1, NULL
	};
	noise_engine_start(&writer, &config);
	config.initiator = false;
	noise_engine_start(&reader, &config);

	/* What noise_engine_write does for message 0, with a point of order 4 as e: u = 1. */
	uint8_t message[256], text[64];
	struct noise_state cheat = writer;
	struct scripted random =
	    scripted("0100000000000000000000000000000000000000000000000000000000000000");
	struct writer out = writer_of(message, sizeof message), got = writer_of(text, sizeof text);
	assert_int_equal(noise_engine_write(&cheat, &random.random, span_of(NULL, 0), &out), OK);
	assert_int_equal(noise_engine_read(&reader, written(&out), &got), OK);
	memset(reader.re, 0, sizeof reader.re);
	reader.re[0] = 1;
	struct noise_state before = reader;
	out = writer_of(message, sizeof message);
	assert_int_equal(noise_engine_write(&reader, &random.random, span_of(NULL, 0), &out),
	                 ERR_AUTH);
	assert_int_equal(out.len, 0);
	assert_memory_equal(&reader, &before, sizeof reader);
}

static void hybrid_start(struct noise_state *state, bool initiator, uint8_t *kem)
{
	static const uint8_t psk[1][32] = { { 1 } }, s[X25519_LEN] = { 2 };
	uint8_t s_public[X25519_LEN];
	x25519_public(s, s_public);
	noise_engine_start(state,
	                   &(struct noise_config){ &noise_engine_hybrid, initiator, span_text("x"),
	                                           s, s_public, psk, 1, kem });
}

/* Runs the first count messages, each with an empty payload; the last is left in message. */
static struct span hybrid_run(struct noise_state side[2], unsigned count, uint8_t *message,
                              size_t cap)
{
	struct test_random random = test_random(5);
	struct writer out = writer_of(message, cap);
	for (unsigned m = 0; m < count; m++) {
		struct writer none = writer_of(NULL, 0);
		if (m > 0)
			assert_int_equal(noise_engine_read(&side[m % 2], written(&out), &none), OK);
		out = writer_of(message, cap);
		assert_int_equal(
		    noise_engine_write(&side[m % 2], &random.random, span_of(NULL, 0), &out), OK);
	}
	return written(&out);
}

/* The published bytes of XXhfs, which is our pattern but for the psk: the hash over all messages,
 * the last of them, and the keys. */
static void test_noise_engine_published_vector_of_hfs(void **unused)
{
	(void)unused;
	static const struct noise_pattern xxhfs = {
		.name = "Noise_XXhfs_25519+MLKEM768_ChaChaPoly_SHA256",
		.messages = 3,
		.tokens = { { E_, NOISE_E1 }, { E_, EE, NOISE_EKEM1, S_, ES }, { S_, SE } }
	};
	static uint8_t kem[2][MLKEM768_DK], message[1400];
	const uint8_t s[] = { noise_hfs_vector.init_static, noise_hfs_vector.resp_static },
		      e[] = { noise_hfs_vector.init_ephemeral, noise_hfs_vector.resp_ephemeral },
		      m[] = { noise_hfs_vector.init_kem, noise_hfs_vector.resp_kem };
	struct scripted random[2];
	struct noise_state side[2];
	for (unsigned i = 0; i < 2; i++) {
		uint8_t secret[X25519_LEN], public[X25519_LEN];
		memset(secret, s[i], sizeof secret);
		x25519_public(secret, public);
		noise_engine_start(&side[i],
		                   &(struct noise_config){ &xxhfs, i == 0, span_of(NULL, 0), secret,
		                                           public, NULL, 0, kem[i] });
		random[i] = scripted("");
		memset(random[i].bytes, e[i], X25519_LEN);
		memset(random[i].bytes + X25519_LEN, m[i], sizeof random[i].bytes - X25519_LEN);
	}
	for (unsigned i = 0; i < 3; i++) {
		struct writer out = writer_of(message, sizeof message), none = writer_of(NULL, 0);
		assert_int_equal(
		    noise_engine_write(&side[i % 2], &random[i % 2].random, span_of(NULL, 0), &out),
		    OK);
		assert_int_equal(out.len, noise_hfs_vector.lens[i]);
		assert_int_equal(noise_engine_read(&side[1 - i % 2], written(&out), &none), OK);
		if (i == 2)
			assert_span_hex(written(&out), noise_hfs_vector.message2);
	}
	for (unsigned i = 0; i < 2; i++) {
		uint8_t k[2][32];
		assert_span_hex(span_of(side[i].h, HASH_LEN), noise_hfs_vector.handshake_hash);
		noise_engine_split(&side[i], k[0], k[1]);
		assert_span_hex(span_of(k[0], 32), noise_hfs_vector.k1);
		assert_span_hex(span_of(k[1], 32), noise_hfs_vector.k2);
	}
	for (unsigned i = 0; i < 3; i++) /* and ours is that one, behind a psk */
		assert_memory_equal(noise_engine_hybrid.tokens[i] + (i == 0), xxhfs.tokens[i],
		                    4 * sizeof xxhfs.tokens[0][0]);
	assert_int_equal(noise_engine_hybrid.tokens[0][0], NOISE_PSK);
	assert_int_equal(noise_engine_hybrid.tokens[1][4], ES);
}

/* The lengths of docs/PROTOCOL.md 5.4, and both sides end with the same keys. A byte that is
 * changed anywhere, in the key of the KEM, in its ciphertext or behind them, is noticed, and so is
 * a message that is too short for them; the right one works after it. */
static void test_noise_engine_hybrid(void **unused)
{
	(void)unused;
	static const size_t lens[] = { 1248, 1200, 64 };
	static uint8_t kem[2][MLKEM768_DK], message[1400];
	for (unsigned m = 0; m < 3; m++) {
		struct noise_state side[2];
		hybrid_start(&side[0], true, kem[0]);
		hybrid_start(&side[1], false, kem[1]);
		struct span sent = hybrid_run(side, m + 1, message, sizeof message);
		struct writer none = writer_of(NULL, 0);
		assert_int_equal(sent.len, lens[m]);
		for (size_t i = 0; i < sent.len; i += 41) {
			message[i] ^= 4;
			assert_int_equal(noise_engine_read(&side[1 - m % 2], sent, &none),
			                 ERR_AUTH);
			message[i] ^= 4;
			assert_int_not_equal(
			    noise_engine_read(&side[1 - m % 2], span_of(message, i), &none), OK);
		}
		assert_int_equal(noise_engine_read(&side[1 - m % 2], sent, &none), OK);
		assert_memory_equal(side[0].h, side[1].h, HASH_LEN);
		assert_memory_equal(side[0].ck, side[1].ck, HASH_LEN);
	}
}

/* An initiator that knows the psk, but sends an encapsulation key that is none: the responder says
 * nothing, and its state is as before. What the KEM gives is mixed in: who does not have the pair
 * cannot read message 1. */
static void test_noise_engine_hybrid_needs_the_kem(void **unused)
{
	(void)unused;
	static uint8_t kem[2][MLKEM768_DK], message[1400], again[1400];
	struct test_random random = test_random(6);
	struct noise_state side[2], before;
	struct writer none = writer_of(NULL, 0), out = writer_of(again, sizeof again);
	hybrid_start(&side[0], true, kem[0]);
	hybrid_start(&side[1], false, kem[1]);
	struct span sent = hybrid_run(side, 1, message, sizeof message);
	assert_int_equal(noise_engine_read(&side[1], sent, &none), OK);
	assert_memory_equal(kem[0] + MLKEM768_EK_AT, kem[1] + MLKEM768_EK_AT, MLKEM768_EK);

	memset(kem[1] + MLKEM768_EK_AT, 0xff, 3);
	before = side[1];
	assert_int_equal(noise_engine_write(&side[1], &random.random, span_of(NULL, 0), &out),
	                 ERR_AUTH);
	assert_int_equal(out.len, 0);
	assert_memory_equal(&before, &side[1], sizeof before);

	memcpy(kem[1] + MLKEM768_EK_AT, kem[0] + MLKEM768_EK_AT, MLKEM768_EK);
	assert_int_equal(noise_engine_write(&side[1], &random.random, span_of(NULL, 0), &out), OK);
	kem[0][7] ^= 1;
	assert_int_equal(noise_engine_read(&side[0], written(&out), &none), ERR_AUTH);
	kem[0][7] ^= 1;
	assert_int_equal(noise_engine_read(&side[0], written(&out), &none), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise_engine_published_vectors),
		cmocka_unit_test(test_noise_engine_xxpsk0_is_the_table_of_xxpsk0_psk3),
		cmocka_unit_test(test_noise_engine_failed_read_changes_nothing),
		cmocka_unit_test(test_noise_engine_refuses_messages_cut_short),
		cmocka_unit_test(test_noise_engine_refuses_low_order_keys),
		cmocka_unit_test(test_noise_engine_published_vector_of_hfs),
		cmocka_unit_test(test_noise_engine_hybrid),
		cmocka_unit_test(test_noise_engine_hybrid_needs_the_kem),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
