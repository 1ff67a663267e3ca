/* handshake: carries the ordered messages of one key agreement over packets that may be lost:
 * fragments, repeats, de-duplication. docs/PROTOCOL.md section 3, HANDSHAKE. crypto/keying.h
 * knows what the messages say. */
#ifndef ENDPOINT_HANDSHAKE_H
#define ENDPOINT_HANDSHAKE_H

#include "base/route.h"
#include "crypto/keying.h"
#include "endpoint/fragment.h"

struct handshake;

/* Takes over keying, which is freed on failure too. NULL: no memory. id: the initiator's choice, on
 * both sides. route: where the first packet came from, or goes to. */
struct handshake *handshake_new(struct keying *keying, bool initiator, uint8_t suite,
                                const uint8_t id[static CONNECTION_ID], const struct route *route,
                                uint64_t now);
void handshake_free(struct handshake *h); /* wipes; NULL is fine */

/* Initiator: makes message 0. Errors are keying_handshake's. */
enum err handshake_start(struct handshake *h, uint64_t now);
/* Initiator, after handshake_start: message 0 is not sent before this time. */
void handshake_wait(struct handshake *h, uint64_t until);

enum handshake_step {
	HANDSHAKE_STAYS, /* the fragment was dropped, or its message is not whole yet */
	HANDSHAKE_ON,    /* its message was whole and the key agreement went on */
	/* The peer repeats a message that only a SEALED packet answers: it has seen none. */
	HANDSHAKE_UNSEEN
};

/* A fragment with our id. Errors end the handshake: ERR_EXISTS when the fragment contradicts an
 * earlier one of its message, else keying_handshake's. */
enum err handshake_fragment(struct handshake *h, const struct route *from, const struct fragment *f,
                            enum handshake_step *step, uint64_t now);
/* packet: LIMIT_PACKET bytes, for handshake_route. Returns its length; 0: nothing is due. */
size_t handshake_output(struct handshake *h, uint8_t *packet, uint64_t now);
uint64_t handshake_deadline(const struct handshake *h); /* of handshake_output */

/* The ready keys, owned by the caller from now on. Only repeats are answered afterwards. */
struct encryptor *handshake_take(struct handshake *h);
const struct keying *handshake_keying(const struct handshake *h);
const uint8_t *handshake_id(const struct handshake *h);         /* CONNECTION_ID bytes */
const struct route *handshake_route(const struct handshake *h); /* of the newest message */
uint64_t handshake_progress_at(const struct handshake *h);      /* when a message was last whole */
bool handshake_is_answered(const struct handshake *h); /* initiator: the peer has said something */

#endif
