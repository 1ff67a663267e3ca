/* contact_rooms: which day decides about the rooms of contacts. A server that lies about the date
 * cannot keep two contacts in the same room for ever, as long as the host's own clock can be
 * believed. */
#include "cmd/talk/contact_rooms.h"

#include "tests/unit/cmd_world.h"

enum { RELEASED = 20781, TODAY = 20800, NOON = 43200 };

static uint64_t own_clock(uint32_t day, uint32_t s)
{
	return UINT64_C(86400) * day + s;
}

/* The file VERSION says when this version was released; whoever releases another one changes both
 * lines. */
static void test_contact_rooms_release_day_is_known(void **state)
{
	(void)state;
	assert_true(SCHAT_RELEASED_DAY >= RELEASED);
}

static void test_contact_rooms_day_of_a_server_counts_only_near_the_own_clock(void **state)
{
	static const struct {
		uint32_t own, server, want;
		bool foreign;
	} table[] = {
		{ TODAY, TODAY, TODAY, false },
		{ TODAY, TODAY - 1, TODAY - 1, false }, /* about midnight */
		{ TODAY, TODAY + 1, TODAY + 1, false },
		{ TODAY, TODAY - 2, TODAY, true },
		{ TODAY, TODAY + 2, TODAY, true },
		{ TODAY, 1, TODAY, true },
		{ TODAY, 99999, TODAY, true },
		{ TODAY, UINT32_MAX, TODAY, true },
		/* a clock that stands at the release or before was never set */
		{ RELEASED, 99999, 99999, false },
		{ 0, TODAY, TODAY, false },
		{ 1, 1, 1, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		bool foreign;
		struct contact_rooms_day server = { table[i].server, 1000 };
		struct contact_rooms_day d =
		    contact_rooms_judge(server, own_clock(table[i].own, NOON), RELEASED, &foreign);
		assert_int_equal(d.day, table[i].want);
		assert_int_equal(foreign, table[i].foreign);
		assert_int_equal(d.day_ends_s, foreign ? 86400 - NOON : 1000);
	}
}

/* Where the server has no clock ours serves, and nobody is told of an error. */
static void test_contact_rooms_day_is_the_own_one_where_the_server_knows_none(void **state)
{
	(void)state;
	bool foreign;
	struct contact_rooms_day unknown = { 0, UINT32_MAX };
	struct contact_rooms_day d =
	    contact_rooms_judge(unknown, own_clock(TODAY, NOON), RELEASED, &foreign);
	assert_int_equal(d.day, TODAY);
	assert_int_equal(d.day_ends_s, 86400 - NOON);
	assert_false(foreign);
	d = contact_rooms_judge(unknown, own_clock(3, NOON), RELEASED, &foreign);
	assert_int_equal(d.day, 0);
	assert_int_equal(d.day_ends_s, UINT32_MAX);
}

static void test_contact_rooms_day_never_goes_back_in_a_run(void **state)
{
	(void)state;
	struct contact_rooms r = contact_rooms_none();
	uint64_t never_set = own_clock(0, NOON), now = 1000 * SECOND;
	assert_false(
	    contact_rooms_set_day(&r, (struct contact_rooms_day){ TODAY, 500 }, never_set, now));
	assert_int_equal(r.day, TODAY);
	assert_int_equal(r.day_ends_at, now + 500 * SECOND);
	contact_rooms_set_day(&r, (struct contact_rooms_day){ TODAY - 1, 700 }, never_set,
	                      now + SECOND);
	assert_int_equal(r.day, TODAY);
	assert_int_equal(r.day_ends_at, now + 500 * SECOND);
	contact_rooms_set_day(&r, (struct contact_rooms_day){ TODAY + 1, 900 }, never_set,
	                      now + SECOND);
	assert_int_equal(r.day, TODAY + 1);
}

static void test_contact_rooms_wrong_day_of_a_server_is_told_once(void **state)
{
	(void)state;
	struct contact_rooms r = contact_rooms_none();
	uint32_t later = SCHAT_RELEASED_DAY + 100;
	struct contact_rooms_day wrong = { 1, 500 };
	assert_true(contact_rooms_set_day(&r, wrong, own_clock(later, NOON), SECOND));
	assert_false(contact_rooms_set_day(&r, wrong, own_clock(later, NOON + 60), 61 * SECOND));
	assert_int_equal(r.day, later);
}

/* How many rooms are to be joined, and how many left. */
static size_t taken(struct contact_rooms *r, size_t *left)
{
	uint8_t token[TOKEN_LEN];
	size_t joined = 0;
	bool join;
	*left = 0;
	while (contact_rooms_take(r, token, &join)) {
		joined += join;
		*left += !join;
	}
	return joined;
}

/* Around midnight two days count; who is not wanted any more has its room left. */
static void test_contact_rooms_are_joined_and_left_as_contacts_and_days_change(void **state)
{
	(void)state;
	struct contact_rooms r = contact_rooms_none();
	struct test_random random = test_random(1);
	struct identity own;
	uint64_t never_set = own_clock(0, NOON), now = 1000 * SECOND;
	size_t left;
	assert_int_equal(identity_generate(KEY_X25519, 0, &random.random, &own), OK);
	write_peers("bob " KEY_A "\neve " KEY_B "\n");
	struct options options = { .allow = { .at = { "eve" }, .count = 0 } };
	struct plan plan = { .options = &options, .serving = true, .book = load_book() };

	struct contact_rooms_count n =
	    contact_rooms_update(&r, &plan, &own, NULL, LIMIT_ROOMS, now);
	assert_int_equal(n.waiting, 0); /* no day is known yet */
	contact_rooms_set_day(&r, (struct contact_rooms_day){ TODAY, NOON }, never_set, now);
	n = contact_rooms_update(&r, &plan, &own, NULL, LIMIT_ROOMS, now);
	assert_int_equal(taken(&r, &left), 2);
	assert_int_equal(left, 0);
	assert_int_equal(n.waiting, 2);

	now = r.next_at; /* an hour before midnight */
	contact_rooms_update(&r, &plan, &own, NULL, LIMIT_ROOMS, now);
	assert_int_equal(taken(&r, &left), 4);
	assert_int_equal(left, 0);

	options.allow.count = 1;
	contact_rooms_update(&r, &plan, &own, NULL, LIMIT_ROOMS, now);
	assert_int_equal(taken(&r, &left), 2);
	assert_int_equal(left, 2);

	options.allow.count = 0;
	n = contact_rooms_update(&r, &plan, &own, NULL, 3, now); /* room for one contact */
	assert_int_equal(taken(&r, &left), 2);
	assert_int_equal(n.waiting, 1);
	assert_int_equal(n.crowded, 1);
	book_wipe(plan.book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contact_rooms_release_day_is_known),
		cmocka_unit_test(test_contact_rooms_day_of_a_server_counts_only_near_the_own_clock),
		cmocka_unit_test(test_contact_rooms_day_is_the_own_one_where_the_server_knows_none),
		cmocka_unit_test(test_contact_rooms_day_never_goes_back_in_a_run),
		cmocka_unit_test(test_contact_rooms_wrong_day_of_a_server_is_told_once),
		WORLD_TEST(test_contact_rooms_are_joined_and_left_as_contacts_and_days_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
