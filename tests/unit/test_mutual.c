/* meeting: psks, secrets and tokens of contacts, words to compare. Expected values were computed by
 * another implementation (Python, from docs/PROTOCOL.md). */
#include "tests/unit/support.h"

#include "crypto/mutual.h"
#include "crypto/x25519.h"

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

static struct identity alice(void)
{
	return identity_of("2f444acd1f8354a417e5a9392ad6540a7b7041f813702cf641bb4bebffd8e076");
}

static struct identity bob(void)
{
	return identity_of("8cab6e8e2eba60612a12219e36eec57657e0a5581c504869ba09e0d594f21fae");
}

static struct public_key some_rsa(void)
{
	struct public_key key = { .type = KEY_RSA, .len = 256 };
	for (size_t i = 0; i < 256; i++)
		key.bytes[i] = (uint8_t)i;
	key.bytes[0] = 0xc0;
	return key;
}

/* The psk of a contact comes from the responder's key and its type. */
static void test_contact_psk(void **unused)
{
	(void)unused;
	uint8_t psk[32];
	struct identity b = bob();
	struct public_key rsa = some_rsa();
	mutual_psk(&b.public, psk);
	assert_span_hex(span_of(psk, 32),
	                "d46b38a4a5e049285c3ab3e1a484f72e42a288959187241ec9cbd01c5d7c71db");
	mutual_psk(&rsa, psk);
	assert_span_hex(span_of(psk, 32),
	                "7cf17fb1e9c78594287d748d1ce5e5487536a11bb994701a21721a3c23c0cf31");
}

/* Both of a pair have the same secret; rsa has none of this kind; a low-order key is refused and
 * tells nothing. */
static void test_contact_pair_secret(void **unused)
{
	(void)unused;
	struct identity a = alice(), b = bob();
	uint8_t one[32], two[32], untouched[32] = { 1 };
	assert_int_equal(mutual_secret(&a, &b.public, one), OK);
	assert_int_equal(mutual_secret(&b, &a.public, two), OK);
	assert_span_hex(span_of(one, 32),
	                "d2e0f979ae06722bc07c279d0d57672a75b3a66ddc719f92dd052a70ab646a07");
	assert_memory_equal(one, two, 32);

	struct public_key rsa = some_rsa(),
			  low = { .type = KEY_X25519, .len = X25519_LEN, .bytes = { 1 } };
	struct identity rsa_id = a;
	rsa_id.public = rsa;
	memcpy(two, untouched, sizeof two);
	assert_int_equal(mutual_secret(&a, &rsa, two), ERR_STATE);
	assert_int_equal(mutual_secret(&rsa_id, &b.public, two), ERR_STATE);
	assert_int_equal(mutual_secret(&a, &low, two), ERR_AUTH);
	assert_memory_equal(two, untouched, sizeof two);
}

/* Each day has its token. */
static void test_contact_token(void **unused)
{
	(void)unused;
	uint8_t secret[32], token[16];
	unhex("d2e0f979ae06722bc07c279d0d57672a75b3a66ddc719f92dd052a70ab646a07", secret,
	      sizeof secret);
	mutual_token(secret, 0, token);
	assert_span_hex(span_of(token, 16), "cebf1269217f06dd8592415be2e3f5df");
	mutual_token(secret, 20000, token);
	assert_span_hex(span_of(token, 16), "2432a27efe8a8214554291ed3356c83c");
	mutual_token(secret, UINT32_MAX, token);
	assert_span_hex(span_of(token, 16), "a001de4c38d0d32edcb8d17d32213d43");
}

/* Three words, the same from both sides, others for any other key, session or random value. */
static void test_session_words(void **unused)
{
	(void)unused;
	struct identity a = alice(), b = bob();
	uint8_t id[32], i[COMPARE_RANDOM], r[COMPARE_RANDOM], commit[32];
	char first[COMPARE_TEXT], second[COMPARE_TEXT];
	unhex("3f3af1ecebbd1410ab417ec0d27bbfcb5d340e177ae159b59fc8626c2dfd9175", id, sizeof id);
	for (unsigned n = 0; n < COMPARE_RANDOM; n++) {
		i[n] = (uint8_t)n;
		r[n] = (uint8_t)(COMPARE_RANDOM + n);
	}
	struct writer one = writer_of(first, sizeof first), two = writer_of(second, sizeof second);
	mutual_words(&a.public, &b.public, id, i, r, &one);
	mutual_words(&b.public, &a.public, id, i, r, &two);
	assert_span_text(written(&one), "claim lunch medal");
	assert_true(span_equal(written(&one), written(&two)));
	mutual_commit(r, commit);
	assert_span_hex(span_of(commit, sizeof commit),
	                "81becb4d902959ffe3d00027646394ece3dd88edf2fa293edcef27085108d0b3");

	for (unsigned what = 0; what < 7; what++) {
		struct public_key other_a = a.public, other_b = b.public;
		uint8_t other[3][32];
		memcpy(other[0], id, 32);
		memcpy(other[1], i, 32);
		memcpy(other[2], r, 32);
		if (what < 3)
			other[what][31] ^= 1;
		if (what == 3)
			other_a.bytes[0] ^= 1;
		if (what == 4)
			other_b.bytes[31] ^= 1;
		if (what == 5)
			other_a.type = KEY_RSA;
		if (what == 6) {
			memcpy(other[1], r, 32); /* each random value has its place */
			memcpy(other[2], i, 32);
		}
		two = writer_of(second, sizeof second);
		mutual_words(&other_a, &other_b, other[0], other[1], other[2], &two);
		assert_false(span_equal(written(&one), written(&two)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contact_psk),
		cmocka_unit_test(test_contact_pair_secret),
		cmocka_unit_test(test_contact_token),
		cmocka_unit_test(test_session_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
