/* wire: a small world for tests of communicators: up to four hosts on a virtual clock, each with a
 * communicator or a signaling server, and an os that opens their links. Everything takes
 * WIRE_DELAY_US; nothing is lost unless lose says so. */
#pragma once

#include "tests/unit/support.h"

#include "rendezvous/server.h"
#include "transport/communicator.h"
#include "wire/framing.h"

/* The classes, as communicators.c declares them. */
extern const struct communicator_class tcp_communicator, udp_communicator, p2p_communicator;

enum {
	WIRE_HOSTS = 4,
	WIRE_SOCKETS = 64,
	WIRE_FLIGHTS = 1024,
	WIRE_EVENTS = 512,
	WIRE_PACKETS = 256
};

#define WIRE_DELAY_US (20 * MS)

enum wire_kind { WIRE_DATAGRAM, WIRE_CONNECT, WIRE_CONNECTED, WIRE_REFUSED, WIRE_BYTES, WIRE_END };

struct wire_flight {
	enum wire_kind kind;
	uint64_t at, number;    /* arrival; the order of sending */
	int from_host, to_host; /* to_host -1: nobody has this address */
	struct addr from, to;
	uint16_t from_link, to_link;
	size_t len;
	uint8_t bytes[LIMIT_DATAGRAM];
};

struct wire_socket {
	bool open, connected;
	uint16_t link;
	const char *kind;
	struct addr local, remote;
	int peer_host;
	uint16_t peer_link;
};

struct wire_packet {
	struct route route;
	bool proved;
	uint8_t type, number; /* its first byte, its second */
	size_t len;
};

struct wire_host {
	struct communicator *c;
	struct server *server;
	struct addr v4, v6; /* port 0; v6 zero: none */
	bool ports_busy;    /* binding fails */
	struct wire_socket sockets[WIRE_SOCKETS];
	uint16_t next_port, next_accepted;

	struct communicator_event events[WIRE_EVENTS];
	size_t events_count, events_read;
	struct wire_packet packets[WIRE_PACKETS]; /* what receive gave */
	size_t packets_count, packets_read;
	struct route up; /* of the newest UP */
	bool is_up;      /* ... and no DOWN for it since */
};

struct wire {
	uint64_t now;
	struct test_random random;
	struct wire_host hosts[WIRE_HOSTS];
	struct wire_flight flights[WIRE_FLIGHTS];
	size_t flights_count;
	uint64_t sent;                                                  /* flights so far */
	bool (*lose)(struct wire *w, const struct wire_flight *flight); /* NULL: nothing is lost */
	uint64_t lose_number, seen;                                     /* for lose */
	unsigned lose_percent;
	struct roll *roll; /* of the servers that wire_serve makes; NULL */
};

struct wire *wire_new(uint64_t seed);
void wire_free(struct wire *w);

/* Opens a host's communicator; config.random is filled in. */
void wire_open(struct wire *w, int host, const struct communicator_class *class,
               struct communicator_config config);
/* a new signaling server there; an old one is forgotten, links stay */
void wire_serve(struct wire *w, int host);
struct addr wire_addr(struct wire *w, int host, bool v4, uint16_t port);

void wire_run(struct wire *w, uint64_t us);
/* Until the host has an event of this kind not yet read; it is then read, with all before it.
 * False: not within us. */
bool wire_event(struct wire *w, int host, enum communicator_event_kind kind, uint64_t us,
                struct communicator_event *event);
/* ... among those not yet read */
bool wire_had(const struct wire *w, int host, enum communicator_event_kind kind);
/* A packet of the session: type, number, then zeroes up to len. False: the route is gone. */
bool wire_send(struct wire *w, int host, const struct route *route, uint8_t type, uint8_t number,
               size_t len);
/* The next packet that arrived, waiting up to us; NULL: none. */
const struct wire_packet *wire_receive(struct wire *w, int host, uint64_t us);
/* Bytes straight into a host, as if from an address. */
void wire_inject(struct wire *w, int host, uint16_t link, const struct addr *from,
                 const void *bytes, size_t len);
/* a TCP connection: both ends hear of it */
void wire_break(struct wire *w, int host, uint16_t link);
void wire_tell(struct wire *w, int host, uint16_t link, enum link_state state);
struct wire_socket *wire_socket_of(struct wire *w, int host, uint16_t link);
size_t wire_links(const struct wire *w, int host, const char *kind); /* open ones */
