/* communicators: the table of communicators, and nothing else: a test links its own instead. */
#include "transport/communicator.h"

const struct communicator_class *const communicator_classes[] = {
	&communicator_p2p,
	&communicator_tcp,
	&communicator_udp,
	NULL,
};
