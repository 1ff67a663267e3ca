/* schat_link: the side of the sockets, of include/schat.h. */
#include "base/link.h"
#include "base/min_max.h"
#include "base/route.h"
#include "lib/schat_core.h"

_Static_assert((int)SCHAT_WIRE == (int)LIMIT_WIRE &&
                   (int)SCHAT_LINK_ACCEPTED == (int)LINK_ACCEPTED_FIRST &&
                   (int)SCHAT_TEXT_MAX == (int)LIMIT_TEXT,
               "as inside");
_Static_assert((int)SCHAT_LINK_TAKEN == (int)LINK_ACCEPTED &&
                   (int)SCHAT_LINK_REJECTED == (int)LINK_REJECTED,
               "states have the same numbers");

static const char *const kinds[] = {
	[SCHAT_LINK_UDP] = link_udp, [SCHAT_LINK_TCP] = link_tcp, [SCHAT_LINK_LISTEN] = link_listen
};

static struct addr inside(const struct schat_addr *a)
{
	struct addr b = { .port = a->port, .scope = a->scope };
	memcpy(b.ip, a->ip, sizeof b.ip);
	return b;
}

static struct schat_addr outside(const struct addr *a)
{
	struct schat_addr b = { .port = a->port, .scope = a->scope };
	memcpy(b.ip, a->ip, sizeof b.ip);
	return b;
}

bool schat_link_request(struct schat_core *c, struct schat_link_request *request)
{
	struct link_request r;
	if (!endpoint_request(schat_core_endpoint(c), &r))
		return false;
	*request = (struct schat_link_request){ .open = r.open, .link = r.link };
	if (!r.open)
		return true;
	while (kinds[request->kind] != r.kind)
		request->kind = (enum schat_link_kind)(request->kind + 1);
	request->local = outside(&r.local);
	request->remote = outside(&r.remote);
	return true;
}

void schat_link_event(struct schat_core *c, const struct schat_link_event *event, uint64_t now)
{
	struct link_event e = { .state = (enum link_state)event->state,
		                .link = event->link,
		                .listener = event->listener,
		                .kind = kinds[event->kind],
		                .local = inside(&event->local),
		                .remote = inside(&event->remote),
		                .why = (enum err)event->error,
		                .size = event->size };
	endpoint_link(schat_core_endpoint(c), &e, now);
}

void schat_link_input(struct schat_core *c, const struct schat_route *from, const void *bytes,
                      size_t len, uint64_t now)
{
	struct route r = { .kind = from->stream ? ROUTE_TCP : ROUTE_UDP,
		           .link = from->link,
		           .local = inside(&from->local),
		           .remote = inside(&from->remote) };
	endpoint_input(schat_core_endpoint(c), &r, span_of(bytes, len), now);
}

size_t schat_link_output(struct schat_core *c, struct schat_route *to, uint8_t buffer[SCHAT_WIRE],
                         const uint8_t **bytes, uint64_t now)
{
	struct route r;
	size_t len = endpoint_output(schat_core_endpoint(c), &r, buffer, SCHAT_WIRE, bytes, now);
	if (len > 0)
		*to = (struct schat_route){ .link = r.link,
			                    .stream = route_is_stream(&r),
			                    .ttl = r.ttl,
			                    .local = outside(&r.local),
			                    .remote = outside(&r.remote) };
	return len;
}

/* As many as fit. Returns how many. */
static size_t read_addrs(const struct schat_addr *addrs, size_t count, size_t max, struct addr *out)
{
	for (size_t i = 0; i < min_of(count, max); i++)
		out[i] = inside(&addrs[i]);
	return min_of(count, max);
}

void schat_link_hosts(struct schat_core *c, const struct schat_addr *addrs, size_t count)
{
	struct addr at[LIMIT_CANDIDATES];
	endpoint_hosts(schat_core_endpoint(c), at, read_addrs(addrs, count, LIMIT_CANDIDATES, at));
}

void schat_link_addresses(struct schat_core *c, const struct schat_addr *addrs, size_t count,
                          uint64_t now)
{
	struct addr at[LIMIT_PEER_ADDRS];
	const struct communicator_place place = { .name = "", .key = schat_core_key(c) };
	if (count > 0)
		communicator_peers(endpoint_communicator(schat_core_endpoint(c)), &place, at,
		                   read_addrs(addrs, count, LIMIT_PEER_ADDRS, at), now);
}

void schat_link_refresh(struct schat_core *c, uint64_t now)
{
	endpoint_refresh(schat_core_endpoint(c), now);
}
