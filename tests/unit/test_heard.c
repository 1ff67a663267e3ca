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

/* All of it, in pieces of at most so many bytes. */
static void add(struct span bytes, size_t piece)
{
	while (bytes.len > 0) {
		size_t len = heard_wants(&h);
		assert_true(len > 0);
		len = len < piece ? len : piece;
		len = len < bytes.len ? len : bytes.len;
		heard_add(&h, span_of(bytes.at, len));
		bytes = span_after(bytes, len);
	}
}

/* Whatever the pieces, the record is there with its last byte and not before. */
static void test_heard_finds_records_in_any_pieces(void **state)
{
	(void)state;
	struct record r;
	enum err err;
	for (size_t piece = 1; piece <= 65; piece++) {
		memset(&h, 0, sizeof h);
		struct span bytes = record(RECORD_RECEIPT, 7, "");
		add(span_of(bytes.at, bytes.len - 1), piece);
		assert_int_equal(heard_wants(&h), 1);
		assert_false(heard_record(&h, &r, &err));
		add(span_after(bytes, bytes.len - 1), 1);
		assert_int_equal(heard_wants(&h), 0);
		assert_true(heard_record(&h, &r, &err));
		assert_int_equal(err, OK);
		assert_int_equal(r.type, RECORD_RECEIPT);
		assert_int_equal(r.number, 7);
		assert_int_equal(heard_wants(&h), RECORD_LENGTH);
	}
}

/* A text is lent out once; nothing more is wanted until it was taken back. */
static void test_heard_lends_a_text_once(void **state)
{
	(void)state;
	struct record r;
	struct span text;
	uint64_t number;
	bool more;
	enum err err;
	memset(&h, 0, sizeof h);
	add(record(RECORD_TEXT_PART, 1, "hi"), 100);
	assert_true(heard_record(&h, &r, &err));
	assert_true(heard_text(&h, &r));
	assert_true(h.state == HEARD_READY && h.more);
	assert_int_equal(heard_wants(&h), 0);
	assert_false(heard_record(&h, &r, &err));
	heard_take_back(&h); /* it was not taken */
	assert_true(heard_take(&h, &number, &text, &more));
	assert_int_equal(number, 1);
	assert_span_text(text, "hi");
	assert_true(more);
	assert_false(heard_take(&h, &number, &text, &more));
	assert_int_equal(heard_wants(&h), 0);
	heard_take_back(&h);
	assert_int_equal(heard_wants(&h), RECORD_LENGTH);
	add(record(RECORD_TEXT, 2, ""), 100);
	assert_true(heard_record(&h, &r, &err));
	assert_true(heard_text(&h, &r));
	assert_false(h.more);
}

/* A text with another number than the next, and a length that no record has, are seen. */
static void test_heard_refuses(void **state)
{
	(void)state;
	struct record r;
	enum err err;
	memset(&h, 0, sizeof h);
	add(record(RECORD_TEXT, 2, "x"), 100);
	assert_true(heard_record(&h, &r, &err));
	assert_false(heard_text(&h, &r));
	assert_int_equal(h.count, 0);
	memset(&h, 0, sizeof h);
	heard_add(&h, span_of("\0\x3f", 2));
	assert_int_equal(heard_wants(&h), 0);
	assert_true(heard_record(&h, &r, &err));
	assert_int_equal(err, ERR_FORMAT);
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
