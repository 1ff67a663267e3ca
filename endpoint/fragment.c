/* fragment: see fragment.h. */
#include "endpoint/fragment.h"

enum err fragment_read(struct span packet, struct fragment *f)
{
	struct reader r = reader_of(packet);

	if (read_u8(&r) != PACKET_HANDSHAKE)
		return ERR_FORMAT;
	f->version = read_u8(&r);
	f->suite = read_u8(&r);
	read_bytes(&r, f->id, sizeof f->id);
	if (f->version != PROTOCOL_VERSION)
		return r.bad ? ERR_FORMAT : OK;
	f->number = read_u8(&r);
	f->total = read_be16(&r);
	f->offset = read_be16(&r);
	f->bytes = read_span(&r, r.left);
	if (!read_end(&r) || f->bytes.len == 0 || f->total > LIMIT_HANDSHAKE)
		return ERR_FORMAT;
	return f->offset + f->bytes.len <= f->total ? OK : ERR_FORMAT;
}

void fragment_write(const struct fragment *f, struct writer *packet)
{
	write_u8(packet, PACKET_HANDSHAKE);
	write_u8(packet, f->version);
	write_u8(packet, f->suite);
	write_span(packet, span_of(f->id, sizeof f->id));
	write_u8(packet, f->number);
	write_be16(packet, f->total);
	write_be16(packet, f->offset);
	write_span(packet, f->bytes);
}

bool fragment_is_whole(const struct fragment *f)
{
	return f->offset == 0 && f->bytes.len == f->total;
}
