/* SPAKE2 against RFC 9382 and against those who cheat. */
#include "tests/unit/support.h"

#include "crypto/spake2.h"
#include "tests/vectors/rfc9382.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_spake2_passes_the_vectors_of_rfc9382(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rfc9382); i++) {
		const struct rfc9382 *v = &rfc9382[i];
		uint8_t w[32], x[32], y[32], ke[16];
		unhex(v->w, w, sizeof w);
		unhex(v->x, x, sizeof x);
		unhex(v->y, y, sizeof y);
		struct spake2 one, other;
		assert_true(spake2_given(&one, true, w, x));
		assert_true(spake2_given(&other, false, w, y));
		struct span a = span_of(one.own_share, SPAKE2_SHARE),
			    b = span_of(other.own_share, SPAKE2_SHARE), no_aad = { NULL, 0 };
		assert_span_hex(a, v->share_a);
		assert_span_hex(b, v->share_b);

		struct span ids[2] = { span_text(v->id_a), span_text(v->id_b) };
		assert_int_equal(spake2_join(&one, ids, b, no_aad, ke), OK);
		assert_span_hex(span_of(ke, sizeof ke), v->ke);
		assert_span_hex(span_of(one.own_confirm, SPAKE2_CONFIRM), v->confirm_a);
		assert_span_hex(span_of(one.peer_confirm, SPAKE2_CONFIRM), v->confirm_b);
		assert_int_equal(spake2_join(&other, ids, a, no_aad, ke), OK);
		assert_span_hex(span_of(ke, sizeof ke), v->ke);
		assert_span_hex(span_of(other.own_confirm, SPAKE2_CONFIRM), v->confirm_b);
		assert_span_hex(span_of(other.peer_confirm, SPAKE2_CONFIRM), v->confirm_a);
	}
}

/* Gives the numbers it holds, one after the other, as 32 bytes big-endian. */
struct numbers {
	struct random random;
	const char *const *hex;
};

static void numbers_fill(struct random *r, void *to, size_t len)
{
	struct numbers *n = (struct numbers *)r;
	assert_int_equal(len, 32);
	assert_int_equal(unhex(*n->hex++, to, len).len, len);
}

static struct code code_of(const char *text)
{
	struct code code;
	struct span unknown;
	assert_int_equal(code_parse(span_text(text), &code, &unknown), OK);
	return code;
}

#define ONE "0000000000000000000000000000000000000000000000000000000000000001"
#define TWO "0000000000000000000000000000000000000000000000000000000000000002"

/* The way from words to shares, confirmations and psk, computed from docs/PROTOCOL.md by another
 * program. */
static void test_spake2_maps_words_as_the_protocol_says(void **state)
{
	(void)state;
	static const struct {
		const char *code, *share; /* of A with scalar 1 */
	} shares[] = {
		{ "7-velvet-anchor",
		  "04b946c6b1a75b83c92b37a9e0d8eaa0c9afa1b6d52d73c7b549575600fa33d5d1"
		  "a9b4951f56d5a64e051ac89da155e76202c38c066f7ec2507bf31d1cab294aa1" },
		{ "abandon-abandon",
		  "04dc0902dce32fbb4dec6f754bbf466c4da2fd6f3de235f7aef8dee3523a562fb1"
		  "b334a9b211c22e371048fc84459387607d77a54e8000ad72b69c2a8eaf26754e" },
		{ "ZOO zoo zoo zoo",
		  "04facf97c660cfe7de301e5a74d6e595b2965ef89a0aff836e6f0aa2d90a4f22e1"
		  "85c8bc6187195b587ab1b1d29086fc96f95008f26eade8e771979f452d369565" },
		{ "all-abstract-actress",
		  "040088295b794c7195d7ccdd4efb4d908bc7abc8a7d774000e466785a6721031dd"
		  "4b8175f997d0b2840d3005c5502407a73fc154705d9195cec9bf82b2069a70b0" },
	};
	struct spake2 a, b;
	uint8_t share_a[SPAKE2_SHARE], share_b[SPAKE2_SHARE], confirm[SPAKE2_CONFIRM];
	for (size_t i = COUNT(shares); i-- > 0;) {
		struct code code = code_of(shares[i].code);
		struct numbers one = { { numbers_fill }, (const char *const[]){ ONE } };
		spake2_start(&a, true, &code, &one.random, share_a);
		assert_span_hex(span_of(share_a, sizeof share_a), shares[i].share);
	}

	struct code code = code_of("velvet-anchor");
	struct numbers two = { { numbers_fill }, (const char *const[]){ TWO } };
	spake2_start(&b, false, &code, &two.random, share_b);
	struct span context = span_text("context");
	assert_int_equal(spake2_share(&a, span_of(share_b, sizeof share_b), context), OK);
	assert_int_equal(spake2_share(&b, span_of(share_a, sizeof share_a), context), OK);
	spake2_confirm(&a, confirm);
	assert_span_hex(span_of(confirm, sizeof confirm),
	                "6f2127e633122b978d5972aa39494fb8697b1ba69019b6b952ce4239401b3cb3");
	assert_int_equal(spake2_verify(&b, span_of(confirm, sizeof confirm)), OK);
	spake2_confirm(&b, confirm);
	assert_span_hex(span_of(confirm, sizeof confirm),
	                "344e5785d608165f9b44eb74e706dac680024b8956baadf18bcec880b6b77be1");
	assert_int_equal(spake2_verify(&a, span_of(confirm, sizeof confirm)), OK);
	assert_span_hex(span_of(a.key, sizeof a.key),
	                "5affd8198412ded65d42268c045bcf26767fdfc98d78657ae0ce58c959fc6644");
	assert_memory_equal(a.key, b.key, sizeof a.key);
	assert_true(bytes_zero(a.w, sizeof a.w)); /* nothing to try words on is left */
	assert_true(bytes_zero(a.scalar, sizeof a.scalar));
	bytes_wipe(&a, sizeof a);
	assert_true(bytes_zero(&a, sizeof a));
}

/* A scalar is 1..n-1: the borders are drawn again. */
static void test_spake2_draws_scalars_below_the_order(void **state)
{
	(void)state;
	static const char *const draws[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", /* n */
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
	};
	struct numbers numbers = { { numbers_fill }, draws };
	struct code code = code_of("velvet-anchor");
	struct spake2 s;
	uint8_t share[SPAKE2_SHARE];
	spake2_start(&s, true, &code, &numbers.random, share);
	assert_span_hex(span_of(s.scalar, sizeof s.scalar), draws[3]);
	assert_ptr_equal(numbers.hex, draws + 4);
}

struct pair {
	struct spake2 a, b;
	uint8_t share_a[SPAKE2_SHARE], share_b[SPAKE2_SHARE];
};

static void pair_start(struct pair *p, const char *code_a, const char *code_b, uint64_t seed)
{
	struct test_random random = test_random(seed);
	struct code a = code_of(code_a), b = code_of(code_b);
	spake2_start(&p->a, true, &a, &random.random, p->share_a);
	spake2_start(&p->b, false, &b, &random.random, p->share_b);
}

/* Both learn the same key, or neither's confirmation verifies at the other. */
static void pair_finish(struct pair *p, const char *context_a, const char *context_b, bool agree)
{
	uint8_t confirm_a[SPAKE2_CONFIRM], confirm_b[SPAKE2_CONFIRM];
	assert_int_equal(
	    spake2_share(&p->a, span_of(p->share_b, SPAKE2_SHARE), span_text(context_a)), OK);
	assert_int_equal(
	    spake2_share(&p->b, span_of(p->share_a, SPAKE2_SHARE), span_text(context_b)), OK);
	spake2_confirm(&p->a, confirm_a);
	spake2_confirm(&p->b, confirm_b);
	assert_int_equal(spake2_verify(&p->b, span_of(confirm_a, sizeof confirm_a)),
	                 agree ? OK : ERR_AUTH);
	assert_int_equal(spake2_verify(&p->a, span_of(confirm_b, sizeof confirm_b)),
	                 agree ? OK : ERR_AUTH);
	assert_int_equal(spake2_verify(&p->a, span_of(confirm_a, sizeof confirm_a)),
	                 ERR_AUTH); /* its own, reflected */
	assert_int_equal(spake2_verify(&p->a, span_of(confirm_b, sizeof confirm_b - 1)), ERR_AUTH);
}

static void test_spake2_agrees_on_same_words_and_context_alone(void **state)
{
	(void)state;
	static const struct {
		const char *code_a, *code_b, *context_a, *context_b;
		bool agree;
	} table[] = {
		{ "velvet-anchor", "Velvet Anchor", "x", "x", true },
		{ "7-velvet-anchor", "velvet-anchor", "", "", true }, /* the nameplate is context */
		{ "velvet-anchor", "velvet-angle", "x", "x", false },
		{ "velvet-anchor", "anchor-velvet", "x", "x", false },
		{ "velvet-anchor", "velvet-anchor-zoo", "x", "x", false },
		{ "velvet-anchor", "velvet-anchor", "x", "y", false },
		{ "velvet-anchor", "velvet-anchor", "x", "", false },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct pair p;
		pair_start(&p, table[i].code_a, table[i].code_b, i);
		pair_finish(&p, table[i].context_a, table[i].context_b, table[i].agree);
		/* the context is in the confirmation, not in the key */
		bool same_words = i < 2 || strcmp(table[i].code_a, table[i].code_b) == 0;
		assert_int_equal(bytes_equal(p.a.key, p.b.key, SPAKE2_KEY), same_words);
	}
}

static void test_spake2_confirms_nothing_before_the_shares_are_joined(void **state)
{
	(void)state;
	struct pair p;
	uint8_t zeroes[SPAKE2_CONFIRM] = { 0 };
	pair_start(&p, "velvet-anchor", "velvet-anchor", 1);
	assert_panics(spake2_verify(&p.a, span_of(zeroes, sizeof zeroes)));
	assert_panics(spake2_confirm(&p.a, zeroes));
}

/* What is no point of the curve, or leaves nothing of it, is refused and changes nothing. */
static void test_spake2_refuses_shares_off_the_curve(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"00", /* infinity, as SEC 1 writes it */
		"04",
		/* all zero; all zero behind 04; all ones */
		"0000000000000000000000000000000000000000000000000000000000000000"
		"000000000000000000000000000000000000000000000000000000000000000000",
		"0400000000000000000000000000000000000000000000000000000000000000"
		"000000000000000000000000000000000000000000000000000000000000000000",
		"04ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		/* the generator: compressed; short by a byte; long by a byte; hybrid; y off by one
		 */
		"036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
		"046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2"
		"964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51",
		"046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2"
		"964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f500",
		"076b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2"
		"964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
		"046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2"
		"964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f4",
		/* x = 5 with a y of the curve, but x written as 5 + p: a point only after reduction
		 */
		"04ffffffff00000001000000000000000000000001000000000000000000000004"
		"459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc",
	};
	struct pair p;
	pair_start(&p, "velvet-anchor", "velvet-anchor", 2);
	for (size_t i = 0; i < COUNT(bad); i++) {
		uint8_t share[SPAKE2_SHARE + 1];
		struct spake2 before = p.b;
		struct span peer = unhex(bad[i], share, sizeof share);
		if (spake2_share(&p.b, peer, span_text("x")) != ERR_FORMAT)
			fail_msg("taken: %s", bad[i]);
		assert_memory_equal(&before, &p.b, sizeof before);
	}
	pair_finish(&p, "x", "x", true); /* and a good one is still taken */
}

/* A share that is w * M and nothing more leaves infinity as the shared point: refused. Shown with w
 * = 1, where it is M. */
static void test_spake2_refuses_a_share_without_a_scalar(void **state)
{
	(void)state;
	struct pair p;
	uint8_t share[SPAKE2_SHARE];
	struct span m = unhex("04886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"
	                      "5ff355163e43ce224e0b0e65ff02ac8e5c7be09419c785e0ca547d55a12e2d20",
	                      share, sizeof share);
	pair_start(&p, "velvet-anchor", "velvet-anchor", 3);
	unhex(ONE, p.b.w, sizeof p.b.w);
	assert_int_equal(spake2_share(&p.b, m, span_text("x")), ERR_FORMAT);
	unhex(TWO, p.b.w, sizeof p.b.w);
	assert_int_equal(spake2_share(&p.b, m, span_text("x")), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spake2_passes_the_vectors_of_rfc9382),
		cmocka_unit_test(test_spake2_maps_words_as_the_protocol_says),
		cmocka_unit_test(test_spake2_draws_scalars_below_the_order),
		cmocka_unit_test(test_spake2_agrees_on_same_words_and_context_alone),
		cmocka_unit_test(test_spake2_confirms_nothing_before_the_shares_are_joined),
		cmocka_unit_test(test_spake2_refuses_shares_off_the_curve),
		cmocka_unit_test(test_spake2_refuses_a_share_without_a_scalar),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
