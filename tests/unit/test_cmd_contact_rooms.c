/* contact_rooms: which rooms are joined and left as contacts and days change. */
#include "cmd/talk/contact_rooms.h"

#include "tests/unit/cmd_world.h"

enum { TODAY = 20800, NOON = 43200 };

static uint64_t own_clock(uint32_t day, uint32_t s)
{
	return UINT64_C(86400) * day + s;
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
	struct contact_rooms r = { .count = 0 };
	struct decisions out = { .count = 0 };
	struct test_random random = test_random(1);
	struct identity own;
	uint64_t never_set = own_clock(0, NOON), now = 1000 * SECOND;
	size_t left;
	assert_int_equal(identity_generate(KEY_X25519, 0, &random.random, &own), OK);
	write_peers("bob " KEY_A "\neve " KEY_B "\n");
	struct options options = { .allow = { .at = { "eve" }, .count = 0 } };
	struct plan plan = {
		.options = &options, .serving = true, .contacts = true, .book = load_book()
	};

	contact_rooms_init(&r);
	contact_rooms_update(&r, &plan, &own, NULL, now);
	assert_int_equal(taken(&r, &left), 0); /* no day is known yet */
	contact_rooms_set_day(&r, (struct dates_day){ TODAY, NOON }, never_set, now, &out);
	contact_rooms_update(&r, &plan, &own, NULL, now);
	assert_int_equal(taken(&r, &left), 2);
	assert_int_equal(left, 0);

	now = r.dates.next_at; /* an hour before midnight */
	contact_rooms_update(&r, &plan, &own, NULL, now);
	assert_int_equal(taken(&r, &left), 4);
	assert_int_equal(left, 0);

	options.allow.count = 1;
	contact_rooms_update(&r, &plan, &own, NULL, now);
	assert_int_equal(taken(&r, &left), 2);
	assert_int_equal(left, 2);
	book_wipe(plan.book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_contact_rooms_are_joined_and_left_as_contacts_and_days_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
