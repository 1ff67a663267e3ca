/* credentials: what is brought into a key agreement is what was set last, and nothing of it
 * stays behind; what both sides say inside is read as it was written, and more or less than that is
 * noticed. docs/PROTOCOL.md 4.2. */
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
	struct keying_config config = c.keying;

	config.first_use = first_use;
	struct keying *k = keying_new(&config);
	keying_free(k);
	return k != NULL;
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
	assert_non_null(c.keying.code);
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
	assert_non_null(c.keying.session_key);
	assert_true(shakes(true));
	credentials_set_key(&c, NULL);
	credentials_set_code(&c, NULL);
	assert_null(c.keying.session_key);
	assert_true(bytes_zero(&c.session_key, sizeof key));
	assert_true(bytes_zero(&c.code, sizeof c.code));
	assert_true(credentials_need_key(&c));
	prepare(true, SUITE_RSA); /* the other side has it */
	assert_false(credentials_need_key(&c));
	prepare(false, SUITE_NOISE);
	assert_false(credentials_need_key(&c));
}

static void test_credentials_greeting_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct keying_config config = { .random = NULL };
	uint8_t nick[LIMIT_NICK];

	memset(nick, 'n', sizeof nick);
	for (size_t len = 0; len <= LIMIT_NICK; len++) {
		credentials_init(&c, &config, 2, span_of(nick, len));
		struct greeting g = credentials_greeting_of(c.keying.payload);

		assert_int_equal(c.keying.payload.len, 2 + len);
		assert_int_equal(g.mode, 2);
		assert_true(g.exact);
		assert_int_equal(g.nick.len, len);
		assert_memory_equal(g.nick.at, nick, len);
	}
}

/* Any bytes are read; the nick is never longer than it may be, nor reaches beyond them. */
static void test_credentials_greeting_takes_no_more_than_there_is(void **state)
{
	(void)state;
	static const struct {
		struct span payload;
		uint8_t mode;
		size_t nick;
		bool exact;
	} cases[] = {
		{ { NULL, 0 }, 0, 0, false },
		{ { (const uint8_t *)"\1", 1 }, 1, 0, false },
		{ { (const uint8_t *)"\1\0", 2 }, 1, 0, true },
		{ { (const uint8_t *)"\1\3ab", 4 }, 1, 0, false },  /* says more than it has */
		{ { (const uint8_t *)"\1\2abc", 5 }, 1, 2, false }, /* has more than it says */
		{ { (const uint8_t *)"\7\2ab", 4 }, 7, 2, true },
	};
	struct test_random chance = test_random(1);
	uint8_t bytes[600];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct greeting g = credentials_greeting_of(cases[i].payload);

		assert_int_equal(g.mode, cases[i].mode);
		assert_int_equal(g.nick.len, cases[i].nick);
		assert_int_equal(g.exact, cases[i].exact);
	}
	for (unsigned i = 0; i < 2000; i++) {
		size_t len = (size_t)random_below(&chance.random, sizeof bytes);

		random_fill(&chance.random, bytes, len);
		struct greeting g = credentials_greeting_of(span_of(bytes, len));
		assert_true(g.nick.len <= LIMIT_NICK);
		assert_true(g.nick.len == 0 || (g.nick.at == bytes + 2 && 2 + g.nick.len <= len));
		assert_true(!g.exact || 2 + g.nick.len == len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_credentials_without_trust_make_no_handshake),
		cmocka_unit_test(test_credentials_know_the_same_code_at_another_nameplate),
		cmocka_unit_test(test_credentials_keep_nothing_of_what_was_taken_away),
		cmocka_unit_test(test_credentials_greeting_is_read_as_it_was_written),
		cmocka_unit_test(test_credentials_greeting_takes_no_more_than_there_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
