/* keying: a whole key agreement as ordered messages: an optional pairing by code, then the suite's
 * own handshake. The session carries the messages and asks nothing about their content.
 * docs/PROTOCOL.md section 4:
 *   plain:   0x00 | suite message 0                         initiator
 *            suite messages 1, 2, ...
 *   pairing: 0x01 | share A                                 initiator
 *            share B                                        responder
 *            confirm A | suite message 0                    initiator confirms first
 *            confirm B | suite message 1                    responder only after verifying
 *            suite messages 2, ... */
#pragma once

#include "crypto/code.h"
#include "crypto/encryptor.h"
#include "crypto/spake2.h"

/* On what the trust of a finished key agreement rests. */
enum trust { TRUST_NONE, TRUST_CODE, TRUST_CONTACT, TRUST_FIRST_USE };

/* What is borrowed is borrowed until keying_free. */
struct keying_config {
	bool initiator;
	const struct encryptor_class *suite;
	/* Responder's endpoint: contacts, and nobody else, may also come by this one, which takes
	 * the same identity. NULL: none */
	const struct encryptor_class *also;
	const struct identity *identity;    /* borrowed */
	const struct identity *session_key; /* borrowed */
	bool aes;
	/* Initiator: pair by it. Responder: accept pairing by it. NULL: no pairing. Copied. */
	const struct code *code;
	const struct public_key
	    *expected; /* initiator, contact: its key, whose psk is used; borrowed */
	bool contacts; /* responder: accept the psk of our own key */
	/* Zero psk. Initiator: without a code; with expected it only looks whether the key there is
	 * the expected one. Responder: beside the others. */
	bool first_use;
	struct span payload; /* copied */
	struct random *random;
};

enum keying_state {
	KEYING_START,
	/* Shares are on their way or exchanged, and no confirmation is. A responder has learnt
	 * nothing of its peer yet, nor the peer of it; an initiator confirms with its next step. */
	KEYING_SHARED,
	/* Initiator: its confirmation is out and none has come back: who has it may check one guess
	 * of the code against it. */
	KEYING_CONFIRMED,
	KEYING_SUITE,
	KEYING_DEAD
};

/* Only keying.c writes to it; others read what stands before the empty line. */
struct keying {
	enum keying_state state;
	bool guessed;                /* the peer's confirmation showed another code, or was none */
	enum trust trust;            /* once ready; NONE with pseudo */
	struct encryptor *encryptor; /* for peer and peer_known; NULL before there is one */

	struct keying_config config; /* config.code points at code below, or is NULL */
	struct code code;
	uint8_t payload[LIMIT_HELLO_PAYLOAD];
	struct spake2 spake2;
	/* Psks for the suite's handshake, and what each says when it is the one that fits. */
	uint8_t psks[LIMIT_PSKS][PSK_LEN];
	enum trust trusts[LIMIT_PSKS];
	size_t psks_count;
	/* Of the pieces of a split message 0. Responder: once there was one, whose psk is then the
	 * only one. */
	bool has_piece_key;
	uint8_t piece_key[32];
};

/* NULL: no memory, or nothing to trust by (an initiator needs code, expected or first_use, a
 * responder code, contacts or first_use), no identity of the suite's type, no session key for an
 * rsa responder, or pseudo with more than first_use: it trusts nobody and takes no code. */
struct keying *keying_new(const struct keying_config *config);
void keying_free(struct keying *k); /* wipes */

/* Like encryptor_class.handshake; out has room for LIMIT_HANDSHAKE. ERR_AUTH with guessed: that was
 * one guess. ERR_FORMAT, ERR_AUTH otherwise: as in encryptor.h. */
enum err keying_handshake(struct keying *k, struct span in, struct writer *out);

/* A plain message 0 of a suite with split comes in pieces, each with a tag under a key made from
 * the psk, so that nothing is kept for strangers: docs/PROTOCOL.md 3.1-16. */
enum { KEYING_TAG = 16 };
size_t keying_split(const struct keying *k); /* bytes of such a message 0; 0: it comes whole */
/* Initiator, after message 0 was made. */
void keying_tag(const struct keying *k, struct span header, struct span piece,
                uint8_t tag[static KEYING_TAG]);
/* Responder: does it fit one of our psks, that of the pieces before? */
bool keying_tag_fits(struct keying *k, struct span header, struct span piece,
                     const uint8_t tag[static KEYING_TAG]);

/* Responder, plain form: what the psk of the first message, or of a piece, says of its sender, who
 * has proved no key yet. TRUST_NONE before, and with pseudo. */
enum trust keying_claim(const struct keying *k);
bool keying_ready(const struct keying *k);
/* Ownership of the ready encryptor passes to the caller; later calls give NULL. */
struct encryptor *keying_take(struct keying *k);

/* True when a first message of this kind byte starts a pairing. */
bool keying_is_pairing(struct span first_message);
