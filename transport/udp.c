/* udp: a known address over UDP, docs/PROTOCOL.md 2.1. The initiator shows with a cookie that it
 * can receive where it says it is: HELLO goes to all addresses of the peer until one of them
 * answers, and its cookie then goes before our packets, in OPEN: before those of handshakes always,
 * before others until a session has heard from there. The responder keeps nothing about an address.
 */
#include <string.h>

#include "base/assert.h"
#include "transport/sockets.h"
#include "wire/cookies.h"
#include "wire/signaling.h"

enum {
	QUIET = 5,             /* FAILED is reported with this unanswered HELLO: after 3.75 s */
	ANSWERS = LIMIT_BATCH, /* that wait for output; others are dropped, peers repeat */
	UDP_ERROR_FROM = 56    /* an OPEN this large may be answered by ERROR */
};

#define FIRST_US       (250 * MS) /* doubles up to the next */
#define MAX_US         (2 * SECOND)
#define ERROR_PAUSE_US SECOND /* anybody may send ERROR: it makes us ask this often at most */

struct udp_peer {
	struct addr addr;
	struct hello hello;
	uint8_t cookie[COOKIE_BYTES];
	bool asked;    /* HELLO goes there */
	bool due;      /* ... and has to, in this round */
	bool answered; /* cookie is good for something */
	bool held;     /* a session lives there: no OPEN but for handshakes */
	bool reported; /* UP was */
};

struct udp_answer {
	struct route to;
	bool is_error;
	uint8_t nonce[NONCE_BYTES];
};

struct udp {
	struct communicator base;
	struct sockets sockets;
	struct carrier_inbox inbox;
	struct carrier_failure failure;

	bool initiator; /* of these: */
	struct udp_peer peers[LIMIT_PEER_ADDRS];
	size_t peers_count;
	struct random *random;
	uint64_t hello_at;   /* the next round; NEVER: none, and nothing of the last is due */
	unsigned hellos;     /* rounds since the last COOKIE */
	uint64_t error_from; /* when ERROR may make us ask again */

	/* Responder. */
	struct cookies cookies;
	size_t answers_count;
	struct udp_answer answers[ANSWERS];
};

static struct udp *udp_of(struct communicator *c)
{
	return (struct udp *)c;
}

/* ---- the initiator ---- */

static struct udp_peer *peer_at(struct udp *u, const struct addr *remote)
{
	for (size_t i = 0; i < u->peers_count; i++)
		if (addr_equal(&u->peers[i].addr, remote))
			return &u->peers[i];
	return NULL;
}

static struct route route_to(const struct udp_peer *peer)
{
	return (struct route){ .kind = ROUTE_UDP,
		               .link = sockets_of(addr_is_v4(&peer->addr)),
		               .remote = peer->addr };
}

/* Asks one, or all (NULL), with fresh nonces: an answer to an earlier HELLO is none. */
static void ask(struct udp *u, const struct udp_peer *one, uint64_t now)
{
	for (struct udp_peer *peer = u->peers; peer < u->peers + u->peers_count; peer++) {
		peer->due = false;
		peer->asked = one == NULL || peer == one;
		if (peer->asked)
			random_fill(u->random, peer->hello.nonce, NONCE_BYTES);
	}
	u->hellos = 0;
	u->hello_at = u->peers_count > 0 ? now : NEVER;
}

/* The first cookie wins. */
static void take_cookie(struct udp *u, struct udp_peer *peer, const struct cookie *m)
{
	if (u->hello_at == NEVER || !peer->asked ||
	    !bytes_equal(peer->hello.nonce, m->nonce, NONCE_BYTES))
		return;
	memcpy(peer->cookie, m->cookie, COOKIE_BYTES);
	peer->answered = true;
	u->hello_at = NEVER;
}

/* The peer does not know its cookie any more. */
static void take_error(struct udp *u, const struct udp_peer *peer, uint8_t code, uint64_t now)
{
	if (code != SIGNALING_BAD_COOKIE || !peer->answered || u->hello_at != NEVER ||
	    now < u->error_from)
		return;
	u->error_from = now + ERROR_PAUSE_US;
	ask(u, peer, now);
}

static void initiator_input(struct udp *u, const struct route *from, struct span wire, uint64_t now)
{
	struct udp_peer *peer = peer_at(u, &from->remote);
	struct cookie cookie;
	struct error error;

	if (peer != NULL && signaling_read_cookie(wire, &cookie))
		take_cookie(u, peer, &cookie);
	else if (peer != NULL && signaling_read_error(wire, &error))
		take_error(u, peer, error.code, now);
	else
		carrier_put_direct(&u->inbox, from, wire, peer != NULL && peer->answered);
}

/* The next HELLO to an address of whose family a socket is up. */
static void output_hello(struct udp *u, struct route *route, struct writer *w)
{
	for (struct udp_peer *peer = u->peers; peer < u->peers + u->peers_count; peer++) {
		bool due = peer->due;
		*route = route_to(peer);
		peer->due = false;
		if (due && sockets_up(&u->sockets, route->link)) {
			signaling_write_hello(w, &peer->hello, HELLO_LEN);
			return;
		}
	}
}

static bool report_peer(struct udp *u, struct communicator_event *event)
{
	for (struct udp_peer *peer = u->peers; peer < u->peers + u->peers_count; peer++) {
		if (!peer->answered || peer->reported)
			continue;
		peer->reported = true;
		*event =
		    (struct communicator_event){ .kind = COMMUNICATOR_UP, .route = route_to(peer) };
		return true;
	}
	return false;
}

/* ---- the responder ---- */

/* nonce: of the HELLO that COOKIE answers; NULL: the answer is ERROR. */
static void answer(struct udp *u, const struct route *to, const uint8_t *nonce)
{
	if (u->answers_count == ANSWERS)
		return;
	struct udp_answer *own = &u->answers[u->answers_count++];
	*own = (struct udp_answer){ .to = *to, .is_error = nonce == NULL };
	if (nonce != NULL)
		memcpy(own->nonce, nonce, NONCE_BYTES);
}

static void take_open(struct udp *u, const struct route *from, struct span wire, uint64_t now)
{
	struct reader r = reader_of(wire);
	uint8_t cookie[COOKIE_BYTES];

	uint8_t type = read_u8(&r), version = read_u8(&r);
	read_bytes(&r, cookie, sizeof cookie);
	if (r.bad || type != PACKET_OPEN || version != SIGNALING_VERSION)
		return;
	if (cookies_good(&u->cookies, &from->remote, now, cookie))
		carrier_put_direct(&u->inbox, from, span_of(r.at, r.left), true);
	else if (wire.len >= UDP_ERROR_FROM)
		answer(u, from, NULL);
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

/* ---- both ---- */

static void udp_link(struct communicator *c, const struct link_event *event, uint64_t now)
{
	struct udp *u = udp_of(c);

	if (sockets_link(&u->sockets, event, now) != SOCKETS_FAILED)
		return;
	carrier_fail_link(&u->failure, event, sockets_bind(&u->sockets, event->link),
	                  sockets_missed(&u->sockets, event));
}

static bool udp_request(struct communicator *c, struct link_request *request)
{
	return sockets_request(&udp_of(c)->sockets, request);
}

static void udp_input(struct communicator *c, const struct route *from, struct span wire,
                      uint64_t now)
{
	struct udp *u = udp_of(c);
	struct hello hello;

	if (wire.len == 0 || !sockets_up(&u->sockets, from->link))
		return;
	if (u->initiator)
		initiator_input(u, from, wire, now);
	else if (signaling_read_hello(wire, &hello))
		answer(u, from, hello.nonce);
	else if (wire.at[0] == PACKET_OPEN)
		take_open(u, from, wire, now);
	else if (wire.at[0] != PACKET_HANDSHAKE) /* that needs a cookie */
		carrier_put_direct(&u->inbox, from, wire, false);
}

static bool udp_receive(struct communicator *c, struct route *route, struct span *packet,
                        bool *proved)
{
	return carrier_get(&udp_of(c)->inbox, route, packet, proved);
}

static int udp_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                    size_t *wire_len, uint64_t now)
{
	struct udp *u = udp_of(c);
	const struct udp_peer *peer = peer_at(u, &route->remote);
	int start = LIMIT_HEADROOM;

	(void)now;
	assert(len > 0 && len <= LIMIT_PACKET_MAX);
	_Static_assert((int)OPEN_HEADER <= (int)LIMIT_HEADROOM, "OPEN goes before a packet");
	if (!sockets_up(&u->sockets, route->link))
		return -1;
	bool handshake = buffer[LIMIT_HEADROOM] == PACKET_HANDSHAKE;
	if (peer != NULL && peer->answered && (handshake || !peer->held)) {
		start -= OPEN_HEADER;
		buffer[start] = PACKET_OPEN;
		buffer[start + 1] = SIGNALING_VERSION;
		memcpy(buffer + start + 2, peer->cookie, COOKIE_BYTES);
	}
	*wire_len = (size_t)(LIMIT_HEADROOM - start) + len;
	return start;
}

static bool any_up(const struct udp *u)
{
	return sockets_up(&u->sockets, 1) || sockets_up(&u->sockets, 2);
}

static void udp_timer(struct communicator *c, uint64_t now)
{
	struct udp *u = udp_of(c);

	sockets_timer(&u->sockets, now);
	if (u->hello_at > now || !any_up(u))
		return;
	for (size_t i = 0; i < u->peers_count; i++)
		u->peers[i].due = u->peers[i].asked;
	u->hello_at = now + (u->hellos < 3 ? FIRST_US << u->hellos : MAX_US);
	u->hellos++;
	if (u->hellos == QUIET)
		carrier_fail(&u->failure, ERR_UNREACHABLE, &u->peers[0].addr, false);
}

static size_t udp_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                         uint64_t now)
{
	struct udp *u = udp_of(c);
	struct writer w = writer_of(wire, cap);

	assert(cap >= LIMIT_WIRE);
	if (u->answers_count > 0)
		output_answer(u, route, &w, now);
	else if (u->hello_at != NEVER)
		output_hello(u, route, &w);
	return w.len;
}

static uint64_t udp_deadline(const struct communicator *c)
{
	const struct udp *u = (const struct udp *)c;

	return min_of(sockets_deadline(&u->sockets), any_up(u) ? u->hello_at : NEVER);
}

static bool udp_take(struct communicator *c, struct communicator_event *event)
{
	struct udp *u = udp_of(c);

	return (!u->initiator && sockets_report(&u->sockets, COMMUNICATOR_LISTENING, event)) ||
	       report_peer(u, event) || carrier_failed(&u->failure, event);
}

/* There is nothing to close; who is unwanted may be found there again. */
static void udp_regard(struct communicator *c, const struct route *route,
                       enum communicator_standing standing)
{
	struct udp *u = udp_of(c);
	struct udp_peer *peer = peer_at(u, &route->remote);

	u->hello_at = standing == STANDING_HELD ? NEVER : u->hello_at;
	if (peer != NULL && standing == STANDING_HELD)
		peer->held = true;
	if (peer != NULL && standing == STANDING_UNWANTED)
		peer->reported = peer->held = peer->answered = false;
}

static void udp_finish(struct communicator *c)
{
	udp_of(c)->hello_at = NEVER;
}

static void udp_refresh(struct communicator *c, uint64_t now)
{
	struct udp *u = udp_of(c);

	sockets_timer(&u->sockets, NEVER);
	if (u->hello_at == NEVER)
		ask(u, NULL, now);
	else
		u->hello_at = now;
}

static void udp_peers(struct communicator *c, const struct communicator_place *place,
                      const struct addr *peers, size_t count, uint64_t now)
{
	struct udp *u = udp_of(c);
	(void)place;
	memset(u->peers, 0, sizeof u->peers);
	u->peers_count = count;
	for (size_t i = 0; i < count; i++) {
		u->peers[i].addr = peers[i];
		sockets_want(&u->sockets, addr_is_v4(&peers[i]));
	}
	ask(u, NULL, now);
}

static enum err udp_init(struct communicator *c, const struct communicator_config *config,
                         uint64_t now)
{
	struct udp *u = udp_of(c);

	if (!config->initiator && config->listen_count == 0)
		return ERR_USAGE;
	u->initiator = config->initiator;
	u->random = config->random;
	u->hello_at = NEVER;
	sockets_init(&u->sockets, LINK_UDP, config->listen, config->listen_count, config->random);
	if (u->initiator) {
		udp_peers(c, NULL, config->peers, config->peers_count, now);
		return OK;
	}
	for (size_t i = 0; i < config->listen_count; i++)
		sockets_want(&u->sockets, addr_is_v4(&config->listen[i]));
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
	.regard = udp_regard,
	.finish = udp_finish,
	.refresh = udp_refresh,
	.peers = udp_peers,
};
