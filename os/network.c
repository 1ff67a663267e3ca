#include "os/network.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/min_max.h"

/* What of <linux/netlink.h> and <linux/rtnetlink.h> is needed: musl comes without them. */
struct netlink_address { /* sockaddr_nl */
	uint16_t family, padding;
	uint32_t port, groups;
};
struct netlink_message { /* nlmsghdr; the next one begins at a multiple of four */
	uint32_t len;
	uint16_t type, flags;
	uint32_t number, port;
};
struct netlink_link { /* ifinfomsg */
	uint8_t family, padding;
	uint16_t type;
	int32_t index;
	uint32_t flags, changed;
};
struct netlink_route { /* rtmsg */
	uint8_t family, to_len, from_len, tos, table, protocol, scope, type;
	uint32_t flags;
};
enum { ROUTES = 0 };            /* NETLINK_ROUTE */
enum { TABLE_OF_ROUTES = 254 }; /* RT_TABLE_MAIN */
enum { LINK_SET = 16, LINK_GONE, ADDRESS_GONE = 21, ROUTE_GONE = 25 };
enum {
	LINKS = 1,
	ADDRESSES_V4 = 1 << 4,
	ROUTES_V4 = 1 << 6,
	ADDRESSES_V6 = 1 << 8,
	ROUTES_V6 = 1 << 10
};

int network_open(void)
{
	struct netlink_address own = { .family = AF_NETLINK,
		                       .groups = LINKS | ADDRESSES_V4 | ROUTES_V4 | ADDRESSES_V6 |
		                                 ROUTES_V6 };
	struct sockaddr any;
	_Static_assert(sizeof own <= sizeof any, "an address of netlink is a small one");
	memcpy(&any, &own, sizeof own);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, ROUTES);
	if (fd >= 0 && bind(fd, &any, sizeof own) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* body: what follows the message's head. */
static bool breaks(const struct netlink_message *m, const uint8_t *body, size_t len)
{
	struct netlink_link link = { .flags = IFF_RUNNING };
	struct netlink_route route = { .table = 0 };
	switch (m->type) {
	case LINK_SET:
		memcpy(&link, body, min_of(len, sizeof link));
		return !(link.flags & IFF_RUNNING);
	case ROUTE_GONE:
		memcpy(&route, body, min_of(len, sizeof route));
		return route.table == TABLE_OF_ROUTES;
	default: return m->type == LINK_GONE || m->type == ADDRESS_GONE;
	}
}

static bool any_breaks(const uint8_t *at, size_t left)
{
	struct netlink_message m;
	bool broken = false;
	while (left >= sizeof m) {
		memcpy(&m, at, sizeof m);
		if (m.len < sizeof m || m.len > left)
			break;
		broken |= breaks(&m, at + sizeof m, m.len - sizeof m);
		size_t whole = min_of((m.len + 3U) & ~3U, left);
		at += whole;
		left -= whole;
	}
	return broken;
}

bool network_news(int fd, bool *broken)
{
	uint8_t buffer[8192];
	bool any = false;
	for (;;) {
		struct netlink_address from = { .port = 0 };
		struct sockaddr sender = { .sa_family = AF_NETLINK };
		socklen_t len = sizeof sender;
		ssize_t got = recvfrom(fd, buffer, sizeof buffer, 0, &sender, &len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno != ENOBUFS)
			return any;
		any = true;
		memcpy(&from, &sender, sizeof from);
		if (got < 0) /* there was more than it could keep */
			*broken = true;
		else if (from.port == 0) /* it is the kernel that speaks */
			*broken |= any_breaks(buffer, (size_t)got);
	}
}
