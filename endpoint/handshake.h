/* handshake: carries the ordered messages of one key agreement over packets that may be lost:
 * fragments, repeats, de-duplication; and its packets, HANDSHAKE and REFUSE. docs/PROTOCOL.md
 * section 3. crypto/keying.h knows what the messages say. */
#pragma once

#include "base/route.h"
#include "crypto/keying.h"
#include "endpoint/endpoint_event.h"
#include "session/ranges.h"
#include "wire/packet.h"

enum { FRAGMENT_MAX = LIMIT_PACKET - HANDSHAKE_HEADER }; /* bytes of the message in one packet */

/* HANDSHAKE: one piece of one message. */
struct fragment {
	uint8_t version, suite;
	uint8_t id[CONNECTION_ID]; /* of the handshake, made by the initiator */
	uint8_t number;            /* of the message */
	uint16_t total, offset;    /* bytes of the message; where these ones belong */
	struct span bytes;         /* borrowed from the packet */
	const uint8_t *tag;        /* of a split message 0, as keying_tag; NULL: another */
};

/* REFUSE. Not authenticated: believe it only when nothing better comes. */
struct refusal {
	uint8_t version, suite; /* of the one who refuses */
	uint8_t id[CONNECTION_ID];
	enum refuse_reason reason; /* off the wire: any byte */
};

/* ERR_FORMAT: not such a packet. Of another version only version, suite and id are read. */
enum err handshake_read(struct span packet, struct fragment *f);
enum err handshake_read_refusal(struct span packet, struct refusal *refusal);
void handshake_write(const struct fragment *f, struct writer *packet);
void handshake_write_refusal(const struct refusal *refusal, struct writer *packet);
/* The whole message: the only form in which message 0 is taken that has no tag, so nothing is kept
 * for strangers. */
bool handshake_is_whole(const struct fragment *f);
bool handshake_pairs(const struct fragment *first); /* a whole message 0: in the pairing form */

/* Only handshake.c writes to it; others read what stands before the first empty line. */
struct handshake {
	uint8_t id[CONNECTION_ID]; /* the initiator's choice */
	bool initiator;
	struct keying *keying; /* owned; NULL: it is over */
	struct route route;    /* of the newest message; kind NULL: it is gone */
	uint64_t progress_at;  /* when a message was last whole */
	uint64_t waits_until;  /* of handshake_wait */

	uint8_t suite;
	bool split;                   /* responder: message 0 comes in pieces */
	bool taken;                   /* the keys are: only repeats are heard */
	uint8_t out[LIMIT_HANDSHAKE]; /* our newest message */
	size_t out_len, out_at;       /* out_at: the next byte to send */
	unsigned out_number;
	unsigned out_times; /* that it was sent, whole */
	bool out_due;
	bool small; /* fragments are: a message had to be sent a third time, or the peer's are */
	uint64_t repeat_at, repeat_us; /* initiator; NEVER */

	uint8_t in[LIMIT_HANDSHAKE]; /* the peer's message under assembly */
	unsigned in_number;
	size_t in_total; /* 0: no fragment yet */
	struct ranges in_have;
	struct range in_have_at[8];
};

/* h: zeroes, and stays where it is. config: as for keying_new. route: where the first packet came
 * from, or goes to. False: there is nothing to trust by, or no memory. */
bool handshake_init(struct handshake *h, const struct keying_config *config,
                    const uint8_t id[static CONNECTION_ID], const struct route *route,
                    uint64_t now);
void handshake_end(struct handshake *h); /* wipes all but the id; it says nothing any more */

/* Initiator: makes message 0. Errors are keying_handshake's. */
enum err handshake_start(struct handshake *h, uint64_t now);
/* Initiator, after handshake_start: message 0 is not sent before this time. */
void handshake_wait(struct handshake *h, uint64_t until);

/* Its route is gone: it says nothing until there is another. */
void handshake_route_down(struct handshake *h, const struct route *route);
/* Takes this one if it has none: its newest message is said again there. */
void handshake_route_up(struct handshake *h, const struct route *route, uint64_t now);

enum handshake_step {
	HANDSHAKE_STAYS, /* the fragment was dropped, or its message is not whole yet */
	HANDSHAKE_ON,    /* its message was whole and the key agreement went on */
	/* The peer repeats a message that only a SEALED packet answers: it has seen none. */
	HANDSHAKE_UNSEEN
};

/* A fragment with our id. Errors end the handshake: ERR_EXISTS when the fragment contradicts an
 * earlier one of its message; ERR_AUTH, for a responder's first: its tag is of no psk of ours; else
 * keying_handshake's. */
enum err handshake_fragment(struct handshake *h, const struct route *from, const struct fragment *f,
                            enum handshake_step *step, uint64_t now);
/* packet: LIMIT_PACKET bytes, for handshake_route. Returns its length; 0: nothing is due. */
size_t handshake_output(struct handshake *h, uint8_t *packet, uint64_t now);
uint64_t handshake_deadline(const struct handshake *h); /* of handshake_output */

/* The ready keys, owned by the caller from now on. Only repeats are answered afterwards. */
struct encryptor *handshake_take(struct handshake *h);
bool handshake_is_answered(const struct handshake *h); /* initiator: the peer has said something */
