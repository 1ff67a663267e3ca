/* udp_hello: see udp_hello.h. */
#include "transport/udp_hello.h"

#include <string.h>

#include "transport/sockets.h"

enum {
	PADDED = LIMIT_PACKET, /* bytes of HELLO: a path too narrow for our packets fails here */
	QUIET = 5              /* FAILED is reported with this unanswered HELLO: after 3.75 s */
};

#define FIRST_US (250 * MS) /* doubles up to the next */
#define MAX_US   (2 * SECOND)
/* ERROR is not authenticated: it makes us say HELLO this often at most */
#define ERROR_PAUSE_US SECOND

/* Fresh nonces: an answer to an earlier HELLO is none. */
static void ask(struct udp_hello *h, unsigned peers, uint64_t now)
{
	h->asked = peers;
	h->to_say = 0;
	h->hellos = 0;
	h->hello_at = now;
	for (size_t i = 0; i < h->count; i++)
		if (peers >> i & 1)
			random_fill(h->random, h->peers[i].nonce, NONCE_BYTES);
}

void udp_hello_init(struct udp_hello *h, const struct addr *peers, size_t count,
                    struct random *random, struct carrier_failure *failure, uint64_t now)
{
	*h = (struct udp_hello){ .count = count,
		                 .random = random,
		                 .failure = failure,
		                 .hello_at = NEVER,
		                 .error_at = NEVER };
	for (size_t i = 0; i < count; i++)
		h->peers[i].addr = peers[i];
	if (count > 0)
		ask(h, (1U << count) - 1, now);
}

void udp_hello_refresh(struct udp_hello *h, uint64_t now)
{
	if (h->count > 0 && h->hello_at == NEVER)
		ask(h, (1U << h->count) - 1, now);
	else if (h->count > 0)
		h->hello_at = now;
}

void udp_hello_stop(struct udp_hello *h)
{
	h->to_say = 0;
	h->hello_at = NEVER;
}

/* ---- answers ---- */

static int peer_at(const struct udp_hello *h, const struct addr *remote)
{
	for (size_t i = 0; i < h->count; i++)
		if (addr_equal(&h->peers[i].addr, remote))
			return (int)i;
	return -1;
}

/* The first cookie wins. */
static void take_cookie(struct udp_hello *h, const struct route *from, const struct cookie *m)
{
	int i = peer_at(h, &from->remote);

	if (i < 0 || h->hello_at == NEVER || (h->asked >> i & 1) == 0 ||
	    !bytes_equal(h->peers[i].nonce, m->nonce, NONCE_BYTES))
		return;
	memcpy(h->peers[i].cookie, m->cookie, COOKIE_BYTES);
	h->peers[i].answered = true;
	h->peers[i].link = from->link;
	udp_hello_stop(h);
}

/* The peer does not know its cookie any more. */
static void take_error(struct udp_hello *h, const struct route *from, const struct error *m,
                       uint64_t now)
{
	bool resting = h->error_at != NEVER && now < h->error_at + ERROR_PAUSE_US;

	if (m->code != SIGNALING_BAD_COOKIE || udp_hello_cookie(h, &from->remote) == NULL ||
	    h->hello_at != NEVER || resting)
		return;
	h->error_at = now;
	ask(h, 1U << peer_at(h, &from->remote), now);
}

bool udp_hello_input(struct udp_hello *h, const struct route *from, struct span wire, uint64_t now)
{
	struct cookie cookie;
	struct error error;
	bool is_cookie = signaling_read_cookie(wire, &cookie) == OK;
	bool is_error = !is_cookie && signaling_read_error(wire, &error) == OK;

	if (is_cookie)
		take_cookie(h, from, &cookie);
	if (is_error)
		take_error(h, from, &error, now);
	return is_cookie || is_error;
}

/* ---- peers ---- */

bool udp_hello_answered(const struct udp_hello *h, const struct addr *remote)
{
	int i = peer_at(h, remote);

	return i >= 0 && h->peers[i].answered;
}

const uint8_t *udp_hello_cookie(const struct udp_hello *h, const struct addr *remote)
{
	int i = peer_at(h, remote);

	return i >= 0 && h->peers[i].answered && !h->peers[i].held ? h->peers[i].cookie : NULL;
}

void udp_hello_hold(struct udp_hello *h, const struct addr *remote)
{
	int i = peer_at(h, remote);

	if (i >= 0)
		h->peers[i].held = true;
	udp_hello_stop(h);
}

void udp_hello_drop(struct udp_hello *h, const struct addr *remote)
{
	int i = peer_at(h, remote);

	if (i >= 0)
		h->peers[i].reported = h->peers[i].held = h->peers[i].answered = false;
}

/* ---- questions ---- */

void udp_hello_timer(struct udp_hello *h, uint64_t now)
{
	if (h->hello_at > now)
		return;
	h->to_say = h->asked;
	h->hello_at = now + (h->hellos < 3 ? FIRST_US << h->hellos : MAX_US);
	h->hellos++;
	if (h->hellos == QUIET)
		carrier_fail(h->failure, ERR_UNREACHABLE, &h->peers[0].addr, false);
}

bool udp_hello_output(struct udp_hello *h, struct route *route, struct writer *w)
{
	for (size_t i = 0; i < h->count; i++) {
		const struct udp_hello_peer *peer = &h->peers[i];
		struct hello hello;

		if ((h->to_say >> i & 1) == 0)
			continue;
		h->to_say &= ~(1U << i);
		*route = (struct route){ .kind = ROUTE_UDP,
			                 .link = sockets_of(addr_is_v4(&peer->addr)),
			                 .remote = peer->addr };
		memcpy(hello.nonce, peer->nonce, NONCE_BYTES);
		signaling_write_hello(w, &hello, PADDED);
		return true;
	}
	return false;
}

uint64_t udp_hello_deadline(const struct udp_hello *h)
{
	return h->hello_at;
}

bool udp_hello_report(struct udp_hello *h, struct communicator_event *event)
{
	for (size_t i = 0; i < h->count; i++) {
		struct udp_hello_peer *peer = &h->peers[i];

		if (!peer->answered || peer->reported)
			continue;
		peer->reported = true;
		*event = (struct communicator_event){
			.kind = COMMUNICATOR_UP,
			.route = { .kind = ROUTE_UDP, .link = peer->link, .remote = peer->addr }
		};
		return true;
	}
	return false;
}
