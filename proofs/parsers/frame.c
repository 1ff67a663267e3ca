/* frame: a frame of a packet that has been opened, session/frame; of up to so many bytes. */
#include "session/frame.h"
#include "proofs/parsers/any.h"

static struct frame frame;

static void read_all(size_t len)
{
	struct reader r = reader_of(any_bytes(len));
	frame_read(&r, &frame);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
