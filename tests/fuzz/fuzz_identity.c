/* fuzz: key files as PEM and as the DER in them, public key lines, fingerprints. What was read is
 * written and read again: the same. */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "crypto/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void same(bool condition)
{
	if (!condition)
		abort();
}

static void fuzz_pem(struct span in)
{
	static struct identity a, b;
	uint8_t pem[LIMIT_KEY_PEM];
	struct writer w = writer_of(pem, sizeof pem);
	if (identity_read(in, &a) != OK)
		return;
	same(public_key_check(&a.public) == OK);
	same(identity_write(&a, &w) == OK);
	memset(&b, 0, sizeof b);
	same(identity_read(written(&w), &b) == OK);
	same(public_key_equal(&a.public, &b.public));
	same(memcmp(&a.secret, &b.secret, sizeof a.secret) == 0);
}

/* Past the frame and the base64, which a fuzzer does not guess. */
static void fuzz_der(struct span in)
{
	uint8_t pem[LIMIT_KEY_PEM];
	struct writer w = writer_of(pem, sizeof pem);
	write_span(&w, span_text("-----BEGIN PRIVATE KEY-----\n"));
	base64_encode(in, &w);
	write_span(&w, span_text("\n-----END PRIVATE KEY-----\n"));
	if (!w.full)
		fuzz_pem(written(&w));
}

static void fuzz_line(struct span in)
{
	struct public_key a, b;
	uint8_t line[LIMIT_KEY_LINE];
	char text[FINGERPRINT_TEXT];
	struct writer w = writer_of(line, sizeof line);
	if (public_key_read(in, &a) != OK)
		return;
	same(public_key_write(&a, &w) == OK);
	same(public_key_read(written(&w), &b) == OK);
	same(public_key_equal(&a, &b));
	public_key_fingerprint(&a, text);
	same(public_key_has_fingerprint(&b, span_text(text)));
	(void)public_key_has_fingerprint(&a, in);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(span_of(at, len));
	uint8_t which = read_u8(&r);
	struct span in = read_span(&r, r.left);
	switch (which % 3) {
	case 0: fuzz_pem(in); break;
	case 1: fuzz_der(in); break;
	default: fuzz_line(in); break;
	}
	return 0;
}
