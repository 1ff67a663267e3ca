/* framing: packets on a byte stream, each preceded by its length in two bytes (docs/PROTOCOL.md
 * 2.2). One struct framing for each stream that is read; zeroed memory is a fresh one. */
#pragma once

#include "base/bytes.h"
#include "base/limits.h"

enum { FRAMING_PACKET_MAX = LIMIT_WIRE, FRAMING_HEADER = 2 };

/* Private to framing.c; others embed it. */
struct framing {
	size_t len;
	bool bad;
	uint8_t bytes[FRAMING_HEADER + FRAMING_PACKET_MAX]; /* a packet that is not yet whole */
};

void framing_init(struct framing *f);
/* Takes bytes from *in until a packet is whole. True: *packet is that packet, valid until the next
 * call and as long as *in's memory: one that lies whole in *in is not copied. Keepalives (length 0)
 * are skipped. False: *in is used up, or the stream is bad. */
bool framing_next(struct framing *f, struct span *in, struct span *packet);
/* A length above FRAMING_PACKET_MAX came: nothing more can be read, close the stream. */
bool framing_bad(const struct framing *f);
/* Writes what stands before a packet. */
void framing_header(uint8_t at[static FRAMING_HEADER], size_t packet_len);
