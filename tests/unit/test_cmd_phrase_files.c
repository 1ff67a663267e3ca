/* phrase_files: offers in one sentence, whatever they are called. */
#include "cmd/talk/phrase_files.h"

#include "tests/unit/support.h"

static void test_an_offer_is_one_sentence(void **state)
{
	(void)state;
	uint8_t list[4096];
	char text[1024];
	struct writer items = writer_of(list, sizeof list);
	struct text t = text_of(text, sizeof text);
	static const char *const names[] = { "..", "a.iso", "\x1b[2J", ".ssh", "e", "f", "g" };
	for (unsigned i = 0; i < 7; i++)
		assert_true(offer_add(&items, &(struct offer_item){ .folder = i == 3,
		                                                    .files = 3,
		                                                    .bytes = 2000,
		                                                    .name = span_text(names[i]) }));
	struct offer offer = { .files = 9, .bytes = 2100000, .more = 3, .items = written(&items) };
	phrase_files_offer(&t, &offer);
	assert_string_equal(
	    text, "a.iso (2.0 KB), _[2J (2.0 KB), _ssh/ (3 files, 2.0 KB), e (2.0 KB) and 6 more; "
		  "9 files, 2.1 MB in all");
}

static const char *sentence(unsigned items, uint64_t files, uint64_t bytes, uint64_t more)
{
	static uint8_t list[256];
	static char text[1024];
	struct writer w = writer_of(list, sizeof list);
	struct text t = text_of(text, sizeof text);
	struct offer_item item = { .files = 1, .bytes = 10, .name = span_text("notes.txt") };
	for (unsigned i = 0; i < items; i++)
		assert_true(offer_add(&w, &item));
	struct offer offer = { .files = files, .bytes = bytes, .more = more, .items = written(&w) };
	phrase_files_offer(&t, &offer);
	return text;
}

/* What may come is the whole, so that is said wherever the names do not add up to it. */
static void test_an_offer_that_says_less_than_it_is_is_seen_through(void **state)
{
	(void)state;
	assert_string_equal(sentence(1, 1, 10, 0), "notes.txt (10 bytes)");
	assert_string_equal(sentence(1, 1, 1000000000000, 0),
	                    "notes.txt (10 bytes); 1 file, 1.0 TB in all");
	assert_string_equal(sentence(1, 1, 1000000000000, 1),
	                    "notes.txt (10 bytes) and 1 more; 1 file, 1.0 TB in all");
	assert_string_equal(sentence(0, 1, 1000000000000, 0), "1 file, 1.0 TB in all");
	assert_string_equal(sentence(0, 1, 5000, 1), "1 unnamed; 1 file, 5.0 KB in all");
}

static void test_every_status_has_a_reason(void **state)
{
	(void)state;
	for (unsigned i = STATUS_CHANGED; i < 256; i++)
		for (int sends = 0; sends < 2; sends++)
			assert_true(strlen(phrase_files_why((enum parcel_status)i, sends)) > 5);
	/* each side's own disk is this one */
	assert_string_equal(phrase_files_why(STATUS_NO_ROOM, true), "the receiver's disk is full");
	assert_string_equal(phrase_files_why(STATUS_NO_ROOM, false), "this disk is full");
	assert_string_equal(phrase_files_why(STATUS_UNREADABLE, true), "it can't be read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_offer_is_one_sentence),
		cmocka_unit_test(test_an_offer_that_says_less_than_it_is_is_seen_through),
		cmocka_unit_test(test_every_status_has_a_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
