/* noise: the whole suite against an independent implementation, and those who hold some keys but
 * not all. */
#include "tests/unit/support.h"

#include "crypto/encryptor.h"
#include "crypto/mlkem768.h"
#include "crypto/noise.h"
#include "crypto/x25519.h"
#include "tests/vectors/noise_xxpsk0.h"

/* How often handshakes have done what costs much. */
static struct {
	unsigned x25519, kem;
} work;

#define x25519(...)               (work.x25519++, x25519(__VA_ARGS__))
#define x25519_public(...)        (work.x25519++, x25519_public(__VA_ARGS__))
#define mlkem768_keygen(...)      (work.kem++, mlkem768_keygen(__VA_ARGS__))
#define mlkem768_encapsulate(...) (work.kem++, mlkem768_encapsulate(__VA_ARGS__))
#define mlkem768_decapsulate(...) (work.kem++, mlkem768_decapsulate(__VA_ARGS__))
#include "crypto/noise_engine.c" /* in the place of the library's */

/* Gives the bytes it was told, once. */
struct scripted {
	struct random random;
	struct span left;
	uint8_t bytes[96];
};

static void scripted_fill(struct random *r, void *to, size_t len)
{
	struct scripted *s = (struct scripted *)r;
	assert_true(len <= s->left.len);
	memcpy(to, s->left.at, len);
	s->left = span_after(s->left, len);
}

static struct identity identity_of(const char *secret_hex)
{
	struct identity id;
	memset(&id, 0, sizeof id);
	id.public.type = KEY_X25519;
	id.public.len = X25519_LEN;
	unhex(secret_hex, id.secret.x25519, X25519_LEN);
	x25519_public(id.secret.x25519, id.public.bytes);
	return id;
}

static void check_record(struct encryptor *from, struct encryptor *to, uint64_t number,
                         const char *header_hex, const char *text_hex, const char *sealed_hex)
{
	uint8_t header[32], data[64];
	struct span h = unhex(header_hex, header, sizeof header),
		    text = unhex(text_hex, data, sizeof data - TAG_LEN);
	encryptor_seal(from, number, h, data, text.len);
	assert_span_hex(span_of(data, text.len + TAG_LEN), sealed_hex);
	assert_int_equal(encryptor_open(to, number, h, data, text.len + TAG_LEN), OK);
	assert_span_hex(span_of(data, text.len), text_hex);
}

/* Messages, session id, exports and records are those that another implementation made from
 * docs/PROTOCOL.md. */
static void test_noise_whole_suite_vectors(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof noise_xxpsk0_vectors / sizeof noise_xxpsk0_vectors[0]; i++) {
		const char *const statics[] = { noise_xxpsk0_vectors[i].init_static,
			                        noise_xxpsk0_vectors[i].resp_static };
		const char *const randoms[] = { noise_xxpsk0_vectors[i].init_random,
			                        noise_xxpsk0_vectors[i].resp_random };
		const char *const payloads[] = { noise_xxpsk0_vectors[i].init_payload,
			                         noise_xxpsk0_vectors[i].resp_payload };
		struct identity identity[2];
		struct scripted random[2];
		struct encryptor *e[2];
		uint8_t psk[1][PSK_LEN], prologue[16], payload[2][16], derived[PSK_LEN];
		unhex(noise_xxpsk0_vectors[i].psk, psk[0], PSK_LEN);
		for (unsigned side = 0; side < 2; side++) {
			enum err err;
			identity[side] = identity_of(statics[side]);
			random[side].random.fill = scripted_fill;
			random[side].left = unhex(randoms[side], random[side].bytes, 96);
			struct encryptor_config config = {
				.initiator = side == 0,
				.aes = side == 1 || noise_xxpsk0_vectors[i].init_aes,
				.identity = &identity[side],
				.psks = (const uint8_t(*)[PSK_LEN])psk,
				.psks_count = 1,
				.prologue = unhex(noise_xxpsk0_vectors[i].prologue, prologue, 16),
				.payload = unhex(payloads[side], payload[side], 16),
				.random = &random[side].random,
			};
			e[side] = encryptor_new(noise_xxpsk0_vectors[i].hybrid ? &noise_hybrid_class
			                                                       : &noise_class,
			                        &config, &err);
			assert_non_null(e[side]);
		}
		mutual_psk(&identity[1].public, derived);
		assert_memory_equal(derived, psk[0], PSK_LEN);

		uint8_t message[2][LIMIT_HANDSHAKE];
		struct span in = span_of(NULL, 0);
		for (unsigned m = 0; m < 3; m++) {
			struct writer out = writer_of(message[m % 2], LIMIT_HANDSHAKE);
			assert_int_equal(encryptor_handshake(e[m % 2], in, &out), OK);
			assert_span_hex(written(&out), noise_xxpsk0_vectors[i].message[m]);
			in = written(&out);
		}
		struct writer none = writer_of(NULL, 0);
		assert_int_equal(encryptor_handshake(e[1], in, &none), OK);
		assert_true(e[0]->ready && e[1]->ready);

		for (unsigned side = 0; side < 2; side++) {
			uint8_t out[32];
			assert_int_equal(random[side].left.len, 0);
			assert_span_hex(span_of(e[side]->session_id, SESSION_ID_LEN),
			                noise_xxpsk0_vectors[i].session_id);
			encryptor_export(e[side], span_of("a label", 8), out);
			assert_span_hex(span_of(out, sizeof out), noise_xxpsk0_vectors[i].export);
			assert_span_hex(span_of(e[side]->peer_payload, e[side]->peer_payload_len),
			                payloads[1 - side]);
		}
		check_record(e[0], e[1], noise_xxpsk0_vectors[i].number,
		             noise_xxpsk0_vectors[i].header, noise_xxpsk0_vectors[i].text,
		             noise_xxpsk0_vectors[i].init_sealed);
		check_record(e[1], e[0], noise_xxpsk0_vectors[i].number,
		             noise_xxpsk0_vectors[i].header, noise_xxpsk0_vectors[i].text,
		             noise_xxpsk0_vectors[i].resp_sealed);
		encryptor_free(e[0]);
		encryptor_free(e[1]);
	}
}

/* Plays a dishonest initiator against an honest responder: meddle changes its state before
 * message 2. */
static enum err dishonest_initiator(void (*meddle)(struct noise_state *cheat,
                                                   const struct identity *victim),
                                    size_t payload_len)
{
	struct test_random r = test_random(7);
	struct identity own, victim;
	uint8_t psk[1][PSK_LEN] = { { 5 } }, a[LIMIT_HANDSHAKE], b[LIMIT_HANDSHAKE],
		hello[256] = { 0 };
	identity_generate(KEY_X25519, 0, &r.random, &own);
	identity_generate(KEY_X25519, 0, &r.random, &victim);
	enum err err;
	struct encryptor_config config = {
		.identity = &victim,
		.psks = (const uint8_t(*)[PSK_LEN])psk,
		.psks_count = 1,
		.prologue = span_text("p"),
		.random = &r.random,
	};
	struct encryptor *e = encryptor_new(&noise_class, &config, &err);
	struct noise_state cheat;
	noise_engine_start(&cheat,
	                   &(struct noise_config){ &noise_engine_xxpsk0, true, span_text("p"),
	                                           own.secret.x25519, own.public.bytes,
	                                           (const uint8_t(*)[32])psk, 1, NULL });

	struct writer w = writer_of(a, sizeof a), answer = writer_of(b, sizeof b);
	assert_int_equal(noise_engine_write(&cheat, &r.random, span_of(NULL, 0), &w), OK);
	assert_int_equal(encryptor_handshake(e, written(&w), &answer), OK);
	struct writer text = writer_of(hello, sizeof hello);
	assert_int_equal(noise_engine_read(&cheat, written(&answer), &text), OK);
	meddle(&cheat, &victim);
	w = writer_of(a, sizeof a);
	assert_int_equal(noise_engine_write(&cheat, &r.random, span_of(hello, payload_len), &w),
	                 OK);
	answer = writer_of(b, sizeof b);
	err = encryptor_handshake(e, written(&w), &answer);
	assert_int_equal(answer.len, 0);
	assert_int_equal(e->ready, err == OK);
	if (err)
		assert_int_equal(encryptor_handshake(e, written(&w), &answer), ERR_STATE);
	encryptor_free(e);
	return err;
}

static void honest(struct noise_state *cheat, const struct identity *victim)
{
	(void)cheat;
	(void)victim;
}

/* Says to be a third party whose secret it does not have; it does have the victim's. */
static void impersonates(struct noise_state *cheat, const struct identity *victim)
{
	struct identity third =
	    identity_of("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893");
	memcpy(cheat->s, victim->secret.x25519, X25519_LEN);
	memcpy(cheat->s_public, third.public.bytes, X25519_LEN);
}

/* Another encoding of its own key: the same point, another fingerprint. */
static void encodes_otherwise(struct noise_state *cheat, const struct identity *victim)
{
	(void)victim;
	cheat->s_public[31] |= 0x80;
}

/* A stolen key of the victim does not let the thief pose as others to it (S9); a key has one
 * encoding (S26); a peer's payload is bounded. */
static void test_noise_dishonest_initiators(void **unused)
{
	(void)unused;
	assert_int_equal(dishonest_initiator(honest, 1), OK);
	assert_int_equal(dishonest_initiator(impersonates, 1), ERR_AUTH);
	assert_int_equal(dishonest_initiator(encodes_otherwise, 1), ERR_AUTH);
	assert_int_equal(dishonest_initiator(honest, LIMIT_HELLO), OK);
	assert_int_equal(dishonest_initiator(honest, LIMIT_HELLO + 1), ERR_FORMAT);
	assert_int_equal(dishonest_initiator(honest, 0), ERR_FORMAT);
}

/* Whether message 0 opens at a responder that has three psks; what that costs is in work. */
static bool opens(const struct encryptor_class *class, struct span message, struct random *random)
{
	static const uint8_t psks[3][PSK_LEN] = { { 1 }, { 2 }, { 3 } };
	struct identity id =
	    identity_of("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893");
	struct encryptor_config config = { .identity = &id,
		                           .psks = psks,
		                           .psks_count = 3,
		                           .prologue = span_text("p"),
		                           .random = random };
	uint8_t answer[LIMIT_HANDSHAKE];
	struct writer out = writer_of(answer, sizeof answer);
	enum err err;
	struct encryptor *e = encryptor_new(class, &config, &err);
	memset(&work, 0, sizeof work);
	err = encryptor_handshake(e, message, &out);
	assert_int_equal(out.len > 0, err == OK);
	encryptor_free(e);
	return err == OK;
}

static struct span first_message(const struct encryptor_class *class, uint8_t psk,
                                 struct random *random, uint8_t to[static LIMIT_HANDSHAKE])
{
	uint8_t psks[1][PSK_LEN] = { { psk } };
	struct identity id;
	assert_int_equal(identity_generate(KEY_X25519, 0, random, &id), OK);
	struct encryptor_config config = { .initiator = true,
		                           .identity = &id,
		                           .psks = (const uint8_t(*)[PSK_LEN])psks,
		                           .psks_count = 1,
		                           .prologue = span_text("p"),
		                           .random = random };
	enum err err;
	struct encryptor *e = encryptor_new(class, &config, &err);
	struct writer out = writer_of(to, LIMIT_HANDSHAKE);
	assert_int_equal(encryptor_handshake(e, span_of(NULL, 0), &out), OK);
	encryptor_free(e);
	return written(&out);
}

static void assert_no_work(void)
{
	assert_int_equal(work.x25519, 0);
	assert_int_equal(work.kem, 0);
}

/* S24: a first message under another psk, one that was altered anywhere, and one that was cut cost
 * a responder no operation of X25519 or ML-KEM; the right one costs what the pattern says.
 * docs/PROTOCOL.md 5.4-2. */
static void test_noise_first_message_that_does_not_open_costs_little(void **unused)
{
	(void)unused;
	const struct encryptor_class *const classes[] = { &noise_class, &noise_hybrid_class };
	for (unsigned hybrid = 0; hybrid < 2; hybrid++) {
		const struct encryptor_class *class = classes[hybrid];
		struct test_random r = test_random(8);
		uint8_t bytes[LIMIT_HANDSHAKE];
		assert_false(opens(class, first_message(class, 4, &r.random, bytes), &r.random));
		assert_no_work();

		struct span message = first_message(class, 3, &r.random, bytes);
		for (size_t i = 0; i < message.len; i += 3) {
			bytes[i] ^= 1;
			assert_false(opens(class, message, &r.random));
			bytes[i] ^= 1;
			assert_no_work();
			assert_false(opens(class, span_of(bytes, i), &r.random));
			assert_no_work();
		}
		assert_true(opens(class, message, &r.random)); /* its own e, ee and es */
		assert_int_equal(work.x25519, 3);
		assert_int_equal(work.kem, hybrid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise_whole_suite_vectors),
		cmocka_unit_test(test_noise_dishonest_initiators),
		cmocka_unit_test(test_noise_first_message_that_does_not_open_costs_little),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
