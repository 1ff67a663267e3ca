#include "os/nat64.h"

#include <string.h>

enum { UNUSED = 8 }; /* the byte of an address that is zero, whatever the prefix */

static struct {
	struct addr prefix;
	unsigned bits;
} the;

void nat64_use(const struct addr *prefix, unsigned bits)
{
	the.prefix = *prefix;
	the.bits = bits;
}

bool nat64_on(void)
{
	return the.bits > 0;
}

/* Where the bytes of the IPv4 address are: RFC 6052 section 2.2. */
static void places(unsigned bits, unsigned at[static 4])
{
	unsigned next = bits / 8;
	for (unsigned i = 0; i < 4; i++) {
		next += next == UNUSED;
		at[i] = next++;
	}
}

static struct addr join(const struct addr *prefix, unsigned bits, const struct addr *v4)
{
	struct addr a = { .port = v4->port };
	unsigned at[4];
	memcpy(a.ip, prefix->ip, bits / 8);
	places(bits, at);
	for (unsigned i = 0; i < 4; i++)
		a.ip[at[i]] = v4->ip[12 + i];
	return a;
}

static struct addr split(const struct addr *a, unsigned bits)
{
	unsigned at[4];
	places(bits, at);
	return addr_v4(a->ip[at[0]], a->ip[at[1]], a->ip[at[2]], a->ip[at[3]], a->port);
}

/* A translator is for the addresses of the world: RFC 6052 section 3.1. */
bool nat64_map(struct addr *a)
{
	if (!nat64_on() || !addr_is_v4(a) || !addr_is_unicast(a) || addr_is_private(a) ||
	    addr_is_loopback(a) || addr_is_link_local(a))
		return false;
	*a = join(&the.prefix, the.bits, a);
	return true;
}

bool nat64_unmap(struct addr *a)
{
	struct addr v4 = split(a, the.bits), same = join(&the.prefix, the.bits, &v4);
	if (!nat64_on() || !addr_equal(a, &same))
		return false;
	*a = v4;
	return true;
}

bool nat64_find(const struct addr *answers, size_t count, struct addr *prefix, unsigned *bits)
{
	static const uint8_t lengths[] = { 96, 64, 56, 48, 40, 32 };
	for (size_t i = 0; i < count * sizeof lengths; i++) {
		const struct addr *a = &answers[i / sizeof lengths];
		*bits = lengths[i % sizeof lengths];
		struct addr v4 = split(a, *bits), same = join(a, *bits, &v4);
		uint32_t ip = load_be32(v4.ip + 12);
		*prefix = *a;
		if (!addr_is_v4(a) && addr_same_ip(a, &same) &&
		    (ip == 0xc00000aa || ip == 0xc00000ab))
			return true;
	}
	return false;
}
