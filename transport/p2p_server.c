/* p2p_server: which way the signaling server is reached. HELLO goes to all its addresses over UDP,
 * after 800 ms over TCP too; the first COOKIE makes its channel the contact. The UDP sockets that
 * are not the contact go on saying HELLO now and then: that keeps their NAT mapping, and a peer may
 * be reachable through them.
 *
 *   searching      --COOKIE--> contact
 *   contact        --6 s without an answer, or the link broke--> searching
 *   contact        --p2p_search: the network changed--> searching beside the contact
 *   ... beside it  --COOKIE of the contact, or after 300 ms of any channel--> contact */
#include <string.h>

#include "transport/p2p.h"

#define P2P_TCP_AFTER_US (800 * MS) /* docs/SIGNALING.md S8 */
/* in a search beside a contact, only the contact counts for so long */
#define P2P_LOYAL_US  (300 * MS)
#define P2P_FAILED_US (5 * SECOND) /* a search this long is told */
/* five repeats: JOIN or HELLO at 0, 0.25, 0.75, 1.75, 3.75, 5.75 s */
#define P2P_SILENT_US (6 * SECOND)
#define P2P_COOKIE_US (60 * SECOND) /* docs/SIGNALING.md S8 */
/* HELLO of a socket that is not the contact: below any NAT's 30 s */
#define P2P_OBSERVE_US      (25 * SECOND)
#define P2P_TCP_PATIENCE_US (5 * SECOND) /* a TCP link without COOKIE */
#define P2P_RETRY_US        (2 * SECOND) /* before opening a link again; doubles up to the next */
#define P2P_RETRY_MAX_US    (30 * SECOND)

/* After the nth HELLO without COOKIE: docs/SIGNALING.md S8, then less and less often. */
static uint64_t hello_pause(struct p2p *p, unsigned n)
{
	static const uint16_t first_ms[] = { 200, 300, 500, 1000, 2000, 2000, 2000, 2000 };
	size_t count = sizeof first_ms / sizeof first_ms[0];
	if (n < count)
		return first_ms[n] * MS;
	return jitter(p->config.random,
	              n - count < 3 ? P2P_RETRY_US << (n - count + 1) : P2P_RETRY_MAX_US);
}

static uint64_t retry_pause(struct p2p *p, unsigned failures)
{
	return jitter(p->config.random, failures < 4 ? P2P_RETRY_US << failures : P2P_RETRY_MAX_US);
}

void p2p_hello_again(struct p2p *p, struct p2p_channel *ch, uint64_t now)
{
	random_fill(p->config.random, ch->nonce, NONCE_BYTES);
	ch->hellos = 0;
	ch->to_say = 0;
	ch->hello_at = now;
}

void p2p_search(struct p2p *p, uint64_t now)
{
	p->searching = true;
	p->search_at = now;
	p->choose_at = p->contact != NULL ? now + P2P_LOYAL_US : NEVER;
	for (size_t i = 0; i < P2P_CHANNELS; i++) {
		struct p2p_channel *ch = &p->channels[i];
		p2p_hello_again(p, ch, now);
		if (ch->stream && ch->state == SOCKET_NONE)
			ch->open_at = now + P2P_TCP_AFTER_US;
	}
}

void p2p_search_faster(struct p2p *p, uint64_t now)
{
	for (size_t i = 0; i < P2P_CHANNELS; i++) {
		struct p2p_channel *ch = &p->channels[i];
		if (!ch->stream && ch->hello_at > now) {
			ch->hello_at = now;
			/* and so the next after 2 s again */
			ch->hellos = ch->hellos < 4 ? ch->hellos : 4;
		}
		if (ch->stream && ch->open_at != NEVER)
			ch->open_at = min_of(ch->open_at, now + P2P_TCP_AFTER_US);
	}
}

void p2p_heard(struct p2p *p)
{
	p->asked_at = NEVER;
}

void p2p_asked(struct p2p *p, uint64_t now)
{
	p->asked_at = min_of(p->asked_at, now);
}

bool p2p_cookie_fresh(struct p2p *p, uint64_t now)
{
	struct p2p_channel *ch = p->contact;
	if (ch->cookie_at != 0 && now < ch->cookie_at + P2P_COOKIE_US)
		return true;
	if (ch->hello_at == NEVER)
		p2p_hello_again(p, ch, now);
	return false;
}

/* Ends a TCP channel for good, or until the next search. */
static void retire(struct p2p_channel *ch)
{
	ch->open_at = NEVER;
	ch->hello_at = NEVER;
	ch->cookie_at = 0;
	ch->failures = 0;
	if (ch->state == SOCKET_OPEN)
		ch->state = SOCKET_NONE;
	else if (ch->state != SOCKET_NONE)
		ch->state = SOCKET_CLOSE;
}

static void set_contact(struct p2p *p, struct p2p_channel *ch, bool new, uint64_t now)
{
	struct p2p_channel *old = p->contact;
	p->contact = ch;
	p->searching = false;
	p->lost_told = false;
	p->server_news |= new;
	p2p_heard(p);
	for (size_t i = 0; i < P2P_CHANNELS; i++)
		if (p->channels[i].stream && &p->channels[i] != ch)
			retire(&p->channels[i]);
	if (old != NULL && old != ch && !old->stream)
		old->hello_at = now + P2P_OBSERVE_US;
	ch->hello_at = NEVER;
	if (new)
		p2p_pairs_rest(p);
	p2p_rooms_rejoin(p, new, now);
}

/* Who of those that have answered since the search began is the contact? */
static void choose(struct p2p *p, uint64_t now)
{
	struct p2p_channel *best = NULL;
	for (size_t i = 0; i < P2P_CHANNELS; i++) {
		struct p2p_channel *ch = &p->channels[i];
		bool answered = ch->state == SOCKET_UP && ch->cookie_at >= p->search_at;
		if (answered && (best == NULL || ch->cookie_at < best->cookie_at))
			best = ch;
		if (answered && ch == p->contact) {
			set_contact(p, ch, false, now);
			return;
		}
	}
	if (best != NULL && (p->contact == NULL || now >= p->search_at + P2P_LOYAL_US))
		set_contact(p, best, true, now);
}

static bool is_server(const struct p2p *p, const struct addr *from)
{
	for (size_t i = 0; i < p->config.peers_count; i++)
		if (addr_equal(&p->config.peers[i], from))
			return true;
	return false;
}

static void learn(struct p2p *p, struct p2p_channel *ch, const struct addr *from,
                  const struct cookie *m, uint64_t now)
{
	memcpy(ch->cookie, m->cookie, COOKIE_BYTES);
	ch->cookie_at = now;
	ch->hellos = 0;
	ch->to_say = 0;
	ch->failures = 0;
	ch->hello_at = ch == p->contact ? NEVER : now + jitter(p->config.random, P2P_OBSERVE_US);
	if (!ch->stream) {
		ch->server = *from;
		if (!addr_equal(&ch->observed, &m->observed)) {
			ch->observed = m->observed;
			ch->told_observed = false;
		}
	}
}

void p2p_cookie(struct p2p *p, struct p2p_channel *ch, const struct addr *from,
                const struct cookie *m, uint64_t now)
{
	bool asked = ch->hellos > 0 && bytes_equal(ch->nonce, m->nonce, NONCE_BYTES);
	if (!asked || (!ch->stream && !is_server(p, from)))
		return;
	bool moved = ch == p->contact && !ch->stream && !addr_equal(&ch->server, from);
	if (moved && now < p->search_at + P2P_LOYAL_US)
		return; /* another address of the server was faster: no reason to leave this one */

	learn(p, ch, from, m, now);
	if (moved)
		set_contact(p, ch, true, now);
	if (p->searching)
		choose(p, now);
	if (ch != p->contact)
		return;
	p2p_heard(p);
	p->server_news |= m->day != p->day || m->relay_kbit != p->relay_kbit;
	p->day = m->day;
	p->relay_kbit = m->relay_kbit;
	p->day_ends_s = m->day_ends_s;
}

static void lose_contact(struct p2p *p, uint64_t now)
{
	struct p2p_channel *ch = p->contact;
	p->contact = NULL;
	p2p_heard(p);
	p2p_rooms_rejoin(p, true, now);
	if (ch->stream)
		/* with the connection our membership ends, docs/SIGNALING.md S7 */
		p2p_pairs_forget(p);
}

void p2p_channel_up(struct p2p *p, struct p2p_channel *ch, uint64_t now)
{
	ch->state = SOCKET_UP;
	ch->blocked = false;
	framing_init(&ch->reader);
	ch->told_failed = false;
	ch->cookie_at = 0;
	p2p_hello_again(p, ch, now);
}

void p2p_channel_down(struct p2p *p, struct p2p_channel *ch, uint64_t now)
{
	ch->state = SOCKET_NONE;
	ch->hello_at = NEVER;
	ch->cookie_at = 0;
	ch->told_bound = false;
	ch->open_at = ch->stream && !p->searching ? NEVER : now + retry_pause(p, ch->failures++);
	if (!ch->stream && ch == &p->channels[0] && !ch->told_failed) {
		ch->told_failed = true;
		p2p_fail(p, ERR_LOCAL, &ch->bind, ch->bind.port != 0);
	}
	if (ch == p->contact) {
		lose_contact(p, now);
		p2p_search(p, now);
	}
}

void p2p_channel_close(struct p2p *p, struct p2p_channel *ch, uint64_t now)
{
	p2p_channel_down(p, ch, now);
	ch->state = SOCKET_CLOSE;
}

static uint16_t fresh_link(struct p2p *p)
{
	for (;;) {
		p->last_link++;
		if (p->last_link <= P2P_UDP || p->last_link >= LINK_ACCEPTED_FIRST)
			p->last_link = P2P_UDP + 1;
		bool taken = false;
		for (size_t i = 0; i < P2P_CHANNELS; i++)
			taken |= p->channels[i].state != SOCKET_NONE &&
			         p->channels[i].link == p->last_link;
		if (!taken)
			return p->last_link;
	}
}

static void open_due(struct p2p *p, struct p2p_channel *ch, uint64_t now)
{
	if (ch->state != SOCKET_NONE || !ch->wanted || ch->open_at > now)
		return;
	if (ch->stream)
		ch->link = fresh_link(p);
	ch->state = SOCKET_OPEN;
}

void p2p_server_time(struct p2p *p, uint64_t now)
{
	if (p->searching && p->choose_at <= now) {
		p->choose_at = NEVER;
		choose(p, now);
	}
	if (p->searching && p->contact == NULL && !p->lost_told &&
	    now >= p->search_at + P2P_FAILED_US) {
		p->lost_told = true;
		p2p_fail(p, ERR_UNREACHABLE, &p->config.peers[0], false);
	}
	if (p->contact != NULL && p->asked_at != NEVER && now >= p->asked_at + P2P_SILENT_US) {
		struct p2p_channel *ch = p->contact;
		p->lost_told = true;
		p2p_fail(p, ERR_UNREACHABLE, &ch->server, false);
		if (ch->stream) {
			p2p_channel_close(p, ch, now);
		} else {
			lose_contact(p, now);
			p2p_search(p, now);
		}
	}
	for (size_t i = 0; i < P2P_CHANNELS; i++) {
		struct p2p_channel *ch = &p->channels[i];
		if (ch->stream && ch->state == SOCKET_UP && ch != p->contact && ch->hellos > 0 &&
		    ch->hello_at <= now)
			p2p_channel_close(p, ch, now); /* accepted, but no answer */
		open_due(p, ch, now);
	}
}

/* A HELLO, or a round of them, is due on the channel: to whom, and when is the next. */
static void start_round(struct p2p *p, struct p2p_channel *ch, uint64_t now)
{
	bool all = p->searching || !addr_is_set(&ch->server);
	ch->to_say = 0;
	for (size_t i = 0; i < p->config.peers_count; i++) {
		const struct addr *server = &p->config.peers[i];
		bool family = ch->stream || addr_is_v4(server) == (ch == &p->channels[0]);
		if (family && ((all && !ch->stream) || addr_equal(server, &ch->server)))
			ch->to_say |= 1U << i;
	}
	ch->hello_at = now + (ch->stream ? P2P_TCP_PATIENCE_US : hello_pause(p, ch->hellos));
	ch->hellos++;
	if (ch == p->contact)
		p2p_asked(p, now);
}

struct p2p_channel *p2p_server_output(struct p2p *p, struct writer *w, struct addr *to,
                                      uint64_t now)
{
	for (size_t i = 0; i < P2P_CHANNELS && !p->finished; i++) {
		struct p2p_channel *ch = &p->channels[i];
		if (!p2p_may_say(ch))
			continue;
		if (ch->hello_at <= now)
			start_round(p, ch, now);
		if (ch->to_say == 0)
			continue;
		size_t server = 0;
		while ((ch->to_say >> server & 1) == 0)
			server++;
		ch->to_say &= ch->to_say - 1;
		*to = p->config.peers[server];
		struct hello hello;
		memcpy(hello.nonce, ch->nonce, NONCE_BYTES);
		signaling_write_hello(w, &hello, HELLO_LEN);
		return ch;
	}
	return NULL;
}

uint64_t p2p_server_deadline(const struct p2p *p)
{
	uint64_t at = NEVER;
	if (p->searching)
		at = min_of(at, p->choose_at);
	if (p->searching && p->contact == NULL && !p->lost_told)
		at = min_of(at, p->search_at + P2P_FAILED_US);
	if (p->contact != NULL && p->asked_at != NEVER)
		at = min_of(at, p->asked_at + P2P_SILENT_US);
	for (size_t i = 0; i < P2P_CHANNELS; i++) {
		const struct p2p_channel *ch = &p->channels[i];
		if (ch->state == SOCKET_NONE && ch->wanted)
			at = min_of(at, ch->open_at);
		if (p2p_may_say(ch))
			at = min_of(at, ch->hello_at);
	}
	return at;
}

bool p2p_channel_take(struct p2p_channel *ch, struct communicator_event *event)
{
	if (ch->state != SOCKET_UP)
		return false;
	*event = (struct communicator_event){ .err = OK };
	event->route.kind = ch->stream ? ROUTE_TCP : ROUTE_UDP;
	event->route.link = ch->link;
	event->route.local = ch->local;
	if (!ch->stream && !ch->told_bound) {
		ch->told_bound = true;
		event->kind = COMMUNICATOR_BOUND;
		event->addr = ch->local;
		return true;
	}
	if (!ch->told_observed && addr_is_set(&ch->observed)) {
		ch->told_observed = true;
		event->kind = COMMUNICATOR_OBSERVED;
		event->addr = ch->observed;
		return true;
	}
	if (ch->blocked != ch->blocked_reported) {
		ch->blocked_reported = ch->blocked;
		event->kind = ch->blocked ? COMMUNICATOR_BLOCKED : COMMUNICATOR_WRITABLE;
		return true;
	}
	return false;
}
