/* udp_hello: the initiator says HELLO to all addresses of the peer until one of them answers with a
 * cookie. */
#include <string.h>

#include "transport/udp.h"

enum {
	UDP_HELLO_LEN = LIMIT_PACKET, /* so that a path too narrow for our packets fails here */
	UDP_HELLOS_QUIET = 5
}; /* FAILED is told with this unanswered HELLO: after 3.75 s */

#define UDP_HELLO_FIRST_US (250 * MS) /* doubles up to the next */
#define UDP_HELLO_MAX_US   (2 * SECOND)
/* ERROR is not authenticated: it makes us say HELLO this often at most */
#define UDP_ERROR_PAUSE_US SECOND

/* Fresh nonces: an old answer is none. */
void udp_ask(struct udp *u, unsigned peers, uint64_t now)
{
	u->asked = peers;
	u->to_say = 0;
	u->hellos = 0;
	u->hello_at = now;
	for (size_t i = 0; i < u->config.peers_count; i++)
		if (peers >> i & 1)
			random_fill(u->config.random, u->peers[i].nonce, NONCE_BYTES);
}

void udp_ask_no_more(struct udp *u)
{
	u->to_say = 0;
	u->hello_at = NEVER;
}

/* The first cookie wins. */
static void udp_cookie(struct udp *u, const struct route *from, const struct cookie *cookie)
{
	struct udp_peer *peer = udp_peer(u, &from->remote);
	if (peer == NULL || u->hello_at == NEVER || (u->asked >> (peer - u->peers) & 1) == 0)
		return;
	if (!bytes_equal(peer->nonce, cookie->nonce, NONCE_BYTES))
		return;
	memcpy(peer->cookie, cookie->cookie, COOKIE_BYTES);
	peer->answered = true;
	peer->up = true;
	peer->link = from->link;
	udp_ask_no_more(u);
}

static void udp_error(struct udp *u, const struct route *from, const struct error *error,
                      uint64_t now)
{
	const struct udp_peer *peer = udp_peer(u, &from->remote);
	bool stale =
	    error->code == SIGNALING_BAD_COOKIE && peer != NULL && peer->answered && !peer->held;
	if (!stale || u->hello_at != NEVER || now < u->error_at + UDP_ERROR_PAUSE_US)
		return;
	u->error_at = now;
	udp_ask(u, 1U << (peer - u->peers), now);
}

bool udp_hello_input(struct udp *u, const struct route *from, struct span wire, uint64_t now)
{
	struct cookie cookie;
	struct error error;
	if (signaling_read_cookie(wire, &cookie) == OK) {
		udp_cookie(u, from, &cookie);
		return true;
	}
	if (signaling_read_error(wire, &error) == OK) {
		udp_error(u, from, &error, now);
		return true;
	}
	return false;
}

/* A round of HELLOs is due: who gets one, and when is the next. */
static void udp_round(struct udp *u, uint64_t now)
{
	u->to_say = u->asked;
	uint64_t pause = u->hellos < 3 ? UDP_HELLO_FIRST_US << u->hellos : UDP_HELLO_MAX_US;
	u->hello_at = now + pause;
	u->hellos++;
	if (u->hellos == UDP_HELLOS_QUIET)
		udp_fail(u, ERR_UNREACHABLE, &u->config.peers[0], false);
}

size_t udp_hello_output(struct udp *u, struct route *route, struct writer *w, uint64_t now)
{
	if (u->hello_at <= now)
		udp_round(u, now);
	for (size_t i = 0; i < u->config.peers_count; i++) {
		uint16_t link = addr_is_v4(&u->config.peers[i]) ? 1 : 2;
		if ((u->to_say >> i & 1) == 0)
			continue;
		u->to_say &= ~(1U << i);
		if (!udp_up(u, link))
			continue;
		struct hello hello;
		memcpy(hello.nonce, u->peers[i].nonce, NONCE_BYTES);
		*route =
		    (struct route){ .kind = ROUTE_UDP, .link = link, .remote = u->config.peers[i] };
		signaling_write_hello(w, &hello, UDP_HELLO_LEN);
		return w->len;
	}
	return 0;
}
