/* packet: what the first byte of a datagram, or of a piece of a framed stream, says; and how long
 * each packet, its header or a field of it is. docs/PROTOCOL.md sections 2 and 3 (sessions),
 * docs/SIGNALING.md S1 (messages of a signaling server). All lengths are in bytes. */
#pragma once

#include "base/bytes.h"
#include "base/limits.h"

enum packet_type {
	/* between a client and a signaling server; the first two also between peers over udp:// */
	PACKET_HELLO = 0xC0,
	PACKET_COOKIE = 0xC1,
	PACKET_JOIN = 0xC2,
	PACKET_WAIT = 0xC3,
	PACKET_INTRO = 0xC4,
	PACKET_ERROR = 0xC5,
	/* another packet inside: with a cookie, udp://; for a pair, through a server */
	PACKET_OPEN = 0xC6,
	PACKET_KEEP = 0xC7, /* wakes NATs; to a server, with more than this byte: keeps a place */
	PACKET_FORWARD = 0xF0,
	/* of a session */
	PACKET_HANDSHAKE = 0xD1,
	PACKET_REFUSE = 0xD2,
	PACKET_SEALED = 0xE0 /* plus the key phase */
};

enum { SIGNALING_VERSION = 1, PROTOCOL_VERSION = 1 }; /* byte 1 of the above, where it is one */

enum {
	/* whole packets; longer ones are read as their first bytes */
	HELLO_LEN = 96,
	COOKIE_LEN = 56,
	JOIN_LEN = 72,
	WAIT_LEN = 40,
	INTRO_LEN = 56,
	ERROR_LEN = 12,
	KEEP_HEADER = 4, /* then secrets */
	REFUSE_LEN = 12,
	/* what stands before the packet inside, the fragment, or the sealed frames */
	OPEN_HEADER = 18,
	FORWARD_HEADER = 9,
	FORWARD_STREAM_MAX = LIMIT_HEADROOM + LIMIT_PACKET, /* older programs take no more */
	HANDSHAKE_HEADER = 16,
	SEALED_HEADER = 17,
	SEALED_OVERHEAD = SEALED_HEADER + 16 /* and the tag after them */
};

enum {
	COOKIE_BYTES = 16,
	NONCE_BYTES = 8,
	SECRET_BYTES = 8, /* a member's, known to it and the server alone */
	TOKEN_LEN = 16,   /* of a room */
	CONNECTION_ID = 8,
	PACKET_PHASES = 4 /* key phases of SEALED */
};

/* Whether bytes look like a packet of a session: HANDSHAKE, REFUSE or SEALED. */
static inline bool packet_is_session(struct span bytes)
{
	if (bytes.len == 0 || bytes.len > LIMIT_PACKET_MAX)
		return false;
	uint8_t type = bytes.at[0];
	return type == PACKET_HANDSHAKE || type == PACKET_REFUSE ||
	       (type & ~(PACKET_PHASES - 1)) == PACKET_SEALED;
}
