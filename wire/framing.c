/* stream: see stream.h. The usual read brings whole packets, which are handed on from where they
 * lie; only a packet that ends in a later read is gathered in the reader. */
#include "wire/framing.h"

#include <string.h>

void stream_header(uint8_t at[static STREAM_HEADER], size_t packet_len)
{
	store_be16(at, (uint16_t)packet_len);
}

/* Moves bytes from *in to the reader until it has want; false: *in ended before. */
static bool gather(struct stream_reader *r, struct span *in, size_t want)
{
	if (r->len < want && in->len > 0) {
		size_t len = want - r->len < in->len ? want - r->len : in->len;
		memcpy(r->bytes + r->len, in->at, len);
		r->len += len;
		*in = span_of(in->at + len, in->len - len);
	}
	return r->len >= want;
}

bool stream_next(struct stream_reader *r, struct span *in, struct span *packet)
{
	while (!r->bad && in->len > 0) {
		bool fresh = r->len == 0; /* *in begins with a header */
		size_t whole;

		if (!fresh || in->len < STREAM_HEADER) {
			if (!gather(r, in, STREAM_HEADER))
				return false;
			fresh = false;
		}
		whole = STREAM_HEADER + (size_t)load_be16(fresh ? in->at : r->bytes);
		if (whole > sizeof r->bytes) {
			r->bad = true;
			return false;
		}

		if (fresh && in->len >= whole) {
			*packet = span_of(in->at + STREAM_HEADER, whole - STREAM_HEADER);
			*in = span_of(in->at + whole, in->len - whole);
		} else if (gather(r, in, whole)) {
			*packet = span_of(r->bytes + STREAM_HEADER, whole - STREAM_HEADER);
			r->len = 0; /* its bytes stay until the next call */
		} else {
			return false;
		}
		if (packet->len > 0)
			return true;
	}
	return false;
}
