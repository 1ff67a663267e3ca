/* stream: packets on a byte stream, each preceded by its length in two bytes
 * (docs/PROTOCOL.md 2.2). One per TCP link. */
#ifndef WIRE_FRAMING_H
#define WIRE_FRAMING_H

#include "base/bytes.h"
#include "base/limits.h"

enum { STREAM_PACKET_MAX = LIMIT_WIRE, STREAM_HEADER = 2 };

struct stream_reader {
	uint8_t bytes[STREAM_HEADER + STREAM_PACKET_MAX];
	size_t len;
	bool bad; /* a length above the limit came: close the link */
};

/* Takes bytes from *in until a packet is whole; true: *packet is it, valid until the next call.
 * Keepalives (length 0) are skipped. A packet that lies whole in *in is returned from there without
 * copying. */
bool stream_next(struct stream_reader *r, struct span *in, struct span *packet);
void stream_header(uint8_t at[static STREAM_HEADER], size_t packet_len);

#endif
