/* A new communicator, and a new signaling client, is a file and a row: here are two (tests/toys)
 * that the program does not know of. Whole conversations run over them, from the scheme that a user
 * types to the line that the other reads. */
#include "chat/chat.h"
#include "crypto/code.h"
#include "endpoint/endpoint.h"
#include "session/session.h"
#include "tests/toys/board.h"
#include "tests/toys/serial.h"
#include "tests/unit/keys.h"
#include "tests/unit/support.h"

/* The rows. Nothing else names them. */
const struct communicator_class *const communicator_classes[] = {
	&serial_communicator,
	&board_communicator,
	NULL,
};

enum { HOSTS = 2, FLIGHTS = 256, SERVER_PORT = 9000, DELAY_US = 20000 };

struct flight {
	uint64_t at;
	size_t host; /* where it arrives */
	struct addr from;
	size_t len;
	uint8_t bytes[LIMIT_WIRE];
};

struct host {
	struct endpoint *ep;
	struct chat *chat;
	bool ready, over;
	char heard[64];
	struct session_path path; /* the last that was reported */
};

struct world {
	uint64_t now;
	struct test_random random;
	struct identity identities[HOSTS];
	struct code code;
	struct host hosts[HOSTS];
	struct flight flights[FLIGHTS];
	size_t flights_count;
	struct board_server server;
	uint64_t served; /* packets that the server has passed on */
};

static struct addr addr_of_host(size_t host)
{
	return addr_v4(192, 0, 2, (uint8_t)(host + 1), 4000);
}

static const struct addr server_addr = { .ip = { [10] = 0xff, [11] = 0xff, 198, 51, 100, 1 },
	                                 .port = SERVER_PORT };

static void open_host(struct world *w, size_t i, const struct communicator_class *class,
                      const char *name)
{
	struct communicator_config where = { .initiator = i == 0,
		                             .peers = { server_addr },
		                             .peers_count = 1,
		                             .name = name,
		                             .random = &w->random.random };
	struct endpoint_config config = { .keying.initiator = i == 0,
		                          .keying.suite = encryptor_class_of(SUITE_NOISE),
		                          .keying.identity = &w->identities[i],
		                          .keying.code = &w->code,
		                          .mode = MODE_CHAT,
		                          .silence_us = NEVER,
		                          .handshake_us = NEVER,
		                          .keying.random = &w->random.random };
	uint8_t token[TOKEN_LEN];
	struct addr interface = addr_of_host(i);
	enum err err = OK;

	w->identities[i] = test_identity(KEY_X25519, (unsigned)i);
	config.communicator = communicator_new(class, &where, w->now, &err);
	assert_non_null(config.communicator);
	w->hosts[i].ep = endpoint_new(&config, w->now, &err);
	w->hosts[i].chat = chat_new(MODE_CHAT);
	assert_non_null(w->hosts[i].ep);
	assert_non_null(w->hosts[i].chat);
	endpoint_hosts(w->hosts[i].ep, &interface, 1);
	communicator_nameplate_token(107, token);
	assert_int_equal(endpoint_join(w->hosts[i].ep, token, w->now), OK);
}

static void end(struct world *w)
{
	for (size_t i = 0; i < HOSTS; i++) {
		chat_free(w->hosts[i].chat);
		endpoint_free(w->hosts[i].ep);
	}
}

static void put(struct world *w, size_t host, const struct addr *from, const uint8_t *bytes,
                size_t len)
{
	assert_true(w->flights_count < FLIGHTS);
	struct flight *f = &w->flights[w->flights_count++];
	*f = (struct flight){ .at = w->now + DELAY_US, .host = host, .from = *from, .len = len };
	memcpy(f->bytes, bytes, len);
}

/* The serial line gives bytes in pieces of any size; a datagram goes to its address, or the server.
 */
static void carry(struct world *w, size_t from, const struct route *to, struct span wire)
{
	struct addr own = addr_of_host(from);
	uint8_t out[LIMIT_WIRE];
	size_t member, len;

	if (addr_equal(&to->remote, &server_addr)) {
		len = board_serve(&w->server, &own, wire, out, &member);
		w->served += len > 1;
		if (len > 0)
			put(w, w->server.members[member].ip[15] - 1u, &server_addr, out, len);
	} else if (addr_is_set(&to->remote)) {
		put(w, to->remote.ip[15] - 1u, &own, wire.at, wire.len);
	} else {
		for (size_t at = 0; at < wire.len; at += len) {
			len = 1 + random_below(&w->random.random, wire.len - at);
			put(w, 1 - from, &own, wire.at + at, len);
		}
	}
}

static void open_link(struct world *w, size_t host, const struct link_request *request)
{
	struct link_event up = { .state = LINK_UP,
		                 .link = request->link,
		                 .kind = request->kind,
		                 .local = addr_of_host(host) };

	if (strcmp(request->kind, "serial") == 0)
		assert_string_equal(request->name, "/dev/ttyS0");
	else
		assert_string_equal(request->kind, LINK_UDP);
	endpoint_link(w->hosts[host].ep, &up, w->now);
}

static void listen_to(struct world *w, struct host *h)
{
	struct endpoint_event e;
	struct event said;

	while (endpoint_take(h->ep, &e)) {
		if (e.kind == ENDPOINT_PEER)
			endpoint_accept(h->ep, w->now);
		if (e.kind == ENDPOINT_READY || e.kind == ENDPOINT_PATH)
			h->path = e.path;
		if (e.kind == ENDPOINT_READY) {
			chat_attach(h->chat, endpoint_session(h->ep, 0));
			h->ready = true;
		}
		if (e.kind == ENDPOINT_OVER || e.kind == ENDPOINT_FAILED)
			h->over = true;
	}
	chat_step(h->chat);
	while (chat_take(h->chat, &said)) {
		if (said.kind == EVENT_TEXT && said.text.len < sizeof h->heard)
			memcpy(h->heard, said.text.at, said.text.len);
	}
}

static void turn(struct world *w, size_t i)
{
	struct host *h = &w->hosts[i];
	struct link_request request;
	struct route to;
	uint8_t buffer[LIMIT_WIRE];
	const uint8_t *wire;
	size_t len;

	while (endpoint_request(h->ep, &request))
		open_link(w, i, &request);
	listen_to(w, h);
	endpoint_timer(h->ep, w->now);
	while ((len = endpoint_output(h->ep, &to, buffer, sizeof buffer, &wire, w->now)) > 0)
		carry(w, i, &to, span_of(wire, len));
	listen_to(w, h);
}

static void run(struct world *w, uint64_t us)
{
	uint64_t until = w->now + us;

	while (w->now < until) {
		for (size_t i = 0; i < HOSTS; i++)
			turn(w, i);
		uint64_t at = w->now + MS; /* a clock of whole milliseconds will do */
		w->now = at;
		while (w->flights_count > 0 && w->flights[0].at <= w->now) {
			struct flight f = w->flights[0];
			struct route from = { .link = 1,
				              .local = addr_of_host(f.host),
				              .remote = f.from };
			w->flights_count--;
			memmove(w->flights, w->flights + 1, w->flights_count * sizeof f);
			endpoint_input(w->hosts[f.host].ep, &from, span_of(f.bytes, f.len), w->now);
		}
	}
}

static void talk(struct world *w)
{
	run(w, 5 * SECOND);
	assert_true(w->hosts[0].ready && w->hosts[1].ready);
	assert_int_equal(chat_text(w->hosts[0].chat, span_text("hello"), false), OK);
	assert_int_equal(chat_text(w->hosts[1].chat, span_text("who is there?"), false), OK);
	run(w, SECOND);
	assert_string_equal(w->hosts[1].heard, "hello");
	assert_string_equal(w->hosts[0].heard, "who is there?");
	assert_false(w->hosts[0].over || w->hosts[1].over);
}

/* Not on the stack: it is half of what a thread has. */
static struct world *world_of(uint64_t seed)
{
	static struct world w;

	memset(&w, 0, sizeof w);
	w.now = SECOND;
	w.random = test_random(seed);
	code_make(&w.code, CODE_WORDS, &w.random.random);
	return &w;
}

/* What a user types is found by its scheme, and need not be an address of a host. */
static void test_toy_serial_line_carries_a_conversation(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 4; seed++) {
		struct world *w = world_of(seed);
		struct span address = span_text("serial:///dev/ttyS0");
		const struct communicator_class *class = communicator_class_of_scheme(&address);

		assert_non_null(class);
		assert_true(class->by_name && !class->meets);
		assert_span_text(address, "/dev/ttyS0");
		for (size_t i = 0; i < HOSTS; i++)
			open_host(w, i, class, (const char *)address.at);
		talk(w);
		for (size_t i = 0; i < HOSTS; i++)
			assert_string_equal(w->hosts[i].path.route.kind->label, "serial line");
		end(w);
	}
}

/* It begins through the board and goes on over the direct path that the session has found beside
 * it. */
static void test_toy_signaling_client_brings_peers_together(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 4; seed++) {
		struct world *w = world_of(seed);
		const struct communicator_class *class = communicator_class_that_meets();

		assert_non_null(class);
		for (size_t i = 0; i < HOSTS; i++)
			open_host(w, i, class, NULL);
		talk(w);
		assert_true(w->served > 2);
		for (size_t i = 0; i < HOSTS; i++)
			assert_ptr_equal(w->hosts[i].path.route.kind, ROUTE_UDP);
		uint64_t served = w->served;
		chat_text(w->hosts[0].chat, span_text("and now?"), false);
		run(w, SECOND);
		assert_string_equal(w->hosts[1].heard, "and now?");
		assert_true(w->served - served <= 4); /* the relayed path is kept open */
		end(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_toy_serial_line_carries_a_conversation),
		cmocka_unit_test(test_toy_signaling_client_brings_peers_together),
	};
	return cmocka_run_group_tests_name("toy_communicators", tests, NULL, NULL);
}
