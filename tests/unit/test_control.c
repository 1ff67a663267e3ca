/* control: messages arrive whole and in order, however the stream cuts them; what is longer than
 * any may be is an error. */
#include "session/control.h"

#include "tests/unit/support.h"

static struct stream s; /* both ends of it */
static struct control c;

static void start(void)
{
	memset(&c, 0, sizeof c);
	stream_init(&s, LIMIT_STREAM_MEMORY);
}

static void stop(void)
{
	stream_free(&s);
}

/* At most so many bytes of what was said arrive. */
static void carry(size_t max)
{
	uint64_t offset;
	struct span piece;
	bool end;

	if (stream_next_piece(&s.send, max, &offset, &piece, &end)) {
		assert_int_equal(stream_insert(&s.receive, offset, piece, end), OK);
		stream_acked(&s.send, offset, piece.len, end);
	}
	if (s.receive.limit_due)
		stream_limit(&s.send, stream_limit_take(&s.receive, UINT64_MAX, 0, SECOND));
}

static void test_control_messages_arrive_whole_however_they_are_cut(void **state)
{
	static uint8_t body[CONTROL_BODY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof body; i++)
		body[i] = (uint8_t)(i * 7 + i / 256);
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct test_random t = test_random(seed);
		size_t lengths[20];
		unsigned said = 0, heard = 0;
		uint8_t type;
		struct span got;

		start();
		while (heard < 20) {
			if (said < 20 && random_below(&t.random, 3) == 0) {
				lengths[said] = said == 3 ? CONTROL_BODY_MAX
				                          : (size_t)random_below(&t.random, 300);
				assert_true(control_send(&s.send, (enum control_type)(1 + said % 5),
				                         span_of(body, lengths[said])));
				said++;
			}
			carry((size_t)random_below(&t.random, 200));
			enum err err = control_take(&c, &s.receive, &type, &got);
			if (err == ERR_FULL)
				continue;
			assert_int_equal(err, OK);
			assert_true(heard < said);
			assert_int_equal(type, 1 + heard % 5);
			assert_true(span_equal(got, span_of(body, lengths[heard])));
			heard++;
		}
		stop();
	}
}

static void test_control_refuses_what_is_too_long(void **state)
{
	static const uint8_t too_long[] = { 9, (CONTROL_BODY_MAX + 1) >> 8,
		                            (CONTROL_BODY_MAX + 1) & 0xff };
	uint8_t type;
	struct span body;

	(void)state;
	start();
	stream_write(&s.send, span_of(too_long, sizeof too_long));
	carry(100);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(control_take(&c, &s.receive, &type, &body), ERR_FORMAT);
	stop();
}

/* A peer that takes nothing in: in the end there is no room, and half a message is not written. */
static void test_control_writes_a_whole_message_or_nothing(void **state)
{
	static const uint8_t body[1000];
	unsigned count = 0;

	(void)state;
	start();
	while (control_send(&s.send, CONTROL_REKEY, span_of(body, sizeof body)))
		count++;
	assert_int_equal(count, LIMIT_STREAM_BUFFER / (sizeof body + CONTROL_HEADER));
	assert_int_equal(s.send.end, count * (sizeof body + CONTROL_HEADER));
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control_messages_arrive_whole_however_they_are_cut),
		cmocka_unit_test(test_control_refuses_what_is_too_long),
		cmocka_unit_test(test_control_writes_a_whole_message_or_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
