#include "crypto/sealed_log.h"

#include <string.h>

#include "base/assert.h"
#include "crypto/aead.h"
#include "crypto/sha256.h"

enum { MAGIC = 8, LENGTH = 2 };

_Static_assert(SEALED_LOG_EXTRA == LENGTH + AEAD_NONCE + AEAD_TAG, "what a record has besides");

static const char magic[] = "schatlg1";

static void set_key(struct sealed_log *l, struct span secret, struct span about, struct span salt)
{
	sha256_hkdf(salt, secret, about, l->key, sizeof l->key);
	l->place = 0;
}

void sealed_log_begin(struct sealed_log *l, struct span secret, struct span about,
                      struct random *random, struct writer *out)
{
	uint8_t salt[SEALED_LOG_HEAD - MAGIC];
	random_fill(random, salt, sizeof salt);
	write_text(out, magic);
	write_span(out, span_of(salt, sizeof salt));
	set_key(l, secret, about, span_of(salt, sizeof salt));
}

bool sealed_log_open(struct sealed_log *l, struct span secret, struct span about, struct span *file)
{
	if (file->len < SEALED_LOG_HEAD || memcmp(file->at, magic, MAGIC) != 0)
		return false;
	set_key(l, secret, about, span_of(file->at + MAGIC, SEALED_LOG_HEAD - MAGIC));
	*file = span_after(*file, SEALED_LOG_HEAD);
	return true;
}

static struct span place_of(const struct sealed_log *l, uint8_t ad[static 8])
{
	store_be64(ad, l->place);
	return span_of(ad, 8);
}

void sealed_log_add(struct sealed_log *l, struct span text, struct random *random,
                    struct writer *out)
{
	uint8_t nonce[AEAD_NONCE], ad[8];
	struct aead aead;
	assert(text.len <= SEALED_LOG_TEXT && writer_room(out) >= text.len + SEALED_LOG_EXTRA);
	random_fill(random, nonce, sizeof nonce);
	write_be16(out, (uint16_t)(text.len + SEALED_LOG_EXTRA - LENGTH));
	write_span(out, span_of(nonce, sizeof nonce));
	uint8_t *data = out->at + out->len;
	write_span(out, text);
	write_zeroes(out, AEAD_TAG);
	aead_init(&aead, AEAD_CHACHA20_POLY1305, span_of(l->key, sizeof l->key));
	aead_seal(&aead, nonce, place_of(l, ad), data, text.len);
	bytes_wipe(&aead, sizeof aead);
	l->place++;
}

bool sealed_log_next(struct sealed_log *l, struct span *file, struct span *text)
{
	uint8_t ad[8];
	struct aead aead;
	if (file->len < SEALED_LOG_EXTRA)
		return false;
	size_t len = load_be16(file->at);
	if (len + LENGTH < SEALED_LOG_EXTRA || len > file->len - LENGTH)
		return false;
	const uint8_t *nonce = file->at + LENGTH;
	uint8_t *data = (uint8_t *)(uintptr_t)nonce + AEAD_NONCE;
	aead_init(&aead, AEAD_CHACHA20_POLY1305, span_of(l->key, sizeof l->key));
	bool ours = aead_open(&aead, nonce, place_of(l, ad), data, len - AEAD_NONCE);
	bytes_wipe(&aead, sizeof aead);
	if (!ours)
		return false;
	l->place++;
	*text = span_of(data, len - AEAD_NONCE - AEAD_TAG);
	*file = span_after(*file, LENGTH + len);
	return true;
}
