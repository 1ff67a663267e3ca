#include "session/control.h"

#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"

bool control_send(struct stream_send *to, enum control_type type, struct span body)
{
	uint8_t header[CONTROL_HEADER] = { (uint8_t)type };

	assert(body.len <= CONTROL_BODY_MAX);
	if (stream_write_room(to) < sizeof header + body.len)
		return false;
	store_be16(header + 1, (uint16_t)body.len);
	stream_write(to, span_of(header, sizeof header));
	stream_write(to, body);
	return true;
}

/* Moves bytes of the stream into the message until it holds want bytes. */
static bool gather(struct control *c, struct stream_receive *from, size_t want)
{
	/*@ loop invariant c->len <= sizeof(c->bytes);
	    loop invariant c->taken == \at(c->taken, Pre);
	    loop invariant from->ring.at == \at(from->ring.at, Pre);
	    loop assigns *c, *from;
	    loop variant want - c->len; */
	while (c->len < want) {
		struct span bytes = stream_read(from);
		size_t take = (size_t)min_of(want - c->len, bytes.len);

		if (take == 0)
			return false;
		memcpy(c->bytes + c->len, bytes.at, take);
		c->len += take;
		stream_consume(from, take);
	}
	return true;
}

enum err control_take(struct control *c, struct stream_receive *from, uint8_t *type,
                      struct span *body)
{
	if (c->taken)
		c->len = 0;
	c->taken = false;
	if (!gather(c, from, CONTROL_HEADER))
		return ERR_FULL;
	size_t len = load_be16(c->bytes + 1);
	if (len > CONTROL_BODY_MAX)
		return ERR_FORMAT;
	if (!gather(c, from, CONTROL_HEADER + len))
		return ERR_FULL;
	c->taken = true;
	*type = c->bytes[0];
	*body = span_of(c->bytes + CONTROL_HEADER, len);
	return OK;
}
