/* weather: what a line does to packets: delay, jitter, loss, a rate with a queue before it, a
 * policer, a largest packet, and what it does not let through. The simulator asks it for its
 * packets, tests/net/box.c for real ones. It is pure: time and randomness are arguments. */
#pragma once

#include "base/bytes.h"
#include "base/random.h"

enum way { WAY_OUT, WAY_IN };

struct weather {
	uint64_t delay_us, jitter_us; /* each packet takes delay + 0..jitter */
	bool in_order;                /* jitter overtakes nobody, as on a radio link */
	unsigned loss_permille;
	unsigned burst; /* so many packets in a row are lost, on average; 0, 1: each by itself */
	unsigned duplicate_permille;   /* for the simulator */
	uint64_t rate;                 /* bytes a second; 0: no limit */
	uint64_t queue;                /* bytes that may wait for the line, 0: 256 KiB */
	uint64_t police, allowance;    /* bytes a second that pass, and at once; 0: no policer */
	size_t mtu;                    /* bytes of the largest packet with its IP header; 0: any */
	bool tells;                    /* what is too big is answered by ICMP */
	bool dark;                     /* nothing passes */
	bool udp_blocked, udp_refused; /* ... or is refused by ICMP */
	uint16_t tcp_port;             /* TCP passes to this port of others only; 0: to all */
	/* Only weather.c writes here. Of each way: the line is busy until then, and the policer's
	 * allowance full (nanoseconds); whether packets are being lost; the last arrival. */
	struct {
		uint64_t busy_until_ns, full_at_ns, last_at;
		bool losing;
	} ways[2];
};

enum fate {
	FATE_ARRIVES,
	FATE_LOST,
	FATE_DROPPED, /* by the queue or the policer */
	FATE_BLOCKED,
	FATE_REFUSED, /* ICMP says so */
	FATE_TOO_BIG  /* ICMP says so if the weather tells */
};

/* A packet of so many bytes, with its IP header, sets out now (microseconds). port: the remote
 * one, of TCP. *at: when it arrives, if it does. */
enum fate weather_pass(struct weather *w, enum way way, int protocol, uint16_t port, size_t len,
                       uint64_t now, struct random *random, uint64_t *at);
