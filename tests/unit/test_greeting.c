/* greeting: what both sides say inside the handshake is read as it was written; more or less
 * than that is noticed. docs/PROTOCOL.md 4.2. */
#include "endpoint/greeting.h"

#include "tests/unit/support.h"

static void test_greeting_is_read_as_it_was_written(void **state)
{
	(void)state;
	uint8_t nick[LIMIT_NICK], payload[GREETING_MAX];

	memset(nick, 'n', sizeof nick);
	for (size_t len = 0; len <= LIMIT_NICK; len++) {
		size_t written = greeting_write(payload, 2, span_of(nick, len));
		struct greeting g = greeting_read(span_of(payload, written));

		assert_int_equal(written, 2 + len);
		assert_int_equal(g.mode, 2);
		assert_true(g.exact);
		assert_int_equal(g.nick.len, len);
		assert_memory_equal(g.nick.at, nick, len);
	}
}

/* Any bytes are read; the nick is never longer than it may be, nor reaches beyond them. */
static void test_greeting_takes_no_more_than_there_is(void **state)
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
		struct greeting g = greeting_read(cases[i].payload);

		assert_int_equal(g.mode, cases[i].mode);
		assert_int_equal(g.nick.len, cases[i].nick);
		assert_int_equal(g.exact, cases[i].exact);
	}
	for (unsigned i = 0; i < 2000; i++) {
		size_t len = (size_t)random_below(&chance.random, sizeof bytes);

		random_fill(&chance.random, bytes, len);
		struct greeting g = greeting_read(span_of(bytes, len));
		assert_true(g.nick.len <= LIMIT_NICK);
		assert_true(g.nick.len == 0 || (g.nick.at == bytes + 2 && 2 + g.nick.len <= len));
		assert_true(!g.exact || 2 + g.nick.len == len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greeting_is_read_as_it_was_written),
		cmocka_unit_test(test_greeting_takes_no_more_than_there_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
