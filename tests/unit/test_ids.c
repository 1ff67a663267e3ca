/* ids: a member and a host are the same to whoever is in the same room, and to nobody else. */
#include "tests/unit/support.h"

#include "rendezvous/ids.h"

static const uint8_t room[TOKEN_LEN] = { 1 }, other_room[TOKEN_LEN] = { 2 };

static void test_ids_differ_by_secret_room_and_server(void **state)
{
	(void)state;
	static const uint8_t a[SECRET_BYTES] = { 1 }, b[SECRET_BYTES] = { 2 };
	struct test_random random = test_random(1);
	struct ids one, two;
	ids_init(&one, &random.random);
	ids_init(&two, &random.random);
	assert_true(ids_peer(&one, room, a) == ids_peer(&one, room, a));
	assert_true(ids_peer(&one, room, a) != ids_peer(&one, room, b));
	assert_true(ids_peer(&one, room, a) != ids_peer(&one, other_room, a));
	assert_true(ids_peer(&one, room, a) != ids_peer(&two, room, a));
}

static struct addr at(const char *text)
{
	struct addr addr;
	assert_true(addr_parse(span_text(text), 1, &addr));
	return addr;
}

static void test_ids_are_of_a_host_not_of_its_ports(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "192.0.2.1:1000", "192.0.2.1:2000", true },
		{ "192.0.2.1:1000", "192.0.2.2:1000", false },
		{ "[2001:db8:1:2::3]:1000", "[2001:db8:1:fff::9]:1000", true },
		{ "[2001:db8:1::3]:1000", "[2001:db8:2::3]:1000", false },
	};
	struct test_random random = test_random(2);
	struct ids ids;
	ids_init(&ids, &random.random);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct addr a = at(cases[i].a), b = at(cases[i].b);
		assert_int_equal(ids_host(&ids, room, &a) == ids_host(&ids, room, &b),
		                 cases[i].same);
		assert_true(ids_host(&ids, room, &a) != 0);
		assert_true(ids_host(&ids, room, &a) != ids_host(&ids, other_room, &a));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_differ_by_secret_room_and_server),
		cmocka_unit_test(test_ids_are_of_a_host_not_of_its_ports),
	};
	return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}
