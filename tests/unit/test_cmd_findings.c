/* findings: every value has its words, and JSON stays JSON. */
#include "cmd/findings.h"

#include "base/limits.h"
#include "tests/unit/support.h"

static char out[FINDINGS_TEXT];

static void test_findings_of_nothing(void **state)
{
	(void)state;
	struct outlook_facts f = { .nat64 = false };
	struct text t = text_of(out, sizeof out);
	findings_json(&f, NULL, 0, &t);
	assert_string_equal(
	    out,
	    "{\"v\":1,\"ev\":\"check\",\"servers\":[],\"udp4\":null,\"udp6\":null,\"tcp\":null,"
	    "\"tcp443\":null,\"nat64\":false,\"local\":false,\"seen4\":null,\"seen6\":null,"
	    "\"mapping\":null,"
	    "\"compared\":0,\"filter4\":null,\"filter6\":null,\"ports\":null,\"hairpin\":null,"
	    "\"mapper\":null,\"mapped\":null,\"packet\":0,\"clock_ahead\":null,\"relay\":false,"
	    "\"peers\":{\"open\":\"none\",\"home\":\"none\",\"hard\":\"none\",\"no_udp\":"
	    "\"none\"}}\n");
}

static struct outlook_facts full(void)
{
	return (struct outlook_facts){
		.udp = { ANSWER_YES, ANSWER_NO },
		.tcp = ANSWER_YES,
		.web = ANSWER_NO,
		.outside = { addr_v4(203, 0, 113, 9, 40000) },
		.translated = { true },
		.lets_in = { ANSWER_NO },
		.mapping = MAPPING_PORT,
		.compared = 2,
		.traits = { .known = true, .hard = true, .step = 3, .first = 1024, .last = 65535 },
		.mapper = ANSWER_NO,
		.packet = 1492,
		.clock = true,
		.clock_ahead_s = -7200,
		.relays = true
	};
}

static void test_findings_of_a_hard_nat(void **state)
{
	(void)state;
	struct findings_server server = { .name = "a\"\\\x01\n.example",
		                          .answers = { ANSWER_YES, ANSWER_YES, ANSWER_NO } };
	struct outlook_facts f = full();
	struct text t = text_of(out, sizeof out);
	findings_json(&f, &server, 1, &t);
	assert_non_null(strstr(out, "\"server\":\"a.example\",\"udp\":true,\"tcp\":true,\"tcp443\":"
	                            "false}]"));
	assert_non_null(strstr(out, "\"mapping\":\"port\",\"compared\":2,\"filter4\":\"port\","
	                            "\"filter6\":null,\"ports\":{\"first\":1024,\"last\":65535,"
	                            "\"step\":3,\"keeps\":false,\"low\":false}"));
	assert_non_null(strstr(out, "\"seen4\":\"203.0.113.9:40000\""));
	assert_non_null(strstr(out, "\"clock_ahead\":-7200,\"relay\":true"));
	assert_non_null(strstr(out, "\"home\":\"search\",\"hard\":\"maybe\""));

	t = text_of(out, sizeof out);
	findings_text(&f, &server, 1, &t);
	assert_non_null(
	    strstr(out, "server a.example answers over UDP and TCP but not over TCP port 443\n"));
	assert_non_null(strstr(out, "symmetric: another port for each destination port\n"));
	assert_non_null(strstr(out, "sequential, in steps of 3\n"));
	assert_non_null(strstr(out, "7200 s behind the server's: set it"));
	assert_non_null(strstr(out, "up to 1492 bytes"));
	assert_null(strstr(out, "key"));

	t = text_of(out, sizeof out);
	server = (struct findings_server){ .name = "b.example",
		                           .answers = { ANSWER_NO, ANSWER_NO },
		                           .mute = true };
	findings_text(&f, &server, 1, &t);
	server.keyed = true;
	findings_text(&f, &server, 1, &t);
	assert_non_null(strstr(out, "server b.example does not answer over UDP or TCP; it takes "
	                            "connections: does it want a key?\n"));
	assert_non_null(strstr(out, "it takes connections: is its key right?\n"));
	assert_false(t.cut);
}

/* Longer than a terminal is wide are only lines with a server's name. */
static void check_width(void)
{
	for (const char *line = out; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= 80 || strncmp(line, "server ", 7) == 0);
}

/* Whatever the facts are, they fit. */
static void test_findings_fit(void **state)
{
	(void)state;
	struct findings_server servers[LIMIT_VENUES];
	char name[LIMIT_PEER_ADDRS * 32];
	memset(name, 'x', sizeof name);
	name[sizeof name - 1] = 0;
	for (size_t i = 0; i < LIMIT_VENUES; i++)
		servers[i] =
		    (struct findings_server){ .name = name,
			                      .why = i % 2 ? "the name servers don't answer" : NULL,
			                      .answers = { ANSWER_YES, ANSWER_NO, ANSWER_NO },
			                      .mute = i % 2 == 0 };
	for (unsigned i = 0; i < 5 * 3 * 2; i++) {
		struct outlook_facts f = full();
		struct text t = text_of(out, sizeof out);
		f.mapping = i % 5;
		f.hairpin = f.mapper = f.lets_in[OUTLOOK_V6] = i / 5 % 3;
		f.traits.low = i / 15;
		f.compared = i % 3;
		f.traits.step = i % 2;
		f.traits.keeps = i % 4 == 0;
		f.outside[OUTLOOK_V4] = f.mapped = addr_v4(203, 100, 113, 109, 40000);
		f.outside[OUTLOOK_V4].ip[15] = (uint8_t)(i % 2 ? 109 : 108);
		f.clock_ahead_s = i / 15 ? 4 : -86400 * 3;
		f.udp[OUTLOOK_V6] = ANSWER_YES;
		findings_text(&f, servers, LIMIT_VENUES, &t);
		check_width();
		assert_false(t.cut);
		t = text_of(out, sizeof out);
		findings_json(&f, servers, LIMIT_VENUES, &t);
		assert_false(t.cut);
		assert_string_equal(out + t.len - 3, "}}\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_findings_of_nothing),
		cmocka_unit_test(test_findings_of_a_hard_nat),
		cmocka_unit_test(test_findings_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
