/* text: the formatter and where it cuts, decimal, hex, RFC 4648, UTF-8 with its forbidden forms. */
#include "base/text.h"

#include "tests/unit/support.h"

static void test_text_builds_a_terminated_string(void **state)
{
	(void)state;
	char buf[64];
	struct text t = text_of(buf, sizeof buf);
	assert_string_equal(buf, "");
	text_add(&t, "n=");
	text_add_u64(&t, 0);
	text_add(&t, " ");
	text_add_u64(&t, UINT64_MAX);
	text_add(&t, " ");
	text_add_padded(&t, 7, 3);
	text_add_padded(&t, 12345, 3);
	text_add(&t, " ");
	text_add_hex(&t, span_of("\x00\xa9\xff", 3));
	text_add_span(&t, span_of(NULL, 0));
	assert_string_equal(buf, "n=0 18446744073709551615 00712345 00a9ff");
	assert_int_equal(t.len, strlen(buf));
	assert_false(t.cut);
}

/* At every capacity the text is terminated inside it, is a prefix of the whole, and cut says whether it is all of it. */
static void test_text_is_cut_at_every_capacity(void **state)
{
	(void)state;
	static const char whole[] = "ab00c7f0"; /* ab, 00c7, f0 */
	for (size_t cap = 1; cap <= sizeof whole + 1; cap++) {
		char buf[16];
		memset(buf, 'X', sizeof buf);
		struct text t = text_of(buf, cap);
		text_add(&t, "ab");
		text_add_padded(&t, 0, 2);
		text_add(&t, "c7");
		text_add_hex(&t, span_of("\xf0", 1));
		assert_true(t.len < cap);
		assert_int_equal(buf[t.len], 0);
		assert_memory_equal(buf, whole, t.len);
		assert_int_equal(t.cut, t.len < sizeof whole - 1);
		assert_int_equal(t.cut, cap < sizeof whole);
		assert_int_equal(buf[cap], 'X');
	}
	char none[1];
	assert_panics(text_of(none, 0));
}

/* A character of two to four bytes is kept whole or left out, and nothing is added after the cut. */
static void test_text_is_cut_between_characters(void **state)
{
	(void)state;
	static const char whole[] =
	    "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"; /* a e-acute euro smile z: 1 2 3 4 1 */
	static const size_t kept[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11 };
	for (size_t room = 0; room <= 11; room++) {
		char buf[16];
		struct text t = text_of(buf, room + 1);
		text_add(&t, whole);
		assert_int_equal(t.len, kept[room]);
		text_add(&t, "more");
		assert_int_equal(strlen(buf), t.len == 11 ? 11 : kept[room]);
		assert_memory_equal(buf, whole, t.len);
		assert_true(utf8_valid(span_text(buf)));
		assert_true(t.cut);

		/* the same when the character comes in pieces */
		t = text_of(buf, room + 1);
		for (size_t i = 0; i < 11; i++)
			text_add_span(&t, span_of(whole + i, 1));
		assert_int_equal(t.len, kept[room]);
	}
}

/* Bytes that are no UTF-8 are cut like any others: none of them is waited for. */
static void test_text_cuts_foreign_bytes_anywhere(void **state)
{
	(void)state;
	char buf[6];
	struct text t = text_of(buf, sizeof buf);
	text_add(&t, "\x80\x80\x80\x80\x80\x80\x80");
	assert_int_equal(t.len, 5);
	t = text_of(buf, 4);
	text_add(&t, "\xbf\xbf\xbf\xbf");
	assert_int_equal(t.len, 3);
}

static void test_text_reads_decimal_up_to_its_limit(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t max;
		bool good;
		uint64_t value;
	} cases[] = {
		{ "0", 0, true, 0 },
		{ "1", 0, false, 0 },
		{ "0007", 7, true, 7 },
		{ "8", 7, false, 0 },
		{ "65535", 65535, true, 65535 },
		{ "65536", 65535, false, 0 },
		{ "655350", 65535, false, 0 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "99999999999999999999", UINT64_MAX, false, 0 },
		{ "", 9, false, 0 },
		{ "-1", 9, false, 0 },
		{ "+1", 9, false, 0 },
		{ " 1", 9, false, 0 },
		{ "1 ", 9, false, 0 },
		{ "1a", 99, false, 0 },
		{ "0x1", 99, false, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t v = 4711;
		assert_int_equal(text_read_u64(span_text(cases[i].text), cases[i].max, &v),
		                 cases[i].good);
		assert_int_equal(v, cases[i].good ? cases[i].value : 4711);
	}
}

/* RFC 4648 section 10, in lower case and without padding. */
static void test_base32_gives_vectors_of_rfc_4648(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "", "" },
		{ "f", "my" },
		{ "fo", "mzxq" },
		{ "foo", "mzxw6" },
		{ "foob", "mzxw6yq" },
		{ "fooba", "mzxw6ytb" },
		{ "foobar", "mzxw6ytboi" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[16];
		uint8_t back[8];
		size_t len = strlen(cases[i][0]);
		base32_encode(span_text(cases[i][0]), text);
		assert_string_equal(text, cases[i][1]);
		assert_true(base32_decode(span_text(text), back, len));
		assert_memory_equal(back, cases[i][0], len);
	}
}

/* decode(encode(x)) is x at every length, in either case; a length off by one either way is refused. */
static void test_base32_round_trips(void **state)
{
	(void)state;
	struct test_random random = test_random(32);
	for (size_t len = 0; len <= 64; len++) {
		uint8_t in[64], out[66];
		char text[104];
		random_fill(&random.random, in, len);
		base32_encode(span_of(in, len), text);
		assert_int_equal(strlen(text), (len * 8 + 4) / 5);
		for (size_t i = 0; text[i]; i++)
			if (i % 2 == 0 && text[i] >= 'a')
				text[i] = (char)(text[i] - 'a' + 'A');
		assert_true(base32_decode(span_text(text), out, len));
		assert_memory_equal(out, in, len);
		assert_false(base32_decode(span_text(text), out, len + 1));
		assert_false(len > 0 && base32_decode(span_text(text), out, len - 1));
	}
}

/* Each of the 256 characters is a digit exactly when the alphabet has it; failures leave out untouched. */
static void test_base32_refuses_foreign_characters_and_spare_bits(void **state)
{
	(void)state;
	uint8_t out[5], untouched[5];
	memset(out, 0xaa, sizeof out);
	memset(untouched, 0xaa, sizeof untouched);
	for (unsigned c = 0; c < 256; c++) {
		char text[8] = { 'a', 'a', 'a', (char)c, 'a', 'a', 'a', 'a' };
		bool digit =
		    c != 0 &&
		    strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567", (int)c);
		assert_int_equal(base32_decode(span_of(text, 8), out, 5), digit);
		if (!digit)
			assert_memory_equal(out, untouched, 5);
		memset(out, 0xaa, sizeof out);
	}
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{ "mz", 1 },       { "mb", 1 },      { "mzxr", 2 },
		{ "mzxw7", 3 },    { "mzxw6yr", 4 }, /* spare bits */
		{ "m", 0 },        { "m", 1 },       { "mzx", 1 },
		{ "mzxw6y", 3 },   /* no length of base32 */
		{ "my======", 1 }, /* padding */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_false(base32_decode(span_text(cases[i].text), out, cases[i].len));
		assert_memory_equal(out, untouched, 5);
	}
}

static struct span encode64(struct span in, uint8_t *buf, size_t cap)
{
	struct writer w = writer_of(buf, cap);
	base64_encode(in, &w);
	assert_false(w.full);
	return written(&w);
}

static void test_base64_gives_vectors_of_rfc_4648(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "+/+/" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t text[16], back[8];
		struct writer w = writer_of(back, sizeof back);
		assert_span_text(encode64(span_text(cases[i][0]), text, sizeof text), cases[i][1]);
		assert_true(base64_decode(span_text(cases[i][1]), &w));
		assert_span_text(written(&w), cases[i][0]);
	}
}

/* decode(encode(x)) is x at every length, with line breaks anywhere; into a byte less it does not fit and writes nothing. */
static void test_base64_round_trips(void **state)
{
	(void)state;
	struct test_random random = test_random(64);
	for (size_t len = 0; len <= 100; len++) {
		uint8_t in[100], text[136], broken[2 * 136], out[100];
		random_fill(&random.random, in, len);
		struct span t = encode64(span_of(in, len), text, sizeof text);
		assert_int_equal(t.len, (len + 2) / 3 * 4);

		size_t broken_len = 0;
		for (size_t i = 0; i < t.len; i++) {
			broken[broken_len++] = t.at[i];
			if (random_below(&random.random, 3) == 0)
				broken[broken_len++] =
				    (uint8_t) "\r\n \t"[random_below(&random.random, 4)];
		}
		struct writer w = writer_of(out, len);
		assert_true(base64_decode(span_of(broken, broken_len), &w));
		assert_true(span_equal(written(&w), span_of(in, len)));
		if (len == 0)
			continue;
		w = writer_of(out, len - 1);
		assert_false(base64_decode(t, &w));
		assert_true(w.full);
		assert_int_equal(w.len, 0);
		w = writer_of(text, t.len - 1);
		base64_encode(span_of(in, len), &w);
		assert_true(w.full);
		assert_int_equal(w.len, 0);
	}
}

/* Each of the 256 characters is a digit, a blank or refused; what is refused leaves the writer untouched. */
static void test_base64_refuses_everything_else(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		static const char digits[] =
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
		char text[5] = { 'A', 'A', (char)c, 'A', 'A' };
		uint8_t out[4];
		struct writer w = writer_of(out, sizeof out);
		bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
		assert_int_equal(base64_decode(span_of(text, 5), &w), blank);
		assert_int_equal(base64_decode(span_of(text, 4), &w),
		                 c != 0 && strchr(digits, (int)c) != NULL);
	}
	static const char *const cases[] = {
		"A",    "AA",   "AAA",   "AAAAA", "A===",     "=",        "====",
		"AA=A", "AA=",  "AAA==", "AAAA=", "AAAA====", "AA==AAAA", "AA==A",
		"AB==", "AAB=", "Zh==",  "Zm9=",  "AA-_",     "AA.A",     "-----BEGIN",
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t out[8];
		struct writer w = writer_of(out, sizeof out);
		assert_false(base64_decode(span_text(cases[i]), &w));
		assert_int_equal(w.len, 0);
		assert_false(w.full);
	}
}

/* Every scalar value comes back from its encoding, whole only; every other value has none. */
static void test_utf8_round_trips_every_scalar_value(void **state)
{
	(void)state;
	for (uint32_t rune = 0; rune < 0x110002; rune++) {
		uint8_t bytes[4];
		uint32_t back = 1;
		size_t size = utf8_encode(rune, bytes);
		if ((rune >= 0xd800 && rune < 0xe000) || rune > 0x10ffff) {
			assert_int_equal(size, 0);
			continue;
		}
		size_t want = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
		if (size != want || utf8_decode(span_of(bytes, size), &back) != (int)size ||
		    back != rune)
			fail_msg("U+%04X", rune);
		for (size_t len = 1; len < size; len++)
			if (utf8_decode(span_of(bytes, len), &back) != -2)
				fail_msg("U+%04X cut to %zu", rune, len);
	}
	uint8_t bytes[4];
	assert_int_equal(utf8_encode(UINT32_MAX, bytes), 0);
}

static void test_utf8_tells_invalid_from_unfinished(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		int result;
	} cases[] = {
		{ "", 0 },          { "00", 1 },        { "7f", 1 },
		{ "c280", 2 },      { "dfbf", 2 },      { "e0a080", 3 },
		{ "ed9fbf", 3 },    { "ee8080", 3 },    { "efbfbf", 3 },
		{ "f0908080", 4 },  { "f48fbfbf", 4 },  { "80", -1 },
		{ "bf", -1 },       { "fe", -1 },       { "ff", -1 },     /* no lead byte */
		{ "c0", -1 },       { "c080", -1 },     { "c1bf", -1 },   /* overlong, two bytes */
		{ "e080", -1 },     { "e09fbf", -1 },   { "e08080", -1 }, /* overlong, three */
		{ "f080", -1 },     { "f08fbfbf", -1 }, { "f0808080", -1 }, /* overlong, four */
		{ "eda0", -1 },     { "eda080", -1 },   { "edbfbf", -1 },   /* surrogates */
		{ "f490", -1 },     { "f4908080", -1 }, { "f5", -1 },
		{ "f8888080", -1 }, /* above U+10FFFF */
		{ "c3", -2 },       { "e2", -2 },       { "e282", -2 },
		{ "f0", -2 },       { "f09f", -2 },     { "f09f98", -2 },
		{ "ed", -2 },       { "ed9f", -2 },     { "f4", -2 },
		{ "e0", -2 },       { "c341", -1 },     { "e24182", -1 },
		{ "e28241", -1 },   { "f09f9841", -1 }, { "c3c3", -1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t bytes[8];
		uint32_t rune = 4711;
		struct span s = unhex(cases[i].hex, bytes, sizeof bytes);
		if (utf8_decode(s, &rune) != cases[i].result)
			fail_msg("%s", cases[i].hex);
		assert_int_equal(utf8_valid(s), cases[i].result >= 0);
		if (cases[i].result <= 0)
			assert_int_equal(rune, 4711);
	}
	assert_true(utf8_valid(span_text("Gr\xc3\xbc\xc3\x9f"
	                                 "e \xe2\x82\xac \xf0\x9f\x98\x80")));
	assert_false(utf8_valid(span_text("ok \xc3")));
	assert_false(utf8_valid(span_text("\xc3\xa9\x80 ok")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_builds_a_terminated_string),
		cmocka_unit_test(test_text_is_cut_at_every_capacity),
		cmocka_unit_test(test_text_is_cut_between_characters),
		cmocka_unit_test(test_text_cuts_foreign_bytes_anywhere),
		cmocka_unit_test(test_text_reads_decimal_up_to_its_limit),
		cmocka_unit_test(test_base32_gives_vectors_of_rfc_4648),
		cmocka_unit_test(test_base32_round_trips),
		cmocka_unit_test(test_base32_refuses_foreign_characters_and_spare_bits),
		cmocka_unit_test(test_base64_gives_vectors_of_rfc_4648),
		cmocka_unit_test(test_base64_round_trips),
		cmocka_unit_test(test_base64_refuses_everything_else),
		cmocka_unit_test(test_utf8_round_trips_every_scalar_value),
		cmocka_unit_test(test_utf8_tells_invalid_from_unfinished),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
