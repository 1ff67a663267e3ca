/* forward: FORWARD packets from a server, transport/introductions, with two pairs of any ids; of up
 * to so many bytes. In run, packets are short. */
#include "proofs/states/any.h"
#include "transport/introductions.h"

static struct introductions i;

static void read_all(size_t len)
{
	struct carrier_inbox in = { .full = false };
	struct addr local = any_addr();
	i.responder = any_bool();
	i.end = (size_t)Frama_C_interval(0, 2);
	for (size_t n = 0; n < 2; n++) {
		i.pairs[n].live = any_bool();
		i.pairs[n].id = any_number(UINT64_MAX);
		i.pairs[n].room = Frama_C_interval(-1, 1);
	}
	i.early.pair = any_number(UINT64_MAX);
	i.early.since = any_number(NEVER / 2);
	(void)introductions_forward(&i, &local, any_bytes(len), &in, any_number(NEVER / 2));
	if (in.full)
		in.packet.at[0], in.packet.at[in.packet.len - 1];
	if (i.early.len > LIMIT_PACKET_MAX)
		base_panic("introductions_forward", 0);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
