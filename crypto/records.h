/* records: the sealed packets of a session: a key for each direction, the packet number as nonce,
 * the replay window; and the exporter. docs/PROTOCOL.md section 5, "Sealing, all suites". Noise and
 * rsa share it: their structs begin with struct records, and three members of their classes are the
 * last functions here. Not to be copied or moved after records_start. */
#ifndef CRYPTO_RECORDS_H
#define CRYPTO_RECORDS_H

#include "crypto/aead.h"
#include "crypto/encryptor.h"
#include "crypto/hkdf.h"
#include "crypto/replay.h"

struct records {
	struct encryptor base;
	struct aead send, receive;
	struct replay_window window; /* of receive */
	uint8_t exporter[HASH_LEN];  /* filled in by the suite */
};

/* keys: two of key_len bytes, the initiator's first. The encryptor is ready then. */
void records_start(struct records *r, enum aead_kind kind, const uint8_t *keys, size_t key_len);

/* seal, open and export of struct encryptor_class. */
void records_seal(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                  size_t len);
enum err records_open(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                      size_t len);
void records_export(const struct encryptor *e, struct span label, uint8_t out[static 32]);

#endif
