/* records: the sealed packets of a session: a key for each direction, the packet number as nonce.
 * docs/PROTOCOL.md section 5, "Sealing, all suites". Noise and rsa share it: their structs begin
 * with struct records, and their classes seal and open by it. Not to be copied or moved after
 * records_start. */
#pragma once

#include "crypto/aead.h"
#include "crypto/encryptor.h"

struct records {
	struct encryptor base;
	struct aead send, receive;
};

/* keys: two of key_len bytes, the initiator's first. */
void records_start(struct records *r, enum aead_kind kind, const uint8_t *keys, size_t key_len);

void records_seal(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                  size_t len);
bool records_open(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                  size_t len);
