/* server: what comes over links, whoever sends it, is what rendezvous would have got as messages;
 * and connections end when they should. */
#include "tests/unit/support.h"

#include "rendezvous/callers.h"
#include "rendezvous/server.h"
#include "wire/framing.h"
#include "wire/signaling.h"

enum { CALLERS = 8, FIRST = LINK_ACCEPTED_FIRST };

static struct test_random chance;
static struct server *server;
static uint64_t now;

static uint8_t out[1 << 16]; /* all that went to one connection since it was cleared */
static size_t out_len;
static uint16_t hung_up[64];
static size_t hung_up_count;

static int start(void **state)
{
	(void)state;
	chance = test_random(11);
	now = 1000 * SECOND;
	struct rendezvous_config config = {
		.members_max = 64, .pairs_max = 64, .relay_kbit = 64, .random = &chance.random
	};
	server = server_new(&config, CALLERS, now);
	out_len = hung_up_count = 0;
	return server != NULL ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	server_free(server);
	return 0;
}

/* Everything that is to be done now; bytes to a connection are collected. */
static void carry_out(void)
{
	uint8_t buffer[SERVER_BUFFER];
	struct link_request request;
	struct route to;
	const uint8_t *wire;
	size_t len;
	while ((len = server_output(server, &to, buffer, &wire, now)) > 0) {
		assert_true(wire >= buffer && wire + len <= buffer + sizeof buffer);
		if (!route_is_stream(&to))
			continue;
		assert_int_equal(load_be16(wire), len - FRAMING_HEADER);
		assert_true(out_len + len <= sizeof out);
		memcpy(out + out_len, wire, len);
		out_len += len;
	}
	while (server_request(server, &request)) {
		assert_false(request.open);
		assert_true(hung_up_count < sizeof hung_up / sizeof *hung_up);
		hung_up[hung_up_count++] = request.link;
	}
}

static struct route route_of(unsigned caller)
{
	return (struct route){ .kind = ROUTE_TCP,
		               .link = (uint16_t)(FIRST + caller),
		               .remote = addr_v4(10, 0, 0, (uint8_t)caller, 999) };
}

static void tell(unsigned caller, enum link_state what)
{
	struct route route = route_of(caller);
	server_timer(server, now);
	server_link(
	    server,
	    &(struct link_event){ .state = what, .link = route.link, .remote = route.remote }, now);
	carry_out();
}

static void send(unsigned caller, struct span bytes)
{
	struct route route = route_of(caller);
	server_timer(server, now);
	server_input(server, &route, bytes, now);
	carry_out();
}

static void add_framed(struct writer *stream, struct span message)
{
	write_be16(stream, (uint16_t)message.len);
	write_span(stream, message);
}

/* HELLO, then JOIN with the cookie of it. False: other answers came, or none. */
static bool join(unsigned caller, bool responder)
{
	uint8_t bytes[256], message[HELLO_LEN];
	struct writer stream = writer_of(bytes, sizeof bytes),
		      w = writer_of(message, sizeof message);
	struct hello hello = { .nonce = { 1 } };
	struct cookie cookie;
	struct join m = { .token = "a room of two..", .responder = responder };
	signaling_write_hello(&w, &hello, HELLO_LEN);
	add_framed(&stream, written(&w));
	out_len = 0;
	send(caller, written(&stream));
	if (!signaling_read_cookie(span_of(out + FRAMING_HEADER, COOKIE_LEN), &cookie))
		return false;
	memcpy(m.cookie, cookie.cookie, COOKIE_BYTES);
	memset(m.secret, (int)caller + 1, SECRET_BYTES);
	w = writer_of(message, sizeof message);
	stream = writer_of(bytes, sizeof bytes);
	signaling_write_join(&w, &m);
	add_framed(&stream, written(&w));
	out_len = 0;
	send(caller, written(&stream));
	return out_len > 0 && out[FRAMING_HEADER] == PACKET_WAIT;
}

/* However the bytes of a connection are cut, each message in them gets its answer, in order. */
static void test_server_answers_every_message_however_it_is_cut(void **state)
{
	(void)state;
	static uint8_t whole[1 << 14], wanted[1 << 14];
	struct writer stream = writer_of(whole, sizeof whole);
	for (unsigned i = 0; i < 50; i++) {
		uint8_t message[HELLO_LEN];
		struct writer w = writer_of(message, sizeof message);
		struct hello hello = { .nonce = { (uint8_t)i } };
		signaling_write_hello(&w, &hello, HELLO_LEN);
		add_framed(&stream, written(&w));
		if (i % 3 == 0)
			write_be16(&stream, 0); /* a keepalive */
	}
	tell(0, LINK_ACCEPTED);
	send(0, written(&stream));
	size_t wanted_len = out_len;
	assert_int_equal(wanted_len, 50 * (FRAMING_HEADER + COOKIE_LEN));
	memcpy(wanted, out, wanted_len);
	for (unsigned round = 0; round < 50; round++) {
		struct span rest = written(&stream);
		out_len = 0;
		while (rest.len > 0) {
			uint64_t most = 1 + random_below(&chance.random, 300);
			size_t len = rest.len < most ? rest.len : (size_t)most;
			send(0, span_of(rest.at, len));
			rest = span_of(rest.at + len, rest.len - len);
		}
		assert_int_equal(out_len, wanted_len);
		assert_memory_equal(out, wanted, wanted_len);
	}
	assert_int_equal(hung_up_count, 0);
}

/* Bytes that are no messages end their connection, and the member that came by it leaves. */
static void test_server_ends_what_is_no_framing(void **state)
{
	(void)state;
	static const uint8_t bad[] = { 0xff, 0xff, 0 };
	tell(0, LINK_ACCEPTED);
	tell(1, LINK_ACCEPTED);
	assert_true(join(0, false));
	assert_true(join(1, true));
	assert_int_equal(server_counts(server).members, 2);
	assert_int_equal(server_counts(server).pairs, 1);
	send(0, span_of(bad, sizeof bad));
	assert_int_equal(hung_up_count, 1);
	assert_int_equal(hung_up[0], FIRST);
	assert_int_equal(server_counts(server).members, 1);
	assert_int_equal(server_connections(server), 1);
	out_len = 0;
	send(0, span_of(bad, sizeof bad)); /* what had still come */
	assert_int_equal(out_len, 0);
	tell(1, LINK_DOWN);
	assert_int_equal(server_counts(server).members, 0);
	assert_int_equal(server_connections(server), 0);
	assert_true(server_deadline(server) == NEVER);
}

/* Who has not joined in time goes, and the loop is told when to look. */
static void test_server_ends_who_does_not_join(void **state)
{
	(void)state;
	tell(0, LINK_ACCEPTED);
	tell(1, LINK_ACCEPTED);
	assert_true(join(1, true));
	assert_true(server_deadline(server) == now + CALLERS_JOIN_US);
	now += CALLERS_JOIN_US;
	server_timer(server, now);
	carry_out();
	assert_int_equal(hung_up_count, 1);
	assert_int_equal(hung_up[0], FIRST);
	assert_int_equal(server_connections(server), 1);
	assert_int_equal(server_counts(server).members, 1);
}

/* Connections come, say anything and go, in any order: never more than may stay, none is ended
 * twice, and a member is there only as long as its connection. */
static void test_server_survives_hostile_callers(void **state)
{
	(void)state;
	bool there[32] = { false };
	unsigned joined = 0;
	struct random *r = &chance.random;
	for (unsigned step = 0; step < 20000; step++) {
		unsigned caller = (unsigned)random_below(r, 32);
		uint8_t bytes[300];
		size_t len = 1 + (size_t)random_below(r, sizeof bytes - 1);
		hung_up_count = out_len = 0;
		random_fill(r, bytes, len);
		now += random_below(r, 3 * SECOND);
		if (!there[caller]) {
			there[caller] = true;
			tell(caller, LINK_ACCEPTED);
		} else if (random_below(r, 8) == 0) {
			there[caller] = false;
			tell(caller, LINK_DOWN);
		} else if (random_below(r, 4) == 0) {
			joined += join(caller, random_below(r, 2));
		} else {
			store_be16(bytes, (uint16_t)random_below(r, 300));
			bytes[2] = (uint8_t)(PACKET_HELLO + random_below(r, 8));
			send(caller, span_of(bytes, len));
		}
		for (size_t i = 0; i < hung_up_count; i++) {
			assert_true(there[hung_up[i] - FIRST]);
			there[hung_up[i] - FIRST] = false;
		}
		unsigned count = 0;
		for (size_t i = 0; i < 32; i++)
			count += there[i];
		assert_int_equal(server_connections(server), count);
		assert_in_range(count, 0, CALLERS);
		assert_in_range(server_counts(server).members, 0, count);
	}
	assert_true(joined > 100);
}

/* A million, and fewer where these would take more than half of the memory. */
static void test_server_has_room_for_as_many_as_memory(void **state)
{
	(void)state;
	assert_int_equal(server_members(UINT64_MAX), SERVER_MEMBERS);
	assert_int_equal(server_members((uint64_t)1 << 30), SERVER_MEMBERS);
	assert_int_equal(server_members((uint64_t)512 << 20), SERVER_MEMBERS / 4);
	assert_int_equal(server_members((uint64_t)4 << 20), 4096);
	assert_int_equal(server_members(0), SERVER_MEMBERS_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
		cmocka_unit_test(test_server_has_room_for_as_many_as_memory),
		TEST(test_server_answers_every_message_however_it_is_cut),
		TEST(test_server_ends_what_is_no_framing),
		TEST(test_server_ends_who_does_not_join),
		TEST(test_server_survives_hostile_callers),
	};
	return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
