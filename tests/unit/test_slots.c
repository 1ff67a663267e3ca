/* slots and bucket: the tables under the signaling server agree with plain models. */
#include "tests/unit/support.h"

#include "base/limits.h"
#include "rendezvous/bucket.h"
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

/* In any span of time t a bucket gives at most burst + rate * t, and whoever asks for no more than
 * the rate gets it. */
static void test_bucket_bounds(void **state)
{
	(void)state;
	static const struct {
		uint64_t rate, burst;
	} cases[] = {
		{ 5, 64 }, { 1, 1 }, { 8000, 16384 }, { 125, 16384 }, { 536870911875, 536870911875 }
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct test_random r = test_random(4 + i);
		struct bucket b = { 0, 0 };
		uint64_t rate = cases[i].rate, burst = cases[i].burst, start = 77 * SECOND,
			 now = start, got = 0;
		assert_false(bucket_take(&b, burst + 1, rate, burst, now));
		assert_true(bucket_take(&b, burst, rate, burst, now));
		assert_false(bucket_take(&b, 1, rate, burst, now));
		got = burst;
		for (int step = 0; step < 10000; step++) {
			now += random_below(&r.random, 20 * MS);
			uint64_t cost = 1 + random_below(&r.random, burst / 100 + 1);
			if (bucket_take(&b, cost, rate, burst, now))
				got += cost;
			uint64_t allowed = burst + rate / 1000 * ((now - start) / 1000 + 1) +
			                   (now - start) * (rate % 1000) / SECOND + 1;
			assert_true(got <= allowed);
		}

		now += 1000000 * SECOND; /* full again, and no fuller */
		assert_true(bucket_take(&b, burst, rate, burst, now));
		assert_false(bucket_take(&b, 1, rate, burst, now));
		for (int step = 0; step < 1000; step++) {
			now += SECOND;
			assert_true(bucket_take(&b, rate < burst ? rate : burst, rate, burst, now));
		}
	}
}

/* What was taken for nothing comes back, and no more than that. */
static void test_bucket_gives_back(void **state)
{
	(void)state;
	struct bucket b = { 0, 0 };
	for (int i = 0; i < 1000; i++) {
		assert_true(bucket_take(&b, 20, 5, 64, SECOND));
		bucket_give(&b, 20);
	}
	assert_true(bucket_take(&b, 44, 5, 64, SECOND));
	assert_true(bucket_take(&b, 20, 5, 64, SECOND));
	bucket_give(&b, 19);
	assert_false(bucket_take(&b, 20, 5, 64, SECOND));
	assert_true(bucket_take(&b, 19, 5, 64, SECOND));
}

static struct bucket *of_prefix(struct bucket_table *t,
                                void (*prefix_of)(const struct addr *, uint8_t *),
                                const struct addr *a)
{
	uint8_t prefix[ADDR_PREFIX];
	prefix_of(a, prefix);
	return bucket_of_prefix(t, prefix);
}

/* One host, or one network, has one bucket whatever the port; another has most likely another. */
static void test_bucket_of_host_and_network(void **state)
{
	(void)state;
	struct bucket_table t;
	const uint8_t key[SIPHASH_KEY] = { 1 };
	assert_true(bucket_table_init(&t, 1024, key));
	struct addr v4 = addr_v4(192, 0, 2, 1, 1), v4_port = addr_v4(192, 0, 2, 1, 2),
		    v4_host = addr_v4(192, 0, 2, 2, 1), v4_net = addr_v4(192, 0, 3, 1, 1);
	struct addr v6 = { { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 1 }, 1 }, v6_same = v6, v6_host = v6,
		    v6_net = v6;
	v6_same.ip[8] = 9;
	v6_host.ip[7] = 2;
	v6_net.ip[5] = 1;
	assert_ptr_equal(of_prefix(&t, addr_host, &v4), of_prefix(&t, addr_host, &v4_port));
	assert_ptr_not_equal(of_prefix(&t, addr_host, &v4), of_prefix(&t, addr_host, &v4_host));
	assert_ptr_equal(of_prefix(&t, addr_host, &v6), of_prefix(&t, addr_host, &v6_same));
	assert_ptr_not_equal(of_prefix(&t, addr_host, &v6), of_prefix(&t, addr_host, &v6_host));
	assert_ptr_equal(of_prefix(&t, addr_network, &v4), of_prefix(&t, addr_network, &v4_host));
	assert_ptr_not_equal(of_prefix(&t, addr_network, &v4),
	                     of_prefix(&t, addr_network, &v4_net));
	assert_ptr_equal(of_prefix(&t, addr_network, &v6), of_prefix(&t, addr_network, &v6_host));
	assert_ptr_not_equal(of_prefix(&t, addr_network, &v6),
	                     of_prefix(&t, addr_network, &v6_net));
	assert_ptr_not_equal(bucket_of_address(&t, &v4), bucket_of_address(&t, &v4_port));
	bucket_table_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_list_keeps_order),
		cmocka_unit_test(test_slots_pool_gives_each_once),
		cmocka_unit_test(test_slots_chains_find),
		cmocka_unit_test(test_bucket_bounds),
		cmocka_unit_test(test_bucket_gives_back),
		cmocka_unit_test(test_bucket_of_host_and_network),
	};
	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
