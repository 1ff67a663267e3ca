/* aliases: the same for the same, another for anything else, and nothing without the server's keys. */
#include "tests/unit/support.h"

#include "rendezvous/aliases.h"

static const uint8_t room[2][TOKEN_LEN] = { "a room of two..", "another room..." };
static const uint8_t secret[2][SECRET_BYTES] = { "secret1", "secret2" };

static void test_aliases_tell_members_apart_within_a_room_only(void **state)
{
	(void)state;
	struct test_random chance = test_random(1);
	struct aliases a, other;
	aliases_init(&a, &chance.random);
	aliases_init(&other, &chance.random);
	uint64_t id = aliases_peer(&a, room[0], secret[0]);
	assert_true(id == aliases_peer(&a, room[0], secret[0]));
	assert_true(id != aliases_peer(&a, room[0], secret[1]));
	assert_true(id != aliases_peer(&a, room[1], secret[0]));
	assert_true(id != aliases_peer(&other, room[0], secret[0]));
}

/* A host is an IPv4 address or an IPv6 /48, whatever its port; in another room it has another id. */
static void test_aliases_of_hosts_are_of_one_room(void **state)
{
	(void)state;
	struct test_random chance = test_random(2);
	struct aliases a;
	aliases_init(&a, &chance.random);
	struct addr v4 = addr_v4(192, 0, 2, 1, 1), v4_port = addr_v4(192, 0, 2, 1, 2),
		    v4_next = addr_v4(192, 0, 2, 2, 1),
		    v6 = { { 0x20, 1, 0xd, 0xb8, 0, 1, 0, 1, [15] = 1 }, 1 }, v6_near = v6,
		    v6_far = v6;
	v6_near.ip[7] = 9;
	v6_far.ip[5] = 9;
	uint32_t id = aliases_host(&a, room[0], &v4), id6 = aliases_host(&a, room[0], &v6);
	assert_int_equal(id, aliases_host(&a, room[0], &v4_port));
	assert_int_not_equal(id, aliases_host(&a, room[0], &v4_next));
	assert_int_not_equal(id, aliases_host(&a, room[1], &v4));
	assert_int_equal(id6, aliases_host(&a, room[0], &v6_near));
	assert_int_not_equal(id6, aliases_host(&a, room[0], &v6_far));
	assert_int_not_equal(id, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aliases_tell_members_apart_within_a_room_only),
		cmocka_unit_test(test_aliases_of_hosts_are_of_one_room),
	};
	return cmocka_run_group_tests_name("aliases", tests, NULL, NULL);
}
