/* route: what makes two routes the same path, and what others ask of a kind. */
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
	b.host = 7;
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

/* Direct before relayed, UDP before TCP. */
static void test_route_kinds(void **state)
{
	(void)state;
	static const struct {
		const struct route_kind *kind;
		bool forward, stream, bare;
		const char *label;
		unsigned rank;
	} cases[] = {
		{ ROUTE_UDP, false, false, true, "direct udp", 4 },
		{ ROUTE_TCP, false, true, false, "tcp", 3 },
		{ ROUTE_FORWARD_UDP, true, false, false, "relay udp", 2 },
		{ ROUTE_FORWARD_TCP, true, false, false, "relay tcp", 1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct route r = { .kind = cases[i].kind };
		assert_int_equal(route_is_forward(&r), cases[i].forward);
		assert_int_equal(route_is_stream(&r), cases[i].stream);
		assert_int_equal(route_is_bare(&r), cases[i].bare);
		assert_string_equal(r.kind->label, cases[i].label);
		assert_int_equal(r.kind->rank, cases[i].rank);
	}
	struct route none = { .kind = NULL };
	assert_false(route_is_forward(&none) || route_is_stream(&none) || route_is_bare(&none));
}

/* A lost link takes all of its routes, a lost pair all of the pair's; of bare routes and
 * forwarders, and where there is no link, each is lost alone. Without a kind: the link with all but
 * pairs. */
static void test_route_takes_others_with_it(void **state)
{
	(void)state;
	const struct addr a = addr_v4(192, 0, 2, 1, 1), b = addr_v4(192, 0, 2, 2, 2);
	const struct {
		struct route lost, route;
		bool takes;
	} cases[] = {
		{ { ROUTE_TCP, .link = 3, .remote = a },
		  { ROUTE_TCP, .link = 3, .remote = b },
		  true },
		{ { ROUTE_TCP, .link = 3, .remote = a },
		  { ROUTE_TCP, .link = 4, .remote = a },
		  false },
		{ { ROUTE_TCP, .remote = a }, { ROUTE_TCP, .remote = b }, false },
		{ { ROUTE_TCP, .remote = a }, { ROUTE_TCP, .remote = a }, true },
		{ { ROUTE_UDP, .link = 3, .remote = a },
		  { ROUTE_UDP, .link = 3, .remote = b },
		  false },
		{ { ROUTE_UDP, .link = 3, .remote = a },
		  { ROUTE_UDP, .link = 3, .remote = a },
		  true },
		{ { .link = 3 }, { ROUTE_UDP, .link = 3, .remote = b }, true },
		{ { .link = 3 }, { ROUTE_UDP, .link = 4, .remote = b }, false },
		{ { .link = 3 }, { ROUTE_FORWARD_UDP, .link = 3, .remote = b, .pair = 9 }, false },
		{ { .link = 3, .pair = 9 },
		  { ROUTE_FORWARD_UDP, .link = 3, .remote = b, .pair = 9 },
		  true },
		{ { ROUTE_FORWARD_TCP, .link = 3, .remote = a, .pair = 9 },
		  { ROUTE_FORWARD_TCP, .link = 3, .remote = b, .pair = 9 },
		  false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(route_takes(&cases[i].lost, &cases[i].route), cases[i].takes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route_same),
		cmocka_unit_test(test_route_kinds),
		cmocka_unit_test(test_route_takes_others_with_it),
	};
	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
