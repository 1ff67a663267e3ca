/* route: what makes two routes the same path, and what a route is called. */
#include "tests/unit/support.h"

#include "base/route.h"

/* Kind, link, remote and pair make a path; the hop limit and the own address do not. */
static void test_route_same(void **state)
{
	(void)state;
	const struct route a = {
		.kind = ROUTE_UDP, .link = 3, .remote = addr_v4(192, 0, 2, 1, 7242), .pair = 9
	};
	struct route b = a;
	b.ttl = 2;
	b.local = addr_v4(10, 0, 0, 1, 5);
	assert_true(route_same(&a, &b));

	struct route others[5] = { a, a, a, a, a };
	others[0].kind = ROUTE_TCP;
	others[1].link++;
	others[2].remote.port++;
	others[3].remote.ip[0]++;
	others[4].pair++;
	for (size_t i = 0; i < 5; i++) {
		assert_false(route_same(&a, &others[i]));
		assert_false(route_same(&others[i], &a));
	}
}

static void test_route_kinds(void **state)
{
	(void)state;
	static const struct {
		enum route_kind kind;
		bool forward, stream;
		const char *text;
	} cases[] = {
		{ ROUTE_NONE, false, false, "none" },
		{ ROUTE_UDP, false, false, "direct udp" },
		{ ROUTE_TCP, false, true, "tcp" },
		{ ROUTE_FORWARD_UDP, true, false, "relay udp" },
		{ ROUTE_FORWARD_TCP, true, false, "relay tcp" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct route r = { .kind = (uint8_t)cases[i].kind };
		assert_int_equal(route_is_forward(&r), cases[i].forward);
		assert_int_equal(route_is_stream(&r), cases[i].stream);
		assert_string_equal(route_kind_text(&r), cases[i].text);
	}
	assert_string_equal(route_kind_text(&(struct route){ .kind = 200 }), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route_same),
		cmocka_unit_test(test_route_kinds),
	};
	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
