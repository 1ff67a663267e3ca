/* credentials: what this side brings into key agreements: its identity, the code, an rsa session
 * key; and the greeting, which each side says inside the encrypted handshake: its mode and a name.
 * docs/PROTOCOL.md 4.2. */
#pragma once

#include "crypto/keying.h"

enum { GREETING_MAX = 2 + LIMIT_NICK };

struct greeting {
	uint8_t mode;     /* enum mode; 0: none was said */
	struct span nick; /* as sent, at most LIMIT_NICK bytes; borrowed. Empty when it is longer */
	bool exact;       /* these two, and not a byte more */
};

/* Only credentials.c writes to it; others read the first. */
struct credentials {
	struct keying_config keying; /* its code and session_key are NULL while there is none */
	uint8_t greeting[GREETING_MAX];
	struct code code;
	struct public_key met;       /* keying.expected, after credentials_meet */
	struct identity session_key; /* for handshakes, until one of them is proved */
};

/* keying: copied but for the code; its pointers are borrowed for as long as the credentials are
 * used. nick: at most LIMIT_NICK bytes, copied. */
void credentials_init(struct credentials *c, const struct keying_config *keying, uint8_t mode,
                      struct span nick);

/* For handshakes that begin from now on. At most LIMIT_NICK bytes, copied. */
void credentials_set_nick(struct credentials *c, struct span nick);

/* Has it the same words? At another nameplate it is the same code. code: NULL: false. */
bool credentials_same_code(const struct credentials *c, const struct code *code);
void credentials_set_code(struct credentials *c, const struct code *code); /* copied; NULL: none */

/* From now on this key is expected, and nobody else: no code, no first use. Initiator. */
void credentials_meet(struct credentials *c, const struct public_key *key);
/* One key is expected: whoever answers by it is the same host. */
bool credentials_one_host(const struct credentials *c);

bool credentials_need_key(const struct credentials *c); /* a responder's suite wants one */
void credentials_set_key(struct credentials *c, const struct identity *key); /* NULL: none */

struct greeting credentials_greeting_of(struct span payload); /* the peer's */
