/* streams: what is written on one side arrives on the other in the frames of packets, whatever is
 * lost; chat waits where it may not flow. */
#include "session/stream.h"

#include "session/codes.h"
#include "tests/unit/support.h"

static struct stream a[LIMIT_STREAMS], b[LIMIT_STREAMS];

static void start(void)
{
	for (unsigned i = 0; i < LIMIT_STREAMS; i++)
		assert_true(stream_init(&a[i], LIMIT_STREAM_MEMORY) &&
		            stream_init(&b[i], LIMIT_STREAM_MEMORY));
}

static void stop(void)
{
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		stream_free(&a[i]);
		stream_free(&b[i]);
	}
}

/* A packet from one to the other, which is lost or not. False: there was nothing to say. */
static bool packet(struct stream *from, struct stream *to, bool chat, bool lost)
{
	uint8_t bytes[LIMIT_PACKET];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct sent_frame frames[SENT_FRAMES_MAX];
	size_t count = 0;
	struct frame f;

	bool due = stream_frames_due(from, chat);
	stream_write_frames(from, chat, &w, frames, &count, 0, SECOND);
	assert_int_equal(due, count > 0);
	struct reader r = reader_of(written(&w));
	while (!lost && frame_read(&r, &f))
		assert_int_equal(stream_input(to, &f), OK);
	assert_false(r.bad);
	for (size_t i = 0; i < count; i++)
		stream_settle(&from[frames[i].stream], &frames[i], lost);
	return count > 0;
}

static void test_streams_arrive_whatever_is_lost(void **state)
{
	enum { TOTAL = 400000 };

	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct test_random t = test_random(seed);
		uint64_t wrote[LIMIT_STREAMS] = { 0 }, got[LIMIT_STREAMS] = { 0 };

		start();
		for (unsigned step = 0; step < 20000; step++) {
			for (uint8_t i = 0; i < LIMIT_STREAMS; i++) {
				uint8_t some[500];
				size_t len = (size_t)random_below(&t.random, sizeof some);

				for (size_t n = 0; n < len; n++)
					some[n] = (uint8_t)((wrote[i] + n) * 13 + i);
				if (wrote[i] + len <= TOTAL)
					wrote[i] += stream_write(&a[i].send, span_of(some, len));
				struct span in = stream_read(&b[i].receive);
				for (size_t n = 0; n < in.len; n++)
					assert_int_equal(in.at[n],
					                 (uint8_t)((got[i] + n) * 13 + i));
				got[i] += in.len;
				stream_consume(&b[i].receive, in.len);
			}
			packet(a, b, true, random_below(&t.random, 5) == 0);
			packet(b, a, true, random_below(&t.random, 5) == 0);
		}
		for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
			assert_true(wrote[i] > TOTAL - 1000);
			assert_int_equal(got[i], wrote[i]);
			assert_true(stream_flushed(&a[i].send));
		}
		stop();
	}
}

static void test_streams_of_chat_wait_where_they_may_not_flow(void **state)
{
	(void)state;
	start();
	for (unsigned i = 0; i < LIMIT_STREAMS; i++)
		stream_write(&a[i].send, span_text("hello"));
	assert_true(packet(a, b, false, false));
	assert_false(packet(a, b, false, false));
	assert_int_equal(stream_read(&b[STREAM_CONTROL].receive).len, 5);
	assert_int_equal(stream_read(&b[STREAM_CHAT].receive).len, 0);
	assert_true(packet(a, b, true, false));
	assert_int_equal(stream_read(&b[STREAM_CHAT].receive).len, 5);
	assert_int_equal(stream_read(&b[STREAM_PIPE].receive).len, 5);
	stop();
}

/* By the length of its packet nobody can tell a line that goes again from one that goes first. */
static void test_streams_send_a_line_again_by_itself(void **state)
{
	uint8_t bytes[LIMIT_PACKET];
	struct sent_frame frames[SENT_FRAMES_MAX];

	(void)state;
	start();
	stream_write(&a[STREAM_CHAT].send, span_text("first"));
	packet(a, b, true, true);
	stream_write(&a[STREAM_CHAT].send, span_text("next"));
	for (unsigned i = 0; i < 2; i++) {
		struct writer w = writer_of(bytes, sizeof bytes);
		size_t count = 0;

		stream_write_frames(a, true, &w, frames, &count, 0, SECOND);
		assert_int_equal(count, 1);
		assert_int_equal(frames[0].len, i == 0 ? 5 : 4);
	}
	stop();
}

/* A stranger whose round trips seem long gets a larger window only where it was accepted. */
static void test_streams_keep_little_for_strangers(void **state)
{
	static struct stream s[LIMIT_STREAMS];

	(void)state;
	assert_true(stream_init_all(s, LIMIT_STREAM_MEMORY));
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		uint64_t limit = 0, now = SECOND;

		for (int turn = 0; turn < 20; turn++)
			limit = stream_limit_take(&s[i].receive, 10 * SECOND, now += MS);
		assert_int_equal(limit,
		                 i == STREAM_CONTROL ? LIMIT_STREAM_BUFFER : LIMIT_STREAM_MEMORY);
		stream_free(&s[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams_arrive_whatever_is_lost),
		cmocka_unit_test(test_streams_of_chat_wait_where_they_may_not_flow),
		cmocka_unit_test(test_streams_send_a_line_again_by_itself),
		cmocka_unit_test(test_streams_keep_little_for_strangers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
