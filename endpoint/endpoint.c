/* endpoint: what comes from the network finds its peer, what peers say goes out; the program hears of what matters. */
#include "endpoint/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "endpoint/slot.h"

#define REFRESH_US                                                                                 \
	(10 *                                                                                      \
	 SECOND) /* while the peer is away, the communicator is asked to look again this often */

/* ---- life ---- */

struct endpoint *endpoint_new(const struct endpoint_config *config, uint64_t now, enum err *err)
{
	struct endpoint *ep = calloc(1, sizeof *ep);

	if (ep == NULL) {
		*err = ERR_FULL;
		return NULL;
	}
	assert(config->nick.len <= LIMIT_NICK);
	ep->config = *config;
	ep->communicator = config->communicator;
	ep->accepted = ep->asked = ep->ended = -1;
	ep->refresh_at = NEVER;
	ep->give_up_at =
	    config->initiator && config->handshake_us != NEVER ? now + config->handshake_us : NEVER;
	for (unsigned i = 0; i < SLOTS; i++)
		slot_free(ep, &ep->slots[i]);
	struct writer w = writer_of(ep->payload, sizeof ep->payload);
	write_u8(&w, (uint8_t)config->mode);
	write_u8(&w, (uint8_t)config->nick.len);
	write_span(&w, config->nick);
	ep->payload_len = w.len;
	ep->clock = now;
	admission_init(&ep->admission, config->random);
	endpoint_code(ep, config->code);
	return ep;
}

void endpoint_free(struct endpoint *ep)
{
	if (ep == NULL)
		return;
	for (unsigned i = 0; i < SLOTS; i++)
		slot_free(ep, &ep->slots[i]);
	communicator_free(ep->communicator);
	bytes_wipe(ep, sizeof *ep);
	free(ep);
}

/* ---- candidates ---- */

static void add_candidate(struct candidates *c, enum candidate_kind kind, const struct addr *addr)
{
	for (size_t i = 0; i < c->own_count; i++) {
		if (addr_equal(&c->own[i].addr, addr))
			return;
	}
	if (c->own_count < LIMIT_CANDIDATES && addr_is_set(addr))
		c->own[c->own_count++] = (struct candidate){ .kind = (uint8_t)kind, .addr = *addr };
}

/* What a session may offer to its peer: addresses seen from outside first, then our interfaces with the socket's port. */
void give_candidates(struct endpoint *ep, struct session *s)
{
	struct candidates c = { .networks_count = ep->hosts_count };

	if (ep->config.relay_only)
		return;
	for (unsigned family = 0; family < 2; family++) {
		c.udp_link[family] = ep->udp_link[family];
		add_candidate(&c, CANDIDATE_SEEN, &ep->observed[family]);
	}
	for (size_t i = 0; i < ep->hosts_count; i++) {
		struct addr host = c.networks[i] = ep->hosts[i];

		host.port = ep->udp_port[addr_is_v4(&host) ? 0 : 1];
		if (!addr_is_loopback(&host) && !addr_is_link_local(&host))
			add_candidate(&c, CANDIDATE_HOST, &host);
	}
	session_candidates(s, &c);
}

static void candidates_changed(struct endpoint *ep)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (ep->slots[i].session != NULL)
			give_candidates(ep, ep->slots[i].session);
	}
}

void endpoint_hosts(struct endpoint *ep, const struct addr *addrs, size_t count, uint64_t now)
{
	(void)now;
	ep->hosts_count = count < LIMIT_CANDIDATES ? count : LIMIT_CANDIDATES;
	memcpy(ep->hosts, addrs, ep->hosts_count * sizeof *addrs);
	candidates_changed(ep);
}

/* ---- the network's side ---- */

static void received_sealed(struct endpoint *ep, const struct route *from, struct span packet,
                            uint64_t now)
{
	if (packet.len < SEALED_OVERHEAD || packet.len > sizeof ep->scratch)
		return;
	for (unsigned i = 0; i < SLOTS; i++) {
		struct slot *slot = &ep->slots[i];

		if (slot->session == NULL || !session_owns(slot->session, packet.at + 1))
			continue;
		memcpy(ep->scratch, packet.at, packet.len);
		if (session_input(slot->session, from, ep->scratch, packet.len, now) != OK)
			return;
		first_use_heard(ep, slot, now);
		if (slot->session != NULL && slot->state != SLOT_CLOSING &&
		    session_has_route(slot->session, from))
			communicator_hold(ep->communicator, from);
		handshake_free(slot->shake);
		slot->shake = NULL;
		return;
	}
}

static void route_down(struct endpoint *ep, const struct route *route, uint64_t now)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		struct slot *slot = &ep->slots[i];

		if (slot->session != NULL)
			session_route_down(slot->session, route, now);
		if (first_use_stranded(slot))
			slot_free(ep, slot); /* a try is over with it; the next route begins anew */
		if (slot->state != SLOT_SHAKING || slot->shake->route.link != route->link ||
		    slot->shake->route.pair != route->pair)
			continue;
		if (slot->refused_at != NEVER)
			slot->refused_at = 0; /* nothing better will come: it is believed now */
		else
			slot_free(ep, slot);
	}
}

static void route_up(struct endpoint *ep, const struct route *route, uint64_t now)
{
	if (!ep->config.initiator)
		return;
	struct session *s = endpoint_session(ep);
	if (s == NULL)
		seek_start(ep, route, now);
	else
		session_route_up(s, route, now);
}

static void communicator_event(struct endpoint *ep, const struct communicator_event *ce,
                               uint64_t now)
{
	unsigned family = addr_is_v4(&ce->addr) ? 0 : 1;

	switch (ce->kind) {
	case COMMUNICATOR_UP: route_up(ep, &ce->route, now); return;
	case COMMUNICATOR_DOWN: route_down(ep, &ce->route, now); return;
	case COMMUNICATOR_BLOCKED:
	case COMMUNICATOR_WRITABLE:
		for (unsigned i = 0; i < SLOTS; i++) {
			if (ep->slots[i].session != NULL)
				session_route_blocked(ep->slots[i].session, ce->route.link,
				                      ce->kind == COMMUNICATOR_BLOCKED);
		}
		return;
	case COMMUNICATOR_BOUND:
		ep->udp_link[family] = ce->route.link;
		ep->udp_port[family] = ce->addr.port;
		candidates_changed(ep);
		return;
	case COMMUNICATOR_OBSERVED:
		ep->observed[family] = ce->addr;
		candidates_changed(ep);
		break;
	case COMMUNICATOR_WAITING: ep->seek.members = ce->number; break;
	case COMMUNICATOR_SERVER:
		if (ce->relay_kbit == 0)
			ep->config.no_relay = true;
		break;
	default: break;
	}
	news_of_communicator(&ep->news, ce);
}

static void pump(struct endpoint *ep, uint64_t now)
{
	struct communicator_event ce;

	ep->clock = now;
	while (ep->communicator->class->take(ep->communicator, &ce))
		communicator_event(ep, &ce, now);
}

void endpoint_link(struct endpoint *ep, const struct link_event *event, uint64_t now)
{
	ep->communicator->class->link(ep->communicator, event, now);
	pump(ep, now);
}

bool endpoint_request(struct endpoint *ep, struct link_request *request)
{
	return ep->communicator->class->request(ep->communicator, request);
}

void endpoint_input(struct endpoint *ep, const struct route *from, struct span wire, uint64_t now)
{
	struct route route;
	struct span packet;
	bool proved_address;

	ep->clock = now;
	ep->communicator->class->input(ep->communicator, from, wire, now);
	while (
	    ep->communicator->class->receive(ep->communicator, &route, &packet, &proved_address)) {
		if (packet.len == 0)
			continue;
		if (packet.at[0] == PACKET_HANDSHAKE)
			knock_handshake(ep, &route, packet, proved_address, now);
		else if (packet.at[0] == PACKET_REFUSE && proved_address) /* as HANDSHAKE */
			knock_refusal(ep, packet, now);
		else if ((packet.at[0] & ~(PACKET_PHASES - 1)) == PACKET_SEALED)
			received_sealed(ep, &route, packet, now);
	}
	pump(ep, now);
}

/* ---- time ---- */

/* A rekeying has a pair of its own: what it borrows must not be wiped under it when a handshake uses ours up. */
static void lend_pair(struct endpoint *ep, struct slot *slot)
{
	struct session *s = slot->session;

	if (session_key_used(s)) {
		session_key_lend(s, NULL);
		identity_wipe(&slot->pair);
	}
	if (!session_key_wanted(s) || !ep->pair_ready)
		return;
	slot->pair = ep->pair;
	knock_pair_spent(ep, slot);
	session_key_lend(s, &slot->pair);
}

static void accepted_timer(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	struct session *s = slot->session;

	lend_pair(ep, slot);
	session_no_relay(s, ep->config.no_relay);
	if (session_carries_chat(s) || session_closing(s))
		slot->stranded_at = NEVER;
	else if (slot->stranded_at == NEVER)
		slot->stranded_at = ep->config.no_relay ? now : NEVER;
	if (slot->stranded_at != NEVER && now >= slot->stranded_at + STRANDED_US) {
		slot->stranded_at = NEVER;
		session_close(s, CLOSE_UNREACHABLE, span_text("no direct path, and no relay"));
		tell_failed(
		    ep, NEWS_STRANDED, ERR_UNREACHABLE,
		    "no direct path to the peer was found, and the forwarder carries no chat");
	}
	if (!session_away(s))
		ep->refresh_at = NEVER;
	else if (ep->refresh_at == NEVER || now >= ep->refresh_at) {
		ep->refresh_at = now + REFRESH_US;
		communicator_refresh(ep->communicator, now);
	}
}

static bool in_use(const struct endpoint *ep, const struct route *route)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (ep->slots[i].session != NULL && session_has_route(ep->slots[i].session, route))
			return true;
	}
	return false;
}

/* A route is held for as long as a session has it among its paths: however the session ends, or the path, nothing is left behind. */
static void release_unused(struct endpoint *ep)
{
	struct route route;

	for (unsigned i = 0; communicator_held(ep->communicator, i, &route);) {
		if (in_use(ep, &route))
			i++;
		else
			communicator_release(ep->communicator, &route);
	}
}

/* The session of a slot is over and nobody is to hear of it. */
static bool forgotten(const struct endpoint *ep, int i)
{
	const struct slot *slot = &ep->slots[i];
	enum err err;
	struct span text;

	return (slot->state == SLOT_PROVED || slot->state == SLOT_CLOSING) &&
	       !slot_unconfirmed(ep, slot) && !slot_comparing(slot) && i != ep->asked &&
	       session_over(slot->session, &err, &text);
}

void endpoint_timer(struct endpoint *ep, uint64_t now)
{
	ep->clock = now;
	communicator_timer(ep->communicator, now);
	for (int i = 0; i < SLOTS; i++) {
		struct slot *slot = &ep->slots[i];

		if (slot->session != NULL)
			session_timer(slot->session, now);
		if (slot->state == SLOT_SHAKING || slot_unconfirmed(ep, slot))
			knock_timer(ep, slot, now);
		else if (slot_comparing(slot))
			first_use_timer(ep, slot, now);
		else if (slot->state == SLOT_ACCEPTED)
			accepted_timer(ep, slot, now);
		else if (forgotten(ep, i))
			slot_dismiss(ep, slot);
	}
	seek_time(ep, now);
	if (now >= ep->give_up_at) {
		ep->give_up_at = NEVER;
		seek_give_up(ep);
	}
	release_unused(ep);
}

uint64_t endpoint_deadline(const struct endpoint *ep)
{
	uint64_t at = min_of(ep->communicator->class->deadline(ep->communicator),
	                     min_of(ep->give_up_at, ep->refresh_at));

	at = min_of(at, seek_deadline(ep));
	for (int i = 0; i < SLOTS; i++)
		at = min_of(at, forgotten(ep, i) ? 0 : slot_deadline(ep, &ep->slots[i]));
	return ep->refusals_count > 0 ? 0 : at;
}

/* The next packet of a peer, or a refusal: where it goes, and its bytes after the headroom. */
static size_t next_packet(struct endpoint *ep, struct route *to, uint8_t *packet, uint64_t now)
{
	if (ep->refusals_count > 0) {
		struct refusal *r = &ep->refusals[--ep->refusals_count];

		*to = r->route;
		memcpy(packet, r->packet, REFUSE_LEN);
		return REFUSE_LEN;
	}
	for (unsigned i = 0; i < SLOTS; i++) {
		struct slot *slot = &ep->slots[(ep->turn + i) % SLOTS];
		size_t len = slot_output(slot, to, packet, now);

		if (len > 0) {
			ep->turn = (ep->turn + i) % SLOTS;
			return len;
		}
	}
	ep->turn = (ep->turn + 1) % SLOTS;
	return 0;
}

size_t endpoint_output(struct endpoint *ep, struct route *to, uint8_t *buffer, size_t cap,
                       const uint8_t **wire, uint64_t now)
{
	size_t len, wire_len;

	assert(cap >= LIMIT_WIRE);
	*wire = buffer;
	if ((len = ep->communicator->class->output(ep->communicator, to, buffer, cap, now)) > 0)
		return len;
	while ((len = next_packet(ep, to, buffer + LIMIT_HEADROOM, now)) > 0) {
		struct route route = *to;
		int start = ep->communicator->class->wrap(ep->communicator, to, buffer, len,
		                                          &wire_len, now);

		if (start >= 0) {
			*wire = buffer + start;
			return wire_len;
		}
		route_down(ep, &route, now);
	}
	pump(ep, now);
	return 0;
}
