/* frame: what is written is read back the same, every cut of it is refused or whole, and nonsense
 * ends in r->bad. */
#include "session/frame.h"

#include "base/limits.h"
#include "tests/unit/support.h"

static const uint8_t challenge[CHALLENGE_LEN] = { 1, 2, 3, 4, 5, 6, 7, 8 };

/* One frame of bytes written in hex. */
static bool read_hex(const char *hex, struct frame *f)
{
	static uint8_t bytes[2048];
	struct reader r = reader_of(unhex(hex, bytes, sizeof bytes));
	return frame_read(&r, f) && read_end(&r);
}

/* The bytes of docs/PROTOCOL.md 6.1. */
static void test_frame_bytes_are_those_of_the_protocol(void **state)
{
	(void)state;
	uint8_t buf[512];
	struct writer w = writer_of(buf, sizeof buf);
	struct range at[] = { { 2, 4 }, { 7, 8 }, { 10, 16 } };
	struct ranges received = { at, 3, 3, 3, false };
	struct addr seen = addr_v4(192, 0, 2, 1, 4660);

	frame_write_ping(&w);
	assert_true(frame_write_ack(&w, &received, 100));
	assert_true(frame_write_stream(&w, 1, 64, span_text("hi"), false));
	assert_true(frame_write_stream(&w, 2, 0, span_of(NULL, 0), true));
	frame_write_max_data(&w, 2, 1 << 20);
	frame_write_challenge(&w, challenge);
	frame_write_response(&w, challenge, &seen);
	frame_write_close(&w, 5, span_text("no"));
	frame_write_reset(&w, 4, 2);
	frame_write_reset(&w, 64, 0);
	assert_true(frame_write_stream(&w, 1000, 0, span_text("a"), false));
	assert_span_hex(written(&w), "01"
	                             "02 0f 4064 02 05 01 00 02 01"
	                             "03 01 4040 02 6869"
	                             "04 02 00 00"
	                             "05 02 80100000"
	                             "06 0102030405060708"
	                             "07 0102030405060708 00000000000000000000ffffc0000201 1234"
	                             "08 05 02 6e6f"
	                             "09 04 02"
	                             "09 4040 00"
	                             "03 43e8 00 01 61");
}

static void test_frame_fields_are_read(void **state)
{
	(void)state;
	struct frame f;
	assert_true(read_hex("00 00 00", &f));
	assert_int_equal(f.type, FRAME_PADDING);
	assert_true(read_hex("01", &f));
	assert_int_equal(f.type, FRAME_PING);
	assert_true(read_hex("02 0f 4064 02 05 01 00 02 01", &f));
	assert_int_equal(f.as.ack.delay_us, 100);
	assert_int_equal(f.as.ack.count, 3);
	static const struct range want[] = { { 10, 16 }, { 7, 8 }, { 2, 4 } };
	assert_memory_equal(f.as.ack.ranges, want, sizeof want);
	assert_true(read_hex("03 01 4040 02 6869", &f));
	assert_int_equal(f.type, FRAME_STREAM);
	assert_int_equal(f.stream, 1);
	assert_int_equal(f.as.stream.offset, 64);
	assert_span_text(f.as.stream.bytes, "hi");
	assert_false(f.as.stream.end);
	assert_true(read_hex("04 02 07 00", &f));
	assert_true(f.as.stream.end);
	assert_int_equal(f.as.stream.bytes.len, 0);
	assert_true(read_hex("05 02 80100000", &f));
	assert_int_equal(f.as.limit, 1 << 20);
	assert_true(read_hex("06 0102030405060708", &f));
	assert_memory_equal(f.as.path.bytes, challenge, CHALLENGE_LEN);
	assert_true(read_hex("07 0102030405060708 00000000000000000000ffffc0000201 1234", &f));
	assert_int_equal(f.as.path.seen.port, 0x1234);
	assert_true(read_hex("08 05 02 6e6f", &f));
	assert_int_equal(f.as.close.code, 5);
	assert_span_text(f.as.close.text, "no");
	assert_true(read_hex("09 4040 02", &f));
	assert_int_equal(f.type, FRAME_RESET);
	assert_int_equal(f.stream, 64);
	assert_int_equal(f.as.reset, 2);
	assert_true(read_hex("03 bfffffff 00 00", &f));
	assert_int_equal(f.stream, LIMIT_STREAM_IDS - 1);
}

static void test_frame_nonsense_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"0a",
		"40 01",
		"ff",                                 /* unknown types */
		"02 05 00 00 06",                     /* a first range below zero */
		"02 05 00 01 05 00 00",               /* nothing is left below */
		"02 05 00 01 01 03 00",               /* a gap below zero: 4 - 3 - 2 */
		"02 05 00 01 01 00 03",               /* a range below zero: 4 - 2 - 3 */
		"02 05 00 ffffffffffffffff 00 00 00", /* fewer ranges than said */
		"02 05 4000 00 00",                   /* not the shortest varint */
		"02 05 00 01 00 ffffffffffffffff 00", /* a gap of 2^62 - 1 */
		"04 ff 00 00",                        /* streams that cannot be */
		"03 c000000040000000 00 00",
		"05 c000000040000000 00",
		"09 c000000040000000 00",
		"09 4001 00", /* not the shortest */
		"09",
		"09 04",
		"03 00 00 02 61",
		"03 00 00 ffffffffffffffff 61",
		"03 00 ffffffffffffffff 01 61", /* ends at 2^62 */
		"05 00",
		"06 01020304050607",
		"07 0102030405060708 00",
		"08 00 40c9",
		"08 00 05 61",
	};
	struct frame f;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (read_hex(bad[i], &f))
			fail_msg("read: %s", bad[i]);
	assert_true(read_hex("03 00 fffffffffffffffe 01 61", &f)); /* the last byte there can be */
	assert_true(read_hex("02 05 00 01 01 02 00", &f));         /* down to 0 */
	assert_int_equal(f.as.ack.ranges[1].from, 0);
}

static void test_frame_close_text_is_cut(void **state)
{
	(void)state;
	static uint8_t text[CLOSE_TEXT_MAX + 1], buf[CLOSE_TEXT_MAX + 16];
	struct writer w = writer_of(buf, sizeof buf);
	struct frame f;
	memset(text, 'x', sizeof text);
	frame_write_close(&w, 1, span_of(text, sizeof text));
	struct reader r = reader_of(written(&w));
	assert_true(frame_read(&r, &f));
	assert_int_equal(f.as.close.text.len, CLOSE_TEXT_MAX);
	assert_true(read_end(&r));
}

/* More ranges than are kept are skipped, and the frame after them is found. */
static void test_frame_further_ranges_are_skipped(void **state)
{
	(void)state;
	uint8_t buf[512];
	struct writer w = writer_of(buf, sizeof buf);
	write_u8(&w, FRAME_ACK);
	write_varint(&w, 1000);
	write_varint(&w, 0);
	write_varint(&w, 99);
	write_varint(&w, 0);
	for (int i = 0; i < 99; i++)
		write_be16(&w, 0);
	frame_write_ping(&w);
	struct reader r = reader_of(written(&w));
	struct frame f;
	assert_true(frame_read(&r, &f));
	assert_int_equal(f.as.ack.count, ACK_RANGES_MAX);
	assert_int_equal(f.as.ack.ranges[ACK_RANGES_MAX - 1].from, 1000 - 2 * (ACK_RANGES_MAX - 1));
	assert_true(frame_read(&r, &f));
	assert_int_equal(f.type, FRAME_PING);
	assert_false(frame_read(&r, &f));
	assert_true(read_end(&r));
}

/* In every room an ACK has the newest ranges that fit and not one byte more than the room. */
static void test_frame_ack_fits_every_room(void **state)
{
	(void)state;
	struct range at[100];
	struct ranges received = { at, 100, 100, 100, false };
	for (uint64_t i = 0; i < 100; i++)
		at[i] = (struct range){ 1000 * i, 1000 * i + 1 + 9 * (i % 9) };
	size_t before = 0;
	for (size_t room = 0; room < 512; room++) {
		uint8_t buf[512];
		struct writer w = writer_of(buf, room);
		struct frame f;
		if (!frame_write_ack(&w, &received, 5)) {
			assert_true(room < 8 && w.len == 0 && !w.full);
			continue;
		}
		struct reader r = reader_of(written(&w));
		assert_true(frame_read(&r, &f) && read_end(&r));
		assert_true(f.as.ack.count >= before && f.as.ack.count <= ACK_RANGES_MAX);
		before = f.as.ack.count;
		for (size_t i = 0; i < before; i++)
			assert_memory_equal(&f.as.ack.ranges[i], &at[99 - i], sizeof at[0]);
	}
	assert_int_equal(before, ACK_RANGES_MAX);
	struct ranges none = ranges_of(at, 100);
	uint8_t buf[64];
	struct writer w = writer_of(buf, sizeof buf);
	assert_false(frame_write_ack(&w, &none, 0));
}

/* frame_stream_room bytes fit, one more does not (or needs a longer length). */
static void test_frame_stream_room_is_exact(void **state)
{
	(void)state;
	static uint8_t bytes[20000], buf[20000];
	static const uint64_t offsets[] = {
		0, 63, 64, 16384, 1 << 30, (UINT64_C(1) << 62) - 20001
	};
	for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
		for (size_t room = 0; room < 17000; room += room < 200 || room > 16300 ? 1 : 97) {
			uint32_t stream = room % 2 == 0 ? 0 : 64;
			size_t len = frame_stream_room(room, stream, offsets[i]);
			struct writer w = writer_of(buf, room);
			if (len > 0)
				assert_true(frame_write_stream(&w, stream, offsets[i],
				                               span_of(bytes, len), false));
			w = writer_of(buf, room);
			assert_false(frame_write_stream(&w, stream, offsets[i],
			                                span_of(bytes, len + 1), false));
			assert_true(w.len == 0 && !w.full);
		}
	}
}

/* A frame without room leaves the writer full. */
static void test_frame_without_room_is_not_whole(void **state)
{
	(void)state;
	struct addr seen = addr_v4(192, 0, 2, 1, 4660);
	uint8_t buf[64];
	for (size_t room = 0; room < 9; room++) {
		struct writer w[4];
		for (int i = 0; i < 4; i++)
			w[i] = writer_of(buf, room);
		frame_write_max_data(&w[0], 1, UINT64_C(1) << 40);
		frame_write_challenge(&w[1], challenge);
		frame_write_response(&w[2], challenge, &seen);
		frame_write_close(&w[3], 1, span_text("too long"));
		for (int i = 0; i < 4; i++)
			assert_true(w[i].full);
	}
}

/* ---- random frames ---- */

static void random_frame(struct random *r, struct writer *w)
{
	static uint8_t bytes[300];
	uint8_t kind = (uint8_t)random_below(r, 8);
	uint32_t stream = (uint32_t)random_below(r, LIMIT_STREAM_IDS) >> random_below(r, 30);
	uint64_t offset = random_u64(r) >> (2 + random_below(r, 60));
	struct span some = span_of(bytes, random_below(r, 300));
	if (offset > UINT64_C(1) << 61)
		offset >>= 1;
	if (kind == 0)
		frame_write_ping(w);
	else if (kind < 3)
		frame_write_stream(w, stream, offset, some, kind == 2);
	else if (kind == 3)
		frame_write_max_data(w, stream, offset);
	else if (kind == 4)
		frame_write_challenge(w, challenge);
	else if (kind == 5)
		frame_write_close(w, (uint8_t)random_below(r, 9), some);
	else if (kind == 6)
		frame_write_reset(w, stream, (uint8_t)random_below(r, 9));
	else {
		struct range at[8];
		struct ranges received = ranges_of(at, 8);
		for (unsigned i = 0; i < 8; i++)
			ranges_add(&received, offset + 10 * i,
			           offset + 10 * i + 1 + random_below(r, 12));
		frame_write_ack(w, &received, offset);
	}
}

/* Reads frames until the end or nonsense; true at the end. */
static bool read_all(struct span bytes, size_t *count)
{
	struct reader r = reader_of(bytes);
	struct frame f;
	*count = 0;
	while (frame_read(&r, &f))
		(*count)++;
	return !r.bad;
}

/* A packet cut anywhere is either bad or has fewer frames; never more, and reading ends. */
static void test_frame_every_truncation_is_safe(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct test_random t = test_random(seed);
		uint8_t buf[1024];
		struct writer w = writer_of(buf, sizeof buf);
		for (int i = 0; i < 3; i++)
			random_frame(&t.random, &w);
		size_t all, some;
		assert_true(read_all(written(&w), &all));
		assert_int_equal(all, 3);
		for (size_t len = 0; len < w.len; len++) {
			uint8_t cut[1024]; /* of its own, so that a sanitizer sees the end */
			memcpy(cut, buf, len);
			bool good = read_all(span_of(cut, len), &some);
			assert_true(some < all || !good);
		}
	}
}

static void test_frame_garbage_ends(void **state)
{
	(void)state;
	size_t frames = 0, some;
	for (uint64_t seed = 1; seed <= 20000; seed++) {
		struct test_random t = test_random(seed);
		uint8_t buf[64];
		random_fill(&t.random, buf, sizeof buf);
		buf[0] %= 9;
		read_all(span_of(buf, sizeof buf), &some);
		frames += some;
	}
	assert_true(frames > 20000 / 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frame_bytes_are_those_of_the_protocol),
		cmocka_unit_test(test_frame_fields_are_read),
		cmocka_unit_test(test_frame_nonsense_is_refused),
		cmocka_unit_test(test_frame_close_text_is_cut),
		cmocka_unit_test(test_frame_further_ranges_are_skipped),
		cmocka_unit_test(test_frame_ack_fits_every_room),
		cmocka_unit_test(test_frame_stream_room_is_exact),
		cmocka_unit_test(test_frame_without_room_is_not_whole),
		cmocka_unit_test(test_frame_every_truncation_is_safe),
		cmocka_unit_test(test_frame_garbage_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
