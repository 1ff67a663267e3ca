/* noise_engine: the handshake state of the Noise Protocol Framework, revision 34, for patterns
 * without pre-messages, with X25519, ChaCha20-Poly1305 and SHA-256. A pattern is a table, so that
 * published vectors of its relatives prove the engine our XXpsk0 runs on. Names in [brackets] are
 * the specification's. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/random.h"
#include "crypto/identity.h"
#include "crypto/sha256.h"

/* The last two are those of KEM-based hybrid forward secrecy (noise_hfs, revision 1), with
 * ML-KEM-768. NOISE_E1: the encapsulation key of a fresh pair; NOISE_EKEM1: a secret encapsulated
 * for it. Both are sent like a static key; the secret is mixed into the key. */
enum noise_token {
	NOISE_END,
	NOISE_E,
	NOISE_S,
	NOISE_EE,
	NOISE_ES,
	NOISE_SE,
	NOISE_SS,
	NOISE_PSK,
	NOISE_E1,
	NOISE_EKEM1
};

enum {
	NOISE_MESSAGES = 3,
	NOISE_TOKENS = 7,
	NOISE_PSKS = 4,
	NOISE_TAG = 16,
	LIMIT_NOISE_PAYLOAD = 256 /* bytes: ours have at most LIMIT_HELLO */
};

/* A row for each message; even ones are the initiator's. */
struct noise_pattern {
	const char *name; /* the whole protocol name, hashed at the start */
	bool psk;         /* a psk modifier is present: e is mixed into the key as well */
	unsigned messages;
	enum noise_token tokens[NOISE_MESSAGES][NOISE_TOKENS]; /* rows end with NOISE_END */
};

extern const struct noise_pattern noise_engine_xxpsk0, noise_engine_hybrid;

/* Secrets throughout; no pointers into itself, so that it can be copied: wipe every copy. */
struct noise_state {
	const struct noise_pattern *pattern;
	bool initiator;
	unsigned next; /* number of the message that comes next */
	unsigned psks_used;
	uint8_t h[HASH_LEN], ck[HASH_LEN]; /* [SymmetricState] */
	bool has_key;
	uint8_t k[32]; /* [CipherState] */
	uint64_t n;
	uint8_t s[X25519_LEN], s_public[X25519_LEN];
	uint8_t e[X25519_LEN], e_public[X25519_LEN];
	uint8_t rs[X25519_LEN], re[X25519_LEN]; /* the peer's, once its message has brought them */
	uint8_t psks[NOISE_PSKS][32];           /* in the order of the pattern's psk tokens */
	uint8_t *kem;                           /* the caller's: see below */
};

struct noise_config {
	const struct noise_pattern *pattern;
	bool initiator;
	struct span prologue;
	const uint8_t *s, *s_public; /* of X25519_LEN; NULL where the pattern sends none */
	const uint8_t (*psks)[32];   /* one for each psk token of the pattern */
	size_t psks_count;
	/* MLKEM768_DK bytes for the key of NOISE_E1, ours or the peer's; NULL where the pattern has
	 * none. Borrowed, and no part of the state: what a failed read leaves there is written
	 * over by the next. */
	uint8_t *kem;
};

void noise_engine_start(struct noise_state *state, const struct noise_config *config);

/* Writes the next message, which is ours, with this payload. out has room for all of it. ERR_AUTH:
 * the peer's keys give a zero result, or its key of the KEM is none; the state is then as before.
 * random: 32 bytes for e, 64 for e1, 32 for ekem1. */
enum err noise_engine_write(struct noise_state *state, struct random *random, struct span payload,
                            struct writer *out);

/* Reads the next message, which is the peer's. The state changes only when all of it verifies.
 * ERR_FORMAT: too short, or the payload does not fit; ERR_AUTH: does not verify. */
enum err noise_engine_read(struct noise_state *state, struct span in, struct writer *payload);

/* After the last message. k1: initiator to responder; k2: the other direction. [Split] */
void noise_engine_split(const struct noise_state *state, uint8_t k1[static 32],
                        uint8_t k2[static 32]);
