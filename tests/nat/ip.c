/* ip: see ip.h. */
#include "ip.h"

#include <string.h>

#include "base/min_max.h"
#include "nat.h"

enum { V4_HEADER = 20, V6_HEADER = 40, ICMP = 1, ICMP6 = 58, ICMP_HEADER = 8, QUOTE = 48 };

/* ---- checksums (RFC 1071, 1624) ---- */

static uint32_t sum(uint32_t start, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		start += load_be16(at + i);
	return len % 2 ? start + (uint32_t)(at[len - 1] << 8) : start;
}

static uint16_t folded(uint32_t s)
{
	while (s >> 16 != 0)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)s;
}

/* The words at these places become others. */
static void correct(uint8_t *checksum, const uint8_t *was, const uint8_t *is, size_t len)
{
	uint32_t s = (uint16_t)~load_be16(checksum);

	for (size_t i = 0; i < len; i += 2)
		s += (uint16_t)~load_be16(was + i) + (uint32_t)load_be16(is + i);
	store_be16(checksum, (uint16_t)~folded(s));
}

void ip_finish_checksum(uint8_t *packet, size_t len, size_t start, size_t offset)
{
	if (start + offset + 2 > len)
		return;
	uint16_t found = (uint16_t)~folded(sum(0, packet + start, len - start));
	store_be16(packet + start + offset, found ? found : 0xffff); /* 0 is none, for UDP */
}

/* ---- reading ---- */

static bool look4(struct span packet, struct ip_facts *f)
{
	const uint8_t *p = packet.at;

	f->header = (size_t)(p[0] & 15) * 4;
	if (packet.len < V4_HEADER || f->header < V4_HEADER || packet.len < f->header)
		return false;
	f->protocol = p[9];
	f->ttl = p[8];
	f->fragment = (load_be16(p + 6) & 0x3fff) != 0;
	f->from = addr_v4(p[12], p[13], p[14], p[15], 0);
	f->to = addr_v4(p[16], p[17], p[18], p[19], 0);
	return true;
}

static bool look6(struct span packet, struct ip_facts *f)
{
	const uint8_t *p = packet.at;

	f->header = V6_HEADER;
	if (packet.len < V6_HEADER)
		return false;
	f->protocol = p[6];
	f->ttl = p[7];
	memcpy(f->from.ip, p + 8, sizeof f->from.ip);
	memcpy(f->to.ip, p + 24, sizeof f->to.ip);
	return true;
}

bool ip_look(struct span packet, struct ip_facts *f)
{
	*f = (struct ip_facts){ .version = packet.len > 0 ? packet.at[0] >> 4 : 0,
		                .len = packet.len };
	if (f->version == 4 ? !look4(packet, f) : f->version != 6 || !look6(packet, f))
		return false;
	f->whole = !f->fragment && (f->protocol == NAT_UDP || f->protocol == NAT_TCP) &&
	           packet.len >= f->header + 8;
	if (f->whole) {
		f->from.port = load_be16(packet.at + f->header);
		f->to.port = load_be16(packet.at + f->header + 2);
	}
	return true;
}

/* ---- rewriting ---- */

/* which: 0 the source, 1 the destination. A quoted packet may be cut off before its checksum. */
static void set_end(uint8_t *packet, const struct ip_facts *f, const struct addr *a, size_t which)
{
	uint8_t *ip = packet + 12 + 4 * which, *port = packet + f->header + 2 * which;
	size_t place = f->header + (f->protocol == NAT_UDP ? 6 : 16);
	uint8_t *checksum = packet + place, number[2];
	bool none = place + 2 > f->len || (f->protocol == NAT_UDP && load_be16(checksum) == 0);

	store_be16(number, a->port);
	correct(packet + 10, ip, a->ip + 12, 4);
	if (f->whole && !none) {
		correct(checksum, ip, a->ip + 12, 4);
		correct(checksum, port, number, 2);
		if (f->protocol == NAT_UDP && load_be16(checksum) == 0)
			store_be16(checksum, 0xffff);
	}
	memcpy(ip, a->ip + 12, 4);
	if (f->whole)
		memcpy(port, number, 2);
}

void ip_set_source(uint8_t *packet, const struct ip_facts *facts, const struct addr *from)
{
	set_end(packet, facts, from, 0);
}

void ip_set_destination(uint8_t *packet, const struct ip_facts *facts, const struct addr *to)
{
	set_end(packet, facts, to, 1);
}

void ip_count_hop(uint8_t *packet, const struct ip_facts *f)
{
	uint8_t was[2] = { packet[8], packet[9] };

	if (f->version == 6) {
		packet[7]--;
		return;
	}
	packet[8]--;
	correct(packet + 10, was, packet + 8, 2);
}

/* ---- ICMP ---- */

bool ip_look_icmp(struct span packet, const struct ip_facts *f, struct ip_facts *about,
                  size_t *quoted)
{
	*quoted = f->header + ICMP_HEADER;
	if (f->version != 4 || f->protocol != ICMP || f->fragment || packet.len < *quoted)
		return false;
	uint8_t type = packet.at[f->header];
	return (type == 3 || type == 11) &&
	       ip_look(span_of(packet.at + *quoted, packet.len - *quoted), about) &&
	       about->version == 4 && about->whole;
}

void ip_sum_icmp(uint8_t *packet, size_t len, const struct ip_facts *f)
{
	store_be16(packet + f->header + 2, 0);
	store_be16(packet + f->header + 2,
	           (uint16_t)~folded(sum(0, packet + f->header, len - f->header)));
}

static size_t write_icmp6(enum ip_trouble trouble, struct span packet, const struct ip_facts *f,
                          size_t mtu, uint8_t *out)
{
	size_t quote = (size_t)min_of(packet.len, IP_ICMP_MAX - V6_HEADER - ICMP_HEADER);
	size_t body = ICMP_HEADER + quote;

	memset(out, 0, V6_HEADER + ICMP_HEADER);
	out[0] = 0x60;
	store_be16(out + 4, (uint16_t)body);
	out[6] = ICMP6;
	out[7] = 64;
	memcpy(out + 8, f->to.ip, 16);
	memcpy(out + 24, f->from.ip, 16);
	uint8_t *icmp = out + V6_HEADER;
	icmp[0] = trouble == IP_TOO_BIG ? 2 : 1;
	icmp[1] = trouble == IP_TOO_BIG ? 0 : 1;
	if (trouble == IP_TOO_BIG)
		store_be32(icmp + 4, (uint32_t)mtu);
	memcpy(icmp + ICMP_HEADER, packet.at, quote);
	uint32_t s = sum((uint32_t)body + ICMP6, out + 8, 32);
	store_be16(icmp + 2, (uint16_t)~folded(sum(s, icmp, body)));
	return V6_HEADER + body;
}

size_t ip_write_icmp(enum ip_trouble trouble, struct span packet, const struct ip_facts *f,
                     const struct addr *router, size_t mtu, uint8_t out[static IP_ICMP_MAX])
{
	if (f->version == 6)
		return write_icmp6(trouble, packet, f, mtu, out);
	size_t quote = (size_t)min_of(packet.len, QUOTE), len = V4_HEADER + ICMP_HEADER + quote;
	memset(out, 0, V4_HEADER + ICMP_HEADER);
	out[0] = 0x45;
	store_be16(out + 2, (uint16_t)len);
	out[8] = 64;
	out[9] = ICMP;
	memcpy(out + 12, router->ip + 12, 4);
	memcpy(out + 16, f->from.ip + 12, 4);
	store_be16(out + 10, (uint16_t)~folded(sum(0, out, V4_HEADER)));
	uint8_t *icmp = out + V4_HEADER;
	icmp[0] = 3;
	icmp[1] = trouble == IP_TOO_BIG ? 4 : 13;
	if (trouble == IP_TOO_BIG)
		store_be16(icmp + 6, (uint16_t)mtu);
	memcpy(icmp + ICMP_HEADER, packet.at, quote);
	store_be16(icmp + 2, (uint16_t)~folded(sum(0, icmp, ICMP_HEADER + quote)));
	return len;
}
