/* tap: see tap.h. crypto/aead.c is compiled once more, here, with another name for aead_seal, and
 * the linker takes this one. */
#define aead_seal real_aead_seal
#include "crypto/aead.c"
#undef aead_seal

#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "tap.h"
#include "wire/packet.h"

void aead_seal(struct aead *a, const uint8_t nonce[static AEAD_NONCE], struct span ad,
               uint8_t *data, size_t len);

/* Of an expanded AES key with what belongs to it: all that differs between keys. */
enum { KEY_BYTES = 256 };

/* A set of hashes of (key, nonce): open addressing, 0 is a free place. */
static uint64_t *places;
static size_t places_count, used;
static uint64_t seals, repeats, found;
static uint8_t needle[16];
static size_t needle_len;

/* The newest SEALED packets: their headers and what was sealed. */
static struct sealed {
	uint8_t header[SEALED_HEADER], text[LIMIT_PACKET_MAX];
	size_t len;
} sealed[64];
static unsigned sealed_count;

static bool add(uint64_t *to, size_t count, uint64_t hash)
{
	size_t i = (size_t)hash & (count - 1);

	while (to[i] != 0 && to[i] != hash)
		i = (i + 1) & (count - 1);
	bool is_new = to[i] == 0;
	to[i] = hash;
	return is_new;
}

static void grow(void)
{
	size_t count = places_count > 0 ? 2 * places_count : 1 << 12;
	uint64_t *larger = calloc(count, sizeof *larger);

	assert(larger);
	for (size_t i = 0; i < places_count; i++) {
		if (places[i] != 0)
			add(larger, count, places[i]);
	}
	free(places);
	places = larger;
	places_count = count;
}

static void note(const struct aead *a, const uint8_t *nonce)
{
	static const uint8_t key[SIPHASH_KEY] = { 1 };
	uint8_t pair[1 + KEY_BYTES + AEAD_NONCE] = { (uint8_t)a->kind };
	struct span of_key = a->kind == AEAD_CHACHA20_POLY1305
	                         ? span_of(a->key, sizeof a->key)
	                         : span_of((const uint8_t *)&a->aes, sizeof a->aes);

	if (of_key.len > KEY_BYTES)
		of_key.len = KEY_BYTES;
	memcpy(pair + 1, of_key.at, of_key.len);
	memcpy(pair + 1 + KEY_BYTES, nonce, AEAD_NONCE);
	uint64_t hash = siphash(key, span_of(pair, sizeof pair));
	if (2 * used >= places_count)
		grow();
	bool is_new = add(places, places_count, hash | 1);
	used += is_new;
	repeats += !is_new;
}

static void keep(struct span header, struct span text)
{
	if (header.len != SEALED_HEADER || header.at[0] < PACKET_SEALED ||
	    text.len > LIMIT_PACKET_MAX)
		return;
	struct sealed *s = &sealed[sealed_count++ % (sizeof sealed / sizeof *sealed)];
	memcpy(s->header, header.at, SEALED_HEADER);
	memcpy(s->text, text.at, text.len);
	s->len = text.len;
}

struct span tap_sealed(struct span header)
{
	for (size_t i = 0; i < sizeof sealed / sizeof *sealed; i++) {
		if (span_equal(span_of(sealed[i].header, SEALED_HEADER), header))
			return span_of(sealed[i].text, sealed[i].len);
	}
	return span_of(NULL, 0);
}

void aead_seal(struct aead *a, const uint8_t nonce[static AEAD_NONCE], struct span ad,
               uint8_t *data, size_t len)
{
	seals++;
	note(a, nonce);
	keep(ad, span_of(data, len));
	found += needle_len > 0 && tap_contains(span_of(data, len), span_of(needle, needle_len));
	real_aead_seal(a, nonce, ad, data, len);
}

void tap_forget(void)
{
	if (used > 0)
		memset(places, 0, places_count * sizeof *places);
	used = 0;
	memset(sealed, 0, sizeof sealed);
}

uint64_t tap_seals(void)
{
	return seals;
}

uint64_t tap_repeats(void)
{
	return repeats;
}

void tap_excuse(uint64_t count)
{
	assert(count <= repeats);
	repeats -= count;
}

void tap_look_for(struct span text)
{
	assert(text.len <= sizeof needle);
	if (text.len > 0)
		memcpy(needle, text.at, text.len);
	needle_len = text.len;
	found = 0;
}

uint64_t tap_found(void)
{
	return found;
}

bool tap_contains(struct span bytes, struct span text)
{
	for (size_t i = 0; i + text.len <= bytes.len; i++) {
		if (memcmp(bytes.at + i, text.at, text.len) == 0)
			return true;
	}
	return false;
}
