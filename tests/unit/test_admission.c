/* admission: what is remembered of strangers, and how much each source gets. */
#include "endpoint/admission.h"
#include "tests/unit/support.h"

static struct admission a;
static struct test_random randomness;

static struct source who(unsigned n)
{
	struct addr at = addr_v4(192, 0, (uint8_t)(n >> 8), (uint8_t)n, 1);

	return source_of_addr(&at);
}

static void prepare(void)
{
	randomness = test_random(1);
	admission_init(&a, 1, &randomness.random);
}

static unsigned wrong_so_far;
static uint64_t rest_us;

static enum guess wrong(const struct source *s, uint64_t now)
{
	return admission_wrong(&a, s, &wrong_so_far, &rest_us, now);
}

static void test_admission_remembers_the_last_256_first_messages(void **state)
{
	(void)state;
	prepare();
	for (uint32_t i = 0; i < 1000; i++) {
		uint8_t message[4];
		store_be32(message, i);
		assert_false(admission_seen(&a, span_of(message, 4)));
		admission_remember(&a, span_of(message, 4));
		store_be32(message, i - (i < 255 ? i : 255));
		assert_true(admission_seen(&a, span_of(message, 4)));
	}
	assert_false(admission_seen(&a, span_of("", 0)));
}

static void test_admission_gives_eight_answers_at_once_and_two_a_second(void **state)
{
	(void)state;
	struct source one = who(1), other = who(2);
	uint64_t now = 1000 * SECOND;
	unsigned answers = 0;
	prepare();
	for (unsigned ms = 0; ms < 10000; ms++) {
		if (admission_may(&a, &one, false, now + ms * MS)) {
			admission_take(&a, &one, false, now + ms * MS);
			answers++;
		}
		if (ms == 0)
			assert_int_equal(answers, 1);
	}
	assert_in_range(answers, 8 + 19, 8 + 20);
	assert_true(admission_may(&a, &other, false, now + 10 * SECOND)); /* has its own */
}

/* Who knows a contact's psk has eight at once too and four a second, beside the others. */
static void
test_admission_gives_who_knows_a_contacts_psk_eight_answers_and_four_a_second(void **state)
{
	(void)state;
	struct source one = who(1), other = who(2);
	uint64_t now = 1000 * SECOND;
	unsigned answers = 0;
	prepare();
	for (unsigned ms = 0; ms < 10000; ms++) {
		if (admission_may(&a, &one, true, now + ms * MS)) {
			admission_take(&a, &one, true, now + ms * MS);
			answers++;
		}
		admission_take(&a, &other, false, now);
	}
	assert_in_range(answers, 8 + 39, 8 + 40);
	assert_true(admission_may(&a, &other, true, now));
}

/* All contacts of a host may be behind one NAT, and come at once; strangers there get no more by
 * that, nor does anybody when many have come. */
static void test_admission_gives_all_contacts_behind_one_nat_an_answer_at_once(void **state)
{
	(void)state;
	struct source one = who(1), late = who(5000);
	prepare();
	for (unsigned peers = 1; peers <= LIMIT_PEERS; peers++) {
		unsigned answers[2] = { 0 }, most = peers < 8 ? 8 : peers;
		admission_init(&a, peers, &randomness.random);
		for (unsigned i = 0; i < 1000; i++) {
			bool known = i & 1;
			if (!admission_may(&a, &one, known, SECOND))
				continue;
			admission_take(&a, &one, known, SECOND);
			answers[known]++;
		}
		assert_int_equal(answers[0], 8);
		assert_int_equal(answers[1], most);
		for (unsigned i = 2; i < 2 + ADMISSION_SOURCES; i++) {
			struct source s = who(i);
			admission_take(&a, &s, true, SECOND);
		}
		admission_take(&a, &late, true, SECOND);
		assert_false(admission_may(&a, &late, true, SECOND));
	}
}

/* Who has been away for longest is forgotten first, then the next. */
static void test_admission_forgets_the_oldest_sources_first(void **state)
{
	(void)state;
	prepare();
	for (unsigned i = 0; i < 3 * ADMISSION_SOURCES; i++) {
		struct source s = who(i);
		admission_take(&a, &s, true, (1 + i) * SECOND);
		assert_true(source_same(&a.known.sources[i % ADMISSION_SOURCES].source, &s));
	}
}

/* Thousands of sources together have sixteen answers at once and twenty a second. */
static void test_admission_bounds_the_answers_of_all_sources(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;
	unsigned answers = 0;
	prepare();
	for (unsigned i = 0; i < 10000; i++, now += MS) {
		struct source s = who(i);
		for (unsigned k = 0; k < 20 && admission_may(&a, &s, false, now); k++, answers++)
			admission_take(&a, &s, false, now);
	}
	assert_in_range(answers, 16 + 199, 16 + 200);
}

/* With more busy sources than can be remembered, each new one has one answer, none eight. */
static void test_admission_gives_no_bursts_to_more_sources_than_it_remembers(void **state)
{
	(void)state;
	struct source late = who(5000);
	prepare();
	for (unsigned i = 0; i < ADMISSION_SOURCES; i++) {
		struct source s = who(i);
		admission_take(&a, &s, true, SECOND);
	}
	assert_true(admission_may(&a, &late, true, SECOND));
	admission_take(&a, &late, true, SECOND);
	assert_false(admission_may(&a, &late, true, SECOND));
}

/* 2 s, 4 s ... a minute; a minute after that it begins anew, and at once where one was accepted. */
static void test_admission_source_of_sessions_not_accepted_waits_longer_each_time(void **state)
{
	(void)state;
	struct source one = who(1), other = who(2);
	uint64_t now = 1000 * SECOND, want = 2 * SECOND;
	prepare();
	for (unsigned i = 0; i < 10; i++) {
		assert_false(admission_waits(&a, &one, now));
		admission_spent(&a, &one, now);
		admission_spent(&a, &one, now + 1); /* what it had begun before costs no more */
		assert_true(admission_waits(&a, &one, now + want - 1));
		assert_false(admission_waits(&a, &other, now));
		now += want;
		want = 2 * want < 60 * SECOND ? 2 * want : 60 * SECOND;
	}
	admission_spent(&a, &one, now + 60 * SECOND);
	assert_false(admission_waits(&a, &one, now + 62 * SECOND));
	admission_spent(&a, &one, now + 62 * SECOND);
	admission_welcome(&a, &one);
	assert_false(admission_waits(&a, &one, now + 62 * SECOND));
	admission_welcome(&a, &other);
	for (unsigned i = 10; i < 10 + 2 * ADMISSION_SOURCES; i++) {
		struct source s = who(i);
		admission_spent(&a, &s, now + i);
		assert_true(admission_waits(&a, &s, now + i));
	}
}

static void test_admission_code_dies_of_the_third_wrong_guess_of_different_hosts(void **state)
{
	(void)state;
	struct source one = who(1), two = who(2), three = who(3);
	prepare();
	assert_int_equal(admission_door(&a, &one, 1), REFUSE_KEY);
	admission_code(&a, false);
	assert_int_equal(wrong(&one, 1), GUESS_COUNTED);
	assert_int_equal(admission_door(&a, &one, 1), REFUSE_NOT);
	assert_int_equal(wrong(&one, 1), GUESS_SOURCE_OUT);
	assert_int_equal(admission_door(&a, &one, 1), REFUSE_CODE_DEAD);
	assert_int_equal(admission_door(&a, &two, 1), REFUSE_NOT);
	assert_int_equal(wrong(&two, 1), GUESS_CODE_DEAD);
	admission_code_ends(&a);
	assert_int_equal(admission_door(&a, &three, 1), REFUSE_CODE_DEAD);
	assert_int_equal(admission_door(&a, &three, 3600 * SECOND), REFUSE_CODE_DEAD);
	admission_code(&a, false); /* a new code starts anew, for everybody */
	assert_int_equal(admission_door(&a, &one, 62 * SECOND), REFUSE_NOT);
}

static void test_admission_long_code_rests_longer_each_time_and_an_hour_at_most(void **state)
{
	(void)state;
	uint64_t now = SECOND, want = 30 * SECOND;
	struct source next = who(5000);
	prepare();
	admission_code(&a, true);
	for (unsigned i = 0; i < 14; i++) {
		struct source s = who(i);
		enum guess verdict = wrong(&s, now);
		assert_int_equal(verdict, i < 2 ? GUESS_COUNTED : GUESS_CODE_RESTS);
		assert_int_equal(wrong_so_far, i + 1);
		assert_true(rest_us == (i < 2 ? 0 : want));
		if (i < 2)
			continue;
		assert_int_equal(admission_door(&a, &next, now + want - 1), REFUSE_BUSY);
		now += want;
		assert_int_equal(admission_door(&a, &next, now), REFUSE_NOT);
		want = 2 * want < ADMISSION_REST_MAX_US ? 2 * want : ADMISSION_REST_MAX_US;
	}
}

/* Whatever happens, in any order: no source has more than its burst and what refills, and a code of
 * two words no more than three wrong guesses, two of one source. */
static void test_admission_holds_its_limits_in_any_order(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct test_random chance = test_random(seed);
		unsigned answers[8] = { 0 }, guesses[8] = { 0 }, all = 0, guesses_all = 0;
		uint64_t begin = 1000 * SECOND, now = begin;
		prepare();
		admission_code(&a, false);
		for (unsigned step = 0; step < 3000; step++) {
			unsigned n = (unsigned)random_below(&chance.random, 8);
			struct source s = who(n);
			now += random_below(&chance.random, 30 * MS);
			if (admission_may(&a, &s, false, now)) {
				admission_take(&a, &s, false, now);
				answers[n]++;
				all++;
			}
			if (random_below(&chance.random, 100) != 0 ||
			    admission_door(&a, &s, now) != REFUSE_NOT)
				continue;
			guesses[n]++;
			guesses_all++;
			if (wrong(&s, now) == GUESS_CODE_DEAD)
				admission_code_ends(&a);
		}
		uint64_t us = now - begin;
		assert_true(all <= ADMISSION_BURST_ALL + us / ADMISSION_REFILL_ALL_US);
		assert_true(guesses_all <= LIMIT_CODE_GUESSES);
		for (unsigned n = 0; n < 8; n++) {
			assert_true(answers[n] <= ADMISSION_BURST + us / ADMISSION_REFILL_US);
			assert_true(guesses[n] <= ADMISSION_GUESSES);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_admission_holds_its_limits_in_any_order),
		cmocka_unit_test(test_admission_remembers_the_last_256_first_messages),
		cmocka_unit_test(test_admission_gives_eight_answers_at_once_and_two_a_second),
		cmocka_unit_test(
		    test_admission_gives_who_knows_a_contacts_psk_eight_answers_and_four_a_second),
		cmocka_unit_test(
		    test_admission_gives_all_contacts_behind_one_nat_an_answer_at_once),
		cmocka_unit_test(test_admission_forgets_the_oldest_sources_first),
		cmocka_unit_test(test_admission_bounds_the_answers_of_all_sources),
		cmocka_unit_test(test_admission_gives_no_bursts_to_more_sources_than_it_remembers),
		cmocka_unit_test(
		    test_admission_source_of_sessions_not_accepted_waits_longer_each_time),
		cmocka_unit_test(
		    test_admission_code_dies_of_the_third_wrong_guess_of_different_hosts),
		cmocka_unit_test(
		    test_admission_long_code_rests_longer_each_time_and_an_hour_at_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
