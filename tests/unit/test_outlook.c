/* outlook: from what a network does to which peers are met directly; docs/TRAVERSAL.md. */
#include "transport/outlook.h"

#include "tests/unit/support.h"

static struct outlook_facts net;

static int start(void **state)
{
	(void)state;
	net = (struct outlook_facts){ .udp = { ANSWER_YES, ANSWER_UNKNOWN },
		                      .lets_in = { ANSWER_NO, ANSWER_UNKNOWN },
		                      .translated = { true },
		                      .tcp = ANSWER_YES,
		                      .mapping = MAPPING_ENDPOINT,
		                      .relays = true };
	return 0;
}

static void expect(enum outlook open, enum outlook home, enum outlook hard, enum outlook no_udp)
{
	assert_int_equal(outlook_for(&net, PEER_OPEN), open);
	assert_int_equal(outlook_for(&net, PEER_HOME), home);
	assert_int_equal(outlook_for(&net, PEER_HARD), hard);
	assert_int_equal(outlook_for(&net, PEER_NO_UDP), no_udp);
}

static void test_outlook_easy(void **state)
{
	(void)state;
	expect(OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_SEARCH, OUTLOOK_RELAY);
	net.lets_in[OUTLOOK_V4] = ANSWER_UNKNOWN; /* nothing is hoped for */
	expect(OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_SEARCH, OUTLOOK_RELAY);
	net.lets_in[OUTLOOK_V4] = ANSWER_YES;
	expect(OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_RELAY);
	net.mapping = MAPPING_NONE;
	net.translated[OUTLOOK_V4] = false;
	expect(OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_TCP);
	net.lets_in[OUTLOOK_V4] = ANSWER_NO; /* a firewall */
	expect(OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_SEARCH, OUTLOOK_RELAY);
}

/* What is found out of a mapping, and what the mapping is after that. */
static void test_outlook_mapping(void **state)
{
	(void)state;
	net.compared = 1;
	assert_int_equal(outlook_mapping(&net, false), MAPPING_UNKNOWN);
	net.compared = 2;
	assert_int_equal(outlook_mapping(&net, false), MAPPING_ENDPOINT);
	net.varies = true;
	assert_int_equal(outlook_mapping(&net, false), MAPPING_ADDRESS);
	net.traits = (struct nat_traits){ .known = true, .hard = true };
	assert_int_equal(outlook_mapping(&net, true), MAPPING_PORT);
	net.translated[OUTLOOK_V4] = false;
	assert_int_equal(outlook_mapping(&net, true), MAPPING_NONE);
	net.local = true;
	assert_int_equal(outlook_mapping(&net, true), MAPPING_UNKNOWN);
	net.local = false;
	net.udp[OUTLOOK_V4] = ANSWER_NO;
	assert_int_equal(outlook_mapping(&net, true), MAPPING_UNKNOWN);
}

static void test_outlook_hard(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		net.mapping = i & 1 ? MAPPING_PORT : MAPPING_ADDRESS;
		net.lets_in[OUTLOOK_V4] = i & 2 ? ANSWER_YES : ANSWER_NO;
		net.traits = (struct nat_traits){ .known = true, .hard = true };
		expect(OUTLOOK_DIRECT, OUTLOOK_SEARCH, i & 2 ? OUTLOOK_MAYBE : OUTLOOK_RELAY,
		       OUTLOOK_RELAY);
		net.traits.step = 2;
		expect(OUTLOOK_DIRECT, OUTLOOK_SEARCH, OUTLOOK_MAYBE, OUTLOOK_RELAY);
		net.traits.step = 0;
		net.traits.low = true;
		expect(OUTLOOK_DIRECT, OUTLOOK_SEARCH, OUTLOOK_MAYBE, OUTLOOK_RELAY);
	}
}

/* A router that opens a port makes everything easy, unless there is another one behind it. */
static void test_outlook_mapped(void **state)
{
	(void)state;
	net.mapping = MAPPING_PORT;
	net.mapper = ANSWER_YES;
	net.mapped = addr_v4(100, 64, 0, 1, 5000);
	expect(OUTLOOK_DIRECT, OUTLOOK_SEARCH, OUTLOOK_RELAY, OUTLOOK_RELAY);
	net.outside[OUTLOOK_V4] = addr_v4(100, 64, 0, 1, 6000);
	expect(OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_RELAY);
}

static void test_outlook_without_udp(void **state)
{
	(void)state;
	net.udp[OUTLOOK_V4] = ANSWER_NO;
	net.mapping = MAPPING_UNKNOWN;
	expect(OUTLOOK_TCP, OUTLOOK_RELAY, OUTLOOK_RELAY, OUTLOOK_MAYBE);
	net.web = ANSWER_YES;
	net.tcp = ANSWER_NO;
	expect(OUTLOOK_RELAY, OUTLOOK_RELAY, OUTLOOK_RELAY, OUTLOOK_RELAY);
	assert_true(outlook_connected(&net));
	net.web = ANSWER_NO;
	assert_false(outlook_connected(&net));
	expect(OUTLOOK_NONE, OUTLOOK_NONE, OUTLOOK_NONE, OUTLOOK_NONE);
}

/* A server that passes on handshakes only is no way to talk, and the rest is as before. */
static void test_outlook_without_relay(void **state)
{
	(void)state;
	net.relays = false;
	expect(OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_SEARCH, OUTLOOK_NONE);
	net.udp[OUTLOOK_V4] = ANSWER_NO;
	expect(OUTLOOK_TCP, OUTLOOK_NONE, OUTLOOK_NONE, OUTLOOK_MAYBE);
}

static void test_outlook_ipv6(void **state)
{
	(void)state;
	net = (struct outlook_facts){ .udp = { ANSWER_UNKNOWN, ANSWER_YES },
		                      .lets_in = { ANSWER_UNKNOWN, ANSWER_NO },
		                      .relays = true };
	expect(OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_RELAY);
	net.lets_in[OUTLOOK_V6] = ANSWER_YES;
	expect(OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_DIRECT, OUTLOOK_TCP);
}

static void test_outlook_names(void **state)
{
	(void)state;
	assert_string_equal(outlook_name(OUTLOOK_NONE), "none");
	assert_string_equal(outlook_name(OUTLOOK_DIRECT), "direct");
	assert_string_equal(outlook_peer_name(PEER_NO_UDP), "no_udp");
	assert_string_equal(outlook_mapping_name(MAPPING_PORT), "port");
	assert_null(outlook_mapping_name(MAPPING_UNKNOWN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_outlook_easy, start),
		cmocka_unit_test_setup(test_outlook_mapping, start),
		cmocka_unit_test_setup(test_outlook_hard, start),
		cmocka_unit_test_setup(test_outlook_mapped, start),
		cmocka_unit_test_setup(test_outlook_without_udp, start),
		cmocka_unit_test_setup(test_outlook_without_relay, start),
		cmocka_unit_test_setup(test_outlook_ipv6, start),
		cmocka_unit_test(test_outlook_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
