/* choice: the order of the servers is the same for all who know them, and a room is joined at each
 * in its turn. */
#include "base/siphash.h"
#include "tests/unit/support.h"
#include "transport/choice.h"

static struct choice choice_none(void)
{
	struct choice c = { .end = 0 };

	choice_init(&c);
	return c;
}

static const char *const names[LIMIT_VENUES] = { "a.example:7242", "b.example:7242",
	                                         "c.example:7242", "d.example:7242",
	                                         "e.example:7242", "f.example:7242",
	                                         "g.example:7242", "h.example:7242" };
static const uint8_t number[TOKEN_LEN] = { [15] = 107 };

/* The room of a token at all servers that are due until then: bits. */
static unsigned joined(struct choice *c, bool met, uint64_t now)
{
	const uint8_t *token;
	unsigned server, bits = 0;

	while (choice_take(c, met, &server, &token, now)) {
		assert_int_equal(bits >> server & 1, 0);
		bits |= 1U << server;
	}
	assert_true(choice_deadline(c, met) > now);
	return bits;
}

static unsigned bits_of(unsigned set)
{
	unsigned count = 0;

	for (; set != 0; set &= set - 1)
		count++;
	return count;
}

/* Two at once, and then one each 1.5 s, until all have their turn. */
static void test_choice_joins_two_at_once_and_then_one_by_one(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	uint8_t token[TOKEN_LEN];
	unsigned first[LIMIT_VENUES] = { 0 };

	for (unsigned i = 0; i < 400; i++) {
		struct choice c = choice_none();
		unsigned all = 0;

		random_fill(&random.random, token, sizeof token);
		for (unsigned s = 0; s < 4; s++)
			choice_server(&c, s, names[s], 0);
		assert_int_equal(choice_join(&c, token, SECOND), OK);
		for (unsigned step = 0; step < 3; step++) {
			uint64_t at = SECOND + step * 1500 * MS;
			if (step > 0)
				assert_int_equal(joined(&c, false, at - 1), 0);
			unsigned now = joined(&c, false, at);
			assert_int_equal(bits_of(now), step == 0 ? 2 : 1);
			for (unsigned s = 0; s < 4; s++)
				first[s] += step == 0 && (now >> s & 1) != 0;
			all |= now;
		}
		assert_int_equal(all, 15);
		assert_int_equal(choice_deadline(&c, false), NEVER);
	}
	for (unsigned s = 0; s < 4; s++) /* of 800, a quarter each */
		assert_in_range(first[s], 150, 250);
}

/* However the lists are written: hosts that have servers in common begin at the same ones, and
 * those that know one more differ only where it comes in. */
static void test_choice_is_the_same_for_all_who_know_the_servers(void **state)
{
	(void)state;
	struct test_random random = test_random(2);
	uint8_t token[TOKEN_LEN];

	for (unsigned i = 0; i < 200; i++) {
		struct choice a = choice_none(), b = choice_none();

		random_fill(&random.random, token, sizeof token);
		for (unsigned s = 0; s < 5; s++) {
			choice_server(&a, s, names[s], 0);
			choice_server(&b, 4 - s, names[s], 0);
		}
		choice_join(&a, token, SECOND);
		choice_join(&b, token, SECOND);
		unsigned of_a = joined(&a, false, SECOND), of_b = joined(&b, false, SECOND);
		for (unsigned s = 0; s < 5; s++)
			assert_int_equal(of_a >> s & 1, of_b >> (4 - s) & 1);

		struct choice more = choice_none();
		for (unsigned s = 0; s < 6; s++)
			choice_server(&more, s, names[s], 0);
		choice_join(&more, token, SECOND);
		assert_true((joined(&more, false, SECOND) & of_a) != 0);
	}
}

/* By the example of docs/SIGNALING.md S8-24. */
static void test_choice_order_of_the_document(void **state)
{
	(void)state;
	static const uint64_t values[] = { 0xb4779cec13924e27, 0x4e5f7e1f11c4de8e,
		                           0x3c89e86001912b1b };
	const uint8_t *token = (const uint8_t *)"a room for two..";
	struct choice c = choice_none();

	for (unsigned s = 0; s < 3; s++) {
		assert_true(siphash(token, span_text(names[s])) == values[s]);
		choice_server(&c, s, names[s], 0);
	}
	choice_join(&c, token, SECOND);
	assert_int_equal(joined(&c, false, SECOND), 1 | 2);
	assert_int_equal(joined(&c, false, 2500 * MS), 4);
}

/* A backup of an SRV record comes last, in every room. */
static void test_choice_keeps_priorities(void **state)
{
	(void)state;
	struct test_random random = test_random(3);
	uint8_t token[TOKEN_LEN];

	for (unsigned i = 0; i < 50; i++) {
		struct choice c = choice_none();

		random_fill(&random.random, token, sizeof token);
		for (unsigned s = 0; s < 3; s++)
			choice_server(&c, s, names[s], s == 1 ? 20 : 10);
		choice_join(&c, token, SECOND);
		assert_int_equal(joined(&c, false, SECOND), 1 | 4);
		assert_int_equal(joined(&c, false, 3 * SECOND), 2);
	}
}

/* One after the other, in the order of the list, and no further when somebody is there. */
static void test_choice_looks_for_a_number_one_by_one(void **state)
{
	(void)state;
	struct choice c = choice_none();

	for (unsigned s = 0; s < 3; s++)
		choice_server(&c, s, names[s], (uint16_t)(3 - s));
	choice_join(&c, number, SECOND);
	assert_int_equal(joined(&c, false, SECOND), 1);
	assert_int_equal(joined(&c, true, 100 * SECOND), 0);
	assert_int_equal(joined(&c, false, 2500 * MS), 2);
	assert_int_equal(joined(&c, false, 4 * SECOND), 4);
}

/* A server that is found later has its turn at once, and joining again begins nothing anew. */
static void test_choice_takes_servers_and_rooms_as_they_come(void **state)
{
	(void)state;
	struct choice c = choice_none();
	uint8_t token[TOKEN_LEN] = { 1 };

	assert_int_equal(choice_join(&c, token, SECOND), OK);
	assert_int_equal(joined(&c, false, 100 * SECOND), 0);
	choice_server(&c, 5, names[5], 0);
	assert_int_equal(joined(&c, false, 100 * SECOND), 32);
	assert_int_equal(choice_join(&c, token, 200 * SECOND), OK);
	choice_server(&c, 5, names[5], 0);
	assert_int_equal(joined(&c, false, 200 * SECOND), 0);
	choice_leave(&c, token);
	assert_int_equal(choice_join(&c, token, 300 * SECOND), OK);
	assert_int_equal(joined(&c, false, 300 * SECOND), 32);
	for (unsigned i = 1; i < LIMIT_ROOMS; i++) {
		token[1] = (uint8_t)i;
		token[2] = (uint8_t)(i >> 8);
		assert_int_equal(choice_join(&c, token, SECOND), OK);
	}
	token[0] = 99;
	assert_int_equal(choice_join(&c, token, SECOND), ERR_FULL);
}

/* The first that answers; one that has answered is missed for ten seconds before another is. */
static void test_choice_number_stays_at_a_server_that_answers(void **state)
{
	(void)state;
	struct choice c = choice_none();

	assert_int_equal(choice_home(&c, 0, SECOND), 0);
	assert_int_equal(choice_home_deadline(&c, 0), NEVER);
	assert_int_equal(choice_home(&c, 4, 2 * SECOND), 0);
	assert_int_equal(choice_home_deadline(&c, 4), 2500 * MS);
	assert_int_equal(choice_home(&c, 4 | 8, 2500 * MS), 2);
	assert_int_equal(choice_home(&c, 1 | 4, 3 * SECOND), 2);
	assert_int_equal(choice_home(&c, 1, 10 * SECOND), 2);
	assert_int_equal(choice_home(&c, 1, 19 * SECOND), 2);
	assert_int_equal(choice_home(&c, 5, 19 * SECOND), 2);
	assert_int_equal(choice_home(&c, 1, 30 * SECOND), 2);
	assert_int_equal(choice_home_deadline(&c, 1), 40 * SECOND);
	assert_int_equal(choice_home(&c, 1, 40 * SECOND), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice_joins_two_at_once_and_then_one_by_one),
		cmocka_unit_test(test_choice_is_the_same_for_all_who_know_the_servers),
		cmocka_unit_test(test_choice_order_of_the_document),
		cmocka_unit_test(test_choice_keeps_priorities),
		cmocka_unit_test(test_choice_looks_for_a_number_one_by_one),
		cmocka_unit_test(test_choice_takes_servers_and_rooms_as_they_come),
		cmocka_unit_test(test_choice_number_stays_at_a_server_that_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
