/* net_nat64: links of datagrams (LINK_UDP). Where IPv4 is reached by a translator alone, a socket
 * of IPv4 is one of IPv6, and its datagrams go to the addresses that the translator has for theirs:
 * nat64.h. It changes with the network, from one datagram to the next, and keeps its number and, if
 * it can, its port. All else is net_udp's. */
#include <stdlib.h>
#include <unistd.h>

#include "os/link_kind.h"
#include "os/nat64.h"

extern const struct link_kind net_udp_kind, net_nat64_kind;

/* A socket that is bound to an address of IPv4 is of use there alone. */
static bool open_any(struct link *l, const struct link_request *request, enum err *err)
{
	struct link_request r = *request;
	l->translated = nat64_on() && addr_is_v4(&r.local) && addr_is_any(&r.local);
	if (l->translated)
		r.local = (struct addr){ .port = request->local.port };
	*err = net_udp_kind.open(l, &r);
	if (l->translated && *err == OK)
		l->local = addr_v4(0, 0, 0, 0, l->local.port);
	return *err == OK;
}

static enum err open_port(struct link *l, const struct link_request *request)
{
	enum err err;
	(void)open_any(l, request, &err);
	return err;
}

/* The socket, or what there is of one. */
static void end(struct link *l)
{
	poller_forget(&l->asked, l->fd);
	if (l->fd >= 0)
		close(l->fd);
	free(l->own);
	l->own = NULL;
	l->fd = -1;
}

/* True: the socket is what the network now needs. */
static bool follow(struct link *l)
{
	struct link_request again = { .local = l->local };
	enum err err;
	if (!addr_is_v4(&l->local) || !addr_is_any(&l->local) || l->translated == nat64_on())
		return true;
	end(l);
	bool open = open_any(l, &again, &err);
	again.local.port = 0;
	if (!open && err == ERR_BUSY) {
		end(l);
		open = open_any(l, &again, &err);
	}
	if (!open)
		net_down(l, err);
	return open;
}

/* to, as the socket has it. False: no datagram gets there; that is told. */
static bool find(struct link *l, const struct route *to, struct route *out)
{
	*out = *to;
	if (!follow(l))
		return false;
	bool lost = l->translated && !nat64_map(&out->remote);
	if (lost)
		net_rejected(l, &to->remote, 0);
	return !lost;
}

static bool read_datagram(struct link *l, struct route *from, struct span *bytes)
{
	while (net_udp_kind.read(l, from, bytes))
		if (!l->translated || nat64_unmap(&from->remote))
			return true;
	return false;
}

static bool write_datagram(struct link *l, const struct route *to, struct span bytes)
{
	struct route out;
	return find(l, to, &out) && net_udp_kind.write(l, &out, bytes);
}

static bool send_datagrams(struct link *l, const struct route *to, const struct span *datagrams,
                           unsigned count)
{
	struct route out;
	return find(l, to, &out) && net_udp_kind.send(l, &out, datagrams, count);
}

static void close_port(struct link *l)
{
	net_udp_kind.close(l);
}

static void take_errors(struct link *l)
{
	net_udp_kind.error(l);
}

static void flush(struct link *l)
{
	net_udp_kind.flush(l);
}

const struct link_kind net_nat64_kind = {
	.name = LINK_UDP,
	.open = open_port,
	.close = close_port,
	.error = take_errors,
	.read = read_datagram,
	.write = write_datagram,
	.send = send_datagrams,
	.flush = flush,
};
