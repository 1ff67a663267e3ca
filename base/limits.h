/* limits: the sizes, counts and times that the protocol or several modules depend on, with unit and
 * reason. Times are microseconds (_us) or milliseconds (_ms); the core's clock is a monotonic
 * uint64_t in microseconds, never 0 at a real instant. */
#pragma once

#define MS     UINT64_C(1000) /* one millisecond in the core's clock */
#define SECOND UINT64_C(1000000)
#define NEVER  UINT64_MAX /* a deadline that does not come */

/* The port of a server or a listener where none is given, and the same for texts. */
#define LIMIT_PORT        7242
#define LIMIT_PORT_TEXT   LIMIT_AS_TEXT(LIMIT_PORT)
#define LIMIT_AS_TEXT(n)  LIMIT_AS_TEXT_(n)
#define LIMIT_AS_TEXT_(n) #n

enum {
	/* Packets, in bytes. Nearly every path carries those of LIMIT_PACKET: RFC 9000 section 14.
	 * Larger ones are for peers that take them, where the path does: four of LIMIT_PACKET_MAX,
	 * with FORWARD before each, leave in one system call of at most 64 KiB. */
	LIMIT_PACKET = 1200,
	LIMIT_PACKET_MAX = 16352,
	LIMIT_HEADROOM = 32, /* what a communicator may put before a packet */
	LIMIT_WIRE = LIMIT_HEADROOM + LIMIT_PACKET_MAX, /* the largest datagram */
	LIMIT_DATAGRAM = LIMIT_WIRE,                    /* longer ones are not read */

	/* Handshake. One message: RSA-4096 needs 1.6 KiB, post-quantum 2 KiB. */
	LIMIT_HANDSHAKE = 4096,
	LIMIT_HELLO_PAYLOAD = 128, /* bytes of a side's payload inside the handshake */
	LIMIT_NICK = 32,           /* bytes */
	/* Failed guesses at a pairing code: the third kills the code, or makes it rest. For an
	 * initiator: confirmations sent, of its code or of words to compare, that were not
	 * answered. */
	LIMIT_CODE_GUESSES = 3,
	LIMIT_HALF_OPEN = 8, /* handshakes in progress beside the conversations */
	LIMIT_PEERS = 64,    /* conversations that a host has at a time, at most */
	LIMIT_NAME = 32,     /* bytes of a contact's name */
	LIMIT_CONTACTS = 64, /* contacts in the peers file */

	/* Session */
	LIMIT_STREAMS = 3, /* that are always there */
	LIMIT_OPEN = 32,   /* beside them, that a side has open at once of those it has opened */
	LIMIT_STREAM_IDS = 1 << 30, /* ids are below: four bytes */
	/* bytes of a stream kept until acknowledged, and until read, and what a path that is long
	 * and fast may raise that to, for all streams: 1.6 Gbit/s x 80 ms */
	LIMIT_STREAM_BUFFER = 1 << 20,
	LIMIT_STREAM_MEMORY = 1 << 24,
	LIMIT_SENT = 16384,       /* packets in flight: power of two */
	LIMIT_REPLAY = 16384,     /* packets of the replay window: power of two */
	LIMIT_PATHS = 16,         /* addresses under probe or in use */
	LIMIT_PATH_IDS = 32,      /* connection ids a session owns in each direction */
	LIMIT_CANDIDATES = 12,    /* addresses a side offers */
	LIMIT_PROBES = 10,        /* packets of a session to an address that never answered */
	LIMIT_PROBES_HOST = 30,   /* ... to all ports of a host: a NAT may show a few of them */
	LIMIT_PROBES_MINUTE = 60, /* ... to all addresses within a minute */
	LIMIT_PROBED = 128,       /* addresses remembered for that */
	/* No lower one is probed: no peer is there, but a stranger's service may be. */
	LIMIT_PORT_MIN = 1024,

	/* Chat */
	LIMIT_TEXT = 16000,   /* bytes of one message: a pasted page */
	LIMIT_RECORD = 16384, /* bytes of a chat record with its padding */

	/* Signaling */
	/* Rooms one host waits in: with each contact, on three days at most; with each peer, to
	 * meet it again; and that of a code. */
	LIMIT_ROOMS = 3 * LIMIT_CONTACTS + LIMIT_PEERS + 1,
	LIMIT_VENUES = 8,     /* signaling servers one host waits at */
	LIMIT_PEER_ADDRS = 8, /* addresses that a host name resolves to */

	/* The system */
	LIMIT_LINKS =
	    LIMIT_PEERS + 32, /* TCP connections: of each peer one, and some on their way */
	LIMIT_SPARES = 256,   /* UDP sockets beside these, for some seconds: a search needs them */
	/* ... beside them, to servers: two for each address */
	LIMIT_SERVER_LINKS = 2 * LIMIT_VENUES * LIMIT_PEER_ADDRS,
	LIMIT_BATCH = 64 /* datagrams read from a socket before others have their turn */
};

/* A pairing code lives ten minutes. */
#define LIMIT_CODE_US (600 * SECOND)
/* A handshake that makes no progress: longer than networks usually are away. */
#define LIMIT_HANDSHAKE_US (60 * SECOND)
/* Fresh keys after ten minutes or so many packets, but no sooner than a minute after the last ones:
 * a pair of RSA keys costs up to a second. */
#define LIMIT_REKEY_US       (600 * SECOND)
#define LIMIT_REKEY_PACKETS  (UINT64_C(1) << 20)
#define LIMIT_REKEY_EVERY_US (60 * SECOND)
/* Below the 30 s of the shortest NAT mapping (RFC 4787 section 4.3). */
#define LIMIT_KEEPALIVE_US (20 * SECOND)
/* A peer that is silent for so long is given up when our side has nothing more to wait for. */
#define LIMIT_FAREWELL_US (60 * SECOND)
