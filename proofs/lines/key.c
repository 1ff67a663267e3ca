/* key: a line with a public key, crypto/public_key. */
#include "proofs/lines/key.h"

#include "crypto/words.h"

/*@ requires bytes(scalar, X25519_LEN) && bytes(point, X25519_LEN) && room(out, X25519_LEN);
    assigns out[0 .. X25519_LEN - 1]; */
bool x25519(const uint8_t scalar[static X25519_LEN], const uint8_t point[static X25519_LEN],
            uint8_t out[static X25519_LEN]);

/*@ requires bytes(text.at, text.len);
    assigns \nothing;
    ensures -1 <= \result < WORDS_COUNT; */
int words_index(struct span text);

/*@ predicate is_key(struct public_key *key) = \valid_read(key) && key->len <= LIMIT_PUBLIC_KEY; */

/*@ assigns \nothing; */
const char *public_key_type_name(enum key_type type);

/*@ requires bytes(name.at, name.len) && \valid(type);
    assigns *type; */
bool public_key_type_parse(struct span name, enum key_type *type);

/*@ requires is_key(key);
    assigns \nothing; */
static enum err check_x25519(const struct public_key *key);

/*@ requires is_key(key);
    assigns \nothing; */
static enum err check_rsa(const struct public_key *key);

/*@ requires is_key(key);
    assigns \nothing; */
enum err public_key_check(const struct public_key *key);

/*@ requires \valid_read(key) && room(hash, HASH_LEN);
    assigns hash[0 .. HASH_LEN - 1]; */
void public_key_hash(const struct public_key *key, uint8_t hash[static HASH_LEN]);

/*@ requires bytes(hash, HASH_LEN) && which < PUBLIC_KEY_WORDS;
    assigns \nothing; */
static unsigned word_of(const uint8_t hash[static HASH_LEN], unsigned which);

/*@ requires is_key(key) && bytes(text.at, text.len) && text.len < SIZE_MAX;
    assigns \nothing; */
static bool has_words(const struct public_key *key, struct span text);

/*@ requires is_key(key) && bytes(text.at, text.len) && text.len < SIZE_MAX;
    assigns \nothing; */
bool public_key_has_fingerprint(const struct public_key *key, struct span text);

#include "crypto/public_key.c"
