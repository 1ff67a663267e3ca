/* text: the formatter and where it cuts, decimal. */
#include "base/text.h"

#include "base/utf8.h"
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
	text_add_format(&t, "%03u%03u %x", 7, 12345, 0xa0f);
	text_add_span(&t, span_of(NULL, 0));
	assert_string_equal(buf, "n=0 18446744073709551615 00712345 a0f");
	assert_int_equal(t.len, strlen(buf));
	assert_false(t.cut);
}

static void test_text_fills_the_gaps_of_a_format(void **state)
{
	(void)state;
	char buf[96];
	struct text t = text_of(buf, sizeof buf);
	text_add_format(&t, "plain;");
	text_add_format(&t, "%s", "");
	text_add_format(&t, "%s%s;", "one", "two");
	text_add_format(&t, "%u of %ju, 100%%; ", 4294967295u, UINTMAX_MAX);
	text_add_format(&t, "%02u:%02ju:%03u", 7u, (uintmax_t)123, 45u);
	assert_string_equal(buf,
	                    "plain;onetwo;4294967295 of 18446744073709551615, 100%; 07:123:045");
	assert_false(t.cut);
	t = text_of(buf, 8);
	text_add_format(&t, "ab%scd%u", "\xc3\xa9\xc3\xa9\xc3\xa9", 1u);
	assert_string_equal(buf, "ab\xc3\xa9\xc3\xa9");
	assert_true(t.cut);
}

/* At every capacity the text is terminated inside it, is a prefix of the whole, and cut says
 * whether it is all of it. */
static void test_text_is_cut_at_every_capacity(void **state)
{
	(void)state;
	static const char whole[] = "ab00c7f0"; /* ab, 00c7, f0 */
	for (size_t cap = 1; cap <= sizeof whole + 1; cap++) {
		char buf[16];
		memset(buf, 'X', sizeof buf);
		struct text t = text_of(buf, cap);
		text_add(&t, "ab");
		text_add_format(&t, "%02u", 0);
		text_add(&t, "c7");
		text_add(&t, "f0");
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

/* A character of two to four bytes is kept whole or left out, and nothing is added after the cut.
 */
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

/* A function that takes the same arguments passes them on as a list, which stays as it is. */
static void add_twice(struct text *t, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	text_add_format_list(t, format, more);
	text_add_format_list(t, format, more);
	va_end(more);
}

static void test_text_takes_a_list_of_arguments(void **state)
{
	(void)state;
	char buf[12];
	struct text t = text_of(buf, sizeof buf);
	add_twice(&t, "%s%u", "ab", 1u);
	assert_string_equal(buf, "ab1ab1");
	assert_span_text(text_span(&t), "ab1ab1");
	text_add_format(&t, "%s%s", "1234", "567");
	assert_string_equal(buf, "ab1ab112345");
	assert_true(t.cut);
	text_copy(buf, 4, "x\xc3\xa9\xc3\xa9");
	assert_string_equal(buf, "x\xc3\xa9");
}

static void test_text_reads_hex(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "g", "0x1", "12 ", "123456789", "-1" };
	uint32_t v;
	assert_true(text_read_hex(span_text("0aFf"), &v) && v == 0xaff);
	assert_true(text_read_hex(span_text("ffffffff"), &v) && v == UINT32_MAX);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(text_read_hex(span_text(wrong[i]), &v));
}

/* Behind what a writer has; what does not fit is not written at all, and the writer is full. */
static void test_text_into_a_writer(void **state)
{
	(void)state;
	uint8_t bytes[10];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct writer one = writer_of(bytes, 1); /* room for the 0 */
	text_write(&one, "%s", "");
	assert_true(!one.full && one.len == 0);
	write_text(&one, "c");
	assert_true(!one.full && one.len == 1 && bytes[0] == 'c');
	write_text(&one, "d");
	assert_true(one.full);
	one = writer_of(bytes, 1);
	text_write(&one, "c");
	assert_true(one.full && one.len == 0);
	text_write(&w, "%s", "ab");
	text_write(&w, "%u%%", 7u);
	assert_span_text(written(&w), "ab7%");
	text_write(&w, "cdefgh"); /* no room for the 0 */
	assert_true(w.full);
	assert_span_text(written(&w), "ab7%");
	text_write(&w, "c");
	assert_true(w.full && w.len == 4);
}

static void test_text_word_is_one_word_of_a_shell(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "tcp://velvet-anchor@192.0.2.1:7242", "tcp://velvet-anchor@192.0.2.1:7242" },
		{ "107-a-b@vps.example", "107-a-b@vps.example" },
		{ "107-a-b@[::1]:7", "'107-a-b@[::1]:7'" },
		{ "tcp://[fe80::1%eth0]:7", "'tcp://[fe80::1%eth0]:7'" },
		{ "serial:///dev/my tty's", "'serial:///dev/my tty'\\''s'" },
		{ "$(id)", "'$(id)'" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char at[64];
		struct text t = text_of(at, sizeof at);
		text_add_word(&t, cases[i][0]);
		assert_string_equal(at, cases[i][1]);
	}
}

static const char *size_of(uint64_t bytes)
{
	static char text[64];
	struct text t = text_of(text, sizeof text);
	text_add_size(&t, bytes);
	return text;
}

static void test_text_adds_sizes(void **state)
{
	(void)state;
	assert_string_equal(size_of(0), "0 bytes");
	assert_string_equal(size_of(1), "1 byte");
	assert_string_equal(size_of(999), "999 bytes");
	assert_string_equal(size_of(1000), "1.0 KB");
	assert_string_equal(size_of(9999), "9.9 KB");
	assert_string_equal(size_of(10000), "10 KB");
	assert_string_equal(size_of(999999), "999 KB");
	assert_string_equal(size_of(1234567), "1.2 MB");
	assert_string_equal(size_of(UINT64_C(3) << 30), "3.2 GB");
	assert_string_equal(size_of(UINT64_C(1) << 40), "1.0 TB");
	assert_string_equal(size_of(UINT64_MAX), "18 EB");
}

static const char *time_of(uint64_t seconds)
{
	static char text[64];
	struct text t = text_of(text, sizeof text);
	text_add_time(&t, seconds);
	return text;
}

static void test_text_adds_times(void **state)
{
	(void)state;
	assert_string_equal(time_of(0), "0:00");
	assert_string_equal(time_of(67), "1:07");
	assert_string_equal(time_of(3600), "1:00:00");
	assert_string_equal(time_of(47 * 3600 + 61), "47:01:01");
	assert_string_equal(time_of(48 * 3600), "2 days");
	assert_string_equal(time_of(UINT64_MAX), "213503982334601 days");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_reads_hex),
		cmocka_unit_test(test_text_into_a_writer),
		cmocka_unit_test(test_text_word_is_one_word_of_a_shell),
		cmocka_unit_test(test_text_builds_a_terminated_string),
		cmocka_unit_test(test_text_fills_the_gaps_of_a_format),
		cmocka_unit_test(test_text_is_cut_at_every_capacity),
		cmocka_unit_test(test_text_is_cut_between_characters),
		cmocka_unit_test(test_text_cuts_foreign_bytes_anywhere),
		cmocka_unit_test(test_text_reads_decimal_up_to_its_limit),
		cmocka_unit_test(test_text_takes_a_list_of_arguments),
		cmocka_unit_test(test_text_adds_sizes),
		cmocka_unit_test(test_text_adds_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
