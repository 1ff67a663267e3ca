/* order: those who have not answered yet, and their turns. */
#include "endpoint/order.h"

#include "tests/unit/two_rosters.h"

static struct test_random randomness;
static struct side bob;
static struct code code;

static struct peer *shakes(unsigned n)
{
	struct keying_config config = bob.credentials.keying;
	struct route route = side_route(n);
	uint8_t id[CONNECTION_ID] = { (uint8_t)n };
	struct peer *p = peer_new(&config, id, &route, SECOND);

	assert_non_null(p);
	assert_true(roster_settle(&bob.roster, p));
	assert_int_equal(handshake_start(&p->shake, SECOND), OK);
	return p;
}

static void prepare(void)
{
	randomness = test_random(4);
	code_make(&code, CODE_WORDS, &randomness.random);
	side_start(&bob, &(struct side_config){ .initiator = true,
	                                        .identity = 1,
	                                        .code = &code,
	                                        .random = &randomness.random });
}

/* While one progresses the others rest; the first to be due goes on when it has failed. */
static void test_order_lets_others_rest_and_go_on(void **state)
{
	(void)state;
	prepare();
	assert_false(order_is_busy(&bob.roster));
	struct peer *one = shakes(1), *two = shakes(2), *three = shakes(3);
	assert_true(order_is_busy(&bob.roster) && order_is_silent(one));
	order_rest_others(&bob.roster, one, 10 * SECOND, SECOND);
	assert_int_equal(handshake_deadline(&two->shake), 4 * SECOND);
	handshake_wait(&three->shake, 3 * SECOND);
	order_wake(&bob.roster, 2 * SECOND);
	assert_int_equal(handshake_deadline(&three->shake), 2 * SECOND);
	assert_int_equal(handshake_deadline(&two->shake), 4 * SECOND);
	side_end(&bob);
}

/* Nobody who has not answered is hoped for longer than 5 s from its turn. */
static void test_order_hopes_for_a_while(void **state)
{
	(void)state;
	prepare();
	assert_int_equal(order_hope(&bob.roster), 0);
	struct peer *one = shakes(1);
	assert_int_equal(order_hope(&bob.roster), 6 * SECOND);
	handshake_wait(&one->shake, 3 * SECOND);
	assert_int_equal(order_hope(&bob.roster), 8 * SECOND);
	one->state = PEER_PROVED;
	assert_true(order_is_proved(one));
	assert_int_equal(order_hope(&bob.roster), NEVER);
	one->state = PEER_CLOSING; /* nothing comes of it */
	assert_int_equal(order_hope(&bob.roster), 0);
	struct peer *two = shakes(2);
	assert_int_equal(order_hope(&bob.roster), 6 * SECOND);
	two->shake.out_number = 2; /* as when it has answered */
	assert_int_equal(order_hope(&bob.roster), NEVER);
	one->state = PEER_SHAKING;
	side_end(&bob);
}

/* Nobody else is asked where somebody is, until ten seconds after that one's last answer. */
static void test_order_asks_one_on_a_route(void **state)
{
	(void)state;
	prepare();
	struct peer *one = shakes(1), *two = shakes(2);
	const struct route *route = &one->shake.route;
	assert_int_equal(order_asked_until(&bob.roster, route, NULL), NEVER);
	assert_int_equal(order_asked_until(&bob.roster, route, one), 0);
	one->shake.out_number = 2; /* as when it has answered */
	one->shake.progress_at = 5 * SECOND;
	assert_int_equal(order_asked_until(&bob.roster, route, NULL), 15 * SECOND);
	assert_int_equal(order_asked_until(&bob.roster, route, two), 15 * SECOND);
	two->shake.route = *route;
	two->shake.out_number = 2;
	assert_int_equal(order_asked_until(&bob.roster, route, NULL), 15 * SECOND);
	assert_int_equal(order_asked_until(&bob.roster, route, one), 11 * SECOND);
	one->state = PEER_CLOSING;
	assert_int_equal(order_asked_until(&bob.roster, route, NULL), 11 * SECOND);
	one->state = PEER_SHAKING;
	side_end(&bob);
}

/* Who has answered may take a minute for the next message; who has not, as long as it is given. */
static void test_order_gives_up_in_time(void **state)
{
	(void)state;
	prepare();
	struct peer *one = shakes(1);
	assert_int_equal(order_fails_at(one, NEVER, 0), NEVER);
	assert_int_equal(order_fails_at(one, 2 * SECOND, 0), 3 * SECOND);
	assert_int_equal(order_fails_at(one, 2 * SECOND, 4 * SECOND), 14 * SECOND);
	handshake_wait(&one->shake, 6 * SECOND);
	assert_int_equal(order_fails_at(one, 2 * SECOND, 0), 8 * SECOND);
	one->shake.out_number = 2;
	assert_int_equal(order_fails_at(one, 2 * SECOND, 4 * SECOND), 61 * SECOND);
	one->state = PEER_CLOSING;
	assert_int_equal(order_fails_at(one, 2 * SECOND, 0), NEVER);
	one->state = PEER_SHAKING;
	side_end(&bob);
}

/* A contact that has answered, and no longer does, is asked anew every ten seconds, unless that is
 * being done; who has the code is not, since that costs a guess. */
static void test_order_renews_a_contacts_handshake(void **state)
{
	(void)state;
	prepare();
	struct peer *one = shakes(1);
	struct credentials by_code = bob.credentials, both = by_code, contact = by_code;
	struct public_key key = { .type = KEY_X25519 };
	both.keying.expected = contact.keying.expected = &key;
	contact.keying.code = NULL;
	assert_int_equal(order_renews_at(&bob.roster, &contact, one, 0), NEVER);
	one->shake.out_number = 2; /* as when it has answered */
	assert_int_equal(order_renews_at(&bob.roster, &contact, one, 0), 11 * SECOND);
	assert_int_equal(order_renews_at(&bob.roster, &contact, one, 12 * SECOND), 22 * SECOND);
	assert_int_equal(order_renews_at(&bob.roster, &by_code, one, 0), NEVER);
	assert_int_equal(order_renews_at(&bob.roster, &both, one, 0), NEVER);
	struct peer *two = shakes(2);
	two->shake.route = one->shake.route;
	assert_int_equal(order_renews_at(&bob.roster, &contact, one, 0), NEVER);
	roster_remove(&bob.roster, two);
	one->state = PEER_CLOSING;
	assert_int_equal(order_renews_at(&bob.roster, &contact, one, 0), NEVER);
	one->state = PEER_SHAKING;
	one->shake.route.kind = NULL; /* it is gone */
	assert_int_equal(order_renews_at(&bob.roster, &contact, one, 0), NEVER);
	side_end(&bob);
}

/* One that only waits for its first packet is heard before another is answered. */
static void test_order_gives_the_first_word(void **state)
{
	(void)state;
	prepare();
	struct peer *one = shakes(1), *two = shakes(2);
	struct credentials contact = bob.credentials;
	struct public_key key = { .type = KEY_X25519 };
	struct session *session = (struct session *)&key; /* only its address counts */
	contact.keying.expected = &key;
	assert_null(order_first_word(&bob.roster, &contact, two));
	one->state = PEER_PROVED;
	one->session = session;
	assert_null(order_first_word(&bob.roster, &contact, two)); /* on another route */
	two->shake.route = one->shake.route;
	assert_ptr_equal(order_first_word(&bob.roster, &contact, two), session);
	assert_null(order_first_word(&bob.roster, &contact, one));
	contact.keying.expected = NULL;
	assert_null(order_first_word(&bob.roster, &contact, two));
	one->state = PEER_ACCEPTED;
	assert_ptr_equal(order_first_word(&bob.roster, &contact, two), session);
	one->state = PEER_SHAKING;
	one->session = NULL;
	side_end(&bob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_lets_others_rest_and_go_on),
		cmocka_unit_test(test_order_hopes_for_a_while),
		cmocka_unit_test(test_order_asks_one_on_a_route),
		cmocka_unit_test(test_order_gives_up_in_time),
		cmocka_unit_test(test_order_renews_a_contacts_handshake),
		cmocka_unit_test(test_order_gives_the_first_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
