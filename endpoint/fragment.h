/* fragment: the HANDSHAKE packet: one piece of one message of a key agreement. docs/PROTOCOL.md
 * section 3. */
#ifndef ENDPOINT_FRAGMENT_H
#define ENDPOINT_FRAGMENT_H

#include "base/bytes.h"
#include "base/err.h"
#include "wire/packet.h"

enum { FRAGMENT_MAX = LIMIT_PACKET - HANDSHAKE_HEADER }; /* bytes of the message in one packet */

struct fragment {
	uint8_t version, suite;
	uint8_t id[CONNECTION_ID]; /* of the handshake, made by the initiator */
	uint8_t number;            /* of the message */
	uint16_t total, offset;    /* bytes of the message; where these ones belong */
	struct span bytes;         /* borrowed from the packet */
};

/* ERR_FORMAT: not such a packet. Of another version only version, suite and id are read. */
enum err fragment_read(struct span packet, struct fragment *f);
void fragment_write(const struct fragment *f, struct writer *packet);
/* The whole message: the only form in which message 0 is taken, so nothing is kept for
 * strangers. */
bool fragment_is_whole(const struct fragment *f);

#endif
