/* repeat: a line of a chat leaves twice where packets are lost or wait in a queue, and once
 * elsewhere. */
#include "session/repeat.h"

#include "session/codes.h"
#include "session/recovery.h"
#include "tests/unit/support.h"

enum { LINE = 64 };
#define START (100 * SECOND)
#define RTT   (80 * MS)

static struct recovery *r;
static uint64_t next_number, said;

static int setup(void **state)
{
	(void)state;
	r = recovery_new();
	next_number = said = 0;
	recovery_path_start(r, 0, FLOW_DIRECT);
	return r == NULL ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	recovery_free(r);
	return 0;
}

static uint64_t send_frame(uint8_t stream, uint64_t offset, uint64_t now)
{
	struct sent_frame frames[] = {
		{ .kind = SENT_ACK },
		{ .kind = SENT_STREAM, .stream = stream, .offset = offset, .len = LINE }
	};

	recovery_sent(r, next_number, 0, 3 * LINE, true, frames, 2, now);
	return next_number++;
}

static uint64_t say(uint64_t now)
{
	said += LINE;
	return send_frame(STREAM_CHAT, said - LINE, now);
}

static void ack(uint64_t number, uint64_t now)
{
	struct frame f = { .type = FRAME_ACK,
		           .as.ack = { .count = 1, .ranges = { { number, number + 1 } } } };

	assert_int_equal(recovery_acked(r, &f, now), OK);
}

/* Frames of the chat that came back to be sent again; *offset: of the last. */
static unsigned given_back(uint64_t *offset)
{
	struct sent_frame f;
	unsigned count = 0;
	bool lost;

	while (sent_take(&r->sent, &f, &lost)) {
		if (!lost || f.kind != SENT_STREAM)
			continue;
		count++;
		*offset = f.offset;
	}
	return count;
}

/* One packet is lost, and the path's round trip known. Returns the time after that. */
static uint64_t lose_one(void)
{
	uint64_t offset;

	send_frame(STREAM_CONTROL, 0, START);
	send_frame(STREAM_CONTROL, LINE, START + MS);
	ack(next_number - 1, START + RTT + MS);
	recovery_timer(r, START + 2 * RTT);
	assert_int_equal(given_back(&offset), 1);
	assert_int_equal(recovery_deadline(r), NEVER);
	return START + 2 * RTT;
}

/* Nothing comes back half a round trip after this packet left. */
static void assert_once(uint64_t left_at)
{
	uint64_t offset;

	assert_true(recovery_deadline(r) >= left_at + RTT);
	recovery_timer(r, left_at + RTT / 2);
	assert_int_equal(given_back(&offset), 0);
}

static void test_repeat_not_where_nothing_was_lost(void **state)
{
	(void)state;
	ack(say(START), START + RTT);
	say(START + SECOND);
	assert_once(START + SECOND);
}

/* A server drops what is above its rate: more packets would be more losses. */
static void test_repeat_not_through_a_server(void **state)
{
	uint64_t now;

	(void)state;
	recovery_path_start(r, 0, FLOW_FORWARDED);
	now = lose_one();
	say(now);
	assert_once(now);
}

static void test_repeat_once_after_half_a_round_trip(void **state)
{
	uint64_t now, offset = 0;

	(void)state;
	now = lose_one();
	say(now);
	assert_int_equal(recovery_deadline(r), now + RTT / 2);
	recovery_timer(r, now + RTT / 2 - 1);
	assert_int_equal(given_back(&offset), 0);
	uint64_t cwnd = r->flows[0].congestion.cwnd;
	recovery_timer(r, now + RTT / 2);
	assert_int_equal(given_back(&offset), 1);
	assert_int_equal(offset, said - LINE);
	/* it is no loss, and both copies count as in flight */
	assert_int_equal(r->flows[0].congestion.cwnd, cwnd);
	send_frame(STREAM_CHAT, offset, now + RTT / 2);
	assert_int_equal(r->flows[0].congestion.in_flight, 2 * 3 * LINE);
	assert_once(now + RTT / 2);
}

/* Each goes by itself, so that its packet is as long as before; and each in its time. */
static void test_repeat_goes_line_by_line(void **state)
{
	uint64_t now, offset = 0;

	(void)state;
	now = lose_one();
	say(now);
	say(now + MS);
	send_frame(STREAM_CONTROL, 2 * LINE, now + 2 * MS);
	say(now + 20 * MS);
	recovery_timer(r, now + RTT / 2 + 5 * MS); /* late for two of them */
	assert_int_equal(given_back(&offset), 1);
	assert_int_equal(offset, 0);
	assert_int_equal(recovery_deadline(r), now + MS + RTT / 2);
	recovery_timer(r, now + RTT / 2 + 5 * MS);
	assert_int_equal(given_back(&offset), 1);
	assert_int_equal(offset, LINE);
	assert_int_equal(recovery_deadline(r), now + 20 * MS + RTT / 2);
}

static void test_repeat_not_what_was_acknowledged(void **state)
{
	uint64_t now, offset = 0, first;

	(void)state;
	now = lose_one();
	first = say(now);
	say(now + 10 * MS);
	ack(first, now + 20 * MS);
	recovery_timer(r, now + RTT / 2);
	assert_int_equal(given_back(&offset), 0);
	recovery_timer(r, recovery_deadline(r));
	assert_int_equal(given_back(&offset), 1);
	assert_int_equal(offset, LINE);
}

/* A transfer that fills the window takes no line its turn: that is due, and waits for room as all
 * else does. */
static void test_repeat_waits_for_room_in_the_window(void **state)
{
	uint64_t now, offset = 0;

	(void)state;
	now = lose_one();
	say(now);
	r->flows[0].congestion.cwnd = LIMIT_PACKET;
	recovery_timer(r, now + RTT / 2);
	assert_int_equal(given_back(&offset), 1);
	assert_int_equal(offset, said - LINE);
	assert_false(recovery_may_send(r, 0, now + RTT / 2));
	r->flows[0].congestion.cwnd = 10 * LIMIT_PACKET;
	assert_once(now);
}

static void test_repeat_not_a_long_text(void **state)
{
	uint64_t now, offset;
	unsigned count = 0;

	(void)state;
	now = lose_one();
	for (unsigned i = 0; i < 100; i++)
		say(now);
	for (uint64_t i = 0; i < 100; i++) {
		recovery_timer(r, now + RTT / 2);
		count += given_back(&offset);
	}
	assert_in_range(count, 1, 16);
}

/* A transfer goes on: its bytes are in the same packet, after the line, and many of its packets are
 * in flight. Of them nothing leaves again before it is lost, even where that packet is. */
static void test_repeat_beside_a_transfer(void **state)
{
	struct sent_frame frames[] = {
		{ .kind = SENT_STREAM, .stream = STREAM_CHAT, .len = LINE },
		{ .kind = SENT_STREAM, .stream = STREAM_OPENED, .offset = 30 * LINE, .len = LINE }
	};
	uint64_t now, offset;

	(void)state;
	now = lose_one();
	for (uint64_t i = 0; i < 30; i++)
		send_frame(STREAM_OPENED, i * LINE, now);
	recovery_sent(r, next_number++, 0, 3 * LINE, true, frames, 2, now);
	for (uint64_t i = 31; i < 60; i++)
		send_frame(STREAM_OPENED, i * LINE, now + MS);
	r->flows[0].congestion.cwnd = 100 * LIMIT_PACKET;
	uint64_t line = next_number - 30;
	recovery_timer(r, now + RTT / 2);
	assert_int_equal(given_back(&offset), 1);
	assert_int_equal(offset, 0);
	assert_int_equal(r->sent.tracks[0][SENT_FLYING].lines, 0);
	assert_int_equal(r->sent.tracks[0][SENT_FLYING].count, 60);
	for (uint64_t i = line - 30; i < next_number; i++)
		if (i != line)
			ack(i, now + RTT);
	assert_int_equal(given_back(&offset), 2);
	assert_int_equal(offset, 30 * LINE);
}

static void test_repeat_only_the_chat(void **state)
{
	uint64_t now;

	(void)state;
	now = lose_one();
	send_frame(STREAM_PIPE, 0, now);
	assert_once(now);
	recovery_sent(r, next_number++, 0, LINE, true, NULL, 0, now); /* a PING */
	assert_once(now);
}

static void test_repeat_forgets_a_loss(void **state)
{
	uint64_t now;

	(void)state;
	now = lose_one() + 30 * SECOND;
	say(now);
	assert_once(now);
}

/* What was late only is no reason. */
static void test_repeat_forgets_a_loss_that_was_none(void **state)
{
	uint64_t now;

	(void)state;
	now = lose_one();
	ack(0, now);
	say(now);
	assert_once(now);
}

static void test_repeat_on_no_stream_and_no_short_path(void **state)
{
	struct repeat all = { .said = 0 };
	struct rtt rtt = { .smoothed = 19 * MS, .variation = MS };

	(void)state;
	repeat_lost(&all, 1, START);
	assert_false(repeat_sent(&all, 1, &rtt, START));
	rtt.smoothed = 20 * MS;
	assert_true(repeat_sent(&all, 1, &rtt, START));
	assert_int_equal(repeat_deadline(&all, 1), START + 10 * MS);
	assert_int_equal(repeat_deadline(&all, 0), NEVER);
	repeat_stop(&all, 1);
	assert_int_equal(repeat_deadline(&all, 1), NEVER);
	rtt.min = rtt.smoothed;
	assert_false(repeat_sent(&all, 1, &rtt, START));

	uint64_t now = lose_one();
	r->flows[0].kind = FLOW_STREAM;
	say(now);
	assert_int_equal(recovery_deadline(r), NEVER);
}

/* Somebody else's bulk: each round trip of late was longer than the path's own. */
static void test_repeat_where_a_queue_stands(void **state)
{
	uint64_t now = START, offset, last = 0;

	(void)state;
	ack(say(now), now + RTT);
	for (unsigned i = 0; i < 20; i++) {
		now += SECOND;
		last = say(now);
		recovery_timer(r, now + RTT / 2);
		ack(last, now + RTT + RTT / 2);
	}
	while (given_back(&offset) > 0)
		;
	now += SECOND;
	say(now);
	recovery_timer(r, now + 3 * RTT / 4);
	assert_int_equal(given_back(&offset), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_repeat_not_where_nothing_was_lost),
		TEST(test_repeat_not_through_a_server),
		TEST(test_repeat_once_after_half_a_round_trip),
		TEST(test_repeat_goes_line_by_line),
		TEST(test_repeat_not_what_was_acknowledged),
		TEST(test_repeat_waits_for_room_in_the_window),
		TEST(test_repeat_not_a_long_text),
		TEST(test_repeat_beside_a_transfer),
		TEST(test_repeat_only_the_chat),
		TEST(test_repeat_forgets_a_loss),
		TEST(test_repeat_forgets_a_loss_that_was_none),
		TEST(test_repeat_on_no_stream_and_no_short_path),
		TEST(test_repeat_where_a_queue_stands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
