/* ask: what Tab completes in a code, a name and an address. */
#include "cmd/ask.h"

#include "tests/unit/cmd_world.h"

static void test_ask_offers_words_and_names(void **state)
{
	(void)state;
	static const char *const names[] = { "alice", "albert", "velma", NULL };
	static const struct {
		const char *line, *rest;
		unsigned count;
	} cases[] = {
		{ "107-vel", "vet-", 1 },
		{ "107-velvet-ancho", "r", 1 },
		{ "107-velvet-anchor", "", 1 },
		{ "107-zz", "", 0 },
		{ "107-", "", 2048 },
		{ "107", "", 0 },
		{ "al", "", 2 },
		{ "ali", "ce", 1 },
		{ "", "", 3 },
		{ "tcp://vel", "vet-", 1 },
		{ "tcp://velvet-ancho", "r", 1 },
		{ "107-velvet-anchor@vel", "", 0 },
		{ "alice-vel", "", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct complete c;
		ask_offer(&c, span_text(cases[i].line), names);
		assert_int_equal(c.count, cases[i].count);
		assert_span_text(complete_rest(&c), cases[i].rest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ask_offers_words_and_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
