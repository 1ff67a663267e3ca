/* fuzz: the signaling server. The input is a script: who sends, what is mended so that it gets past
 * the cookie, how long the clock runs. Whatever comes: to a stranger goes no more than came from
 * it, and tables keep their limits. */
#include <stdlib.h>
#include <string.h>

#include "rendezvous/rendezvous.h"
#include "wire/signaling.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

enum { SENDERS = 8, MEMBERS = 6, PAIRS = 4 };

struct world {
	struct random random;
	uint64_t state, now, pair; /* pair: of the newest INTRO */
	struct rendezvous *server;
	struct route senders[SENDERS];
	uint8_t cookies[SENDERS][COOKIE_BYTES];
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

static void step(struct world *w, unsigned sender, struct span wire, bool proved)
{
	uint8_t out[LIMIT_WIRE];
	struct route to;
	size_t len, back = 0;
	rendezvous_timer(w->server, w->now);
	rendezvous_input(w->server, &w->senders[sender], wire, w->now);
	while ((len = rendezvous_output(w->server, &to, out, sizeof out, w->now)) > 0) {
		back += len;
		if (out[0] == PACKET_COOKIE)
			memcpy(w->cookies[sender], out + 28, COOKIE_BYTES);
		if (out[0] == PACKET_INTRO)
			w->pair = load_be64(out + 18);
		else if (out[0] != PACKET_FORWARD)
			require(route_same(&to, &w->senders[sender]));
	}
	struct rendezvous_counts counts = rendezvous_counts(w->server);
	require(counts.members <= MEMBERS && counts.pairs <= PAIRS);
	require(proved || counts.members > 0 || back <= wire.len);
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
	if (bytes.len > 0)
		memcpy(wire, bytes.at, bytes.len);
	if (join) {
		wire[0] = PACKET_JOIN;
		wire[1] = SIGNALING_VERSION;
		memcpy(wire + 2, w->cookies[sender], COOKIE_BYTES);
		bytes.len = bytes.len < JOIN_LEN ? JOIN_LEN : bytes.len;
	} else if (forward) {
		wire[0] = PACKET_FORWARD;
		store_be64(wire + 1, w->pair);
		bytes.len = (size_t)control * 5;
	} else if (control & 4) {
		wire[0] = PACKET_HELLO;
		wire[1] = SIGNALING_VERSION;
		bytes.len = HELLO_LEN;
	}
	if (control & 8)
		rendezvous_link_down(w->server, w->senders[sender].link);
	step(w, sender, span_of(wire, bytes.len), join);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct world w = { .random = { fill }, .now = 1000 * SECOND };
	struct reader r = reader_of(span_of(at, len));
	struct rendezvous_config config = {
		.members_max = MEMBERS, .pairs_max = PAIRS, .relay_kbit = 1, .random = &w.random
	};
	w.server = rendezvous_new(&config, w.now);
	require(w.server != NULL);
	for (unsigned i = 0; i < SENDERS; i++) {
		/* six hosts in two networks, two of them with two senders */
		struct addr remote =
		    addr_v4(10, 0, i & 1, (uint8_t)(i / 2 % 3), (uint16_t)(99 + i));
		w.senders[i] = (struct route){ .kind = i & 1 ? ROUTE_TCP : ROUTE_UDP,
			                       .link = (uint16_t)(1 + i),
			                       .remote = remote };
	}

	step(&w, 0, span_of(at, len < LIMIT_DATAGRAM ? len : LIMIT_DATAGRAM),
	     false); /* as it is, to nobody */
	while (r.left > 0)
		next_message(&w, &r);
	rendezvous_free(w.server);
	return 0;
}
