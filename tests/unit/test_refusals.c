/* refusals: REFUSE packets say what they are to say, and strangers leave room for those who were
 * heard. docs/PROTOCOL.md section 3. */
#include "endpoint/refusals.h"

#include "tests/unit/support.h"

static const struct route route = { .link = 3 };

static void test_refusals_say_who_refuses_and_why(void **state)
{
	(void)state;
	static const uint8_t id[CONNECTION_ID] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	uint8_t packet[LIMIT_PACKET];
	struct refusals r;
	struct refusal read;
	struct route to;

	refusals_init(&r, 2);
	assert_false(refusals_due(&r));
	assert_int_equal(refusals_output(&r, &to, packet), 0);
	refusals_stranger(&r, &route, id, REFUSE_CODE_DEAD);
	assert_true(refusals_due(&r));
	assert_int_equal(refusals_output(&r, &to, packet), REFUSE_LEN);
	assert_int_equal(to.link, route.link);
	assert_false(refusals_due(&r));
	assert_memory_equal(packet, "\xd2\1\2\1\2\3\4\5\6\7\x8\6", REFUSE_LEN);
	assert_int_equal(refusals_read(span_of(packet, REFUSE_LEN), &read), OK);
	assert_int_equal(read.version, PROTOCOL_VERSION);
	assert_int_equal(read.suite, 2);
	assert_int_equal(read.reason, REFUSE_CODE_DEAD);
	assert_memory_equal(read.id, id, sizeof id);
	for (size_t len = 0; len < REFUSE_LEN; len++)
		assert_int_equal(refusals_read(span_of(packet, len), &read), ERR_FORMAT);
	packet[0] = PACKET_HANDSHAKE;
	assert_int_equal(refusals_read(span_of(packet, REFUSE_LEN), &read), ERR_FORMAT);
}

/* However many strangers ask, whoever had a handshake hears that it is over; and there is an end to
 * all of it. */
static void test_refusals_of_strangers_leave_room_for_those_who_were_heard(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_PACKET], stranger[CONNECTION_ID] = { 1 }, heard[CONNECTION_ID] = { 2 };
	struct refusals r;
	struct route to;
	unsigned strangers = 0, others = 0;

	refusals_init(&r, 1);
	for (unsigned i = 0; i < 1000; i++)
		refusals_stranger(&r, &route, stranger, REFUSE_KEY);
	for (unsigned i = 0; i < LIMIT_HALF_OPEN; i++)
		refusals_peer(&r, &route, heard, REFUSE_CODE);
	for (unsigned i = 0; i < 1000; i++)
		refusals_peer(&r, &route, stranger, REFUSE_CODE);
	while (refusals_output(&r, &to, packet) > 0) {
		strangers += packet[3] == 1;
		others += packet[3] == 2;
	}
	assert_int_equal(others, LIMIT_HALF_OPEN);
	assert_int_equal(strangers, REFUSALS - LIMIT_HALF_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals_say_who_refuses_and_why),
		cmocka_unit_test(test_refusals_of_strangers_leave_room_for_those_who_were_heard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
