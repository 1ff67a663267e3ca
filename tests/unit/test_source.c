/* Tests of base/source: who is one host, and who loses a place when there are too few. */
#include "base/source.h"
#include "tests/unit/support.h"

static struct source at(const char *text)
{
	struct addr a;

	assert_true(addr_parse(span_text(text), 1, &a));
	return source_of_addr(&a);
}

static bool same(const char *a, const char *b)
{
	struct source one = at(a), other = at(b);

	return source_same(&one, &other);
}

static void test_source_is_an_ipv4_address_or_an_ipv6_slash_64(void **state)
{
	(void)state;
	assert_true(same("192.0.2.1:5", "192.0.2.1:6"));
	assert_false(same("192.0.2.1:5", "192.0.2.2:5"));
	assert_true(same("[2001:db8:1:2::1]:5", "[2001:db8:1:2:ffff::9]:6"));
	assert_false(same("[2001:db8:1:2::1]:5", "[2001:db8:1:3::1]:5"));
}

static bool same_site(const char *a, const char *b)
{
	struct source one = at(a), other = at(b);

	one = source_site(&one);
	other = source_site(&other);
	return source_same(&one, &other);
}

static void test_source_site_is_an_ipv4_address_or_an_ipv6_slash_48(void **state)
{
	(void)state;
	assert_true(same_site("192.0.2.1:5", "192.0.2.1:6"));
	assert_false(same_site("192.0.2.1:5", "192.0.2.2:5"));
	assert_true(same_site("[2001:db8:1:2::1]:5", "[2001:db8:1:ffff::9]:6"));
	assert_false(same_site("[2001:db8:1:2::1]:5", "[2001:db8:2:2::1]:5"));
}

/* Behind a forwarder it is the host that the server names; where it names none, each pair is one of
 * its own. */
static void test_source_behind_a_forwarder_is_the_host_the_server_names(void **state)
{
	(void)state;
	struct route a = { .kind = ROUTE_FORWARD_UDP,
		           .remote = addr_v4(192, 0, 2, 1, 7242),
		           .pair = 1,
		           .host = 9 },
		     b = a;
	struct source one = source_of_route(&a), other;

	b.pair = 2;
	other = source_of_route(&b);
	assert_true(source_same(&one, &other));
	b.host = 8;
	other = source_of_route(&b);
	assert_false(source_same(&one, &other));
	a.host = b.host = 0;
	one = source_of_route(&a);
	other = source_of_route(&b);
	assert_false(source_same(&one, &other));
	b.pair = 1;
	other = source_of_route(&b);
	assert_true(source_same(&one, &other));
	one = source_of_addr(&a.remote); /* the server's own host is another one than its peers */
	assert_false(source_same(&one, &other));
}

static struct place held(const char *who, uint64_t since)
{
	return (struct place){ .source = at(who), .since = since, .spoke = true };
}

static void test_places_are_lost_by_the_source_that_has_most(void **state)
{
	(void)state;
	struct place p[5] = { held("192.0.2.1", 1), held("192.0.2.9", 3), held("192.0.2.9", 2),
		              held("192.0.2.9", 4), held("192.0.2.2", 5) };
	struct source new = at("192.0.2.3");

	assert_int_equal(source_loser(p, 5, &new), 2); /* its oldest */
	new = at("192.0.2.9");
	assert_int_equal(source_loser(p, 5, &new), 2);  /* also when it is itself who comes */
	p[2] = p[0] = (struct place){ .known = false }; /* who holds nothing loses nothing */
	assert_int_equal(source_loser(p, 5, &new), 1);
	p[1] = p[3] = p[4] = p[0];
	assert_int_equal(source_loser(p, 5, &new), -1);
	p[4] = held("192.0.2.9", 1);
	assert_int_equal(source_loser(p, 4, &new), -1); /* what lies behind is none of them */
	assert_int_equal(source_loser(p, 0, &new), -1);
}

static void test_places_newcomer_replaces_its_own_before_it_takes_those_of_its_equals(void **state)
{
	(void)state;
	struct place p[3] = { held("192.0.2.1", 1), held("192.0.2.2", 2), held("192.0.2.3", 3) };
	struct source new = at("192.0.2.3");

	assert_int_equal(source_loser(p, 3, &new), 2);
	new = at("192.0.2.4"); /* all alike: the oldest, else who holds a place in silence keeps
				  everybody out */
	assert_int_equal(source_loser(p, 3, &new), 0);
	struct place equals[3] = { held("192.0.2.1", 1), held("192.0.2.1", 2),
		                   held("192.0.2.4", 3) };
	assert_int_equal(source_loser(equals, 3, &new), 2); /* two each, with the newcomer */
	equals[2] = equals[1], equals[1] = equals[0], equals[0] = held("192.0.2.4", 3);
	assert_int_equal(source_loser(equals, 3, &new), 0);
	struct place q[3] = { held("192.0.2.1", 5), held("192.0.2.2", 6), held("192.0.2.1", 1) };
	assert_int_equal(source_loser(q, 2, &new), 0); /* of those there are */
	p[1].spoke = false;
	assert_int_equal(source_loser(p, 3, &new), 1);
}

static void test_places_are_lost_last_by_who_knows_a_contacts_psk(void **state)
{
	(void)state;
	struct place p[4] = { held("192.0.2.9", 1), held("192.0.2.9", 2), held("192.0.2.9", 3),
		              held("192.0.2.1", 9) };
	struct source new = at("192.0.2.9");

	p[0].known = p[1].known = p[2].known = true;
	assert_int_equal(source_loser(p, 4, &new), 3);
	p[3].known = true;
	assert_int_equal(source_loser(p, 4, &new), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_source_is_an_ipv4_address_or_an_ipv6_slash_64),
		cmocka_unit_test(test_source_site_is_an_ipv4_address_or_an_ipv6_slash_48),
		cmocka_unit_test(test_source_behind_a_forwarder_is_the_host_the_server_names),
		cmocka_unit_test(test_places_are_lost_by_the_source_that_has_most),
		cmocka_unit_test(
		    test_places_newcomer_replaces_its_own_before_it_takes_those_of_its_equals),
		cmocka_unit_test(test_places_are_lost_last_by_who_knows_a_contacts_psk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
