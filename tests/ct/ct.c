/* ct: is crypto/ constant time? Run under valgrind's memcheck, with secrets marked as undefined
 * bytes: a branch or an address that depends on one is reported. What comes out of secrets and is
 * told to everybody is made defined by crypto/ct.h, one value at a time, or here, where it goes
 * onto the wire. Prints "N passed, N failed"; what is wrong where, valgrind says.
 *
 * The controls are mistakes made on purpose. Each must be found: if one is not, the check itself is
 * broken, and that is a failure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <valgrind/memcheck.h>

#include "base/assert.h"
#include "crypto/aead.h"
#include "crypto/ct.h"
#include "crypto/drbg.h"
#include "crypto/keccak.h"
#include "crypto/keying.h"
#include "crypto/mlkem768.h"
#include "crypto/rsa_ops.h"
#include "crypto/sha256.h"
#include "crypto/spake2.h"
#include "crypto/words.h"
#include "crypto/x25519.h"
#include "tests/unit/keys.h"

void ct_public(void *at, size_t len)
{
	(void)VALGRIND_MAKE_MEM_DEFINED(at, len);
}

static void secret(void *at, size_t len)
{
	(void)VALGRIND_MAKE_MEM_UNDEFINED(at, len);
}

/* ---- where secrets come from ---- */

static void secret_fill(struct random *r, void *to, size_t len)
{
	(void)r;
	static struct test_random random;
	if (random.random.fill == NULL)
		random = test_random(3);
	random_fill(&random.random, to, len);
	secret(to, len);
}

static struct random secrets = { secret_fill };

/* The public key stays public. Of an RSA key the first bytes of its factors too, which have their
 * top bit set in every key: BearSSL looks for the lengths of the factors, which are no secret. */
static struct identity secret_identity(enum key_type type, unsigned index)
{
	struct identity id = test_identity(type, index);
	if (type == KEY_X25519)
		secret(id.secret.x25519, sizeof id.secret.x25519);
	if (type != KEY_RSA)
		return id;
	size_t len = id.secret.rsa.factor_len;
	secret(id.secret.rsa.parts[RSA_P] + 1, len - 1);
	secret(id.secret.rsa.parts[RSA_Q] + 1, len - 1);
	secret(id.secret.rsa.parts[RSA_DP], len);
	secret(id.secret.rsa.parts[RSA_DQ], len);
	secret(id.secret.rsa.parts[RSA_IQ], len);
	return id;
}

/* ---- controls: each of these must be found ---- */

static volatile unsigned sink;

static void control_branch(void)
{
	uint8_t key[32];
	random_fill(&secrets, key, sizeof key);
	if (key[7] & 1)
		sink++;
}

static void control_index(void)
{
	static volatile const uint8_t table[256] = { 1, 2, 3 };
	uint8_t key[32];
	random_fill(&secrets, key, sizeof key);
	sink += table[key[3]];
}

/* Comparing as memcmp does: until the first difference. */
static void control_compare(void)
{
	uint8_t tag[16], other[16] = { 0 };
	random_fill(&secrets, tag, sizeof tag);
	for (size_t i = 0; i < sizeof tag; i++) {
		if (tag[i] != other[i])
			return;
	}
	sink++;
}

/* What is told of one secret, its hash, makes neither it nor what else comes out of it public. */
static void control_behind_a_public_value(void)
{
	uint8_t key[32], told[HASH_LEN], kept[HASH_LEN];
	random_fill(&secrets, key, sizeof key);
	sha256(PARTS({ key, sizeof key }), told);
	ct_public(told, sizeof told);
	sha256_hmac(span_of(key, sizeof key), PARTS(span_text("x")), kept);
	if (kept[0] & 1)
		sink++;
}

/* A secret that went through a whole seal and open is one still. */
static void control_through_an_aead(void)
{
	static const uint8_t nonce[AEAD_NONCE];
	struct aead a;
	uint8_t key[32], data[16 + AEAD_TAG];
	random_fill(&secrets, key, sizeof key);
	random_fill(&secrets, data, 16);
	aead_init(&a, AEAD_CHACHA20_POLY1305, span_of(key, sizeof key));
	aead_seal(&a, nonce, span_of(NULL, 0), data, 16);
	if (aead_open(&a, nonce, span_of(NULL, 0), data, sizeof data) && data[0] & 1)
		sink++;
}

/* ---- what must not be found ---- */

static void case_bytes(void)
{
	uint8_t a[40], b[40];
	random_fill(&secrets, a, sizeof a);
	memcpy(b, a, sizeof b);
	if (ct_verdict(bytes_equal(a, b, sizeof a)))
		sink++;
	b[20] ^= 1;
	if (ct_verdict(bytes_equal(a, b, sizeof a)))
		sink++;
	if (ct_verdict(bytes_zero(a, sizeof a)))
		sink++;
	bytes_wipe(a, sizeof a);
}

static void case_hashes(void)
{
	uint8_t key[100], out[100];
	random_fill(&secrets, key, sizeof key);
	for (size_t len = 0; len <= sizeof key; len += 20) {
		sha256(PARTS({ key, len }), out);
		sha256_hmac(span_of(key, len), PARTS(span_text("label"), { key, sizeof key }), out);
		sha256_hkdf(span_of(key, len), span_of(key, 32), span_text("info"), out,
		            sizeof out);
	}
}

static void case_x25519(void)
{
	static const uint8_t low_order[X25519_LEN] = { 1 };
	uint8_t scalar[X25519_LEN], public[X25519_LEN], shared[X25519_LEN];
	random_fill(&secrets, scalar, sizeof scalar);
	x25519_public(scalar, public);
	if (!x25519(scalar, public, shared))
		abort();
	if (x25519(scalar, low_order, shared))
		abort();
	struct identity own = secret_identity(KEY_X25519, 0), peer = test_identity(KEY_X25519, 1);
	uint8_t token[16];
	if (mutual_secret(&own, &peer.public, shared) != OK)
		abort();
	mutual_token(shared, 20000, token);
}

static void case_aead(void)
{
	static const struct {
		enum aead_kind kind;
		size_t key;
	} table[] = { { AEAD_CHACHA20_POLY1305, 32 },
		      { AEAD_AES_GCM, 16 },
		      { AEAD_AES_GCM, 32 },
		      { AEAD_AES_GCM_SOFTWARE, 16 },
		      { AEAD_AES_GCM_SOFTWARE, 32 } };
	static const size_t lens[] = { 0, 1, 16, 100, 1200 };
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		for (size_t j = 0; j < sizeof lens / sizeof lens[0]; j++) {
			static const uint8_t nonce[AEAD_NONCE] = { 5 };
			static uint8_t data[1200 + AEAD_TAG];
			struct aead a;
			uint8_t key[32];
			random_fill(&secrets, key, sizeof key);
			random_fill(&secrets, data, lens[j]);
			aead_init(&a, table[i].kind, span_of(key, table[i].key));
			aead_seal(&a, nonce, span_text("header"), data, lens[j]);
			ct_public(data, lens[j] + AEAD_TAG); /* on the wire */
			if (!aead_open(&a, nonce, span_text("header"), data, lens[j] + AEAD_TAG))
				abort();
			data[lens[j]] ^= 1; /* a forgery */
			if (aead_open(&a, nonce, span_text("header"), data, lens[j] + AEAD_TAG))
				abort();
			bytes_wipe(&a, sizeof a);
		}
}

/* Which words a code has. (How a typed word is read is not hidden.) */
static void case_words(void)
{
	unsigned index = 1700;
	char word[WORD_TEXT];
	secret(&index, sizeof index);
	words_at(index, word);
}

/* w and both scalars are secret; shares are told. (How long the words are that w is made of, is not
 * hidden: they are typed.) */
static void case_spake2(void)
{
	struct code code = { .words_count = CODE_WORDS, .words = { 17, 1700 } },
		    wrong = { .words_count = CODE_WORDS, .words = { 17, 1701 } };
	for (unsigned good = 0; good < 2; good++) {
		struct spake2 a, b;
		uint8_t share_a[SPAKE2_SHARE], share_b[SPAKE2_SHARE], confirm[SPAKE2_CONFIRM];
		spake2_start(&a, true, &code, &secrets, share_a);
		spake2_start(&b, false, good ? &code : &wrong, &secrets, share_b);
		struct spake2 first = a, second = b;
		secret(first.w, sizeof first.w);
		secret(second.w, sizeof second.w);
		if (!spake2_given(&a, true, first.w, first.scalar) ||
		    !spake2_given(&b, false, second.w, second.scalar))
			abort();
		if (spake2_share(&a, span_of(share_b, sizeof share_b), span_text("context")) !=
		        OK ||
		    spake2_share(&b, span_of(share_a, sizeof share_a), span_text("context")) != OK)
			abort();
		spake2_confirm(&a, confirm);
		if ((spake2_verify(&b, span_of(confirm, sizeof confirm)) == OK) != good)
			abort();
		bytes_wipe(&a, sizeof a);
		bytes_wipe(&b, sizeof b);
	}
}

static void case_rsa_sign(void)
{
	struct identity id = secret_identity(KEY_RSA, 0);
	uint8_t out[LIMIT_PUBLIC_KEY];
	struct writer w = writer_of(out, sizeof out);
	rsa_ops_sign(&id, PARTS(span_text("message")), &w);
}

/* S14: a ciphertext that opens, one that does not, one that opens to another length: the same way,
 * to the last branch. */
static void case_rsa_decrypt(void)
{
	struct identity id = secret_identity(KEY_RSA, 0);
	for (unsigned i = 0; i < 3; i++) {
		uint8_t key[32], sealed[LIMIT_PUBLIC_KEY], out[16];
		struct writer w = writer_of(sealed, sizeof sealed);
		random_fill(&secrets, key, sizeof key);
		rsa_ops_encrypt(&id.public, span_of(key, i == 2 ? 32 : 16), &secrets, &w);
		sealed[100] ^= (uint8_t)(i == 1);
		rsa_ops_decrypt(&id, written(&w), &secrets, out, sizeof out);
	}
}

static void case_keccak(void)
{
	uint8_t message[300], out[300];
	random_fill(&secrets, message, sizeof message);
	for (size_t len = 0; len <= sizeof message; len += 50) {
		keccak_hash(KECCAK_SHA3_256, PARTS({ message, len }), out, 32);
		keccak_hash(KECCAK_SHA3_512, PARTS({ message, 32 }, { message, len }), out, 64);
		keccak_hash(KECCAK_SHAKE256, PARTS({ message, len }), out, sizeof out);
	}
}

/* A ciphertext that fits the key, and one that does not: the same way. The encapsulation key and
 * the ciphertexts are told. */
static void case_mlkem768(void)
{
	uint8_t seed[MLKEM768_SEED], m[MLKEM768_M], shared[2][MLKEM768_SHARED];
	static uint8_t dk[MLKEM768_DK], ct[MLKEM768_CT];
	random_fill(&secrets, seed, sizeof seed);
	random_fill(&secrets, m, sizeof m);
	mlkem768_keygen(seed, dk);
	if (!mlkem768_encapsulate(dk + MLKEM768_EK_AT, m, ct, shared[0]))
		abort();
	ct_public(ct, sizeof ct);
	for (unsigned fits = 2; fits-- > 0; ct[500] ^= 4) {
		mlkem768_decapsulate(dk, ct, shared[1]);
		if (ct_verdict(bytes_equal(shared[0], shared[1], MLKEM768_SHARED)) != fits)
			abort();
	}
}

static void case_drbg(void)
{
	uint8_t seed[48], out[80];
	random_fill(&secrets, seed, sizeof seed);
	struct random *d = drbg_new(seed, sizeof seed, NULL);
	if (d == NULL)
		abort();
	random_fill(d, out, sizeof out);
	drbg_free(d);
}

/* ---- whole key agreements: every private key, every random byte is secret; what goes over the
 * wire is told ---- */

enum form { BY_CODE, BY_CONTACT, BY_FIRST_USE };

static void packets(struct encryptor *from, struct encryptor *to, uint64_t number)
{
	uint8_t data[64 + TAG_LEN], label[32];
	random_fill(&secrets, data, 64);
	encryptor_seal(from, number, span_text("header"), data, 64);
	ct_public(data, sizeof data);
	if (encryptor_open(to, number, span_text("header"), data, sizeof data) != OK)
		abort();
	encryptor_export(from, span_text("schat rejoin v1"), label);
}

/* altered: the message of which a bit is changed on its way; what does not verify fails without a
 * trace in time. NONE: they agree. */
enum { NONE = 100 };

static void agree(enum suite suite, enum form form, bool aes, unsigned altered)
{
	const struct encryptor_class *class = encryptor_class_of(suite);
	static const struct code code = { .words_count = CODE_WORDS, .words = { 17, 1700 } };
	struct identity ids[2] = { secret_identity(class->key_type, 0),
		                   secret_identity(class->key_type, 1) };
	struct identity spare = secret_identity(KEY_RSA, 2);
	struct keying *k[2];
	static uint8_t bytes[2][LIMIT_HANDSHAKE];
	struct span in = { NULL, 0 };

	for (unsigned i = 0; i < 2; i++) {
		struct keying_config config = {
			.initiator = i == 0,
			.suite = class,
			.identity = &ids[i],
			.session_key = &spare,
			.aes = aes,
			.code = form == BY_CODE ? &code : NULL,
			.expected = form == BY_CONTACT && i == 0 ? &ids[1].public : NULL,
			.contacts = form == BY_CONTACT && i == 1,
			.first_use = form == BY_FIRST_USE,
			.payload = span_text("\1\3bob"),
			.random = &secrets,
		};
		k[i] = keying_new(&config);
		if (k[i] == NULL)
			abort();
	}
	for (unsigned n = 0; !keying_ready(k[0]) || !keying_ready(k[1]); n++) {
		struct writer w = writer_of(bytes[n % 2], LIMIT_HANDSHAKE);
		enum err err = keying_handshake(k[n % 2], in, &w);
		if (n > 8 || (err == OK) == (n == altered + 1))
			abort();
		if (err != OK)
			break;
		ct_public(bytes[n % 2], w.len);
		if (n == altered)
			bytes[n % 2][w.len - 1] ^= 1;
		in = written(&w);
	}
	struct encryptor *a = keying_take(k[0]), *b = keying_take(k[1]);
	if (altered == NONE) {
		packets(a, b, 0);
		packets(b, a, 0);
	}
	encryptor_free(a);
	encryptor_free(b);
	keying_free(k[0]);
	keying_free(k[1]);
}

static void case_noise_code(void)
{
	agree(SUITE_NOISE, BY_CODE, false, NONE);
}

static void case_noise_contact(void)
{
	agree(SUITE_NOISE, BY_CONTACT, true, NONE);
}

static void case_noise_first_use(void)
{
	agree(SUITE_NOISE, BY_FIRST_USE, false, NONE);
}

static void case_hybrid(void)
{
	agree(SUITE_HYBRID, BY_CODE, false, NONE);
	agree(SUITE_HYBRID, BY_CONTACT, true, NONE);
	for (unsigned message = 0; message < 3; message++)
		agree(SUITE_HYBRID, BY_CONTACT, true, message);
}

static void case_rsa_code(void)
{
	agree(SUITE_RSA, BY_CODE, true, NONE);
}

static void case_rsa_contact(void)
{
	agree(SUITE_RSA, BY_CONTACT, true, NONE);
}

static void case_altered(void)
{
	for (unsigned message = 0; message < 3; message++)
		agree(SUITE_NOISE, BY_CONTACT, true, message);
	for (unsigned message = 2; message < 5;
	     message++) /* behind the shares: confirmations are the front of these */
		agree(SUITE_NOISE, BY_CODE, true, message);
	for (unsigned message = 0; message < 4; message++)
		agree(SUITE_RSA, BY_CONTACT, true, message);
}

/* ---- all of them ---- */

static const struct {
	const char *name;
	void (*run)(void);
	bool control;
} cases[] = {
	{ "control: a branch", control_branch, true },
	{ "control: an index", control_index, true },
	{ "control: a comparison that stops early", control_compare, true },
	{ "control: a branch behind a public value", control_behind_a_public_value, true },
	{ "control: a branch on what was sealed and opened", control_through_an_aead, true },
	{ "bytes_equal, bytes_zero, bytes_wipe", case_bytes, false },
	{ "SHA-256, HMAC, HKDF", case_hashes, false },
	{ "x25519, rooms of contacts", case_x25519, false },
	{ "aead: ChaCha20-Poly1305, AES-GCM in hardware and software", case_aead, false },
	{ "words", case_words, false },
	{ "SPAKE2", case_spake2, false },
	{ "SHA-3, SHAKE", case_keccak, false },
	{ "ML-KEM-768, a ciphertext that fits and one that does not", case_mlkem768, false },
	{ "RSA signature", case_rsa_sign, false },
	{ "RSA decryption, good and bad", case_rsa_decrypt, false },
	{ "random generator", case_drbg, false },
	{ "noise by code", case_noise_code, false },
	{ "noise to a contact, AES", case_noise_contact, false },
	{ "noise on first use", case_noise_first_use, false },
	{ "hybrid", case_hybrid, false },
	{ "rsa by code", case_rsa_code, false },
	{ "rsa to a contact", case_rsa_contact, false },
	{ "altered messages", case_altered, false },
};

int main(void)
{
	unsigned passed = 0, failed = 0;

	if (RUNNING_ON_VALGRIND == 0) {
		puts("not under valgrind: nothing is checked");
		return 1;
	}
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		VALGRIND_PRINTF("== %s\n", cases[i].name);
		unsigned before = VALGRIND_COUNT_ERRORS;
		cases[i].run();
		unsigned found = VALGRIND_COUNT_ERRORS - before;
		bool good = (found > 0) == cases[i].control;
		if (!good)
			printf("FAILED %s: %u found\n", cases[i].name, found);
		fflush(stdout);
		passed += good;
		failed += !good;
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
