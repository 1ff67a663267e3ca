/* greeting: see greeting.h. */
#include "endpoint/greeting.h"

#include "base/assert.h"

size_t greeting_write(uint8_t payload[static GREETING_MAX], uint8_t mode, struct span nick)
{
	struct writer w = writer_of(payload, GREETING_MAX);

	assert(nick.len <= LIMIT_NICK);
	write_u8(&w, mode);
	write_u8(&w, (uint8_t)nick.len);
	write_span(&w, nick);
	return w.len;
}

struct greeting greeting_read(struct span payload)
{
	struct reader r = reader_of(payload);
	struct greeting g = { .mode = read_u8(&r) };
	size_t len = read_u8(&r);
	struct span nick = read_span(&r, len);

	if (!r.bad && len <= LIMIT_NICK)
		g.nick = nick;
	g.exact = len <= LIMIT_NICK && read_end(&r);
	return g;
}
