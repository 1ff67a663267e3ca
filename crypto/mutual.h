/* mutual: what two peers both compute from their keys: how they find each other, how strangers are
 * kept silent, and words that people compare. docs/PROTOCOL.md sections 4, 4.3, 8.4. */
#pragma once

#include "crypto/identity.h"

/* psk of a contact: HKDF(ikm = the responder's public key): a scanner that doesn't know the key
 * gets no answer. */
void mutual_psk(const struct public_key *responder, uint8_t psk[static 32]);

/* Secret of an x25519 pair from which room tokens are made: X25519(static, static). ERR_AUTH for a
 * low-order key, ERR_STATE for rsa. */
enum err mutual_secret(const struct identity *own, const struct public_key *peer,
                       uint8_t secret[static 32]);

/* Room token of a day (days since 1970-01-01 by the server's clock): HKDF(secret, day). */
void mutual_token(const uint8_t secret[static 32], uint32_t day, uint8_t token[static 16]);

/* For --tofu: three words of the word list (33 bits) over both keys, the session id and one
 * random value of each side: equal on both sides of one session. They are as good as their bits
 * only because r was committed to before i was known (session/compare.h). */
enum { COMPARE_WORDS = 3, COMPARE_RANDOM = 32, COMPARE_TEXT = COMPARE_WORDS * 9 };
void mutual_words(const struct public_key *a, const struct public_key *b,
                  const uint8_t session_id[static 32], const uint8_t i[static COMPARE_RANDOM],
                  const uint8_t r[static COMPARE_RANDOM], struct writer *out);
/* The commitment to r: its hash with a label. */
void mutual_commit(const uint8_t r[static COMPARE_RANDOM], uint8_t commit[static 32]);
