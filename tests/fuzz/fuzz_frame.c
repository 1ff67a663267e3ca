/* fuzz: frames of a decrypted packet. Whatever reads is written again, and then reads the same. */
#include "base/assert.h"
#include "base/limits.h"
#include "session/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void write_ack(struct writer *w, const struct frame *f)
{
	struct range at[ACK_RANGES_MAX];
	struct ranges received = ranges_of(at, ACK_RANGES_MAX);
	received.count = f->as.ack.count;
	for (size_t i = 0; i < received.count; i++)
		at[received.count - 1 - i] = f->as.ack.ranges[i];
	bool fits = frame_write_ack(w, &received, f->as.ack.delay_us);
	assert(fits);
}

static void write_again(struct writer *w, const struct frame *f)
{
	switch (f->type) {
	case FRAME_PADDING: write_u8(w, 0); break;
	case FRAME_PING: frame_write_ping(w); break;
	case FRAME_ACK: write_ack(w, f); break;
	case FRAME_STREAM:
	case FRAME_STREAM_END:
		frame_write_stream(w, f->stream, f->as.stream.offset, f->as.stream.bytes,
		                   f->as.stream.end);
		break;
	case FRAME_MAX_DATA: frame_write_max_data(w, f->stream, f->as.limit); break;
	case FRAME_PATH_CHALLENGE: frame_write_challenge(w, f->as.path.bytes); break;
	case FRAME_PATH_RESPONSE:
		frame_write_response(w, f->as.path.bytes, &f->as.path.seen);
		break;
	case FRAME_CLOSE: frame_write_close(w, f->as.close.code, f->as.close.text); break;
	case FRAME_RESET: frame_write_reset(w, f->stream, f->as.reset); break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t first[1 << 16], second[1 << 16];
	struct frame f, again;
	if (len > sizeof first)
		return 0;
	struct reader r = reader_of(span_of(data, len));
	while (frame_read(&r, &f)) {
		struct writer w = writer_of(first, sizeof first),
			      v = writer_of(second, sizeof second);
		write_again(&w, &f);
		assert(!w.full);
		struct reader back = reader_of(written(&w));
		bool read = frame_read(&back, &again);
		assert(read);
		assert(read_end(&back));
		write_again(&v, &again);
		assert(span_equal(written(&w), written(&v)));
	}
	assert(r.bad || r.left == 0);
	return 0;
}
