/* communicators: the table of communicators, and nothing else: a test links its own instead. */
#include "transport/communicator.h"

extern const struct communicator_class tcp_communicator, udp_communicator, p2p_communicator;

const struct communicator_class *const communicator_classes[] = {
	&p2p_communicator,
	&tcp_communicator,
	&udp_communicator,
	NULL,
};
