/* schat_identity: keys of the library, as files and as lines; its errors and version. */
#include "include/schat.h"

#include "base/err.h"
#include "tests/unit/keys.h"

static bool entropy(uint8_t *to)
{
	static uint64_t draws;
	struct test_random random = test_random(++draws);
	random_fill(&random.random, to, 48);
	return true;
}

static void test_a_key_that_was_written_is_read_again(void **unused)
{
	char pem[SCHAT_PEM], key[2][SCHAT_KEY], fingerprint[SCHAT_FINGERPRINT];
	enum schat_error error = SCHAT_ERR_CUT;
	(void)unused;
	struct schat_identity *id = schat_identity_new("noise", entropy, &error);
	assert_non_null(id);
	assert_int_equal(error, SCHAT_OK);
	size_t len = schat_identity_write(id, pem);
	assert_true(len > 0 && len < sizeof pem);
	struct schat_identity *again = schat_identity_read(pem, len, &error);
	assert_non_null(again);
	schat_identity_public(id, key[0], fingerprint);
	schat_identity_public(again, key[1], NULL);
	assert_string_equal(key[0], key[1]);
	assert_memory_equal(key[0], "schat-x25519 ", 13);
	assert_int_equal(strlen(fingerprint), SCHAT_FINGERPRINT - 1);
	schat_identity_free(id);
	schat_identity_free(again);
	schat_identity_free(NULL);
}

/* An RSA key of a file fits into the line and the file. */
static void test_a_key_of_another_program_is_read(void **unused)
{
	char pem[LIMIT_KEY_PEM], key[SCHAT_KEY];
	enum schat_error error;
	(void)unused;
	struct identity rsa = test_rsa_identity(0);
	struct writer w = writer_of((uint8_t *)pem, sizeof pem);
	assert_int_equal(identity_write(&rsa, &w), OK);
	struct schat_identity *id = schat_identity_read(pem, w.len, &error);
	assert_non_null(id);
	schat_identity_public(id, key, NULL);
	assert_memory_equal(key, "schat-rsa ", 10);
	schat_identity_free(id);
}

static void test_what_is_no_key_is_refused(void **unused)
{
	enum schat_error error;
	(void)unused;
	assert_null(schat_identity_read("nonsense", 8, &error));
	assert_int_equal(error, SCHAT_ERR_FORMAT);
	assert_null(schat_identity_new("pseudo", entropy, &error));
	assert_int_equal(error, SCHAT_ERR_USAGE);
	assert_null(schat_identity_new("rot13", entropy, &error));
	assert_int_equal(error, SCHAT_ERR_USAGE);
}

/* The header's numbers are those inside. */
static void test_each_error_has_its_words(void **unused)
{
	(void)unused;
	for (int i = OK; i <= ERR_USAGE; i++)
		assert_string_equal(schat_error_text((enum schat_error)i), err_text((enum err)i));
	assert_int_equal(SCHAT_ERR_USAGE, ERR_USAGE);
	assert_string_equal(schat_version(), SCHAT_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_key_that_was_written_is_read_again),
		cmocka_unit_test(test_a_key_of_another_program_is_read),
		cmocka_unit_test(test_what_is_no_key_is_refused),
		cmocka_unit_test(test_each_error_has_its_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
