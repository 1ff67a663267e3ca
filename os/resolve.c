#include "os/resolve.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "os/descriptor.h"
#include "os/socket.h"

enum { RESOLVE_SECONDS = 15 }; /* the system's resolver asks each server twice, five seconds each */

static bool look_up(void *argument, struct writer *out)
{
	const struct resolve *r = argument;
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		                  .ai_socktype = SOCK_STREAM,
		                  .ai_flags = AI_ADDRCONFIG },
			*list = NULL;
	int failed = getaddrinfo(r->host, NULL, &hints, &list);
	if (failed) { /* with loopback addresses alone AI_ADDRCONFIG finds nothing */
		hints.ai_flags = 0;
		failed = getaddrinfo(r->host, NULL, &hints, &list);
	}
	if (failed)
		return false;
	for (struct addrinfo *at = list; at && out->len < LIMIT_PEER_ADDRS * ADDR_WIRE;
	     at = at->ai_next) {
		struct addr a = socket_addr_read(at->ai_addr);
		a.port = r->port;
		if (addr_is_unicast(&a))
			addr_write(out, &a);
	}
	return true;
}

/* localhost and all names below it, with or without the final dot. */
static bool is_localhost(struct span host)
{
	static const char name[] = "localhost";
	size_t len = sizeof name - 1;
	if (host.len > 0 && host.at[host.len - 1] == '.')
		host.len--;
	if (host.len < len || (host.len > len && host.at[host.len - len - 1] != '.'))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((host.at[host.len - len + i] | 0x20) != name[i])
			return false;
	return true;
}

/* 127.0.0.1, and ::1 where this host has it. */
static size_t loopback(struct addr out[static 2])
{
	struct addr six = { .ip = { [15] = 1 } };
	int fd = socket_new(SOCK_DGRAM, &six);
	bool have_six = fd >= 0 && socket_bind(fd, &six);
	descriptor_close(fd);
	out[0] = addr_v4(127, 0, 0, 1, 0);
	out[1] = six;
	return have_six ? 2 : 1;
}

enum err resolve_start(struct resolve *r, struct span host, uint16_t port,
                       struct addr out[static LIMIT_PEER_ADDRS], size_t *count, uint64_t now)
{
	*r = (struct resolve){ .child.fd = -1, .port = port };
	if (host.len == 0 || host.len >= sizeof r->host || memchr(host.at, 0, host.len))
		return ERR_FORMAT;
	*count = addr_parse(host, 1, out); /* "a:1" has no place in a host */
	if (*count == 0 && is_localhost(host))
		*count = loopback(out);
	for (size_t i = 0; i < *count; i++)
		out[i].port = port;
	if (*count > 0)
		return OK;
	for (size_t i = 0; i < host.len; i++)
		if (host.at[i] <= ' ' || host.at[i] == ':' || host.at[i] == '/' ||
		    host.at[i] == '@')
			return ERR_FORMAT;
	memcpy(r->host, host.at, host.len);
	r->deadline = now + RESOLVE_SECONDS * SECOND;
	return child_start(&r->child, look_up, r) ? ERR_FULL : ERR_LOCAL;
}

static enum err take_list(struct resolve *r, struct addr *out, size_t *count)
{
	struct reader list = reader_of(r->child.result);
	size_t n = 0;
	while (list.left >= ADDR_WIRE && n < LIMIT_PEER_ADDRS)
		out[n++] = addr_read(&list);
	*count = n;
	return n > 0 ? OK : ERR_UNREACHABLE;
}

enum err resolve_take(struct resolve *r, struct addr out[static LIMIT_PEER_ADDRS], size_t *count,
                      uint64_t now)
{
	switch (child_poll(&r->child)) {
	case CHILD_RUNNING: return now < r->deadline ? ERR_FULL : ERR_TIMEOUT;
	case CHILD_DONE: return take_list(r, out, count);
	case CHILD_FAILED:
	case CHILD_NONE: break;
	}
	return ERR_UNREACHABLE;
}
