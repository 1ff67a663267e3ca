/* hello: what each side tells the other inside the handshake: a byte of flags and its payload.
 * docs/PROTOCOL.md section 4.2. For the suites. */
#ifndef CRYPTO_HELLO_H
#define CRYPTO_HELLO_H

#include "crypto/encryptor.h"

enum { HELLO_FLAG_AES = 1, LIMIT_HELLO = 1 + LIMIT_HELLO_PAYLOAD };

/* Ours. */
void hello_write(const struct encryptor *e, struct writer *out);

/* The peer's: fills in e->peer_payload; *aes: it has AES in hardware. ERR_FORMAT: empty or longer
 * than LIMIT_HELLO. */
enum err hello_read(struct encryptor *e, struct span in, bool *aes);

#endif
