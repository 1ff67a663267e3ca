/* open: OPEN packets, as whoever knows the address of a host sends them, transport/udp; of up to so
 * many bytes. */
#include "proofs/states/any.h"
#include "transport/udp.c"

bool cookies_good(const struct cookies *c, const struct addr *from, uint64_t now,
                  const uint8_t cookie[static COOKIE_BYTES])
{
	(void)c, (void)from, (void)now;
	cookie[0], cookie[COOKIE_BYTES - 1];
	return any_bool();
}

static struct udp udp;

static void read_all(size_t len)
{
	struct route from = { .link = 1, .remote = any_addr(), .local = any_addr() }, route;
	struct span packet;
	bool proved;
	udp.answers_count = (size_t)Frama_C_interval(0, ANSWERS);
	take_open(&udp, &from, any_bytes(len), any_number(NEVER));
	if (carrier_get(&udp.inbox, &route, &packet, &proved) && packet.len > 0)
		packet.at[0], packet.at[packet.len - 1];
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
