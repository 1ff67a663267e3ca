/* tcp_connect: the initiator tries the peer's addresses in rounds, each address a little after the
 * one before (RFC 8305), and keeps the first that connects. When the link breaks it begins again,
 * for as long as the communicator lives. */
#include "base/assert.h"
#include "transport/tcp.h"

#define TCP_STAGGER_US     (250 * MS) /* RFC 8305 section 5: the next address starts after this */
#define TCP_CONNECT_US     (10 * SECOND) /* an attempt that hangs */
#define TCP_BACKOFF_US     (200 * MS)    /* before connecting again; doubles up to the next */
#define TCP_BACKOFF_MAX_US (5 * SECOND)

static void tcp_round_at(struct tcp *t, uint64_t at)
{
	t->next = 0;
	t->next_at = t->finished ? NEVER : at;
}

static uint16_t tcp_fresh_number(struct tcp *t)
{
	do {
		t->last_number++;
		if (t->last_number >= LINK_ACCEPTED_FIRST)
			t->last_number = TCP_LISTENERS + 1;
	} while (tcp_find(t, t->last_number) != NULL);
	return t->last_number;
}

static void tcp_try_next(struct tcp *t, uint64_t now)
{
	struct tcp_link *l = tcp_place(t);
	if (l == NULL) {
		t->next_at = now + TCP_STAGGER_US;
		return;
	}
	l->state = SOCKET_OPEN;
	l->number = tcp_fresh_number(t);
	l->remote = t->config.peers[t->next];
	l->until = now + TCP_CONNECT_US;
	t->next++;
	t->next_at = t->next < t->config.peers_count ? now + TCP_STAGGER_US : NEVER;
}

void tcp_connect_start(struct tcp *t, uint64_t now)
{
	t->last_number = TCP_LISTENERS;
	t->backoff_us = TCP_BACKOFF_US;
	tcp_round_at(t, now);
	tcp_connect_time(t, now);
}

void tcp_connect_time(struct tcp *t, uint64_t now)
{
	while (t->next_at <= now)
		tcp_try_next(t, now);
}

void tcp_connected(struct tcp *t, const struct tcp_link *l)
{
	t->next_at = NEVER;
	t->unreachable = false;
	for (size_t i = 0; i < LIMIT_LINKS; i++) {
		struct tcp_link *other = &t->links[i];
		if (other->state == SOCKET_OPEN)
			other->state = SOCKET_NONE;
		else if (other->state == SOCKET_OPENING && other != l)
			other->state = SOCKET_CLOSE;
	}
}

void tcp_held(struct tcp *t, const struct tcp_link *l)
{
	t->backoff_us = TCP_BACKOFF_US;
	for (size_t i = 0; i < LIMIT_LINKS; i++)
		if (t->links[i].state == SOCKET_UP && t->links[i].since < l->since)
			t->links[i].state = SOCKET_CLOSE;
}

void tcp_lost(struct tcp *t, bool attempt, uint64_t now)
{
	if (!t->config.initiator)
		return;
	if (t->next_at != NEVER) {
		if (t->next > 0)
			/* RFC 8305: a failure starts the next address at once */
			t->next_at = min_of(t->next_at, now);
		return;
	}
	if (tcp_count(t, SOCKET_OPEN, SOCKET_UP) > 0)
		return;

	if (attempt && !t->unreachable) {
		t->unreachable = true;
		tcp_fail(t, ERR_UNREACHABLE, &t->config.peers[0], false);
	}
	tcp_round_at(t, now + carrier_jitter(t->config.random, t->backoff_us));
	t->backoff_us = min_of(2 * t->backoff_us, TCP_BACKOFF_MAX_US);
}

/* A link that only seems to live is not known from one that has nothing to say: a second one is
 * opened beside it, and the first goes when the session holds the second (tcp_held). */
void tcp_connect_again(struct tcp *t, uint64_t now)
{
	if (tcp_count(t, SOCKET_OPEN, SOCKET_OPENING) > 0)
		return;
	for (size_t i = 0; i < LIMIT_LINKS; i++)
		if (t->links[i].state == SOCKET_UP && !t->links[i].held && now < t->links[i].until)
			return;
	t->backoff_us = TCP_BACKOFF_US;
	tcp_round_at(t, now);
}
