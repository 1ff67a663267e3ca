/* A suite is a file and a row: this table is linked instead of crypto/suites.c and has one more. */
#include "crypto/encryptor.h"
#include "tests/toys/rot.h"
#include "tests/unit/endpoint_world.h"
#include "wire/packet.h"

extern const struct encryptor_class noise_class;

const struct encryptor_class *const encryptor_classes[] = { &noise_class, &rot_class, NULL };

static void test_toy_suite_is_found_by_what_names_it(void **state)
{
	(void)state;
	assert_ptr_equal(encryptor_class_named(span_text("rot")), &rot_class);
	assert_ptr_equal(encryptor_class_of((enum suite)SUITE_ROT), &rot_class);
	assert_ptr_equal(encryptor_class_for(KEY_X25519), &noise_class);
	assert_null(encryptor_class_named(span_text("rsa"))); /* it is this table */
}

/* Two endpoints agree on keys by it, and a line of one is read by the other. */
static void test_toy_suite_carries_a_chat(void **state)
{
	(void)state;
	uint64_t now = SECOND;
	struct test_random random = test_random(1);
	struct host alice, bob;
	for (int side = 0; side < 2; side++) {
		struct endpoint_config config =
		    world_config(side == 0, (unsigned)side, &random.random);
		config.keying.suite = &rot_class;
		config.keying.identity = NULL;
		config.keying.first_use = true;
		world_host(side == 0 ? &alice : &bob, &config,
		           addr_v4(192, 0, 2, (uint8_t)(1 + side), 7242), now);
	}
	struct route to_bob = world_route(&bob.at);
	world_up(&alice, &to_bob, now);
	for (int turn = 0; turn < 20; turn++, now += 50 * MS)
		world_talk(&alice, &bob, now);
	assert_int_equal(alice.peers, 1);
	assert_int_equal(bob.peers, 1);

	struct session *from = endpoint_session(alice.ep, 0), *to = endpoint_session(bob.ep, 0);
	assert_non_null(from);
	assert_non_null(to);
	struct span line = span_text("hello\n");
	assert_int_equal(session_write(from, STREAM_CHAT, line), line.len);
	for (int turn = 0; turn < 20; turn++, now += 50 * MS)
		world_talk(&alice, &bob, now);
	assert_span_text(session_read(to, STREAM_CHAT), "hello\n");
	world_end(&alice);
	world_end(&bob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_toy_suite_is_found_by_what_names_it),
		cmocka_unit_test(test_toy_suite_carries_a_chat),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
