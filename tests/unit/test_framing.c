/* framing: packets come out as they went in, however the bytes were cut on the way. */
#include "tests/unit/support.h"

#include "wire/framing.h"

enum { WIRE = 1 << 16 };
static uint8_t wire[WIRE];

static struct span packet_of(size_t len, uint8_t first)
{
	static uint8_t packet[FRAMING_PACKET_MAX];
	for (size_t i = 0; i < len; i++)
		packet[i] = (uint8_t)(first + i);
	return span_of(packet, len);
}

static void append(struct writer *w, struct span packet)
{
	uint8_t header[FRAMING_HEADER];
	framing_header(header, packet.len);
	write_span(w, span_of(header, sizeof header));
	write_span(w, packet);
}

static void test_framing_header_is_big_endian(void **state)
{
	(void)state;
	uint8_t header[FRAMING_HEADER];
	framing_header(header, 0x04d0);
	assert_span_hex(span_of(header, 2), "04d0");
}

/* Thousands of random packets (keepalives among them) in random cuts: the same packets in the same
 * order. */
static void test_framing_any_cut(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct test_random r = test_random(seed);
		struct writer w = writer_of(wire, sizeof wire);
		size_t lens[4096], count = 0, got = 0;
		size_t most = seed % 3 == 0 ? 4 : seed % 3 == 1 ? 100 : FRAMING_PACKET_MAX;
		while (writer_room(&w) > FRAMING_PACKET_MAX + FRAMING_HEADER && count < 4096) {
			size_t len = random_below(&r.random, most + 1);
			append(&w, packet_of(len, (uint8_t)count));
			lens[count++] = len;
		}

		struct framing reader = { .len = 0 };
		size_t cut_most = seed % 5 == 0 ? 1 : seed % 5 == 1 ? 3 : 4000;
		for (size_t at = 0; at < w.len;) {
			size_t cut = 1 + random_below(&r.random, cut_most);
			cut = cut < w.len - at ? cut : w.len - at;
			struct span in = span_of(wire + at, cut), packet;
			while (framing_next(&reader, &in, &packet)) {
				while (lens[got] == 0)
					got++;
				assert_true(span_equal(packet, packet_of(lens[got], (uint8_t)got)));
				got++;
			}
			assert_int_equal(in.len, 0);
			assert_false(framing_bad(&reader));
			at += cut;
		}
		while (got < count && lens[got] == 0)
			got++;
		assert_int_equal(got, count);
		assert_int_equal(reader.len, 0);
	}
}

/* A packet that lies whole in the input is handed on from there. */
static void test_framing_does_not_copy(void **state)
{
	(void)state;
	struct writer w = writer_of(wire, sizeof wire);
	struct framing reader = { .len = 0 };
	append(&w, packet_of(0, 0));
	append(&w, packet_of(FRAMING_PACKET_MAX, 0));
	append(&w, packet_of(10, 5));
	struct span in = written(&w), packet;
	assert_true(framing_next(&reader, &in, &packet));
	assert_ptr_equal(packet.at, wire + 2 * FRAMING_HEADER);
	assert_int_equal(packet.len, FRAMING_PACKET_MAX);
	assert_true(framing_next(&reader, &in, &packet));
	assert_true(span_equal(packet, packet_of(10, 5)));
	assert_false(framing_next(&reader, &in, &packet));
}

/* Every length above the limit ends the stream, whether its header came whole or in two, and it
 * stays ended. */
static void test_framing_too_long(void **state)
{
	(void)state;
	for (size_t len = FRAMING_PACKET_MAX - 1; len <= UINT16_MAX;
	     len += len < FRAMING_PACKET_MAX + 2 ? 1 : 997) {
		for (size_t cut = 1; cut <= 2; cut++) {
			struct framing reader = { .len = 0 };
			struct span packet;
			uint8_t header[FRAMING_HEADER];
			framing_header(header, len);
			for (size_t at = 0; at < 2; at += cut) {
				struct span in = span_of(header + at, cut);
				assert_false(framing_next(&reader, &in, &packet));
			}
			assert_int_equal(framing_bad(&reader), len > FRAMING_PACKET_MAX);
			struct span more = packet_of(FRAMING_PACKET_MAX, 0);
			assert_int_equal(framing_next(&reader, &more, &packet),
			                 len <= FRAMING_PACKET_MAX);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_framing_header_is_big_endian),
		cmocka_unit_test(test_framing_any_cut),
		cmocka_unit_test(test_framing_does_not_copy),
		cmocka_unit_test(test_framing_too_long),
	};
	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
