#include "endpoint/outgoing.h"

#include "base/assert.h"

/* A packet of len bytes lies behind the headroom. */
static size_t wrap(struct outgoing *o, struct route *to, uint8_t *buffer, size_t len,
                   const uint8_t **wire, uint64_t now)
{
	struct communicator *c = o->communicator;
	size_t wire_len;
	int start = c->class->wrap(c, to, buffer, len, &wire_len, now);

	o->lost = start < 0;
	if (o->lost)
		return 0;
	*wire = buffer + start;
	return wire_len;
}

size_t outgoing_first(struct outgoing *o, struct route *to, uint8_t *buffer, const uint8_t **wire,
                      uint64_t now)
{
	struct communicator *c = o->communicator;
	uint8_t *packet = buffer + LIMIT_HEADROOM;
	size_t len = c->class->output(c, to, buffer, LIMIT_WIRE, now);

	o->len = 0;
	o->lost = false;
	*wire = buffer;
	if (len > 0)
		return len;
	len = knock_output(o->knock, to, packet);
	if (len == 0)
		len = o->len = roster_output(o->roster, to, packet, now);
	if (len == 0)
		return 0;
	o->route = *to;
	return wrap(o, to, buffer, len, wire, now);
}

size_t outgoing_more(struct outgoing *o, uint8_t *buffer, const uint8_t **wire, uint64_t now)
{
	struct route to = o->route;
	size_t most = o->len;

	if (most > 0)
		o->len = roster_more(o->roster, buffer + LIMIT_HEADROOM, most, now);
	size_t len = o->len;
	if (len < most) /* the datagrams of a train are equal, but for the last */
		o->len = 0;
	return len > 0 ? wrap(o, &to, buffer, len, wire, now) : 0;
}
