/* handshake: the headers of HANDSHAKE and REFUSE, endpoint/handshake. */
#include "proofs/parsers/any.h"
#include "endpoint/handshake.h"

static struct fragment fragment;
static struct refusal refusal;

int main(void)
{
	for (size_t len = 0; len <= 40; len++) {
		handshake_read(any_bytes(len), &fragment);
		handshake_read_refusal(any_bytes(len), &refusal);
	}
}
