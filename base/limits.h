/* limits: every size, count and time of schat in one place, with unit and reason. Times are microseconds (_us) or
 * milliseconds (_ms); the core's clock is a monotonic uint64_t in microseconds, never 0 at a real instant. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define MS     UINT64_C(1000) /* one millisecond in the core's clock */
#define SECOND UINT64_C(1000000)
#define NEVER  UINT64_MAX /* a deadline that does not come */

enum {
	/* packets */
	LIMIT_PACKET = 1200, /* bytes of a session packet: RFC 9000 section 14, passes every path */
	LIMIT_HEADROOM = 32, /* bytes a communicator may put before a packet */
	LIMIT_WIRE = LIMIT_HEADROOM + LIMIT_PACKET, /* bytes of the largest datagram we send */
	LIMIT_DATAGRAM = 2048, /* bytes of the largest datagram we read; longer ones are dropped */

	/* handshake */
	LIMIT_HANDSHAKE =
	    4096, /* bytes of one handshake message; RSA-4096 needs 1.6 KiB, post-quantum 2 KiB */
	LIMIT_HELLO_PAYLOAD = 128, /* bytes of a side's payload inside the handshake */
	LIMIT_NICK = 32,           /* bytes */
	LIMIT_CODE_GUESSES =
	    3, /* failed guesses a pairing code survives less one: the third kills it, or makes it rest. Of an
	                             * initiator: confirmations of its code, or of words to compare, that nothing good came back for */
	LIMIT_HALF_OPEN = 8, /* handshakes in progress beside the one conversation */
	LIMIT_NAME = 32,     /* bytes of a contact's name */
	LIMIT_CONTACTS = 64, /* contacts in the peers file */

	/* session */
	LIMIT_STREAMS = 3,
	LIMIT_STREAM_SEND = 1 << 20, /* bytes kept until acknowledged: 100 Mbit/s x 80 ms */
	LIMIT_STREAM_RECEIVE = 1 << 20,
	LIMIT_SENT = 4096,        /* packets in flight: power of two */
	LIMIT_REPLAY = 4096,      /* packets of the replay window: power of two */
	LIMIT_PATHS = 16,         /* addresses under probe or in use */
	LIMIT_PATH_IDS = 32,      /* connection ids a session owns in each direction */
	LIMIT_CANDIDATES = 12,    /* addresses a side offers */
	LIMIT_PROBES = 10,        /* packets of a session to an address that never answered */
	LIMIT_PROBES_HOST = 30,   /* ... to all ports of a host: a NAT may show a few of them */
	LIMIT_PROBES_MINUTE = 60, /* ... to all addresses within a minute */
	LIMIT_PROBED = 128,       /* addresses remembered for that */
	LIMIT_PORT_LEAST =
	    1024, /* no lower one is probed: a peer's socket is not there, a stranger's service may be */

	/* chat */
	LIMIT_TEXT = 16000,   /* bytes of one message: a pasted page */
	LIMIT_RECORD = 16384, /* bytes of a chat record with its padding */

	/* signaling */
	LIMIT_ROOMS = 16, /* rooms one host waits in */
	LIMIT_ROOM_MEMBERS = 4,
	LIMIT_SERVERS = 4,    /* addresses of the signaling server */
	LIMIT_PEER_ADDRS = 8, /* addresses a name gives */

	/* os */
	LIMIT_LINKS = 32, /* sockets of one process */
	LIMIT_BATCH = 64  /* datagrams read from a socket before others have their turn */
};

/* times */
#define LIMIT_CODE_US (600 * SECOND) /* a pairing code lives ten minutes */
#define LIMIT_HANDSHAKE_US                                                                         \
	(60 * SECOND) /* a handshake that makes no progress: longer than most networks are away */
#define LIMIT_REKEY_US      (600 * SECOND) /* fresh keys after ten minutes */
#define LIMIT_REKEY_PACKETS (UINT64_C(1) << 20)
#define LIMIT_REKEY_EVERY_US                                                                       \
	(60 *                                                                                      \
	 SECOND) /* ... but no sooner than this after the last: an RSA pair costs up to a second */
#define LIMIT_KEEPALIVE_US                                                                         \
	(20 * SECOND) /* below the 30 s of the shortest NAT mapping (RFC 4787 section 4.3) */
#define LIMIT_REFRESH_US (20 * SECOND) /* a waiting peer's JOIN */

#endif
