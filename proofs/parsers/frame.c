/* frame: the next frame of a packet that was opened, session/frame. */
#include "proofs/parsers/any.h"
#include "session/frame.h"

static struct frame frame;

int main(void)
{
	for (size_t len = 0; len <= 24; len++) {
		struct reader r = reader_of(any_bytes(len));
		frame_read(&r, &frame);
	}
}
