/* access_key: a server's name with the key that it wants. */
#include "tests/unit/support.h"

#include "base/access_key.h"

#define KEY "mfrggzdfmztwq2lknnwg23tpoa"

/* "/KEY" comes off the end of a server's name, in either case, and is put there again; a '/' alone
 * stays, and anything else behind it is refused. */
static void test_access_key_is_taken_off_and_put_on(void **state)
{
	(void)state;
	static const struct {
		const char *text, *server;
		bool good, given;
	} cases[] = {
		{ "a.example", "a.example", true, false },
		{ "a.example:7/", "a.example:7/", true, false },
		{ "", "", true, false },
		{ "a.example:7/" KEY, "a.example:7", true, true },
		{ "[::1]:7/MFRGGZDFMZTWQ2LKNNWG23TPOA", "[::1]:7", true, true },
		{ "/" KEY, "", true, true },
		{ "a.example/" KEY "a", "", false, false },
		{ "a.example/mfrggzdfmztwq2lknnwg23tpob", "", false, false }, /* spare bits */
		{ "a.example/" KEY "/", "", false, false },
		{ "a.example//" KEY, "", false, false },
		{ "https://a.example", "", false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct span server = span_text(cases[i].text);
		struct access_key key = { .given = true, .bytes = { 9 } };
		char out[64];
		struct text t = text_of(out, sizeof out);
		assert_int_equal(access_key_split(&server, &key), cases[i].good);
		if (!cases[i].good)
			continue;
		assert_true(span_is(server, cases[i].server));
		assert_int_equal(key.given, cases[i].given);
		access_key_add(&key, &t);
		assert_string_equal(out, cases[i].given ? "/" KEY : "");
		if (cases[i].given)
			assert_memory_equal(key.bytes, "abcdefghijklmnop", ACCESS_KEY_BYTES);
	}
}

/* What is shown of a list of servers has no key in it. */
static void test_access_key_is_not_shown(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "", "" },
		{ "a.example:7", "a.example:7" },
		{ "a.example:7/" KEY, "a.example:7" },
		{ "a.example/" KEY ",b.example/wrong;c/ d/" KEY "\te",
		  "a.example,b.example;c d\te" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char out[64];
		struct text t = text_of(out, sizeof out);
		access_key_hide(cases[i][0], &t);
		assert_string_equal(out, cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_access_key_is_taken_off_and_put_on),
		cmocka_unit_test(test_access_key_is_not_shown),
	};
	return cmocka_run_group_tests_name("access_key", tests, NULL, NULL);
}
