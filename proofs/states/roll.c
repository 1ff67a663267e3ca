/* roll: what a server left of whom it knew, rendezvous/roll: of up to so many bytes, with all calls
 * that come of it. */
#include "rendezvous/roll.h"
#include "proofs/states/any.h"

static void read_all(size_t len)
{
	struct roll_call c;
	struct route to;
	uint8_t wire[ERROR_LEN];
	//@ dynamic_split c.entries.len;
	;
	uint64_t links = any_number(UINT64_MAX), now = any_number(UINT64_MAX);
	bool any = roll_call_begin(&c, any_bytes(len), links, now);
	c.batch = (unsigned)Frama_C_interval(0, 20);
	for (int i = 0; any && i < 8; i++)
		roll_call_output(&c, &to, wire, any_number(UINT64_MAX));
}

int main(void)
{
	/* a header, and with it one entry, two: whole, and with a byte less or more */
	for (size_t len = 0; len <= LEN; len++)
		if (len % ROLL_ENTRY >= ROLL_HEADER - 1 && len % ROLL_ENTRY <= ROLL_HEADER + 1)
			read_all(len);
}
