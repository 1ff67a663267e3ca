/* base64: the vectors of RFC 4648, and that nothing else is accepted. */
#include "base/base64.h"

#include "tests/unit/support.h"

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

/* decode(encode(x)) is x at every length, with line breaks anywhere; into a byte less it does not
 * fit and writes nothing. */
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

/* No length is so large that the room for its text is too little to be noticed. */
static void test_base64_has_no_room_for_what_cannot_be(void **state)
{
	(void)state;
	uint8_t in[1] = { 0 }, out[8];
	static const size_t sizes[] = { SIZE_MAX,     SIZE_MAX - 1,         SIZE_MAX - 2,
		                        SIZE_MAX / 2, SIZE_MAX / 4 * 3 + 3, SIZE_MAX / 4 * 3 };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct writer w = writer_of(out, sizeof out);
		base64_encode(span_of(in, sizes[i]), &w);
		assert_true(w.full && w.len == 0);
	}
}

/* Each of the 256 characters is a digit, a blank or refused; what is refused leaves the writer
 * untouched. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64_gives_vectors_of_rfc_4648),
		cmocka_unit_test(test_base64_round_trips),
		cmocka_unit_test(test_base64_has_no_room_for_what_cannot_be),
		cmocka_unit_test(test_base64_refuses_everything_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
