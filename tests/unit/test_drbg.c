/* drbg: HMAC-DRBG against NIST's vector; known answers at start. */
#include "tests/unit/support.h"

#include "crypto/drbg.h"
#include "crypto/keying.h"
#include "crypto/self_test.h"
#include "session/compare.h"
#include "tests/unit/keys.h"
#include "transport/communicator.h"

extern const struct communicator_class udp_communicator;

/* NIST CAVP HMAC_DRBG, SHA-256, no reseed, no personalisation, no additional input, first case: the
 * second 128 bytes count. */
static void test_drbg_published_vector(void **unused)
{
	(void)unused;
	uint8_t seed[48], out[128];
	/* entropy, then nonce */
	struct span s = unhex("ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488"
	                      "659ba96c601dc69fc902940805ec0ca8",
	                      seed, sizeof seed);
	struct random *d = drbg_new(s.at, s.len, NULL);
	assert_non_null(d);
	random_fill(d, out, sizeof out);
	random_fill(d, out, sizeof out);
	assert_span_hex(span_of(out, sizeof out),
	                "e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89d54fbb97"
	                "8a15b5c443c9ec21036d2460b6f73ebad0dc2aba6e624abf07745bc107694bb7547bb099"
	                "5f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668961df86803482cb37ed6d5c0"
	                "bb8d50cf1f50d476aa0458bdaba806f48be9dcb8");
	drbg_free(d);
}

/* Large requests are cut as the standard wants, and are all filled; another seed gives other bytes;
 * short seeds are our mistake. */
static void test_drbg_fills_everything(void **unused)
{
	(void)unused;
	static uint8_t one[3 << 16], two[sizeof one];
	uint8_t seed[32] = { 1 };
	struct random *d = drbg_new(seed, sizeof seed, NULL);
	random_fill(d, one, sizeof one);
	drbg_free(d);
	for (size_t at = 0; at + 32 <= sizeof one; at += 32)
		assert_false(bytes_zero(one + at, 32));
	seed[31] = 1;
	d = drbg_new(seed, sizeof seed, NULL);
	random_fill(d, two, sizeof two);
	drbg_free(d);
	assert_memory_not_equal(one, two, 32);
	assert_panics(drbg_new(seed, 31, NULL));
	drbg_free(NULL);
}

/* ---- a copy of the state that runs too: a snapshot of a virtual machine started twice ---- */

static uint64_t host; /* whose kernel is asked */

static bool entropy_of_host(uint8_t to[static DRBG_FRESH])
{
	static uint64_t asked;
	struct test_random kernel = test_random(host * 1000000 + asked++);
	random_fill(&kernel.random, to, DRBG_FRESH);
	return true;
}

static bool no_entropy(uint8_t to[static DRBG_FRESH])
{
	memset(to, 0, DRBG_FRESH);
	return false;
}

/* What two hosts show to others, or hide, at one kind of event. */
typedef void draw(struct random *random, struct writer *out);

static void draw_message_0(enum suite suite, const struct code *code, struct random *random,
                           struct writer *out)
{
	const struct encryptor_class *class = encryptor_class_of(suite);
	struct identity id = test_identity(class->key_type, 0);
	struct keying_config config = { .initiator = true,
		                        .suite = class,
		                        .identity = &id,
		                        .code = code,
		                        .first_use = code == NULL,
		                        .random = random };
	struct keying *k = keying_new(&config);
	assert_non_null(k);
	assert_int_equal(keying_handshake(k, span_of(NULL, 0), out), OK);
	keying_free(k);
}

static void draw_noise_ephemeral(struct random *random, struct writer *out)
{
	draw_message_0(SUITE_NOISE, NULL, random, out);
}

static void draw_rsa_nonce(struct random *random, struct writer *out)
{
	draw_message_0(SUITE_RSA, NULL, random, out);
}

static void draw_share(struct random *random, struct writer *out)
{
	static const struct code code = { .words_count = CODE_WORDS, .words = { 1, 2 } };
	draw_message_0(SUITE_NOISE, &code, random, out);
}

/* The responder's side: its ephemeral, and for rsa nonce S. */
static void draw_answer(enum suite suite, struct random *random, struct writer *out)
{
	static const uint8_t psk[1][PSK_LEN];
	const struct encryptor_class *class = encryptor_class_of(suite);
	struct identity id = test_identity(class->key_type, 1), pair = test_identity(KEY_RSA, 2);
	struct test_random peer = test_random(77);
	uint8_t bytes[LIMIT_HANDSHAKE];
	struct writer hello = writer_of(bytes, sizeof bytes);
	enum err err;
	struct encryptor_config config = { .initiator = true,
		                           .identity = &id,
		                           .psks = psk,
		                           .psks_count = 1,
		                           .random = &peer.random };
	struct encryptor *a = encryptor_new(class, &config, &err);
	config.initiator = false;
	config.session_key = &pair;
	config.random = random;
	struct encryptor *b = encryptor_new(class, &config, &err);
	assert_true(a != NULL && b != NULL);
	assert_int_equal(encryptor_handshake(a, span_of(NULL, 0), &hello), OK);
	assert_int_equal(encryptor_handshake(b, written(&hello), out), OK);
	encryptor_free(a);
	encryptor_free(b);
}

static void draw_noise_answer(struct random *random, struct writer *out)
{
	draw_answer(SUITE_NOISE, random, out);
}

static void draw_rsa_answer(struct random *random, struct writer *out)
{
	draw_answer(SUITE_RSA, random, out);
}

static void draw_words(struct random *random, struct writer *out)
{
	struct code code;
	code_make(&code, CODE_WORDS, random);
	for (unsigned i = 0; i < code.words_count; i++)
		write_be16(out, code.words[i]);
}

static void draw_commitment(struct random *random, struct writer *out)
{
	struct public_key key = test_identity(KEY_X25519, 0).public;
	static const uint8_t id[SESSION_ID_LEN];
	uint8_t body[COMPARE_BODY];
	enum control_type type;
	struct compare c;
	compare_start(&c, &(struct compare_config){
			      .own = &key, .peer = &key, .session_id = id, .random = random });
	assert_true(compare_output(&c, &type, body));
	write_span(out, span_of(body, sizeof body));
}

static void draw_key_pair(struct random *random, struct writer *out)
{
	struct identity id;
	assert_int_equal(identity_generate(KEY_X25519, 0, random, &id), OK);
	write_span(out, span_of(id.public.bytes, id.public.len));
	bytes_wipe(&id, sizeof id);
}

/* What a communicator says first to its server: the nonce of HELLO; tags are drawn alike. */
static void draw_hello(struct random *random, struct writer *out)
{
	enum err err;
	struct communicator_config config = { .initiator = true,
		                              .peers = { addr_v4(192, 0, 2, 1, 7242) },
		                              .peers_count = 1,
		                              .listen = { addr_v4(0, 0, 0, 0, 0) },
		                              .listen_count = 1,
		                              .random = random };
	struct communicator *c = communicator_new(&udp_communicator, &config, SECOND, &err);
	struct link_request request;
	uint8_t wire[LIMIT_WIRE];
	struct route route;
	assert_non_null(c);
	assert_true(c->class->request(c, &request));
	c->class->link(
	    c, &(struct link_event){ .state = LINK_UP, .link = request.link, .kind = LINK_UDP },
	    SECOND);
	communicator_timer(c, SECOND);
	size_t len = c->class->output(c, &route, wire, sizeof wire, SECOND);
	assert_true(len >= 10);
	write_span(out, span_of(wire + 2, 8));
	communicator_free(c);
}

static draw *const draws[] = { draw_noise_ephemeral, draw_noise_answer, draw_share,
	                       draw_rsa_nonce,       draw_rsa_answer,   draw_words,
	                       draw_commitment,      draw_key_pair,     draw_hello };

static void draw_on(uint64_t which_host, draw *one, drbg_entropy *entropy, unsigned before,
                    struct writer *out)
{
	static const uint8_t seed[48] = { 7 }; /* of the one state that was copied */
	uint8_t skipped[16];
	struct random *d = drbg_new(seed, sizeof seed, entropy);
	assert_non_null(d);
	host = which_host;
	for (unsigned i = 0; i < before; i++)
		random_fill(d, skipped, sizeof skipped);
	one(d, out);
	drbg_free(d);
}

/* L7: two hosts that go on from one state, each with its own kernel, draw nothing alike: no
 * ephemeral key, no SPAKE2 share, no nonce, no code, no commitment. Without fresh entropy they
 * would draw the same, which is what makes this a test. */
static void test_drbg_copies_of_one_state_draw_nothing_alike(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof draws / sizeof draws[0]; i++)
		for (unsigned before = 0; before < 2; before++)
			for (unsigned fresh = 0; fresh < 2; fresh++) {
				uint8_t one[LIMIT_HANDSHAKE], two[LIMIT_HANDSHAKE];
				struct writer a = writer_of(one, sizeof one),
					      b = writer_of(two, sizeof two);
				draw_on(1, draws[i], fresh ? entropy_of_host : no_entropy, before,
				        &a);
				draw_on(2, draws[i], fresh ? entropy_of_host : no_entropy, before,
				        &b);
				assert_true(a.len > 0);
				if (span_equal(written(&a), written(&b)) != !fresh)
					fail_msg("draw %zu: fresh %u", i, fresh);
			}
}

/* Each request is preceded by fresh entropy, so that it shows nothing of what an earlier state
 * knew; without any the generator goes on. */
static void test_drbg_asks_for_entropy_before_each_request(void **unused)
{
	(void)unused;
	uint8_t seed[48] = { 1 }, one[32], two[32];
	struct random *a = drbg_new(seed, sizeof seed, entropy_of_host),
		      *b = drbg_new(seed, sizeof seed, no_entropy),
		      *plain = drbg_new(seed, sizeof seed, NULL);
	for (unsigned i = 0; i < 4; i++) {
		random_fill(b, one, sizeof one);
		random_fill(plain, two, sizeof two);
		assert_memory_equal(one, two, sizeof one);
		random_fill(a, two, sizeof two);
		assert_memory_not_equal(one, two, sizeof one);
	}
	drbg_free(a);
	drbg_free(b);
	drbg_free(plain);
}

/* The library we are linked with is the one we think. */
static void test_crypto_self_test_passes(void **unused)
{
	(void)unused;
	assert_true(self_test_passes());
	(void)self_test_has_aes();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drbg_published_vector),
		cmocka_unit_test(test_drbg_fills_everything),
		cmocka_unit_test(test_drbg_copies_of_one_state_draw_nothing_alike),
		cmocka_unit_test(test_drbg_asks_for_entropy_before_each_request),
		cmocka_unit_test(test_crypto_self_test_passes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
