/* udp: what a responder sends to an address that has not shown a cookie is no larger than what came
 * from there, for each type of message and every length. (Row S23; its REFUSE comes after a cookie,
 * and tests/e2e/test_garbage.py looks at the whole program.) */
#include "tests/unit/wire.h"

#include "wire/signaling.h"

enum { BOB = 1, PORT = 7000, LEN_MAX = 1300 };

static struct {
	size_t bytes, longest;
	struct addr to;
} heard;

static bool count_answers(struct wire *w, const struct wire_flight *f)
{
	(void)w;
	if (f->kind == WIRE_DATAGRAM && f->from_host == BOB) {
		heard.bytes += f->len;
		heard.longest = f->len > heard.longest ? f->len : heard.longest;
		assert_true(addr_equal(&f->to, &heard.to));
	}
	return false;
}

static void test_udp_answers_with_fewer_bytes_for_each_type(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		uint8_t type;
		size_t answer; /* 0: none */
	} cases[] = {
		{ "HELLO", PACKET_HELLO, COOKIE_LEN }, { "OPEN", PACKET_OPEN, ERROR_LEN },
		{ "COOKIE", PACKET_COOKIE, 0 },        { "JOIN", PACKET_JOIN, 0 },
		{ "ERROR", PACKET_ERROR, 0 },          { "FORWARD", PACKET_FORWARD, 0 },
		{ "HANDSHAKE", PACKET_HANDSHAKE, 0 },  { "REFUSE", PACKET_REFUSE, 0 },
		{ "SEALED", PACKET_SEALED, 0 },        { "nonsense", 0x17, 0 },
	};
	struct wire *w = wire_new(40);
	wire_open(w, BOB, &udp_communicator,
	          (struct communicator_config){ .listen = { addr_v4(0, 0, 0, 0, PORT) },
	                                        .listen_count = 1 });
	wire_run(w, SECOND);
	w->lose = count_answers;
	heard.to = addr_v4(198, 51, 100, 7, 1000);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t in = 0, out = 0, shortest = 0;
		heard.longest = 0;
		for (size_t len = 1; len <= LEN_MAX; len++) {
			uint8_t bytes[LEN_MAX] = { cases[i].type, SIGNALING_VERSION };
			heard.bytes = 0;
			wire_inject(w, BOB, 1, &heard.to, bytes, len);
			wire_run(w, MS);
			assert_in_range(heard.bytes, 0, len);
			shortest = heard.bytes > 0 && shortest == 0 ? len : shortest;
			in += len;
			out += heard.bytes;
			w->hosts[BOB].packets_count = 0; /* what went to the session */
			w->hosts[BOB].packets_read = 0;
		}
		assert_int_equal(heard.longest, cases[i].answer);
		assert_true(out < in);
		if (shortest)
			print_message("%-9s from %zu bytes: %zu back\n", cases[i].name, shortest,
			              heard.longest);
	}
	wire_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_udp_answers_with_fewer_bytes_for_each_type),
	};
	return cmocka_run_group_tests_name("udp_answers", tests, NULL, NULL);
}
