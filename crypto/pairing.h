/* pairing: codes for people, and SPAKE2 (RFC 9382, P-256, SHA-256, HKDF, HMAC) that turns their words into a psk.
 * Nothing derived from the words leaves the host before the SPAKE2 share, and the share hides them perfectly. */
#ifndef CRYPTO_PAIRING_H
#define CRYPTO_PAIRING_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/random.h"

enum {
	WORDS_COUNT = 2048, /* 11 bits a word: the English list of BIP-39 */
	CODE_WORDS = 2,
	CODE_WORDS_MAX = 4,
	CODE_TEXT = 64, /* characters of "4294967295-word-word-word-word" and a 0, rounded up */
	SPAKE2_SHARE = 65,
	SPAKE2_CONFIRM = 32,
	SPAKE2_KEY = 32
};

const char *word_at(unsigned index); /* 0..2047; static storage, 3 to 8 lower-case letters */
int word_index(struct span text);    /* -1: not in the list; case is forgiven */
/* The list's words that start with prefix, for Tab: index of the first, count in *count; -1 when none. The list is sorted. */
int word_prefix(struct span prefix, unsigned *count);

struct code {
	bool has_nameplate;
	uint32_t nameplate; /* 1.. ; public */
	unsigned words_count;
	uint16_t words[CODE_WORDS_MAX]; /* secret */
};

void code_make(struct code *c,
               struct random *random); /* words only; the server gives the nameplate */
void code_make_long(struct code *c, unsigned words_count,
                    struct random *random); /* CODE_WORDS..CODE_WORDS_MAX of them */
/* "7-velvet-anchor" or "velvet-anchor": case, blanks and double hyphens forgiven. ERR_FORMAT: no code at all;
 * ERR_AUTH: shaped like one, but *unknown (a view into text) is no word of the list: costs no guess. */
enum err code_parse(struct span text, struct code *c, struct span *unknown);
void code_format(const struct code *c, char out[static CODE_TEXT]);
void code_wipe(struct code *c);

/* One run of SPAKE2. A is the connecting side, B the serving side; identities "schat connect" and "schat serve".
 * AAD of RFC 9382 section 4 binds the context (prologue: version, suite, nameplate).
 * The password is the code's words joined by hyphens, mapped to a scalar as docs/PROTOCOL.md section 4.1 says. */
struct spake2 {
	bool is_a;
	uint8_t scalar[32], w[32];
	uint8_t own_share[SPAKE2_SHARE], peer_share[SPAKE2_SHARE];
	uint8_t own_confirm[SPAKE2_CONFIRM], peer_confirm[SPAKE2_CONFIRM];
	uint8_t key[SPAKE2_KEY]; /* Ke widened to the psk by HKDF; valid once confirmed */
};

void spake2_start(struct spake2 *s, bool is_a, const struct code *code, struct random *random,
                  uint8_t share[static SPAKE2_SHARE]);
/* ERR_FORMAT: the share is no point of the curve. */
enum err spake2_share(struct spake2 *s, struct span peer_share, struct span context);
/* Ours to send; only after spake2_share. */
void spake2_confirm(const struct spake2 *s, uint8_t confirm[static SPAKE2_CONFIRM]);
/* ERR_AUTH: the words differ. */
enum err spake2_verify(const struct spake2 *s, struct span peer_confirm);
void spake2_wipe(struct spake2 *s);

/* The RFC's core with everything given, for its vectors. A's or B's side by is_a. w and scalar:
 * 1..n-1, big-endian. A share is not made where the sum has no coordinates (never met in practice). */
bool spake2_make_share(bool is_a, const uint8_t w[static 32], const uint8_t scalar[static 32],
                       uint8_t share[static SPAKE2_SHARE]);
enum err spake2_core(bool is_a, struct span id_a, struct span id_b, const uint8_t w[static 32],
                     const uint8_t scalar[static 32], struct span own_share, struct span peer_share,
                     struct span aad, uint8_t ke[static 16], uint8_t own_confirm[static 32],
                     uint8_t peer_confirm[static 32]);

#endif
