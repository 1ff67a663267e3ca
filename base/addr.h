/* addr: an IP address and a port. IPv4 addresses are kept as IPv6 ones, ::ffff:a.b.c.d. */
#pragma once

#include "base/bytes.h"

struct addr {
	uint8_t ip[16];
	uint16_t port;
	/* of a link-local IPv6 address: the number of this host's interface that leads there (RFC
	 * 4007), if it has two bytes; else 0. It means nothing to others and is never on the wire.
	 */
	uint16_t scope;
};

enum {
	ADDR_WIRE = 18,   /* bytes on the wire: ip, port big-endian */
	ADDR_PREFIX = 8,  /* bytes of addr_host and those after it */
	ADDR_SITE_V6 = 6, /* of these the bytes of an IPv6 /48, the rest zeroes */
	ADDR_TEXT = 64    /* characters of the longest "[v6%interface]:port" and a 0 */
};

bool addr_equal(const struct addr *a, const struct addr *b);
bool addr_same_ip(const struct addr *a, const struct addr *b);
bool addr_is_v4(const struct addr *a);
bool addr_is_set(const struct addr *a); /* ip and port both non-zero */
bool addr_is_any(const struct addr *a); /* 0.0.0.0 or :: */
bool addr_is_loopback(const struct addr *a);
bool addr_is_link_local(const struct addr *a); /* fe80::/10, 169.254/16 */
bool addr_is_private(const struct addr *a);    /* RFC 1918, RFC 6598, fc00::/7 */
bool addr_is_unicast(const struct addr *a);    /* could be a peer: not any, multicast, broadcast */
/* An address that stands for a name, which a proxy alone looks up: no host has it (RFC 6666), no
 * datagram gets there, and none of these comes from elsewhere. index: which name. */
struct addr addr_of_name(uint8_t index, uint16_t port);
bool addr_is_name(const struct addr *a, unsigned *index);
/* Whose address it is, where something scarce is shared out. Host: the IPv4 address or the IPv6
 * /64. Network: the IPv4 /24 or the IPv6 /48, which one customer may own. Block: the IPv4 /16 or
 * the IPv6 /32, which a provider may own. Site: the IPv4 address or the IPv6 /48. */
void addr_host(const struct addr *a, uint8_t host[static ADDR_PREFIX]);
void addr_network(const struct addr *a, uint8_t network[static ADDR_PREFIX]);
void addr_block(const struct addr *a, uint8_t block[static ADDR_PREFIX]);
void addr_site(const struct addr *a, uint8_t site[static ADDR_PREFIX]);
bool addr_same_host(const struct addr *a, const struct addr *b);
struct addr addr_v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port);

/* Numeric addresses: "1.2.3.4:5", "[::1]:5"; if port_default is not 0 also "1.2.3.4", "::1" and
 * "[::1]". */
bool addr_parse(struct span text, uint16_t port_default, struct addr *out);
bool addr_parse_v6(struct span text, uint8_t ip[static 16]); /* "::1" alone */
/* ... or "[fe80::1%eth0]:5": *zone is what follows '%', which the caller makes the scope of; or "".
 */
bool addr_parse_zone(struct span text, uint16_t port_default, struct addr *out, struct span *zone);
/* "1.2.3.4:5" or "[2001:db8::1]:5" (RFC 5952); with a scope "[fe80::1%2]:5". */
void addr_format(const struct addr *a, char out[static ADDR_TEXT]);

void addr_write(struct writer *w, const struct addr *a);
struct addr addr_read(struct reader *r);

/* Splits "HOST[:PORT]", "[V6][:PORT]" or a bare IPv6 address, with its zone if it has one; host is
 * not looked up. A final '/', as pasted from a browser, does not count. False: it is
 * malformed, the port is out of range (0 is not), or missing while port_default is 0. */
bool addr_split_host_port(struct span text, uint16_t port_default, struct span *host,
                          uint16_t *port);
