/* credentials: what this side brings into key agreements: its identity, the code, an rsa session
 * key, what it says of itself. */
#ifndef ENDPOINT_CREDENTIALS_H
#define ENDPOINT_CREDENTIALS_H

#include "endpoint/greeting.h"
#include "endpoint/handshake.h"

/* Private to credentials.c; others embed it. */
struct credentials {
	struct keying_config keying; /* but for code and session_key: from below */
	uint8_t greeting[GREETING_MAX];
	bool has_code, has_key;
	struct code code;
	struct identity session_key; /* for handshakes, until one of them is proved */
};

/* keying: copied; its pointers are borrowed for as long as the credentials are used. nick: at most
 * LIMIT_NICK bytes, copied. */
void credentials_init(struct credentials *c, const struct keying_config *keying, uint8_t mode,
                      struct span nick);
const struct keying_config *credentials_config(const struct credentials *c); /* of init */

bool credentials_have_code(const struct credentials *c);
/* Has it the same words? At another nameplate it is the same code. code: NULL: false. */
bool credentials_same_code(const struct credentials *c, const struct code *code);
void credentials_set_code(struct credentials *c, const struct code *code); /* copied; NULL: none */

bool credentials_need_key(
    const struct credentials *c); /* a responder of such a suite, and there is none */
const struct identity *credentials_key(const struct credentials *c); /* NULL: there is none */
void credentials_set_key(struct credentials *c, const struct identity *key); /* NULL: none */

/* A key agreement of ours; the handshake is the caller's. NULL: there is nothing to trust by, or
 * no memory. */
struct handshake *credentials_handshake(const struct credentials *c,
                                        const uint8_t id[static CONNECTION_ID],
                                        const struct route *route, bool first_use, uint64_t now);

#endif
