/* proof: a path is valid only after a padded challenge has come back from it; until then at most
 * three times what came goes there, and in the end nobody is asked for ever. */
#include "session/proof.h"

#include "base/limits.h"
#include "base/min_max.h"
#include "tests/unit/support.h"

#define START (100 * SECOND)

static struct test_random randomness;
static struct proof p;
static uint8_t bytes[LIMIT_PACKET];
static uint64_t round_trip;

static void begin(enum proof_stage stage, bool vouched, bool reached)
{
	randomness = test_random(2);
	proof_begin(&p, stage, vouched, reached, START);
}

/* A challenge, if one may leave; *pad: the bytes it is padded to. */
static bool challenge(uint64_t now, size_t *pad)
{
	struct writer w = writer_of(bytes, sizeof bytes);

	*pad = 0;
	proof_timer(&p, false, false, now);
	if (p.stage == PROOF_NONE ||
	    !proof_write_challenge(&p, true, false, LIMIT_PACKET, &randomness.random, &w, pad, now))
		return false;
	assert_int_equal(bytes[0], FRAME_PATH_CHALLENGE);
	proof_sent(&p, *pad > 0 ? *pad : 42);
	return true;
}

static bool answer(uint64_t now)
{
	return proof_response(&p, bytes + 1, &round_trip, now);
}

/* From a bare address: a small challenge, whose answer lifts the limit, then a padded one. */
static void test_proof_takes_two_steps_where_little_has_come(void **state)
{
	size_t pad;

	(void)state;
	begin(PROOF_PROVE, false, false);
	assert_false(challenge(START, &pad)); /* nothing has come: nothing may leave */
	proof_heard(&p, 40, START);
	assert_true(challenge(START, &pad));
	assert_int_equal(pad, 0);
	assert_true(answer(START + 50 * MS));
	assert_int_equal(p.stage, PROOF_PROVE);
	assert_int_equal(proof_room(&p), LIMIT_PACKET_MAX);
	assert_true(challenge(START + 50 * MS, &pad));
	assert_int_equal(pad, LIMIT_PACKET);
	assert_true(answer(START + 120 * MS));
	assert_int_equal(p.stage, PROOF_VALID);
	assert_int_equal(round_trip, 70 * MS);
	assert_int_equal(p.stage, PROOF_VALID);
	assert_false(answer(START + 130 * MS)); /* once each */
}

static void test_proof_hears_no_answer_to_what_was_not_asked(void **state)
{
	size_t pad;

	(void)state;
	begin(PROOF_PROVE, true, true);
	memset(bytes, 0, sizeof bytes);
	assert_false(answer(START));
	assert_true(challenge(START, &pad));
	for (unsigned bit = 0; bit < 8 * CHALLENGE_LEN; bit++) {
		bytes[1 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(answer(START));
		bytes[1 + bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_true(answer(START));
	assert_int_equal(p.stage, PROOF_VALID);
}

/* Whatever comes and whenever (seeded): no more than three times as much leaves until the peer has
 * shown that it receives there. */
static void test_proof_sends_three_times_what_came(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct test_random t = test_random(seed);
		uint64_t in = 0, sent = 0, now = START;

		begin(PROOF_PROVE, seed % 2 == 0, false);
		for (unsigned step = 0; step < 100 && p.stage != PROOF_NONE; step++) {
			size_t len = (size_t)random_below(&t.random, 100);
			uint8_t theirs[CHALLENGE_LEN] = { 1 };
			struct addr seen = { .port = 1 };
			struct writer w = writer_of(bytes, sizeof bytes);
			size_t pad = 0;

			now += random_below(&t.random, SECOND);
			if (random_below(&t.random, 2) == 0) {
				proof_heard(&p, len, now);
				in += len;
			}
			if (len > 42 && random_below(&t.random, 3) == 0 && proof_room(&p) > 60) {
				proof_challenged(&p, theirs, LIMIT_PACKET);
				assert_true(p.response_due);
				proof_write_response(&p, &seen, LIMIT_PACKET, &w, &pad);
				proof_sent(&p, pad > 0 ? pad : 60);
				sent += pad > 0 ? pad : 60;
			}
			if (challenge(now, &pad))
				sent += pad > 0 ? pad : 42;
			assert_true(sent <= 3 * in);
		}
	}
}

/* Nobody answers: an address is given up, what somebody vouches for is asked ever more rarely. */
static void test_proof_of_silent_paths_ends(void **state)
{
	static const struct {
		enum proof_stage stage;
		bool vouched;
		unsigned challenges; /* in the first 20 seconds */
		enum proof_stage after;
	} table[] = {
		{ PROOF_PUNCH, false, 7, PROOF_NONE },
		{ PROOF_PUNCH, true, 7, PROOF_NONE }, /* of a connection that was not made */
		{ PROOF_PROVE, false, 8, PROOF_NONE },
		{ PROOF_PROVE, true, 12, PROOF_LOST },
		{ PROOF_LOST, true, 5, PROOF_LOST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		unsigned count = 0;
		size_t pad;

		begin(table[i].stage, table[i].vouched, table[i].stage != PROOF_PUNCH);
		for (uint64_t now = START; now < START + 20 * SECOND; now += 10 * MS)
			count += p.stage != PROOF_NONE && challenge(now, &pad);
		assert_int_equal(count, table[i].challenges);
		assert_int_equal(p.stage, table[i].after);
	}
}

/* A connection may be made when its probes are over, by a SYN that the system repeats: it is asked
 * then at once, with a size that proves it. */
static void test_proof_of_a_connection_begins_when_it_stands(void **state)
{
	(void)state;
	for (uint64_t late = 0; late < 4 * SECOND; late += 100 * MS) {
		size_t pad = 0;

		begin(PROOF_PUNCH, true, true);
		for (uint64_t now = START; now < START + late; now += 10 * MS)
			(void)challenge(now, &pad);
		proof_up(&p, START + late);
		pad = 0;
		assert_true(challenge(START + late, &pad));
		assert_int_equal(pad, LIMIT_PACKET);
		assert_true(answer(START + late + 20 * MS));
		assert_int_equal(p.stage, PROOF_VALID);
	}
}

/* A valid path that is not in use is asked every 25 seconds, and is lost after three challenges. */
static void test_proof_of_an_unused_path_is_renewed(void **state)
{
	size_t pad;

	(void)state;
	begin(PROOF_VALID, false, true);
	assert_false(challenge(START + 24 * SECOND, &pad));
	assert_true(challenge(START + 25 * SECOND, &pad));
	assert_int_equal(pad, 0);
	assert_true(answer(START + 26 * SECOND));
	assert_int_equal(p.challenge_at, START + 51 * SECOND);
	for (unsigned i = 0; i < 3; i++)
		assert_true(challenge(START + (51 + i) * SECOND, &pad));
	assert_false(challenge(START + 54 * SECOND, &pad));
	assert_int_equal(p.stage, PROOF_LOST);
	proof_heard(&p, 40, START + 54 * SECOND); /* it is heard again */
	assert_true(challenge(START + 54 * SECOND, &pad));
	assert_int_equal(pad, LIMIT_PACKET);
}

/* Each challenge has bytes of its own, and an answer is measured from when these left; those before
 * the newest four are forgotten. */
static void test_proof_measures_each_challenge_on_its_own(void **state)
{
	uint8_t sent[6][CHALLENGE_LEN];
	uint64_t at[6], now = START;
	size_t pad;

	(void)state;
	begin(PROOF_LOST, true, true);
	for (unsigned i = 0; i < 6; i++) {
		while (!challenge(now, &pad))
			now += 100 * MS;
		memcpy(sent[i], bytes + 1, CHALLENGE_LEN);
		at[i] = now;
		for (unsigned k = 0; k < i; k++)
			assert_memory_not_equal(sent[k], sent[i], CHALLENGE_LEN);
	}
	for (unsigned i = 0; i < 2; i++)
		assert_false(proof_response(&p, sent[i], &round_trip, now));
	assert_int_equal(p.stage, PROOF_LOST);
	assert_true(proof_response(&p, sent[2], &round_trip, at[5] + 30 * MS));
	assert_int_equal(round_trip, at[5] + 30 * MS - at[2]);
	assert_int_equal(p.stage, PROOF_VALID);
	assert_int_equal(p.answered, at[2]);
	assert_true(proof_response(&p, sent[5], &round_trip, at[5] + 50 * MS));
	assert_int_equal(round_trip, 50 * MS);
	assert_int_equal(p.answered, at[5]);
	assert_false(proof_response(&p, sent[5], &round_trip, at[5] + 50 * MS)); /* once each */
}

/* A probe is on its way when the peer is heard: its answer counts. */
static void test_proof_takes_the_answer_to_a_probe(void **state)
{
	uint8_t probe[CHALLENGE_LEN];
	size_t pad;

	(void)state;
	begin(PROOF_PUNCH, false, false);
	assert_true(challenge(START, &pad));
	memcpy(probe, bytes + 1, CHALLENGE_LEN);
	proof_heard(&p, 42, START + 10 * MS);
	assert_int_equal(p.stage, PROOF_PROVE);
	assert_true(challenge(START + 10 * MS, &pad));
	assert_int_equal(pad, 0);
	assert_true(proof_response(&p, probe, &round_trip, START + 40 * MS));
	assert_int_equal(round_trip, 40 * MS);
	assert_true(challenge(START + 40 * MS, &pad));
	assert_int_equal(pad, LIMIT_PACKET);
}

/* One packet came, and the answers to ours are lost: to an address that the peer has named, as many
 * more go as are allowed for that; to any other none. Either is over in the end. */
static void test_proof_asks_on_where_the_limit_of_three_times_ends(void **state)
{
	(void)state;
	for (unsigned named = 0; named < 2; named++) {
		unsigned count = 0;
		uint64_t now = START;

		begin(named ? PROOF_PUNCH : PROOF_PROVE, false, false);
		proof_heard(&p, 42, START);
		proof_sent(&p, 100);
		for (; p.stage != PROOF_NONE && now < START + 60 * SECOND; now += 10 * MS) {
			struct writer w = writer_of(bytes, sizeof bytes);
			size_t pad = 0;

			assert_int_equal(proof_probes(&p), named);
			count += proof_write_challenge(&p, count < 4, false, LIMIT_PACKET,
			                               &randomness.random, &w, &pad, now);
			assert_int_equal(pad, 0);
			proof_timer(&p, false, false, now);
		}
		assert_int_equal(count, named ? 4 : 0);
		assert_int_equal(p.stage, PROOF_NONE);
	}
}

/* A lost path to a bare address is not asked for ever, unless there is no other to hope for; while
 * nothing works, it is asked often. */
static void test_proof_of_a_lost_path_ends(void **state)
{
	(void)state;
	for (unsigned keep = 0; keep < 2; keep++) {
		unsigned count = 0, early = 0;

		begin(PROOF_LOST, false, true);
		for (uint64_t now = START; now < START + 3600 * SECOND && p.stage != PROOF_NONE;
		     now += 10 * MS) {
			bool hurry = keep && now < START + 60 * SECOND;
			size_t pad = 0;
			struct writer w = writer_of(bytes, sizeof bytes);

			proof_timer(&p, keep, hurry, now);
			if (p.stage != PROOF_NONE &&
			    proof_write_challenge(&p, true, hurry, LIMIT_PACKET, &randomness.random,
			                          &w, &pad, now)) {
				count++;
				early += now < START + 60 * SECOND;
			}
		}
		assert_int_equal(p.stage, keep ? PROOF_LOST : PROOF_NONE);
		assert_in_range(early, keep ? 80 : 6, keep ? 90 : 8);
		assert_in_range(count, keep ? 190 : 12, keep ? 210 : 12);
	}
}

/* Where large packets die a path is validated at the size that passes, and known to carry no more:
 * within a second where it is new. The answer is no longer than the way back is known to carry. */
static void test_proof_finds_a_size_that_passes(void **state)
{
	static const size_t carries[] = { 1199, 1052, 1051, 548 },
			    shown[] = { 1052, 1052, 548, 548 };
	static const enum proof_stage stages[] = { PROOF_PROVE, PROOF_LOST };
	static const struct addr seen = { .port = 1 };

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		size_t pad = LIMIT_PACKET;
		uint64_t now = START;

		begin(stages[i % 2], false, true);
		for (; p.stage != PROOF_VALID; now += 10 * MS) {
			assert_true(now < START + (i % 2 ? 4 * SECOND : SECOND));
			if (challenge(now, &pad) && pad <= carries[i / 2])
				assert_true(answer(now + MS));
		}
		assert_int_equal(p.passes, shown[i / 2]);
		struct writer w = writer_of(bytes, sizeof bytes);
		for (size_t len = 100; len <= LIMIT_PACKET_MAX; len += 50) {
			pad = w.len = 0;
			proof_challenged(&p, bytes, len);
			proof_write_response(&p, &seen, p.passes, &w, &pad);
			assert_int_equal(pad, len < 548 ? 0 : min_of(len, p.passes));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proof_takes_two_steps_where_little_has_come),
		cmocka_unit_test(test_proof_hears_no_answer_to_what_was_not_asked),
		cmocka_unit_test(test_proof_sends_three_times_what_came),
		cmocka_unit_test(test_proof_of_silent_paths_ends),
		cmocka_unit_test(test_proof_of_a_connection_begins_when_it_stands),
		cmocka_unit_test(test_proof_of_an_unused_path_is_renewed),
		cmocka_unit_test(test_proof_measures_each_challenge_on_its_own),
		cmocka_unit_test(test_proof_takes_the_answer_to_a_probe),
		cmocka_unit_test(test_proof_asks_on_where_the_limit_of_three_times_ends),
		cmocka_unit_test(test_proof_of_a_lost_path_ends),
		cmocka_unit_test(test_proof_finds_a_size_that_passes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
