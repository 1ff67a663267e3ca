/* closing: both sides end, whoever begins and whatever is lost; a CLOSE is repeated while it may
 * not have arrived; an answer that can go nowhere is not waited for. */
#include "session/closing.h"

#include "base/limits.h"
#include "session/codes.h"
#include "tests/unit/support.h"

#define START (100 * SECOND)
#define PTO   (100 * MS)

static struct closing a, b;

static void begin(void)
{
	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
}

/* What one has to say, if anything; and it arrives at the other. */
static bool say(struct closing *from, struct closing *to, uint64_t now)
{
	uint8_t bytes[1 + 1 + 2 + CLOSE_TEXT_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct frame f;

	if (!closing_write(from, &w, PTO, now))
		return false;
	assert_true(w.len <= closing_size(from));
	struct reader r = reader_of(written(&w));
	assert_true(frame_read(&r, &f));
	if (to != NULL && !to->over)
		closing_received(to, f.as.close.code, f.as.close.text);
	return true;
}

static void assert_over(const struct closing *c, enum err want, const char *text)
{
	enum err err;
	struct span said;

	assert_true(closing_over(c, true, &err, &said));
	assert_int_equal(err, want);
	assert_span_text(said, text);
}

static void test_closing_ends_both_sides_by_the_code(void **state)
{
	static const struct {
		uint8_t code;
		enum err here, there;
	} table[] = {
		{ CLOSE_DONE, OK, OK },
		{ CLOSE_OTHER, ERR_STATE, ERR_CUT },
		{ CLOSE_UNREACHABLE, ERR_UNREACHABLE, ERR_UNREACHABLE },
		{ CLOSE_TRUST, ERR_STATE, ERR_TRUST },
		{ CLOSE_PROTOCOL, ERR_STATE, ERR_CUT },
		{ CLOSE_LOCAL, ERR_FULL, ERR_LOCAL },
		{ CLOSE_MODE, ERR_STATE, ERR_VERSION },
		{ CLOSE_REPLACED, ERR_STATE, ERR_EXISTS },
		{ CLOSE_BUSY, ERR_STATE, ERR_BUSY },
		{ 200, ERR_STATE, ERR_CUT },
	};
	enum err err;
	struct span text;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		begin();
		assert_false(a.begun);
		closing_begin(&a, table[i].code, span_text("because"));
		closing_begin(&a, CLOSE_OTHER, span_text("too late"));
		assert_true(a.begun && !a.over);
		assert_int_equal(closing_deadline(&a, true), 0);
		assert_true(say(&a, &b, START));
		assert_false(closing_over(&b, true, &err, &text)); /* its answer comes first */
		assert_true(say(&b, &a, START));
		assert_over(&a, table[i].here, "");
		assert_over(&b, table[i].there, "because");
		assert_false(say(&a, &b, START) || say(&b, &a, START));
		assert_int_equal(closing_deadline(&a, true), NEVER);
	}
}

static void test_closing_is_repeated_and_then_over_without_an_answer(void **state)
{
	static const struct {
		uint8_t code;
		unsigned repeats; /* every PTO */
	} table[] = { { CLOSE_OTHER, 6 }, { CLOSE_DONE, 31 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		unsigned count = 0;

		begin();
		closing_begin(&a, table[i].code, span_of(NULL, 0));
		for (uint64_t now = START; !a.over; now += 10 * MS) {
			closing_timer(&a, PTO, now);
			count += say(&a, NULL, now);
			assert_true(now < START + 4 * SECOND);
		}
		assert_int_equal(count, table[i].repeats);
		assert_over(&a, table[i].code == CLOSE_DONE ? OK : ERR_STATE, "");
	}
}

/* Whoever still speaks has not heard it; whoever is over hears nothing. */
static void test_closing_answers_whoever_still_speaks(void **state)
{
	(void)state;
	begin();
	closing_heard(&a);
	assert_false(say(&a, &b, START));
	closing_begin(&a, CLOSE_OTHER, span_of(NULL, 0));
	assert_true(say(&a, NULL, START));
	assert_false(say(&a, NULL, START));
	closing_heard(&a);
	assert_true(say(&a, &b, START));
	closing_heard(&b);
	assert_true(say(&b, &a, START));
	closing_heard(&a);
	assert_false(say(&a, &b, START));
}

static void test_closing_waits_for_no_answer_that_can_go_nowhere(void **state)
{
	enum err err;
	struct span text;

	(void)state;
	begin();
	closing_received(&b, CLOSE_DONE, span_of(NULL, 0));
	assert_false(closing_over(&b, true, &err, &text));
	assert_true(closing_over(&b, false, &err, &text));
	assert_int_equal(closing_deadline(&b, false), NEVER);
	closing_begin(&a, CLOSE_DONE, span_of(NULL, 0));
	closing_timer(&a, PTO, START);
	assert_int_equal(closing_deadline(&a, false), START + 3 * SECOND);
}

static void test_closing_cut_says_nothing(void **state)
{
	(void)state;
	begin();
	closing_cut(&a);
	assert_over(&a, ERR_CUT, "");
	assert_true(a.begun);
	assert_false(say(&a, &b, START));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_closing_ends_both_sides_by_the_code),
		cmocka_unit_test(test_closing_is_repeated_and_then_over_without_an_answer),
		cmocka_unit_test(test_closing_answers_whoever_still_speaks),
		cmocka_unit_test(test_closing_waits_for_no_answer_that_can_go_nowhere),
		cmocka_unit_test(test_closing_cut_says_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
