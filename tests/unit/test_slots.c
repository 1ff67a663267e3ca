/* slots: the tables under the signaling server agree with plain models. */
#include "tests/unit/support.h"

#include "rendezvous/slots.h"

enum { PLACES = 50, STEPS = 100000 };

/* A list in any order of appending and removing reads as an array would, from both ends. */
static void test_slots_list_keeps_order(void **state)
{
	(void)state;
	struct test_random r = test_random(1);
	struct slots_link links[PLACES + 1] = { { 0, 0 } };
	struct slots_list list = { 0, 0 };
	uint32_t model[PLACES];
	size_t count = 0;
	for (int step = 0; step < STEPS; step++) {
		uint32_t slot = 1 + (uint32_t)random_below(&r.random, PLACES);
		size_t at = 0;
		while (at < count && model[at] != slot)
			at++;
		if (at < count) {
			slots_list_remove(&list, links, slot);
			memmove(model + at, model + at + 1, (--count - at) * sizeof *model);
		} else {
			slots_list_append(&list, links, slot);
			model[count++] = slot;
		}
		uint32_t next = list.first;
		for (size_t i = 0; i < count; i++, next = links[next].after)
			assert_int_equal(next, model[i]);
		assert_int_equal(next, 0);
		assert_int_equal(list.last, count ? model[count - 1] : 0);
	}
}

/* Each place is given once until it comes back, and all of them are. */
static void test_slots_pool_gives_each_once(void **state)
{
	(void)state;
	struct test_random r = test_random(2);
	struct slots_link links[PLACES + 1] = { { 0, 0 } };
	struct slots_pool pool = { .max = PLACES };
	bool taken[PLACES + 1] = { false };
	size_t count = 0;
	for (int step = 0; step < STEPS; step++) {
		uint32_t slot = 1 + (uint32_t)random_below(&r.random, PLACES);
		if (taken[slot] && random_below(&r.random, 2)) {
			slots_pool_give(&pool, links, slot);
			taken[slot] = false;
			count--;
			continue;
		}
		slot = slots_pool_take(&pool, links);
		assert_int_equal(slot == 0, count == PLACES);
		if (slot) {
			assert_in_range(slot, 1, PLACES);
			assert_false(taken[slot]);
			taken[slot] = true;
			count++;
		}
	}
}

/* Chains find what was put in under a hash and nothing else, collisions and all. */
static void test_slots_chains_find(void **state)
{
	(void)state;
	struct test_random r = test_random(3);
	struct slots_chains chains;
	uint64_t hash[PLACES + 1] = { 0 };
	bool in[PLACES + 1] = { false };
	assert_true(slots_chains_init(&chains, PLACES));
	for (int step = 0; step < STEPS; step++) {
		uint32_t slot = 1 + (uint32_t)random_below(&r.random, PLACES);
		if (in[slot]) {
			slots_chains_remove(&chains, hash[slot], slot);
		} else {
			hash[slot] = random_below(&r.random, 8);
			slots_chains_insert(&chains, hash[slot], slot);
		}
		in[slot] = !in[slot];
		for (uint64_t h = 0; h < 8; h++) {
			size_t found = 0, expected = 0;
			for (uint32_t s = slots_chains_first(&chains, h); s;
			     s = slots_chains_next(&chains, s), found++) {
				assert_true(in[s]);
				assert_true(hash[s] == h);
			}
			for (uint32_t s = 1; s <= PLACES; s++)
				expected += in[s] && hash[s] == h;
			assert_int_equal(found, expected);
		}
	}
	slots_chains_free(&chains);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_list_keeps_order),
		cmocka_unit_test(test_slots_pool_gives_each_once),
		cmocka_unit_test(test_slots_chains_find),
	};
	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
