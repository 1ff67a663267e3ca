/* heard: records are found in any pieces, texts come in order and once, and a record that is none
 * is seen. */
#include "chat/heard.h"

#include "tests/unit/support.h"

static struct heard h;
static uint8_t wire[LIMIT_RECORD];

static struct span record(enum record_type type, uint64_t number, const char *text)
{
	struct record r = { (uint8_t)type, number, span_text(text) };
	return span_of(wire, record_write(&r, wire));
}

/* All of it, in pieces of at most so many bytes; what the last of them leads to. */
static enum err add(struct span bytes, size_t piece, struct record *r)
{
	enum err err = ERR_FULL;

	while (bytes.len > 0) {
		struct span part = span_of(bytes.at, bytes.len < piece ? bytes.len : piece);
		assert_int_equal(err, ERR_FULL);
		bytes = span_after(bytes, part.len);
		err = heard_record(&h, &part, r);
		assert_int_equal(part.len, 0);
	}
	return err;
}

/* Whatever the pieces, the record is there with its last byte and not before, and what comes after
 * it is left where it is. */
static void test_heard_finds_records_in_any_pieces(void **state)
{
	(void)state;
	uint8_t more[RECORD_MIN + 3];
	struct record r;
	for (size_t piece = 1; piece <= 65; piece++) {
		memset(&h, 0, sizeof h);
		struct span bytes = record(RECORD_RECEIPT, 7, "");
		assert_int_equal(add(span_of(bytes.at, bytes.len - 1), piece, &r), ERR_FULL);
		assert_int_equal(add(span_after(bytes, bytes.len - 1), 1, &r), OK);
		assert_int_equal(r.type, RECORD_RECEIPT);
		assert_int_equal(r.number, 7);
		memset(more, 0xff, sizeof more);
		memcpy(more, bytes.at, RECORD_MIN);
		bytes = span_of(more, sizeof more);
		assert_int_equal(heard_record(&h, &bytes, &r), OK);
		assert_int_equal(bytes.len, 3);
	}
}

/* A text is lent out once; nothing more is taken until it was taken back. */
static void test_heard_lends_a_text_once(void **state)
{
	(void)state;
	struct record r;
	struct span text, next = span_of("\0", 1);
	uint64_t number;
	bool more;
	memset(&h, 0, sizeof h);
	assert_int_equal(add(record(RECORD_TEXT_PART, 1, "hi"), 100, &r), OK);
	assert_true(heard_text(&h, &r));
	assert_true(h.state == HEARD_READY && h.more);
	assert_int_equal(heard_record(&h, &next, &r), ERR_FULL);
	assert_int_equal(next.len, 1);
	heard_take_back(&h); /* it was not taken */
	assert_true(heard_take(&h, &number, &text, &more));
	assert_int_equal(number, 1);
	assert_span_text(text, "hi");
	assert_true(more);
	assert_false(heard_take(&h, &number, &text, &more));
	assert_int_equal(heard_record(&h, &next, &r), ERR_FULL);
	assert_int_equal(next.len, 1);
	assert_span_text(text, "hi");
	heard_take_back(&h);
	assert_int_equal(add(record(RECORD_TEXT, 2, ""), 100, &r), OK);
	assert_true(heard_text(&h, &r));
	assert_false(h.more);
}

/* A text with another number than the next, and a length that no record has, are seen. */
static void test_heard_refuses(void **state)
{
	(void)state;
	struct record r;
	memset(&h, 0, sizeof h);
	assert_int_equal(add(record(RECORD_TEXT, 2, "x"), 100, &r), OK);
	assert_false(heard_text(&h, &r));
	assert_int_equal(h.count, 0);
	memset(&h, 0, sizeof h);
	assert_int_equal(add(span_of("\0\x3f", 2), 2, &r), ERR_FORMAT);
}

/* What is shown is confirmed once. */
static void test_heard_counts_what_is_shown(void **state)
{
	(void)state;
	memset(&h, 0, sizeof h);
	heard_show(&h, 5);
	heard_show(&h, 3);
	assert_int_equal(h.shown, 5);
	assert_int_equal(h.shown - h.confirmed, 5);
	assert_int_equal(heard_confirm(&h), 5);
	assert_int_equal(h.shown - h.confirmed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heard_finds_records_in_any_pieces),
		cmocka_unit_test(test_heard_lends_a_text_once),
		cmocka_unit_test(test_heard_refuses),
		cmocka_unit_test(test_heard_counts_what_is_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
