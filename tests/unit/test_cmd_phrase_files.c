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

static void test_every_status_has_a_reason(void **state)
{
	(void)state;
	for (unsigned i = STATUS_CHANGED; i < 256; i++)
		assert_true(strlen(phrase_files_why((enum parcel_status)i)) > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_offer_is_one_sentence),
		cmocka_unit_test(test_every_status_has_a_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
