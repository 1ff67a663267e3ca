/* nat: a model of a NAT (RFC 4787): which outside address and port a packet leaves with, and which
 * packets come in. The simulator asks it for its packets, tests/net/natbox.c for real ones. It is
 * pure: time (microseconds, never backwards) and randomness are arguments. */
#pragma once

#include "base/addr.h"
#include "base/random.h"

/* Toward which destinations one inside address and port keeps its outside port. */
enum mapping {
	MAP_NONE, /* there is no NAT */
	MAP_ENDPOINT_INDEPENDENT,
	MAP_ADDRESS_DEPENDENT,
	MAP_ADDRESS_AND_PORT_DEPENDENT
};
/* Who may send to a mapping: everybody, addresses it has sent to, or addresses and ports. */
enum filtering {
	FILTER_ENDPOINT_INDEPENDENT,
	FILTER_ADDRESS_DEPENDENT,
	FILTER_ADDRESS_AND_PORT_DEPENDENT
};
/* How the port of a new mapping is chosen. */
enum port_choice {
	PORTS_SEQUENTIAL, /* step after the one before */
	PORTS_RANDOM,
	PORTS_PRESERVE, /* the inside port where it is free, otherwise a random one */
	PORTS_NEAR      /* the inside port where it is free, otherwise step after it, and so on */
};

enum { NAT_UDP = 17, NAT_TCP = 6 }; /* as in the IP header */

struct nat_config {
	enum mapping mapping;
	enum filtering filtering;
	enum port_choice ports;
	uint16_t first, last; /* the range of ports; 0, 0: 1024..65535 */
	uint16_t step;        /* 0: 1 */
	/* Two mappings may have the same port as long as they are toward different destinations, as
	 * in Linux. For mappings that depend on the destination only. */
	bool overload;
	/* Inside ports below 512 get 1..511, those below 1024 get 600..1023, as in Linux. */
	bool low_ports;
	/* The router itself listens: a packet that no mapping wants takes its port for its sender,
	 * and a mapping toward that sender has to have another one (Linux without an INPUT rule).
	 * With overload only. */
	bool takes_strays;
	bool hairpin; /* outside addresses of its own are reached from inside */
	/* A SYN that no mapping wants is answered with a RST; else it is dropped (RFC 5382 REQ-4).
	 * For the simulator. */
	bool resets;
	/* Outside addresses: the one given to nat_new and those that follow it. 0: 1. Pooled: each
	 * mapping has a random one of them; else each host inside keeps its own. */
	unsigned addresses;
	bool pooled;
	uint64_t idle_us;       /* so long a mapping lives without a packet; 0: 30 s */
	uint64_t unanswered_us; /* the same before the first packet came in; 0: idle_us */
	uint64_t absolute_us;   /* so long it lives in spite of all packets; 0: for ever */
	bool refreshed_inbound; /* packets that come in keep it alive, too */
	unsigned mappings_max;  /* 0: 4096. When there are so many, a new one is refused */
};

struct nat;

/* outside: its (first) address; the port does not count. NULL: out of memory. */
struct nat *nat_new(const struct nat_config *config, const struct addr *outside);
void nat_free(struct nat *n); /* NULL is fine */
const struct nat_config *nat_config(const struct nat *n);
bool nat_owns(const struct nat *n, const struct addr *a); /* is this one of its addresses? */
/* A packet goes out: *from is the inside address, and becomes the outside one. False: it is
 * dropped, as there is no port or no room left. */
bool nat_out(struct nat *n, int protocol, struct addr *from, const struct addr *to, uint64_t now,
             struct random *random);
/* A packet comes in: *to is the outside address, and becomes the inside one. False: dropped. */
bool nat_in(struct nat *n, int protocol, const struct addr *from, struct addr *to, uint64_t now);
/* Whose packet was this? As nat_in, for what an ICMP message says it is about: it was sent from
 * *outside to remote. Nothing is refreshed. */
bool nat_sender(struct nat *n, int protocol, struct addr *outside, const struct addr *remote,
                uint64_t now);
void nat_forget(struct nat *n);                           /* it was switched off and on */
unsigned nat_mappings(const struct nat *n, uint64_t now); /* how many live */
