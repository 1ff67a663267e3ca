/* The rsa suite: its operations against published vectors, and its handshake against a second
 * implementation, written here from docs/PROTOCOL.md section 5.2 alone, that can also cheat. */
#include "tests/unit/support.h"

#include <bearssl.h>

#include "crypto/aead.h"
#include "crypto/encryptor.h"
#include "crypto/rsa_ops.h"
#include "tests/unit/keys.h"
#include "tests/vectors/rsa_oaep.h"
#include "tests/vectors/rsa_pkcs1.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Alice connects, Bob serves, Carol cheats; LARGE has 4096 bits. */
enum { ALICE, BOB, CAROL, SESSION, LARGE = 5 };

static struct public_key public_of(const char *hex)
{
	struct public_key key = { .type = KEY_RSA };
	key.len = unhex(hex, key.bytes, sizeof key.bytes).len;
	return key;
}

/* ---- operations ---- */

static void test_rsa_decrypts_published_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rsa_oaep); i++) {
		const struct rsa_oaep *v = &rsa_oaep[i];
		struct identity id = rsa_identity_of(&rsa_oaep_keys[v->key]);
		struct test_random random = test_random(i), same = random;
		uint8_t want[64], got[64], drawn[64], sealed[LIMIT_PUBLIC_KEY + 2];
		size_t len = unhex(v->text, want, sizeof want).len;
		rsa_ops_decrypt(&id, unhex(v->sealed, sealed, sizeof sealed), &random.random, got,
		                len);
		random_fill(&same.random, drawn, len);
		/* what does not open gives what the random source gives, and nothing else */
		if (memcmp(got, v->valid ? want : drawn, len) != 0)
			fail_msg("%s", v->name);
		assert_int_equal(random.state, same.state); /* drawn from in any case */
	}
}

/* BearSSL draws from the struct random it was given, and from nothing else. */
static void test_rsa_encrypts_by_the_random_it_is_given(void **state)
{
	(void)state;
	struct identity id = test_rsa_identity(0);
	uint8_t sealed[3][LIMIT_PUBLIC_KEY];
	for (unsigned i = 0; i < 3; i++) {
		struct test_random random = test_random(i / 2);
		struct writer out = writer_of(sealed[i], sizeof sealed[i]);
		rsa_ops_encrypt(&id.public, span_text("text"), &random.random, &out);
	}
	assert_memory_equal(sealed[0], sealed[1], id.public.len);
	assert_memory_not_equal(sealed[0], sealed[2], id.public.len);
}

static void test_rsa_encrypts_what_it_decrypts(void **state)
{
	(void)state;
	static const unsigned keys[] = { 0, 4, 5 };
	struct test_random random = test_random(5);
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct identity id = test_rsa_identity(keys[i]);
		uint8_t text[16], got[16], sealed[2][LIMIT_PUBLIC_KEY];
		for (int twice = 0; twice < 2; twice++) {
			struct writer out = writer_of(sealed[twice], sizeof sealed[twice]);
			random_fill(&random.random, text, sizeof text);
			rsa_ops_encrypt(&id.public, span_of(text, sizeof text), &random.random,
			                &out);
			assert_int_equal(out.len, id.public.len);
			rsa_ops_decrypt(&id, written(&out), &random.random, got, sizeof got);
			assert_memory_equal(got, text, sizeof got);
		}
		assert_memory_not_equal(sealed[0], sealed[1], id.public.len);
	}
}

/* A text of another length than expected is no text; nor is one for another key. */
static void test_rsa_decrypt_wants_the_length_and_the_key(void **state)
{
	(void)state;
	struct test_random random = test_random(6);
	struct identity id = test_rsa_identity(0), other = test_rsa_identity(1);
	uint8_t text[32] = "0123456789abcdef0123456789abcde", got[32], sealed[LIMIT_PUBLIC_KEY];
	for (size_t len = 14; len <= 18; len++) {
		struct writer out = writer_of(sealed, sizeof sealed);
		rsa_ops_encrypt(&id.public, span_of(text, len), &random.random, &out);
		rsa_ops_decrypt(&id, written(&out), &random.random, got, 16);
		assert_int_equal(memcmp(got, text, 14) == 0, len == 16);
		rsa_ops_decrypt(&other, written(&out), &random.random, got, 16);
		assert_memory_not_equal(got, text, 16);
	}
}

static void test_rsa_verifies_published_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rsa_pkcs1); i++) {
		const struct rsa_pkcs1 *v = &rsa_pkcs1[i];
		uint8_t message[256], signature[LIMIT_PUBLIC_KEY];
		struct public_key key = public_of(v->n);
		struct span m = unhex(v->message, message, sizeof message),
			    s = unhex(v->signature, signature, sizeof signature);
		if (rsa_ops_verify(&key, PARTS(m), s) != v->valid)
			fail_msg("%s", v->name);
	}
}

/* A signature has one form, so that of the same message by the same key is the published one. */
static void test_rsa_signs_like_the_published_vectors(void **state)
{
	(void)state;
	struct identity id = rsa_identity_of(&rsa_oaep_keys[0]); /* Wycheproof's key for both */
	for (size_t i = 0; i < COUNT(rsa_pkcs1); i++) {
		const struct rsa_pkcs1 *v = &rsa_pkcs1[i];
		struct public_key key = public_of(v->n);
		if (!v->valid || !public_key_equal(&key, &id.public))
			continue;
		uint8_t message[256], signature[LIMIT_PUBLIC_KEY];
		struct writer out = writer_of(signature, sizeof signature);
		rsa_ops_sign(&id, PARTS(unhex(v->message, message, sizeof message)), &out);
		assert_span_hex(written(&out), v->signature);
	}
}

static void test_rsa_verifies_what_it_signs_and_nothing_near(void **state)
{
	(void)state;
	static const unsigned keys[] = { 0, 4, 5 };
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct identity id = test_rsa_identity(keys[i]), other = test_rsa_identity(1);
		uint8_t signature[LIMIT_PUBLIC_KEY + 1] = { 0 };
		struct writer out = writer_of(signature, LIMIT_PUBLIC_KEY);
		struct span message = span_text("message");
		rsa_ops_sign(&id, PARTS(message), &out);
		assert_true(rsa_ops_verify(&id.public, PARTS(message), written(&out)));
		assert_true(rsa_ops_verify(&id.public, PARTS(span_text("mess"), span_text("age")),
		                           written(&out)));
		assert_false(
		    rsa_ops_verify(&id.public, PARTS(span_text("massage")), written(&out)));
		assert_false(rsa_ops_verify(&other.public, PARTS(message), written(&out)));
		assert_false(
		    rsa_ops_verify(&id.public, PARTS(message), span_of(signature, out.len - 1)));
		assert_false(
		    rsa_ops_verify(&id.public, PARTS(message), span_of(signature, out.len + 1)));
		assert_false(rsa_ops_verify(&id.public, PARTS(message), span_of(NULL, 0)));
		for (size_t bit = 0; bit < out.len * 8; bit += 97) {
			signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_false(rsa_ops_verify(&id.public, PARTS(message), written(&out)));
			signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

/* Our own key signs encodings that only look right: each is refused, since only one re-encoding
 * exists. */
static void test_rsa_verify_refuses_other_encodings(void **state)
{
	(void)state;
	struct identity id = test_rsa_identity(0);
	enum { LEN = 256 };
	static const uint8_t header[] = {
		0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
		0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
	};
	uint8_t good[LEN], hash[HASH_LEN];
	struct span message = span_text("message");
	sha256(PARTS(message), hash);
	memset(good, 0xff, sizeof good);
	good[0] = 0;
	good[1] = 1;
	good[LEN - HASH_LEN - sizeof header - 1] = 0;
	memcpy(good + LEN - HASH_LEN - sizeof header, header, sizeof header);
	memcpy(good + LEN - HASH_LEN, hash, HASH_LEN);

	static const char *const names[] = { "as it is",
		                             "block type 2",
		                             "a hole in the padding",
		                             "hash at the front, rubbish behind",
		                             "another hash function",
		                             "no DER",
		                             "length in long form",
		                             "no zero before the DER" };
	for (size_t i = 0; i < COUNT(names); i++) {
		uint8_t em[LEN];
		memcpy(em, good, LEN);
		if (i == 1)
			em[1] = 2;
		if (i == 2)
			em[100] = 0xfe;
		if (i == 3) { /* Bleichenbacher 2006 */
			memset(em + 10, 0, LEN - 10);
			memcpy(em + 11, header, sizeof header);
			memcpy(em + 11 + sizeof header, hash, HASH_LEN);
		}
		if (i == 4)
			em[LEN - HASH_LEN - 5] = 3; /* SHA-512's number */
		if (i == 5) {
			memset(em + 2, 0xff, LEN - HASH_LEN - 3);
			em[LEN - HASH_LEN - 1] = 0;
		}
		if (i == 6) {
			memmove(em + 2, em + 3, LEN - HASH_LEN - sizeof header - 3 + 1);
			em[LEN - HASH_LEN - sizeof header] = 0x81;
			em[LEN - HASH_LEN - sizeof header - 1] = 0x30;
			em[LEN - HASH_LEN - sizeof header - 2] = 0;
		}
		if (i == 7)
			em[LEN - HASH_LEN - sizeof header - 1] = 0xff;
		struct identity copy = id;
		br_rsa_private_key key = { .n_bitlen = 2048,
			                   .p = copy.secret.rsa.parts[RSA_P],
			                   .plen = 128,
			                   .q = copy.secret.rsa.parts[RSA_Q],
			                   .qlen = 128,
			                   .dp = copy.secret.rsa.parts[RSA_DP],
			                   .dplen = 128,
			                   .dq = copy.secret.rsa.parts[RSA_DQ],
			                   .dqlen = 128,
			                   .iq = copy.secret.rsa.parts[RSA_IQ],
			                   .iqlen = 128 };
		assert_int_equal(br_rsa_private_get_default()(em, &key), 1);
		if (rsa_ops_verify(&id.public, PARTS(message), span_of(em, LEN)) != (i == 0))
			fail_msg("%s", names[i]);
	}
}

/* S17: a modulus has 2048 to 4096 bits and is odd; the exponent is not even sent. */
static void test_rsa_key_limits(void **state)
{
	(void)state;
	static const struct {
		size_t len;
		uint8_t first, last;
		bool good;
	} table[] = {
		{ 256, 0x80, 1, true },     { 256, 0xff, 0xff, true }, { 384, 0xc0, 3, true },
		{ 512, 0xff, 1, true },     { 256, 0x80, 0, false }, /* even */
		{ 256, 0xff, 0xfe, false }, { 256, 0x7f, 1, false }, /* 2047 bits */
		{ 255, 0xff, 1, false },    { 257, 0x00, 1, false }, /* leading zero */
		{ 256, 0x00, 1, false },    { 64, 0xff, 1, false },    { 1, 0xff, 1, false },
		{ 0, 0, 0, false },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct public_key key = { .type = KEY_RSA, .len = table[i].len };
		uint8_t signature[LIMIT_PUBLIC_KEY] = { 0 };
		memset(key.bytes, 0x55, key.len);
		key.bytes[0] = table[i].first;
		if (key.len > 1)
			key.bytes[key.len - 1] = table[i].last;
		assert_int_equal(public_key_check(&key) == OK, table[i].good);
		assert_false(
		    rsa_ops_verify(&key, PARTS(span_text("message")), span_of(signature, key.len)));
	}
}

/* ---- the handshake, written again ---- */

struct hand {
	struct test_random random;
	uint8_t psk[PSK_LEN], message_0[64], h0[HASH_LEN], h[HASH_LEN], prk[HASH_LEN], k1[16],
	    kc[16], ks[16], traffic[32];
	uint8_t message[LIMIT_HANDSHAKE];
};

static const char prologue[] = "schat\001\002"; /* and the final 0: plain */

static struct span hand_prologue(void)
{
	return span_of(prologue, sizeof prologue);
}

static void hand_start(struct hand *p)
{
	memset(p, 0, sizeof *p);
	p->random = test_random(99);
}

static struct span hand_message_0(struct hand *p)
{
	uint8_t key[32];
	random_fill(&p->random.random, p->message_0, 32);
	sha256_hkdf(span_of(NULL, 0), span_of(p->psk, 32), span_text("schat rsa hello v1"), key,
	            32);
	sha256_hmac(span_of(key, 32), PARTS(hand_prologue(), { p->message_0, 32 }),
	            p->message_0 + 32);
	return span_of(p->message_0, 64);
}

static void hand_h0(struct hand *p, struct span part1)
{
	static const uint8_t len[2] = { 0, sizeof prologue };
	sha256(PARTS({ len, 2 }, hand_prologue(), { p->message_0, 64 }, part1), p->h0);
}

/* Seals what out holds since start under key, nonce zero, and adds the tag. */
static void hand_seal(struct span key, const uint8_t ad[static 32], struct writer *out,
                      size_t start)
{
	static const uint8_t nonce[12];
	struct aead aead;
	size_t len = out->len - start;
	write_zeroes(out, 16);
	aead_init(&aead, AEAD_AES_GCM, key);
	aead_seal(&aead, nonce, span_of(ad, 32), out->at + start, len);
}

/* k1, from both nonces and the psk. */
static void hand_reveal_key(struct hand *p, struct span nonce_s)
{
	uint8_t prk[32];
	sha256_extract(span_of(p->psk, 32), PARTS({ p->message_0, 32 }, nonce_s), prk);
	sha256_expand(prk, PARTS(span_text("schat rsa reveal v1"), { p->h0, 32 }), p->k1, 16);
}

/* A signature over h with the label, behind its length. */
static void hand_sign(struct hand *p, const struct identity *signer, const char *label,
                      struct writer *out)
{
	write_be16(out, (uint16_t)signer->public.len);
	rsa_ops_sign(signer, PARTS({ (const uint8_t *)label, strlen(label) + 1 }, { p->h, 32 }),
	             out);
}

static void hand_keys(struct hand *p, const uint8_t key[static 16])
{
	uint8_t both[32];
	sha256_extract(span_of(p->psk, 32), PARTS({ key, 16 }), p->prk);
	sha256_expand(p->prk, PARTS(span_text("schat rsa handshake v1"), { p->h, 32 }), both, 32);
	memcpy(p->kc, both, 16);
	memcpy(p->ks, both + 16, 16);
}

static void hand_write_key(struct writer *out, const struct public_key *key)
{
	write_be16(out, (uint16_t)key->len);
	write_span(out, span_of(key->bytes, key->len));
}

/* Message 1 of a responder that shows one key and signs with another identity's. */
static struct span hand_message_1(struct hand *p, struct span message_0,
                                  const struct public_key *session, const struct public_key *shown,
                                  const struct identity *signer)
{
	uint8_t nonce[32];
	struct writer out = writer_of(p->message, sizeof p->message);
	memcpy(p->message_0, message_0.at, 64);
	random_fill(&p->random.random, nonce, 32);
	write_span(&out, span_of(nonce, 32));
	hand_write_key(&out, session);
	hand_h0(p, written(&out));
	hand_reveal_key(p, span_of(nonce, 32));
	size_t start = out.len;
	hand_write_key(&out, shown);
	sha256(PARTS({ p->h0, 32 }, { out.at + start, out.len - start }), p->h);
	hand_sign(p, signer, "schat rsa server v1", &out);
	hand_seal(span_of(p->k1, 16), p->h0, &out, start);
	return written(&out);
}

/* Opens what is sealed in the message 1 just made, in place. */
static void hand_reopen(struct hand *p, size_t len)
{
	static const uint8_t nonce[12];
	struct aead aead;
	size_t start = 32U + 2U + load_be16(p->message + 32);
	aead_init(&aead, AEAD_AES_GCM, span_of(p->k1, 16));
	assert_true(aead_open(&aead, nonce, span_of(p->h0, 32), p->message + start, len - start));
}

struct client {
	const struct public_key *shown; /* Ic as sent */
	const struct identity *signer;
	struct span payload;
	size_t key_len; /* of the session key: 16 */
	int oaep_flip;  /* byte of the encrypted key to change; -1: none */
};

/* Message 2 in answer to a responder's message 1. */
static struct span hand_message_2(struct hand *p, struct span message_1, const struct client *c)
{
	static const uint8_t nonce[12];
	struct reader r = reader_of(message_1);
	struct span nonce_s = read_span(&r, 32);
	struct public_key session = { .type = KEY_RSA, .len = read_be16(&r) };
	read_bytes(&r, session.bytes, session.len);
	hand_h0(p, span_of(message_1.at, message_1.len - r.left));
	hand_reveal_key(p, nonce_s);
	uint8_t text[2048];
	struct aead aead;
	assert_in_range(r.left, 17, sizeof text);
	memcpy(text, r.at, r.left);
	aead_init(&aead, AEAD_AES_GCM, span_of(p->k1, 16));
	assert_true(aead_open(&aead, nonce, span_of(p->h0, 32), text, r.left));
	sha256(PARTS({ p->h0, 32 }, { text, 2U + load_be16(text) }), p->h);

	uint8_t key[32];
	struct writer out = writer_of(p->message, sizeof p->message);
	random_fill(&p->random.random, key, sizeof key);
	write_be16(&out, (uint16_t)session.len);
	rsa_ops_encrypt(&session, span_of(key, c->key_len), &p->random.random, &out);
	if (c->oaep_flip >= 0)
		p->message[2 + c->oaep_flip] ^= 1;
	sha256(PARTS({ p->h, 32 }, { r.at, r.left }, written(&out)), p->h);
	hand_keys(p, key);

	size_t start = out.len;
	hand_write_key(&out, c->shown);
	hand_sign(p, c->signer, "schat rsa client v1", &out);
	write_u8(&out, 0);
	write_span(&out, c->payload);
	hand_seal(span_of(p->kc, 16), p->h, &out, start);
	sha256(PARTS({ p->h, 32 }, { p->message + start, out.len - start }), p->h);
	return written(&out);
}

/* Opens message 3: the responder's payload, and the session's keys. */
static void hand_message_3(struct hand *p, struct span message_3, const char *payload)
{
	uint8_t text[200];
	struct aead aead;
	static const uint8_t nonce[12];
	assert_in_range(message_3.len, 17, sizeof text);
	memcpy(text, message_3.at, message_3.len);
	aead_init(&aead, AEAD_AES_GCM, span_of(p->ks, 16));
	assert_true(aead_open(&aead, nonce, span_of(p->h, 32), text, message_3.len));
	assert_span_text(span_of(text + 1, message_3.len - 17), payload);
	sha256(PARTS({ p->h, 32 }, message_3), p->h);
	sha256_expand(p->prk, PARTS(span_text("schat rsa traffic v1"), { p->h, 32 }), p->traffic,
	              32);
}

/* ---- against the suite ---- */

struct world {
	struct test_random random;
	struct identity keys[6];
	struct hand hand;
	struct encryptor *e;
	uint8_t bytes[LIMIT_HANDSHAKE];
};

static void world_start(struct world *w, bool initiator, const struct public_key *expected)
{
	static const uint8_t psk[1][PSK_LEN];
	enum err err;
	memset(w, 0, sizeof *w);
	w->random = test_random(1);
	for (unsigned i = 0; i < COUNT(w->keys); i++)
		w->keys[i] = test_rsa_identity(i);
	hand_start(&w->hand);
	w->e = encryptor_new(encryptor_class_of(SUITE_RSA),
	                     &(struct encryptor_config){
				 .initiator = initiator,
				 .identity = &w->keys[initiator ? ALICE : BOB],
				 .session_key = initiator ? NULL : &w->keys[SESSION],
				 .expected = expected,
				 .psks = psk,
				 .psks_count = 1,
				 .prologue = hand_prologue(),
				 .payload = span_text(initiator ? "alice" : "bob"),
				 .random = &w->random.random,
			     },
	                     &err);
	assert_non_null(w->e);
}

static enum err world_step(struct world *w, struct span in, struct span *out)
{
	struct writer writer = writer_of(w->bytes, sizeof w->bytes);
	enum err err = encryptor_handshake(w->e, in, &writer);
	*out = written(&writer);
	return err;
}

/* The responder of the suite with the initiator written here: same bytes, same keys. */
static void test_rsa_responder_speaks_as_the_protocol_says(void **state)
{
	(void)state;
	struct world w;
	struct span out;
	world_start(&w, false, NULL);
	assert_int_equal(world_step(&w, hand_message_0(&w.hand), &out), OK);
	struct client alice = { &w.keys[ALICE].public, &w.keys[ALICE], span_text("alice"), 16, -1 };
	assert_int_equal(world_step(&w, hand_message_2(&w.hand, out, &alice), &out), OK);
	assert_true(w.e->ready);
	assert_true(public_key_equal(&w.e->peer, &w.keys[ALICE].public));
	assert_span_text(span_of(w.e->peer_payload, w.e->peer_payload_len), "alice");
	hand_message_3(&w.hand, out, "bob");
	assert_memory_equal(w.e->session_id, w.hand.h, SESSION_ID_LEN);

	uint8_t exported[32], exporter[32], want[32];
	encryptor_export(w.e, span_text("label"), exported);
	sha256_expand(w.hand.prk, PARTS(span_text("schat rsa exporter v1"), { w.hand.h, 32 }),
	              exporter, 32);
	sha256_expand(exporter, PARTS(span_text("label")), want, 32);
	assert_memory_equal(exported, want, 32);

	/* records: AES-128-GCM, the initiator's key first, 4 zero bytes and the number as nonce */
	static const uint8_t nonce[12] = { [11] = 5 };
	uint8_t data[3 + TAG_LEN] = "hey";
	struct aead aead;
	aead_init(&aead, AEAD_AES_GCM, span_of(w.hand.traffic, 16));
	aead_seal(&aead, nonce, span_text("header"), data, 3);
	assert_int_equal(encryptor_open(w.e, 5, span_text("header"), data, sizeof data), OK);
	assert_memory_equal(data, "hey", 3);
	encryptor_seal(w.e, 5, span_text("header"), data, 3);
	aead_init(&aead, AEAD_AES_GCM, span_of(w.hand.traffic + 16, 16));
	assert_true(aead_open(&aead, nonce, span_text("header"), data, sizeof data));
	encryptor_free(w.e);
}

/* Whatever is wrong with the encrypted session key or the client's proof, the answer is the same:
 * none, and the end. */
static void test_rsa_responder_refuses_all_bad_clients_alike(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, false, NULL);
	const struct public_key *alice = &w.keys[ALICE].public;
	const struct client bad[] = {
		{ alice, &w.keys[ALICE], span_text("x"), 16, 0 }, /* OAEP that does not open */
		{ alice, &w.keys[ALICE], span_text("x"), 16, 255 },
		{ alice, &w.keys[ALICE], span_text("x"), 15, -1 }, /* opens, but is no key */
		{ alice, &w.keys[ALICE], span_text("x"), 32, -1 },
		{ alice, &w.keys[CAROL], span_text("x"), 16, -1 }, /* Carol poses as Alice */
		{ alice, &w.keys[BOB], span_text("x"), 16, -1 },   /* S9: Bob's own, stolen */
		{ alice, &w.keys[SESSION], span_text("x"), 16, -1 },
	};
	encryptor_free(w.e);
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct client c = bad[i];
		struct span out;
		struct identity signer = *c.signer;
		struct public_key shown = *c.shown;
		c.signer = &signer;
		c.shown = &shown;
		world_start(&w, false, NULL);
		assert_int_equal(world_step(&w, hand_message_0(&w.hand), &out), OK);
		struct span message_2 = hand_message_2(&w.hand, out, &c);
		assert_int_equal(world_step(&w, message_2, &out), ERR_AUTH);
		assert_int_equal(out.len, 0);
		assert_false(w.e->ready || w.e->peer_known);
		assert_int_equal(world_step(&w, message_2, &out), ERR_STATE);
		encryptor_free(w.e);
	}
}

/* S9, S17: a responder that shows a key it does not have, or one outside the limits, is refused
 * before anything is shown to it. */
static void test_rsa_initiator_refuses_bad_responders(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, true, NULL);
	struct public_key bob = w.keys[BOB].public, session = w.keys[SESSION].public,
			  even = session, small = session, zero = session;
	even.bytes[even.len - 1] &= 0xfe;
	small.len = 64;
	zero.bytes[0] = 0;
	const struct {
		const struct public_key *session, *shown;
		unsigned signer;
		enum err err;
	} table[] = {
		{ &session, &bob, BOB, OK },           { &session, &bob, CAROL, ERR_AUTH },
		{ &session, &bob, ALICE, ERR_AUTH }, /* with the victim's own key */
		{ &session, &bob, SESSION, ERR_AUTH }, { &even, &bob, BOB, ERR_FORMAT },
		{ &small, &bob, BOB, ERR_FORMAT },     { &zero, &bob, BOB, ERR_FORMAT },
		{ &session, &even, BOB, ERR_FORMAT },  { &session, &small, BOB, ERR_FORMAT },
		{ &session, &zero, BOB, ERR_FORMAT },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct span out, nothing = { NULL, 0 };
		encryptor_free(w.e);
		world_start(&w, true, NULL);
		assert_int_equal(world_step(&w, nothing, &out), OK);
		struct span message_1 = hand_message_1(&w.hand, out, table[i].session,
		                                       table[i].shown, &w.keys[table[i].signer]);
		assert_int_equal(world_step(&w, message_1, &out), table[i].err);
		assert_int_equal(out.len > 0, table[i].err == OK);
		assert_int_equal(w.e->peer_known, table[i].err == OK);
	}
	encryptor_free(w.e);
}

/* A modulus or signature as long as its length field can say neither overflows nor is believed;
 * the two that are sealed are sealed anew, so that they are read. */
static void test_rsa_initiator_refuses_impossible_lengths(void **state)
{
	(void)state;
	static const size_t at[] = {
		32, 32 + 2 + 256, 32 + 2 + 256 + 2 + 256
	}; /* the three length fields of message 1 */
	static const uint16_t lens[] = { 0, 1, 255, 257, 512, 513, 2048, 4096, 65535 };
	struct world w;
	for (size_t i = 0; i < COUNT(at); i++)
		for (size_t j = 0; j < COUNT(lens); j++) {
			struct span out, nothing = { NULL, 0 };
			world_start(&w, true, NULL);
			assert_int_equal(world_step(&w, nothing, &out), OK);
			struct span m = hand_message_1(&w.hand, out, &w.keys[SESSION].public,
			                               &w.keys[BOB].public, &w.keys[BOB]);
			if (i == 0) {
				store_be16(w.hand.message + at[i], lens[j]);
			} else {
				hand_reopen(&w.hand, m.len);
				store_be16(w.hand.message + at[i], lens[j]);
				struct writer again = { .at = w.hand.message,
					                .cap = LIMIT_HANDSHAKE,
					                .len = m.len - 16 };
				hand_seal(span_of(w.hand.k1, 16), w.hand.h0, &again, 32 + 2 + 256);
			}
			enum err err = world_step(&w, m, &out);
			assert_true(err == ERR_FORMAT || err == ERR_AUTH);
			assert_int_equal(out.len, 0);
			assert_false(w.e->peer_known);
			encryptor_free(w.e);
		}
}

/* Message 1 as a whole: a changed bit anywhere, a missing or an extra byte, is refused, and
 * nothing is shown to whoever changed it. */
static void test_rsa_initiator_refuses_every_change_of_message_1(void **state)
{
	(void)state;
	struct world w;
	size_t len = 0;
	for (size_t at = 0; at == 0 || at < len + 2; at += at < 40 || at + 40 > len ? 1 : 13) {
		struct span out, nothing = { NULL, 0 };
		world_start(&w, true, NULL);
		assert_int_equal(world_step(&w, nothing, &out), OK);
		struct span m = hand_message_1(&w.hand, out, &w.keys[SESSION].public,
		                               &w.keys[BOB].public, &w.keys[BOB]);
		len = m.len;
		if (at < len)
			w.hand.message[at] ^= 0x20;
		else
			m.len = at == len ? len - 1 : len + 1;
		enum err err = world_step(&w, m, &out);
		if (err != ERR_FORMAT && err != ERR_AUTH)
			fail_msg("byte %zu: %d", at, (int)err);
		assert_int_equal(out.len, 0);
		assert_false(w.e->peer_known);
		encryptor_free(w.e);
	}
}

/* M5: the responder's name is sealed under the psk: message 1 made under another psk, by whoever
 * repeats a message 0 it has seen, does not open, and the initiator shows nothing. */
static void test_rsa_message_1_under_another_psk_does_not_open(void **state)
{
	(void)state;
	struct world w;
	struct span out, nothing = { NULL, 0 };
	world_start(&w, true, NULL);
	assert_int_equal(world_step(&w, nothing, &out), OK);
	w.hand.psk[31] ^= 1;
	struct span m = hand_message_1(&w.hand, out, &w.keys[SESSION].public, &w.keys[BOB].public,
	                               &w.keys[BOB]);
	assert_int_equal(world_step(&w, m, &out), ERR_AUTH);
	assert_int_equal(out.len, 0);
	assert_false(w.e->peer_known);
	encryptor_free(w.e);
}

/* S10, unknown key share: Carol relays between Alice and Bob, and puts her own name and signature
 * on Bob's message 1. Whoever expects Bob sees that it is Carol. Whoever takes anybody believes
 * Carol, but Bob's side of the transcript differs: nothing that Alice says opens there, so Bob
 * never speaks to her as to himself. */
static void test_rsa_relay_that_signs_anew_gets_nothing(void **state)
{
	(void)state;
	for (int expects = 0; expects < 2; expects++) {
		struct world alice, bob;
		struct span out, nothing = { NULL, 0 };
		struct public_key key = test_rsa_identity(BOB).public;
		world_start(&alice, true, expects ? &key : NULL);
		world_start(&bob, false, NULL);
		bob.random = test_random(2);
		assert_int_equal(world_step(&alice, nothing, &out), OK);
		struct span message_0 = out;
		assert_int_equal(world_step(&bob, message_0, &out), OK);

		/* the same nonce and session key, another identity; she knows the psk */
		struct hand *carol = &alice.hand;
		struct writer forged = writer_of(carol->message, sizeof carol->message);
		memcpy(carol->message_0, message_0.at, 64);
		write_span(&forged, span_of(out.at, 32 + 2 + 256));
		hand_h0(carol, written(&forged));
		hand_reveal_key(carol, span_of(out.at, 32));
		size_t start = forged.len;
		hand_write_key(&forged, &alice.keys[CAROL].public);
		sha256(PARTS({ carol->h0, 32 }, { forged.at + start, forged.len - start }),
		       carol->h);
		hand_sign(carol, &alice.keys[CAROL], "schat rsa server v1", &forged);
		hand_seal(span_of(carol->k1, 16), carol->h0, &forged, start);

		enum err err = world_step(&alice, written(&forged), &out);
		assert_int_equal(err, expects ? ERR_TRUST : OK);
		assert_true(public_key_equal(&alice.e->peer, &alice.keys[CAROL].public));
		assert_int_equal(out.len > 0, !expects);
		if (!expects) {
			assert_int_equal(world_step(&bob, out, &out), ERR_AUTH);
			assert_false(bob.e->ready || bob.e->peer_known);
		}
		encryptor_free(alice.e);
		encryptor_free(bob.e);
	}
}

/* A first message is answered only with the MAC under the psk: each byte of it counts, and so does
 * each of the prologue. */
static void test_rsa_first_message_needs_its_mac(void **state)
{
	(void)state;
	struct world w;
	struct span out;
	world_start(&w, false, NULL);
	hand_message_0(&w.hand);
	for (size_t i = 0; i < 64; i++) {
		w.hand.message_0[i] ^= 0x10;
		assert_int_equal(world_step(&w, span_of(w.hand.message_0, 64), &out), ERR_AUTH);
		w.hand.message_0[i] ^= 0x10;
		assert_int_equal(world_step(&w, span_of(w.hand.message_0, i), &out), ERR_FORMAT);
	}
	assert_int_equal(world_step(&w, span_of(w.hand.message_0, 64), &out), OK);
	encryptor_free(w.e);
}

/* The largest keys fit into the messages. */
static void test_rsa_runs_with_the_largest_keys(void **state)
{
	(void)state;
	static const uint8_t psk[1][PSK_LEN] = { { 1 } };
	static uint8_t payload[LIMIT_HELLO_PAYLOAD];
	struct identity large = test_rsa_identity(LARGE);
	struct test_random random = test_random(3);
	struct encryptor_config config = {
		.identity = &large,
		.session_key = &large,
		.psks = psk,
		.psks_count = 1,
		.payload = span_of(payload, sizeof payload),
		.random = &random.random,
	};
	enum err err;
	struct encryptor *b = encryptor_new(encryptor_class_of(SUITE_RSA), &config, &err);
	config.initiator = true;
	struct encryptor *a = encryptor_new(encryptor_class_of(SUITE_RSA), &config, &err);
	uint8_t bytes[5][LIMIT_HANDSHAKE];
	struct span in = { NULL, 0 };
	for (size_t i = 0; i < 5; i++) {
		struct writer out = writer_of(bytes[i], sizeof bytes[i]);
		struct encryptor *e = i % 2 == 0 ? a : b;
		assert_int_equal(encryptor_handshake(e, in, &out), OK);
		in = written(&out);
	}
	assert_true(a->ready && b->ready);
	assert_memory_equal(a->session_id, b->session_id, SESSION_ID_LEN);
	encryptor_free(a);
	encryptor_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsa_decrypts_published_vectors),
		cmocka_unit_test(test_rsa_encrypts_by_the_random_it_is_given),
		cmocka_unit_test(test_rsa_encrypts_what_it_decrypts),
		cmocka_unit_test(test_rsa_decrypt_wants_the_length_and_the_key),
		cmocka_unit_test(test_rsa_verifies_published_vectors),
		cmocka_unit_test(test_rsa_signs_like_the_published_vectors),
		cmocka_unit_test(test_rsa_verifies_what_it_signs_and_nothing_near),
		cmocka_unit_test(test_rsa_verify_refuses_other_encodings),
		cmocka_unit_test(test_rsa_key_limits),
		cmocka_unit_test(test_rsa_responder_speaks_as_the_protocol_says),
		cmocka_unit_test(test_rsa_responder_refuses_all_bad_clients_alike),
		cmocka_unit_test(test_rsa_initiator_refuses_bad_responders),
		cmocka_unit_test(test_rsa_initiator_refuses_impossible_lengths),
		cmocka_unit_test(test_rsa_initiator_refuses_every_change_of_message_1),
		cmocka_unit_test(test_rsa_message_1_under_another_psk_does_not_open),
		cmocka_unit_test(test_rsa_relay_that_signs_anew_gets_nothing),
		cmocka_unit_test(test_rsa_first_message_needs_its_mac),
		cmocka_unit_test(test_rsa_runs_with_the_largest_keys),
	};
	return cmocka_run_group_tests_name("rsa", tests, NULL, NULL);
}
