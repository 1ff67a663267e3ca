/* addr: addresses as bytes, as text and on the wire. Text of IPv6 is read as in RFC 4291
 * section 2.2 and written as in RFC 5952; IPv4 is always written in dots. What
 * zones ("%eth0") mean only os/ knows. */
#include "base/addr.h"

#include <string.h>

#include "base/split.h"
#include "base/text.h"

static const uint8_t v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_same_ip(a, b) && a->port == b->port;
}

bool addr_same_ip(const struct addr *a, const struct addr *b)
{
	return load_le64(a->ip) == load_le64(b->ip) &&
	       load_le64(a->ip + 8) == load_le64(b->ip + 8) && a->scope == b->scope;
}

bool addr_is_v4(const struct addr *a)
{
	return load_le64(a->ip) == 0 && load_be32(a->ip + 8) == 0xffff;
}

bool addr_is_set(const struct addr *a)
{
	return !addr_is_any(a) && a->port != 0;
}

bool addr_is_any(const struct addr *a)
{
	return bytes_zero(a->ip, 16) || (addr_is_v4(a) && load_be32(a->ip + 12) == 0);
}

bool addr_is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };
	return addr_is_v4(a) ? a->ip[12] == 127 : memcmp(a->ip, one, 16) == 0;
}

bool addr_is_link_local(const struct addr *a)
{
	if (addr_is_v4(a))
		return a->ip[12] == 169 && a->ip[13] == 254;
	return a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}

bool addr_is_private(const struct addr *a)
{
	const uint8_t *b = a->ip + 12;
	if (!addr_is_v4(a))
		return (a->ip[0] & 0xfe) == 0xfc;
	return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
	       (b[0] == 100 && (b[1] & 0xc0) == 64); /* RFC 6598: behind a carrier's NAT */
}

static const uint8_t name_prefix[15] = { 0x01, 0x00 };

struct addr addr_of_name(uint8_t index, uint16_t port)
{
	return (struct addr){ .ip = { 0x01, [15] = index }, .port = port };
}

bool addr_is_name(const struct addr *a, unsigned *index)
{
	*index = a->ip[15];
	return memcmp(a->ip, name_prefix, sizeof name_prefix) == 0;
}

bool addr_is_unicast(const struct addr *a)
{
	unsigned index;
	if (addr_is_any(a) || addr_is_name(a, &index))
		return false;
	if (!addr_is_v4(a))
		return a->ip[0] != 0xff;
	return (a->ip[12] & 0xf0) != 0xe0 && load_be32(a->ip + 12) != UINT32_MAX;
}

/* The first len bytes of what tells addresses of one family apart, the rest zeroes: the last 8
 * bytes of IPv4 in 16, where nothing of IPv6 that is in use looks the same; the first 8 of IPv6. */
static void prefix_of(const struct addr *a, size_t v4_len, size_t v6_len,
                      uint8_t prefix[static ADDR_PREFIX])
{
	bool v4 = addr_is_v4(a);
	memset(prefix, 0, ADDR_PREFIX);
	memcpy(prefix, v4 ? a->ip + 8 : a->ip, v4 ? v4_len : v6_len);
}

void addr_host(const struct addr *a, uint8_t host[static ADDR_PREFIX])
{
	prefix_of(a, ADDR_PREFIX, ADDR_PREFIX, host);
}

void addr_network(const struct addr *a, uint8_t network[static ADDR_PREFIX])
{
	prefix_of(a, ADDR_PREFIX - 1, ADDR_SITE_V6, network);
}

void addr_block(const struct addr *a, uint8_t block[static ADDR_PREFIX])
{
	prefix_of(a, ADDR_PREFIX - 2, 4, block);
}

void addr_site(const struct addr *a, uint8_t site[static ADDR_PREFIX])
{
	prefix_of(a, ADDR_PREFIX, ADDR_SITE_V6, site);
}

bool addr_same_host(const struct addr *a, const struct addr *b)
{
	uint8_t of_a[ADDR_PREFIX], of_b[ADDR_PREFIX];
	addr_host(a, of_a);
	addr_host(b, of_b);
	return memcmp(of_a, of_b, ADDR_PREFIX) == 0;
}

struct addr addr_v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port)
{
	struct addr out = { .ip = { [12] = a, b, c, d }, .port = port };
	memcpy(out.ip, v4_prefix, sizeof v4_prefix);
	return out;
}

/* Four decimal numbers without leading zeroes, which some read as octal. */
static bool parse_v4(struct span text, uint8_t ip[static 4])
{
	/*@ loop invariant 0 <= i <= 4 && bytes(text.at, text.len);
	    loop assigns i, text, ip[0 .. 3];
	    loop variant 4 - i; */
	for (int i = 0; i < 4; i++) {
		struct span part = text, rest = { NULL, 0 };
		uint64_t v;
		if (split_at(text, '.', &part, &rest) != (i < 3))
			return false;
		if (part.len > 3 || !text_read_u64(part, 255, &v) ||
		    (part.len > 1 && part.at[0] == '0'))
			return false;
		ip[i] = (uint8_t)v;
		text = rest;
	}
	return true;
}

/* One to four hex digits. */
static bool parse_group(struct span text, uint8_t out[static 2])
{
	uint32_t v;
	if (text.len > 4 || !text_read_hex(text, &v))
		return false;
	store_be16(out, (uint16_t)v);
	return true;
}

/* Groups between colons, the last of which may be an IPv4 address; an empty text is no group. */
static bool parse_groups(struct span text, uint8_t ip[static 16], size_t *len)
{
	*len = 0;
	/*@ loop invariant bytes(text.at, text.len) && *len <= 16;
	    loop assigns more, text, ip[0 .. 15], *len;
	    loop variant 16 - *len; */
	for (bool more = text.len > 0; more;) {
		struct span group = text, rest = { NULL, 0 };
		more = split_at(text, ':', &group, &rest);
		if (!more && *len <= 12 && parse_v4(group, ip + *len))
			*len += 4;
		else if (*len <= 14 && parse_group(group, ip + *len))
			*len += 2;
		else
			return false;
		text = rest;
	}
	return true;
}

bool addr_parse_v6(struct span text, uint8_t ip[static 16])
{
	uint8_t head[16] = { 0 }, tail[16];
	size_t head_len, tail_len, gap = 0;
	/*@ loop invariant gap == 0 || gap < text.len;
	    loop assigns gap;
	    loop variant text.len - gap; */
	while (gap + 1 < text.len && !(text.at[gap] == ':' && text.at[gap + 1] == ':'))
		gap++;
	if (gap + 1 >= text.len) { /* no "::": eight groups */
		if (!parse_groups(text, head, &head_len) || head_len != 16)
			return false;
	} else {
		struct span before = span_of(text.at, gap),
			    after = span_of(text.at + gap + 2, text.len - gap - 2);
		if (before.len > 0 && memchr(before.at, '.', before.len))
			return false; /* dots may stand at the end only */
		if (!parse_groups(before, head, &head_len) || !parse_groups(after, tail, &tail_len))
			return false;
		if (head_len + tail_len > 14) /* "::" stands for one group at least */
			return false;
		memset(head + head_len, 0, 16 - head_len);
		memcpy(head + 16 - tail_len, tail, tail_len);
	}
	memcpy(ip, head, 16);
	return true;
}

/* Cuts "%zone" off an address; *zone: "" if there is none. */
static struct span without_zone(struct span text, struct span *zone)
{
	struct span before = text;
	*zone = span_of(text.at, 0);
	(void)split_at(text, '%', &before, zone);
	return before;
}

static bool is_bracketed(struct span text)
{
	return text.len > 0 && text.at[0] == '[';
}

bool addr_split_host_port(struct span text, uint16_t port_default, struct span *host,
                          uint16_t *port)
{
	if (text.len > 0 && text.at[text.len - 1] == '/')
		text.len--;
	struct span name = text, digits = { NULL, 0 }, rest, more, zone;
	bool is_v6 = is_bracketed(text), has_port = false;

	if (is_v6) {
		if (!split_at(span_after(text, 1), ']', &name, &rest))
			return false;
		has_port = rest.len > 0;
		if (has_port && rest.at[0] != ':')
			return false;
		digits = span_after(rest, has_port);
	} else if (split_at(text, ':', &name, &digits)) {
		is_v6 = split_at(digits, ':', &more, &rest); /* bare, or nothing */
		has_port = !is_v6;
		name = is_v6 ? text : name;
	}
	uint8_t ip[16];
	if (is_v6 && !addr_parse_v6(without_zone(name, &zone), ip))
		return false;

	uint64_t number = port_default;
	if (has_port && !text_read_u64(digits, UINT16_MAX, &number))
		return false;
	if (name.len == 0 || (!has_port && port_default == 0))
		return false;
	*host = name;
	*port = (uint16_t)number;
	return true;
}

bool addr_parse_zone(struct span text, uint16_t port_default, struct addr *out, struct span *zone)
{
	struct span host;
	struct addr a = addr_v4(0, 0, 0, 0, 0);
	if (!addr_split_host_port(text, port_default, &host, &a.port))
		return false;
	bool v4 = !is_bracketed(text) && parse_v4(host, a.ip + 12);
	*zone = span_of(text.at, 0);
	if (!v4 && !addr_parse_v6(without_zone(host, zone), a.ip))
		return false;
	bool empty = zone->len == 0 && memchr(host.at, '%', host.len) != NULL;
	*out = a;
	return !empty;
}

bool addr_parse(struct span text, uint16_t port_default, struct addr *out)
{
	struct span zone;
	struct addr a;
	if (!addr_parse_zone(text, port_default, &a, &zone) || zone.len > 0)
		return false;
	*out = a;
	return true;
}

/* RFC 5952 section 4.2: the longest run of two or more zero groups, the first of equals. */
static void longest_zero_run(const uint8_t *ip, size_t *start, size_t *count)
{
	*start = *count = 0;
	for (size_t i = 0; i < 8; i++) {
		size_t n = 0;
		while (i + n < 8 && load_be16(ip + 2 * (i + n)) == 0)
			n++;
		if (n > *count) {
			*start = i;
			*count = n;
		}
	}
	if (*count < 2)
		*count = 0;
}

static void add_v6(struct text *t, const uint8_t *ip)
{
	size_t gap, gap_len;
	longest_zero_run(ip, &gap, &gap_len);
	for (size_t i = 0; i < 8; i++) {
		if (gap_len > 0 && i == gap) {
			text_add(t, "::");
			i += gap_len - 1;
			continue;
		}
		bool behind = i == 0 || (gap_len > 0 && i == gap + gap_len);
		text_add_format(t, behind ? "%x" : ":%x", load_be16(ip + 2 * i));
	}
}

void addr_format(const struct addr *a, char out[static ADDR_TEXT])
{
	struct text t = text_of(out, ADDR_TEXT);
	const uint8_t *ip = a->ip;
	if (addr_is_v4(a)) {
		text_add_format(&t, "%u.%u.%u.%u:%u", ip[12], ip[13], ip[14], ip[15], a->port);
	} else {
		text_add(&t, "[");
		add_v6(&t, ip);
		if (a->scope > 0)
			text_add_format(&t, "%%%u", a->scope);
		text_add_format(&t, "]:%u", a->port);
	}
}

void addr_write(struct writer *w, const struct addr *a)
{
	uint8_t wire[ADDR_WIRE];
	memcpy(wire, a->ip, 16);
	store_be16(wire + 16, a->port);
	write_span(w, span_of(wire, sizeof wire));
}

struct addr addr_read(struct reader *r)
{
	struct addr a = { .port = 0 };
	struct span wire = read_span(r, ADDR_WIRE);
	if (wire.len == 0)
		return a;
	memcpy(a.ip, wire.at, 16);
	a.port = load_be16(wire.at + 16);
	return a;
}
