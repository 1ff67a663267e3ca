/* Files under a passphrase. tests/e2e/test_carry.py opens them with another implementation. */
#include "crypto/sealed_file.h"

#include <stdlib.h>

#include "base/base64.h"
#include "tests/unit/support.h"

/* By another implementation, with N = 16. */
static const char vector[] =
    "6167652d656e6372797074696f6e2e6f72672f76310a2d3e2073637279707420414145434177"
    "51464267634943516f4c4441304f447720340a4d4a665a6d7351394d72587a486a7478366e47"
    "6869344b6730746b4538572f6455326f317a476b744457450a2d2d2d206a4d6e5568304c4657"
    "724649466643512b5271744744766b7a2f41314b6b2b794f715571453870534346550a404142"
    "434445464748494a4b4c4d4e4ff75d1a724e27f336d8577295621e95a5209487d60c98c35eba"
    "60f490e0e4688d7ca5660bbec724fb2b";
static const char vector_text[] = "a key, and whom it knows\n";

enum { VECTOR_LOG = 4 };

static uint32_t scratch[1024 / 4 << VECTOR_LOG];
static uint8_t file[SEALED_FILE_TEXT + SEALED_FILE_MORE], copy[sizeof vector];

static enum err opens(size_t len, const char *passphrase, struct span *text)
{
	unsigned log_n;
	if (!sealed_file_work(span_of(copy, len), &log_n) || log_n > VECTOR_LOG)
		return ERR_FORMAT;
	return sealed_file_read(copy, len, span_text(passphrase), scratch, text);
}

static void test_sealed_file_of_others(void **state)
{
	(void)state;
	struct span text = span_of(NULL, 0), bytes = unhex(vector, file, sizeof file);
	memcpy(copy, file, bytes.len);
	assert_int_equal(opens(bytes.len, "correct horse", &text), OK);
	assert_span_text(text, vector_text);
	memcpy(copy, file, bytes.len);
	assert_int_equal(opens(bytes.len, "correct hors", &text), ERR_AUTH);
}

/* No change of a bit goes unseen, nor does a part that is missing or too much. */
static void test_sealed_file_altered(void **state)
{
	(void)state;
	struct span text = span_of(NULL, 0), bytes = unhex(vector, file, sizeof file);
	for (size_t bit = 0; bit < 8 * bytes.len; bit++) {
		memcpy(copy, file, bytes.len);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(opens(bytes.len, "correct horse", &text), OK);
	}
	for (size_t len = 0; len < bytes.len; len++) {
		memcpy(copy, file, len);
		assert_int_not_equal(opens(len, "correct horse", &text), OK);
	}
	memcpy(copy, file, bytes.len);
	copy[bytes.len] = 0;
	assert_int_not_equal(opens(bytes.len + 1, "correct horse", &text), OK);
}

/* What makes a host work too hard is refused before any work. */
static void test_sealed_file_of_too_much_work(void **state)
{
	(void)state;
	unsigned log_n;
	struct span bytes = unhex(vector, file, sizeof file);
	static const char start[] = "age-encryption.org/v1\n-> scrypt AAECAwQFBgcICQoLDA0ODw ";
	for (unsigned log = 0; log < 10; log++) {
		memcpy(copy, file, bytes.len);
		copy[sizeof start - 1] = (uint8_t)('0' + log);
		assert_int_equal(sealed_file_work(span_of(copy, bytes.len), &log_n), log > 0);
	}
	struct writer w = writer_of(copy, sizeof copy);
	write_span(&w, span_text(start));
	write_span(&w, span_text("21"));
	write_span(&w, span_of(file + sizeof start, bytes.len - sizeof start));
	assert_false(sealed_file_work(written(&w), &log_n));
}

static void test_sealed_file_comes_back(void **state)
{
	(void)state;
	static uint8_t text[SEALED_FILE_TEXT + 1];
	struct test_random r = test_random(1);
	struct writer w = writer_of(file, sizeof file);
	struct span back;
	unsigned log_n;
	uint32_t *own = calloc(1, scrypt_scratch(SEALED_FILE_LOG));
	random_fill(&r.random, text, sizeof text);
	assert_false(
	    sealed_file_write(span_of(text, sizeof text), span_text("x"), &r.random, own, &w));
	struct test_random same = r; /* salt, key of the file, and nonce are drawn, in this order */
	assert_true(
	    sealed_file_write(span_of(text, SEALED_FILE_TEXT), span_text("x"), &r.random, own, &w));
	static const char start[] = "age-encryption.org/v1\n-> scrypt ";
	uint8_t drawn[48], salt[24];
	struct writer encoded = writer_of(salt, sizeof salt);
	random_fill(&same.random, drawn, 16);
	random_fill(&same.random, drawn + 16, 16);
	random_fill(&same.random, drawn + 32, 16);
	base64_encode(span_of(drawn, 16), &encoded);
	assert_memory_equal(file + sizeof start - 1, salt, 22);
	assert_memory_equal(file + w.len - SEALED_FILE_TEXT - 32, drawn + 32, 16);
	assert_true(w.len <= SEALED_FILE_TEXT + SEALED_FILE_MORE);
	assert_true(sealed_file_work(written(&w), &log_n));
	assert_int_equal(log_n, SEALED_FILE_LOG);
	assert_int_equal(sealed_file_read(file, w.len, span_text("x"), own, &back), OK);
	assert_int_equal(back.len, SEALED_FILE_TEXT);
	assert_memory_equal(back.at, text, back.len);
	free(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sealed_file_of_others),
		cmocka_unit_test(test_sealed_file_altered),
		cmocka_unit_test(test_sealed_file_of_too_much_work),
		cmocka_unit_test(test_sealed_file_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
