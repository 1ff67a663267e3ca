/* stream: whatever is lost, repeated, reordered or acknowledged late, the bytes read are the bytes
 * written, once and in order, and the sender comes to an end. */
#include "session/stream.h"

#include <stdlib.h>

#include "tests/unit/support.h"

static size_t memory = SIZE_MAX; /* nothing larger is to be had */

static void *scarce_calloc(size_t count, size_t size)
{
	return size > memory ? NULL : calloc(count, size);
}

#define calloc scarce_calloc
#include "session/ring.c" /* in the place of the library's */
#undef calloc

static struct stream s; /* both ends of it */

static void start(void)
{
	stream_init(&s, LIMIT_STREAM_MEMORY);
}

static void stop(void)
{
	stream_free(&s);
}

static void test_session_stream_carries_bytes_and_end(void **state)
{
	(void)state;
	uint64_t offset;
	struct span piece;
	bool end;
	start();
	assert_false(stream_piece_due(&s.send));
	assert_int_equal(stream_write(&s.send, span_text("hello")), 5);
	assert_true(stream_next_piece(&s.send, 3, &offset, &piece, &end));
	assert_int_equal(offset, 0);
	assert_span_text(piece, "hel");
	assert_false(end);
	assert_int_equal(stream_insert(&s.receive, offset, piece, end), OK);
	assert_true(stream_next_piece(&s.send, 100, &offset, &piece, &end));
	assert_int_equal(stream_insert(&s.receive, offset, piece, end), OK);
	assert_false(stream_next_piece(&s.send, 100, &offset, &piece, &end));
	assert_span_text(stream_read(&s.receive), "hello");
	stream_consume(&s.receive, 5);
	assert_false(stream_ended(&s.receive));

	stream_acked(&s.send, 0, 5, false);
	assert_true(stream_flushed(&s.send));
	stream_finish(&s.send);
	stream_finish(&s.send);
	assert_false(stream_flushed(&s.send));
	assert_true(stream_next_piece(&s.send, 100, &offset, &piece, &end));
	assert_true(end && piece.len == 0 && offset == 5);
	assert_int_equal(stream_insert(&s.receive, offset, piece, end), OK);
	assert_true(stream_ended(&s.receive));
	stream_lost(&s.send, 5, 0, true);
	assert_true(stream_piece_due(&s.send));
	stream_acked(&s.send, 5, 0, true);
	assert_true(stream_flushed(&s.send));
	assert_int_equal(stream_write(&s.send, span_text("more")), 0);
	stop();
}

/* A piece lost, sent again, then acknowledged under its first number, is not sent a third time. */
static void test_session_stream_both_fates_are_harmless(void **state)
{
	(void)state;
	uint64_t offset;
	struct span piece;
	bool end;
	start();
	stream_write(&s.send, span_text("0123456789"));
	stream_finish(&s.send);
	assert_true(stream_next_piece(&s.send, 4, &offset, &piece, &end));
	assert_true(stream_next_piece(&s.send, 100, &offset, &piece, &end));
	assert_true(end);
	stream_lost(&s.send, 0, 4, false);
	stream_lost(&s.send, 4, 6, true);
	stream_acked(&s.send, 0, 4, false);
	assert_true(stream_next_piece(&s.send, 100, &offset, &piece, &end));
	assert_int_equal(offset, 4);
	assert_true(end);
	stream_acked(&s.send, 4, 6, true);
	stream_lost(&s.send, 4, 6, true);
	stream_lost(&s.send, 0, 4, false);
	assert_false(stream_piece_due(&s.send));
	assert_true(stream_flushed(&s.send));
	stop();
}

static void test_session_stream_lost_leaves_out_the_acknowledged(void **state)
{
	(void)state;
	uint64_t offset;
	struct span piece;
	bool end;
	start();
	stream_write(&s.send, span_text("0123456789"));
	assert_true(stream_next_piece(&s.send, 100, &offset, &piece, &end));
	stream_acked(&s.send, 2, 2, false);
	stream_acked(&s.send, 6, 1, false);
	stream_lost(&s.send, 1, 8, false);
	assert_true(stream_next_piece(&s.send, 100, &offset, &piece, &end));
	assert_span_text(piece, "1");
	assert_true(stream_next_piece(&s.send, 100, &offset, &piece, &end));
	assert_span_text(piece, "45");
	assert_true(stream_next_piece(&s.send, 100, &offset, &piece, &end));
	assert_span_text(piece, "78");
	assert_false(stream_piece_due(&s.send));
	stop();
}

static void test_session_stream_receiver_checks_limit_and_end(void **state)
{
	(void)state;
	static uint8_t bytes[STREAM_WINDOW_START];
	start();
	assert_int_equal(stream_insert(&s.receive, 1, span_of(bytes, sizeof bytes), false),
	                 ERR_FORMAT);
	assert_int_equal(stream_insert(&s.receive, STREAM_WINDOW_START + 1, span_of(NULL, 0), true),
	                 ERR_FORMAT);
	assert_int_equal(stream_insert(&s.receive, 10, span_text("abc"), false), OK);
	assert_int_equal(stream_insert(&s.receive, 10, span_text("ab"), true),
	                 ERR_FORMAT); /* bytes after the end */
	assert_int_equal(stream_insert(&s.receive, 10, span_text("abc"), true), OK);
	assert_int_equal(stream_insert(&s.receive, 10, span_text("abc"), true), OK);
	assert_int_equal(stream_insert(&s.receive, 10, span_text("abcd"), true),
	                 ERR_FORMAT); /* another end */
	assert_int_equal(stream_insert(&s.receive, 10, span_text("ab"), true), ERR_FORMAT);
	assert_int_equal(stream_insert(&s.receive, 13, span_text("d"), false), ERR_FORMAT);
	assert_int_equal(stream_insert(&s.receive, 9, span_text("abc"), false),
	                 ERR_FORMAT); /* other bytes */
	assert_int_equal(stream_insert(&s.receive, 0, span_text("0123456789abc"), false), OK);
	assert_span_text(stream_read(&s.receive), "0123456789abc");
	stream_consume(&s.receive, 13);
	assert_true(stream_ended(&s.receive));
	assert_false(s.receive.limit_due);
	assert_int_equal(stream_insert(&s.receive, 2, span_text("234"), false),
	                 OK); /* consumed before */
	assert_int_equal(stream_read(&s.receive).len, 0);
	stop();
}

static void test_session_stream_limit_moves_when_it_is_worth_it(void **state)
{
	(void)state;
	static uint8_t bytes[STREAM_WINDOW_START];
	start();
	assert_int_equal(stream_insert(&s.receive, 0, span_of(bytes, sizeof bytes), false), OK);
	stream_consume(&s.receive, STREAM_WINDOW_START / 4 - 1);
	assert_false(s.receive.limit_due);
	stream_consume(&s.receive, 1);
	assert_true(s.receive.limit_due);
	assert_int_equal(stream_limit_take(&s.receive, UINT64_MAX, 0, SECOND),
	                 STREAM_WINDOW_START / 4 + LIMIT_STREAM_BUFFER);
	assert_false(s.receive.limit_due);
	stream_consume(&s.receive, STREAM_WINDOW_START / 2);
	assert_false(s.receive.limit_due);

	stream_limit(&s.send, 100);
	assert_int_equal(s.send.limit, STREAM_WINDOW_START);
	stop();
}

/* How wide the window gets when a peer that fills it is read at this many bytes a millisecond, over
 * a round trip of 80 ms. */
static uint64_t window_at(size_t rate)
{
	static uint8_t bytes[1000];
	uint64_t to = 0, now = SECOND;
	start();
	while (to < 200 * rate * 10) {
		while (to + sizeof bytes <= s.receive.limit && to - s.receive.ring.base < rate) {
			assert_int_equal(
			    stream_insert(&s.receive, to, span_of(bytes, sizeof bytes), false), OK);
			to += sizeof bytes;
		}
		now += MS;
		while (stream_read(&s.receive).len > 0)
			stream_consume(&s.receive, stream_read(&s.receive).len);
		if (s.receive.limit_due)
			stream_limit_take(&s.receive, UINT64_MAX, 80 * MS, now);
	}
	uint64_t window = s.receive.window;
	assert_true(s.receive.ring.size <= 1 << 17); /* what was read at once takes no memory */
	stop();
	return window;
}

/* On demand: to what goes through in four round trips, or a little more, and to the bound. */
static void test_session_stream_window_grows_on_demand(void **state)
{
	(void)state;
	assert_int_equal(window_at(1000), LIMIT_STREAM_BUFFER);
	assert_int_equal(window_at(12000), 4 * LIMIT_STREAM_BUFFER);
	assert_int_equal(window_at(100000), LIMIT_STREAM_MEMORY);
}

/* The peer may say as much as can be kept, wherever it lies; more, once there is memory again. */
static void test_session_stream_promises_what_it_has_memory_for(void **state)
{
	(void)state;
	enum { WINDOW = 4 * STREAM_WINDOW_START };
	static uint8_t bytes[WINDOW];
	uint64_t to = STREAM_WINDOW_START;
	start();
	assert_int_equal(stream_insert(&s.receive, 0, span_of(bytes, (size_t)to), false), OK);
	memory = WINDOW + RING_SPARE;
	for (unsigned turn = 0; turn < 10; turn++) {
		stream_consume(&s.receive, STREAM_WINDOW_START);
		assert_true(s.receive.limit_due);
		uint64_t limit = stream_limit_take(&s.receive, UINT64_MAX, 80 * MS, SECOND);
		assert_true(limit <= s.receive.ring.base + WINDOW);
		struct span rest = span_of(bytes, (size_t)(limit - 1 - to));
		assert_int_equal(stream_insert(&s.receive, limit - 1, span_of(bytes, 1), false),
		                 OK);
		assert_int_equal(stream_insert(&s.receive, to, rest, false), OK);
		to = limit;
	}
	assert_int_equal(s.receive.window, WINDOW);
	memory = SIZE_MAX;
	stream_consume(&s.receive, STREAM_WINDOW_START);
	assert_int_equal(stream_limit_take(&s.receive, UINT64_MAX, 80 * MS, 2 * SECOND),
	                 s.receive.ring.base + LIMIT_STREAM_BUFFER);
	stop();
}

/* What waits behind a gap asks for more, before all is used up; but not of a peer whose stream
 * nobody has read yet. */
static void test_session_stream_window_grows_behind_a_gap(void **state)
{
	(void)state;
	static uint8_t bytes[LIMIT_STREAM_BUFFER / 2];
	start();
	assert_int_equal(
	    stream_insert(&s.receive, 1, span_of(bytes, STREAM_WINDOW_START - 1), false), OK);
	assert_false(s.receive.limit_due);
	assert_int_equal(stream_insert(&s.receive, 0, span_of(bytes, 1), false), OK);
	stream_consume(&s.receive, STREAM_WINDOW_START);
	uint64_t base = STREAM_WINDOW_START,
		 limit = stream_limit_take(&s.receive, UINT64_MAX, 0, SECOND);
	assert_int_equal(limit, base + LIMIT_STREAM_BUFFER);

	struct span piece = span_of(bytes, LIMIT_STREAM_BUFFER / 4 - 1);
	assert_int_equal(stream_insert(&s.receive, base, piece, false), OK);
	assert_false(s.receive.limit_due); /* it only has to be read */
	base += piece.len;
	assert_int_equal(stream_insert(&s.receive, base + 1, piece, false), OK);
	assert_false(s.receive.limit_due);
	assert_int_equal(stream_insert(&s.receive, base + piece.len + 1, span_of(bytes, 1), false),
	                 OK);
	assert_true(s.receive.limit_due);
	assert_int_equal(stream_limit_take(&s.receive, UINT64_MAX, 0, SECOND),
	                 limit + LIMIT_STREAM_BUFFER);
	assert_false(s.receive.limit_due);
	stop();
}

/* A sender with much on its way takes twice as much into its memory, to the bound. */
static void test_session_stream_sender_keeps_more_on_demand(void **state)
{
	(void)state;
	static uint8_t bytes[1 << 16];
	uint64_t offset;
	struct span piece;
	bool end;
	start();
	stream_limit(&s.send, UINT64_C(1) << 40);
	while (stream_write(&s.send, span_of(bytes, sizeof bytes)) > 0)
		;
	assert_int_equal(s.send.end, LIMIT_STREAM_BUFFER);
	while (stream_next_piece(&s.send, 1000, &offset, &piece, &end) ||
	       stream_write(&s.send, span_of(bytes, sizeof bytes)) > 0)
		;
	assert_int_equal(s.send.end, LIMIT_STREAM_MEMORY);
	assert_int_equal(stream_write_room(&s.send), 0);
	stop();
}

/* The sender stops at the limit; the end needs none of it. */
static void test_session_stream_sender_keeps_the_limit(void **state)
{
	(void)state;
	static uint8_t bytes[STREAM_WINDOW_START + 1];
	uint64_t offset;
	struct span piece;
	bool end;
	start();
	stream_write(&s.send, span_of(bytes, sizeof bytes));
	stream_finish(&s.send);
	assert_true(stream_next_piece(&s.send, SIZE_MAX, &offset, &piece, &end));
	assert_true(piece.len == STREAM_WINDOW_START && !end);
	assert_false(stream_piece_due(&s.send));
	stream_limit(&s.send, STREAM_WINDOW_START + 1);
	assert_true(stream_next_piece(&s.send, SIZE_MAX, &offset, &piece, &end));
	assert_true(piece.len == 1 && end);
	stop();
}

/* A stream of short lines starts at the front of its rings again and again. */
static void test_session_stream_quiet_touches_little(void **state)
{
	(void)state;
	uint64_t offset;
	struct span piece;
	bool end;
	start();
	for (int i = 0; i < 1000; i++) {
		stream_write(&s.send, span_text("a line of chat"));
		assert_true(stream_next_piece(&s.send, 1000, &offset, &piece, &end));
		assert_int_equal(stream_insert(&s.receive, offset, piece, end), OK);
		stream_consume(&s.receive, stream_read(&s.receive).len);
		stream_acked(&s.send, offset, piece.len, end);
	}
	assert_true(s.send.ring.used < 100 && s.receive.ring.used < 100);
	stop();
}

/* ---- the model: two halves with a bad network between them ---- */

enum { AIR_MAX = 64 };

struct flight {
	uint64_t offset, len;
	bool end, got;
};

struct world {
	struct test_random t;
	uint64_t seed, written, read, total;
	struct flight air[AIR_MAX];
	size_t flying, piece_max;
	unsigned steps;
};

static uint8_t byte_at(uint64_t offset)
{
	return (uint8_t)(offset * 167 + (offset >> 8) * 13);
}

static void world_check(const struct world *w, bool ok, const char *what)
{
	if (!ok)
		fail_msg("seed %llu, step %u: %s", (unsigned long long)w->seed, w->steps, what);
}

static void world_write(struct world *w)
{
	static uint8_t bytes[70000];
	size_t len = (size_t)random_below(&w->t.random, w->seed % 5 ? 300 : sizeof bytes);
	if (len > w->total - w->written)
		len = (size_t)(w->total - w->written);
	for (size_t i = 0; i < len; i++)
		bytes[i] = byte_at(w->written + i);
	w->written += stream_write(&s.send, span_of(bytes, len));
	if (w->written == w->total)
		stream_finish(&s.send);
}

/* One piece leaves and arrives, or not; sometimes twice, the second time cut. */
static void world_send(struct world *w)
{
	struct span piece;
	struct flight *f = &w->air[w->flying];
	size_t max = 1 + (size_t)random_below(&w->t.random, w->piece_max);
	if (w->flying == AIR_MAX || !stream_next_piece(&s.send, max, &f->offset, &piece, &f->end))
		return;
	w->flying++;
	f->len = piece.len;
	f->got = random_below(&w->t.random, 4) > 0;
	world_check(w, f->offset + f->len <= w->written && f->len <= max,
	            "a piece of what was written");
	if (!f->got)
		return;
	enum err err = stream_insert(&s.receive, f->offset, piece, f->end);
	world_check(w, err == OK || err == ERR_FULL, "accepted");
	f->got = err == OK;
	if (f->got && random_below(&w->t.random, 8) == 0) {
		piece.len -= (size_t)random_below(&w->t.random, piece.len + 1);
		world_check(w, stream_insert(&s.receive, f->offset, piece, false) == OK,
		            "repeated");
	}
}

/* The sender learns of one packet, in any order. What was got may still be called lost, and
 * acknowledged later. */
static void world_fate(struct world *w)
{
	if (w->flying == 0)
		return;
	size_t i = (size_t)random_below(&w->t.random, w->flying);
	struct flight f = w->air[i];
	bool both = random_below(&w->t.random, 8) == 0;
	if (!f.got || both)
		stream_lost(&s.send, f.offset, f.len, f.end);
	if (f.got && both)
		world_send(w);
	if (f.got)
		stream_acked(&s.send, f.offset, f.len, f.end);
	w->air[i] = w->air[--w->flying];
}

static void world_read(struct world *w)
{
	struct span ready = stream_read(&s.receive);
	size_t len = (size_t)random_below(&w->t.random, ready.len + 1);
	for (size_t i = 0; i < len; i++)
		if (ready.at[i] != byte_at(w->read + i))
			world_check(w, false, "another byte");
	w->read += len;
	stream_consume(&s.receive, len);
	if (s.receive.limit_due && random_below(&w->t.random, 2))
		stream_limit(&s.send, stream_limit_take(&s.receive, UINT64_MAX, 0, SECOND));
}

static void world_run(uint64_t seed, size_t cap)
{
	struct world w = { .t = test_random(seed),
		           .seed = seed,
		           .total = seed % 50 ? 3000 : 2500000 };
	w.piece_max = seed % 50 ? 40 : 40000;
	start();
	struct ranges *sets[] = { &s.send.acked, &s.send.lost, &s.receive.received };
	for (unsigned i = 0; i < 3; i++) {
		sets[i]->most = cap;
		sets[i]->cap = cap < STREAM_RANGES_FIRST ? cap : STREAM_RANGES_FIRST;
	}
	while (!stream_ended(&s.receive) || !stream_flushed(&s.send)) {
		world_check(&w, ++w.steps < 200000, "never ends");
		switch (random_below(&w.t.random, 6)) {
		case 0: world_write(&w); break;
		case 1:
		case 2: world_send(&w); break;
		case 3:
		case 4: world_fate(&w); break;
		default: world_read(&w); break;
		}
	}
	world_check(&w, w.read == w.total, "everything was read");
	world_check(
	    &w, s.send.acked.count == 0 && s.send.lost.count == 0 && s.receive.received.count == 0,
	    "nothing is left");
	stop();
}

static void test_session_stream_delivers_through_any_network(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 1500; seed++)
		world_run(seed, STREAM_RANGES);
}

/* The same with hardly any room for gaps: more is sent twice, nothing is stuck. */
static void test_session_stream_delivers_without_room_for_gaps(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 1500; seed++)
		world_run(seed, 2 + seed % 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session_stream_carries_bytes_and_end),
		cmocka_unit_test(test_session_stream_both_fates_are_harmless),
		cmocka_unit_test(test_session_stream_lost_leaves_out_the_acknowledged),
		cmocka_unit_test(test_session_stream_receiver_checks_limit_and_end),
		cmocka_unit_test(test_session_stream_limit_moves_when_it_is_worth_it),
		cmocka_unit_test(test_session_stream_window_grows_on_demand),
		cmocka_unit_test(test_session_stream_promises_what_it_has_memory_for),
		cmocka_unit_test(test_session_stream_window_grows_behind_a_gap),
		cmocka_unit_test(test_session_stream_sender_keeps_more_on_demand),
		cmocka_unit_test(test_session_stream_sender_keeps_the_limit),
		cmocka_unit_test(test_session_stream_quiet_touches_little),
		cmocka_unit_test(test_session_stream_delivers_through_any_network),
		cmocka_unit_test(test_session_stream_delivers_without_room_for_gaps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
