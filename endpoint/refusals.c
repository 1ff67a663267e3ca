/* refusals: see refusals.h. */
#include "endpoint/refusals.h"

#include <string.h>

void refusals_init(struct refusals *r, uint8_t suite)
{
	*r = (struct refusals){ .suite = suite };
}

static void add(struct refusals *r, size_t max, const struct route *route,
                const uint8_t id[static CONNECTION_ID], enum refuse_reason reason)
{
	if (r->count >= max)
		return;
	struct writer w = writer_of(r->waiting[r->count].packet, REFUSE_LEN);

	r->waiting[r->count++].route = *route;
	write_u8(&w, PACKET_REFUSE);
	write_u8(&w, PROTOCOL_VERSION);
	write_u8(&w, r->suite);
	write_span(&w, span_of(id, CONNECTION_ID));
	write_u8(&w, (uint8_t)reason);
}

void refusals_stranger(struct refusals *r, const struct route *route,
                       const uint8_t id[static CONNECTION_ID], enum refuse_reason reason)
{
	add(r, REFUSALS - LIMIT_HALF_OPEN, route, id, reason);
}

void refusals_peer(struct refusals *r, const struct route *route,
                   const uint8_t id[static CONNECTION_ID], enum refuse_reason reason)
{
	add(r, REFUSALS, route, id, reason);
}

bool refusals_due(const struct refusals *r)
{
	return r->count > 0;
}

size_t refusals_output(struct refusals *r, struct route *to, uint8_t *packet)
{
	if (r->count == 0)
		return 0;
	r->count--;
	*to = r->waiting[r->count].route;
	memcpy(packet, r->waiting[r->count].packet, REFUSE_LEN);
	return REFUSE_LEN;
}

enum err refusals_read(struct span packet, struct refusal *refusal)
{
	struct reader r = reader_of(packet);

	if (read_u8(&r) != PACKET_REFUSE)
		return ERR_FORMAT;
	refusal->version = read_u8(&r);
	refusal->suite = read_u8(&r);
	read_bytes(&r, refusal->id, sizeof refusal->id);
	refusal->reason = (enum refuse_reason)read_u8(&r);
	return r.bad ? ERR_FORMAT : OK;
}
