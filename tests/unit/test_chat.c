/* Tests of chat/: what is said arrives once, in order, and whoever says "done" knows that all of it
 * was shown. */
#include <stdio.h>
#include <stdlib.h>

#include "chat/chat.h"
#include "chat/record.h"
#include "tests/unit/fake_session.h"
#include "tests/unit/support.h"

static struct session link_a, link_b;

struct side {
	struct session *session;
	struct chat *chat;
	struct event event; /* the last one taken */
	uint64_t heard, sent, delivered, shown;
	bool left;
	uint8_t bytes[FAKE_SIZE]; /* pipe: written so far */
	size_t bytes_len;
};

static struct side a, b;

static void side_start(struct side *s, struct session *session, enum mode mode)
{
	memset(s, 0, sizeof *s);
	s->session = session;
	s->chat = chat_new(mode);
	assert_non_null(s->chat);
	chat_attach(s->chat, session);
}

static void start(enum mode mode)
{
	fake_pair(&link_a, &link_b);
	side_start(&a, &link_a, mode);
	side_start(&b, &link_b, mode);
}

static void stop(void)
{
	chat_free(a.chat);
	chat_free(b.chat);
}

/* Text number n of a side: any length, its number at the front. */
static struct span saying(uint64_t n, uint8_t *buffer)
{
	size_t len = n % 7 == 3 ? LIMIT_TEXT : (size_t)(n * 37 % 300) + 8;
	memset(buffer, 'x', len);
	snprintf((char *)buffer, 8, "%05u", (unsigned)n);
	buffer[5] = ' ';
	buffer[6] = ' ';
	buffer[7] = '.';
	return span_of(buffer, len);
}

static bool say(struct side *s)
{
	uint8_t buffer[LIMIT_TEXT];
	return chat_text(s->chat, saying(s->sent + 1, buffer), false) == OK;
}

/* Everything a program does with events, texts checked against what the other side says. */
static void take(struct side *s)
{
	uint8_t buffer[LIMIT_TEXT];
	chat_step(s->chat);
	while (chat_take(s->chat, &s->event)) {
		switch (s->event.kind) {
		case EVENT_TEXT:
			s->heard++;
			assert_int_equal(s->event.number, s->heard);
			assert_true(span_equal(s->event.text, saying(s->heard, buffer)));
			break;
		case EVENT_SENT:
			s->sent++;
			assert_int_equal(s->event.number, s->sent);
			break;
		case EVENT_DELIVERED:
			assert_true(s->event.number > s->delivered);
			assert_true(s->event.number <= s->sent);
			s->delivered = s->event.number;
			break;
		case EVENT_PEER_LEFT:
			assert_false(s->left);
			s->left = true;
			chat_finish(s->chat);
			break;
		case EVENT_BYTES:
			assert_int_equal(s->event.number, s->bytes_len);
			memcpy(s->bytes + s->bytes_len, s->event.text.at, s->event.text.len);
			s->bytes_len += s->event.text.len;
			chat_written(s->chat, s->bytes_len);
			break;
		default: fail();
		}
	}
}

static void show(struct side *s)
{
	s->shown = s->heard;
	chat_shown(s->chat, s->shown);
	chat_step(s->chat);
}

static void move_all(void)
{
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		fake_move(&link_a, i, SIZE_MAX);
		fake_move(&link_b, i, SIZE_MAX);
		fake_ack(&link_a, i);
		fake_ack(&link_b, i);
	}
	fake_move_close(&link_a);
	fake_move_close(&link_b);
}

/* Whether a side is over, and how. */
static bool over(struct side *s, enum err *err)
{
	struct span text;
	return chat_over(s->chat, err, &text);
}

static void expect_over(struct side *s, enum err want)
{
	enum err err;
	assert_true(over(s, &err));
	assert_int_equal(err, want);
}

static void run(void)
{
	for (int i = 0; i < 20; i++) {
		take(&a);
		take(&b);
		show(&a);
		show(&b);
		move_all();
	}
}

/* ---- records ---- */

/* A record reads as it was written, is of one of the sizes, and of the smallest that holds it. */
static void test_record_round_trip(void **state)
{
	(void)state;
	static const struct {
		size_t len, size;
	} cases[] = { { 0, 64 },      { 1, 64 },      { 59, 64 },
		      { 60, 256 },    { 250, 256 },   { 251, 1024 },
		      { 1018, 1024 }, { 1019, 2048 }, { LIMIT_TEXT, 16384 } };
	static uint8_t text[LIMIT_TEXT], bytes[LIMIT_RECORD];
	memset(text, 'a', sizeof text);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t type = i % 2 ? RECORD_TEXT_PART : RECORD_TEXT;
		struct record in = { type, 5, span_of(text, cases[i].len) }, out;
		assert_int_equal(record_write(&in, bytes), cases[i].size);
		assert_int_equal(record_size(bytes), cases[i].size);
		assert_int_equal(record_read(span_of(bytes, cases[i].size), &out), OK);
		assert_int_equal(out.type, type);
		assert_int_equal(out.number, 5);
		assert_true(span_equal(out.text, in.text));
	}
}

/* The bytes are those of docs/PROTOCOL.md 7.1. */
static void test_record_bytes(void **state)
{
	(void)state;
	uint8_t bytes[LIMIT_RECORD];
	size_t size = record_write(&(struct record){ RECORD_TEXT, 1, span_text("hi") }, bytes);
	assert_int_equal(size, 64);
	assert_span_hex(span_of(bytes, 8), "003e 01 01 02 6869 00");
	assert_true(bytes_zero(bytes + 7, 57));
	size = record_write(&(struct record){ RECORD_WRITTEN, 70000, { 0 } }, bytes);
	assert_span_hex(span_of(bytes, 8), "003e 03 80011170 00");
}

/* Whatever differs from section 7.1 is refused; what a later version may add is not. */
static void test_record_refuses(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		bool good;
	} cases[] = {
		{ "003e 01 01 02 6869", true },
		{ "003e 01 01 00", true },
		{ "003e 01 01 00 01", false },
		{ "003e 05 01 02 6869", true },
		{ "003e 05 01 00", true },
		{ "003e 05 01 3c 61", false },
		{ "003e 06 01 08 6162636465666768", true },
		{ "003e 06 01 3e 61", false },
		{ "003e 07 01 3c 61", true },
		{ "003e 01 01 40 02 6869", false },
		{ "003e 01 01 02 6869 01", false },
		{ "003e 01 01 3c 61", false },
		{ "003e 01 01 7e81 6161", false },
		{ "003e 02 05", true },
		{ "003e 02 05 01", false },
		{ "003e 03 4005", false },
		{ "003e 04 ffff", true },
		{ "003e 00 01", true },
		{ "003e 02 c000000000000005", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t bytes[64] = { 0 };
		struct record r;
		unhex(cases[i].hex, bytes, sizeof bytes);
		assert_int_equal(record_read(span_of(bytes, 64), &r),
		                 cases[i].good ? OK : ERR_FORMAT);
	}
	static const unsigned sizes[] = { 0,   1,    63,   65,    128,   255,
		                          512, 1025, 1536, 16385, 17408, 65535 };
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		uint8_t length[2];
		store_be16(length, (uint16_t)(sizes[i] - 2));
		assert_int_equal(record_size(length), 0);
	}
	for (unsigned size = 1024; size <= 16384; size += 1024) {
		uint8_t length[2];
		store_be16(length, (uint16_t)(size - 2));
		assert_int_equal(record_size(length), size);
	}
}

/* ---- chat ---- */

/* A text is numbered, shown and confirmed. */
static void test_chat_text_is_confirmed(void **state)
{
	(void)state;
	start(MODE_CHAT);
	assert_true(say(&a));
	take(&a);
	assert_int_equal(a.sent, 1);
	assert_int_equal(chat_unconfirmed(a.chat), 1);
	move_all();
	take(&b);
	assert_int_equal(b.heard, 1);
	move_all();
	take(&a);
	assert_int_equal(a.delivered, 0); /* not before it was shown */
	show(&b);
	move_all();
	take(&a);
	assert_int_equal(a.delivered, 1);
	assert_int_equal(chat_unconfirmed(a.chat), 0);
	stop();
}

/* What cannot be a text is refused, and so is everything after the end. */
static void test_chat_text_refuses(void **state)
{
	(void)state;
	static uint8_t big[LIMIT_TEXT + 1];
	memset(big, 'a', sizeof big);
	start(MODE_CHAT);
	assert_int_equal(chat_text(a.chat, span_text("\xff"), false), ERR_FORMAT);
	assert_int_equal(chat_text(a.chat, span_of(big, sizeof big), false), ERR_FORMAT);
	assert_int_equal(chat_text(a.chat, span_of(big, LIMIT_TEXT), false), OK);
	chat_finish(a.chat);
	assert_int_equal(chat_text(a.chat, span_text("x"), false), ERR_STATE);
	struct chat *lonely = chat_new(MODE_CHAT);
	assert_int_equal(chat_text(lonely, span_text("x"), false), ERR_STATE);
	chat_free(lonely);
	stop();
}

/* Without room a text is refused whole, and goes later. */
static void test_chat_text_waits_for_room(void **state)
{
	(void)state;
	start(MODE_CHAT);
	link_a.room_max = LIMIT_RECORD + 100;
	assert_true(say(&a));
	take(&a);
	assert_true(say(&a));
	take(&a);
	assert_false(say(&a)); /* 2 x 64 bytes wait, 16384 - 28 are left */
	move_all();
	assert_true(say(&a));
	run();
	assert_int_equal(b.heard, 3);
	stop();
}

/* Each text is reported as sent once, with its number, however many were said before. */
static void test_chat_reports_each_text_once(void **state)
{
	(void)state;
	start(MODE_CHAT);
	for (unsigned i = 1; i <= 3; i++)
		assert_int_equal(chat_text(a.chat, span_text("x"), false), OK);
	for (unsigned i = 1; i <= 3; i++) {
		assert_true(chat_take(a.chat, &a.event));
		assert_int_equal(a.event.kind, EVENT_SENT);
		assert_int_equal(a.event.number, i);
	}
	assert_false(chat_take(a.chat, &a.event));
	stop();
}

/* A confirmation is news once, and an older one changes nothing. */
static void test_chat_is_confirmed_once(void **state)
{
	(void)state;
	start(MODE_CHAT);
	for (unsigned i = 1; i <= 3; i++) {
		assert_true(say(&a));
		take(&a);
	}
	for (unsigned i = 0; i < 3; i++) {
		uint8_t bytes[RECORD_MIN] = { 0, RECORD_MIN - 2, RECORD_RECEIPT, i == 1 ? 1 : 2 };
		session_write(&link_b, STREAM_CHAT, span_of(bytes, sizeof bytes));
		fake_move(&link_b, STREAM_CHAT, SIZE_MAX);
		take(&a); /* sees that each is above the last */
		assert_int_equal(a.delivered, 2);
		assert_int_equal(chat_unconfirmed(a.chat), 1);
	}
	stop();
}

/* While a text is not taken, the next records stay with the session. */
static void test_chat_backpressure(void **state)
{
	(void)state;
	start(MODE_CHAT);
	for (int i = 0; i < 3; i++) {
		assert_true(say(&a));
		take(&a);
	}
	move_all();
	for (int i = 0; i < 10; i++)
		chat_step(b.chat);
	assert_true(session_read(&link_b, STREAM_CHAT).len >= 128);
	assert_true(chat_take(b.chat, &b.event));
	struct span lent = b.event.text;
	uint8_t want[LIMIT_TEXT];
	chat_step(b.chat);
	assert_true(span_equal(lent, saying(1, want))); /* lent until the next chat_take */
	assert_true(chat_take(b.chat, &b.event));
	assert_int_equal(b.event.number, 2);
	stop();
}

/* What the peer confirms behind texts that nobody takes is known at once, in whatever pieces it
 * comes. What was not said is not confirmed by it; that it is nonsense is found when it is read. */
static void test_chat_is_confirmed_behind_unread_texts(void **state)
{
	(void)state;
	uint8_t bytes[RECORD_MIN] = { 0, RECORD_MIN - 2, RECORD_RECEIPT };
	for (size_t piece = 1; piece <= 400; piece += 57) {
		start(MODE_CHAT);
		assert_true(say(&a));
		take(&a);
		assert_true(say(&a));
		take(&a);
		for (bytes[3] = 0; bytes[3] <= 2; bytes[3]++) {
			assert_true(say(&b));
			take(&b);
			session_write(&link_b, STREAM_CHAT, span_of(bytes, sizeof bytes));
		}
		for (; link_b.streams[STREAM_CHAT].out_len > 0; chat_step(a.chat))
			fake_move(&link_b, STREAM_CHAT, piece);
		assert_true(chat_take_ours(a.chat, &a.event));
		assert_int_equal(a.event.kind, EVENT_DELIVERED);
		assert_int_equal(a.event.number, 2);
		assert_int_equal(chat_unconfirmed(a.chat), 0);
		for (unsigned i = 1; i <= 3; i++) {
			assert_true(chat_take(a.chat, &a.event) && a.event.kind == EVENT_TEXT);
			assert_int_equal(a.event.number, i);
			assert_false(chat_take_ours(a.chat, &a.event));
		}
		assert_false(chat_take(a.chat, &a.event));
		stop();
	}
	start(MODE_CHAT);
	assert_true(say(&a) && say(&b));
	take(&a);
	bytes[3] = 2;
	session_write(&link_b, STREAM_CHAT, span_of(bytes, sizeof bytes));
	fake_move(&link_b, STREAM_CHAT, SIZE_MAX);
	chat_step(a.chat);
	assert_false(chat_take_ours(a.chat, &a.event));
	assert_int_equal(chat_unconfirmed(a.chat), 1);
	take(&a);
	assert_true(link_a.closing && link_a.close_code == CLOSE_PROTOCOL);
	stop();
}

/* One leaves, the other follows, both know that everything was shown. */
static void test_chat_ends_with_everything_confirmed(void **state)
{
	(void)state;
	start(MODE_CHAT);
	for (int i = 0; i < 4; i++) {
		assert_true(say(&a));
		assert_true(say(&b));
		take(&a);
		take(&b);
	}
	chat_finish(a.chat);
	run();
	assert_true(b.left);
	expect_over(&a, OK);
	expect_over(&b, OK);
	assert_int_equal(a.heard, 4);
	assert_int_equal(b.heard, 4);
	assert_int_equal(chat_unconfirmed(a.chat), 0);
	assert_int_equal(chat_unconfirmed(b.chat), 0);
	stop();
}

/* Leaving waits for the peer's user to be shown the last text. */
static void test_chat_leaving_waits_for_receipts(void **state)
{
	(void)state;
	enum err err;
	start(MODE_CHAT);
	assert_true(say(&a));
	chat_finish(a.chat);
	for (int i = 0; i < 10; i++) {
		take(&a);
		take(&b);
		move_all();
	}
	assert_false(over(&a, &err));
	assert_true(b.left);
	show(&b);
	run();
	expect_over(&a, OK);
	expect_over(&b, OK);
	stop();
}

/* A text that crosses the other's BYE is shown and confirmed all the same, and both wait for that.
 */
static void test_chat_text_crosses_the_end(void **state)
{
	(void)state;
	enum err err;
	start(MODE_CHAT);
	chat_finish(a.chat);
	take(&a);
	assert_true(say(&b));
	take(&b);
	move_all();
	for (int i = 0; i < 10; i++) { /* a's user is not shown anything yet */
		take(&a);
		take(&b);
		move_all();
		assert_false(over(&b, &err));
		assert_false(over(&a, &err));
	}
	run();
	expect_over(&a, OK);
	expect_over(&b, OK);
	assert_int_equal(b.delivered, 1);
	assert_int_equal(a.heard, 1);
	stop();
}

/* What arrived before the session ended is still given out; only then it is over. */
static void test_chat_drains_before_it_is_over(void **state)
{
	(void)state;
	enum err err;
	start(MODE_CHAT);
	assert_true(say(&a));
	take(&a);
	assert_true(say(&a));
	move_all();
	fake_end(&link_b, CLOSE_OTHER, ERR_CUT);
	assert_false(over(&b, &err));
	take(&b);
	assert_int_equal(b.heard, 2);
	expect_over(&b, ERR_CUT);
	stop();
}

/* CLOSE 0 before the ends is a cut, whoever sends it. */
static void test_chat_early_close_is_a_cut(void **state)
{
	(void)state;
	start(MODE_CHAT);
	assert_true(say(&a));
	move_all();
	session_close(&link_b, CLOSE_DONE, span_text(""));
	move_all();
	take(&a);
	expect_over(&a, ERR_CUT);
	assert_int_equal(chat_unconfirmed(a.chat), 1);
	stop();
}

/* What a peer must not send ends the session with CLOSE 5. */
static void test_chat_closes_on_nonsense(void **state)
{
	(void)state;
	static const struct {
		enum mode mode;
		const char *hex; /* of one record, filled up to 64 bytes */
		size_t size;
	} cases[] = {
		{ MODE_CHAT, "003f 01 01 01 61", 65 }, /* no such size */
		{ MODE_CHAT, "003e 01 02 01 61", 64 }, /* the first text has number 1 */
		{ MODE_CHAT, "003e 05 02 01 61", 64 }, /* nor has its part another */
		{ MODE_CHAT, "003e 02 01", 64 },       /* confirms what was not said */
		{ MODE_CHAT, "003e 03 00", 64 },       /* WRITTEN in a chat */
		{ MODE_PIPE, "003e 01 01 01 61", 64 }, /* TEXT in a pipe */
		{ MODE_PIPE, "003e 05 01 01 61", 64 },
		{ MODE_PIPE, "003e 02 00", 64 }, /* RECEIPT in a pipe */
		{ MODE_PIPE, "003e 03 01", 64 },
		{ MODE_CHAT, "003e 04 01", 64 },       /* leaves, and a text is missing */
		{ MODE_PIPE, "003e 04 00", 64 },       /* leaves before its stream has ended */
		{ MODE_CHAT, "003e 01 01 01 61", 30 }, /* and then the end, within a record */
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t bytes[65] = { 0 };
		start(cases[i].mode);
		unhex(cases[i].hex, bytes, sizeof bytes);
		session_write(&link_a, STREAM_CHAT, span_of(bytes, cases[i].size));
		session_finish(&link_a, STREAM_CHAT);
		fake_move(&link_a, STREAM_CHAT, SIZE_MAX);
		take(&b);
		assert_true(link_b.closing);
		assert_int_equal(link_b.close_code, CLOSE_PROTOCOL);
		move_all();
		expect_over(&b, ERR_FORMAT);
		expect_over(&a, ERR_CUT);
		stop();
	}
}

static void expect_text(struct side *s, const char *text, bool more)
{
	chat_step(s->chat);
	assert_true(chat_take(s->chat, &s->event));
	assert_int_equal(s->event.kind, EVENT_TEXT);
	assert_span_text(s->event.text, text);
	assert_int_equal(s->event.more, more);
}

/* A text may be empty, or come in parts of which each but the last says that there is more. */
static void test_chat_empty_texts_and_parts(void **state)
{
	(void)state;
	start(MODE_CHAT);
	assert_int_equal(chat_text(a.chat, span_text(""), false), OK);
	assert_int_equal(chat_text(a.chat, span_text("one "), true), OK);
	assert_int_equal(chat_text(a.chat, span_text(""), true), OK);
	assert_int_equal(chat_text(a.chat, span_text("line"), false), OK);
	move_all();
	expect_text(&b, "", false);
	expect_text(&b, "one ", true);
	expect_text(&b, "", true);
	expect_text(&b, "line", false);
	assert_false(chat_take(b.chat, &b.event));
	chat_shown(b.chat, 4);
	chat_step(b.chat);
	move_all();
	chat_step(a.chat);
	assert_int_equal(chat_unconfirmed(a.chat), 0);
	stop();
}

/* Nobody leaves in the middle of a text: we do not, and a peer that does is cut off. */
static void test_chat_leaves_after_whole_texts(void **state)
{
	(void)state;
	uint8_t bye[64] = { 0, 62, RECORD_BYE, 1 };
	start(MODE_CHAT);
	assert_int_equal(chat_text(a.chat, span_text("half"), true), OK);
	chat_finish(a.chat);
	move_all();
	expect_text(&b, "half", true);
	chat_step(a.chat);
	move_all();
	chat_step(b.chat);
	assert_false(chat_take(b.chat, &b.event)); /* no EVENT_PEER_LEFT */
	session_write(&link_a, STREAM_CHAT, span_of(bye, sizeof bye));
	move_all();
	chat_step(b.chat);
	assert_false(chat_take(b.chat, &b.event));
	assert_int_equal(link_b.close_code, CLOSE_PROTOCOL);
	stop();
}

/* Records of types that are not known are skipped. */
static void test_chat_skips_unknown_records(void **state)
{
	(void)state;
	uint8_t bytes[64] = { 0, 62, 99, 1, 2, 3 };
	start(MODE_CHAT);
	session_write(&link_a, STREAM_CHAT, span_of(bytes, 64));
	assert_true(say(&a));
	run();
	assert_int_equal(b.heard, 1);
	stop();
}

/* chat_fail tells the peer, and both know why. */
static void test_chat_fail(void **state)
{
	(void)state;
	start(MODE_CHAT);
	chat_fail(a.chat, ERR_LOCAL, "its output failed");
	assert_int_equal(link_a.close_code, CLOSE_LOCAL);
	move_all();
	expect_over(&a, ERR_LOCAL);
	expect_over(&b, ERR_LOCAL);
	stop();
}

/* A program that shows what it has not been told of is wrong. */
static void test_chat_asserts_its_caller(void **state)
{
	(void)state;
	start(MODE_CHAT);
	assert_panics(chat_shown(a.chat, 1));
	stop();
	start(MODE_PIPE);
	assert_panics(chat_written(a.chat, 1));
	stop();
}

/* After a new session numbers begin anew; what the old one did not confirm is known until then. */
static void test_chat_goes_on_with_a_new_session(void **state)
{
	(void)state;
	start(MODE_CHAT);
	assert_true(say(&a));
	chat_detach(a.chat);
	assert_int_equal(chat_unconfirmed(a.chat), 1);
	assert_int_equal(chat_text(a.chat, span_text("x"), false), ERR_STATE);
	fake_pair(&link_a, &link_b);
	chat_attach(a.chat, &link_a);
	chat_attach(b.chat, &link_b);
	a.sent = 0;
	assert_true(say(&a));
	run();
	assert_int_equal(b.heard, 1);
	stop();
}

/* Whatever the order of arrivals, of showing and of leaving: each text once, in order, and OK only
 * when all was shown. */
static void chaos(uint64_t seed)
{
	struct test_random r = test_random(seed);
	enum err err;
	unsigned want_a = (unsigned)random_below(&r.random, 12),
		 want_b = (unsigned)random_below(&r.random, 12);
	start(MODE_CHAT);
	link_a.read_max = (size_t)random_below(&r.random, 100);
	link_b.read_max = (size_t)random_below(&r.random, 5000);
	unsigned said_a = 0, said_b = 0, steps = 0;
	while (!over(&a, &err) || !over(&b, &err)) {
		if (++steps > 200000) {
			fprintf(stderr, "seed %llu does not end\n", (unsigned long long)seed);
			fail();
		}
		switch (random_below(&r.random, 10)) {
		case 0: said_a += said_a < want_a && said_a == a.sent && say(&a); break;
		case 1: said_b += said_b < want_b && said_b == b.sent && say(&b); break;
		case 2: take(&a); break;
		case 3: take(&b); break;
		case 4: show(&a); break;
		case 5: show(&b); break;
		case 6:
			fake_move(&link_a, STREAM_CHAT, (size_t)random_below(&r.random, 3000));
			break;
		case 7:
			fake_move(&link_b, STREAM_CHAT, (size_t)random_below(&r.random, 3000));
			break;
		case 8:
			fake_ack(random_below(&r.random, 2) ? &link_a : &link_b, STREAM_CHAT);
			fake_move_close(random_below(&r.random, 2) ? &link_a : &link_b);
			break;
		case 9:
			if (said_a == want_a && seed % 3 != 1)
				chat_finish(a.chat);
			if (said_b == want_b && seed % 3 != 0)
				chat_finish(b.chat);
			break;
		}
		if (chat_finished(a.chat))
			want_a = said_a;
		if (chat_finished(b.chat))
			want_b = said_b;
	}
	expect_over(&a, OK);
	expect_over(&b, OK);
	assert_int_equal(a.heard, b.sent);
	assert_int_equal(b.heard, a.sent);
	assert_int_equal(a.sent, said_a);
	assert_int_equal(b.sent, said_b);
	assert_int_equal(chat_unconfirmed(a.chat) + chat_unconfirmed(b.chat), 0);
	assert_int_equal(a.delivered, a.sent);
	assert_int_equal(b.delivered, b.sent);
	stop();
}

static void test_chat_any_order(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 600; seed++)
		chaos(seed);
}

/* ---- pipe ---- */

static void feed(struct side *s, const uint8_t *bytes, size_t *at, size_t len)
{
	*at += chat_bytes(s->chat, span_of(bytes + *at, len));
}

/* Bytes go both ways, each end by itself, and the exit is OK only when all is written and
 * confirmed. */
static void test_pipe_half_close(void **state)
{
	(void)state;
	static uint8_t input[50000];
	enum err err;
	size_t at = 0;
	for (size_t i = 0; i < sizeof input; i++)
		input[i] = (uint8_t)(i * 7 + i / 256);
	start(MODE_PIPE);
	link_b.read_max = 999;
	feed(&a, input, &at, sizeof input);
	chat_finish(a.chat);
	assert_int_equal(chat_bytes_room(a.chat), 0);
	for (int i = 0; i < 100; i++) {
		take(&a);
		take(&b);
		move_all();
	}
	assert_int_equal(b.bytes_len, sizeof input);
	assert_memory_equal(b.bytes, input, sizeof input);
	assert_int_equal(chat_unconfirmed(a.chat),
	                 0); /* written: known while the other direction lives */
	assert_false(over(&a, &err));
	assert_false(b.left);
	assert_int_equal(chat_bytes(b.chat, span_text("answer")), 6);
	chat_finish(b.chat);
	for (int i = 0; i < 10; i++) {
		take(&a);
		take(&b);
		move_all();
	}
	assert_memory_equal(a.bytes, "answer", 6);
	expect_over(&a, OK);
	expect_over(&b, OK);
	stop();
}

/* An EVENT_BYTES comes again until it is written, but not twice without a step between. */
static void test_pipe_bytes_until_written(void **state)
{
	(void)state;
	start(MODE_PIPE);
	chat_bytes(a.chat, span_text("hello"));
	move_all();
	for (int i = 0; i < 3; i++) {
		chat_step(b.chat);
		assert_true(chat_take(b.chat, &b.event));
		assert_int_equal(b.event.kind, EVENT_BYTES);
		assert_int_equal(b.event.number, 0);
		assert_span_text(b.event.text, "hello");
		assert_false(chat_take(b.chat, &b.event));
	}
	chat_written(b.chat, 2);
	assert_true(chat_take(b.chat, &b.event));
	assert_int_equal(b.event.number, 2);
	assert_span_text(b.event.text, "llo");
	chat_written(b.chat, 5);
	assert_false(chat_take(b.chat, &b.event));
	stop();
}

/* All is heard when the end has come and every byte before it is written; of a cut it is never. */
static void test_pipe_all_is_heard(void **state)
{
	(void)state;
	for (int cut = 0; cut < 2; cut++) {
		start(MODE_PIPE);
		chat_bytes(a.chat, span_text("hello"));
		move_all();
		assert_true(chat_take(b.chat, &b.event));
		chat_written(b.chat, 3);
		assert_false(chat_heard_all(b.chat));
		chat_finish(a.chat);
		if (cut)
			fake_end(&link_b, CLOSE_OTHER, ERR_CUT);
		else
			move_all();
		assert_false(chat_heard_all(b.chat));
		chat_written(b.chat, 5);
		assert_int_equal(chat_heard_all(b.chat), !cut);
		assert_false(chat_heard_all(a.chat));
		stop();
	}
}

/* A finish before there is a session counts; empty pipes end at once. */
static void test_pipe_of_nothing(void **state)
{
	(void)state;
	fake_pair(&link_a, &link_b);
	memset(&a, 0, sizeof a);
	a.session = &link_a;
	a.chat = chat_new(MODE_PIPE);
	chat_finish(a.chat);
	chat_attach(a.chat, &link_a);
	side_start(&b, &link_b, MODE_PIPE);
	chat_finish(b.chat);
	for (int i = 0; i < 10; i++) {
		take(&a);
		take(&b);
		move_all();
	}
	expect_over(&a, OK);
	expect_over(&b, OK);
	stop();
}

/* A peer that ends without having confirmed our bytes cut them off. */
static void test_pipe_end_without_confirming(void **state)
{
	(void)state;
	static const uint8_t bye[64] = { 0, 62, 4 };
	start(MODE_PIPE);
	chat_bytes(b.chat, span_text("precious"));
	chat_finish(b.chat);
	session_finish(&link_a, STREAM_PIPE);
	session_write(&link_a, STREAM_CHAT, span_of(bye, sizeof bye));
	move_all();
	take(&b);
	assert_int_equal(link_b.close_code, CLOSE_PROTOCOL);
	move_all();
	expect_over(&b, ERR_FORMAT);
	stop();
}

/* Any order of arrival and of writing: all bytes, once, confirmed. */
static void test_pipe_any_order(void **state)
{
	(void)state;
	static uint8_t input[100000];
	enum err err;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct test_random r = test_random(seed);
		size_t want_a = (size_t)random_below(&r.random, sizeof input),
		       want_b = (size_t)random_below(&r.random, 3000);
		size_t at_a = 0, at_b = 0;
		random_fill(&r.random, input, sizeof input);
		start(MODE_PIPE);
		link_b.read_max = (size_t)random_below(&r.random, 3000);
		link_a.room_max = 70000;
		for (unsigned steps = 0; !over(&a, &err) || !over(&b, &err); steps++) {
			assert_true(steps < 200000);
			unsigned stream = (unsigned)random_below(&r.random, 2) + 1;
			size_t some = (size_t)random_below(&r.random, 8000);
			struct session *from = random_below(&r.random, 2) ? &link_a : &link_b;
			switch (random_below(&r.random, 6)) {
			case 0:
				feed(&a, input, &at_a, some < want_a - at_a ? some : want_a - at_a);
				break;
			case 1:
				feed(&b, input, &at_b, some < want_b - at_b ? some : want_b - at_b);
				break;
			case 2: take(&a); break;
			case 3: take(&b); break;
			case 4: fake_move(from, stream, some); break;
			case 5:
				fake_ack(from, stream);
				fake_move_close(from);
				if (at_a == want_a)
					chat_finish(a.chat);
				if (at_b == want_b)
					chat_finish(b.chat);
				break;
			}
		}
		expect_over(&a, OK);
		expect_over(&b, OK);
		assert_int_equal(b.bytes_len, want_a);
		assert_int_equal(a.bytes_len, want_b);
		assert_memory_equal(b.bytes, input, want_a);
		assert_memory_equal(a.bytes, input, want_b);
		assert_int_equal(chat_unconfirmed(a.chat) + chat_unconfirmed(b.chat), 0);
		stop();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record_round_trip),
		cmocka_unit_test(test_record_bytes),
		cmocka_unit_test(test_record_refuses),
		cmocka_unit_test(test_chat_text_is_confirmed),
		cmocka_unit_test(test_chat_text_refuses),
		cmocka_unit_test(test_chat_text_waits_for_room),
		cmocka_unit_test(test_chat_reports_each_text_once),
		cmocka_unit_test(test_chat_is_confirmed_once),
		cmocka_unit_test(test_chat_backpressure),
		cmocka_unit_test(test_chat_is_confirmed_behind_unread_texts),
		cmocka_unit_test(test_chat_ends_with_everything_confirmed),
		cmocka_unit_test(test_chat_leaving_waits_for_receipts),
		cmocka_unit_test(test_chat_text_crosses_the_end),
		cmocka_unit_test(test_chat_drains_before_it_is_over),
		cmocka_unit_test(test_chat_early_close_is_a_cut),
		cmocka_unit_test(test_chat_closes_on_nonsense),
		cmocka_unit_test(test_chat_empty_texts_and_parts),
		cmocka_unit_test(test_chat_leaves_after_whole_texts),
		cmocka_unit_test(test_chat_skips_unknown_records),
		cmocka_unit_test(test_chat_fail),
		cmocka_unit_test(test_chat_asserts_its_caller),
		cmocka_unit_test(test_chat_goes_on_with_a_new_session),
		cmocka_unit_test(test_chat_any_order),
		cmocka_unit_test(test_pipe_half_close),
		cmocka_unit_test(test_pipe_bytes_until_written),
		cmocka_unit_test(test_pipe_all_is_heard),
		cmocka_unit_test(test_pipe_of_nothing),
		cmocka_unit_test(test_pipe_end_without_confirming),
		cmocka_unit_test(test_pipe_any_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
