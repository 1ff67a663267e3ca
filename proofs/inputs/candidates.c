/* candidates: what the peer says of its addresses, of its NAT and of the ports of a search,
 * session/punch, search and aim; bodies of up to so many bytes. */
#include "proofs/parsers/any.h"
#include "session/punch.h"
#include "session/search.h"

static struct punch punch;
static struct search search;
static struct aim aim;

static void read_all(size_t len)
{
	struct span body = any_bytes(len);
	struct reader r = reader_of(body);
	punch_input(&punch, body, 0);
	search_peer(&search, body);
	aim_read(&aim, &r);
}

int main(void)
{
	punch_init(&punch, Frama_C_interval(0, 1), true);
	search_init(&search, true, true, NULL);
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
