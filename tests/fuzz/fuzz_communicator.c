/* Bytes from the wire into every communicator, once it has met its server or its peer. All
 * randomness is the byte 0x42, so that nonces, tags and cookies can be guessed. Input: class and
 * role (1), then chunks: where from (1), time in 10 ms, or from 128 on in seconds (1), length (2),
 * bytes. Each input makes a communicator, which is large. runs: 1200
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "transport/carrier.h"
#include "wire/framing.h"
#include "wire/signaling.h"

extern const struct communicator_class tcp_communicator, udp_communicator, p2p_communicator;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STREAM_LINK = LINK_ACCEPTED_FIRST };

struct fuzz {
	struct communicator *c;
	struct random random;
	uint64_t now;
	uint16_t stream; /* a TCP link that is up; 0: none */
	bool old;        /* the server knows no KEEP, nor HELLO for another socket */
	struct addr server, router;
};

_Noreturn void base_panic(const char *file, int line)
{
	(void)file, (void)line;
	abort();
}

static void fill(struct random *r, void *to, size_t len)
{
	(void)r;
	memset(to, 0x42, len);
}

static void deliver(struct fuzz *f, uint16_t link, const struct addr *from, struct span bytes)
{
	struct route route = { .kind = ROUTE_UDP, .link = link, .remote = *from };
	struct span packet;
	uint8_t buffer[LIMIT_HEADROOM + LIMIT_PACKET];
	bool proved;
	f->c->class->input(f->c, &route, bytes, f->now);
	for (unsigned n = 0; f->c->class->receive(f->c, &route, &packet, &proved); n++) {
		assert(packet_is_session(packet));
		if (n % 4 == 3)
			communicator_regard(f->c, &route, STANDING_UNWANTED);
		else if (n % 4 == 1)
			communicator_regard(f->c, &route, STANDING_HELD);
		size_t len;
		memcpy(buffer + LIMIT_HEADROOM, packet.at, packet.len);
		int start = f->c->class->wrap(f->c, &route, buffer, packet.len, &len, f->now);
		assert(start < 0 || (size_t)start + len == LIMIT_HEADROOM + packet.len);
	}
}

/* Answers HELLO and JOIN as a server would; the rest of what it says is thrown away. */
static void answer(struct fuzz *f, const struct route *to, struct span wire)
{
	uint8_t bytes[256];
	uint16_t link = to->link;
	struct writer w = writer_of(bytes + FRAMING_HEADER, sizeof bytes - FRAMING_HEADER);
	struct span message = to->kind == ROUTE_TCP
	                          ? span_of(wire.at + FRAMING_HEADER, wire.len - FRAMING_HEADER)
	                          : wire;
	struct hello hello;
	struct join join;
	struct keep keep;
	if (signaling_read_hello(message, &hello)) {
		struct cookie cookie = { .observed = addr_v4(198, 51, 100, 1, 9),
			                 .relay_kbit = 64,
			                 .day = 19000,
			                 .day_ends_s = 600 };
		memcpy(cookie.nonce, hello.nonce, NONCE_BYTES);
		signaling_write_cookie(&w, &cookie);
		if (addr_is_set(&hello.other) && !f->old)
			link =
			    (uint16_t)(LINK_SPARES_FIRST + LIMIT_SPARES + !addr_is_v4(&to->remote));
	} else if (signaling_read_join(message, &join)) {
		struct wait wait = { .refresh_s = 20, .others = 1, .keep_s = f->old ? 0 : 300 };
		memcpy(wait.secret, join.secret, SECRET_BYTES);
		memcpy(wait.token, join.token, sizeof wait.token);
		signaling_write_wait(&w, &wait);
	} else if (!f->old && signaling_read_keep(message, &keep) && keep.echo) {
		signaling_write_keep(&w, &keep);
	} else {
		return;
	}
	framing_header(bytes, w.len);
	if (to->kind == ROUTE_TCP)
		deliver(f, to->link, &to->remote, span_of(bytes, FRAMING_HEADER + w.len));
	else
		deliver(f, link, &to->remote, written(&w));
}

static void pump(struct fuzz *f, bool answers)
{
	struct link_request request;
	struct communicator_event event;
	struct route to;
	uint8_t bytes[LIMIT_WIRE];
	size_t len;
	for (int round = 0; round < 4; round++) {
		int n = 0;
		communicator_timer(f->c, f->now);
		while ((len = f->c->class->output(f->c, &to, bytes, sizeof bytes, f->now)) > 0) {
			assert(n++ < 1000);
			if (answers)
				answer(f, &to, span_of(bytes, len));
		}
		while (f->c->class->request(f->c, &request)) {
			struct link_event up = { .state = LINK_UP,
				                 .link = request.link,
				                 .kind = request.kind,
				                 .local = request.local,
				                 .remote = request.remote };
			if (!request.open)
				f->stream = f->stream == request.link ? 0 : f->stream;
			else
				f->c->class->link(f->c, &up, f->now);
			if (request.open && request.kind == LINK_TCP)
				f->stream = request.link;
		}
		while (f->c->class->take(f->c, &event))
			;
	}
	assert(f->c->class->deadline(f->c) > f->now);
}

static void start(struct fuzz *f, uint8_t kind)
{
	struct communicator_config config = { .initiator = kind & 1,
		                              .nameplate_wanted = kind & 2,
		                              .random = &f->random };
	const struct communicator_class *classes[] = { &tcp_communicator, &udp_communicator,
		                                       &p2p_communicator, &p2p_communicator };
	const struct communicator_class *class = classes[kind >> 4 & 3];
	uint8_t token[TOKEN_LEN] = { 0x42 };
	enum err err;

	f->random.fill = fill;
	f->old = kind & 0x40;
	f->now = SECOND;
	f->server = addr_v4(192, 0, 2, 1, LIMIT_PORT);
	config.peers[0] = f->server;
	config.peers[1] = (struct addr){ .ip = { 0x20, 1, [15] = 1 }, .port = LIMIT_PORT };
	config.peers_count = 2;
	config.listen[0] = addr_v4(0, 0, 0, 0, 7000);
	config.listen_count = 1;
	f->c = communicator_new(class, &config, f->now, &err);
	assert(f->c != NULL);
	f->router = addr_v4(192, 168, 1, 1, 5351);
	if (kind & 8) { /* two servers, and a router that answers */
		const struct communicator_place second = { .number = 1, .name = "two:7242" };
		const struct addr own = addr_v4(192, 168, 1, 7, 0),
				  at = addr_v4(192, 0, 2, 2, LIMIT_PORT);
		communicator_router(f->c, &f->router, &own, f->now);
		communicator_peers(f->c, &second, &at, 1, f->now);
	}
	communicator_join(f->c, token, f->now);
	pump(f, (kind & 4) == 0); /* else: with nothing but silence, over TCP at last */
	f->now += 900 * MS;
	pump(f, true);
	if (class == &tcp_communicator && !config.initiator) {
		f->stream = STREAM_LINK;
		f->c->class->link(f->c,
		                  &(struct link_event){
				      .state = LINK_ACCEPTED, .link = STREAM_LINK, .listener = 1 },
		                  f->now);
	}
}

static void chunk(struct fuzz *f, uint8_t where, struct span bytes)
{
	struct addr other = addr_v4(203, 0, 113, 5, 99);
	uint16_t link = where & 1 ? f->stream : 1 + (where >> 1 & 1);
	if ((where & 0x30) == 0x30) {
		enum link_state state = where & 4   ? LINK_DOWN
		                        : where & 8 ? LINK_BLOCKED
		                                    : LINK_WRITABLE;
		f->c->class->link(
		    f->c, &(struct link_event){ .state = state, .link = link, .why = ERR_CUT },
		    f->now);
		return;
	}
	if ((where & 0x30) == 0x20)
		communicator_refresh(f->c, f->now);
	uint8_t *copy = malloc(bytes.len + 1); /* exactly as long: reading beyond is found */
	assert(copy != NULL);
	if (bytes.len > 0)
		memcpy(copy, bytes.at, bytes.len);
	deliver(f, link,
	        where & 8   ? &f->router
	        : where & 4 ? &other
	                    : &f->server,
	        span_of(copy, bytes.len));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(span_of(data, size));
	struct fuzz f = { .c = NULL };
	start(&f, read_u8(&r));
	while (r.left > 0) {
		uint8_t where = read_u8(&r);
		uint8_t time = read_u8(&r);
		f.now += time < 128 ? time * 10 * MS : (time - 127U) * SECOND;
		size_t len = read_be16(&r);
		struct span bytes = read_span(&r, len < r.left ? len : r.left);
		pump(&f, where & 0x40);
		chunk(&f, where, bytes);
		pump(&f, where & 0x40);
	}
	communicator_free(f.c);
	return 0;
}
