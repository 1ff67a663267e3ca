/* endpoint: see endpoint.h. It owns the parts, and passes on what each of them answers:
 *
 *   packets --> knock or seek (handshakes), roster (sessions) --> verdicts --> program
 *   events of the communicator --> reach --> seek, roster, verdicts */
#include "endpoint/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "endpoint/knock.h"
#include "endpoint/reach.h"
#include "endpoint/seek.h"
#include "endpoint/verdicts.h"

struct endpoint {
	bool is_initiator;
	struct communicator *communicator; /* owned by reach */
	struct reach reach;
	struct credentials credentials;
	struct roster roster;
	struct seek seek; /* of these two only one is used */
	struct knock knock;
	struct refusals refusals; /* of knock */
	struct verdicts verdicts;
	uint64_t clock; /* now, at the last call that said so */
	uint8_t scratch[LIMIT_DATAGRAM];
};

/* ---- life ---- */

struct endpoint *endpoint_new(const struct endpoint_config *config, uint64_t now, enum err *err)
{
	struct endpoint *ep = calloc(1, sizeof *ep);
	uint64_t us = config->handshake_us, give_up_at = us == NEVER ? NEVER : now + us;

	if (ep == NULL) {
		*err = ERR_FULL;
		return NULL;
	}
	const struct keying_config *keying = &config->keying;
	struct session_config session = {
		.initiator = keying->initiator,
		.suite = keying->suite,
		.identity = keying->identity,
		.aes = keying->aes,
		.no_relay = config->no_relay,
		.relay_only = config->relay_only,
		.silence_us = config->silence_us,
		.random = keying->random,
	};
	ep->is_initiator = keying->initiator;
	ep->communicator = config->communicator;
	ep->clock = now;
	credentials_init(&ep->credentials, keying, (uint8_t)config->mode, config->nick);
	roster_init(&ep->roster, &session, config->mode);
	seek_init(&ep->seek, &ep->roster, &ep->credentials, give_up_at);
	refusals_init(&ep->refusals, (uint8_t)keying->suite->suite);
	knock_init(&ep->knock, &ep->roster, &ep->credentials, &ep->refusals);
	reach_init(&ep->reach, config->communicator, &ep->roster);
	verdicts_init(&ep->verdicts);
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

/* ---- peers that go ---- */

static void dismiss(struct endpoint *ep, int place)
{
	reach_drop(&ep->reach, roster_at(&ep->roster, place));
	seek_gone(&ep->seek, place);
	roster_remove(&ep->roster, place);
}

/* ---- what the communicator says ---- */

void endpoint_hosts(struct endpoint *ep, const struct addr *addrs, size_t count, uint64_t now)
{
	(void)now;
	reach_hosts(&ep->reach, addrs, count);
}

static void route_up(struct endpoint *ep, const struct route *route, uint64_t now)
{
	struct session *s = endpoint_session(ep);

	if (ep->is_initiator && s == NULL)
		seek_introduced(&ep->seek, route, now);
	else if (ep->is_initiator)
		session_route_up(s, route, now);
}

static void route_down(struct endpoint *ep, const struct route *route, uint64_t now)
{
	for (int i = 0; i < ROSTER_PLACES; i++) {
		struct peer *p = roster_at(&ep->roster, i);

		if (p == NULL || !peer_route_down(p, route, now))
			continue;
		if (ep->is_initiator && !seek_is_hopeless(&ep->seek, i))
			continue;
		seek_gone(&ep->seek, i); /* a try is over with it; the next route begins anew */
		roster_remove(&ep->roster, i);
	}
}

/* What the parts have to tell goes to the program. */
static void collect_news(struct endpoint *ep, uint64_t now)
{
	struct news *news = verdicts_news(&ep->verdicts);
	struct communicator_event ce;
	struct endpoint_event e;
	const char *other_mode;

	while (reach_take(&ep->reach, &ce)) {
		if (ce.kind == COMMUNICATOR_UP)
			route_up(ep, &ce.route, now);
		else if (ce.kind == COMMUNICATOR_DOWN)
			route_down(ep, &ce.route, now);
		else
			news_add_communicator(news, &ce);
		if (ce.kind == COMMUNICATOR_WAITING)
			seek_members(&ep->seek, ce.number);
	}
	while (ep->is_initiator && seek_take(&ep->seek, &e, now))
		news_add(news, e.kind == ENDPOINT_GUESS ? NEWS_GUESS : NEWS_LAST, &e);
	while (knock_take(&ep->knock, &e))
		news_add(news, NEWS_GUESS, &e);
	if ((other_mode = roster_take_other_mode(&ep->roster)) != NULL)
		news_add_failed(news, NEWS_MODE, ERR_VERSION, other_mode);
}

void endpoint_link(struct endpoint *ep, const struct link_event *event, uint64_t now)
{
	ep->clock = now;
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

	if (fragment_read(packet, &f) != OK)
		return;
	int place = roster_of_handshake(&ep->roster, f.id);
	if (ep->is_initiator && place >= 0)
		seek_fragment(&ep->seek, place, from, &f, now);
	if (ep->is_initiator)
		return;
	bool engaged = verdicts_accepted(&ep->verdicts) >= 0;
	place = knock_fragment(&ep->knock, place, from, &f, engaged, now);
	const struct peer *p = place >= 0 ? roster_at(&ep->roster, place) : NULL;
	if (p != NULL)
		communicator_vouch(ep->communicator, from, peer_about(p)->known);
}

static void received_sealed(struct endpoint *ep, const struct route *from, struct span packet,
                            uint64_t now)
{
	bool fits = packet.len >= SEALED_OVERHEAD && packet.len <= sizeof ep->scratch;
	int place = fits ? roster_of_session(&ep->roster, packet.at + 1) : -1;

	if (place < 0)
		return;
	struct peer *p = roster_at(&ep->roster, place);
	memcpy(ep->scratch, packet.at, packet.len);
	if (peer_input(p, from, ep->scratch, packet.len, now) != OK)
		return;
	if (ep->is_initiator)
		seek_sealed(&ep->seek, place, now);
	if (peer_about(p)->state != PEER_CLOSING && peer_has_route(p, from))
		communicator_hold(ep->communicator, from);
}

void endpoint_input(struct endpoint *ep, const struct route *from, struct span wire, uint64_t now)
{
	struct route route;
	struct span packet;
	bool proved;

	ep->clock = now;
	ep->communicator->class->input(ep->communicator, from, wire, now);
	while (ep->communicator->class->receive(ep->communicator, &route, &packet, &proved)) {
		uint8_t type = packet.len > 0 ? packet.at[0] : 0;

		/* A session begins where its handshake came from, so somebody must receive there:
		 * whoever reads along could else repeat a packet under another's address. */
		if (type == PACKET_HANDSHAKE && proved)
			received_handshake(ep, &route, packet, now);
		else if (type == PACKET_REFUSE && proved && ep->is_initiator)
			seek_refused(&ep->seek, packet, now);
		else if ((type & ~(PACKET_PHASES - 1)) == PACKET_SEALED)
			received_sealed(ep, &route, packet, now);
	}
	collect_news(ep, now);
}

size_t endpoint_output(struct endpoint *ep, struct route *to, uint8_t *buffer, size_t cap,
                       const uint8_t **wire, uint64_t now)
{
	const struct communicator_class *class = ep->communicator->class;
	uint8_t *packet = buffer + LIMIT_HEADROOM;
	size_t len, wire_len;

	assert(cap >= LIMIT_WIRE);
	*wire = buffer;
	if ((len = class->output(ep->communicator, to, buffer, cap, now)) > 0)
		return len;
	while ((len = refusals_output(&ep->refusals, to, packet)) > 0 ||
	       (len = roster_output(&ep->roster, to, packet, now)) > 0) {
		struct route route = *to;
		int start = class->wrap(ep->communicator, to, buffer, len, &wire_len, now);

		if (start >= 0) {
			*wire = buffer + start;
			return wire_len;
		}
		route_down(ep, &route, now);
	}
	collect_news(ep, now);
	return 0;
}

/* ---- time ---- */

static void peer_turn(struct endpoint *ep, int place, uint64_t now)
{
	switch (roster_timer(&ep->roster, place, now)) {
	case PEER_LATE: roster_remove(&ep->roster, place); return;
	case PEER_GONE: dismiss(ep, place); return;
	case PEER_BROKEN:
		if (ep->is_initiator)
			seek_broken(&ep->seek, place, now);
		dismiss(ep, place);
		return;
	case PEER_STRANDED:
		news_add_failed(verdicts_news(&ep->verdicts), NEWS_STRANDED, ERR_UNREACHABLE,
		                "no direct path to the peer was found, and the forwarder carries "
		                "no chat");
		return;
	case PEER_FINE: return;
	}
}

void endpoint_timer(struct endpoint *ep, uint64_t now)
{
	ep->clock = now;
	communicator_timer(ep->communicator, now);
	for (int i = 0; i < ROSTER_PLACES; i++) {
		if (roster_at(&ep->roster, i) != NULL)
			peer_turn(ep, i, now);
	}
	if (ep->is_initiator)
		seek_timer(&ep->seek, now);
	else
		knock_timer(&ep->knock);
	reach_timer(&ep->reach, endpoint_session(ep), now);
	collect_news(ep, now);
}

uint64_t endpoint_deadline(const struct endpoint *ep)
{
	uint64_t at = min_of(roster_deadline(&ep->roster), reach_deadline(&ep->reach));

	if (refusals_due(&ep->refusals))
		return 0;
	return ep->is_initiator ? min_of(at, seek_deadline(&ep->seek)) : at;
}

/* ---- the program's side ---- */

struct session *endpoint_session(struct endpoint *ep)
{
	int accepted = verdicts_accepted(&ep->verdicts);

	return accepted >= 0 ? peer_session(roster_at(&ep->roster, accepted)) : NULL;
}

bool endpoint_take(struct endpoint *ep, struct endpoint_event *event, uint64_t now)
{
	int ended = verdicts_ended(&ep->verdicts);

	(void)now;
	if (ended >= 0) {
		endpoint_leave(ep, session_rejoin(peer_session(roster_at(&ep->roster, ended))));
		dismiss(ep, ended);
	}
	return verdicts_take(&ep->verdicts, &ep->roster, event);
}

void endpoint_accept(struct endpoint *ep, uint64_t now)
{
	struct session *old = endpoint_session(ep);
	int place = verdicts_asked(&ep->verdicts);

	if (old != NULL) {
		endpoint_leave(ep, session_rejoin(old));
		verdicts_retire(&ep->verdicts, &ep->roster);
	}
	verdicts_accept(&ep->verdicts, &ep->roster);
	struct peer *p = roster_at(&ep->roster, place);
	if (ep->is_initiator)
		seek_accepted(&ep->seek);
	else
		knock_welcome(&ep->knock, place);
	if (peer_about(p)->trust == TRUST_CODE)
		endpoint_code(ep, NULL);
	(void)endpoint_join(ep, session_rejoin(peer_session(p)), now);
}

void endpoint_refuse(struct endpoint *ep, uint8_t close_code, struct span text, uint64_t now)
{
	int place = verdicts_asked(&ep->verdicts);

	(void)now;
	verdicts_refuse(&ep->verdicts, &ep->roster, close_code, text);
	if (!ep->is_initiator && close_code != CLOSE_TRUST)
		knock_welcome(&ep->knock, place);
}

void endpoint_code(struct endpoint *ep, const struct code *code)
{
	if (ep->is_initiator)
		credentials_set_code(&ep->credentials, code);
	else
		knock_code(&ep->knock, code, ep->clock);
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
	communicator_finish(ep->communicator);
}

bool endpoint_settled(const struct endpoint *ep)
{
	return roster_in(&ep->roster, PEER_CLOSING) == 0 && !refusals_due(&ep->refusals);
}

struct roster *endpoint_roster(struct endpoint *ep)
{
	return &ep->roster;
}

void endpoint_refresh(struct endpoint *ep, uint64_t now)
{
	struct session *s = endpoint_session(ep);

	communicator_refresh(ep->communicator, now);
	if (s != NULL)
		session_ping(s);
}
