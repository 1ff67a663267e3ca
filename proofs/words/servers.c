/* servers: a list of servers, and whether a target has a code in it, cmd/talk/target; of up to so
 * many bytes, of which two servers are read. */
#include "proofs/words/target.h"

static const uint8_t part_lens[] = { 0, 1, 2, 3, 4, 5, 6, 7, 255 };

#include "proofs/words/parts.h"

static void read_all(size_t len)
{
	struct span list = any_bytes(len);
	struct target_server s;
	(void)target_has_secret(list);
	for (int i = 0; i < 2 && target_next_server(&list, &s);)
		i++;
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
