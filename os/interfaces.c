/* interfaces: see interfaces.h. docs/PROTOCOL.md section 6.7 has what may be offered to a peer. */
#include "os/interfaces.h"

#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "base/split.h"
#include "base/text.h"
#include "os/descriptor.h"
#include "os/socket.h"

/* Whom an address may be worth something: everybody, those in the same tunnel, nobody outside of
 * this host's containers and virtual machines, or only this host itself. */
enum reach { OF_OTHERS, OF_TUNNELS, OF_CONTAINERS, OF_THIS_HOST };

/* veth is not among them: in a container it is the way out. */
static const struct {
	const char *name;
	enum reach reach;
} inner[] = {
	{ "docker", OF_CONTAINERS }, { "br-", OF_CONTAINERS },   { "cni", OF_CONTAINERS },
	{ "cilium", OF_CONTAINERS }, { "virbr", OF_CONTAINERS }, { "lxc", OF_CONTAINERS },
	{ "tun", OF_TUNNELS },       { "tap", OF_TUNNELS },      { "wg", OF_TUNNELS },
};

static enum reach reach_of(const char *name, const struct addr *a)
{
	if (addr_is_loopback(a))
		return OF_THIS_HOST;
	for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
		if (strncmp(name, inner[i].name, strlen(inner[i].name)) == 0)
			return inner[i].reach;
	return OF_OTHERS;
}

static bool is_listed(const struct addr *list, size_t count, const struct addr *a)
{
	for (size_t i = 0; i < count; i++)
		if (addr_same_ip(&list[i], a))
			return true;
	return false;
}

static size_t collect(const struct ifaddrs *all, enum reach from, enum reach to, struct addr *out,
                      size_t max)
{
	size_t count = 0;
	for (const struct ifaddrs *at = all; at && count < max; at = at->ifa_next) {
		if (at->ifa_addr == NULL || !(at->ifa_flags & IFF_UP) ||
		    !(at->ifa_flags & IFF_RUNNING))
			continue;
		struct addr a = socket_addr_read(at->ifa_addr);
		enum reach reach = reach_of(at->ifa_name, &a);
		a.port = 0;
		if (addr_is_unicast(&a) && !addr_is_link_local(&a) && reach >= from &&
		    reach <= to && !is_listed(out, count, &a))
			out[count++] = a;
	}
	return count;
}

/* The source the kernel would choose for far; nothing is sent. */
static bool source_towards(struct addr far, struct addr *source)
{
	union socket_addr s;
	socklen_t len = socket_addr_write(&far, &s);
	int fd = socket_new(SOCK_DGRAM, &far);
	if (fd < 0)
		return false;
	bool found = connect(fd, &s.any, len) == 0;
	*source = socket_address(fd);
	close(fd);
	return found;
}

/* Moves the addresses the default routes use to the front. */
static void best_first(struct addr *list, size_t count)
{
	struct addr far_v6 = { .ip = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
		               .port = 9 }; /* of RFC 3849 and RFC 5737 */
	struct addr far[] = { far_v6, addr_v4(192, 0, 2, 1, 9) }, source;
	for (size_t f = 0; f < 2; f++) {
		if (!source_towards(far[f], &source))
			continue;
		for (size_t i = 1; i < count; i++) {
			if (!addr_same_ip(&list[i], &source))
				continue;
			struct addr best = list[i];
			memmove(list + 1, list, i * sizeof *list);
			list[0] = best;
			break;
		}
	}
}

/* Those that reach at least `enough`, or else the next best. */
static size_t list(enum reach enough, struct addr *out, size_t max)
{
	struct ifaddrs *all;
	if (getifaddrs(&all) != 0)
		return 0;
	size_t count = collect(all, OF_OTHERS, enough, out, max);
	for (int reach = (int)enough + 1; count == 0 && reach <= OF_THIS_HOST; reach++)
		count = collect(all, (enum reach)reach, (enum reach)reach, out, max);
	freeifaddrs(all);
	best_first(out, count);
	return count;
}

size_t interfaces_list(struct addr *out, size_t max)
{
	return list(OF_OTHERS, out, max);
}

size_t interfaces_list_all(struct addr *out, size_t max)
{
	return list(OF_TUNNELS, out, max);
}

/* /proc/net/route writes the bytes of an address as one number of this machine. */
static bool read_hex(struct span word, uint8_t out[static 4])
{
	uint32_t value = 0;
	for (size_t i = 0; i < word.len; i++) {
		uint8_t c = word.at[i];
		if ((c < '0' || c > '9') && (c < 'A' || c > 'F'))
			return false;
		value = value << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'A' + 10);
	}
	memcpy(out, &value, sizeof value);
	return word.len == 8;
}

/* The router of a line, if it is a default route: interface, destination, router, ... */
static bool default_route(struct span line, struct addr *router)
{
	uint8_t to[4], ip[4];
	(void)split_word(&line);
	if (!read_hex(split_word(&line), to) || !bytes_zero(to, 4) ||
	    !read_hex(split_word(&line), ip) || bytes_zero(ip, 4))
		return false;
	*router = addr_v4(ip[0], ip[1], ip[2], ip[3], 0);
	return true;
}

bool interfaces_router(struct addr *router, struct addr *own)
{
	UNSET char table[4096]; /* default routes come first, the best before the others */
	struct span line, rest;
	int fd = open("/proc/net/route", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, table, sizeof table);
	descriptor_close(fd);
	rest = span_of((const uint8_t *)table, len > 0 ? (size_t)len : 0);
	while (split_line(&rest, &line)) {
		if (!default_route(line, router))
			continue;
		struct addr far = *router;
		far.port = 1;
		bool found = source_towards(far, own);
		own->port = 0;
		return found;
	}
	return false;
}

/* 0: none. */
static uint16_t scope_of(struct span zone)
{
	char name[IF_NAMESIZE];
	struct text t = text_of(name, sizeof name);
	uint64_t number;
	text_add_span(&t, zone);
	unsigned found = t.cut ? 0 : if_nametoindex(name);
	if (found == 0 && text_read_u64(zone, UINT16_MAX, &number) &&
	    if_indextoname((unsigned)number, name) != NULL)
		found = (unsigned)number;
	return found <= UINT16_MAX ? (uint16_t)found : 0;
}

enum err interfaces_parse(struct span text, uint16_t port_default, struct addr *out)
{
	struct span zone;
	if (!addr_parse_zone(text, port_default, out, &zone))
		return ERR_FORMAT;
	bool local = addr_is_link_local(out) && !addr_is_v4(out);
	if (zone.len == 0)
		return local ? ERR_USAGE : OK;
	if (!local)
		return ERR_FORMAT;
	out->scope = scope_of(zone);
	return out->scope > 0 ? OK : ERR_UNREACHABLE;
}

void interfaces_format(const struct addr *a, char out[static ADDR_TEXT])
{
	char number[ADDR_TEXT], name[IF_NAMESIZE];
	struct text t = text_of(out, ADDR_TEXT);
	struct span before, after;
	unsigned index;
	addr_format(a, number);
	if (addr_is_name(a, &index)) { /* where that is only the proxy knows */
		text_add(&t, "by proxy");
		return;
	}
	bool zone = split_at(span_text(number), '%', &before, &after);
	if (!zone || if_indextoname(a->scope, name) == NULL) {
		text_add(&t, number);
		return;
	}
	text_add_span(&t, before);
	text_add_format(&t, "%%%s]:%u", name, a->port);
}
