/* beneath: paths of files that come from a peer, name by name, os/beneath; of up to so many bytes.
 * In run, names are short. */
#include "os/beneath.h"
#include "proofs/states/any.h"

static void read_all(size_t len)
{
	char name[BENEATH_NAME];
	struct span path = any_bytes(len);
	//@ loop unroll LEN + 1;
	while (beneath_name(&path, name) && path.len > 0)
		strlen(name);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
