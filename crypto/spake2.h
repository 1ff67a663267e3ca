/* spake2: a password-authenticated key exchange (RFC 9382 over P-256 with SHA-256, HKDF and HMAC)
 * that turns the words of a code into a psk. Nothing derived from the words leaves the host before
 * the share, and the share hides them perfectly: each run is one guess for whoever takes part.
 *
 * A is the connecting side, with identity "schat connect"; B the serving one, "schat serve". The
 * context (version, suite, nameplate) is the AAD of RFC 9382 section 4. How the words become a
 * scalar is in docs/PROTOCOL.md section 4.1. */
#pragma once

#include "crypto/code.h"

enum { SPAKE2_SCALAR = 32, SPAKE2_SHARE = 65, SPAKE2_CONFIRM = 32, SPAKE2_KEY = 32 };

/* One run. Secrets throughout; its fields are for spake2.c and its tests. */
struct spake2 {
	bool is_a;
	uint8_t scalar[SPAKE2_SCALAR], w[SPAKE2_SCALAR];
	uint8_t own_share[SPAKE2_SHARE];
	uint8_t own_confirm[SPAKE2_CONFIRM], peer_confirm[SPAKE2_CONFIRM];
	uint8_t key[SPAKE2_KEY];
};

/* share: what to send. */
void spake2_start(struct spake2 *s, bool is_a, const struct code *code, struct random *random,
                  uint8_t share[static SPAKE2_SHARE]);
/* Takes the peer's share. ERR_FORMAT: it isn't a point of the curve. */
enum err spake2_share(struct spake2 *s, struct span peer_share, struct span context);
/* Our confirmation, to send; after spake2_share. */
void spake2_confirm(const struct spake2 *s, uint8_t confirm[static SPAKE2_CONFIRM]);
/* Takes the peer's confirmation. ERR_AUTH: its words are not ours. */
enum err spake2_verify(const struct spake2 *s, struct span peer_confirm);
/* The psk (Ke widened by HKDF), SPAKE2_KEY bytes within s; worth something once the peer's
 * confirmation has verified. */
const uint8_t *spake2_key(const struct spake2 *s);

/* ---- the same with everything given, for the vectors of the RFC ---- */

/* w and scalar: 1..n-1, big-endian. False, in one of 2^256 cases: the share has no encoding. */
bool spake2_given(struct spake2 *s, bool is_a, const uint8_t w[static SPAKE2_SCALAR],
                  const uint8_t scalar[static SPAKE2_SCALAR]);
/* As spake2_share, for two identities; ke is the RFC's. */
enum err spake2_join(struct spake2 *s, const struct span ids[static 2], struct span peer_share,
                     struct span aad, uint8_t ke[static 16]);
