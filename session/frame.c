/* frame: see frame.h. All fields of a frame are read before any is looked at; one that makes no
 * sense makes the reader bad. */
#include "session/frame.h"

#include "base/limits.h"
#include "base/min_max.h"

#define OFFSET_END (UINT64_C(1) << 62) /* offsets and numbers are below: what a varint holds */

_Static_assert(ACK_RANGES_MAX <= 64,
               "frame_write_ack writes the number of further ranges as one byte");

/* RFC 9000 section 19.3.1: the first range goes down from the largest number; each further one
 * starts gap + 2 below the smallest so far. An empty range: that makes no sense. */
static struct range read_range(struct reader *r, uint64_t smallest)
{
	uint64_t gap = read_varint(r), length = read_varint(r);
	if (r->bad || gap + 2 > smallest || length > smallest - gap - 2)
		return (struct range){ 0, 0 };
	uint64_t to = smallest - gap - 1;
	return (struct range){ to - 1 - length, to };
}

static bool read_ack(struct reader *r, struct frame *f)
{
	uint64_t largest = read_varint(r);
	f->as.ack.delay_us = read_varint(r);
	uint64_t further = read_varint(r), length = read_varint(r);
	if (r->bad || length > largest)
		return false;
	struct range range = { largest - length, largest + 1 };
	f->as.ack.ranges[0] = range;
	f->as.ack.count = 1;
	/*@ loop invariant is_reader(r) && on{Pre, Here}(r);
	    loop invariant apart(r, f);
	    loop invariant fine_ack(f) && !r->bad && range.from < OFFSET_END;
	    loop assigns further, range, *r, f->as.ack;
	    loop variant further; */
	for (; further > 0; further--) { /* ends with the packet: each takes bytes of it */
		range = read_range(r, range.from);
		if (range.to == 0)
			return false;
		if (f->as.ack.count < ACK_RANGES_MAX)
			f->as.ack.ranges[f->as.ack.count++] = range;
	}
	return true;
}

/* What begins with a stream's id. */
static bool read_stream(struct reader *r, struct frame *f)
{
	uint64_t id = read_varint(r);

	f->stream = (uint32_t)id;
	if (id >= LIMIT_STREAM_IDS)
		return false;
	if (f->type == FRAME_RESET) {
		f->as.reset = read_u8(r);
		return true;
	}
	f->as.limit = read_varint(r);
	if (f->type == FRAME_MAX_DATA)
		return true;
	f->as.stream.offset = f->as.limit;
	f->as.stream.end = f->type == FRAME_STREAM_END;
	uint64_t len = read_varint(r);
	if (len > r->left)
		return false;
	f->as.stream.bytes = read_span(r, (size_t)len);
	return f->as.stream.offset + len < OFFSET_END;
}

static bool read_path(struct reader *r, struct frame *f)
{
	read_bytes(r, f->as.path.bytes, CHALLENGE_LEN);
	if (f->type == FRAME_PATH_RESPONSE)
		f->as.path.seen = addr_read(r);
	return true;
}

static bool read_close(struct reader *r, struct frame *f)
{
	f->as.close.code = read_u8(r);
	uint64_t len = read_varint(r);
	if (len > CLOSE_TEXT_MAX)
		return false;
	f->as.close.text = read_span(r, (size_t)len);
	return true;
}

static bool read_body(struct reader *r, struct frame *f)
{
	switch (f->type) {
	case FRAME_PADDING:
		/*@ loop invariant apart(r, f) && on{Pre, Here}(r);
		    loop assigns r->at, r->left;
		    loop variant r->left; */
		for (; r->left > 0 && *r->at == FRAME_PADDING; r->left--)
			r->at++;
		return true;
	case FRAME_PING: return true;
	case FRAME_ACK: return read_ack(r, f);
	case FRAME_STREAM:
	case FRAME_STREAM_END:
	case FRAME_MAX_DATA:
	case FRAME_RESET: return read_stream(r, f);
	case FRAME_PATH_CHALLENGE:
	case FRAME_PATH_RESPONSE: return read_path(r, f);
	case FRAME_CLOSE: return read_close(r, f);
	}
	return false; /* unknown */
}

bool frame_read(struct reader *r, struct frame *f)
{
	if (r->bad || r->left == 0)
		return false;
	f->type = (enum frame_type)read_u8(r);
	if (!read_body(r, f))
		r->bad = true;
	return !r->bad;
}

void frame_write_ping(struct writer *w)
{
	write_u8(w, FRAME_PING);
}

bool frame_write_ack(struct writer *w, const struct ranges *received, uint64_t delay_us)
{
	if (received->count == 0)
		return false;
	size_t newest = received->count - 1;
	uint64_t largest = received->at[newest].to - 1,
		 length = largest - received->at[newest].from;
	delay_us = min_of(delay_us, OFFSET_END - 1);
	if (2 + varint_size(largest) + varint_size(delay_us) + varint_size(length) > writer_room(w))
		return false;
	write_u8(w, FRAME_ACK);
	write_varint(w, largest);
	write_varint(w, delay_us);
	uint8_t *further = w->at + w->len;
	write_u8(w, 0);
	write_varint(w, length);
	for (size_t i = newest; i-- > 0 && *further < ACK_RANGES_MAX - 1; ++*further) {
		uint64_t gap = received->at[i + 1].from - received->at[i].to - 1;
		length = received->at[i].to - received->at[i].from - 1;
		if (varint_size(gap) + varint_size(length) > writer_room(w))
			break;
		write_varint(w, gap);
		write_varint(w, length);
	}
	return true;
}

bool frame_write_stream(struct writer *w, uint32_t stream, uint64_t offset, struct span bytes,
                        bool end)
{
	size_t header = 1 + varint_size(stream) + varint_size(offset) + varint_size(bytes.len);

	if (header + bytes.len > writer_room(w))
		return false;
	write_u8(w, end ? FRAME_STREAM_END : FRAME_STREAM);
	write_varint(w, stream);
	write_varint(w, offset);
	write_varint(w, bytes.len);
	write_span(w, bytes);
	return true;
}

size_t frame_stream_room(size_t room, uint32_t stream, uint64_t offset)
{
	size_t header = 1 + varint_size(stream) + varint_size(offset), best = 0;
	for (unsigned size = 1; size <= 8 && room > header + size; size *= 2) { /* of the length */
		uint64_t most = (UINT64_C(1) << (8 * size - 2)) - 1;
		best = (size_t)max_of(best, min_of(room - header - size, most));
	}
	return best;
}

void frame_write_max_data(struct writer *w, uint32_t stream, uint64_t limit)
{
	write_u8(w, FRAME_MAX_DATA);
	write_varint(w, stream);
	write_varint(w, limit);
}

void frame_write_reset(struct writer *w, uint32_t stream, uint8_t code)
{
	write_u8(w, FRAME_RESET);
	write_varint(w, stream);
	write_u8(w, code);
}

void frame_write_challenge(struct writer *w, const uint8_t bytes[static CHALLENGE_LEN])
{
	write_u8(w, FRAME_PATH_CHALLENGE);
	write_span(w, span_of(bytes, CHALLENGE_LEN));
}

void frame_write_response(struct writer *w, const uint8_t bytes[static CHALLENGE_LEN],
                          const struct addr *seen)
{
	write_u8(w, FRAME_PATH_RESPONSE);
	write_span(w, span_of(bytes, CHALLENGE_LEN));
	addr_write(w, seen);
}

void frame_write_close(struct writer *w, uint8_t code, struct span text)
{
	text.len = (size_t)min_of(text.len, CLOSE_TEXT_MAX);
	write_u8(w, FRAME_CLOSE);
	write_u8(w, code);
	write_varint(w, text.len);
	write_span(w, text);
}
