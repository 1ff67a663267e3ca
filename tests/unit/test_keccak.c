/* keccak: FIPS 202's functions against another implementation. */
#include "tests/unit/support.h"

#include "crypto/keccak.h"

enum { LONGEST = 350, MOST = 200 };

static const struct {
	enum keccak_kind kind;
	size_t len;
	const char *abc, *all; /* the beginning of what "abc" gives; see the second test */
} kinds[] = {
	{ KECCAK_SHA3_256, 32, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
	  "4ae30e440ccc99ea393847dc4f54d2adbd4889604675d5be40a8ff6184d339db" },
	{ KECCAK_SHA3_512, 64, "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e",
	  "e092cfcfa633e1729b523c4a47625d2822c532a258e40fa9524604dd5e4b9bfa" },
	{ KECCAK_SHAKE128, MOST, "5881092dd818bf5cf8a3ddb793fbcba74097d5c526a6d35f97b83351940f2cc8",
	  "e1a05cbf3362029eedad8bafe54ac6bb6436bc0462f0035cc434400606837f38" },
	{ KECCAK_SHAKE256, MOST, "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739",
	  "1715fc244226e6076266aa3fa48b47bff4291a7dbded5c85d3f76a07e7cae748" },
};

static void test_keccak_abc(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		uint8_t out[32];
		keccak_hash(kinds[i].kind, PARTS(span_text("abc")), out, sizeof out);
		assert_span_hex(span_of(out, sizeof out), kinds[i].abc);
	}
}

/* Messages of every length up to two blocks and more, of the bytes 0, 7, 14 and so on. Compared is
 * SHA-256 of all that comes out, one after the other; Python's hashlib says what it is. */
static void test_keccak_every_length(void **unused)
{
	(void)unused;
	static uint8_t message[LONGEST], all[LONGEST * MOST];
	for (size_t i = 0; i < LONGEST; i++)
		message[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		uint8_t hash[HASH_LEN];
		struct writer w = writer_of(all, sizeof all);
		for (size_t len = 0; len < LONGEST; len++) {
			keccak_hash(kinds[i].kind, PARTS({ message, len }), all + w.len,
			            kinds[i].len);
			w.len += kinds[i].len;
		}
		sha256(PARTS(written(&w)), hash);
		assert_span_hex(span_of(hash, sizeof hash), kinds[i].all);
	}
}

/* A message in parts is one message, and what is squeezed bit by bit is squeezed at once. */
static void test_keccak_in_pieces(void **unused)
{
	(void)unused;
	uint8_t message[LONGEST] = { 1, 2, 3 }, whole[MOST], pieces[MOST];
	for (size_t cut = 0; cut <= LONGEST; cut += 25) {
		struct keccak k;
		keccak_hash(KECCAK_SHAKE128, PARTS({ message, LONGEST }), whole, sizeof whole);
		keccak_absorb(
		    &k, KECCAK_SHAKE128,
		    PARTS({ message, cut }, { NULL, 0 }, { message + cut, LONGEST - cut }));
		for (size_t at = 0, len = 1; at < MOST; at += len, len = at + 7 < MOST ? 7 : 1)
			keccak_squeeze(&k, pieces + at, len);
		assert_memory_equal(whole, pieces, MOST);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keccak_abc),
		cmocka_unit_test(test_keccak_every_length),
		cmocka_unit_test(test_keccak_in_pieces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
