/* records: the sealed packets of a session: a key for each direction, the packet number as nonce,
 * the replay window. docs/PROTOCOL.md section 5, "Sealing, all suites". Shared by noise and rsa.
 * Not to be copied or moved after init. */
#ifndef CRYPTO_RECORDS_H
#define CRYPTO_RECORDS_H

#include "base/err.h"
#include "crypto/aead.h"
#include "crypto/encryptor.h"

struct records {
	struct aead send, receive;
	struct replay_window window; /* of receive */
};

void records_init(struct records *r, enum aead_kind kind, struct span send_key,
                  struct span receive_key);

/* As seal and open of struct encryptor_class. */
void records_seal(struct records *r, uint64_t counter, struct span header, uint8_t *data,
                  size_t len);
enum err records_open(struct records *r, uint64_t counter, struct span header, uint8_t *data,
                      size_t len);

void records_wipe(struct records *r);

#endif
