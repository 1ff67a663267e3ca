/* stamp: what shows that HELLO or JOIN comes from somebody with a key. */
#include "tests/unit/support.h"

#include "wire/stamp.h"

static const uint8_t key[STAMP_KEY] = "abcdefghijklmnop", other[STAMP_KEY] = "abcdefghijklmnoq";

/* Only HELLO and JOIN of this version and of their whole length bear a stamp; nothing else is
 * written to. */
static void test_stamp_is_for_hello_and_join_alone(void **state)
{
	(void)state;
	static const struct {
		uint8_t type, version;
		size_t len, at;
	} cases[] = {
		{ PACKET_HELLO, 1, HELLO_LEN, 45 },  { PACKET_HELLO, 1, 1200, 45 },
		{ PACKET_JOIN, 1, JOIN_LEN, 43 },    { PACKET_HELLO, 1, HELLO_LEN - 1, 0 },
		{ PACKET_JOIN, 1, JOIN_LEN - 1, 0 }, { PACKET_HELLO, 2, HELLO_LEN, 0 },
		{ PACKET_KEEP, 1, HELLO_LEN, 0 },    { PACKET_COOKIE, 1, HELLO_LEN, 0 },
		{ PACKET_FORWARD, 1, 1200, 0 },      { PACKET_HELLO, 1, 1, 0 },
		{ PACKET_HELLO, 1, 0, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t message[1201] = { cases[i].type, cases[i].version }, before[sizeof message];
		memcpy(before, message, sizeof message);
		struct span all = span_of(message, cases[i].len);
		stamp_put(message, cases[i].len, key);
		const uint8_t *id = stamp_of(all);
		if (cases[i].at == 0) {
			assert_null(id);
			assert_memory_equal(message, before, sizeof message);
			continue;
		}
		assert_ptr_equal(id, message + cases[i].at);
		assert_memory_equal(message, before, cases[i].at);
		assert_true(
		    bytes_zero(message + cases[i].at + 24, sizeof message - cases[i].at - 24));
		assert_true(stamp_good(all, key));
		assert_false(stamp_good(all, other));
	}
}

/* A stamp holds for the bytes before it, and for no others: any bit of them, of the id or of the
 * tag that is changed makes it void; and what is behind it may be anything. */
static void test_stamp_covers_what_is_before_it(void **state)
{
	(void)state;
	uint8_t message[HELLO_LEN] = { PACKET_HELLO, 1, 1, 2, 3 };
	stamp_put(message, sizeof message, key);
	for (size_t bit = 16; bit < 8 * sizeof message; bit++) {
		message[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(stamp_good(span_of(message, sizeof message), key), bit / 8 >= 69);
		message[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/* The same bytes make no JOIN's stamp of a HELLO's: the type is covered. And ids differ as keys
 * do. */
static void test_stamp_of_one_type_is_none_of_another(void **state)
{
	(void)state;
	uint8_t message[HELLO_LEN] = { PACKET_HELLO, 1 }, id[STAMP_ID], another[STAMP_ID];
	stamp_put(message, sizeof message, key);
	message[0] = PACKET_JOIN;
	memmove(message + 43, message + 45, STAMP_ID + STAMP_TAG);
	assert_false(stamp_good(span_of(message, sizeof message), key));
	stamp_id(key, id);
	stamp_id(other, another);
	assert_memory_not_equal(id, another, STAMP_ID);
	assert_memory_equal(message + 43, id, STAMP_ID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stamp_is_for_hello_and_join_alone),
		cmocka_unit_test(test_stamp_covers_what_is_before_it),
		cmocka_unit_test(test_stamp_of_one_type_is_none_of_another),
	};
	return cmocka_run_group_tests_name("stamp", tests, NULL, NULL);
}
