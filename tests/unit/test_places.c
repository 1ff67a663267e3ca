/* places: addresses that have answered nothing keep to their share and give way to each other in
 * turn; nobody gives way to one worth less. */
#include "session/places.h"

#include "tests/unit/support.h"

#define START (100 * SECOND)

static struct places p;
static struct place table[LIMIT_PATHS];
static const struct addr stranger = { .port = 9 };

static void fill(enum place_worth worth, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		table[i] = (struct place){ worth, START + i };
}

static int choose(enum place_worth newcomer, uint64_t now)
{
	return places_choose(&p, table, newcomer, &stranger, now);
}

static void begin(void)
{
	memset(&p, 0, sizeof p);
	fill(PLACE_FREE, 0, LIMIT_PATHS);
}

static void test_places_free_ones_go_first(void **state)
{
	(void)state;
	begin();
	fill(PLACE_KEPT, 0, 5);
	fill(PLACE_LOST, 7, LIMIT_PATHS);
	for (enum place_worth newcomer = PLACE_CANDIDATE; newcomer <= PLACE_KEPT; newcomer++) {
		int place = choose(newcomer, START);
		assert_true(place == 5 || place == 6);
	}
}

static void test_places_nobody_worth_keeping_gives_way(void **state)
{
	(void)state;
	begin();
	fill(PLACE_KEPT, 0, LIMIT_PATHS);
	assert_int_equal(choose(PLACE_KEPT, START), -1);
	fill(PLACE_LOST_RELAY, 3, 4);
	fill(PLACE_LOST, 9, 11);
	fill(PLACE_CANDIDATE, 12, 13);
	assert_int_equal(choose(PLACE_KEPT, START), 12);
	fill(PLACE_KEPT, 12, 13);
	assert_int_equal(choose(PLACE_KEPT, START), 9); /* the older */
	fill(PLACE_KEPT, 9, 11);
	assert_int_equal(choose(PLACE_KEPT, START), 3);
}

/* A candidate takes no place of anybody who may still be of use. */
static void test_places_candidates_take_those_of_lost_paths(void **state)
{
	(void)state;
	begin();
	fill(PLACE_KEPT, 0, LIMIT_PATHS);
	fill(PLACE_CANDIDATE, 1, 2);
	assert_int_equal(choose(PLACE_CANDIDATE, START), -1);
	fill(PLACE_LOST, 2, 3);
	assert_int_equal(choose(PLACE_CANDIDATE, START), 2);
}

/* However many addresses come and how fast, they have eight places, and one changes hands every
 * 200 ms; an address that was turned away waits 50 ms. */
static void test_places_unproved_addresses_take_turns(void **state)
{
	unsigned changed = 0;

	(void)state;
	begin();
	for (unsigned n = 0; n < 1000; n++) {
		struct addr from = { .port = (uint16_t)(1000 + n) };
		uint64_t now = START + n * 10 * MS;
		int place = places_choose(&p, table, PLACE_UNPROVED, &from, now);
		unsigned count = 0;

		if (place >= 0) {
			table[place] = (struct place){ PLACE_UNPROVED, now };
			changed++;
		}
		for (unsigned i = 0; i < LIMIT_PATHS; i++)
			count += table[i].worth == PLACE_UNPROVED;
		assert_true(count <= 8);
	}
	assert_in_range(changed, 8 + 45, 8 + 51);
	uint64_t last = p.unproved_at;
	assert_int_equal(choose(PLACE_UNPROVED, last + 49 * MS), -1);
	assert_true(choose(PLACE_UNPROVED, last + 50 * MS) >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places_free_ones_go_first),
		cmocka_unit_test(test_places_nobody_worth_keeping_gives_way),
		cmocka_unit_test(test_places_candidates_take_those_of_lost_paths),
		cmocka_unit_test(test_places_unproved_addresses_take_turns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
