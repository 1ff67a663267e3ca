/* sealed: a sealed file, crypto/sealed_file: of the lengths at which a line of its header ends, and
 * around those of a whole one. Base64, which proofs/lines is about, becomes what it likes. */
#include "base/base64.h"
#include "crypto/sealed_file.h"
#include "proofs/states/ciphers.h"
#include "proofs/words/known.h"

/* Lines and words: none, a short one; those of a header, and with a byte less or more. */
static const uint8_t part_lens[] = { 0,  1,  20, 21, 22, 23, 33, 34, 35,
	                             36, 42, 43, 44, 46, 47, 48, 255 };

#include "proofs/words/parts.h"

bool base64_decode(struct span in, struct writer *out)
{
	look_at(in.at, in.len);
	write_zeroes(out, (size_t)Frama_C_interval(0, (int)out->cap));
	make_any(out->at, out->cap);
	return any_bool();
}

void scrypt(struct span passphrase, struct span salt, unsigned log_n, uint32_t *scratch,
            uint8_t key[static SCRYPT_KEY])
{
	if (log_n < 1 || log_n > SCRYPT_LOG_MAX)
		base_panic("scrypt", 0);
	look_at(passphrase.at, passphrase.len);
	look_at(salt.at, salt.len);
	(void)scratch;
	make_any(key, SCRYPT_KEY);
}

static void read_all(size_t len)
{
	static uint32_t scratch[1];
	static const uint8_t secret[8];
	unsigned log_n;
	struct span text, file = any_bytes(len);
	if (any_bool()) {
		sealed_file_work(file, &log_n);
		return;
	}
	if (sealed_file_read(any_array + ANY_MAX - len, len, span_of(secret, sizeof secret),
	                     scratch, &text) == OK)
		look_at(text.at, text.len);
}

int main(void)
{
	/* A header with a number of one digit, and what is sealed without a text and with one; also
	 * with a byte less or more. */
	static const uint8_t lens[] = { 0, 57, 101, 148, 149, 150, 180, 181, 182, 190 };
	for (size_t i = 0; i < sizeof lens; i++)
		read_all(lens[i]);
}
