/* credentials: what is brought into a key agreement is what was set last, and nothing of it
 * stays behind. */
#include "endpoint/credentials.h"

#include "tests/unit/keys.h"
#include "tests/unit/support.h"

static struct test_random randomness;
static struct identity own;
static struct credentials c;

static void prepare(bool initiator, enum suite suite)
{
	randomness = test_random(1);
	own = test_identity(encryptor_class_of(suite)->key_type, 0);
	credentials_init(&c,
	                 &(struct keying_config){ .initiator = initiator,
	                                          .suite = encryptor_class_of(suite),
	                                          .identity = &own,
	                                          .random = &randomness.random },
	                 1, span_text("nick"));
}

static bool shakes(bool first_use)
{
	static const uint8_t id[CONNECTION_ID] = { 1 };
	struct route route = { .link = 1 };
	struct handshake *h = credentials_handshake(&c, id, &route, first_use, SECOND);
	bool any = h != NULL;

	handshake_free(h);
	return any;
}

/* Without a code, a key or first use there is nothing to trust by, and no handshake. */
static void test_credentials_without_trust_make_no_handshake(void **state)
{
	(void)state;
	struct code code;

	prepare(true, SUITE_NOISE);
	code_make(&code, CODE_WORDS, &randomness.random);
	assert_false(shakes(false));
	assert_true(shakes(true));
	credentials_set_code(&c, &code);
	assert_true(shakes(false));
	credentials_set_code(&c, NULL);
	assert_false(shakes(false));
}

/* The same words at another nameplate are the same code. */
static void test_credentials_know_the_same_code_at_another_nameplate(void **state)
{
	(void)state;
	struct code code, other;

	prepare(false, SUITE_NOISE);
	code_make(&code, CODE_WORDS, &randomness.random);
	assert_false(credentials_same_code(&c, &code));
	assert_false(credentials_same_code(&c, NULL));
	credentials_set_code(&c, &code);
	assert_true(credentials_have_code(&c));
	other = code;
	other.has_nameplate = true;
	other.nameplate = 77;
	assert_true(credentials_same_code(&c, &other));
	assert_false(credentials_same_code(&c, NULL));
	other.words[0] ^= 1;
	assert_false(credentials_same_code(&c, &other));
	code_make(&other, 3, &randomness.random);
	assert_false(credentials_same_code(&c, &other));
}

/* A session key that is used up is wiped, and so is a code. L6. */
static void test_credentials_keep_nothing_of_what_was_taken_away(void **state)
{
	(void)state;
	struct identity key = test_identity(KEY_RSA, 3);
	struct code code;

	prepare(false, SUITE_RSA);
	code_make(&code, CODE_WORDS, &randomness.random);
	credentials_set_code(&c, &code);
	assert_true(credentials_need_key(&c));
	assert_false(shakes(true));
	credentials_set_key(&c, &key);
	assert_false(credentials_need_key(&c));
	assert_non_null(credentials_key(&c));
	assert_true(shakes(true));
	credentials_set_key(&c, NULL);
	credentials_set_code(&c, NULL);
	assert_null(credentials_key(&c));
	assert_true(bytes_zero(&c.session_key, sizeof key));
	assert_true(bytes_zero(&c.code, sizeof c.code));
	assert_true(credentials_need_key(&c));
	prepare(true, SUITE_RSA); /* the other side has it */
	assert_false(credentials_need_key(&c));
	prepare(false, SUITE_NOISE);
	assert_false(credentials_need_key(&c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_credentials_without_trust_make_no_handshake),
		cmocka_unit_test(test_credentials_know_the_same_code_at_another_nameplate),
		cmocka_unit_test(test_credentials_keep_nothing_of_what_was_taken_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
