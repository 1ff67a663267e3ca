/* streams: what is written on one side arrives on the other in the frames of packets, whatever is
 * lost; chat waits where it may not flow; what either side opens lives until both know that it is
 * over; and a peer that breaks the rules costs little. */
#include "session/streams.h"

#include "tests/unit/support.h"

static struct streams a, b; /* the initiator's and the responder's */

static void start(void)
{
	streams_init(&a, true, true, LIMIT_STREAM_MEMORY);
	streams_init(&b, false, true, LIMIT_STREAM_MEMORY);
}

static void stop(void)
{
	streams_free(&a);
	streams_free(&b);
}

/* The next packet of frames, noted in frames. */
static struct span compose(struct streams *from, bool chat, uint8_t bytes[static LIMIT_PACKET],
                           struct sent_frame frames[static SENT_FRAMES_MAX], size_t *count)
{
	struct writer w = writer_of(bytes, LIMIT_PACKET);
	bool due = streams_due(from, chat);

	*count = 0;
	streams_write_frames(from, chat, &w, frames, count, 0, SECOND);
	assert_int_equal(due, *count > 0);
	return written(&w);
}

/* False: the packet counts as not received. */
static bool hear(struct streams *to, struct span bytes)
{
	struct reader r = reader_of(bytes);
	struct frame f;
	bool all = true;

	while (frame_read(&r, &f)) {
		enum err err = streams_input(to, true, &f);
		assert_true(err == OK || err == ERR_FULL);
		all &= err == OK;
	}
	assert_false(r.bad);
	return all;
}

/* A packet from one to the other, which is lost or not. False: there was nothing to say. */
static bool packet(struct streams *from, struct streams *to, bool chat, bool lost)
{
	uint8_t bytes[LIMIT_PACKET];
	struct sent_frame frames[SENT_FRAMES_MAX];
	size_t count;
	struct span said = compose(from, chat, bytes, frames, &count);

	if (!lost)
		lost = !hear(to, said);
	for (size_t i = 0; i < count; i++)
		streams_settle(from, &frames[i], lost);
	return count > 0;
}

static void exchange(void)
{
	for (bool more = true; more;) {
		more = packet(&a, &b, true, false);
		more |= packet(&b, &a, true, false);
	}
}

/* What a peer of s says in one frame of its own. */
static enum err say(struct streams *s, const char *hex)
{
	uint8_t bytes[64];
	struct reader r = reader_of(unhex(hex, bytes, sizeof bytes));
	struct frame f;

	return frame_read(&r, &f) ? streams_input(s, true, &f) : ERR_FORMAT;
}

static unsigned open_with(struct streams *s, const char *text)
{
	unsigned id = streams_open(s);

	assert_int_equal(streams_write(s, id, span_text(text)), strlen(text));
	return id;
}

static void assert_read(struct streams *s, unsigned id, const char *text)
{
	assert_span_text(streams_read(s, id), text);
	streams_consume(s, id, strlen(text));
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
			for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
				uint8_t some[500];
				size_t len = (size_t)random_below(&t.random, sizeof some);

				for (size_t n = 0; n < len; n++)
					some[n] = (uint8_t)((wrote[i] + n) * 13 + i);
				if (wrote[i] + len <= TOTAL)
					wrote[i] += streams_write(&a, i, span_of(some, len));
				struct span in = streams_read(&b, i);
				for (size_t n = 0; n < in.len; n++)
					assert_int_equal(in.at[n],
					                 (uint8_t)((got[i] + n) * 13 + i));
				got[i] += in.len;
				streams_consume(&b, i, in.len);
			}
			packet(&a, &b, true, random_below(&t.random, 5) == 0);
			packet(&b, &a, true, random_below(&t.random, 5) == 0);
		}
		for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
			assert_true(wrote[i] > TOTAL - 1000);
			assert_int_equal(got[i], wrote[i]);
			assert_true(streams_flushed(&a, i));
		}
		stop();
	}
}

static void test_streams_of_chat_wait_where_they_may_not_flow(void **state)
{
	(void)state;
	start();
	for (unsigned i = 0; i < LIMIT_STREAMS; i++)
		streams_write(&a, i, span_text("hello"));
	unsigned opened = open_with(&a, "hello"), heard;
	assert_true(packet(&a, &b, false, false));
	assert_false(packet(&a, &b, false, false));
	assert_int_equal(streams_read(&b, STREAM_CONTROL).len, 5);
	assert_int_equal(streams_read(&b, STREAM_CHAT).len, 0);
	assert_false(streams_opened(&b, &heard));
	assert_true(packet(&a, &b, true, false));
	assert_int_equal(streams_read(&b, STREAM_CHAT).len, 5);
	assert_int_equal(streams_read(&b, STREAM_PIPE).len, 5);
	assert_true(streams_opened(&b, &heard) && heard == opened);
	assert_int_equal(streams_read(&b, opened).len, 5);
	stop();
}

/* By the length of its packet nobody can tell a line that goes again from one that goes first. */
static void test_streams_send_a_line_again_by_itself(void **state)
{
	uint8_t bytes[LIMIT_PACKET];
	struct sent_frame frames[SENT_FRAMES_MAX];
	size_t count;

	(void)state;
	start();
	streams_write(&a, STREAM_CHAT, span_text("first"));
	packet(&a, &b, true, true);
	streams_write(&a, STREAM_CHAT, span_text("next"));
	for (unsigned i = 0; i < 2; i++) {
		compose(&a, true, bytes, frames, &count);
		assert_int_equal(count, 1);
		assert_int_equal(frames[0].len, i == 0 ? 5 : 4);
	}
	stop();
}

/* ... but beside a transfer all packets are full, and so is that of a line that goes again. */
static void test_streams_fill_the_packet_of_a_line_that_goes_again(void **state)
{
	static const uint8_t much[4 * LIMIT_PACKET];
	uint8_t bytes[LIMIT_PACKET];
	struct sent_frame frames[SENT_FRAMES_MAX];
	size_t count;

	(void)state;
	start();
	streams_write(&a, STREAM_PIPE, span_of(much, sizeof much));
	streams_write(&a, STREAM_CHAT, span_text("first"));
	compose(&a, true, bytes, frames, &count);
	streams_settle(&a, &frames[0], true);
	streams_write(&a, STREAM_CHAT, span_text("next"));
	for (unsigned i = 0; i < 2; i++) {
		assert_true(compose(&a, true, bytes, frames, &count).len >= LIMIT_PACKET - 2);
		assert_int_equal(count, 2);
		assert_int_equal(frames[0].stream, STREAM_CHAT);
		assert_int_equal(frames[0].len, i == 0 ? 5 : 4);
		assert_int_equal(frames[1].stream, STREAM_PIPE);
	}
	stop();
}

/* A stranger whose round trips seem long gets a larger window only where it was accepted. */
static void test_streams_keep_little_for_strangers(void **state)
{
	static const uint8_t bytes[STREAM_WINDOW_START];
	struct frame f = { .type = FRAME_STREAM, .as.stream.bytes = span_of(bytes, 1) };
	uint64_t most = 0;
	unsigned id;

	(void)state;
	start();
	f.as.stream.bytes.len = sizeof bytes;
	for (unsigned turn = 0; turn < 40; turn++) {
		assert_int_equal(streams_input(&b, false, &f), OK);
		f.as.stream.offset += sizeof bytes;
		streams_consume(&b, STREAM_CONTROL, streams_read(&b, STREAM_CONTROL).len);
		packet(&b, &a, true, false);
		uint64_t now = stream_promised(&b.at[STREAM_CONTROL].receive);
		most = now > most ? now : most;
	}
	assert_int_equal(most, LIMIT_STREAM_BUFFER);

	f = (struct frame){ .type = FRAME_STREAM, .stream = STREAM_OPENED };
	assert_int_equal(streams_input(&b, false, &f), ERR_FULL);
	f.type = FRAME_RESET;
	assert_int_equal(streams_input(&b, false, &f), ERR_FULL);
	assert_int_equal(b.used, LIMIT_STREAMS);
	assert_false(streams_opened(&b, &id));

	/* who has called somebody, and has not heard its program yet, loses nothing */
	f = (struct frame){ .type = FRAME_STREAM, .stream = STREAM_OPENED + 1 };
	f.as.stream.bytes = span_of(bytes, 5);
	assert_int_equal(streams_input(&a, false, &f), OK);
	assert_true(streams_opened(&a, &id));
	assert_int_equal(streams_read(&a, id).len, 5);
	stop();
}

/* ---- what is opened ---- */

static void test_streams_are_opened_by_either_side(void **state)
{
	(void)state;
	unsigned id;
	start();
	assert_int_equal(open_with(&a, "one"), 4);
	assert_int_equal(open_with(&b, "two"), 5);
	assert_int_equal(open_with(&a, "three"), 6);
	assert_false(streams_opened(&b, &id));
	exchange();
	assert_true(streams_opened(&b, &id) && id == 4);
	assert_true(streams_opened(&b, &id) && id == 6);
	assert_false(streams_opened(&b, &id));
	assert_true(streams_opened(&a, &id) && id == 5);
	assert_read(&b, 4, "one");
	assert_read(&b, 6, "three");
	assert_read(&a, 5, "two");
	assert_int_equal(streams_write(&b, 4, span_text("back")), 4);
	exchange();
	assert_read(&a, 4, "back");
	stop();
}

/* Nobody opens streams where one of the peers cannot. */
static void test_streams_of_an_earlier_program_are_three(void **state)
{
	(void)state;
	start();
	a.opens = false;
	assert_int_equal(streams_open(&a), 0);
	assert_int_equal(say(&a, "03 05 00 01 61"), ERR_FORMAT);
	assert_int_equal(say(&a, "09 05 00"), ERR_FORMAT);
	assert_int_equal(say(&a, "03 02 00 01 61"), OK);
	stop();
}

/* A packet that overtakes others opens their streams too. */
static void test_streams_are_opened_with_those_below(void **state)
{
	(void)state;
	unsigned id;
	start();
	assert_int_equal(say(&b, "03 08 00 01 63"), OK);
	for (unsigned want = 4; want <= 8; want += 2)
		assert_true(streams_opened(&b, &id) && id == want);
	assert_int_equal(say(&b, "05 04 80020000"), OK);
	assert_int_equal(say(&b, "03 06 00 01 62"), OK);
	assert_read(&b, 8, "c");
	assert_read(&b, 6, "b");
	stop();
}

static void finish(struct streams *s, unsigned id)
{
	streams_finish(s, id);
	streams_release(s, id);
}

/* A side that has LIMIT_OPEN opens another when one is over: both ends were read, and the peer
 * knows. */
static void test_streams_are_over_when_both_ends_are(void **state)
{
	(void)state;
	unsigned id;
	start();
	for (unsigned i = 0; i < LIMIT_OPEN; i++)
		assert_int_equal(open_with(&a, "x"), 4 + 2 * i);
	assert_int_equal(streams_open(&a), 0);
	streams_finish(&a, 4);
	exchange();
	while (streams_opened(&b, &id))
		;
	assert_read(&b, 4, "x");
	assert_true(streams_ended(&b, 4));
	finish(&b, 4); /* it may go before our end is acknowledged, */
	assert_int_equal(streams_open(&a), 0);
	exchange(); /* when we know that ... */
	assert_true(streams_ended(&a, 4));
	streams_release(&a, 4);
	assert_int_equal(streams_open(&a), 4 + 2 * LIMIT_OPEN);
	assert_int_equal(b.used, LIMIT_STREAMS + LIMIT_OPEN);
	assert_int_equal(say(&b, "04 04 00 01 78"), OK); /* comes once more */
	assert_int_equal(say(&b, "03 04 3f 01 78"), OK); /* nobody cares what it was */
	assert_int_equal(say(&b, "05 04 00"), OK);
	assert_int_equal(say(&b, "09 04 00"), OK);
	assert_false(streams_opened(&b, &id));
	stop();
}

/* The peer has read nothing of what it knows whole, and has ended its own side of all: more than it
 * has places for are open there, though no more than LIMIT_OPEN here. Those are reset, on TCP too,
 * where no packet comes twice. */
static void test_streams_without_a_place_are_refused(void **state)
{
	enum { ALL = LIMIT_OPEN + STREAMS_SPARE };
	uint8_t code = 0;
	unsigned id, told = 0;

	(void)state;
	start();
	for (unsigned i = 0; i < ALL; i++) {
		unsigned own = open_with(&a, "x");
		assert_int_equal(own, 4 + 2 * i);
		streams_finish(&a, own);
		exchange();
		while (streams_opened(&b, &id)) {
			streams_finish(&b, id);
			told++;
		}
		exchange();
		streams_release(&a, own);
	}
	for (unsigned more = 0; more < 3; more++) {
		unsigned own = open_with(&a, "y");
		exchange();
		assert_true(streams_is_reset(&a, own, &code));
		assert_int_equal(code, RESET_FULL);
		streams_release(&a, own);
		assert_false(streams_opened(&b, &id));
	}
	assert_int_equal(told, ALL);
	assert_read(&b, 4, "x");
	streams_release(&b, 4);
	unsigned own = open_with(&a, "z");
	exchange();
	assert_true(streams_opened(&b, &id));
	assert_int_equal(id, own);
	assert_read(&b, own, "z");
	stop();
}

/* Released before the peer has read all: it still arrives. */
static void test_streams_released_still_arrive(void **state)
{
	static uint8_t bytes[200000];
	uint64_t got = 0;
	(void)state;
	unsigned id;
	start();
	unsigned own = streams_open(&a);
	for (size_t wrote = 0; wrote < sizeof bytes;)
		wrote += streams_write(&a, own, span_of(bytes + wrote, sizeof bytes - wrote));
	streams_finish(&a, own);
	packet(&a, &b, true, false);
	assert_true(streams_opened(&b, &id));
	streams_finish(&b, id);
	packet(&b, &a, true, false);
	assert_true(streams_ended(&a, own));
	streams_release(&a, own);
	while (!streams_ended(&b, id)) {
		exchange();
		got += streams_read(&b, id).len;
		streams_consume(&b, id, streams_read(&b, id).len);
	}
	assert_int_equal(got, sizeof bytes);
	streams_release(&b, id);
	exchange();
	assert_int_equal(a.used, LIMIT_STREAMS);
	assert_int_equal(b.used, LIMIT_STREAMS);
	stop();
}

/* After ten thousand, opened and closed in any order over a network that loses packets, there is
 * nothing more than before the first. */
static void test_streams_leave_nothing_behind(void **state)
{
	unsigned ids[LIMIT_OPEN] = { 0 }, count = 0, id, told = 0;
	struct test_random t = test_random(1);

	(void)state;
	start();
	while (count < 10000) {
		unsigned i = (unsigned)random_below(&t.random, LIMIT_OPEN);
		if (ids[i] == 0 && (ids[i] = streams_open(&a)) != 0) {
			count++;
			streams_write(&a, ids[i], span_text("a question"));
			if (random_below(&t.random, 4) > 0)
				streams_finish(&a, ids[i]);
		} else if (ids[i] != 0 && random_below(&t.random, 20) == 0) {
			streams_release(&a, ids[i]); /* whether it is whole or not */
			ids[i] = 0;
		}
		packet(&a, &b, true, random_below(&t.random, 5) == 0);
		while (streams_opened(&b, &id)) {
			told++;
			if (random_below(&t.random, 4) == 0)
				streams_reset(&b, id, RESET_REFUSED);
			else
				finish(&b, id);
		}
		packet(&b, &a, true, random_below(&t.random, 5) == 0);
	}
	for (unsigned i = 0; i < LIMIT_OPEN; i++)
		streams_release(&a, ids[i] != 0 ? ids[i] : STREAM_OPENED);
	exchange();
	while (streams_opened(&b, &id) && ++told)
		streams_release(&b, id);
	exchange();
	assert_int_equal(told, count);
	assert_int_equal(a.used + b.used, 2 * LIMIT_STREAMS);
	stop();
}

/* ---- reset ---- */

static void test_streams_reset_ends_both_directions(void **state)
{
	(void)state;
	uint8_t code;
	unsigned id, own;
	start();
	own = open_with(&a, "hello");
	exchange();
	assert_true(streams_opened(&b, &id));
	assert_false(streams_is_reset(&b, id, &code));
	assert_int_equal(streams_write(&a, own, span_text("unsent")), 6);
	streams_reset(&a, own, RESET_UNREACHABLE);
	assert_true(packet(&a, &b, true, true)); /* lost, and comes again */
	assert_false(streams_is_reset(&b, id, &code));
	exchange();
	assert_true(streams_is_reset(&b, id, &code) && code == RESET_UNREACHABLE);
	assert_int_equal(streams_read(&b, id).len, 0);
	assert_int_equal(streams_write(&b, id, span_text("x")), 0);
	assert_false(streams_ended(&b, id) || streams_flushed(&b, id));
	streams_finish(&b, id);
	streams_consume(&b, id, 5); /* was read before */
	assert_int_equal(a.used, LIMIT_STREAMS);
	streams_release(&b, id);
	streams_release(&b, id);
	assert_int_equal(b.used, LIMIT_STREAMS);
	assert_false(packet(&b, &a, true, false));
	stop();
}

/* Released before both ends were reached: the peer is told. */
static void test_streams_released_early_are_reset(void **state)
{
	(void)state;
	uint8_t code;
	unsigned id, own;
	start();
	own = open_with(&a, "hello");
	exchange();
	assert_true(streams_opened(&b, &id));
	finish(&b, id);
	exchange();
	assert_true(streams_is_reset(&a, own, &code) && code == RESET_BROKEN_OFF);
	streams_reset(&a, own, RESET_REFUSED); /* it is over already */
	assert_int_equal(a.used + b.used, 2 * LIMIT_STREAMS);
	assert_false(packet(&a, &b, true, false));
	stop();
}

/* Both at once; and of a stream of which nothing else has come. */
static void test_streams_resets_cross(void **state)
{
	(void)state;
	uint8_t code;
	unsigned id;
	start();
	unsigned own = open_with(&a, "hello");
	exchange();
	assert_true(streams_opened(&b, &id));
	streams_reset(&a, own, RESET_BROKEN_OFF);
	streams_reset(&b, id, RESET_REFUSED);
	exchange();
	assert_int_equal(a.used + b.used, 2 * LIMIT_STREAMS);

	streams_release(&a, streams_open(&a));
	exchange();
	assert_true(streams_opened(&b, &id));
	assert_true(streams_is_reset(&b, id, &code) && code == RESET_BROKEN_OFF);
	streams_release(&b, id);
	assert_int_equal(a.used + b.used, 2 * LIMIT_STREAMS);
	stop();
}

/* What was on its way when a stream was reset, or is lost, or acknowledged, later, changes nothing.
 */
static void test_streams_late_frames_of_a_reset_stream(void **state)
{
	(void)state;
	uint8_t bytes[LIMIT_PACKET];
	struct sent_frame frames[SENT_FRAMES_MAX];
	size_t count;
	unsigned id;
	start();
	unsigned own = open_with(&a, "hello");
	streams_finish(&a, own);
	struct span late = compose(&a, true, bytes, frames, &count);
	streams_reset(&a, own, RESET_BROKEN_OFF);
	for (size_t i = 0; i < count; i++)
		streams_settle(&a, &frames[i], true);
	exchange();
	assert_true(hear(&b, late));
	assert_true(streams_opened(&b, &id));
	assert_int_equal(streams_read(&b, id).len, 0);
	streams_release(&b, id);
	assert_true(hear(&b, late));
	for (size_t i = 0; i < count; i++)
		streams_settle(&a, &frames[i], false);
	assert_int_equal(a.used + b.used, 2 * LIMIT_STREAMS);
	assert_false(streams_due(&a, true) || streams_due(&b, true));
	stop();
}

/* ---- a hostile peer ---- */

static void test_streams_refuse_what_a_peer_cannot_say(void **state)
{
	static const struct {
		const char *hex;
		enum err err;
	} said[] = {
		{ "03 03 00 01 61", ERR_FORMAT }, /* nobody's */
		{ "05 03 01", ERR_FORMAT },
		{ "03 05 00 01 61", ERR_FORMAT }, /* ours, which we have not opened */
		{ "05 05 01", ERR_FORMAT },
		{ "09 05 00", ERR_FORMAT },
		{ "09 00 00", ERR_FORMAT }, /* those that are always there */
		{ "09 01 00", ERR_FORMAT },
		{ "09 02 00", ERR_FORMAT },
		{ "09 03 00", ERR_FORMAT },
		{ "03 4044 00 00", ERR_FORMAT }, /* the 33rd above the last */
		{ "09 4044 00", ERR_FORMAT },
		{ "03 bffffffe 00 00", ERR_FORMAT },
		{ "09 fffffffffffffffe 00", ERR_FORMAT },
		{ "03 04 80010000 01 61", ERR_FORMAT }, /* beyond the window */
		{ "04 04 01 01 61", OK },
		{ "03 04 02 01 61", ERR_FORMAT }, /* beyond the end */
		{ "04 04 01 00", ERR_FORMAT },    /* another end */
		{ "03 04 01 01 62", ERR_FORMAT }, /* other bytes */
		{ "03 04 00 01 61", OK },
		{ "03 4042 00 00", OK }, /* the 31st above it: the last it may have */
		{ "03 4044 00 00", OK }, /* more than it may, but how are we to know? */
		{ "03 4052 00 00", OK },
		{ "03 4054 00 00", OK }, /* no place: refused */
		{ "09 4054 00", OK },
		{ "03 4094 00 00", OK }, /* the last that is */
		{ "03 4096 00 00", ERR_FULL },
		{ "09 4096 00", ERR_FULL },
		{ "03 4052 00 00", OK },
	};
	unsigned count = 0, id;

	(void)state;
	start();
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		if (say(&b, said[i].hex) != said[i].err)
			fail_msg("%s", said[i].hex);
	while (streams_opened(&b, &id))
		count++;
	assert_int_equal(count, LIMIT_OPEN + STREAMS_SPARE);
	assert_int_equal(b.used, LIMIT_STREAMS + count);
	stop();
}

/* It fills the first window of all that it can open: that is all there is. */
static void test_streams_filled_take_their_first_windows(void **state)
{
	static const uint8_t bytes[STREAM_WINDOW_START + 1];
	size_t kept = 0;

	(void)state;
	start();
	for (uint32_t i = 0; i < LIMIT_OPEN + STREAMS_SPARE; i++) {
		struct frame f = { .type = FRAME_STREAM,
			           .stream = STREAM_OPENED + 2 * i,
			           .as.stream.bytes = span_of(bytes, STREAM_WINDOW_START) };
		assert_int_equal(streams_input(&b, true, &f), OK);
		f.as.stream.bytes.len++;
		assert_int_equal(streams_input(&b, true, &f), ERR_FORMAT);
	}
	for (unsigned i = 0; i < b.used; i++)
		kept += b.at[i].receive.ring.size + b.at[i].send.ring.size;
	assert_int_equal(kept, (LIMIT_OPEN + STREAMS_SPARE) * STREAM_WINDOW_START);
	assert_false(streams_due(&b, true));
	stop();
}

/* All that is written, to a peer that takes everything and acknowledges nothing. */
static void test_streams_keep_little_that_was_sent(void **state)
{
	static const uint8_t bytes[1 << 16];
	uint64_t offset, held = 0;
	struct span piece;
	bool end, more = true;

	(void)state;
	start();
	for (unsigned i = 0; i < LIMIT_OPEN; i++)
		stream_limit(&a.at[3 + (streams_open(&a) - 4) / 2].send, UINT64_C(1) << 40);
	while (more) {
		more = false;
		for (unsigned id = 4; id < 4 + 2 * LIMIT_OPEN; id += 2) {
			more |= streams_write(&a, id, span_of(bytes, sizeof bytes)) > 0;
			while (stream_next_piece(&a.at[3 + (id - 4) / 2].send, SIZE_MAX, &offset,
			                         &piece, &end))
				;
		}
	}
	for (unsigned i = 3; i < a.used; i++) {
		assert_true(stream_held(&a.at[i].send) >= STREAM_WINDOW_START);
		held += stream_held(&a.at[i].send);
	}
	assert_true(held >= LIMIT_STREAM_MEMORY);
	assert_true(held <= LIMIT_STREAM_MEMORY + LIMIT_OPEN * STREAM_WINDOW_START);
	assert_int_equal(streams_write_room(&a, 4), 0);
	assert_true(streams_write_room(&a, STREAM_CHAT) >= LIMIT_RECORD);
	stop();
}

/* ---- order ---- */

/* With much to send on all, each stream that was opened, and the pipe, gets its turn; chat does not
 * wait. */
static void test_streams_take_turns(void **state)
{
	static const uint8_t bytes[60000];
	uint8_t data[LIMIT_PACKET];
	struct sent_frame frames[SENT_FRAMES_MAX];
	size_t count;
	unsigned packets[20] = { 0 };

	(void)state;
	start();
	for (unsigned i = 0; i < 5; i++)
		(void)streams_open(&a);
	streams_reset(&a, 8, RESET_BROKEN_OFF);
	exchange(); /* its place, in the middle, is free */
	streams_write(&a, STREAM_PIPE, span_of(bytes, sizeof bytes));
	for (unsigned id = 4; id <= 12; id += id == 6 ? 4 : 2)
		streams_write(&a, id, span_of(bytes, sizeof bytes));
	for (unsigned i = 0; i < 100; i++) {
		if (i % 10 == 0)
			streams_write(&a, STREAM_CHAT, span_text("a line"));
		compose(&a, true, data, frames, &count);
		if (i % 10 == 0)
			assert_int_equal(frames[0].stream, STREAM_CHAT);
		packets[frames[count - 1].stream]++;
	}
	assert_int_equal(packets[STREAM_PIPE], 20);
	for (unsigned id = 4; id <= 12; id += id == 6 ? 4 : 2)
		assert_int_equal(packets[id], 20);
	stop();
}

/* One that nobody reads holds up no other. */
static void test_streams_stuck_reader_is_alone(void **state)
{
	static const uint8_t bytes[STREAM_WINDOW_START];
	uint64_t got = 0;
	unsigned id;

	(void)state;
	start();
	unsigned stuck = streams_open(&a), moves = streams_open(&a);
	for (unsigned turn = 0; turn < 300; turn++) {
		streams_write(&a, stuck, span_of(bytes, sizeof bytes));
		streams_write(&a, moves, span_of(bytes, sizeof bytes));
		for (unsigned i = 0; i < 50; i++)
			packet(&a, &b, true, false);
		while (streams_opened(&b, &id))
			;
		while (streams_read(&b, moves).len > 0) {
			got += streams_read(&b, moves).len;
			streams_consume(&b, moves, streams_read(&b, moves).len);
		}
		packet(&b, &a, true, false);
	}
	assert_true(got > 100 * sizeof bytes);
	assert_int_equal(streams_read(&b, stuck).len, STREAM_WINDOW_START);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams_arrive_whatever_is_lost),
		cmocka_unit_test(test_streams_of_chat_wait_where_they_may_not_flow),
		cmocka_unit_test(test_streams_send_a_line_again_by_itself),
		cmocka_unit_test(test_streams_fill_the_packet_of_a_line_that_goes_again),
		cmocka_unit_test(test_streams_keep_little_for_strangers),
		cmocka_unit_test(test_streams_are_opened_by_either_side),
		cmocka_unit_test(test_streams_of_an_earlier_program_are_three),
		cmocka_unit_test(test_streams_are_opened_with_those_below),
		cmocka_unit_test(test_streams_are_over_when_both_ends_are),
		cmocka_unit_test(test_streams_without_a_place_are_refused),
		cmocka_unit_test(test_streams_released_still_arrive),
		cmocka_unit_test(test_streams_leave_nothing_behind),
		cmocka_unit_test(test_streams_reset_ends_both_directions),
		cmocka_unit_test(test_streams_released_early_are_reset),
		cmocka_unit_test(test_streams_resets_cross),
		cmocka_unit_test(test_streams_late_frames_of_a_reset_stream),
		cmocka_unit_test(test_streams_refuse_what_a_peer_cannot_say),
		cmocka_unit_test(test_streams_filled_take_their_first_windows),
		cmocka_unit_test(test_streams_keep_little_that_was_sent),
		cmocka_unit_test(test_streams_take_turns),
		cmocka_unit_test(test_streams_stuck_reader_is_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
