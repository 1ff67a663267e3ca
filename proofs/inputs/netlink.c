/* netlink: what the kernel says has become of the network, os/network; of up to so many bytes. */
#define SOCK_CLOEXEC  02000000 /* Frama-C's headers come without them */
#define SOCK_NONBLOCK 04000
#include "os/network.c"
#include "proofs/parsers/any.h"

static void read_all(size_t len)
{
	struct span news = any_bytes(len);
	any_breaks(news.at, news.len);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
