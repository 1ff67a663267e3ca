/* keyring: what one seals the other opens, and nothing else; phases follow each other without a gap
 * in which a genuine packet cannot be opened. */
#include "session/keyring.h"

#include "tests/unit/two_keys.h"

#define START (100 * SECOND)
#define STAY  SECOND

static struct test_random randomness;
static struct identity ids[2];
static struct keyring k[2]; /* responder, initiator */
static uint8_t packet[LIMIT_PACKET];
static struct span frames;
static uint64_t number;

static void start(void)
{
	struct encryptor *keys[2];

	randomness = test_random(3);
	two_keys(SUITE_PSEUDO, ids, &randomness.random, keys);
	for (unsigned i = 0; i < 2; i++)
		keyring_init(&k[i], keys[i], i == 1, START);
}

static void stop(void)
{
	keyring_wipe(&k[0]);
	keyring_wipe(&k[1]);
}

static size_t seal(unsigned from)
{
	memset(packet + SEALED_HEADER, 7, 10);
	return keyring_seal(&k[from], packet, 10, 0, &number);
}

static enum err open_at(unsigned to, size_t len, uint64_t now)
{
	return keyring_open(&k[to], packet, len, STAY, &number, &frames, now);
}

static void test_keyring_opens_what_the_other_seals(void **state)
{
	(void)state;
	start();
	for (uint64_t n = 0; n < 5; n++) {
		for (unsigned from = 0; from < 2; from++) {
			size_t len = seal(from);
			assert_int_equal(number, n);
			assert_int_equal(len, SEALED_OVERHEAD + 10);
			assert_int_equal(packet[0], PACKET_SEALED);
			assert_int_equal(open_at(1 - from, len, START), OK);
			assert_int_equal(number, n);
			assert_int_equal(frames.len, 10);
			assert_ptr_equal(frames.at, packet + SEALED_HEADER);
			assert_int_equal(frames.at[9], 7);
		}
	}
	stop();
}

/* Each of the 32 ids of one side is owned by the other alone, and they are all different. */
static void test_keyring_ids_of_a_direction_are_its_own(void **state)
{
	static uint8_t seen[2 * LIMIT_PATH_IDS][CONNECTION_ID];

	(void)state;
	start();
	for (unsigned i = 0; i < 2 * LIMIT_PATH_IDS; i++) {
		keyring_seal(&k[i % 2], packet, 10, i / 2, &number);
		memcpy(seen[i], packet + 1, CONNECTION_ID);
		assert_true(keyring_owns(&k[1 - i % 2], packet + 1));
		assert_false(keyring_owns(&k[i % 2], packet + 1));
		for (unsigned before = 0; before < i; before++)
			assert_memory_not_equal(seen[before], seen[i], CONNECTION_ID);
	}
	stop();
}

/* A packet in which any byte differs, that is cut, or that is made up does not open; nor does one
 * twice; and none of this keeps the genuine one from opening. */
static void test_keyring_opens_nothing_else(void **state)
{
	uint8_t genuine[LIMIT_PACKET];

	(void)state;
	start();
	size_t len = seal(1);
	memcpy(genuine, packet, len);
	for (size_t i = 0; i < len; i++) {
		memcpy(packet, genuine, len);
		packet[i] ^= (uint8_t)(1 + random_below(&randomness.random, 255));
		if ((packet[0] & (PACKET_PHASES - 1)) == 0 && i == 0)
			continue; /* which packets are SEALED is looked at before */
		assert_int_not_equal(open_at(0, len, START), OK);
	}
	for (size_t cut = 0; cut < len; cut++) {
		memcpy(packet, genuine, len);
		assert_int_not_equal(open_at(0, cut, START), OK);
	}
	for (unsigned i = 0; i < 1000; i++) {
		random_fill(&randomness.random, packet, sizeof packet);
		assert_int_not_equal(open_at(0, sizeof packet, START), OK);
	}
	memcpy(packet, genuine, len);
	assert_int_equal(open_at(0, len, START), OK);
	memcpy(packet, genuine, len);
	assert_int_equal(open_at(0, len, START), ERR_REPLAY);
	stop();
}

/* ---- phases ---- */

static void add_fresh(uint64_t now)
{
	struct encryptor *keys[2];

	two_keys(SUITE_PSEUDO, ids, &randomness.random, keys);
	keyring_add(&k[0], keys[0], false, now); /* the initiator got the last message */
	keyring_add(&k[1], keys[1], true, now);
}

static void test_keyring_old_packets_open_until_the_old_keys_go(void **state)
{
	uint8_t late[LIMIT_PACKET], later[LIMIT_PACKET];

	(void)state;
	start();
	size_t len = seal(1);
	memcpy(late, packet, len);
	seal(1);
	memcpy(later, packet, len);
	add_fresh(START);
	assert_int_equal(k[0].phase, 0);
	assert_int_equal(k[1].phase, 1);
	assert_false(keyring_settled(&k[0]) || keyring_settled(&k[1]));
	seal(0); /* it does not know yet whether the other can open the new phase */
	assert_int_equal(packet[0], PACKET_SEALED);
	assert_int_equal(open_at(1, len, START), OK);
	seal(1);
	assert_int_equal(packet[0], PACKET_SEALED + 1);
	assert_int_equal(number, 2); /* goes on counting */
	assert_int_equal(open_at(0, len, START + SECOND), OK);
	assert_int_equal(k[0].phase, 1); /* now it knows */
	assert_int_equal(k[0].old_until, START + SECOND + STAY);
	memcpy(packet, late, len);
	assert_int_equal(open_at(0, len, START + SECOND), OK);
	assert_int_equal(k[0].phase, 1); /* an old packet turns nothing back */
	keyring_timer(&k[0], START + SECOND + STAY - 1);
	assert_false(keyring_settled(&k[0]));
	keyring_timer(&k[0], START + SECOND + STAY);
	assert_true(keyring_settled(&k[0]));
	assert_int_equal(k[0].old_until, NEVER);
	memcpy(packet, later, len);
	assert_int_equal(open_at(0, len, START + 3 * SECOND), ERR_AUTH);
	stop();
}

static void test_keyring_keys_wear_by_age_and_by_packets(void **state)
{
	(void)state;
	start();
	assert_true(keyring_worn_at(&k[1]) > START + LIMIT_REKEY_US - 1);
	assert_true(keyring_worn_at(&k[1]) <= START + LIMIT_REKEY_US);
	assert_int_equal(keyring_worn_at(&k[1]), START + LIMIT_REKEY_US);
	k[1].next_number = LIMIT_REKEY_PACKETS - 1;
	assert_true(keyring_worn_at(&k[1]) > START);
	seal(1);
	assert_true(keyring_worn_at(&k[1]) <= START);
	add_fresh(START);
	assert_true(keyring_worn_at(&k[1]) > START);
	stop();
}

static void test_keyring_both_sides_meet_in_the_same_room_again(void **state)
{
	(void)state;
	start();
	assert_memory_equal(k[0].rejoin, k[1].rejoin, TOKEN_LEN);
	assert_false(bytes_zero(k[0].rejoin, TOKEN_LEN));
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keyring_opens_what_the_other_seals),
		cmocka_unit_test(test_keyring_ids_of_a_direction_are_its_own),
		cmocka_unit_test(test_keyring_opens_nothing_else),
		cmocka_unit_test(test_keyring_old_packets_open_until_the_old_keys_go),
		cmocka_unit_test(test_keyring_keys_wear_by_age_and_by_packets),
		cmocka_unit_test(test_keyring_both_sides_meet_in_the_same_room_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
