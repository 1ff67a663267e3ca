/* public_key: lines, limits and fingerprints of public keys. See public_key.h. */
#include "crypto/public_key.h"

#include <string.h>

#include "base/assert.h"
#include "base/base32.h"
#include "base/base64.h"
#include "base/split.h"
#include "base/text.h"
#include "crypto/words.h"
#include "crypto/x25519.h"

enum { FINGERPRINT_DIGITS = 52, FINGERPRINT_GROUP = 4 };

static const char line_prefix[] = "schat-";

const char *public_key_type_name(enum key_type type)
{
	switch (type) {
	case KEY_X25519: return "x25519";
	case KEY_RSA: return "rsa";
	case KEY_NONE: break;
	}
	return "none";
}

bool public_key_type_parse(struct span name, enum key_type *type)
{
	static const enum key_type types[] = { KEY_X25519, KEY_RSA };
	/*@ loop invariant i <= 2;
	    loop assigns i;
	    loop variant 2 - i; */
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (span_is(name, public_key_type_name(types[i]))) {
			*type = types[i];
			return true;
		}
	return false;
}

/* A point has one encoding: u below 2^255 - 19 and the top bit clear, so that one key has one
 * fingerprint. Points of low order give a zero with any secret. */
static enum err check_x25519(const struct public_key *key)
{
	if (key->len != X25519_LEN)
		return ERR_FORMAT;
	bool above = key->bytes[31] == 0x7f && key->bytes[0] >= 0xed;
	/*@ loop invariant 1 <= i <= 31;
	    loop assigns i, above;
	    loop variant 31 - i; */
	for (size_t i = 1; i < 31; i++)
		above = above && key->bytes[i] == 0xff;
	static const uint8_t scalar[X25519_LEN] = { 8 };
	uint8_t shared[X25519_LEN];
	if (above || key->bytes[31] >= 0x80 || !x25519(scalar, key->bytes, shared))
		return ERR_FORMAT;
	return OK;
}

static enum err check_rsa(const struct public_key *key)
{
	if (key->len < RSA_BITS_MIN / 8 || key->len > RSA_BITS_MAX / 8)
		return ERR_FORMAT;
	bool top = key->len == RSA_BITS_MIN / 8 ? key->bytes[0] >= 0x80 : key->bytes[0] > 0;
	bool odd = key->bytes[key->len - 1] & 1;
	return top && odd ? OK : ERR_FORMAT;
}

enum err public_key_check(const struct public_key *key)
{
	switch (key->type) {
	case KEY_X25519: return check_x25519(key);
	case KEY_RSA: return check_rsa(key);
	case KEY_NONE: break;
	}
	return ERR_FORMAT;
}

bool public_key_equal(const struct public_key *a, const struct public_key *b)
{
	return a->type == b->type && a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* ---- lines ---- */

enum err public_key_read(struct span line, struct public_key *out)
{
	struct span type = split_word(&line), text = split_word(&line);
	struct public_key key = { .type = KEY_NONE };
	if (!split_prefix(&type, line_prefix) || !public_key_type_parse(type, &key.type))
		return ERR_FORMAT;

	struct writer bytes = writer_of(key.bytes, sizeof key.bytes);
	if (!base64_decode(text, &bytes))
		return ERR_FORMAT;
	key.len = bytes.len;
	if (public_key_check(&key))
		return ERR_FORMAT;
	*out = key;
	return OK;
}

enum err public_key_write(const struct public_key *key, struct writer *line)
{
	assert(key->type != KEY_NONE);
	struct writer w = *line;
	write_span(&w, span_text(line_prefix));
	write_span(&w, span_text(public_key_type_name(key->type)));
	write_u8(&w, ' ');
	base64_encode(span_of(key->bytes, key->len), &w);
	if (w.full)
		return ERR_FULL;
	*line = w;
	return OK;
}

/* ---- fingerprints ---- */

struct parts public_key_typed(const struct public_key *key,
                              struct span part[static PUBLIC_KEY_PARTS])
{
	static const uint8_t zero = 0;
	part[0] = span_text(public_key_type_name(key->type));
	part[1] = span_of(&zero, 1);
	part[2] = span_of(key->bytes, key->len);
	return (struct parts){ part, PUBLIC_KEY_PARTS };
}

void public_key_hash(const struct public_key *key, uint8_t hash[static HASH_LEN])
{
	struct span part[PUBLIC_KEY_PARTS];
	sha256(public_key_typed(key, part), hash);
}

void public_key_fingerprint(const struct public_key *key, char out[static FINGERPRINT_TEXT])
{
	uint8_t hash[HASH_LEN];
	char digits[FINGERPRINT_DIGITS + 1];
	public_key_hash(key, hash);
	base32_encode(span_of(hash, sizeof hash), digits);
	for (size_t i = 0; i < FINGERPRINT_DIGITS; i++) {
		if (i > 0 && i % FINGERPRINT_GROUP == 0)
			*out++ = '-';
		*out++ = digits[i];
	}
	*out = 0;
}

/* The bits of a word, from a hash; the first bits first. */
static unsigned word_of(const uint8_t hash[static HASH_LEN], unsigned which)
{
	unsigned index = 0;
	/*@ loop invariant which * WORDS_BITS <= bit <= (which + 1) * WORDS_BITS;
	    loop assigns bit, index;
	    loop variant (which + 1) * WORDS_BITS - bit; */
	for (unsigned bit = which * WORDS_BITS; bit < (which + 1) * WORDS_BITS; bit++)
		index = index << 1 | (hash[bit / 8] >> (7 - bit % 8) & 1);
	return index;
}

void public_key_words(const struct public_key *key, char out[static PUBLIC_KEY_WORDS_TEXT])
{
	uint8_t hash[HASH_LEN];
	char word[WORD_TEXT];
	struct text t = text_of(out, PUBLIC_KEY_WORDS_TEXT);
	public_key_hash(key, hash);
	for (unsigned i = 0; i < PUBLIC_KEY_WORDS; i++) {
		words_at(word_of(hash, i), word);
		text_add_format(&t, "%s%s", i > 0 ? "-" : "", word);
	}
}

static bool has_words(const struct public_key *key, struct span text)
{
	uint8_t hash[HASH_LEN];
	unsigned count = 0;
	public_key_hash(key, hash);
	/*@ loop invariant at <= text.len + 1 && count <= PUBLIC_KEY_WORDS;
	    loop assigns at, len, count;
	    loop variant text.len + 1 - at; */
	for (size_t at = 0, len; at < text.len; at += len + 1, count++) {
		/*@ loop invariant at + len <= text.len;
		    loop assigns len;
		    loop variant text.len - len; */
		for (len = 0; at + len < text.len; len++)
			if (text.at[at + len] == '-' || text.at[at + len] == ' ')
				break;
		if (count == PUBLIC_KEY_WORDS ||
		    words_index(span_of(text.at + at, len)) != (int)word_of(hash, count))
			return false;
	}
	return count == PUBLIC_KEY_WORDS;
}

bool public_key_has_fingerprint(const struct public_key *key, struct span text)
{
	if (has_words(key, text))
		return true;
	uint8_t digits[FINGERPRINT_DIGITS], want[HASH_LEN], hash[HASH_LEN];
	struct writer w = writer_of(digits, sizeof digits);
	/*@ loop invariant i <= text.len && is_writer(&w) && w.at == digits &&
	      w.cap == sizeof(digits);
	    loop assigns i, w.len, w.full, digits[0 .. sizeof(digits)];
	    loop variant text.len - i; */
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] != '-')
			write_u8(&w, text.at[i]);
	if (w.full || !base32_decode(written(&w), want, sizeof want))
		return false;
	public_key_hash(key, hash);
	return bytes_equal(hash, want, sizeof hash);
}
