/* udp: a known address over UDP, docs/PROTOCOL.md 2.1. The initiator shows with a cookie that it
 * can receive where it says it is (udp_hello.h); the responder keeps nothing about an address: it
 * answers each HELLO and forgets it. */
#include <string.h>

#include "base/assert.h"
#include "transport/sockets.h"
#include "transport/udp_hello.h"
#include "wire/cookies.h"

enum {
	ANSWERS = LIMIT_BATCH, /* that wait for output; others are dropped, peers repeat */
	UDP_ERROR_FROM = 56    /* an OPEN this large may be answered by ERROR */
};

struct udp_answer {
	struct route to;
	bool is_error;
	uint8_t nonce[NONCE_BYTES];
};

struct udp {
	struct communicator base;
	bool initiator;
	struct sockets sockets;
	struct udp_hello hello; /* initiator */
	struct carrier_inbox inbox;
	struct carrier_failure failure;

	/* Responder. */
	struct cookies cookies;
	size_t answers_count;
	struct udp_answer answers[ANSWERS];
};

static struct udp *udp_of(struct communicator *c)
{
	return (struct udp *)c;
}

/* ---- links ---- */

static void udp_link(struct communicator *c, const struct link_event *event, uint64_t now)
{
	struct udp *u = udp_of(c);
	struct addr bind;

	if (sockets_link(&u->sockets, event, now) != SOCKETS_DOWN ||
	    !sockets_failed(&u->sockets, event->link, &bind))
		return;
	/* an initiator without IPv6 does not miss it */
	bool last = sockets_none(&u->sockets);
	if (last || !u->initiator)
		carrier_fail(&u->failure, ERR_LOCAL, &bind, last);
}

static bool udp_request(struct communicator *c, struct link_request *request)
{
	return sockets_request(&udp_of(c)->sockets, request);
}

/* ---- what comes in ---- */

static void give(struct udp *u, const struct route *from, struct span packet, bool proved)
{
	struct route route = sockets_direct(from);

	if (packet_is_session(packet))
		carrier_put(&u->inbox, &route, packet, proved);
}

static void answer(struct udp *u, const struct route *to, bool is_error, const struct hello *hello)
{
	if (u->answers_count == ANSWERS)
		return;
	struct udp_answer *own = &u->answers[u->answers_count++];
	*own = (struct udp_answer){ .to = *to, .is_error = is_error };
	if (hello != NULL)
		memcpy(own->nonce, hello->nonce, NONCE_BYTES);
}

static void take_open(struct udp *u, const struct route *from, struct span wire, uint64_t now)
{
	struct reader r = reader_of(wire);
	uint8_t cookie[COOKIE_BYTES];

	read_u8(&r);
	bool known = read_u8(&r) == SIGNALING_VERSION;
	read_bytes(&r, cookie, sizeof cookie);
	if (r.bad || !known)
		return;
	if (cookies_good(&u->cookies, &from->remote, now, cookie))
		give(u, from, span_of(r.at, r.left), true);
	else if (wire.len >= UDP_ERROR_FROM)
		answer(u, from, true, NULL);
}

static void udp_input(struct communicator *c, const struct route *from, struct span wire,
                      uint64_t now)
{
	struct udp *u = udp_of(c);
	struct hello hello;

	if (wire.len == 0 || !sockets_up(&u->sockets, from->link))
		return;
	if (u->initiator) {
		if (!udp_hello_input(&u->hello, from, wire, now))
			give(u, from, wire, udp_hello_answered(&u->hello, &from->remote));
	} else if (signaling_read_hello(wire, &hello) == OK) {
		answer(u, from, false, &hello);
	} else if (wire.at[0] == PACKET_OPEN) {
		take_open(u, from, wire, now);
	} else if (wire.at[0] != PACKET_HANDSHAKE) { /* that needs a cookie */
		give(u, from, wire, false);
	}
}

static bool udp_receive(struct communicator *c, struct route *route, struct span *packet,
                        bool *proved)
{
	return carrier_get(&udp_of(c)->inbox, route, packet, proved);
}

/* ---- what goes out ---- */

static int udp_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                    size_t *wire_len, uint64_t now)
{
	struct udp *u = udp_of(c);
	const uint8_t *cookie = udp_hello_cookie(&u->hello, &route->remote);
	int start = LIMIT_HEADROOM;

	(void)now;
	assert(len > 0 && len <= LIMIT_PACKET);
	_Static_assert((int)OPEN_HEADER <= (int)LIMIT_HEADROOM, "OPEN goes before a packet");
	if (!sockets_up(&u->sockets, route->link))
		return -1;
	if (cookie != NULL) {
		start -= OPEN_HEADER;
		buffer[start] = PACKET_OPEN;
		buffer[start + 1] = SIGNALING_VERSION;
		memcpy(buffer + start + 2, cookie, COOKIE_BYTES);
	}
	*wire_len = (size_t)(LIMIT_HEADROOM - start) + len;
	return start;
}

static void udp_timer(struct communicator *c, uint64_t now)
{
	struct udp *u = udp_of(c);

	sockets_timer(&u->sockets, now);
	if (sockets_up(&u->sockets, 1) || sockets_up(&u->sockets, 2))
		udp_hello_timer(&u->hello, now);
}

static void output_answer(struct udp *u, struct route *route, struct writer *w, uint64_t now)
{
	struct udp_answer own = u->answers[0];

	u->answers_count--;
	memmove(u->answers, u->answers + 1, u->answers_count * sizeof u->answers[0]);
	*route = own.to;
	route->kind = ROUTE_UDP;
	if (own.is_error) {
		signaling_write_error(w, &(struct error){ .code = SIGNALING_BAD_COOKIE });
		return;
	}
	struct cookie m = { .observed = own.to.remote, .day_ends_s = UINT32_MAX };
	memcpy(m.nonce, own.nonce, NONCE_BYTES);
	cookies_make(&u->cookies, &own.to.remote, now, m.cookie);
	signaling_write_cookie(w, &m);
}

static size_t udp_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                         uint64_t now)
{
	struct udp *u = udp_of(c);
	struct writer w = writer_of(wire, cap);

	assert(cap >= LIMIT_WIRE);
	if (u->answers_count > 0) {
		output_answer(u, route, &w, now);
		return w.len;
	}
	while (udp_hello_output(&u->hello, route, &w)) {
		if (sockets_up(&u->sockets, route->link))
			return w.len;
		w = writer_of(wire, cap);
	}
	return 0;
}

static uint64_t udp_deadline(const struct communicator *c)
{
	const struct udp *u = (const struct udp *)c;
	bool up = sockets_up(&u->sockets, 1) || sockets_up(&u->sockets, 2);

	return min_of(sockets_deadline(&u->sockets), up ? udp_hello_deadline(&u->hello) : NEVER);
}

/* ---- what the session hears and wishes ---- */

static bool udp_take(struct communicator *c, struct communicator_event *event)
{
	struct udp *u = udp_of(c);

	return (!u->initiator && sockets_report(&u->sockets, COMMUNICATOR_LISTENING, event)) ||
	       udp_hello_report(&u->hello, event) || carrier_failed(&u->failure, event);
}

static void udp_hold(struct communicator *c, const struct route *route)
{
	udp_hello_hold(&udp_of(c)->hello, &route->remote);
}

/* There is nothing to close; the peer may be found there again. */
static void udp_drop(struct communicator *c, const struct route *route)
{
	udp_hello_drop(&udp_of(c)->hello, &route->remote);
}

static void udp_finish(struct communicator *c)
{
	udp_hello_stop(&udp_of(c)->hello);
}

static void udp_refresh(struct communicator *c, uint64_t now)
{
	struct udp *u = udp_of(c);

	sockets_timer(&u->sockets, NEVER);
	udp_hello_refresh(&u->hello, now);
}

static enum err udp_init(struct communicator *c, const struct communicator_config *config,
                         uint64_t now)
{
	struct udp *u = udp_of(c);
	const struct addr *needed = config->initiator ? config->peers : config->listen;
	size_t count = config->initiator ? config->peers_count : config->listen_count;

	if (count == 0)
		return ERR_USAGE;
	u->initiator = config->initiator;
	sockets_init(&u->sockets, LINK_UDP, config->listen, config->listen_count, config->random);
	for (size_t i = 0; i < count; i++)
		sockets_want(&u->sockets, addr_is_v4(&needed[i]));
	udp_hello_init(&u->hello, config->peers, config->initiator ? count : 0, config->random,
	               &u->failure, now);
	if (!config->initiator)
		cookies_init(&u->cookies, config->random);
	return OK;
}

const struct communicator_class udp_communicator = {
	.name = "udp",
	.scheme = "udp://",
	.size = sizeof(struct udp),
	.init = udp_init,
	.link = udp_link,
	.request = udp_request,
	.input = udp_input,
	.receive = udp_receive,
	.wrap = udp_wrap,
	.output = udp_output,
	.timer = udp_timer,
	.deadline = udp_deadline,
	.take = udp_take,
	.hold = udp_hold,
	.drop = udp_drop,
	.finish = udp_finish,
	.refresh = udp_refresh,
};
