/* two_keys: the keys of a finished handshake, for tests of what uses them: those of the responder
 * first, then those of the initiator. */
#pragma once

#include "crypto/encryptor.h"
#include "tests/unit/keys.h"
#include "tests/unit/support.h"

static inline void two_keys(enum suite suite, struct identity ids[static 2], struct random *random,
                            struct encryptor *keys[static 2])
{
	static const uint8_t psk[1][PSK_LEN];
	uint8_t bytes[LIMIT_HANDSHAKE], copy[LIMIT_HANDSHAKE];
	struct span in = span_of(NULL, 0);

	for (unsigned i = 0; i < 2; i++) {
		enum err err;

		if (suite != SUITE_PSEUDO)
			ids[i] = test_identity(encryptor_class_of(suite)->key_type, i);
		struct encryptor_config config = { .initiator = i == 1,
			                           .psks = psk,
			                           .psks_count = 1,
			                           .payload = span_of("\1", 2),
			                           .identity =
			                               suite == SUITE_PSEUDO ? NULL : &ids[i],
			                           .random = random };
		keys[i] = encryptor_new(encryptor_class_of(suite), &config, &err);
		assert_non_null(keys[i]);
	}
	for (unsigned turn = 1; !keys[0]->ready || !keys[1]->ready; turn ^= 1) {
		struct writer w = writer_of(bytes, sizeof bytes);

		if (in.len > 0)
			memcpy(copy, in.at, in.len);
		assert_int_equal(encryptor_handshake(keys[turn], span_of(copy, in.len), &w), OK);
		in = written(&w);
	}
}
