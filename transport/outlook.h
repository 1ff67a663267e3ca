/* outlook: what a network can do, as measured (survey.h), and what that means for meeting a peer:
 * which kinds of peers get a direct path, and which the server has to pass packets on to.
 * docs/TRAVERSAL.md has the table that this follows. It measures nothing. */
#pragma once

#include "base/addr.h"
#include "base/nat.h"

enum outlook_answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

enum outlook_family { OUTLOOK_V4, OUTLOOK_V6, OUTLOOK_FAMILIES };

/* How a server is reached; at its own port, and at 443, which is the web's. */
enum outlook_way { BY_UDP, BY_TCP, BY_443, OUTLOOK_WAYS };

enum outlook_mapping {
	MAPPING_UNKNOWN,
	MAPPING_NONE,     /* there is no NAT */
	MAPPING_ENDPOINT, /* one port outside toward all that were asked */
	MAPPING_ADDRESS,  /* another one toward each address */
	MAPPING_PORT      /* ... toward each address and port */
};

struct outlook_facts {
	/* Of each family: has this host an address; does a server answer over UDP; where it sees us
	 * (unset: unknown); does it see another address than this host has; does what comes from a
	 * port that we have not sent to get in? */
	bool has[OUTLOOK_FAMILIES];
	enum outlook_answer udp[OUTLOOK_FAMILIES];
	struct addr outside[OUTLOOK_FAMILIES];
	bool translated[OUTLOOK_FAMILIES];
	enum outlook_answer lets_in[OUTLOOK_FAMILIES];
	enum outlook_answer tcp, web; /* a server answers over TCP; at port 443 */
	bool nat64;                   /* IPv4 is reached through a translator from IPv6 */
	bool local; /* all servers that answer are in private networks, or on this host */
	/* IPv4: */
	enum outlook_mapping mapping;
	unsigned compared;           /* servers' addresses that it was seen toward */
	bool varies;                 /* ... and not as the same */
	struct nat_traits traits;    /* ports of a mapping that is not the same toward all */
	enum outlook_answer hairpin; /* we reach ourselves at our outside address */
	enum outlook_answer mapper;  /* the router maps ports when asked (PCP, NAT-PMP) */
	struct addr mapped;          /* ... this one */
	unsigned packet;             /* bytes of the largest IP packet that reached the server; 0 */
	bool clock;                  /* the server has told the time; ours is ahead by: */
	int64_t clock_ahead_s;       /* seconds */
	bool relays;                 /* a server that answers passes on conversations */
};

enum outlook_peer {
	PEER_OPEN,  /* a host with an address of its own that lets everybody in */
	PEER_HOME,  /* behind a usual router: one port outside, answers come in */
	PEER_HARD,  /* behind a carrier's NAT, say: a new port toward each destination */
	PEER_NO_UDP /* a network that lets no UDP pass */
};
enum { OUTLOOK_PEERS = PEER_NO_UDP + 1 };

enum outlook {
	OUTLOOK_NONE,   /* no way */
	OUTLOOK_RELAY,  /* through the server */
	OUTLOOK_MAYBE,  /* direct if its NAT has an order as well, or keeps ports, else RELAY */
	OUTLOOK_SEARCH, /* direct after a search of some seconds, nearly always */
	OUTLOOK_TCP,    /* direct, over TCP */
	OUTLOOK_DIRECT
};

/* A peer of the other family alone does not count: it is met as one without UDP. */
enum outlook outlook_for(const struct outlook_facts *f, enum outlook_peer peer);
/* The mapping, from the other facts. by_port: the two ports of one server saw us at two. */
enum outlook_mapping outlook_mapping(const struct outlook_facts *f, bool by_port);
/* mapped is where servers see us, so peers get in; a router behind another NAT maps what nobody
 * reaches. */
bool outlook_leads(const struct outlook_facts *f);
/* A server was reached in any way. */
bool outlook_connected(const struct outlook_facts *f);

/* Static strings. The names of values for programs (docs/JSON.md). */
const char *outlook_name(enum outlook o);
const char *outlook_peer_name(enum outlook_peer peer);
const char *outlook_mapping_name(enum outlook_mapping m); /* NULL: unknown */
