#include "transport/lifetime.h"

#include <string.h>

#include "base/link.h"

enum { LINK_V4 = LINK_SPARES_FIRST + LIMIT_SPARES, LINK_V6, ROUNDS = 4 };

/* A program that is over soon has no use for it. */
#define BEGIN_US (10 * SECOND)
#define ROUND_US (500 * MS)
/* Linux keeps a mapping for 30 s, or for 120 s if it is used both ways after its first two. */
#define AGAIN_US (3 * SECOND)
/* Neither socket was answered: it was an outage. */
#define RETRY_US (600 * SECOND)
/* Of several servers the same one is asked. Whoever lives says COOKIE each two hours: S8-30 */
#define SILENT_US (3 * 3600 * SECOND)
/* Where 12 s are too long. RFC 8085 3.5 asks for 15 s at least, which is of no use then. */
#define LEAST_US (8 * SECOND)

/* A little less than NATs are made for; a cookie is good for 120 s. */
static const unsigned silences_s[] = { 12, 28, 57, 117 };
enum { TRIALS = sizeof silences_s / sizeof *silences_s };

void lifetime_init(struct lifetime *l, bool v4, struct random *random)
{
	*l =
	    (struct lifetime){ .random = random, .link = v4 ? LINK_V4 : LINK_V6, .next_at = NEVER };
}

static void enter(struct lifetime *l, enum lifetime_stage stage, uint64_t at)
{
	l->stage = stage;
	l->next_at = at;
	l->rounds = l->to_say = 0;
	l->answered = false;
	random_fill(l->random, l->nonces[0], sizeof l->nonces);
}

static void end_socket(struct lifetime *l)
{
	bool open = l->socket == SOCKET_UP || l->socket == SOCKET_OPENING;

	l->socket = open ? SOCKET_CLOSE : l->socket == SOCKET_CLOSE ? SOCKET_CLOSE : SOCKET_NONE;
}

static void end(struct lifetime *l)
{
	enter(l, LIFETIME_OFF, NEVER);
	end_socket(l);
}

static void put_off(struct lifetime *l, uint64_t at)
{
	enter(l, LIFETIME_PAUSE, at);
	end_socket(l);
}

static void learned(struct lifetime *l, uint64_t quiet_us)
{
	l->news |= l->quiet_us != quiet_us;
	l->quiet_us = quiet_us;
}

/* 0.7 times a silence that was survived. */
static uint64_t part_of(unsigned trial)
{
	return max_of(silences_s[trial] * (700 * MS), LEAST_US);
}

void lifetime_outside(struct lifetime *l, uint16_t link, const struct addr *server,
                      const struct addr *seen, uint64_t now)
{
	bool same = addr_is_set(&l->seen) && addr_same_ip(&l->seen, seen);
	bool ours = addr_same_ip(&l->server, server);

	if (addr_is_set(&l->server) && !ours && now < l->heard_at + SILENT_US)
		return;
	l->heard_at = ours || !same ? now : l->heard_at;
	l->main = link; /* a fresh one, too */
	if (same)
		return;
	l->server = *server;
	l->seen = *seen;
	l->trial = 0;
	learned(l, 0);
	put_off(l, now + BEGIN_US);
}

/* ---- the socket ---- */

bool lifetime_link(struct lifetime *l, const struct link_event *event, uint64_t now)
{
	if (event->link != l->link)
		return false;
	if (event->state == LINK_UP && l->socket == SOCKET_OPENING) {
		l->socket = SOCKET_UP;
		enter(l, LIFETIME_FIRST, now);
	} else if (event->state == LINK_DOWN && l->socket != SOCKET_NONE) {
		l->socket = SOCKET_NONE;
		put_off(l, now + RETRY_US);
	}
	return true;
}

bool lifetime_request(struct lifetime *l, struct link_request *request)
{
	bool open = l->socket == SOCKET_OPEN;

	if (!open && l->socket != SOCKET_CLOSE)
		return false;
	*request = (struct link_request){ .open = open,
		                          .link = l->link,
		                          .kind = LINK_UDP,
		                          .local = carrier_any(l->link == LINK_V4) };
	l->socket = open ? SOCKET_OPENING : SOCKET_NONE;
	return true;
}

bool lifetime_up(const struct lifetime *l, uint16_t link)
{
	return link == l->link && l->socket == SOCKET_UP;
}

/* ---- what the answers say ---- */

static void survived(struct lifetime *l, uint64_t now)
{
	if (l->trial > 0) /* less than what is done anyway is no news */
		learned(l, part_of(l->trial));
	if (++l->trial == TRIALS)
		end(l);
	else
		enter(l, LIFETIME_FIRST, now);
}

/* Nothing has come to the socket that was silent. */
static void silent_for_good(struct lifetime *l, uint64_t now)
{
	if (l->stage != LIFETIME_ASK || !l->answered) {
		put_off(l, now + RETRY_US);
		return;
	}
	learned(l, l->trial == 0 ? LEAST_US : part_of(l->trial - 1));
	end(l);
}

static void answer(struct lifetime *l, const struct cookie *m, bool main, uint64_t now)
{
	switch (l->stage) {
	case LIFETIME_FIRST: enter(l, LIFETIME_AGAIN, now + AGAIN_US); break;
	case LIFETIME_AGAIN:
		l->other = m->observed;
		memcpy(l->cookie, m->cookie, COOKIE_BYTES);
		enter(l, LIFETIME_SILENT, now + silences_s[l->trial] * SECOND);
		break;
	case LIFETIME_ASK:
		if (main)
			end(l); /* an earlier server */
		else
			survived(l, now);
		break;
	default: break;
	}
}

bool lifetime_cookie(struct lifetime *l, const struct route *from, struct span wire, uint64_t now)
{
	bool main = from->link == l->main;
	struct cookie m;

	if (l->rounds == 0 || (!main && from->link != l->link) ||
	    !addr_equal(&l->server, &from->remote) || !signaling_read_cookie(wire, &m))
		return false;
	if (bytes_equal(l->nonces[0], m.nonce, NONCE_BYTES)) {
		answer(l, &m, main, now);
		return true;
	}
	if (l->stage != LIFETIME_ASK || !bytes_equal(l->nonces[1], m.nonce, NONCE_BYTES))
		return false;
	l->answered = true;
	return true;
}

/* ---- time ---- */

void lifetime_timer(struct lifetime *l, uint64_t now)
{
	if (now < l->next_at)
		return;
	switch (l->stage) {
	case LIFETIME_PAUSE:
		enter(l, LIFETIME_OPEN, NEVER);
		if (l->socket == SOCKET_NONE)
			l->socket = SOCKET_OPEN;
		break;
	case LIFETIME_SILENT: enter(l, LIFETIME_ASK, now); break;
	default: break;
	}
	if (now < l->next_at)
		return;
	if (l->rounds == ROUNDS) {
		silent_for_good(l, now);
		return;
	}
	l->rounds++;
	l->to_say = l->stage == LIFETIME_ASK ? 2 : 1;
	l->next_at = now + ROUND_US;
}

uint64_t lifetime_deadline(const struct lifetime *l)
{
	return l->next_at;
}

bool lifetime_output(struct lifetime *l, struct writer *w, struct route *to)
{
	struct hello hello = { .beside = false };

	if (l->to_say == 0)
		return false;
	l->to_say--;
	*to = (struct route){ .kind = ROUTE_UDP,
		              .link = l->stage == LIFETIME_ASK ? l->main : l->link,
		              .remote = l->server };
	memcpy(hello.nonce, l->nonces[l->to_say], NONCE_BYTES);
	if (l->stage == LIFETIME_ASK && l->to_say == 0) {
		hello.other = l->other;
		memcpy(hello.cookie, l->cookie, COOKIE_BYTES);
	}
	signaling_write_hello(w, &hello, HELLO_LEN);
	return true;
}

bool lifetime_news(struct lifetime *l)
{
	bool news = l->news;

	l->news = false;
	return news;
}
