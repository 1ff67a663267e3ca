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
	memset(s, 0, sizeof *s);
	sent_init(s);
	next_number = 0;
	return 0;
}

/* A packet with one frame that bears the packet's number. */
static void add(unsigned path)
{
	struct sent_frame frame = { .kind = SENT_STREAM, .offset = next_number, .len = 1000 };

	assert_true(sent_room(s, next_number));
	sent_add(s, next_number, path, SIZE, &frame, 1, START + next_number);
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

static void test_sent_frames_come_back_once_with_their_fate(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		add(i % 2);
	assert_nothing_taken();
	struct sent_acked acked = ack(0, 0, 3);
	assert_int_equal(acked.bytes, 2 * SIZE);
	assert_int_equal(acked.newest.number, 2);
	assert_int_equal(acked.newest.order, 2);
	sent_lose_oldest(s, 1);
	assert_taken(0, false);
	assert_taken(2, false);
	assert_taken(1, true);
	assert_nothing_taken();
	assert_int_equal(ack(0, 0, 3).newest.order, 0);
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
	assert_true(sent_room(s, LIMIT_SENT));
	assert_true(sent_room(s, LIMIT_SENT + 1));
	assert_false(sent_room(s, LIMIT_SENT + 2));
	assert_int_equal(ack(5, 0, 0).bytes, SIZE);
	assert_taken(0, false);
	sent_lose_oldest(s, 5); /* once is enough */
	assert_nothing_taken();
	sent_hand_back(s, 5, 1);
	assert_false(sent_room(s, LIMIT_SENT + 2)); /* its frame was not taken yet */
	assert_taken(2, true);
	assert_nothing_taken();
	struct sent_packet evicted = sent_add(s, LIMIT_SENT + 2, 6, SIZE, NULL, 0, START);
	assert_int_equal(evicted.number, 2);
	assert_int_equal(evicted.path, 5);
	assert_null(sent_oldest(s, 5));
	assert_int_equal(s->count, 1);
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
	assert_int_equal(ack(0, next_number - 1, next_number - 1).bytes, 0);
	assert_true(s->looked_at - before <= 1);
	before = s->looked_at;
	for (int i = 0; i < 100; i++)
		assert_int_equal(sent_ack(s, 0, &many).bytes, 0);
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
	static uint8_t path_of[8000], decided[8000], fates[8000];

	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct test_random t = test_random(seed);
		struct sent_frame frame;
		bool lost;

		memset(decided, 0, sizeof decided);
		memset(fates, 0, sizeof fates);
		for (unsigned step = 0; step < 500; step++) {
			unsigned path = (unsigned)random_below(&t.random, 3);
			const struct sent_packet *oldest = sent_oldest(s, path);
			uint64_t what = random_below(&t.random, 4);

			if (what < 2 && sent_room(s, next_number)) {
				path_of[next_number] = (uint8_t)path;
				add(path);
			} else if (what == 2 && oldest != NULL) {
				decided[oldest->number] = true;
				sent_lose_oldest(s, path);
			} else if (next_number > 10) {
				uint64_t n = next_number - 1 - random_below(&t.random, 10);
				bool there = path_of[n] == path && !decided[n];
				assert_int_equal(ack(path, n, n).bytes, there ? SIZE : 0);
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
			assert_int_equal(fates[n], decided[n]);
		setup(state);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sent_frames_come_back_once_with_their_fate),
		TEST(test_sent_handed_back_packets_fly_on),
		TEST(test_sent_ack_costs_little_beside_a_full_flight),
		TEST(test_sent_every_frame_meets_its_fate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
