/* srv: the answer of a name server, os/srv; of up to so many bytes. The names in it are read by the
 * C library: as many bytes as it likes of what is there, and any name comes of it. */
#include "os/srv.c"
#include "proofs/parsers/any.h"

static struct srv_target targets[LIMIT_VENUES];
static uint16_t weights[LIMIT_VENUES];

int dn_expand(const unsigned char *begin, const unsigned char *end, const unsigned char *at,
              char *to, int room)
{
	(void)begin;
	if (at >= end)
		base_panic("dn_expand", 0);
	int len = Frama_C_interval(0, (int)(end - at));
	//@ split len;
	Frama_C_make_unknown(to, (unsigned long)room);
	to[Frama_C_interval(0, room - 1)] = 0;
	return len > 0 ? len : -1;
}

static void read_all(size_t len)
{
	struct span answer = any_bytes(len);
	size_t count = read_answer(answer.at, answer.len, targets, weights);
	if (count > LIMIT_VENUES)
		base_panic("read_answer", 0);
	draw(targets, weights, count);
}

int main(void)
{
	/* none; a header, a question; a record of another kind, and one that counts: whole, and
	 * with a byte less or more */
	static const uint8_t lens[] = { 0, 11, 12, 13, 16, 17, 18, 22, 23, 24, 29, 30, 31 };
	for (size_t i = 0; i < sizeof lens; i++)
		read_all(lens[i]);
}
