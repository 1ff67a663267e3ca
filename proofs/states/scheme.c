/* scheme: what addresses begin with, transport/communicator; of up to so many bytes, which is more
 * than any scheme has. */
#include "proofs/states/any.h"
#include "transport/communicator.h"

static const struct communicator_class meets = { .scheme = "", .meets = true };
static const struct communicator_class tcp = { .scheme = "tcp://" }, udp = { .scheme = "udp://" };
const struct communicator_class *const communicator_classes[] = { &meets, &tcp, &udp, NULL };

static void read_all(size_t len)
{
	struct span address = any_bytes(len);
	if (communicator_class_of_scheme(&address) != NULL && address.len > 0)
		address.at[address.len - 1];
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
