/* bytes: readers and writers at every length, RFC 9000's varints, big-endian integers, comparison
 * and wiping. */
#include "base/bytes.h"

#include <sys/mman.h>

#include "tests/unit/support.h"

static void test_span_compares_bytes(void **state)
{
	(void)state;
	assert_true(span_is(span_text("schat"), "schat"));
	assert_false(span_is(span_text("schat"), "schats"));
	assert_false(span_is(span_text("schat"), "scha"));
	assert_false(span_is(span_text("schat"), "schaT"));
	assert_true(span_equal(span_of(NULL, 0), span_text("")));
	assert_false(span_equal(span_text("a"), span_text("b")));
	assert_true(span_equal(span_of("a\0b", 3), span_of("a\0b", 3)));
	assert_false(span_equal(span_of("a\0b", 3), span_of("a\0c", 3)));
}

/* What was written is read back, in order, and then the reader is at its end. */
static void test_reader_gives_back_what_was_written(void **state)
{
	(void)state;
	uint8_t buf[64];
	struct writer w = writer_of(buf, sizeof buf);
	write_u8(&w, 0x01);
	write_be16(&w, 0x0203);
	write_be32(&w, 0x04050607);
	write_be64(&w, UINT64_C(0x08090a0b0c0d0e0f));
	write_span(&w, span_text("\x10\x11"));
	write_zeroes(&w, 2);
	assert_span_hex(written(&w), "0102 03040506 0708090a 0b0c0d0e 0f 1011 0000");

	uint8_t two[2];
	struct reader r = reader_of(written(&w));
	assert_int_equal(read_u8(&r), 0x01);
	assert_int_equal(read_be16(&r), 0x0203);
	assert_int_equal(read_be32(&r), 0x04050607);
	assert_int_equal(read_be64(&r), UINT64_C(0x08090a0b0c0d0e0f));
	assert_span_hex(read_span(&r, 2), "1011");
	assert_false(read_end(&r));
	read_bytes(&r, two, 2);
	assert_true(read_end(&r));
}

/* Every read from every too short input gives zeroes, makes the reader bad, and it stays bad. */
static void test_reader_past_the_end_gives_zeroes_and_stays_bad(void **state)
{
	(void)state;
	static const uint8_t ones[16] = { 255, 255, 255, 255, 255, 255, 255, 255,
		                          255, 255, 255, 255, 255, 255, 255, 255 };
	for (size_t len = 0; len < 16; len++) {
		for (int kind = 0; kind < 7; kind++) {
			static const size_t needs[] = { 1, 2, 4, 8, 16, 16, 8 };
			struct reader r = reader_of(span_of(len ? ones : NULL, len));
			uint8_t to[16];
			struct span s = span_of(ones, 1);
			uint64_t v = 0;
			memset(to, 7, sizeof to);
			switch (kind) {
			case 0: v = read_u8(&r); break;
			case 1: v = read_be16(&r); break;
			case 2: v = read_be32(&r); break;
			case 3: v = read_be64(&r); break;
			case 4: read_bytes(&r, to, sizeof to); break;
			case 5: s = read_span(&r, 16); break;
			case 6: v = read_varint(&r); break;
			}
			if (len >= needs[kind]) {
				assert_false(r.bad);
				assert_int_equal(r.left, len - needs[kind]);
				continue;
			}
			assert_int_equal(v, 0);
			if (kind == 4)
				assert_true(bytes_zero(to, sizeof to));
			if (kind == 5)
				assert_int_equal(s.len, 0);
			assert_true(r.bad);
			assert_false(read_end(&r));
			assert_int_equal(read_u8(&r), 0);
			assert_int_equal(read_span(&r, 0).len, 0);
			assert_true(r.bad);
			assert_int_equal(r.left, 0);
		}
	}
}

/* Lengths near SIZE_MAX, as a peer's arithmetic could make them, are only too long. */
static void test_reader_and_writer_survive_huge_lengths(void **state)
{
	(void)state;
	uint8_t buf[8] = { 0 };
	struct reader r = reader_of(span_of(buf, 8));
	read_u8(&r);
	assert_int_equal(read_span(&r, SIZE_MAX).len, 0);
	assert_true(r.bad);

	struct writer w = writer_of(buf, 8);
	write_u8(&w, 1);
	write_span(&w, span_of(buf, SIZE_MAX));
	assert_true(w.full);
	assert_int_equal(w.len, 1);
	w = writer_of(buf, 8);
	write_u8(&w, 1);
	write_zeroes(&w, SIZE_MAX);
	assert_true(w.full);
}

/* Reading nothing succeeds anywhere, at the end and on an empty input too. */
static void test_reader_reads_nothing_from_nothing(void **state)
{
	(void)state;
	struct reader r = reader_of(span_of(NULL, 0));
	assert_true(read_end(&r));
	assert_int_equal(read_span(&r, 0).len, 0);
	read_bytes(&r, NULL, 0);
	assert_true(read_end(&r));
}

/* A write fits whole or changes nothing but full, which stays; shorter writes after it change
 * nothing either. */
static void test_writer_fills_up_and_stays_full(void **state)
{
	(void)state;
	for (size_t cap = 0; cap <= 9; cap++) {
		for (int kind = 0; kind < 7; kind++) {
			static const size_t needs[] = { 1, 2, 4, 8, 9, 9, 8 };
			uint8_t buf[9], before[9];
			memset(buf, 0xaa, sizeof buf);
			memset(before, 0xaa, sizeof before);
			struct writer w = writer_of(cap ? buf : NULL, cap);
			switch (kind) {
			case 0: write_u8(&w, 1); break;
			case 1: write_be16(&w, 1); break;
			case 2: write_be32(&w, 1); break;
			case 3: write_be64(&w, 1); break;
			case 4: write_span(&w, span_text("123456789")); break;
			case 5: write_zeroes(&w, 9); break;
			case 6: write_varint(&w, (UINT64_C(1) << 62) - 1); break;
			}
			if (cap >= needs[kind]) {
				assert_false(w.full);
				assert_int_equal(w.len, needs[kind]);
				assert_int_equal(writer_room(&w), cap - needs[kind]);
				continue;
			}
			assert_true(w.full);
			write_u8(&w, 2);
			assert_true(w.full);
			assert_int_equal(w.len, 0);
			assert_int_equal(writer_room(&w), 0);
			assert_memory_equal(buf, before, sizeof buf);
		}
	}
}

static void test_writer_writes_nothing_into_nothing(void **state)
{
	(void)state;
	struct writer w = writer_of(NULL, 0);
	write_span(&w, span_of(NULL, 0));
	write_zeroes(&w, 0);
	assert_false(w.full);
	assert_int_equal(written(&w).len, 0);
}

/* RFC 9000 appendix A.1. Its last example, 37 in two bytes, is not the shortest form and is refused
 * here. */
static void test_varint_reads_and_writes_examples_of_rfc_9000(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		uint64_t value;
	} cases[] = {
		{ "c2197c5eff14e88c", UINT64_C(151288809941952652) },
		{ "9d7f3e7d", 494878333 },
		{ "7bbd", 15293 },
		{ "25", 37 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t wire[8], buf[8];
		struct reader r = reader_of(unhex(cases[i].hex, wire, sizeof wire));
		assert_int_equal(read_varint(&r), cases[i].value);
		assert_true(read_end(&r));
		struct writer w = writer_of(buf, sizeof buf);
		write_varint(&w, cases[i].value);
		assert_span_hex(written(&w), cases[i].hex);
	}
}

/* Every power of two and its neighbours come back from the size that varint_size gives, and from no
 * shorter input. */
static void test_varint_round_trips_at_every_edge(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 62; bit++) {
		for (int d = -1; d <= 1; d++) {
			uint64_t v = (UINT64_C(1) << bit) + (uint64_t)(int64_t)d;
			uint8_t buf[8];
			struct writer w = writer_of(buf, sizeof buf);
			write_varint(&w, v);
			size_t want = v < 64 ? 1 : v < 16384 ? 2 : v < 1073741824 ? 4 : 8;
			assert_int_equal(w.len, want);
			assert_int_equal(varint_size(v), want);
			struct reader r = reader_of(written(&w));
			assert_int_equal(read_varint(&r), v);
			assert_true(read_end(&r));
			for (size_t len = 0; len < want; len++) {
				r = reader_of(span_of(buf, len));
				assert_int_equal(read_varint(&r), 0);
				assert_true(r.bad);
			}
		}
	}
}

/* A number has one form on the wire: longer ones are refused. */
static void test_varint_longer_than_needed_is_bad(void **state)
{
	(void)state;
	static const char *const cases[] = { "4025",
		                             "4000",
		                             "403f",
		                             "80003fff",
		                             "80000000",
		                             "c00000003fffffff",
		                             "c000000000000000" };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t wire[8];
		struct reader r = reader_of(unhex(cases[i], wire, sizeof wire));
		assert_int_equal(read_varint(&r), 0);
		assert_true(r.bad);
		assert_false(read_end(&r));
	}
}

static void test_varint_above_62_bits_is_the_callers_mistake(void **state)
{
	(void)state;
	assert_int_equal(varint_size((UINT64_C(1) << 62) - 1), 8);
	assert_panics(varint_size(UINT64_C(1) << 62));
	uint8_t buf[8];
	struct writer w = writer_of(buf, sizeof buf);
	assert_panics(write_varint(&w, UINT64_MAX));
}

static void test_integers_are_stored_big_endian(void **state)
{
	(void)state;
	uint8_t b[8];
	store_be16(b, 0xf102);
	assert_span_hex(span_of(b, 2), "f102");
	assert_int_equal(load_be16(b), 0xf102);
	store_be32(b, 0xf1020304);
	assert_span_hex(span_of(b, 4), "f1020304");
	assert_int_equal(load_be32(b), 0xf1020304);
	store_be64(b, UINT64_C(0xf102030405060708));
	assert_span_hex(span_of(b, 8), "f102030405060708");
	assert_int_equal(load_be64(b), UINT64_C(0xf102030405060708));
	assert_int_equal(load_le64(b), UINT64_C(0x08070605040302f1));
}

/* Any single bit makes two blocks differ, and one block not zero, at every length up to 33. */
static void test_bytes_equal_and_zero_see_every_bit(void **state)
{
	(void)state;
	uint8_t a[33], b[33];
	for (size_t len = 0; len <= sizeof a; len++) {
		memset(a, 0, sizeof a);
		memset(b, 0, sizeof b);
		assert_true(bytes_equal(a, b, len));
		assert_true(bytes_zero(a, len));
		for (size_t bit = 0; bit < len * 8; bit++) {
			a[bit / 8] = (uint8_t)(1 << bit % 8);
			assert_false(bytes_equal(a, b, len));
			assert_false(bytes_equal(b, a, len));
			assert_false(bytes_zero(a, len));
			a[bit / 8] = 0;
		}
	}
}

static void test_bytes_clear_leaves_zeroes_and_neighbours(void **state)
{
	(void)state;
	uint8_t a[40], all[40];
	memset(all, 7, sizeof all);
	for (size_t from = 0; from < 9; from++)
		for (size_t len = 0; from + len <= sizeof a; len++) {
			memset(a, 7, sizeof a);
			bytes_clear(a + from, len);
			assert_true(bytes_zero(a + from, len));
			assert_memory_equal(a, all, from);
			assert_memory_equal(a + from + len, all, sizeof a - from - len);
		}
}

/* ... or the program would end here. */
static void test_bytes_clear_does_not_write_to_what_is_zero(void **state)
{
	(void)state;
	size_t len = 1 << 16;
	void *at = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(at != MAP_FAILED);
	bytes_clear(at, len);
	assert_int_equal(munmap(at, len), 0);
}

static void test_bytes_wipe_leaves_zeroes_and_neighbours(void **state)
{
	(void)state;
	uint8_t a[8];
	memset(a, 0xee, sizeof a);
	bytes_wipe(a + 1, 6);
	assert_span_hex(span_of(a, 8), "ee000000 000000ee");
	bytes_wipe(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span_compares_bytes),
		cmocka_unit_test(test_reader_gives_back_what_was_written),
		cmocka_unit_test(test_reader_past_the_end_gives_zeroes_and_stays_bad),
		cmocka_unit_test(test_reader_and_writer_survive_huge_lengths),
		cmocka_unit_test(test_reader_reads_nothing_from_nothing),
		cmocka_unit_test(test_writer_fills_up_and_stays_full),
		cmocka_unit_test(test_writer_writes_nothing_into_nothing),
		cmocka_unit_test(test_varint_reads_and_writes_examples_of_rfc_9000),
		cmocka_unit_test(test_varint_round_trips_at_every_edge),
		cmocka_unit_test(test_varint_longer_than_needed_is_bad),
		cmocka_unit_test(test_varint_above_62_bits_is_the_callers_mistake),
		cmocka_unit_test(test_integers_are_stored_big_endian),
		cmocka_unit_test(test_bytes_equal_and_zero_see_every_bit),
		cmocka_unit_test(test_bytes_clear_leaves_zeroes_and_neighbours),
		cmocka_unit_test(test_bytes_clear_does_not_write_to_what_is_zero),
		cmocka_unit_test(test_bytes_wipe_leaves_zeroes_and_neighbours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
