/* stream: pieces of a stream, put together, session/stream, ring and ranges: two of up to LEN
 * bytes each, anywhere in a window of eight bytes and behind it, with reading in between. */
#include "session/stream.h"
#include "proofs/states/any.h"

enum { WINDOW = 8 };

static void read_one(struct stream_receive *in)
{
	int at = Frama_C_interval(0, WINDOW + 1), len = Frama_C_interval(0, LEN);
	//@ split at;
	;
	//@ split len;
	;
	stream_insert(in, (uint64_t)at, any_bytes((size_t)len), any_bool());
	struct span there = stream_read(in);
	if (there.len > 0) {
		there.at[0], there.at[there.len - 1];
		stream_consume(in, any_bool() ? 1 : there.len);
	}
}

int main(void)
{
	struct stream s;
	stream_init(&s, WINDOW);
	for (int piece = 0; piece < 2; piece++)
		read_one(&s.receive);
	stream_free(&s);
}
