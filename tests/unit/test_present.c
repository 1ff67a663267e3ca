/* present and way: who is here, and which way data goes. */
#include "tests/unit/support.h"
#include "ui/present.h"
#include "ui/way.h"

static struct present p;

static void happens(enum event_kind kind, uint64_t conv, const char *peer)
{
	present_note(&p, &(struct event){ .kind = kind, .conv = conv, .peer = peer });
}

static void test_present_knows_who_is_here(void **state)
{
	(void)state;
	memset(&p, 0, sizeof p);
	happens(EVENT_CONNECTED, 1, "bob");
	assert_false(p.several);
	happens(EVENT_CONNECTED, 2, "carol");
	happens(EVENT_CONNECTED, 5, "dave");
	assert_true(p.several);
	assert_int_equal(present_named(&p, span_text("carol"))->conv, 2);
	assert_null(present_named(&p, span_text("car")));
	assert_int_equal(present_after(&p, 1)->conv, 2);
	assert_int_equal(present_after(&p, 2)->conv, 5);
	assert_int_equal(present_after(&p, 5)->conv, 1);
	happens(EVENT_AWAY, 2, "carol");
	assert_true(present_of(&p, 2)->away);
	assert_false(present_of(&p, 1)->away);
	happens(EVENT_OVER, 2, "carol");
	assert_null(present_of(&p, 2));
	assert_null(present_named(&p, span_text("carol")));
	happens(EVENT_OVER, 2, "carol"); /* it is not here any more */
	assert_int_equal(p.count, 2);
	assert_null(present_of(&p, CONV_NOBODY));
	happens(EVENT_OVER, 1, "bob");
	assert_null(present_after(&p, 5));
	assert_true(p.several);
}

/* Where events have no numbers, there is one peer. */
static void test_present_without_numbers(void **state)
{
	(void)state;
	memset(&p, 0, sizeof p);
	happens(EVENT_CONNECTED, 0, "bob");
	happens(EVENT_AWAY, 0, NULL);
	assert_true(present_of(&p, CONV_FIRST)->away);
	happens(EVENT_OVER, 0, NULL);
	assert_int_equal(p.count, 0);
	happens(EVENT_OVER, 0, NULL);
	assert_int_equal(p.count, 0);
}

static void test_way_in_words(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		uint64_t rtt_us;
		const char *want;
	} cases[] = {
		{ "direct udp", 0, " directly" },
		{ "relay tcp", 1500, " through the server over TCP, 2 ms" },
		{ "pigeon", 999, " by pigeon, under 1 ms" },
		{ "", 0, "" },
		{ NULL, 0, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t bytes[64];
		struct writer w = writer_of(bytes, sizeof bytes);
		way_write(&w, cases[i].path);
		way_write_rtt(&w, cases[i].rtt_us);
		assert_span_text(written(&w), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_present_knows_who_is_here),
		cmocka_unit_test(test_present_without_numbers),
		cmocka_unit_test(test_way_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
