/* public keys: their lines, limits and fingerprints. */
#include "base/base64.h"
#include "tests/unit/support.h"

#include "crypto/public_key.h"

static const char x25519_hex[] = "1b7e394722837c05fbdbf9297b6f12e77fa4e2b784bd0e19b8826a45dc9e9f01";
static const char x25519_base64[] = "G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwE=";
#define X25519_LINE "schat-x25519 G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwE="

static struct public_key x25519_key(const char *hex)
{
	struct public_key key = { .type = KEY_X25519, .len = X25519_LEN };
	unhex(hex, key.bytes, sizeof key.bytes);
	return key;
}

/* A modulus of len bytes that begins and ends with these bytes. */
static struct public_key rsa_key(size_t len, uint8_t first, uint8_t last)
{
	struct public_key key = { .type = KEY_RSA, .len = len };
	for (size_t i = 0; i < sizeof key.bytes; i++)
		key.bytes[i] = (uint8_t)i;
	key.bytes[0] = first;
	if (len > 0 && len <= sizeof key.bytes)
		key.bytes[len - 1] = last;
	return key;
}

/* RSA: 2048 to 4096 bits, odd (S17). */
static void test_public_key_rsa_limits(void **unused)
{
	(void)unused;
	static const struct {
		size_t len;
		uint8_t first, last;
		enum err want;
	} cases[] = {
		{ 256, 0x80, 1, OK },         { 256, 0xff, 0xff, OK },
		{ 257, 0x01, 1, OK },         { 384, 0x80, 1, OK },
		{ 511, 0x01, 1, OK },         { 512, 0x01, 1, OK },
		{ 512, 0xff, 0xff, OK },      { 256, 0x7f, 1, ERR_FORMAT },
		{ 256, 0x80, 0, ERR_FORMAT }, { 255, 0xff, 1, ERR_FORMAT },
		{ 513, 0x01, 1, ERR_FORMAT }, { 257, 0x00, 1, ERR_FORMAT },
		{ 512, 0x00, 1, ERR_FORMAT }, { 512, 0x80, 2, ERR_FORMAT },
		{ 64, 0xff, 1, ERR_FORMAT },  { 1, 3, 3, ERR_FORMAT },
		{ 0, 0, 0, ERR_FORMAT },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct public_key key = rsa_key(cases[i].len, cases[i].first, cases[i].last);
		assert_int_equal(public_key_check(&key), cases[i].want);

		/* The same by way of a line, as far as it fits into one. */
		uint8_t line[1024], bytes[513];
		struct writer w = writer_of(line, sizeof line);
		memcpy(bytes, key.bytes, sizeof key.bytes);
		bytes[512] = 1;
		write_span(&w, span_text("schat-rsa "));
		base64_encode(span_of(bytes, cases[i].len), &w);
		struct public_key got = { .type = KEY_NONE };
		assert_int_equal(public_key_read(written(&w), &got), cases[i].want);
		if (cases[i].want == OK)
			assert_true(public_key_equal(&got, &key));
		else
			assert_int_equal(got.type, KEY_NONE);
	}
}

/* x25519: 32 bytes, the one encoding of its point, and no point of low order. */
static void test_public_key_x25519_limits(void **unused)
{
	(void)unused;
	static const struct {
		const char *hex;
		enum err want;
	} cases[] = {
		{ "1b7e394722837c05fbdbf9297b6f12e77fa4e2b784bd0e19b8826a45dc9e9f01", OK },
		{ "0900000000000000000000000000000000000000000000000000000000000000", OK },
		{ "ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", OK },
		{ "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", ERR_FORMAT },
		{ "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", ERR_FORMAT },
		{ "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", ERR_FORMAT },
		{ "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", ERR_FORMAT },
		{ "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", ERR_FORMAT },
		{ "1b7e394722837c05fbdbf9297b6f12e77fa4e2b784bd0e19b8826a45dc9e9f81", ERR_FORMAT },
		{ "0000000000000000000000000000000000000000000000000000000000000000", ERR_FORMAT },
		{ "0100000000000000000000000000000000000000000000000000000000000000", ERR_FORMAT },
		{ "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", ERR_FORMAT },
		{ "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157", ERR_FORMAT },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct public_key key = x25519_key(cases[i].hex);
		assert_int_equal(public_key_check(&key), cases[i].want);
	}
	struct public_key key = x25519_key(cases[0].hex);
	key.len = 31;
	assert_int_equal(public_key_check(&key), ERR_FORMAT);
	key.len = 33;
	assert_int_equal(public_key_check(&key), ERR_FORMAT);
	key.len = 32;
	key.type = KEY_NONE;
	assert_int_equal(public_key_check(&key), ERR_FORMAT);
}

/* The first two words of a line count; what is no key of ours is refused. */
static void test_public_key_lines(void **unused)
{
	(void)unused;
	static const struct {
		const char *line;
		enum err want;
	} cases[] = {
		{ X25519_LINE, OK },
		{ X25519_LINE " alice@laptop", OK },
		{ X25519_LINE "\r\n", OK },
		{ "  schat-x25519\t\tG345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwE=\tcomment with = "
		  "signs",
		  OK },
		{ "", ERR_FORMAT },
		{ " ", ERR_FORMAT },
		{ "schat-x25519", ERR_FORMAT },
		{ "schat-", ERR_FORMAT },
		{ "schat- G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwE=", ERR_FORMAT },
		{ "schat-none G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwE=", ERR_FORMAT },
		{ "schat-rsa G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwE=", ERR_FORMAT },
		{ "SCHAT-X25519 G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwE=", ERR_FORMAT },
		{ "x25519 G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwE=", ERR_FORMAT },
		{ "ssh-ed25519 G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwE=", ERR_FORMAT },
		{ "schat-x25519 G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwE", ERR_FORMAT },
		{ "schat-x25519 G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwF=", ERR_FORMAT },
		{ "schat-x25519 G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenw==", ERR_FORMAT },
		{ "schat-x25519 G345RyKDfAX72/kpe28S53+k4reEvQ4ZuIJqRdyenwEA", ERR_FORMAT },
		{ "schat-x25519 G345RyKDfAX72_kpe28S53-k4reEvQ4ZuIJqRdyenwE=", ERR_FORMAT },
		{ "schat-x25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", ERR_FORMAT },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct public_key key = { .type = KEY_NONE };
		assert_int_equal(public_key_read(span_text(cases[i].line), &key), cases[i].want);
		if (cases[i].want == OK)
			assert_span_hex(span_of(key.bytes, key.len), x25519_hex);
		else
			assert_int_equal(key.type, KEY_NONE);
	}
}

/* Written lines are read back, are no longer than LIMIT_KEY_LINE, and appear whole or not at all.
 */
static void test_public_key_write(void **unused)
{
	(void)unused;
	struct public_key keys[2] = { x25519_key(x25519_hex), rsa_key(512, 0xc0, 0xff) };
	for (size_t i = 0; i < 2; i++) {
		uint8_t line[LIMIT_KEY_LINE];
		struct writer w = writer_of(line, sizeof line);
		assert_int_equal(public_key_write(&keys[i], &w), OK);
		struct public_key got;
		assert_int_equal(public_key_read(written(&w), &got), OK);
		assert_true(public_key_equal(&got, &keys[i]));
		for (size_t cap = 0; cap < w.len; cap++) {
			struct writer small = writer_of(line, cap);
			assert_int_equal(public_key_write(&keys[i], &small), ERR_FULL);
			assert_int_equal(small.len, 0);
			assert_false(small.full);
		}
	}
	uint8_t line[LIMIT_KEY_LINE];
	struct writer w = writer_of(line, sizeof line);
	public_key_write(&keys[0], &w);
	assert_span_text(written(&w), X25519_LINE);
	assert_non_null(strstr(X25519_LINE, x25519_base64));
}

static void test_public_key_equal(void **unused)
{
	(void)unused;
	struct public_key a = x25519_key(x25519_hex), b = a;
	assert_true(public_key_equal(&a, &b));
	b.bytes[31] ^= 1;
	assert_false(public_key_equal(&a, &b));
	b = a;
	b.type = KEY_RSA;
	assert_false(public_key_equal(&a, &b));
	b = a;
	b.len = 31;
	assert_false(public_key_equal(&a, &b));
	b = a;
	b.bytes[32] = 1; /* beyond the end */
	assert_true(public_key_equal(&a, &b));
}

static void test_key_type_names(void **unused)
{
	(void)unused;
	enum key_type type = KEY_NONE;
	assert_string_equal(public_key_type_name(KEY_X25519), "x25519");
	assert_string_equal(public_key_type_name(KEY_RSA), "rsa");
	assert_true(public_key_type_parse(span_text("rsa"), &type));
	assert_int_equal(type, KEY_RSA);
	assert_true(public_key_type_parse(span_text("x25519"), &type));
	assert_int_equal(type, KEY_X25519);
	assert_false(public_key_type_parse(span_text("none"), &type));
	assert_false(public_key_type_parse(span_text("RSA"), &type));
	assert_false(public_key_type_parse(span_text(""), &type));
	assert_int_equal(type, KEY_X25519);
}

/* Fingerprints are those another implementation made; the type belongs to them. */
static void test_public_key_fingerprint(void **unused)
{
	(void)unused;
	struct public_key key = x25519_key(x25519_hex);
	char text[FINGERPRINT_TEXT];
	public_key_fingerprint(&key, text);
	assert_string_equal(text,
	                    "aovy-dau4-3edn-2t7a-ft7d-fu3o-6ly4-bnrc-ff5f-7n6t-ndqb-z6xs-cxwa");

	struct public_key rsa = rsa_key(256, 0xc0, 0xff); /* c0 01 02 ... fe ff */
	public_key_fingerprint(&rsa, text);
	assert_string_equal(text,
	                    "oo22-74wy-nwnv-acqu-e2xu-3ubc-wexj-2muw-svpa-bjsp-5gpl-5ncc-f62q");

	static const struct {
		const char *text;
		bool want;
	} cases[] = {
		{ "aovy-dau4-3edn-2t7a-ft7d-fu3o-6ly4-bnrc-ff5f-7n6t-ndqb-z6xs-cxwa", true },
		{ "AOVY-DAU4-3EDN-2T7A-FT7D-FU3O-6LY4-BNRC-FF5F-7N6T-NDQB-Z6XS-CXWA", true },
		{ "aovydau43edn2t7aft7dfu3o6ly4bnrcff5f7n6tndqbz6xscxwa", true },
		{ "-aovydau43edn2t7aft7dfu3o6ly4--bnrcff5f7n6tndqbz6xscxwa-", true },
		{ "aovy-dau4-3edn-2t7a-ft7d-fu3o-6ly4-bnrc-ff5f-7n6t-ndqb-z6xs-cxw", false },
		{ "aovy-dau4-3edn-2t7a-ft7d-fu3o-6ly4-bnrc-ff5f-7n6t-ndqb-z6xs-cxwaa", false },
		{ "aovy-dau4-3edn-2t7a-ft7d-fu3o-6ly4-bnrc-ff5f-7n6t-ndqb-z6xs-cxwb", false },
		{ "bovy-dau4-3edn-2t7a-ft7d-fu3o-6ly4-bnrc-ff5f-7n6t-ndqb-z6xs-cxwa", false },
		{ "aovy dau4 3edn 2t7a ft7d fu3o 6ly4 bnrc ff5f 7n6t ndqb z6xs cxwa", false },
		{ "aovy", false },
		{ "", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bool has = public_key_has_fingerprint(&key, span_text(cases[i].text));
		assert_int_equal(has, cases[i].want);
		assert_false(public_key_has_fingerprint(&rsa, span_text(cases[i].text)));
	}
}

/* So are the words of a key, which are read out to one another: twelve, in order, and no others. */
static void test_public_key_words(void **unused)
{
	(void)unused;
	static const char *const words = "admit-foster-gaze-defy-motor-huge-display-"
					 "airport-wreck-notable-sweet-tourist";
	struct public_key key = x25519_key(x25519_hex);
	char text[PUBLIC_KEY_WORDS_TEXT], other[PUBLIC_KEY_WORDS_TEXT + 16];
	public_key_words(&key, text);
	assert_string_equal(text, words);
	assert_true(public_key_has_fingerprint(&key, span_text(text)));
	struct public_key rsa = rsa_key(256, 0xc0, 0xff);
	assert_false(public_key_has_fingerprint(&rsa, span_text(text)));
	public_key_words(&rsa, text);
	assert_string_equal(text, "inhale-pulp-witness-radio-super-pool-choose-"
	                          "luggage-quantum-hub-anger-girl");
	for (size_t i = 0; words[i]; i++) { /* each word counts */
		bool begins = i == 0 || words[i - 1] == '-';
		strcpy(other, words);
		other[i] = words[i] == '-' ? ' ' : begins ? 'x' : words[i];
		assert_int_equal(public_key_has_fingerprint(&key, span_text(other)), !begins);
	}
	size_t len = strlen(words);
	assert_false(public_key_has_fingerprint(&key, span_of(words, strcspn(words, "-"))));
	assert_false(public_key_has_fingerprint(&key, span_of(words, len - 8))); /* eleven */
	strcat(strcpy(other, words), "-admit");
	assert_false(public_key_has_fingerprint(&key, span_text(other)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public_key_rsa_limits),
		cmocka_unit_test(test_public_key_x25519_limits),
		cmocka_unit_test(test_public_key_lines),
		cmocka_unit_test(test_public_key_write),
		cmocka_unit_test(test_public_key_equal),
		cmocka_unit_test(test_key_type_names),
		cmocka_unit_test(test_public_key_fingerprint),
		cmocka_unit_test(test_public_key_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
