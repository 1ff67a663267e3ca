/* facing and kept: whom a line is for where several are here, and what waits for each of them. */
#include "tests/unit/support.h"
#include "ui/facing.h"
#include "ui/kept.h"

static struct present present;
static struct facing facing;
static struct kept kept;

static bool happens(enum event_kind kind, uint64_t conv, const char *peer, uint64_t again)
{
	struct event e = { .kind = kind, .conv = conv, .peer = peer, .again = again };
	present_note(&present, &e);
	return facing_note(&facing, &present, &e);
}

static void start(void)
{
	memset(&present, 0, sizeof present);
	memset(&facing, 0, sizeof facing);
	assert_false(happens(EVENT_CONNECTED, 1, "bob", 0));
	assert_int_equal(facing.conv, 1);
	assert_false(happens(EVENT_CONNECTED, 2, "carol", 0));
	assert_false(happens(EVENT_CONNECTED, 3, "dave", 0));
	assert_int_equal(facing.conv, 1); /* who comes changes nothing */
}

static void test_facing_is_chosen(void **state)
{
	(void)state;
	start();
	assert_true(facing_choose(&facing, &present, span_text("dave")));
	assert_int_equal(facing.conv, 3);
	assert_true(facing.chosen);
	assert_false(facing_choose(&facing, &present, span_text("dav")));
	assert_int_equal(facing.conv, 3);
	assert_true(facing_choose(&facing, &present, span_text("")));
	assert_int_equal(facing.conv, 1);
}

/* Who is faced and leaves is followed by the next, and takes its place again when it is back,
 * unless the user has chosen. */
static void test_facing_follows_who_leaves(void **state)
{
	(void)state;
	for (int chosen = 0; chosen < 2; chosen++) {
		start();
		assert_false(happens(EVENT_OVER, 2, "carol", 0)); /* another */
		assert_int_equal(facing.conv, 1);
		assert_true(happens(EVENT_OVER, 1, "bob", 0));
		assert_int_equal(facing.conv, 3);
		assert_false(facing.chosen);
		if (chosen)
			assert_false(facing_choose(&facing, &present, span_text("")));
		if (chosen)
			assert_true(facing_choose(&facing, &present, span_text("dave")));
		assert_int_equal(happens(EVENT_CONNECTED, 4, "bob", 1), !chosen);
		assert_int_equal(facing.conv, chosen ? 3 : 4);
	}
	assert_false(happens(EVENT_OVER, 4, "bob", 0));
	assert_false(happens(EVENT_OVER, 3, "dave", 0)); /* nobody is left to be faced */
	assert_false(happens(EVENT_CONNECTED, 5, "eve", 0));
	assert_int_equal(facing.conv, 5);
}

/* Whatever is added, given, taken and refused: what is for one conversation keeps its order, each
 * is given once a round, and nothing is lost. */
static void test_kept_in_any_order(void **state)
{
	(void)state;
	struct test_random r = test_random(3);
	struct kept_message m;
	uint8_t next_in[4] = { 0 }, next_out[4] = { 0 };
	memset(&kept, 0, sizeof kept);
	for (int i = 0; i < 20000; i++) {
		unsigned conv = 1 + (unsigned)random_below(&r.random, 3), what;
		bool full[4] = { false };
		if (random_below(&r.random, 2) == 0 &&
		    kept_add(&kept, span_of(&next_in[conv], 1), conv))
			next_in[conv]++;
		while (kept_next(&kept, &m)) {
			assert_false(full[m.conv]);
			what = (unsigned)random_below(&r.random, 3);
			full[m.conv] = what == 0;
			if (what == 0)
				kept_answer(&kept, ANSWER_LATER);
			else
				assert_int_equal(m.text.at[0], next_out[m.conv]++);
			if (what == 1)
				kept_answer(&kept, ANSWER_TAKEN);
			if (what == 2)
				kept_answer(&kept, ANSWER_OVER);
		}
		if (kept_taken(&kept, conv, &m)) {
			assert_int_equal(m.conv, conv);
			kept_drop(&kept, &m);
		}
	}
	while (kept_next(&kept, &m) || kept.waiting > 0)
		kept_answer(&kept, ANSWER_OVER);
	while (kept_taken(&kept, 0, &m))
		kept_drop(&kept, &m);
	assert_true(bytes_zero(kept.bytes, sizeof kept.bytes));
}

static void test_kept_for_the_next_conversation(void **state)
{
	(void)state;
	struct kept_message m;
	memset(&kept, 0, sizeof kept);
	assert_true(kept_add(&kept, span_text("a"), 1));
	assert_true(kept_add(&kept, span_text("b"), 2));
	kept_again(&kept, 1, 3);
	assert_true(kept_next(&kept, &m) && m.conv == 3);
	kept_answer(&kept, ANSWER_LATER);
	assert_true(kept_next(&kept, &m) && m.conv == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facing_is_chosen),
		cmocka_unit_test(test_facing_follows_who_leaves),
		cmocka_unit_test(test_kept_in_any_order),
		cmocka_unit_test(test_kept_for_the_next_conversation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
