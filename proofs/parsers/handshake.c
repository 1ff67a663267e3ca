/* handshake: HANDSHAKE and REFUSE, endpoint/handshake; of up to so many bytes. */
#include "endpoint/handshake.h"
#include "proofs/parsers/any.h"

static struct fragment fragment;
static struct refusal refusal;

static void read_all(size_t len)
{
	handshake_read_refusal(any_bytes(len), &refusal);
	handshake_read(any_bytes(len), &fragment);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
