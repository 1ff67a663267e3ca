/* sealed_log: the records of a file that only its owner can read, and to which more are added. Each
 * is sealed with ChaCha20-Poly1305 (RFC 8439) and bound to its place, so that none can be moved,
 * left out or taken from another file. The key is HKDF-SHA-256 (RFC 5869) of a secret and of random
 * bytes that the file begins with; the nonce of a record is random, since a host that lost power,
 * or was copied, may write another record to the same place. Pure: os/ reads and writes.
 *
 *   file     magic (8), salt (16), records
 *   record   length of what follows (2), nonce (12), sealed text and tag (16) */
#pragma once

#include "base/bytes.h"
#include "base/random.h"

enum {
	SEALED_LOG_HEAD = 24,
	SEALED_LOG_EXTRA = 2 + 12 + 16, /* bytes of a record besides its text */
	SEALED_LOG_KEY = 32,
	SEALED_LOG_TEXT = 32768 /* bytes of a text, at most */
};

/* Only sealed_log.c writes to it. Wipe it. */
struct sealed_log {
	uint64_t place; /* of the next record */
	uint8_t key[SEALED_LOG_KEY];
};

/* A new file begins: writes its head. secret: 32 bytes or more that nobody else has; about: what
 * the file is for. */
void sealed_log_begin(struct sealed_log *l, struct span secret, struct span about,
                      struct random *random, struct writer *out);
/* Adds a record. out has room for it. */
void sealed_log_add(struct sealed_log *l, struct span text, struct random *random,
                    struct writer *out);

/* Takes the head off a file. False: it is no such file. */
bool sealed_log_open(struct sealed_log *l, struct span secret, struct span about,
                     struct span *file);
/* Takes the next record off a file, which is changed; text is in it. False: that was all, or what
 * follows was not written whole, or not by us. */
bool sealed_log_next(struct sealed_log *l, struct span *file, struct span *text);
