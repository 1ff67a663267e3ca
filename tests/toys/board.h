/* board: a toy signaling client, and its server. Whoever pins the token of a room to the board gets
 * what the other one there says: a datagram of 'P' and a token joins, 'S' and a packet is said to
 * the other, and 'W' tells that there is one.
 *
 * A client of a server that introduces peers is a communicator that meets: its routes go through
 * the server, which is all that the session needs to begin; and sockets.h gives it the UDP sockets
 * over which the session then finds a direct path. */
#pragma once

#include <string.h>

#include "transport/sockets.h"
#include "wire/packet.h"

enum { BOARD_PIN = 'P', BOARD_SAY = 'S', BOARD_WAITS = 'W', BOARD_AGAIN_S = 1 };

/* ---- the client ---- */

struct board {
	struct communicator base;
	struct sockets sockets;
	struct carrier_inbox inbox;
	struct addr server;
	uint8_t token[TOKEN_LEN];
	uint64_t pin_at; /* NEVER: no room, or the other is there */
	bool initiator, met, reported;
};

static struct route board_route(const struct board *b)
{
	return (
	    struct route){ .kind = ROUTE_FORWARD_UDP, .link = 1, .remote = b->server, .pair = 1 };
}

static enum err board_init(struct communicator *c, const struct communicator_config *config,
                           uint64_t now)
{
	struct board *b = (struct board *)c;

	(void)now;
	if (config->peers_count == 0)
		return ERR_USAGE;
	sockets_init(&b->sockets, LINK_UDP, config->listen, config->listen_count, config->random);
	sockets_want(&b->sockets, true);
	b->server = config->peers[0];
	b->initiator = config->initiator;
	b->pin_at = NEVER;
	return OK;
}

static void board_link(struct communicator *c, const struct link_event *event, uint64_t now)
{
	sockets_link(&((struct board *)c)->sockets, event, now);
}

static bool board_request(struct communicator *c, struct link_request *request)
{
	return sockets_request(&((struct board *)c)->sockets, request);
}

static void board_input(struct communicator *c, const struct route *from, struct span wire,
                        uint64_t now)
{
	struct board *b = (struct board *)c;
	struct route route = board_route(b);

	(void)now;
	if (!addr_equal(&from->remote, &b->server)) {
		carrier_put_direct(&b->inbox, from, wire, false);
	} else if (wire.at[0] == BOARD_SAY) {
		carrier_put(&b->inbox, &route, span_of(wire.at + 1, wire.len - 1), true);
	} else if (wire.at[0] == BOARD_WAITS) {
		b->met = true;
		b->pin_at = NEVER;
	}
}

static bool board_receive(struct communicator *c, struct route *route, struct span *packet,
                          bool *proved)
{
	return carrier_get(&((struct board *)c)->inbox, route, packet, proved);
}

static int board_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                      size_t *wire_len, uint64_t now)
{
	(void)c, (void)now;
	*wire_len = len;
	if (route_is_bare(route))
		return LIMIT_HEADROOM;
	buffer[LIMIT_HEADROOM - 1] = BOARD_SAY;
	*wire_len += 1;
	return LIMIT_HEADROOM - 1;
}

static size_t board_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                           uint64_t now)
{
	struct board *b = (struct board *)c;
	struct writer w = writer_of(wire, cap);

	if (b->pin_at > now || !sockets_up(&b->sockets, 1))
		return 0;
	b->pin_at = now + BOARD_AGAIN_S * SECOND;
	*route = board_route(b);
	write_u8(&w, BOARD_PIN);
	write_span(&w, span_of(b->token, TOKEN_LEN));
	return w.len;
}

static uint64_t board_deadline(const struct communicator *c)
{
	const struct board *b = (const struct board *)c;

	return sockets_up(&b->sockets, 1) ? b->pin_at : NEVER;
}

static bool board_take(struct communicator *c, struct communicator_event *event)
{
	struct board *b = (struct board *)c;

	if (sockets_report(&b->sockets, COMMUNICATOR_BOUND, event))
		return true;
	if (!b->met || b->reported)
		return false;
	b->reported = true;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_UP, .route = board_route(b) };
	return true;
}

static enum err board_join(struct communicator *c, const uint8_t token[static TOKEN_LEN],
                           uint64_t now)
{
	struct board *b = (struct board *)c;

	memcpy(b->token, token, TOKEN_LEN);
	b->pin_at = now;
	return OK;
}

static const struct communicator_class board_communicator = {
	.name = "board",
	.scheme = "",
	.meets = true,
	.size = sizeof(struct board),
	.init = board_init,
	.link = board_link,
	.request = board_request,
	.input = board_input,
	.receive = board_receive,
	.wrap = board_wrap,
	.output = board_output,
	.deadline = board_deadline,
	.take = board_take,
	.join = board_join,
};

/* ---- the server, with one room ---- */

struct board_server {
	struct addr members[2];
	uint8_t token[TOKEN_LEN];
	size_t count;
};

/* A datagram has come: what it sends now, and to whom (a member's number); 0: nothing. */
static size_t board_serve(struct board_server *s, const struct addr *from, struct span wire,
                          uint8_t *out, size_t *to)
{
	size_t who = 0;

	while (who < s->count && !addr_equal(&s->members[who], from))
		who++;
	if (wire.at[0] == BOARD_PIN && who == s->count && s->count < 2) {
		if (s->count > 0 && memcmp(s->token, wire.at + 1, TOKEN_LEN) != 0)
			return 0;
		memcpy(s->token, wire.at + 1, TOKEN_LEN);
		s->members[s->count++] = *from;
	}
	if (s->count < 2 || who == s->count)
		return 0;
	*to = wire.at[0] == BOARD_PIN ? who : 1 - who;
	if (wire.at[0] == BOARD_SAY)
		memcpy(out, wire.at, wire.len);
	else
		out[0] = BOARD_WAITS;
	return wire.at[0] == BOARD_SAY ? wire.len : 1;
}
