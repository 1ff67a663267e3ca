/* interfaces: see interfaces.h. docs/PROTOCOL.md section 6.7 has what may be offered to a peer. */
#include "os/interfaces.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "os/socket.h"

/* Their addresses lead nowhere for others. veth is not among them: inside a container it is the way
 * out. */
static const char *const inner_names[] = { "docker", "br-", "cni", "cilium", "virbr",
	                                   "lxc",    "tun", "tap", "wg" };

static bool is_inner(const char *name)
{
	for (size_t i = 0; i < sizeof inner_names / sizeof *inner_names; i++)
		if (strncmp(name, inner_names[i], strlen(inner_names[i])) == 0)
			return true;
	return false;
}

static bool is_listed(const struct addr *list, size_t count, const struct addr *a)
{
	for (size_t i = 0; i < count; i++)
		if (addr_same_ip(&list[i], a))
			return true;
	return false;
}

static size_t collect(const struct ifaddrs *all, bool loopback, struct addr *out, size_t max)
{
	size_t count = 0;
	for (const struct ifaddrs *at = all; at && count < max; at = at->ifa_next) {
		if (at->ifa_addr == NULL || !(at->ifa_flags & IFF_UP) ||
		    !(at->ifa_flags & IFF_RUNNING) || is_inner(at->ifa_name))
			continue;
		struct addr a = socket_addr_read(at->ifa_addr);
		a.port = 0;
		if (!addr_is_unicast(&a) || addr_is_link_local(&a) ||
		    addr_is_loopback(&a) != loopback || is_listed(out, count, &a))
			continue;
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

size_t interfaces_list(struct addr *out, size_t max)
{
	struct ifaddrs *all;
	if (getifaddrs(&all) != 0)
		return 0;
	size_t count = collect(all, false, out, max);
	if (count == 0)
		count = collect(all, true, out, max);
	freeifaddrs(all);
	best_first(out, count);
	return count;
}
