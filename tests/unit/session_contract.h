/* session_contract: what session/session.h promises, for any pair of sessions. The test that
 * includes this defines what makes and moves them, below; test_fake_session.c does it for the fake.
 */
#pragma once

#include "session/session.h"
#include "tests/unit/support.h"

/* The test's own: a pair that has shaken hands; whatever is on its way arrives and is acknowledged,
 * in as much time as that takes. */
static void contract_start(void);
static void contract_stop(void);
static struct session *contract_side(unsigned side); /* 0, 1 */
static void contract_run(void);

static uint8_t contract_byte(size_t i)
{
	return (uint8_t)(i * 31 + i / 251);
}

/* Writes bytes [*at, end) of the pattern, as far as there is room. */
static inline void contract_write(unsigned side, unsigned stream, size_t *at, size_t end)
{
	uint8_t some[997];
	struct session *s = contract_side(side);
	while (*at < end) {
		size_t len = end - *at < sizeof some ? end - *at : sizeof some;
		size_t room = session_write_room(s, stream);
		for (size_t i = 0; i < len; i++)
			some[i] = contract_byte(*at + i);
		size_t taken = session_write(s, stream, span_of(some, len));
		assert_int_equal(taken, len < room ? len : room);
		if (taken == 0)
			return;
		*at += taken;
	}
}

/* Reads and checks what is there, up to max bytes. */
static inline void contract_read(unsigned side, unsigned stream, size_t *at, size_t max)
{
	struct session *s = contract_side(side);
	while (max > 0) {
		struct span in = session_read(s, stream);
		size_t len = in.len < max ? in.len : max;
		if (len == 0)
			return;
		for (size_t i = 0; i < len; i++)
			assert_int_equal(in.at[i], contract_byte(*at + i));
		session_consume(s, stream, len);
		*at += len;
		max -= len;
	}
}

/* Bytes arrive in order and once, both ways, on both streams, however they are written and read;
 * more than there is room for is not taken, and taken later. */
static void test_contract_bytes_arrive_in_order(void **state)
{
	(void)state;
	enum { TOTAL = 300000 };
	size_t wrote[2][3] = { { 0 } }, got[2][3] = { { 0 } };
	contract_start();
	for (unsigned turn = 0; turn < 2000; turn++) {
		for (unsigned side = 0; side < 2; side++) {
			for (unsigned stream = STREAM_CHAT; stream <= STREAM_PIPE; stream++) {
				contract_write(side, stream, &wrote[side][stream], TOTAL);
				contract_read(side, stream, &got[side][stream], 50000 + turn);
				assert_true(got[side][stream] <= wrote[1 - side][stream]);
			}
		}
		contract_run();
		if (got[0][STREAM_CHAT] + got[0][STREAM_PIPE] + got[1][STREAM_CHAT] +
		        got[1][STREAM_PIPE] ==
		    4 * TOTAL)
			break;
	}
	for (unsigned side = 0; side < 2; side++) {
		assert_int_equal(got[side][STREAM_CHAT], TOTAL);
		assert_int_equal(got[side][STREAM_PIPE], TOTAL);
		assert_int_equal(session_read(contract_side(side), STREAM_CHAT).len, 0);
	}
	contract_stop();
}

/* What was not consumed is read again. */
static void test_contract_reading_takes_nothing(void **state)
{
	(void)state;
	contract_start();
	assert_int_equal(session_write(contract_side(0), STREAM_CHAT, span_text("hello")), 5);
	/* not before it moved */
	assert_int_equal(session_read(contract_side(1), STREAM_CHAT).len, 0);
	contract_run();
	assert_span_text(session_read(contract_side(1), STREAM_CHAT), "hello");
	assert_span_text(session_read(contract_side(1), STREAM_CHAT), "hello");
	session_consume(contract_side(1), STREAM_CHAT, 2);
	assert_span_text(session_read(contract_side(1), STREAM_CHAT), "llo");
	assert_int_equal(session_read(contract_side(1), STREAM_PIPE).len, 0);
	contract_stop();
}

/* Flushed means: everything of ours has arrived, as far as we know. */
static void test_contract_flushed_after_it_arrived(void **state)
{
	(void)state;
	contract_start();
	assert_true(session_flushed(contract_side(0), STREAM_CHAT));
	assert_int_equal(session_write(contract_side(0), STREAM_CHAT, span_text("x")), 1);
	assert_false(session_flushed(contract_side(0), STREAM_CHAT));
	assert_true(session_flushed(contract_side(0), STREAM_PIPE));
	contract_run();
	assert_true(session_flushed(contract_side(0), STREAM_CHAT));
	session_finish(contract_side(0), STREAM_PIPE);
	assert_false(session_flushed(contract_side(0), STREAM_PIPE));
	contract_run();
	assert_true(session_flushed(contract_side(0), STREAM_PIPE));
	contract_stop();
}

/* A stream has ended when its end has come and everything before it is consumed; the other
 * direction and the other stream go on. */
static void test_contract_ended_when_all_is_consumed(void **state)
{
	(void)state;
	contract_start();
	assert_int_equal(session_write(contract_side(0), STREAM_PIPE, span_text("last")), 4);
	session_finish(contract_side(0), STREAM_PIPE);
	contract_run();
	assert_false(session_ended(contract_side(1), STREAM_PIPE));
	session_consume(contract_side(1), STREAM_PIPE, 4);
	assert_true(session_ended(contract_side(1), STREAM_PIPE));
	assert_false(session_ended(contract_side(0), STREAM_PIPE));
	assert_false(session_ended(contract_side(1), STREAM_CHAT));
	assert_int_equal(session_write(contract_side(1), STREAM_PIPE, span_text("back")), 4);
	assert_int_equal(session_write(contract_side(0), STREAM_CHAT, span_text("on")), 2);
	contract_run();
	assert_span_text(session_read(contract_side(0), STREAM_PIPE), "back");
	assert_span_text(session_read(contract_side(1), STREAM_CHAT), "on");
	contract_stop();
}

/* Opened by one side, a stream carries bytes both ways, and is over when both ends were read. */
static void test_contract_streams_are_opened(void **state)
{
	(void)state;
	unsigned told;
	contract_start();
	for (unsigned side = 0; side < 2; side++) {
		struct session *s = contract_side(side), *peer = contract_side(1 - side);
		assert_true(session_has_streams(s));
		for (unsigned i = 0; i < 40; i++) { /* one after the other */
			unsigned id = session_open(s);
			assert_true(id >= STREAM_OPENED);
			assert_false(session_opened(peer, &told));
			assert_int_equal(session_write(s, id, span_text("to")), 2);
			session_finish(s, id);
			contract_run();
			assert_true(session_opened(peer, &told) && told == id);
			assert_false(session_opened(peer, &told));
			assert_span_text(session_read(peer, id), "to");
			session_consume(peer, id, 2);
			assert_true(session_ended(peer, id));
			assert_int_equal(session_write(peer, id, span_text("fro")), 3);
			session_finish(peer, id);
			session_release(peer, id);
			contract_run();
			assert_true(session_flushed(s, id));
			assert_span_text(session_read(s, id), "fro");
			session_consume(s, id, 3);
			session_release(s, id);
		}
	}
	contract_stop();
}

/* Reset by either side, or released early, it is over for both. */
static void test_contract_streams_are_reset(void **state)
{
	(void)state;
	unsigned told;
	uint8_t code;
	contract_start();
	for (unsigned by = 0; by < 4; by++) {
		struct session *s = contract_side(0), *peer = contract_side(1);
		unsigned id = session_open(s);
		assert_int_equal(session_write(s, id, span_text("hello")), 5);
		contract_run();
		assert_true(session_opened(peer, &told) && told == id);
		assert_false(session_is_reset(peer, id, &code));
		struct session *resets = by % 2 == 0 ? s : peer, *other = by % 2 == 0 ? peer : s;
		assert_int_equal(session_write(other, id, span_text("lost")), 4);
		if (by < 2)
			session_reset(resets, id, RESET_UNREACHABLE);
		else
			session_release(resets, id);
		contract_run();
		assert_true(session_is_reset(other, id, &code));
		assert_int_equal(code, by < 2 ? RESET_UNREACHABLE : RESET_BROKEN_OFF);
		assert_int_equal(session_read(other, id).len, 0);
		assert_int_equal(session_write_room(other, id), 0);
		assert_false(session_ended(other, id) || session_flushed(other, id));
		session_release(other, id);
		contract_run();
	}
	contract_stop();
}

/* So many may be open at once. */
static void test_contract_streams_are_bounded(void **state)
{
	(void)state;
	unsigned ids[LIMIT_OPEN + 1], count = 0;
	contract_start();
	while (count <= LIMIT_OPEN && (ids[count] = session_open(contract_side(0))) != 0)
		count++;
	assert_in_range(count, 4, LIMIT_OPEN);
	session_reset(contract_side(0), ids[0], RESET_BROKEN_OFF);
	contract_run();
	assert_int_equal(session_open(contract_side(0)), ids[count - 1] + 2);
	contract_stop();
}

/* After a CLOSE both are over, and the peer hears why; the first one counts. */
static void test_contract_close_is_heard(void **state)
{
	(void)state;
	static const struct {
		uint8_t code;
		enum err err;
		const char *words;
	} cases[] = { { CLOSE_DONE, OK, "" }, { CLOSE_LOCAL, ERR_LOCAL, "its output failed" } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum err err;
		struct span text;
		contract_start();
		assert_false(session_over(contract_side(0), &err, &text));
		session_farewell(contract_side(0), LIMIT_FAREWELL_US);
		session_farewell(contract_side(0), LIMIT_FAREWELL_US);
		session_close(contract_side(0), cases[i].code, span_text(cases[i].words));
		session_close(contract_side(0), CLOSE_PROTOCOL, span_text("another"));
		assert_false(session_over(contract_side(1), &err, &text));
		contract_run();
		assert_true(session_over(contract_side(0), &err, &text));
		assert_true(session_over(contract_side(1), &err, &text));
		assert_int_equal(err, cases[i].err);
		assert_span_text(text, cases[i].words);
		contract_stop();
	}
}

/* What arrived before the end can still be read after it. */
static void test_contract_reads_after_the_end(void **state)
{
	(void)state;
	enum err err;
	struct span text;
	contract_start();
	assert_int_equal(session_write(contract_side(0), STREAM_CHAT, span_text("late")), 4);
	contract_run();
	session_close(contract_side(0), CLOSE_DONE, span_of(NULL, 0));
	contract_run();
	assert_true(session_over(contract_side(1), &err, &text));
	assert_span_text(session_read(contract_side(1), STREAM_CHAT), "late");
	session_consume(contract_side(1), STREAM_CHAT, 4);
	contract_stop();
}

#define CONTRACT_TESTS                                                                             \
	cmocka_unit_test(test_contract_bytes_arrive_in_order),                                     \
	    cmocka_unit_test(test_contract_reading_takes_nothing),                                 \
	    cmocka_unit_test(test_contract_flushed_after_it_arrived),                              \
	    cmocka_unit_test(test_contract_ended_when_all_is_consumed),                            \
	    cmocka_unit_test(test_contract_streams_are_opened),                                    \
	    cmocka_unit_test(test_contract_streams_are_reset),                                     \
	    cmocka_unit_test(test_contract_streams_are_bounded),                                   \
	    cmocka_unit_test(test_contract_close_is_heard),                                        \
	    cmocka_unit_test(test_contract_reads_after_the_end)
