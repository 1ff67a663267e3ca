/* translator: the addresses of ipv4only.arpa, as a child hands them over, os/nat64_search, and the
 * prefix that is in them, os/nat64; of up to so many bytes. */
#include <netdb.h>
#include <string.h>

#include "os/nat64_search.c"
#include "proofs/states/any.h"

static void read_all(size_t len)
{
	struct addr a = any_addr();
	child.result = any_bytes(len);
	(void)take();
	(void)(any_bool() ? nat64_map(&a) : nat64_unmap(&a));
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
