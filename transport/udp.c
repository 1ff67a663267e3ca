/* udp: a known address over UDP, docs/PROTOCOL.md 2.1. The initiator shows with a cookie that it
 * can receive where it says it is, and wraps its packets in OPEN until the session has heard from
 * the other side; the responder keeps nothing about an address: it answers each HELLO and forgets
 * it. Sockets are links 1 and 2. */
#include "transport/udp.h"

#include <string.h>

#include "base/assert.h"

#define UDP_REBIND_US (2 * SECOND)

static struct udp *udp_of(struct communicator *c)
{
	return (struct udp *)c;
}

void udp_fail(struct udp *u, enum err err, const struct addr *where, bool fatal)
{
	if (u->failed && u->failed_fatal && !fatal)
		return; /* the end is told before anything less */
	u->failed = true;
	u->failed_fatal = fatal;
	u->failed_err = err;
	u->failed_addr = *where;
}

bool udp_up(const struct udp *u, uint16_t link)
{
	return link >= 1 && link <= UDP_SOCKETS && u->sockets[link - 1].state == SOCKET_UP;
}

struct udp_peer *udp_peer(struct udp *u, const struct addr *remote)
{
	for (size_t i = 0; i < u->config.peers_count; i++)
		if (addr_equal(&u->config.peers[i], remote))
			return &u->peers[i];
	return NULL;
}

/* The sockets. */

static void udp_link(struct communicator *c, const struct link_event *event, uint64_t now)
{
	struct udp *u = udp_of(c);
	if (event->link < 1 || event->link > UDP_SOCKETS)
		return;
	struct udp_socket *s = &u->sockets[event->link - 1];

	if (event->state == LINK_UP && s->state == SOCKET_OPENING) {
		s->state = SOCKET_UP;
		s->local = event->local;
	} else if (event->state == LINK_DOWN && s->state != SOCKET_NONE) {
		s->state = SOCKET_NONE;
		s->told = false;
		bool last = true;
		for (size_t i = 0; i < UDP_SOCKETS; i++)
			last = last && u->sockets[i].state == SOCKET_NONE;
		/* an initiator without IPv6 does not miss it */
		bool missed = last || !u->config.initiator;
		s->open_at = missed ? now + UDP_REBIND_US : NEVER;
		if (missed)
			udp_fail(u, ERR_LOCAL, &s->bind, last);
	}
}

static bool udp_request(struct communicator *c, struct link_request *request)
{
	struct udp *u = udp_of(c);
	for (uint16_t i = 0; i < UDP_SOCKETS; i++) {
		struct udp_socket *s = &u->sockets[i];
		if (s->state != SOCKET_OPEN)
			continue;
		s->state = SOCKET_OPENING;
		*request = (struct link_request){
			.open = true, .link = (uint16_t)(i + 1), .kind = LINK_UDP, .local = s->bind
		};
		return true;
	}
	return false;
}

/* What comes in. */

static void udp_give(struct udp *u, const struct route *from, struct span packet, bool proved)
{
	if (!packet_is_session(packet))
		return;
	u->pending = true;
	u->pending_proved = proved;
	u->pending_from = (struct route){
		.kind = ROUTE_UDP, .link = from->link, .local = from->local, .remote = from->remote
	};
	u->pending_packet = packet;
}

static void udp_answer(struct udp *u, const struct route *to, bool is_error, const uint8_t *nonce)
{
	if (u->answers_count == UDP_ANSWERS)
		return;
	struct udp_answer *answer = &u->answers[u->answers_count++];
	*answer = (struct udp_answer){ .to = *to, .is_error = is_error };
	if (nonce != NULL)
		memcpy(answer->nonce, nonce, NONCE_BYTES);
}

static void udp_input_responder(struct udp *u, const struct route *from, struct span wire,
                                uint64_t now)
{
	struct hello hello;
	if (signaling_read_hello(wire, &hello) == OK) {
		udp_answer(u, from, false, hello.nonce);
		return;
	}
	if (wire.at[0] != PACKET_OPEN) {
		if (wire.at[0] != PACKET_HANDSHAKE) /* which needs a cookie */
			udp_give(u, from, wire, false);
		return;
	}

	struct reader r = reader_of(wire);
	uint8_t cookie[COOKIE_BYTES];
	read_u8(&r);
	bool known = read_u8(&r) == SIGNALING_VERSION;
	read_bytes(&r, cookie, sizeof cookie);
	if (r.bad || !known)
		return;
	if (cookies_good(&u->cookies, &from->remote, now, cookie))
		udp_give(u, from, span_of(r.at, r.left), true);
	else if (wire.len >= UDP_ERROR_FROM)
		udp_answer(u, from, true, NULL);
}

static void udp_input(struct communicator *c, const struct route *from, struct span wire,
                      uint64_t now)
{
	struct udp *u = udp_of(c);
	u->pending = false;
	if (wire.len == 0 || !udp_up(u, from->link))
		return;
	if (!u->config.initiator) {
		udp_input_responder(u, from, wire, now);
	} else if (!udp_hello_input(u, from, wire, now)) {
		const struct udp_peer *peer = udp_peer(u, &from->remote);
		udp_give(u, from, wire, peer != NULL && peer->answered);
	}
}

static bool udp_receive(struct communicator *c, struct route *route, struct span *packet,
                        bool *proved)
{
	struct udp *u = udp_of(c);
	if (!u->pending)
		return false;
	u->pending = false;
	*route = u->pending_from;
	*packet = u->pending_packet;
	*proved = u->pending_proved;
	return true;
}

/* What goes out. */

static int udp_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                    size_t *wire_len, uint64_t now)
{
	struct udp *u = udp_of(c);
	(void)now;
	assert(len > 0 && len <= LIMIT_PACKET);
	_Static_assert((int)OPEN_HEADER <= (int)LIMIT_HEADROOM, "OPEN goes before a packet");
	if (!udp_up(u, route->link))
		return -1;

	struct udp_peer *peer = udp_peer(u, &route->remote);
	int start = LIMIT_HEADROOM;
	if (u->config.initiator && peer != NULL && peer->answered && !peer->held) {
		start -= OPEN_HEADER;
		buffer[start] = PACKET_OPEN;
		buffer[start + 1] = SIGNALING_VERSION;
		memcpy(buffer + start + 2, peer->cookie, COOKIE_BYTES);
	}
	*wire_len = (size_t)(LIMIT_HEADROOM - start) + len;
	return start;
}

static size_t udp_output_answer(struct udp *u, struct route *route, struct writer *w, uint64_t now)
{
	struct udp_answer answer = u->answers[0];
	u->answers_count--;
	memmove(u->answers, u->answers + 1, u->answers_count * sizeof u->answers[0]);

	*route = answer.to;
	route->kind = ROUTE_UDP;
	if (answer.is_error) {
		signaling_write_error(w, &(struct error){ .code = SIGNALING_BAD_COOKIE });
	} else {
		struct cookie cookie = { .observed = answer.to.remote, .day_ends_s = UINT32_MAX };
		memcpy(cookie.nonce, answer.nonce, NONCE_BYTES);
		cookies_make(&u->cookies, &answer.to.remote, now, cookie.cookie);
		signaling_write_cookie(w, &cookie);
	}
	return w->len;
}

static bool udp_any_up(const struct udp *u)
{
	return udp_up(u, 1) || udp_up(u, 2);
}

static void udp_timer(struct communicator *c, uint64_t now)
{
	struct udp *u = udp_of(c);

	for (size_t i = 0; i < UDP_SOCKETS; i++)
		if (u->sockets[i].state == SOCKET_NONE && u->sockets[i].open_at <= now)
			u->sockets[i].state = SOCKET_OPEN;
}

static size_t udp_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                         uint64_t now)
{
	struct udp *u = udp_of(c);
	struct writer w = writer_of(wire, cap);
	assert(cap >= LIMIT_WIRE);

	if (u->answers_count > 0)
		return udp_output_answer(u, route, &w, now);
	return udp_any_up(u) ? udp_hello_output(u, route, &w, now) : 0;
}

static uint64_t udp_deadline(const struct communicator *c)
{
	const struct udp *u = (const struct udp *)c;
	uint64_t at = udp_any_up(u) ? u->hello_at : NEVER;
	for (size_t i = 0; i < UDP_SOCKETS; i++)
		if (u->sockets[i].state == SOCKET_NONE)
			at = min_of(at, u->sockets[i].open_at);
	return at;
}

static bool udp_take(struct communicator *c, struct communicator_event *event)
{
	struct udp *u = udp_of(c);
	for (size_t i = 0; i < UDP_SOCKETS; i++) {
		struct udp_socket *s = &u->sockets[i];
		if (u->config.initiator || s->state != SOCKET_UP || s->told)
			continue;
		s->told = true;
		*event =
		    (struct communicator_event){ .kind = COMMUNICATOR_LISTENING, .addr = s->local };
		return true;
	}
	for (size_t i = 0; i < u->config.peers_count; i++) {
		struct udp_peer *peer = &u->peers[i];
		if (!peer->up || peer->told_up)
			continue;
		peer->told_up = true;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_UP,
			                              .route = { .kind = ROUTE_UDP,
			                                         .link = peer->link,
			                                         .remote = u->config.peers[i] } };
		return true;
	}
	if (!u->failed)
		return false;
	u->failed = false;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_FAILED,
		                              .err = u->failed_err,
		                              .addr = u->failed_addr,
		                              .fatal = u->failed_fatal };
	return true;
}

static void udp_hold(struct communicator *c, const struct route *route)
{
	struct udp *u = udp_of(c);
	struct udp_peer *peer = udp_peer(u, &route->remote);
	if (peer != NULL)
		peer->held = true;
	udp_ask_no_more(u);
}

/* There is nothing to close; the peer may be found there again. */
static void udp_drop(struct communicator *c, const struct route *route)
{
	struct udp_peer *peer = udp_peer(udp_of(c), &route->remote);
	if (peer != NULL)
		peer->up = peer->told_up = peer->held = peer->answered = false;
}

static void udp_finish(struct communicator *c)
{
	udp_ask_no_more(udp_of(c));
}

static void udp_refresh(struct communicator *c, uint64_t now)
{
	struct udp *u = udp_of(c);
	for (size_t i = 0; i < UDP_SOCKETS; i++)
		if (u->sockets[i].state == SOCKET_NONE && u->sockets[i].wanted)
			u->sockets[i].state = SOCKET_OPEN;
	if (!u->config.initiator)
		return;
	if (u->hello_at == NEVER)
		udp_ask(u, UDP_ALL, now);
	else
		u->hello_at = now;
}

static void udp_want(struct udp *u, size_t i)
{
	u->sockets[i].wanted = true;
	u->sockets[i].state = SOCKET_OPEN;
}

static enum err udp_init(struct communicator *c, const struct communicator_config *config,
                         uint64_t now)
{
	struct udp *u = udp_of(c);
	if (config->initiator ? config->peers_count == 0 : config->listen_count == 0)
		return ERR_USAGE;
	u->config = *config;
	u->hello_at = NEVER;
	for (size_t i = 0; i < UDP_SOCKETS; i++) {
		u->sockets[i].open_at = NEVER;
		u->sockets[i].bind = carrier_any(i == 0);
	}

	if (!config->initiator) {
		u->config.peers_count = 0;
		cookies_init(&u->cookies, config->random);
		for (size_t i = 0; i < config->listen_count; i++) {
			u->sockets[i].bind = config->listen[i];
			udp_want(u, i);
		}
		return OK;
	}
	for (size_t i = 0; i < config->listen_count; i++)
		u->sockets[addr_is_v4(&config->listen[i]) ? 0 : 1].bind = config->listen[i];
	for (size_t i = 0; i < config->peers_count; i++)
		udp_want(u, addr_is_v4(&config->peers[i]) ? 0 : 1);
	udp_ask(u, UDP_ALL, now);
	return OK;
}

const struct communicator_class communicator_udp = {
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
