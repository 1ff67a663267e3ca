#include "crypto/scrypt.h"

#include <stdlib.h>

#include "tests/unit/support.h"

/* RFC 7914 section 12, the third: the first half of its key. */
static void test_scrypt_published(void **state)
{
	(void)state;
	uint8_t key[SCRYPT_KEY];
	uint32_t *scratch = calloc(1, scrypt_scratch(14));
	scrypt(span_text("pleaseletmein"), span_text("SodiumChloride"), 14, scratch, key);
	assert_span_hex(span_of(key, sizeof key),
	                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
	free(scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scrypt_published),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
