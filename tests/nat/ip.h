/* ip: reads and rewrites IP packets as a router with a NAT does (RFC 791, 768, 793, 792, 8200,
 * 4443). Pure. */
#pragma once

#include "base/addr.h"

struct ip_facts {
	int version, protocol; /* 4 or 6; NAT_UDP, NAT_TCP or another */
	struct addr from, to;  /* with their ports, if it has some */
	size_t header, len;    /* bytes before the protocol's own, and in all */
	uint8_t ttl;
	bool fragment; /* one of several: ports are not looked for */
	bool whole;    /* whole enough to have ports */
};

/* False: it is no IP packet, or cut off. */
bool ip_look(struct span packet, struct ip_facts *facts);
/* Another source or destination, with their checksums. IPv4 only; packet is what facts are of. */
void ip_set_source(uint8_t *packet, const struct ip_facts *facts, const struct addr *from);
void ip_set_destination(uint8_t *packet, const struct ip_facts *facts, const struct addr *to);
void ip_count_hop(uint8_t *packet, const struct ip_facts *facts); /* ttl is not 0 */

/* Finishes a checksum that the kernel has left to a network card: of all from start on, at start +
 * offset, where the sum of the pseudo header is already. */
void ip_finish_checksum(uint8_t *packet, size_t len, size_t start, size_t offset);

/* An ICMP message about a packet (IPv4: of this version only). False: it is something else. about:
 * of the packet that it quotes, which begins at packet + *quoted. */
bool ip_look_icmp(struct span packet, const struct ip_facts *facts, struct ip_facts *about,
                  size_t *quoted);
/* After a change in what is quoted. */
void ip_sum_icmp(uint8_t *packet, size_t len, const struct ip_facts *facts);

enum ip_trouble { IP_TOO_BIG, IP_REFUSED };
enum { IP_ICMP_MAX = 128 };
/* The ICMP message to whoever sent the packet, from a router (IPv4: with this address; IPv6: it
 * gives itself the packet's destination). Its length. */
size_t ip_write_icmp(enum ip_trouble trouble, struct span packet, const struct ip_facts *facts,
                     const struct addr *router, size_t mtu, uint8_t out[static IP_ICMP_MAX]);
