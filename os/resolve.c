#include "os/resolve.h"

#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "base/min_max.h"
#include "os/descriptor.h"
#include "os/interfaces.h"
#include "os/proxy.h"
#include "os/socket.h"

/* the system's resolver asks each server twice, within five seconds or ten */
#define PATIENCE_US (15 * SECOND)
#define LATE_US     (250 * MS) /* one family is not waited for so long when the other is there */

static const int families[RESOLVE_FAMILIES] = { AF_INET6, AF_INET };

/* What is certain ends the search: there is no such name, or none of this family. */
static enum err why(int failed)
{
#ifdef EAI_NODATA
	if (failed == EAI_NODATA)
		return ERR_UNREACHABLE;
#endif
	return failed == EAI_NONAME ? ERR_UNREACHABLE : ERR_TIMEOUT;
}

/* The child's result: an enum err, and the addresses. */
static bool look_up(void *argument, struct writer *out)
{
	const struct resolve *r = argument;
	struct addrinfo hints = { .ai_family = r->family, .ai_socktype = SOCK_STREAM }, *list;
	int failed = getaddrinfo(r->host, NULL, &hints, &list);
	write_u8(out, (uint8_t)(failed ? why(failed) : OK));
	if (failed)
		return true;
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

/* The end of a name is never a number: 7242 is a port, 1.2.3 a part of an address. The C library
 * would make an address of either. */
static bool ends_in_number(struct span host)
{
	size_t digits = 0;
	while (digits < host.len && host.at[host.len - 1 - digits] >= '0' &&
	       host.at[host.len - 1 - digits] <= '9')
		digits++;
	return digits > 0 && (digits == host.len || host.at[host.len - 1 - digits] == '.');
}

/* numeric: the address that host is, if it is one. */
static enum err check(struct span host, struct addr *numeric, bool *is_numeric)
{
	if (host.len == 0 || host.len >= sizeof((struct resolve *)NULL)->host)
		return ERR_FORMAT;
	for (size_t i = 0; i < host.len; i++)
		if (host.at[i] <= ' ' || host.at[i] >= 0x7f || strchr("/@", host.at[i]))
			return ERR_FORMAT;
	enum err err = interfaces_parse(host, 1, numeric);
	*is_numeric = err == OK;
	/* else it is a name, in which neither ports nor zones have a place */
	bool name = !memchr(host.at, ':', host.len) && !memchr(host.at, '%', host.len) &&
	            !ends_in_number(host);
	return err == ERR_FORMAT && name ? OK : err;
}

enum err resolve_check(struct span host)
{
	struct addr numeric;
	bool is_numeric;
	return check(host, &numeric, &is_numeric);
}

/* What was found is the proxy: the name stays as it is. */
static enum err found(const struct resolve *r, struct addr out[static LIMIT_PEER_ADDRS],
                      size_t *count)
{
	if (addr_is_set(&r->name)) {
		proxy_found(out, *count);
		out[0] = r->name;
		*count = 1;
	}
	return OK;
}

static void begin(struct resolve *r, uint16_t port)
{
	bytes_clear(r, sizeof *r);
	r->port = port;
	for (size_t i = 0; i < RESOLVE_FAMILIES; i++) {
		r->child[i].fd = -1;
		r->found[i].err = ERR_TIMEOUT;
	}
}

static enum err look_for(struct resolve *r, struct span host,
                         struct addr out[static LIMIT_PEER_ADDRS], size_t *count, uint64_t now)
{
	bool is_numeric;
	enum err err = check(host, &out[0], &is_numeric);
	if (err)
		return err;
	*count = is_numeric ? 1 : is_localhost(host) ? loopback(out) : 0;
	for (size_t i = 0; i < *count; i++)
		out[i].port = r->port;
	if (*count > 0)
		return found(r, out, count);
	memcpy(r->host, host.at, host.len);
	r->deadline = now + PATIENCE_US;
	bool any = false;
	for (size_t i = 0; i < RESOLVE_FAMILIES; i++) {
		r->family = families[i];
		any |= child_start(&r->child[i], look_up, r);
	}
	return any ? ERR_FULL : ERR_LOCAL;
}

enum err resolve_here(struct resolve *r, struct span host, uint16_t port,
                      struct addr out[static LIMIT_PEER_ADDRS], size_t *count, uint64_t now)
{
	begin(r, port);
	return look_for(r, host, out, count, now);
}

enum err resolve_start(struct resolve *r, struct span host, uint16_t port,
                       struct addr out[static LIMIT_PEER_ADDRS], size_t *count, uint64_t now)
{
	bool is_numeric;
	enum err err = check(host, &out[0], &is_numeric);
	begin(r, port);
	if (!err && proxy_covers(host) && !(is_numeric && addr_is_link_local(&out[0]))) {
		if (!proxy_name(host, port, &r->name))
			return ERR_LOCAL;
		host = span_text(proxy_given()->host);
		r->port = proxy_given()->port;
	}
	return err ? err : look_for(r, host, out, count, now);
}

/* What is known of one family. ERR_FULL: it is still looked for. */
static enum err take_family(struct resolve *r, size_t i)
{
	struct resolve_found *found = &r->found[i];
	switch (child_poll(&r->child[i])) {
	case CHILD_RUNNING: return ERR_FULL;
	case CHILD_NONE: return found->err;
	case CHILD_FAILED: return found->err = ERR_TIMEOUT;
	case CHILD_DONE: break;
	}
	struct reader list = reader_of(r->child[i].result);
	found->err = (enum err)read_u8(&list);
	while (list.left >= ADDR_WIRE && found->count < LIMIT_PEER_ADDRS)
		found->at[found->count++] = addr_read(&list);
	if (found->err == OK && found->count == 0)
		found->err = ERR_UNREACHABLE;
	return found->err;
}

/* Both families in turn (RFC 8305 section 4). */
static size_t merge(const struct resolve *r, struct addr out[static LIMIT_PEER_ADDRS])
{
	size_t next[RESOLVE_FAMILIES] = { 0 }, n = 0;
	size_t turn = r->found[0].count > 0 && socket_way(&r->found[0].at[0]) ? 0 : 1;
	size_t all = r->found[0].count + r->found[1].count;
	for (; n < all && n < LIMIT_PEER_ADDRS; turn ^= 1)
		if (next[turn] < r->found[turn].count)
			out[n++] = r->found[turn].at[next[turn]++];
	return n;
}

enum err resolve_take(struct resolve *r, struct addr out[static LIMIT_PEER_ADDRS], size_t *count,
                      uint64_t now)
{
	enum err six = take_family(r, 0), four = take_family(r, 1);
	if (six == OK || four == OK)
		r->deadline = min_of(r->deadline, now + LATE_US);
	if ((six == ERR_FULL || four == ERR_FULL) && now < r->deadline)
		return ERR_FULL;
	*count = merge(r, out);
	if (*count > 0)
		return found(r, out, count);
	return six == ERR_UNREACHABLE && four == ERR_UNREACHABLE ? ERR_UNREACHABLE : ERR_TIMEOUT;
}

void resolve_watch(const struct resolve *r, struct watch out[static RESOLVE_FAMILIES])
{
	for (size_t i = 0; i < RESOLVE_FAMILIES; i++)
		out[i] = (struct watch){ .fd = r->child[i].fd, .read = true };
}

void resolve_end(struct resolve *r)
{
	for (size_t i = 0; i < RESOLVE_FAMILIES; i++)
		child_end(&r->child[i]);
}
