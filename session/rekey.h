/* rekey: fresh keys inside the session: a whole handshake of the suite, whose psk is taken from the
 * keys in use, so that no third party can have a part in it. docs/PROTOCOL.md 6.8. The initiator
 * starts. Takes and gives bodies of REKEY messages; the finished keys go into the keyring. */
#pragma once

#include "session/keyring.h"

enum {
	REKEY_HEADER = 2,
	REKEY_BODY_MAX = REKEY_HEADER + LIMIT_HANDSHAKE,
	REKEY_FIRST_MAX = 1280 + LIMIT_HELLO_PAYLOAD /* an initiator's first message: hybrid's */
};

struct rekey_config {
	bool initiator, aes;
	const struct encryptor_class *suite;
	const struct identity *identity; /* ours; borrowed */
	struct random *random;           /* borrowed */
};

struct rekey {
	struct rekey_config config;
	struct encryptor *fresh; /* the handshake in progress */
	unsigned message;        /* the next one's number */
	size_t held_len;
	bool has_session_key;
	struct identity session_key; /* rsa responder: for the next handshake, and wiped after it */
	uint64_t not_before;         /* the next one does not begin, is not answered, sooner */
	/* responder: the initiator's first message, until we can answer */
	uint8_t held[REKEY_FIRST_MAX];
};

void rekey_init(struct rekey *r, const struct rekey_config *config);
void rekey_wipe(struct rekey *r);

/* body: a message that came. out, at least REKEY_BODY_MAX bytes: the answer, if there is one.
 * Failure ends the session: half a handshake would keep it from fresh keys for ever. */
enum err rekey_input(struct rekey *r, struct keyring *k, struct span body, struct writer *out,
                     uint64_t now);
/* Begins one when it is due and both programs want the session, or answers the message it holds. */
enum err rekey_timer(struct rekey *r, struct keyring *k, bool accepted, struct writer *out,
                     uint64_t now);
uint64_t rekey_deadline(const struct rekey *r, const struct keyring *k, bool accepted);

/* rsa: each handshake needs a session key of its own. */
bool rekey_key_give(struct rekey *r, const struct identity *key); /* true: it was waited for */
