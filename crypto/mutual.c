#include "crypto/mutual.h"

#include <string.h>

#include "crypto/sha256.h"
#include "crypto/words.h"
#include "crypto/x25519.h"

enum { TOKEN_LEN = 16 };

void mutual_psk(const struct public_key *responder, uint8_t psk[static 32])
{
	struct span part[PUBLIC_KEY_PARTS];
	uint8_t prk[HASH_LEN];
	sha256_extract(span_text("schat contact v1"), public_key_typed(responder, part), prk);
	sha256_expand(prk, (struct parts){ NULL, 0 }, psk, 32);
	bytes_wipe(prk, sizeof prk);
}

enum err mutual_secret(const struct identity *own, const struct public_key *peer,
                       uint8_t secret[static 32])
{
	if (own->public.type != KEY_X25519 || peer->type != KEY_X25519)
		return ERR_STATE;
	uint8_t shared[X25519_LEN];
	bool usable = x25519(own->secret.x25519, peer->bytes, shared);
	if (usable)
		memcpy(secret, shared, sizeof shared);
	bytes_wipe(shared, sizeof shared);
	return usable ? OK : ERR_AUTH;
}

void mutual_token(const uint8_t secret[static 32], uint32_t day, uint8_t token[static 16])
{
	uint8_t info[4], wide[32];
	store_be32(info, day);
	sha256_hkdf(span_text("schat room v1"), span_of(secret, 32), span_of(info, sizeof info),
	            wide, sizeof wide);
	memcpy(token, wide, TOKEN_LEN);
	bytes_wipe(wide, sizeof wide);
}

/* Both sides sort the keys' hashes, so that it does not matter who is a and who is b. */
void mutual_words(const struct public_key *a, const struct public_key *b,
                  const uint8_t session_id[static 32], const uint8_t i[static COMPARE_RANDOM],
                  const uint8_t r[static COMPARE_RANDOM], struct writer *out)
{
	uint8_t hash_a[HASH_LEN], hash_b[HASH_LEN], hash[HASH_LEN];
	public_key_hash(a, hash_a);
	public_key_hash(b, hash_b);
	bool in_order = memcmp(hash_a, hash_b, HASH_LEN) <= 0;
	struct span low = span_of(in_order ? hash_a : hash_b, HASH_LEN),
		    high = span_of(in_order ? hash_b : hash_a, HASH_LEN);
	sha256(PARTS(span_text("schat words v2"), low, high, { session_id, 32 },
	             { i, COMPARE_RANDOM }, { r, COMPARE_RANDOM }),
	       hash);

	/* 11 bits a word, from the front. */
	uint32_t bits = 0;
	unsigned have = 0;
	struct reader front = reader_of(span_of(hash, sizeof hash));
	for (unsigned word = 0; word < COMPARE_WORDS; word++) {
		for (; have < WORDS_BITS; have += 8)
			bits = bits << 8 | read_u8(&front);
		have -= WORDS_BITS;
		if (word > 0)
			write_u8(out, ' ');
		char text[WORD_TEXT];
		words_at(bits >> have & (WORDS_COUNT - 1), text);
		write_span(out, span_text(text));
	}
}

void mutual_commit(const uint8_t r[static COMPARE_RANDOM], uint8_t commit[static 32])
{
	sha256(PARTS(span_text("schat compare v1"), { r, COMPARE_RANDOM }), commit);
}
