#include "crypto/sealed_file.h"

#include <string.h>

#include "base/base64.h"
#include "base/split.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/sha256.h"

enum { SALT = 16, FILE_KEY = 16, WRAPPED = FILE_KEY + AEAD_TAG, NONCE = 16 };

static const char first[] = "age-encryption.org/v1";

/* The header's parts. */
struct header {
	uint8_t salt[SALT], wrapped[WRAPPED], mac[HASH_LEN];
	uint64_t log_n;
	size_t mac_at, len; /* of the bytes the MAC covers, and of all */
};

static void wrapping_key(struct span passphrase, const struct header *h, uint32_t *scratch,
                         uint8_t key[static SCRYPT_KEY])
{
	uint8_t salt[21 + 7 + SALT];
	struct writer w = writer_of(salt, sizeof salt);
	write_span(&w, span_text(first));
	write_span(&w, span_text("/scrypt"));
	write_span(&w, span_of(h->salt, SALT));
	scrypt(passphrase, written(&w), (unsigned)h->log_n, scratch, key);
}

static void header_mac(const uint8_t key[static FILE_KEY], struct span header,
                       uint8_t mac[static HASH_LEN])
{
	uint8_t by[HASH_LEN];
	sha256_hkdf(span_of(NULL, 0), span_of(key, FILE_KEY), span_text("header"), by, sizeof by);
	sha256_hmac(span_of(by, sizeof by), PARTS(header), mac);
	bytes_wipe(by, sizeof by);
}

/* The one chunk, which is the last. */
static void payload_cipher(struct aead *a, const uint8_t key[static FILE_KEY], const uint8_t *nonce)
{
	uint8_t by[32];
	sha256_hkdf(span_of(nonce, NONCE), span_of(key, FILE_KEY), span_text("payload"), by,
	            sizeof by);
	aead_init(a, AEAD_CHACHA20_POLY1305, span_of(by, sizeof by));
	bytes_wipe(by, sizeof by);
}
static const uint8_t payload_nonce[AEAD_NONCE] = { [AEAD_NONCE - 1] = 1 };
static const uint8_t wrapping_nonce[AEAD_NONCE];

/* Without padding. */
static void put_base64(const uint8_t *at, size_t len, struct writer *out)
{
	base64_encode(span_of(at, len), out);
	while (!out->full && out->at[out->len - 1] == '=')
		out->len--;
}

static bool take_base64(struct span text, uint8_t *to, size_t len)
{
	uint8_t padded[64];
	struct writer w = writer_of(padded, sizeof padded), out = writer_of(to, len);
	if (text.len != (len * 4 + 2) / 3)
		return false;
	write_span(&w, text);
	while (w.len % 4 != 0 && !w.full)
		write_u8(&w, '=');
	return !w.full && base64_decode(written(&w), &out) && out.len == len;
}

bool sealed_file_write(struct span text, struct span passphrase, struct random *random,
                       uint32_t *scratch, struct writer *out)
{
	uint8_t key[SCRYPT_KEY], file_key[FILE_KEY], nonce[NONCE];
	struct header h = { .log_n = SEALED_FILE_LOG };
	struct aead a;
	size_t start = out->len;
	if (text.len > SEALED_FILE_TEXT || out->cap - out->len < text.len + SEALED_FILE_MORE)
		return false;
	random_fill(random, h.salt, sizeof h.salt);
	random_fill(random, file_key, sizeof file_key);
	random_fill(random, nonce, sizeof nonce);
	wrapping_key(passphrase, &h, scratch, key);
	memcpy(h.wrapped, file_key, FILE_KEY);
	aead_init(&a, AEAD_CHACHA20_POLY1305, span_of(key, sizeof key));
	aead_seal(&a, wrapping_nonce, span_of(NULL, 0), h.wrapped, FILE_KEY);
	text_write(out, "%s\n-> scrypt ", first);
	put_base64(h.salt, SALT, out);
	text_write(out, " %u\n", (unsigned)SEALED_FILE_LOG);
	put_base64(h.wrapped, WRAPPED, out);
	write_span(out, span_text("\n---"));
	header_mac(file_key, span_of(out->at + start, out->len - start), h.mac);
	write_u8(out, ' ');
	put_base64(h.mac, HASH_LEN, out);
	write_u8(out, '\n');
	write_span(out, span_of(nonce, NONCE));
	payload_cipher(&a, file_key, nonce);
	uint8_t *sealed = out->at + out->len;
	write_span(out, text);
	static const uint8_t tag[AEAD_TAG];
	write_span(out, span_of(tag, AEAD_TAG));
	if (!out->full)
		aead_seal(&a, payload_nonce, span_of(NULL, 0), sealed, text.len);
	bytes_wipe(&a, sizeof a);
	bytes_wipe(key, sizeof key);
	bytes_wipe(file_key, sizeof file_key);
	return !out->full;
}

static bool read_header(struct span file, struct header *h)
{
	struct span rest = file, line, word;
	if (!split_line(&rest, &line) || !span_is(line, first) || !split_line(&rest, &line) ||
	    !split_prefix(&line, "-> scrypt "))
		return false;
	word = split_word(&line);
	if (!take_base64(word, h->salt, SALT) || !split_prefix(&line, " ") ||
	    !text_read_u64(line, SCRYPT_LOG_MAX, &h->log_n) || h->log_n == 0)
		return false;
	if (!split_line(&rest, &line) || !take_base64(line, h->wrapped, WRAPPED))
		return false;
	h->mac_at = (size_t)(rest.at - file.at) + 3;
	if (!split_line(&rest, &line) || !split_prefix(&line, "--- ") ||
	    !take_base64(line, h->mac, HASH_LEN))
		return false;
	h->len = (size_t)(rest.at - file.at);
	return true;
}

bool sealed_file_work(struct span file, unsigned *log_n)
{
	struct header h;
	if (!read_header(file, &h))
		return false;
	*log_n = (unsigned)h.log_n;
	return true;
}

enum err sealed_file_read(uint8_t *file, size_t len, struct span passphrase, uint32_t *scratch,
                          struct span *text)
{
	uint8_t key[SCRYPT_KEY], mac[HASH_LEN];
	struct header h;
	struct aead a;
	enum err err = ERR_FORMAT;
	if (!read_header(span_of(file, len), &h) || len - h.len < NONCE + AEAD_TAG ||
	    len - h.len > NONCE + AEAD_TAG + SEALED_FILE_TEXT)
		return ERR_FORMAT;
	uint8_t *nonce = file + h.len, *sealed = nonce + NONCE;
	size_t sealed_len = len - h.len - NONCE;
	wrapping_key(passphrase, &h, scratch, key);
	aead_init(&a, AEAD_CHACHA20_POLY1305, span_of(key, sizeof key));
	if (!aead_open(&a, wrapping_nonce, span_of(NULL, 0), h.wrapped, WRAPPED)) {
		err = ERR_AUTH;
	} else {
		header_mac(h.wrapped, span_of(file, h.mac_at), mac);
		payload_cipher(&a, h.wrapped, nonce);
		if (bytes_equal(mac, h.mac, sizeof mac) &&
		    aead_open(&a, payload_nonce, span_of(NULL, 0), sealed, sealed_len))
			err = OK;
	}
	*text = span_of(sealed, err ? 0 : sealed_len - AEAD_TAG);
	bytes_wipe(&a, sizeof a);
	bytes_wipe(key, sizeof key);
	bytes_wipe(&h, sizeof h);
	return err;
}
