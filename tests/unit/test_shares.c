/* shares: who holds how many places, and who goes from a full table. */
#include "tests/unit/support.h"

#include "rendezvous/shares.h"

enum { COUNT = 64, PLACES = 200, LIMIT = 50, STEPS = 20000 };

static struct share_model {
	uint32_t owner;  /* of each place; 0: free */
	unsigned number; /* when it was added */
} held[PLACES + 1];

static unsigned held_by(uint32_t share)
{
	unsigned count = 0;
	for (uint32_t place = 1; place <= PLACES; place++)
		count += held[place].owner == share;
	return count;
}

/* The newest place of a share that holds most, when that is more than the share would hold with one
 * more. */
static void check_make_way(const struct shares *s, uint32_t share)
{
	unsigned most = 0;
	for (uint32_t i = 1; i <= COUNT; i++)
		most = held_by(i) > most ? held_by(i) : most;
	uint32_t goes = shares_make_way(s, share);
	if (most <= held_by(share) + 1) {
		assert_int_equal(goes, 0);
		return;
	}
	assert_in_range(goes, 1, PLACES);
	assert_int_equal(held_by(held[goes].owner), most);
	for (uint32_t place = 1; place <= PLACES; place++)
		if (held[place].owner == held[goes].owner)
			assert_true(held[place].number <= held[goes].number);
}

static void test_shares_agree_with_a_model(void **state)
{
	(void)state;
	struct test_random r = test_random(1);
	struct shares s = { 0 }, plain = { 0 };
	assert_true(shares_init(&s, addr_host, COUNT, PLACES, LIMIT, &r.random));
	assert_true(shares_init(&plain, addr_host, COUNT, 0, LIMIT, &r.random));
	memset(held, 0, sizeof held);
	for (unsigned step = 0; step < STEPS; step++) {
		uint32_t place = 1 + (uint32_t)random_below(&r.random, PLACES), share;
		/* few owners, one of them greedy */
		share = random_below(&r.random, 3) ? 7 : 1 + (uint32_t)random_below(&r.random, 9);
		if (held[place].owner) {
			shares_remove(&s, held[place].owner, place);
			shares_remove(&plain, held[place].owner, place);
			held[place].owner = 0;
		} else if (!shares_full(&s, share)) {
			shares_add(&s, share, place);
			shares_add(&plain, share, place);
			held[place] = (struct share_model){ .owner = share, .number = step + 1 };
		}
		assert_int_equal(shares_count(&s, share), held_by(share));
		assert_int_equal(shares_count(&plain, share), held_by(share));
		assert_int_equal(shares_full(&s, share), held_by(share) == LIMIT);
		if (step % 8 == 0)
			check_make_way(&s, 1 + (uint32_t)random_below(&r.random, 12));
	}
	assert_int_equal(held_by(7), LIMIT); /* it has come that far */
	shares_free(&s);
	shares_free(&plain);
}

/* Which owners share is the key's affair, and a thousand of them are spread over all. */
static void test_shares_are_drawn_by_a_key(void **state)
{
	(void)state;
	struct test_random r = test_random(2);
	struct shares a = { 0 }, b = { 0 };
	assert_true(shares_init(&a, addr_network, COUNT, 1, 1, &r.random));
	assert_true(shares_init(&b, addr_network, COUNT, 1, 1, &r.random));
	unsigned hits[COUNT + 1] = { 0 }, same = 0;
	for (unsigned i = 0; i < 1000; i++) {
		struct addr owner = addr_v4(10, (uint8_t)(i >> 8), (uint8_t)i, 1, 1),
			    neighbour = addr_v4(10, (uint8_t)(i >> 8), (uint8_t)i, 2, 2);
		uint32_t share = shares_of(&a, &owner);
		assert_in_range(share, 1, COUNT);
		hits[share]++;
		assert_int_equal(shares_of(&a, &neighbour), share); /* one network */
		same += share == shares_of(&b, &owner);
	}
	for (unsigned i = 1; i <= COUNT; i++)
		assert_in_range(hits[i], 1, 60);
	assert_in_range(same, 0, 100);
	shares_free(&a);
	shares_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares_agree_with_a_model),
		cmocka_unit_test(test_shares_are_drawn_by_a_key),
	};
	return cmocka_run_group_tests_name("shares", tests, NULL, NULL);
}
