/* x25519: RFC 7748, and what its section 6.1 leaves to the user: the check for zero. */
#include "tests/unit/support.h"

#include <stdlib.h>

#include "crypto/x25519.h"

static void check(const char *scalar_hex, const char *point_hex, const char *want)
{
	uint8_t scalar[32], point[32], shared[32];
	unhex(scalar_hex, scalar, sizeof scalar);
	unhex(point_hex, point, sizeof point);
	assert_true(x25519(scalar, point, shared));
	assert_span_hex(span_of(shared, sizeof shared), want);
}

/* RFC 7748 section 5.2: two vectors; the second has the top bit of u set, which is ignored. */
static void test_x25519_rfc7748_5_2(void **unused)
{
	(void)unused;
	check("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
	      "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
	      "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
	check("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
	      "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
	      "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

/* RFC 7748 section 5.2: k and u replaced again and again. SCHAT_SLOW=1 does the million too
 * (minutes). */
static void test_x25519_rfc7748_iterated(void **unused)
{
	(void)unused;
	const char *slow = getenv("SCHAT_SLOW");
	unsigned long rounds = slow && *slow == '1' ? 1000000 : 1000;
	uint8_t k[32] = { 9 }, u[32] = { 9 }, result[32];
	for (unsigned long i = 1; i <= rounds; i++) {
		assert_true(x25519(k, u, result));
		memcpy(u, k, sizeof u);
		memcpy(k, result, sizeof k);
		if (i == 1)
			assert_span_hex(
			    span_of(k, 32),
			    "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
		if (i == 1000)
			assert_span_hex(
			    span_of(k, 32),
			    "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
		if (i == 1000000)
			assert_span_hex(
			    span_of(k, 32),
			    "7c3911e0ab2586fd864497297e575e6f3bc601c0883c30df5f4dd2d24f665424");
	}
}

/* RFC 7748 section 6.1: both sides of an exchange; the result may replace the point. */
static void test_x25519_rfc7748_6_1(void **unused)
{
	(void)unused;
	static const char a_hex[] =
	    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
	static const char b_hex[] =
	    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
	static const char shared[] =
	    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
	uint8_t a[32], b[32], a_public[32], b_public[32];
	x25519_public(unhex(a_hex, a, 32).at, a_public);
	x25519_public(unhex(b_hex, b, 32).at, b_public);
	assert_span_hex(span_of(a_public, 32),
	                "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
	assert_span_hex(span_of(b_public, 32),
	                "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
	assert_true(x25519(a, b_public, b_public));
	assert_true(x25519(b, a_public, a_public));
	assert_span_hex(span_of(a_public, 32), shared);
	assert_span_hex(span_of(b_public, 32), shared);
}

/* Points of low order, and their other encodings, give zero and false (S15). */
static void test_x25519_refuses_low_order_points(void **unused)
{
	(void)unused;
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	struct test_random r = test_random(3);
	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
		for (unsigned top = 0; top < 2; top++) {
			uint8_t scalar[32], point[32], shared[32];
			random_fill(&r.random, scalar, sizeof scalar);
			unhex(points[i], point, sizeof point);
			point[31] |= (uint8_t)(top << 7);
			assert_false(x25519(scalar, point, shared));
			assert_true(bytes_zero(shared, sizeof shared));
		}
}

/* Two random secrets agree, whichever goes first. */
static void test_x25519_agrees(void **unused)
{
	(void)unused;
	struct test_random r = test_random(4);
	for (unsigned i = 0; i < 20; i++) {
		uint8_t a[32], b[32], ga[32], gb[32], one[32], two[32];
		random_fill(&r.random, a, sizeof a);
		random_fill(&r.random, b, sizeof b);
		x25519_public(a, ga);
		x25519_public(b, gb);
		assert_true(x25519(a, gb, one));
		assert_true(x25519(b, ga, two));
		assert_memory_equal(one, two, 32);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_x25519_rfc7748_5_2),
		cmocka_unit_test(test_x25519_rfc7748_iterated),
		cmocka_unit_test(test_x25519_rfc7748_6_1),
		cmocka_unit_test(test_x25519_refuses_low_order_points),
		cmocka_unit_test(test_x25519_agrees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
