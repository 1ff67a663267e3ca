/* framing: see framing.h. A read usually brings whole packets, which are handed on from where they
 * lie; only a packet that ends in a later read is gathered in the struct. */
#include "wire/framing.h"

#include <string.h>

void framing_init(struct framing *f)
{
	f->len = 0;
	f->bad = false;
}

bool framing_bad(const struct framing *f)
{
	return f->bad;
}

void framing_header(uint8_t at[static FRAMING_HEADER], size_t packet_len)
{
	store_be16(at, (uint16_t)packet_len);
}

/* Moves bytes from *in to the struct until it has want; false: *in ended before. */
static bool gather(struct framing *f, struct span *in, size_t want)
{
	if (f->len < want && in->len > 0) {
		size_t len = want - f->len < in->len ? want - f->len : in->len;
		memcpy(f->bytes + f->len, in->at, len);
		f->len += len;
		*in = span_of(in->at + len, in->len - len);
	}
	return f->len >= want;
}

bool framing_next(struct framing *f, struct span *in, struct span *packet)
{
	/*@ loop invariant begun(f) && is_span(in) && in->len <= \at(in->len, Pre);
	    loop invariant \base_addr(in->at) == \at(\base_addr(in->at), Pre);
	    loop assigns *f, *in, *packet;
	    loop variant in->len; */
	while (!f->bad && in->len > 0) {
		bool fresh = f->len == 0; /* *in begins with a header */
		size_t whole;

		if (!fresh || in->len < FRAMING_HEADER) {
			if (!gather(f, in, FRAMING_HEADER))
				return false;
			fresh = false;
		}
		whole = FRAMING_HEADER + (size_t)load_be16(fresh ? in->at : f->bytes);
		if (whole > sizeof f->bytes) {
			f->bad = true;
			return false;
		}

		if (fresh && in->len >= whole) {
			*packet = span_of(in->at + FRAMING_HEADER, whole - FRAMING_HEADER);
			*in = span_of(in->at + whole, in->len - whole);
		} else if (gather(f, in, whole)) {
			*packet = span_of(f->bytes + FRAMING_HEADER, whole - FRAMING_HEADER);
			f->len = 0; /* its bytes stay until the next call */
		} else {
			return false;
		}
		if (packet->len > 0)
			return true;
	}
	return false;
}
