/* nat: what a host has found out about the NAT in front of its IPv4 socket, from how a server sees
 * it at two ports (transport/natclass.h). Peers tell it each other: docs/PROTOCOL.md 6.12. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct nat_traits {
	bool known; /* else nothing of the rest is, but for quiet_us */
	bool hard;  /* one socket has another port toward each destination, or host */
	bool keeps; /* a new socket has its own port outside, toward its first destination */
	bool moves; /* the main socket has another port outside than its own */
	bool low;   /* we may bind ports below 1024, and the NAT gives them ports below 1024 */
	/* hard: each new mapping has the port that comes so many after the last one's; 0: not so */
	uint16_t step;
	uint16_t first, last; /* hard: the range that ports of mappings come from */
	/* Of IPv4, of IPv6: a mapping, or a firewall's state, may go unused for so long; 0: that
	 * is not known. Peers are not told. */
	uint64_t quiet_us[2];
};
