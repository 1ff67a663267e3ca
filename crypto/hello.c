/* hello: see hello.h. */
#include "crypto/hello.h"

#include "crypto/ct.h"

void hello_write(const struct encryptor *e, struct writer *out)
{
	write_u8(out, e->aes ? HELLO_FLAG_AES : 0);
	write_span(out, span_of(e->own_payload, e->own_payload_len));
}

enum err hello_read(struct encryptor *e, struct span in, bool *aes)
{
	if (in.len < 1 || in.len > LIMIT_HELLO)
		return ERR_FORMAT;
	struct reader r = reader_of(in);
	*aes = ct_verdict(read_u8(&r) & HELLO_FLAG_AES); /* the other bits are reserved */
	e->peer_payload_len = r.left;
	read_bytes(&r, e->peer_payload, r.left);
	ct_public(e->peer_payload, e->peer_payload_len); /* to its receiver: a mode and a nick */
	return OK;
}
