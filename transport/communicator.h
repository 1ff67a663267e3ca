/* communicator: moves packets to the peer; knows addresses, never keys. tcp (client-server), udp
 * (known address), p2p (signaling and forwarder; the session punches). Pure: os/ opens the links it
 * asks for. docs/PROTOCOL.md section 2, docs/SIGNALING.md.
 *
 *   os/ --link events, wire--> input --> receive --> session       session --packet--> wrap --> os/
 *                                                                  own messages: output --> os/
 * Everything is polled; nothing calls back. */
#pragma once

#include "base/limits.h"
#include "base/link.h"
#include "base/nat.h"
#include "base/random.h"
#include "base/route.h"
#include "wire/packet.h"

struct communicator_config {
	bool initiator;
	/* tcp, udp initiator: where the peer may be, best first; p2p: the first server. None:
	 * communicator_peers follows */
	struct addr peers[LIMIT_PEER_ADDRS];
	size_t peers_count;
	/* tcp, udp responder: where to listen. p2p, udp initiator: to bind; port 0 is fine */
	struct addr listen[2];
	size_t listen_count;
	bool streams;          /* p2p: TCP straight between peers, too */
	bool hidden;           /* p2p: no server may tell a peer where we are */
	bool nameplate_wanted; /* p2p responder: ask the server for a nameplate */
	const uint8_t *key;    /* p2p: that the first server wants; NULL: none. Borrowed */
	const char *name;      /* classes by_name: what follows the scheme; borrowed */
	struct random *random; /* borrowed */
};

/* Whose addresses they are: the peer's (number 0), or those of one of several servers; config.peers
 * are those of number 0. Of servers with the same priority, hosts that write a name in the same way
 * begin at the same one (p2p; transport/choice.h). */
struct communicator_place {
	uint8_t number; /* below LIMIT_VENUES */
	uint16_t priority;
	const char *name;   /* borrowed for good */
	const uint8_t *key; /* STAMP_KEY bytes that the server wants; NULL: it wants none */
};

enum communicator_event_kind {
	COMMUNICATOR_UP,        /* route: a handshake may start here (initiator); p2p, ROUTE_TCP:
	                             a connection that a session has asked for stands */
	COMMUNICATOR_DOWN,      /* route: gone; every route with this link (pair 0) or pair */
	COMMUNICATOR_BLOCKED,   /* route.link takes no more now */
	COMMUNICATOR_WRITABLE,  /* ... and again */
	COMMUNICATOR_LISTENING, /* a responder that does not meet at a server: the peer can come
	                             now; addr: where (zeroes for classes by_name) */
	COMMUNICATOR_SERVER,    /* p2p: the server answers: addr, relay_kbit, day, day_ends_s.
	                             Again when the day changes */
	COMMUNICATOR_NAMEPLATE, /* p2p responder: number */
	COMMUNICATOR_WAITING,   /* p2p: number: members of the other role in our rooms now, at all
	                             servers together; silent: those of them that don't answer
	                             their server */
	COMMUNICATOR_OBSERVED,  /* p2p: addr: our UDP socket as the server sees it (again when it
	                             changes; unset: nowhere any more, since no UDP gets
	                             through); route.link: which socket. route.kind ROUTE_TCP:
	                             our connection to it, which leaves from route.local; unset:
	                             there is none any more */
	COMMUNICATOR_NAT,       /* p2p: nat: what is known of the NATs before our sockets */
	COMMUNICATOR_ATTESTED,  /* p2p: addr: where the server sees the member that it has
	                             introduced in the room of token; route.kind ROUTE_TCP: its
	                             connection */
	COMMUNICATOR_SPARES,    /* p2p: spares: number of them, as spare() has asked for, or fewer;
	                             addr: where the server sees the first, if that was asked */
	COMMUNICATOR_BOUND,     /* p2p: a UDP socket of ours: route.link, addr its local address
	                             (for candidates); route.kind ROUTE_TCP: where it listens */
	COMMUNICATOR_MAPPED,    /* p2p: addr: where our router says that it leads to our UDP socket;
	                             unset: nowhere any more */
	COMMUNICATOR_FAILED,    /* err, reason: nothing answers, port busy...; addr: where.
	                             ours: it is a socket of ours that cannot be opened. The
	                             communicator goes on trying unless fatal */
	COMMUNICATOR_LAST = COMMUNICATOR_FAILED
};

struct communicator_spare {
	uint16_t link, port; /* local */
};

struct communicator_event {
	enum communicator_event_kind kind;
	struct route route;
	struct addr addr;
	uint32_t number, silent;
	struct nat_traits nat;
	const uint8_t *token;                    /* valid until the next call */
	const struct communicator_spare *spares; /* the same */
	uint8_t server; /* p2p: which server it is about; of WAITING: who said so */
	uint32_t relay_kbit, day, day_ends_s; /* day_ends_s: UINT32_MAX unknown */
	enum err err;
	const char *reason; /* the system's words, static; NULL: it has said nothing */
	bool ours, fatal;
};

struct communicator {
	const struct communicator_class *class;
};

/* What the session makes of a route. */
enum communicator_standing {
	STANDING_UNWANTED = -1, /* closes a stream link, forgets a pair */
	STANDING_UNUSED,        /* by any session, or any more: a stream link ends, a pair is kept
	                             only as long as it is used */
	STANDING_VERIFIED,      /* a first message on it has verified: where strangers' links are
	                             too many, such a one goes later than others */
	STANDING_KNOWN,         /* ... under the psk of our contacts: goes last */
	STANDING_HELD           /* the peer has authenticated itself: keep it (a stream link without
	                             this ends after 10 s; OPEN and HELLO stop) */
};

/* Members marked "optional" may be NULL: call them by the functions of the same name below. */
struct communicator_class {
	const char *name;   /* "tcp" */
	const char *scheme; /* of addresses that people type: "tcp://"; "" for none */
	size_t size;
	bool meets; /* meets its peer in rooms of a server (config.peers); else knows its address */
	bool by_name; /* what follows the scheme is no HOST:PORT but a name: config.name */
	/* optional: behind so many bytes of size, all is zero yet: memory that is not touched costs
	 * nothing */
	size_t (*used)(const struct communicator *c);

	enum err (*init)(struct communicator *c, const struct communicator_config *config,
	                 uint64_t now);
	void (*link)(struct communicator *c, const struct link_event *event, uint64_t now);
	bool (*request)(struct communicator *c, struct link_request *request);

	/* wire: one datagram, or bytes of a stream, as many as there are. Borrowed until receive
	 * has returned false. */
	void (*input)(struct communicator *c, const struct route *from, struct span wire,
	              uint64_t now);
	/* The packets that input brought, with the route they came on (remote is where to answer).
	 * *proved: its sender has shown that it can receive there, so a new session may start.
	 * packet: valid until the next call of input. Poll until false after every input. */
	bool (*receive)(struct communicator *c, struct route *route, struct span *packet,
	                bool *proved);

	/* Makes a session's packet ready for the wire, in place. buffer: LIMIT_HEADROOM free bytes,
	 * then len bytes of packet. *route becomes os/'s. Returns where the wire bytes start in
	 * buffer and sets *wire_len; a negative value: the route is gone. */
	int (*wrap)(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
	            size_t *wire_len, uint64_t now);
	/* Own messages: HELLO, JOIN, keepalives. 0: none now. cap >= LIMIT_WIRE. */
	size_t (*output)(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
	                 uint64_t now);
	/* Optional. Does what time demands; once a turn of the loop, before output. */
	void (*timer)(struct communicator *c, uint64_t now);
	/* When timer or output has something to do: at once if that is past. NEVER: nothing. */
	uint64_t (*deadline)(const struct communicator *c);

	bool (*take)(struct communicator *c, struct communicator_event *event);

	/* All that follow are optional. */

	/* A message that verifies says nothing against a route that is held. */
	void (*regard)(struct communicator *c, const struct route *route,
	               enum communicator_standing standing);
	/* The index-th of the routes that are held now; false: there are not so many. */
	bool (*held)(struct communicator *c, unsigned index, struct route *route);
	/* Rooms to wait in, where the class meets. ERR_FULL above LIMIT_ROOMS. Joining again is
	 * fine. Zeroes: a new room with a nameplate, as config.nameplate_wanted. */
	enum err (*join)(struct communicator *c, const uint8_t token[static TOKEN_LEN],
	                 uint64_t now);
	void (*leave)(struct communicator *c, const uint8_t token[static TOKEN_LEN]);
	/* Tell every server that we go (LEAVE); poll output once more afterwards. */
	void (*finish)(struct communicator *c);
	/* Addresses or links changed, or the session hears nothing: say HELLO again at once,
	 * reconnect what broke. */
	void (*refresh)(struct communicator *c, uint64_t now);
	/* The router of our IPv4 network, and our own address there; unset: there is none. Again
	 * when the network has changed. It may be asked for a way in. */
	void (*router)(struct communicator *c, const struct addr *router, const struct addr *own,
	               uint64_t now);
	/* More UDP sockets of IPv4, up to LIMIT_SPARES, until the next call; those of the last call
	 * end, but for those that are held. low: of ports below 1024. measure: the first one says
	 * HELLO. SPARES follows if count is not 0. */
	void (*spare)(struct communicator *c, unsigned count, bool low, bool measure, uint64_t now);
	/* Other addresses in place of config.peers: a name was looked up (again). They are tried at
	 * once; what stands stays, but for what there is at that server. */
	void (*peers)(struct communicator *c, const struct communicator_place *place,
	              const struct addr *peers, size_t count, uint64_t now);
};

/* The table, in communicators.c and ended by NULL. A new class is a file and a row there. */
extern const struct communicator_class *const communicator_classes[];
/* Cuts a class's scheme off the front of *address ("tcp://1.2.3.4:5"); NULL: there is none. */
const struct communicator_class *communicator_class_of_scheme(struct span *address);
/* The class to meet peers by whose address nobody knows. */
const struct communicator_class *communicator_class_that_meets(void);

struct communicator *communicator_new(const struct communicator_class *class,
                                      const struct communicator_config *config, uint64_t now,
                                      enum err *err);
void communicator_free(struct communicator *c); /* wipes; NULL is fine */

/* The optional members of a class; without one nothing happens, nothing is held, and joining
 * succeeds. */
void communicator_timer(struct communicator *c, uint64_t now);
void communicator_regard(struct communicator *c, const struct route *route,
                         enum communicator_standing standing);
bool communicator_held(struct communicator *c, unsigned index, struct route *route);
enum err communicator_join(struct communicator *c, const uint8_t token[static TOKEN_LEN],
                           uint64_t now);
void communicator_leave(struct communicator *c, const uint8_t token[static TOKEN_LEN]);
void communicator_finish(struct communicator *c);
void communicator_refresh(struct communicator *c, uint64_t now);
void communicator_router(struct communicator *c, const struct addr *router, const struct addr *own,
                         uint64_t now);
void communicator_spare(struct communicator *c, unsigned count, bool low, bool measure,
                        uint64_t now);
/* count: 1 to LIMIT_PEER_ADDRS. */
void communicator_peers(struct communicator *c, const struct communicator_place *place,
                        const struct addr *peers, size_t count, uint64_t now);

/* The room of a nameplate's number. */
void communicator_nameplate_token(uint32_t nameplate, uint8_t token[static TOKEN_LEN]);
