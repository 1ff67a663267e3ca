/* fuzz: the signaling server over UDP and TCP. The input is a script: who sends, what is mended so
 * that it gets past the cookie, how long the clock runs, which connections carry no messages.
 * Whatever comes: to a stranger goes no more than came from it, and tables keep their limits.
 * runs: 3000
 */
#include <stdlib.h>
#include <string.h>

#include "rendezvous/server.h"
#include "wire/framing.h"
#include "wire/signaling.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

enum { SENDERS = 8, MEMBERS = 6, PAIRS = 4, CALLERS = 3 };

struct world {
	struct random random;
	uint64_t state, now, pair; /* pair: of the newest INTRO */
	struct server *server;
	struct route senders[SENDERS];
	bool connected[SENDERS]; /* of those that come by TCP */
	uint8_t cookies[SENDERS][COOKIE_BYTES];
	uint8_t secrets[SENDERS][SECRET_BYTES]; /* of the last JOIN of each */
	unsigned
	    other; /* HELLO asks for an answer to that one, whose cookie it has; SENDERS: none */
};

static void fill(struct random *r, void *to, size_t len)
{
	struct world *w = (struct world *)r;
	for (size_t i = 0; i < len; i++) {
		w->state = w->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		((uint8_t *)to)[i] = (uint8_t)(w->state >> 56);
	}
}

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void tell(struct world *w, unsigned sender, enum link_state what)
{
	const struct route *route = &w->senders[sender];
	struct link_event event = { .state = what, .link = route->link, .remote = route->remote };
	if (!route_is_stream(route) || w->connected[sender] == (what == LINK_ACCEPTED))
		return;
	w->connected[sender] = what == LINK_ACCEPTED;
	server_link(w->server, &event, w->now);
}

static void hang_up(struct world *w)
{
	struct link_request request;
	while (server_request(w->server, &request)) {
		unsigned sender = request.link - 1u;
		require(!request.open && sender < SENDERS && w->connected[sender]);
		w->connected[sender] = false;
	}
}

/* COOKIE comes to who said HELLO, or to the other one that it may speak for. */
static void keep_cookie(struct world *w, unsigned sender, const struct route *to,
                        const uint8_t *cookie)
{
	bool moved = !route_same(to, &w->senders[sender]);

	if (moved)
		require(w->other < SENDERS && route_is_bare(to) &&
		        addr_equal(&to->remote, &w->senders[w->other].remote));
	memcpy(w->cookies[moved ? w->other : sender], cookie, COOKIE_BYTES);
}

/* All answers; returns their bytes without lengths before them. */
static size_t take_answers(struct world *w, unsigned sender)
{
	uint8_t buffer[SERVER_BUFFER];
	struct route to;
	const uint8_t *wire;
	size_t len, all = 0;
	while ((len = server_output(w->server, &to, buffer, &wire, w->now)) > 0) {
		const uint8_t *out = route_is_stream(&to) ? wire + FRAMING_HEADER : wire;
		all += route_is_stream(&to) ? len - FRAMING_HEADER : len;
		if (out[0] == PACKET_COOKIE)
			keep_cookie(w, sender, &to, out + 28);
		else if (out[0] == PACKET_INTRO)
			w->pair = load_be64(out + 18);
		else if (out[0] != PACKET_FORWARD)
			require(route_same(&to, &w->senders[sender]));
	}
	hang_up(w);
	return all;
}

/* framed: on a connection the message has its length before it, and comes in two pieces. */
static void step(struct world *w, unsigned sender, struct span wire, bool proved, bool framed)
{
	uint8_t bytes[FRAMING_HEADER + LIMIT_DATAGRAM];
	size_t back, header = framed && route_is_stream(&w->senders[sender]) ? FRAMING_HEADER : 0,
		     len = header + wire.len;
	server_timer(w->server, w->now);
	hang_up(w);
	tell(w, sender, LINK_ACCEPTED);
	hang_up(w);
	framing_header(bytes, wire.len);
	if (wire.len > 0)
		memcpy(bytes + header, wire.at, wire.len);
	size_t cut = header > 0 ? len / 2 : len;
	server_input(w->server, &w->senders[sender], span_of(bytes, cut), w->now);
	back = take_answers(w, sender);
	if (cut < len) {
		server_input(w->server, &w->senders[sender], span_of(bytes + cut, len - cut),
		             w->now);
		back += take_answers(w, sender);
	}
	struct rendezvous_counts counts = server_counts(w->server);
	require(counts.members <= MEMBERS && counts.pairs <= PAIRS);
	require(server_connections(w->server) <= CALLERS);
	require(proved || !framed || counts.members > 0 || back <= wire.len);
}

/* KEEP of up to three rooms, not all of them its own. */
static size_t write_keep(const struct world *w, unsigned sender, uint8_t control, uint8_t *wire)
{
	struct writer out = writer_of(wire, LIMIT_DATAGRAM);
	struct keep keep = { .echo = control & 1, .count = 1u + control / 2 % 3 };

	for (unsigned i = 0; i < keep.count; i++)
		memcpy(keep.secrets[i], w->secrets[(sender + i * control) % SENDERS], SECRET_BYTES);
	signaling_write_keep(&out, &keep);
	return out.len;
}

/* HELLO of one sender for another, which has got its cookie by then, or not. */
static size_t write_hello(struct world *w, uint8_t other, uint8_t *wire)
{
	struct writer out = writer_of(wire, LIMIT_DATAGRAM);
	struct hello hello = { .beside = other & 0x80, .nonce = { other } };

	w->other = other % SENDERS;
	hello.other = w->senders[w->other].remote;
	memcpy(hello.cookie, w->cookies[w->other], COOKIE_BYTES);
	signaling_write_hello(&out, &hello, HELLO_LEN);
	return out.len;
}

/* One message of the script: control, sender, pause, length, bytes. */
static void next_message(struct world *w, struct reader *r)
{
	uint8_t wire[LIMIT_DATAGRAM], control = read_u8(r);
	unsigned sender = read_u8(r) % SENDERS;
	w->now += ((uint64_t)1 << read_u8(r) % 28) - 1; /* up to 134 s */
	struct span bytes = read_span(r, read_u8(r) % 128);
	bool join = control & 1, forward = control & 2;
	memset(wire, 0, sizeof wire);
	w->other = SENDERS;
	if (bytes.len > 0)
		memcpy(wire, bytes.at, bytes.len);
	if (join) {
		wire[0] = PACKET_JOIN;
		wire[1] = SIGNALING_VERSION;
		memcpy(wire + 2, w->cookies[sender], COOKIE_BYTES);
		wire[42] |= control & 32 ? 8 : 0; /* "I send KEEP" */
		memcpy(w->secrets[sender], wire + 34, SECRET_BYTES);
		bytes.len = bytes.len < JOIN_LEN ? JOIN_LEN : bytes.len;
	} else if (forward) {
		wire[0] = PACKET_FORWARD;
		store_be64(wire + 1, w->pair);
		bytes.len = (size_t)control * 5;
	} else if (control & 4) {
		wire[0] = PACKET_HELLO;
		wire[1] = SIGNALING_VERSION;
		bytes.len = HELLO_LEN;
	} else if (control & 32) {
		bytes.len = write_keep(w, sender, wire[0], wire);
	} else if (control & 64) {
		bytes.len = write_hello(w, wire[0], wire);
	}
	if (control & 8)
		tell(w, sender, LINK_DOWN);
	step(w, sender, span_of(wire, bytes.len), join, !(control & 16));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct world w = { .random = { fill }, .now = 1000 * SECOND, .other = SENDERS };
	struct reader r = reader_of(span_of(at, len));
	struct rendezvous_config config = {
		.members_max = MEMBERS, .pairs_max = PAIRS, .relay_kbit = 1, .random = &w.random
	};
	w.server = server_new(&config, CALLERS, w.now);
	require(w.server != NULL);
	for (unsigned i = 0; i < SENDERS; i++) {
		/* six hosts in two networks, two of them with two senders */
		struct addr remote =
		    addr_v4(10, 0, i & 1, (uint8_t)(i / 2 % 3), (uint16_t)(99 + i));
		w.senders[i] = (struct route){ .kind = i & 1 ? ROUTE_TCP : ROUTE_UDP,
			                       .link = (uint16_t)(1 + i),
			                       .remote = remote };
	}

	/* as it is, to nobody */
	step(&w, 0, span_of(at, len < LIMIT_DATAGRAM ? len : LIMIT_DATAGRAM), false, true);
	while (r.left > 0)
		next_message(&w, &r);
	server_free(w.server);
	return 0;
}
