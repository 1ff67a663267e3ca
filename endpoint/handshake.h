/* handshake: carries the ordered messages of one key agreement over packets that may be lost: fragments, repeats, de-duplication.
 * docs/PROTOCOL.md section 3, HANDSHAKE. What the messages say is crypto/keying.h's affair. */
#ifndef ENDPOINT_HANDSHAKE_H
#define ENDPOINT_HANDSHAKE_H

#include "base/route.h"
#include "crypto/keying.h"
#include "session/ranges.h"
#include "wire/packet.h"

enum { HANDSHAKE_FRAGMENT = LIMIT_PACKET - HANDSHAKE_HEADER };

/* The header of a HANDSHAKE packet, and its fragment. */
struct fragment {
	uint8_t version, suite;
	uint8_t id[CONNECTION_ID];
	uint8_t number;
	uint16_t total, offset;
	struct span bytes;
};

/* ERR_FORMAT. Of another version only version, suite and id are read. */
enum err fragment_read(struct span packet, struct fragment *f);
/* All of its message: the only form in which number 0 is taken, so that strangers have nothing kept for them. */
bool fragment_is_whole(const struct fragment *f);

struct handshake {
	bool initiator;
	uint8_t suite;
	uint8_t id[CONNECTION_ID];
	struct keying *keying; /* owned */
	struct route route;    /* where the newest fragment came from; where ours go */

	uint8_t out[LIMIT_HANDSHAKE]; /* our newest message */
	size_t out_len, out_at;       /* out_at: next byte to send */
	unsigned out_number;
	bool out_due;
	uint64_t repeat_at, repeat_us; /* initiator; NEVER */

	uint8_t in[LIMIT_HANDSHAKE]; /* the peer's message under assembly */
	unsigned in_number;
	size_t in_total; /* 0: no fragment yet */
	struct ranges in_have;
	struct range in_have_at[8];

	uint64_t progress_at; /* a message was complete */
};

/* keying is taken over. NULL: no memory (keying is freed). id: the initiator's, made by the caller on either side. */
struct handshake *handshake_new(struct keying *keying, bool initiator, uint8_t suite,
                                const uint8_t id[static CONNECTION_ID], const struct route *route,
                                uint64_t now);
void handshake_free(struct handshake *h); /* wipes */

/* Initiator: makes message 0. */
enum err handshake_start(struct handshake *h, uint64_t now);
/* Initiator, after handshake_start: message 0 leaves only then. */
void handshake_wait(struct handshake *h, uint64_t until);
/* A fragment with our id. Errors are keying_handshake's, of a message that is complete; ERR_EXISTS: it says other bytes, or another
 * length, than an earlier fragment of the same message: this handshake is good for nothing any more. OK otherwise, also for what is dropped.
 * *again: the peer repeats a message that has no answer of ours: it has not seen our first SEALED packet. */
enum err handshake_fragment(struct handshake *h, const struct route *from, const struct fragment *f,
                            bool *again, uint64_t now);
/* packet: LIMIT_PACKET bytes. 0: nothing due. */
size_t handshake_output(struct handshake *h, uint8_t *packet, uint64_t now);
uint64_t handshake_deadline(const struct handshake *h);

#endif
