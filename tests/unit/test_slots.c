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

/* Each place is given once until it comes back, and all of them are; lists hold those in use. */
static void test_slots_give_each_place_once(void **state)
{
	(void)state;
	struct test_random r = test_random(2);
	struct slots slots;
	struct slots_list lists[2] = { { 0, 0 } };
	unsigned in[PLACES + 1] = { 0 }, count = 0; /* which list, from 1 */
	assert_true(slots_init(&slots, PLACES));
	for (int step = 0; step < STEPS; step++) {
		uint32_t slot = 1 + (uint32_t)random_below(&r.random, PLACES);
		unsigned to = 1 + (unsigned)random_below(&r.random, 2);
		if (in[slot] && random_below(&r.random, 2)) {
			slots_give(&slots, &lists[in[slot] - 1], slot);
			in[slot] = 0;
			count--;
		} else if (in[slot] && random_below(&r.random, 2)) {
			slots_move(&slots, &lists[in[slot] - 1], &lists[to - 1], slot);
			in[slot] = to;
			assert_int_equal(lists[to - 1].last, slot);
		} else if ((slot = slots_take(&slots, &lists[to - 1])) != 0) {
			assert_in_range(slot, 1, PLACES);
			assert_int_equal(in[slot], 0);
			assert_int_equal(lists[to - 1].last, slot);
			in[slot] = to;
			count++;
		} else {
			assert_int_equal(count, PLACES);
		}
		assert_int_equal(slots.count, count);
	}
	slots_free(&slots);
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
		cmocka_unit_test(test_slots_give_each_place_once),
		cmocka_unit_test(test_slots_chains_find),
	};
	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
