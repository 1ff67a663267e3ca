/* der: strict reading, writing that reading gives back. */
#include "tests/unit/support.h"

#include "crypto/der.h"

/* What is read as an element of this tag, or as an unsigned INTEGER; NULL: refused. */
static const struct {
	uint8_t tag;
	const char *der, *content;
} elements[] = {
	{ DER_OCTETS, "0400", "" },
	{ DER_OCTETS, "0403aabbcc", "aabbcc" },
	{ DER_OCTETS, "0503aabbcc", NULL }, /* another tag */
	{ DER_OCTETS, "", NULL },
	{ DER_OCTETS, "04", NULL },
	{ DER_OCTETS, "0403aabb", NULL },         /* cut */
	{ DER_OCTETS, "048003aabbcc0000", NULL }, /* indefinite length */
	{ DER_OCTETS, "048103aabbcc", NULL },     /* not the shortest length */
	{ DER_OCTETS, "04820003aabbcc", NULL },
	{ DER_OCTETS, "0483000003aabbcc", NULL }, /* longer than any key file */
	{ DER_OCTETS, "0484ffffffff", NULL },
	{ DER_OCTETS, "04ff", NULL },
	{ DER_INTEGER, "020100", "" },
	{ DER_INTEGER, "02017f", "7f" },
	{ DER_INTEGER, "02020080", "80" },
	{ DER_INTEGER, "0203010001", "010001" },
	{ DER_INTEGER, "0200", NULL },     /* no digits */
	{ DER_INTEGER, "020180", NULL },   /* negative */
	{ DER_INTEGER, "02020001", NULL }, /* zero in front for nothing */
	{ DER_INTEGER, "0202ff80", NULL },
};

static void test_der_reads_strictly(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
		uint8_t bytes[16];
		struct reader r = reader_of(unhex(elements[i].der, bytes, sizeof bytes));
		bool integer = elements[i].tag == DER_INTEGER;
		struct span got = integer ? der_read_unsigned(&r) : der_read(&r, elements[i].tag);
		assert_int_equal(r.bad, elements[i].content == NULL);
		assert_int_equal(read_end(&r), elements[i].content != NULL);
		if (elements[i].content)
			assert_span_hex(got, elements[i].content);
		else
			assert_int_equal(got.len, 0);
	}
}

/* Every length up to the longest reads back as written, in the shortest form. */
static void test_der_lengths_round_trip(void **unused)
{
	(void)unused;
	static uint8_t content[UINT16_MAX], der[sizeof content + 4];
	static const size_t lens[] = { 0, 1, 127, 128, 129, 255, 256, 257, 65535 };
	memset(content, 0xab, sizeof content);
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		struct writer w = writer_of(der, sizeof der);
		der_write(&w, DER_OCTETS, span_of(content, lens[i]));
		assert_int_equal(w.len, lens[i] + (lens[i] < 128 ? 2 : lens[i] < 256 ? 3 : 4));
		struct reader r = reader_of(written(&w));
		assert_true(span_equal(der_read(&r, DER_OCTETS), span_of(content, lens[i])));
		assert_true(read_end(&r));
	}
}

static void test_der_writes_unsigned(void **unused)
{
	(void)unused;
	static const char *const cases[][2] = {
		{ "", "020100" },           { "00", "020100" },     { "0000", "020100" },
		{ "7f", "02017f" },         { "80", "02020080" },   { "00007f", "02017f" },
		{ "010001", "0203010001" }, { "00ff", "020200ff" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t bytes[8], der[8];
		struct writer w = writer_of(der, sizeof der);
		der_write_unsigned(&w, unhex(cases[i][0], bytes, sizeof bytes));
		assert_span_hex(written(&w), cases[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_der_reads_strictly),
		cmocka_unit_test(test_der_lengths_round_trip),
		cmocka_unit_test(test_der_writes_unsigned),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
