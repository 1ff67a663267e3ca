/* contacts, with setup: two who know each other's keys come into the same rooms of a signaling
 * server, on each day others, and nobody else does. */
#include "lib/contacts.h"

#include "lib/setup.h"
#include "tests/unit/core_world.h"

enum { TODAY = 20800, DAY_S = 86400 };

static struct schat_identity *made(char key[SCHAT_KEY])
{
	enum schat_error error;
	struct schat_identity *id = schat_identity_new("noise", world_entropy, &error);
	assert_non_null(id);
	schat_identity_public(id, key, NULL);
	return id;
}

static enum err begin(struct setup *s, bool waits, const struct schat_identity *own,
                      const char *const *keys, size_t count, const char *code)
{
	const struct schat_connection c = { .address = "192.0.2.1", .waits = waits };
	const struct schat_encryption e = {
		.identity = own, .keys = keys, .keys_count = count, .code = code
	};
	return setup_init(s, &c, &e, world_entropy, world.now);
}

static bool share_a_room(const struct setup *a, const struct setup *b)
{
	for (size_t i = 0; i < a->contacts.count; i++)
		for (size_t k = 0; k < b->contacts.count; k++)
			if (bytes_equal(a->contacts.tokens[i], b->contacts.tokens[k], TOKEN_LEN))
				return true;
	return false;
}

static void test_contacts_meet_by_their_keys(void **state)
{
	(void)state;
	char key[3][SCHAT_KEY];
	struct setup a, b, eve;
	world_begin(31);
	struct schat_identity *ids[3] = { made(key[0]), made(key[1]), made(key[2]) };
	const char *of_a[] = { key[2], key[1] }, *of_b[] = { key[0] };
	assert_int_equal(begin(&a, true, ids[0], of_a, 2, NULL), OK);
	assert_int_equal(begin(&b, false, ids[1], of_b, 1, NULL), OK);
	assert_int_equal(begin(&eve, false, ids[2], &of_a[1], 1, NULL), OK);
	setup_meet(&a, world.now);
	assert_int_equal(a.contacts.count, 0); /* no day is known yet */
	struct dates_day day = { TODAY, DAY_S / 2 };
	setup_day(&a, day, world.now);
	setup_day(&b, day, world.now);
	setup_day(&eve, day, world.now);
	assert_int_equal(a.contacts.count, 2);
	assert_int_equal(b.contacts.count, 1);
	assert_true(share_a_room(&a, &b));
	assert_false(share_a_room(&a, &eve) || share_a_room(&b, &eve));

	/* one believes that the next day has come, and about midnight they meet all the same */
	struct setup late = a;
	world.now = a.contacts.dates.next_at;
	setup_meet(&a, world.now);
	assert_int_equal(a.contacts.count, 4);
	setup_day(&b, (struct dates_day){ TODAY + 1, DAY_S - 1 }, world.now);
	assert_true(share_a_room(&a, &b));
	assert_true(share_a_room(&late, &a));
	world.now = a.contacts.dates.next_at;
	setup_meet(&a, world.now);
	world.now = a.contacts.dates.next_at;
	setup_meet(&a, world.now);
	assert_int_equal(a.contacts.count, 2);
	assert_false(share_a_room(&late, &a));

	/* a server that says another day is believed only where there is no clock */
	contacts_clock(&b.contacts, (uint64_t)(SCHAT_RELEASED_DAY + 500) * DAY_S * SECOND,
	               world.now);
	setup_day(&b, (struct dates_day){ 1, 1000 }, world.now + SECOND);
	assert_int_equal(b.contacts.dates.day, SCHAT_RELEASED_DAY + 500);
	setup_wipe(&a);
	setup_wipe(&b);
	setup_wipe(&eve);
	for (size_t i = 0; i < 3; i++)
		schat_identity_free(ids[i]);
}

static void test_contacts_are_few_and_need_an_identity(void **state)
{
	(void)state;
	char key[2][SCHAT_KEY];
	struct setup s;
	const char *keys[CONTACTS_MAX + 1];
	world_begin(32);
	struct schat_identity *own = made(key[0]), *other = made(key[1]);
	for (size_t i = 0; i <= CONTACTS_MAX; i++)
		keys[i] = key[1];
	const struct {
		bool waits, own;
		size_t count;
		const char *code;
		enum err err;
	} table[] = {
		{ true, true, CONTACTS_MAX, NULL, OK },
		{ true, true, CONTACTS_MAX + 1, NULL, ERR_USAGE },
		{ true, true, 1, "velvet-anchor", OK }, /* or somebody new by the code */
		{ true, false, 1, NULL, ERR_USAGE },
		{ false, true, 1, NULL, OK },
		{ false, true, 1, "107-velvet-anchor", ERR_USAGE },
		{ false, true, 2, NULL, ERR_USAGE },
		{ false, false, 1, NULL, ERR_USAGE },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_int_equal(begin(&s, table[i].waits, table[i].own ? own : NULL, keys,
		                       table[i].count, table[i].code),
		                 table[i].err);
		setup_wipe(&s);
	}
	schat_identity_free(own);
	schat_identity_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contacts_meet_by_their_keys),
		cmocka_unit_test(test_contacts_are_few_and_need_an_identity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
