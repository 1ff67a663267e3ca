/* letters: agrees with the C library about every letter it turns, and turns no other. */
#include "ui/letters.h"

#include <locale.h>
#include <wctype.h>

#include "base/utf8.h"
#include "tests/unit/support.h"

static void test_letters_agree_with_the_library(void **state)
{
	(void)state;
	unsigned turned = 0;
	assert_non_null(setlocale(LC_ALL, "C.UTF-8"));
	for (uint32_t rune = 0; rune < 0x20000; rune++) {
		for (int capital = 0; capital < 2; capital++) {
			uint8_t utf8[4];
			uint32_t got = letters_turn(rune, capital);
			uint32_t want = capital ? towupper(rune) : towlower(rune);
			if (got == rune)
				continue;
			turned++;
			assert_int_equal(got, want);
			assert_int_equal(utf8_encode(got, utf8), utf8_encode(rune, utf8));
			assert_int_equal(letters_turn(got, !capital), rune);
		}
	}
	assert_true(turned > 600);
	assert_int_equal(letters_turn('z', true), 'Z');
	assert_int_equal(letters_turn(0x416, false), 0x436);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letters_agree_with_the_library),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
