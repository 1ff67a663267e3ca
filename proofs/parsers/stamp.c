/* stamp: what shows a closed server that HELLO or JOIN is a client's of its own, wire/stamp; and
 * whether bytes are a session's. */
#include "wire/stamp.h"
#include "proofs/parsers/any.h"

static uint8_t key[STAMP_KEY];

static void read_all(size_t len)
{
	struct span message = any_bytes(len);
	packet_is_session(message);
	if (stamp_of(message) != NULL)
		stamp_good(message, key);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
