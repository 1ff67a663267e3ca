/* A handshake of a suite, with a peer that sends what it likes. */
#pragma once

#include "crypto/encryptor.h"
#include "proofs/states/ciphers.h"

static struct identity own;
static uint8_t psks[LIMIT_PSKS][PSK_LEN], hello[LIMIT_HELLO_PAYLOAD];

/* first and second: bytes of the peer's messages. */
static inline void talk(const struct encryptor_class *class, bool initiator, size_t first,
                        size_t second)
{
	uint8_t bytes[LIMIT_HANDSHAKE];
	struct writer out = writer_of(bytes, sizeof bytes);
	enum err err;
	const struct encryptor_config config = {
		.initiator = initiator,
		.aes = any_bool(),
		.identity = &own,
		.session_key = &own,
		.expected = any_bool() ? &own.public : NULL,
		.psks = (const uint8_t(*)[PSK_LEN])psks,
		.psks_count = initiator ? 1 : LIMIT_PSKS,
		.payload = span_of(hello, sizeof hello),
		.random = &any_random,
	};
	struct encryptor *e = encryptor_new(class, &config, &err);
	if (e == NULL)
		return;
	if (initiator)
		encryptor_handshake(e, span_of(NULL, 0), &out);
	out = writer_of(bytes, sizeof bytes);
	if (encryptor_handshake(e, any_bytes(first), &out) == OK && !e->ready) {
		out = writer_of(bytes, sizeof bytes);
		encryptor_handshake(e, any_bytes(second), &out);
	}
	encryptor_free(e);
}
