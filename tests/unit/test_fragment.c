/* fragment: HANDSHAKE packets are read as they were written, and nothing else is. docs/PROTOCOL.md
 * section 3. */
#include "endpoint/fragment.h"

#include "tests/unit/support.h"

/* What is no HANDSHAKE packet is not read as one. */
static void test_fragment_reads_only_what_fits(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		enum err want;
	} cases[] = {
		{ "d1 01 01 0102030405060708 00 0003 0000 616263", OK },
		{ "d1 01 01 0102030405060708 00 0003 0001 6162", OK },
		{ "d1 01 01 0102030405060708 00 0003 0001 616263",
		  ERR_FORMAT },                                              /* beyond its end */
		{ "d1 01 01 0102030405060708 00 0003 0000", ERR_FORMAT },    /* nothing in it */
		{ "d1 01 01 0102030405060708 00 1001 0000 61", ERR_FORMAT }, /* above 4096 */
		{ "d1 01 01 0102030405060708 00 1000 0fff 61", OK },
		{ "d1 01 01 0102030405060708 00 1000 ffff 61", ERR_FORMAT },
		{ "d1 02 09 0102030405060708", OK }, /* of another version: only who asks */
		{ "d1 02 09 01020304050607", ERR_FORMAT },
		{ "d2 01 01 0102030405060708 00 0003 0000 616263", ERR_FORMAT },
		{ "", ERR_FORMAT },
	};
	uint8_t bytes[64];
	struct fragment f;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(fragment_read(unhex(cases[i].hex, bytes, sizeof bytes), &f),
		                 cases[i].want);
}

/* What is written is read again, field by field; cut anywhere it is no packet, or says less. */
static void test_fragment_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct test_random chance = test_random(1);

	for (unsigned i = 0; i < 500; i++) {
		uint8_t bytes[FRAGMENT_MAX], packet[LIMIT_PACKET];
		size_t len = 1 + (size_t)random_below(&chance.random, FRAGMENT_MAX);
		size_t total =
		    len + (size_t)random_below(&chance.random, LIMIT_HANDSHAKE - len + 1);
		struct fragment f = { .version = PROTOCOL_VERSION,
			              .suite = (uint8_t)i,
			              .number = (uint8_t)(i * 7),
			              .total = (uint16_t)total,
			              .bytes = span_of(bytes, len) },
				g;
		struct writer w = writer_of(packet, sizeof packet);

		random_fill(&chance.random, f.id, sizeof f.id);
		random_fill(&chance.random, bytes, len);
		f.offset = (uint16_t)random_below(&chance.random, total - len + 1);
		fragment_write(&f, &w);
		assert_int_equal(w.len, HANDSHAKE_HEADER + len);
		assert_int_equal(fragment_read(written(&w), &g), OK);
		assert_int_equal(g.version, f.version);
		assert_int_equal(g.suite, f.suite);
		assert_memory_equal(g.id, f.id, sizeof f.id);
		assert_int_equal(g.number, f.number);
		assert_int_equal(g.total, f.total);
		assert_int_equal(g.offset, f.offset);
		assert_int_equal(g.bytes.len, len);
		assert_memory_equal(g.bytes.at, bytes, len);
		assert_int_equal(fragment_is_whole(&g), len == total);
		size_t cut = (size_t)random_below(&chance.random, HANDSHAKE_HEADER + 1);
		assert_int_equal(fragment_read(span_of(packet, cut), &g), ERR_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fragment_reads_only_what_fits),
		cmocka_unit_test(test_fragment_is_read_as_it_was_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
