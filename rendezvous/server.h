/* server: the whole of a signaling server but for its sockets: rendezvous (messages) and callers
 * (connections) over the links of base/route.h. Pure; fixed memory.
 *
 * A turn: server_timer once; server_link and server_input for what came, each followed by
 * server_output and server_request until they give nothing; at the end these two once more. */
#pragma once

#include "base/link.h"
#include "rendezvous/rendezvous.h"

enum {
	SERVER_BUFFER = 2 + LIMIT_WIRE, /* for server_output */
	SERVER_MEMBERS = 1 << 20,       /* waiting peers, and their pairs */
	SERVER_MEMBERS_MIN = 1024
};

struct server;

/* For how many waiting peers a host with so many bytes of memory has room: when all have come, half
 * of it is taken at most. */
size_t server_members(uint64_t memory);
/* callers_max: TCP connections that stay. NULL: no memory. */
struct server *server_new(const struct rendezvous_config *config, unsigned callers_max,
                          uint64_t now);
void server_free(struct server *s);

/* What happened to a TCP link; of other links nothing needs to be told. */
void server_link(struct server *s, const struct link_event *event, uint64_t now);
/* A datagram, or bytes of a connection in order. bytes are borrowed until server_output gives 0. */
void server_input(struct server *s, const struct route *from, struct span bytes, uint64_t now);
void server_timer(struct server *s, uint64_t now);
/* The next datagram, or piece of a connection: *wire lies in buffer. 0: nothing to send now. */
size_t server_output(struct server *s, struct route *to, uint8_t buffer[static SERVER_BUFFER],
                     const uint8_t **wire, uint64_t now);
/* Connections to be ended: too many, silent for too long, or no messages come from them. */
bool server_request(struct server *s, struct link_request *request);
uint64_t server_deadline(const struct server *s);
/* What the host's clock says now: seconds since 1970; 0: unknown. Before server_timer, so that keys
 * whose last day is over count no longer in this turn. */
void server_set_wall(struct server *s, uint64_t wall_s, uint64_t now);
void server_set_relay(struct server *s, uint32_t relay_kbit);
/* The server goes soon, as rendezvous_leave, and may go when it is settled. */
void server_leave(struct server *s);
bool server_settled(const struct server *s, uint64_t now);
/* As rendezvous_access. */
void server_access(struct server *s, const struct access *access);
/* The server goes: server_output tells all members, until it gives 0. */
void server_finish(struct server *s);

struct rendezvous_counts server_counts(const struct server *s);
unsigned server_connections(const struct server *s);
