/* text: what people paste and files hold, in base/: base32, base64 and numbers; of up to so many
 * bytes. */
#include "base/text.h"
#include "base/base32.h"
#include "base/base64.h"
#include "proofs/parsers/any.h"

static void read_all(size_t len)
{
	static uint8_t key[16], decoded[12];
	uint64_t number;
	uint32_t hex;
	struct span text = any_bytes(len);
	text_read_u64(text, UINT64_MAX, &number);
	text_read_hex(text, &hex);
	base32_decode(text, key, sizeof key);
	struct writer w = writer_of(decoded, sizeof decoded);
	base64_decode(text, &w);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
