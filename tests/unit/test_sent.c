/* sent: every packet's frames come back with one fate, in the order of the decisions; lists of
 * paths stay in order; acknowledgments cost no more than what they can settle. */
#include "session/sent.h"

#include "tests/unit/support.h"

enum { SIZE = LIMIT_PACKET };
#define START (100 * SECOND)

static struct sent book, *s = &book;
static uint64_t next_number;

static int setup(void **state)
{
	(void)state;
	next_number = 0;
	return sent_init(s) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	sent_free(s);
	return 0;
}

/* A packet with one frame that bears the packet's number. */
static void add(unsigned path)
{
	struct sent_frame frame = { .kind = SENT_STREAM, .offset = next_number, .len = 1000 };

	sent_make_room(s, next_number);
	assert_true(sent_room(s, next_number));
	sent_add(s,
	         (struct sent_packet){ .number = next_number,
	                               .sent_at = START + next_number,
	                               .bytes = SIZE,
	                               .path = (uint8_t)path },
	         &frame, 1);
	next_number++;
}

static struct sent_acked ack(unsigned path, uint64_t first, uint64_t last)
{
	struct frame f = { .type = FRAME_ACK,
		           .as.ack = { .count = 1, .ranges = { { first, last + 1 } } } };

	return sent_ack(s, path, &f);
}

static void assert_taken(uint64_t offset, bool lost)
{
	struct sent_frame frame;
	bool is_lost;

	assert_true(sent_take(s, &frame, &is_lost));
	assert_int_equal(frame.offset, offset);
	assert_int_equal(is_lost, lost);
}

static void assert_nothing_taken(void)
{
	struct sent_frame frame;
	bool lost;

	assert_false(sent_take(s, &frame, &lost));
}

/* These two were acknowledged, in this order, and that is all. */
static void assert_nothing_left(uint64_t first, uint64_t second)
{
	assert_taken(first, false);
	assert_taken(second, false);
	assert_nothing_taken();
	assert_int_equal(s->count, 0);
}

static void test_sent_frames_come_back_once_with_their_fate(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		add(i % 2);
	assert_nothing_taken();
	struct sent_sum acked = ack(0, 0, 3).acked;
	assert_int_equal(acked.bytes, 2 * SIZE);
	assert_int_equal(acked.newest.number, 2);
	assert_int_equal(acked.newest.order, 2);
	sent_lose_oldest(s, 1);
	assert_taken(0, false);
	assert_taken(2, false);
	assert_taken(1, true);
	assert_nothing_taken();
	assert_int_equal(ack(0, 0, 3).acked.newest.order, 0);
	assert_int_equal(s->count, 1);
	assert_int_equal(sent_oldest(s, 1)->number, 3);
	assert_null(sent_oldest(s, 0));
}

/* Handed back: the frames are lost, the packet flies on and may still be acknowledged, and its
 * place is free for another. */
static void test_sent_handed_back_packets_fly_on(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++)
		add(5);
	sent_hand_back(s, 5, 2);
	assert_taken(0, true);
	assert_taken(1, true);
	assert_nothing_taken();
	assert_int_equal(s->count, 3);
	uint32_t count = s->slots_count;
	assert_true(sent_room(s, count));
	assert_true(sent_room(s, count + 1));
	assert_false(sent_room(s, count + 2));
	assert_int_equal(ack(5, 0, 0).acked.bytes, SIZE);
	assert_taken(0, false);
	sent_lose_oldest(s, 5); /* once is enough */
	assert_nothing_taken();
	sent_hand_back(s, 5, 1);
	assert_false(sent_room(s, count + 2)); /* its frame was not taken yet */
	assert_taken(2, true);
	assert_nothing_taken();
	struct sent_packet evicted =
	    sent_add(s, (struct sent_packet){ .number = count + 2, .path = 6 }, NULL, 0);
	assert_int_equal(evicted.number, 2);
	assert_int_equal(evicted.path, 5);
	assert_null(sent_oldest(s, 5));
	assert_int_equal(s->count, 1);
}

/* A lost packet that comes after all tells its frames once more, as acknowledged; once only, and
 * only while it is remembered. */
static void test_sent_late_packets_are_recognized(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		add(3);
	for (unsigned i = 0; i < 3; i++)
		sent_lose_oldest(s, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_taken(i, true);
	assert_int_equal(s->count, 1);
	sent_forget_late(s, 3, START + 1);
	struct sent_acked sum = ack(3, 0, 1);
	assert_int_equal(sum.acked.bytes, 0);
	assert_int_equal(sum.late.bytes, SIZE);
	assert_int_equal(sum.late.newest.number, 1);
	assert_taken(1, false);
	assert_int_equal(ack(3, 0, 1).late.bytes, 0);
	assert_int_equal(ack(3, 2, 3).late.bytes, SIZE);
	assert_nothing_left(2, 3);
}

/* Only so many are remembered, and what is acknowledged of them costs no more than that. */
static void test_sent_late_packets_are_bounded(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * SENT_LATE_MAX; i++)
		add(0);
	while (sent_oldest(s, 0) != NULL)
		sent_lose_oldest(s, 0);
	for (unsigned i = 0; i < 2 * SENT_LATE_MAX; i++)
		assert_taken(i, true);
	uint64_t before = s->looked_at;
	assert_int_equal(ack(0, 0, next_number - 1).late.bytes, SENT_LATE_MAX * SIZE);
	assert_true(s->looked_at - before <= SENT_LATE_MAX);
}

static void drain(void)
{
	struct sent_frame frame;
	bool lost;

	while (sent_take(s, &frame, &lost))
		;
}

/* The table grows with what is in flight, with everything that it knows. */
static void test_sent_table_grows(void **state)
{
	(void)state;
	uint32_t first = s->slots_count;
	for (unsigned i = 0; i < 40; i++)
		add(i % 3);
	for (unsigned i = 0; i < 5; i++)
		sent_lose_oldest(s, 1); /* 1, 4, 7, 10, 13: not taken */
	while (next_number < 3000)
		add(next_number % 3);
	assert_true(s->slots_count > first);
	assert_int_equal(s->count, 2995);
	for (unsigned i = 0; i < 5; i++)
		assert_taken(1 + 3 * i, true);
	assert_int_equal(ack(1, 1, 1).late.bytes, SIZE);
	assert_int_equal(sent_oldest(s, 1)->number, 16);
	assert_int_equal(ack(2, 0, 2999).acked.bytes, 1000 * SIZE);
	assert_int_equal(ack(0, 0, 2999).acked.newest.number, 2997);
	drain();
	while (next_number < 16 + LIMIT_SENT)
		add(0);
	sent_make_room(s, next_number);
	assert_int_equal(s->slots_count, LIMIT_SENT);
	assert_false(sent_room(s, 16 + LIMIT_SENT));
}

/* A peer that acknowledges what says nothing new does not make us go through all that is in flight,
 * however often it does. */
static void test_sent_ack_costs_little_beside_a_full_flight(void **state)
{
	struct frame many = { .type = FRAME_ACK, .as.ack = { .count = ACK_RANGES_MAX } };

	(void)state;
	add(0);
	for (size_t i = ACK_RANGES_MAX; i-- > 0; next_number += 2) /* packets not in the book */
		many.as.ack.ranges[i] = (struct range){ next_number, next_number + 1 };
	while (next_number < LIMIT_SENT - 1)
		add(0);
	next_number++;
	uint64_t before = s->looked_at;
	assert_int_equal(ack(0, next_number - 1, next_number - 1).acked.bytes, 0);
	assert_true(s->looked_at - before <= 1);
	before = s->looked_at;
	for (int i = 0; i < 100; i++)
		assert_int_equal(sent_ack(s, 0, &many).acked.bytes, 0);
	assert_true(s->looked_at - before <= 100 * ACK_RANGES_MAX);
	before = s->looked_at;
	ack(0, 0, next_number - 1); /* and when everything is named it is gone through once */
	assert_true(s->looked_at - before <= LIMIT_SENT);
	assert_int_equal(s->count, 0);
}

/* Seeded chaos over three paths: the oldest of a path is the least number not decided yet, and
 * every frame meets one fate. */
static void test_sent_every_frame_meets_its_fate(void **state)
{
	static uint8_t path_of[8000], decided[8000], late[8000], fates[8000];

	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct test_random t = test_random(seed);
		struct sent_frame frame;
		bool lost;

		memset(decided, 0, sizeof decided);
		memset(fates, 0, sizeof fates);
		memset(late, 0, sizeof late);
		for (unsigned step = 0; step < 500; step++) {
			unsigned path = (unsigned)random_below(&t.random, 3);
			const struct sent_packet *oldest = sent_oldest(s, path);
			uint64_t what = random_below(&t.random, 4);

			if (what < 2) {
				path_of[next_number] = (uint8_t)path;
				add(path);
			} else if (what == 2 && oldest != NULL) {
				decided[oldest->number] = true;
				sent_lose_oldest(s, path);
			} else if (next_number > 10) {
				uint64_t n = next_number - 1 - random_below(&t.random, 10);
				bool there = path_of[n] == path && !decided[n];
				struct sent_acked sum = ack(path, n, n);
				assert_int_equal(sum.acked.bytes, there ? SIZE : 0);
				late[n] += sum.late.bytes > 0;
				decided[n] |= path_of[n] == path;
			}
			for (uint64_t n = 0; n < next_number; n++) {
				if (path_of[n] == path && !decided[n]) {
					assert_int_equal(sent_oldest(s, path)->number, n);
					break;
				}
			}
			while (sent_take(s, &frame, &lost))
				fates[frame.offset]++;
		}
		for (uint64_t n = 0; n < next_number; n++)
			assert_int_equal(fates[n], decided[n] + late[n]);
		teardown(state);
		setup(state);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sent_frames_come_back_once_with_their_fate),
		TEST(test_sent_handed_back_packets_fly_on),
		TEST(test_sent_late_packets_are_recognized),
		TEST(test_sent_late_packets_are_bounded),
		TEST(test_sent_table_grows),
		TEST(test_sent_ack_costs_little_beside_a_full_flight),
		TEST(test_sent_every_frame_meets_its_fate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
