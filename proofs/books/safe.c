/* safe: text that is shown, ui/safe, joining and width. */
#include "ui/safe.h"
#include "proofs/books/any.h"

static uint8_t room[SAFE_ROOM(LEN)];

static void read_all(size_t len)
{
	struct writer out = writer_of(room + SAFE_ROOM(LEN) - SAFE_ROOM(len), SAFE_ROOM(len));
	safe_part(any_bytes(len), (uint32_t)Frama_C_unsigned_int_interval(0, 0x10ffff),
	          Frama_C_unsigned_int_interval(0, 15), &out);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
