/* endpoint: see endpoint.h. It owns the parts, and passes on what each of them answers:
 *   packets --> knock or seek (handshakes), roster (sessions) --> program
 *   events of the communicator --> reach --> seek, roster, news --> program */
#include "endpoint/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "endpoint/news.h"
#include "endpoint/outgoing.h"
#include "endpoint/reach.h"
#include "endpoint/seek.h"

struct endpoint {
	bool is_initiator;
	struct communicator *communicator; /* owned by reach */
	struct reach reach;
	struct credentials credentials;
	struct roster roster;
	struct seek seek; /* of these two only one is used */
	struct knock knock;
	struct news news;
	uint64_t clock;  /* now, at the last call that said so */
	uint64_t due_at; /* what time demands, unless something comes before; 0: not known */
	struct outgoing outgoing;
	uint8_t scratch[LIMIT_DATAGRAM];
};

struct endpoint *endpoint_new(const struct endpoint_config *config, uint64_t now, enum err *err)
{
	struct endpoint *ep = calloc(1, sizeof *ep);
	uint64_t us = config->handshake_us, give_up_at = us == NEVER ? NEVER : now + us;
	if (ep == NULL) {
		*err = ERR_FULL;
		return NULL;
	}
	const struct keying_config *keying = &config->keying;
	struct session_config session = { .initiator = keying->initiator,
		                          .suite = keying->suite,
		                          .identity = keying->identity,
		                          .aes = keying->aes,
		                          .no_relay = config->no_relay,
		                          .punching = config->punching,
		                          .memory = config->memory,
		                          .silence_us = config->silence_us,
		                          .forward_silence_us = config->forward_silence_us,
		                          .random = keying->random };
	ep->is_initiator = keying->initiator;
	ep->communicator = config->communicator;
	ep->outgoing =
	    (struct outgoing){ config->communicator, &ep->knock, &ep->roster, .lost = false };
	ep->clock = now;
	credentials_init(&ep->credentials, keying, (uint8_t)config->mode, config->nick);
	roster_init(&ep->roster, &session, config->mode, (unsigned)max_of(config->peers, 1));
	seek_init(&ep->seek, &ep->roster, &ep->credentials, give_up_at);
	knock_init(&ep->knock, &ep->roster, &ep->credentials);
	reach_init(&ep->reach, config->communicator, &ep->roster);
	if (config->again && session.suite->key_type != KEY_NONE && config->mode != MODE_PIPE)
		seek_again(&ep->seek, config->patient && keying->expected != NULL);
	endpoint_code(ep, keying->code);
	return ep;
}

void endpoint_free(struct endpoint *ep)
{
	if (ep == NULL)
		return;
	roster_free(&ep->roster);
	reach_free(&ep->reach);
	bytes_wipe(ep, sizeof *ep);
	free(ep);
}

static void dismiss(struct endpoint *ep, struct peer *p)
{
	if (!ep->seek.again.on)
		reach_drop(&ep->reach, p);
	seek_gone(&ep->seek, p);
	roster_remove(&ep->roster, p);
}

/* ---- what the communicator says ---- */

void endpoint_hosts(struct endpoint *ep, const struct addr *addrs, size_t count)
{
	reach_hosts(&ep->reach, addrs, count);
}

static void route_down(struct endpoint *ep, const struct route *route, uint64_t now)
{
	struct peer *p;

	seek_lost(&ep->seek, route);
	for (int i = 0; (p = roster_next(&ep->roster, &i)) != NULL;) {
		if (!peer_route_down(p, route, now) ||
		    (ep->is_initiator && !seek_is_hopeless(&ep->seek, p)))
			continue;
		seek_gone(&ep->seek, p); /* a try is over with it; the next route begins anew */
		roster_remove(&ep->roster, p);
	}
}

/* What the parts have to tell goes to the program. */
static void collect_news(struct endpoint *ep, uint64_t now)
{
	UNSET struct communicator_event ce;
	UNSET struct endpoint_event e;

	while (reach_take(&ep->reach, &ce, now)) {
		if (ce.kind == COMMUNICATOR_DOWN)
			route_down(ep, &ce.route, now);
		else
			news_add_communicator(&ep->news, &ce);
		if (ce.kind == COMMUNICATOR_UP && ep->is_initiator)
			seek_introduced(&ep->seek, &ce.route, now);
		if (ce.kind == COMMUNICATOR_WAITING)
			seek_members(&ep->seek, ce.number);
	}
	if (ep->seek.again.on && roster_take_other_mode(&ep->roster, &e))
		again_failed(&ep->seek.again, &e, now);
	while (ep->is_initiator && seek_take(&ep->seek, &e, now))
		news_add(&ep->news, e.kind == ENDPOINT_GUESS ? NEWS_GUESS : NEWS_LAST, &e);
	while (knock_take(&ep->knock, &e))
		news_add(&ep->news, NEWS_GUESS, &e);
}

void endpoint_link(struct endpoint *ep, const struct link_event *event, uint64_t now)
{
	ep->clock = now;
	ep->due_at = 0;
	roster_link(&ep->roster, event);
	ep->communicator->class->link(ep->communicator, event, now);
	collect_news(ep, now);
}

bool endpoint_request(struct endpoint *ep, struct link_request *request)
{
	return ep->communicator->class->request(ep->communicator, request);
}

/* ---- packets ---- */

static void received_handshake(struct endpoint *ep, const struct route *from, struct span packet,
                               uint64_t now)
{
	struct fragment f;

	if (handshake_read(packet, &f) != OK)
		return;
	struct peer *p = roster_of_handshake(&ep->roster, f.id);
	if (!ep->is_initiator)
		p = knock_fragment(&ep->knock, p, from, &f, now);
	else if (p != NULL)
		seek_fragment(&ep->seek, p, from, &f, now);
	if (!ep->is_initiator && p != NULL)
		communicator_regard(ep->communicator, from,
		                    p->known ? STANDING_KNOWN : STANDING_VERIFIED);
}

static void received_sealed(struct endpoint *ep, const struct route *from, struct span packet,
                            uint64_t now)
{
	bool fits = packet.len >= SEALED_OVERHEAD && packet.len <= sizeof ep->scratch;
	struct peer *p = fits ? roster_of_session(&ep->roster, packet.at + 1) : NULL;

	if (p == NULL)
		return;
	memcpy(ep->scratch, packet.at, packet.len);
	if (peer_input(p, from, ep->scratch, packet.len, now) != OK)
		return;
	if (ep->is_initiator)
		seek_sealed(&ep->seek, p, now);
	if (p->state != PEER_CLOSING && session_has_route(p->session, from))
		communicator_regard(ep->communicator, from, STANDING_HELD);
}

void endpoint_input(struct endpoint *ep, const struct route *from, struct span wire, uint64_t now)
{
	struct route route;
	struct span packet;
	bool proved, sealed = false, others = false;

	ep->clock = now;
	ep->due_at = 0;
	ep->communicator->class->input(ep->communicator, from, wire, now);
	while (ep->communicator->class->receive(ep->communicator, &route, &packet, &proved)) {
		uint8_t type = packet.len > 0 ? packet.at[0] : 0;
		bool is_sealed = (type & ~(PACKET_PHASES - 1)) == PACKET_SEALED;
		sealed |= is_sealed;
		others |= !is_sealed;
		/* A session begins where its handshake came from, so somebody must receive there:
		 * whoever reads along could else repeat a packet under another's address. */
		if (type == PACKET_HANDSHAKE && proved)
			received_handshake(ep, &route, packet, now);
		else if (type == PACKET_REFUSE && proved && ep->is_initiator)
			seek_refused(&ep->seek, packet, now);
		else if (is_sealed)
			received_sealed(ep, &route, packet, now);
	}
	if (others || !sealed) /* after packets of sessions, which are many, the timer does so */
		collect_news(ep, now);
}

size_t endpoint_output(struct endpoint *ep, struct route *to, uint8_t *buffer, size_t cap,
                       const uint8_t **wire, uint64_t now)
{
	size_t len;

	assert(cap >= LIMIT_WIRE);
	ep->due_at = 0;
	while ((len = outgoing_first(&ep->outgoing, to, buffer, wire, now)) == 0 &&
	       ep->outgoing.lost)
		route_down(ep, &ep->outgoing.route, now);
	if (len == 0)
		collect_news(ep, now);
	return len;
}

size_t endpoint_more(struct endpoint *ep, uint8_t *buffer, const uint8_t **wire, uint64_t now)
{
	return outgoing_more(&ep->outgoing, buffer, wire, now);
}

/* ---- time ---- */

static void peer_turn(struct endpoint *ep, struct peer *p, uint64_t now)
{
	switch (peer_timer(p, ep->roster.session.no_relay, now)) {
	case PEER_FINE: return;
	case PEER_LATE: roster_remove(&ep->roster, p); return;
	case PEER_GONE:
		if (ep->is_initiator && p->state == PEER_PROVED)
			seek_turned_away(&ep->seek, p, now);
		break;
	case PEER_BROKEN:
		if (ep->is_initiator)
			seek_broken(&ep->seek, p, now);
		break;
	}
	dismiss(ep, p);
}

void endpoint_timer(struct endpoint *ep, uint64_t now)
{
	struct peer *p;

	ep->clock = now;
	if (now < ep->due_at)
		return;
	communicator_timer(ep->communicator, now);
	for (int i = 0; (p = roster_next(&ep->roster, &i)) != NULL;)
		peer_turn(ep, p, now);
	if (ep->is_initiator)
		seek_timer(&ep->seek, now);
	else
		knock_timer(&ep->knock);
	reach_timer(&ep->reach, now);
	collect_news(ep, now);
}

uint64_t endpoint_deadline(struct endpoint *ep)
{
	uint64_t at = min_of(roster_deadline(&ep->roster), reach_deadline(&ep->reach));

	at = ep->is_initiator ? min_of(at, seek_deadline(&ep->seek)) : at;
	return ep->due_at = knock_refuses(&ep->knock) ? 0 : at;
}

/* ---- the program's side ---- */

struct session *endpoint_session(struct endpoint *ep, unsigned peer)
{
	return roster_session(&ep->roster, peer);
}

bool endpoint_has_news(const struct endpoint *ep)
{
	return ep->news.waiting > 0 || roster_has_news(&ep->roster) ||
	       roster_find(&ep->roster, PEER_ENDED) != NULL;
}

bool endpoint_take(struct endpoint *ep, struct endpoint_event *event)
{
	struct peer *ended = roster_find(&ep->roster, PEER_ENDED);

	if (ended != NULL) {
		endpoint_leave(ep, session_rejoin(ended->session));
		seek_over(&ep->seek, ended, ep->clock);
		if (ep->seek.again.on)
			reach_ended(&ep->reach, ep->clock);
		dismiss(ep, ended);
	}
	return news_take(&ep->news, event) || roster_take(&ep->roster, event);
}

/* An accepted peer makes room for its newer session, or for somebody else. */
static void replace(struct endpoint *ep, struct peer *old, const struct peer *fresh)
{
	bool same = public_key_equal(session_peer(old->session), session_peer(fresh->session));

	endpoint_leave(ep, session_rejoin(old->session));
	news_add(&ep->news, NEWS_REPLACED,
	         &(struct endpoint_event){
		     .kind = ENDPOINT_OVER, .peer = old->number, .err = ERR_EXISTS });
	peer_close(old, same ? CLOSE_REPLACED : CLOSE_BUSY,
	           span_text(same ? "replaced by a newer session"
	                          : "you were not heard, and somebody else has come"));
}

void endpoint_accept(struct endpoint *ep, uint64_t now)
{
	struct peer *old = roster_gives_way(&ep->roster), *p = roster_find(&ep->roster, PEER_ASKED);

	assert(p != NULL);
	if (old != NULL)
		replace(ep, old, p);
	peer_accept(p);
	if (ep->seek.again.wanted)
		credentials_meet(&ep->credentials, session_peer(p->session));
	if (ep->is_initiator)
		seek_accepted(&ep->seek, now);
	else
		knock_welcome(&ep->knock, p);
	if (p->trust == TRUST_CODE)
		endpoint_code(ep, NULL);
	(void)endpoint_join(ep, session_rejoin(p->session), now);
}

void endpoint_refuse(struct endpoint *ep, uint8_t close_code, struct span text)
{
	struct peer *p = roster_find(&ep->roster, PEER_ASKED);

	assert(p != NULL);
	peer_close(p, close_code, text);
	if (!ep->is_initiator && close_code != CLOSE_TRUST)
		knock_welcome(&ep->knock, p);
}

void endpoint_code(struct endpoint *ep, const struct code *code)
{
	if (ep->is_initiator)
		credentials_set_code(&ep->credentials, code);
	else
		knock_code(&ep->knock, code);
}

void endpoint_nick(struct endpoint *ep, struct span nick)
{
	credentials_set_nick(&ep->credentials, nick);
}

void endpoint_pair(struct endpoint *ep, const struct identity *pair)
{
	knock_key(&ep->knock, pair);
}

bool endpoint_pair_wanted(const struct endpoint *ep)
{
	return credentials_need_key(&ep->credentials);
}

enum err endpoint_join(struct endpoint *ep, const uint8_t token[static TOKEN_LEN], uint64_t now)
{
	return communicator_join(ep->communicator, token, now);
}

void endpoint_leave(struct endpoint *ep, const uint8_t token[static TOKEN_LEN])
{
	communicator_leave(ep->communicator, token);
}

void endpoint_finish(struct endpoint *ep)
{
	seek_stop(&ep->seek);
	communicator_finish(ep->communicator);
}

bool endpoint_settled(const struct endpoint *ep)
{
	return roster_find(&ep->roster, PEER_CLOSING) == NULL && !knock_refuses(&ep->knock);
}

struct roster *endpoint_roster(struct endpoint *ep)
{
	return &ep->roster;
}

struct communicator *endpoint_communicator(struct endpoint *ep)
{
	ep->due_at = 0;
	return ep->communicator;
}

void endpoint_refresh(struct endpoint *ep, uint64_t now)
{
	communicator_refresh(ep->communicator, now);
	roster_network(&ep->roster, now);
}
