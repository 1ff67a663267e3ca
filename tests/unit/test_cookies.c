/* cookies: whom they admit, and for how long. */
#include "tests/unit/support.h"

#include "wire/cookies.h"

/* A cookie is good for one address and port, from the epoch it was made in to the end of the next;
 * with another key never. */
static void test_cookies_are_good_for_their_address_for_a_while(void **state)
{
	(void)state;
	struct cookies own = { { 1, 2, 3 } }, other = { { 1, 2, 4 } };
	struct addr a = addr_v4(192, 0, 2, 1, 7242), port = addr_v4(192, 0, 2, 1, 7243),
		    host = addr_v4(192, 0, 2, 2, 7242);
	static const uint64_t made[] = { 1, 119 * SECOND, 120 * SECOND - 1, 120 * SECOND,
		                         1000 * SECOND };
	for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
		uint8_t cookie[COOKIE_BYTES];
		uint64_t epoch_ends = (made[i] / (120 * SECOND) + 1) * 120 * SECOND;
		cookies_make(&own, &a, made[i], cookie);
		assert_true(cookies_good(&own, &a, made[i], cookie));
		assert_true(cookies_good(&own, &a, epoch_ends, cookie));
		assert_true(cookies_good(&own, &a, epoch_ends + 120 * SECOND - 1, cookie));
		assert_false(cookies_good(&own, &a, epoch_ends + 120 * SECOND, cookie));
		assert_false(cookies_good(&own, &port, made[i], cookie));
		assert_false(cookies_good(&own, &host, made[i], cookie));
		assert_false(cookies_good(&other, &a, made[i], cookie));
		if (made[i] >= 120 * SECOND)
			assert_false(cookies_good(&own, &a, made[i] - 120 * SECOND, cookie));
		for (size_t bit = 0; bit < 8 * COOKIE_BYTES; bit++) {
			cookie[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_false(cookies_good(&own, &a, made[i], cookie));
			cookie[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cookies_are_good_for_their_address_for_a_while),
	};
	return cmocka_run_group_tests_name("cookies", tests, NULL, NULL);
}
