/* keys: fixed identities for tests of the suites: X25519 from a seed, RSA from
 * tests/vectors/rsa_keys.h. */
#pragma once

#include "crypto/identity.h"
#include "crypto/x25519.h"
#include "tests/unit/support.h"
#include "tests/vectors/rsa_keys.h"

static inline struct identity rsa_identity_of(const struct rsa_key *key)
{
	struct identity id = { .public = { .type = KEY_RSA, .len = key->bits / 8 } };
	unhex(key->n, id.public.bytes, sizeof id.public.bytes);
	id.secret.rsa.factor_len = key->bits / 16;
	const char *const parts[RSA_PARTS] = { key->p, key->q, key->dp, key->dq, key->iq };
	for (size_t i = 0; i < RSA_PARTS; i++)
		unhex(parts[i], id.secret.rsa.parts[i], sizeof id.secret.rsa.parts[i]);
	return id;
}

static inline struct identity test_rsa_identity(unsigned index)
{
	return rsa_identity_of(&rsa_keys[index]);
}

/* index 0..3 for every type. */
static inline struct identity test_identity(enum key_type type, unsigned index)
{
	if (type == KEY_RSA)
		return test_rsa_identity(index);
	struct identity id = { .public = { .type = type } };
	if (type == KEY_X25519) {
		id.public.len = X25519_LEN;
		struct test_random random = test_random(1000 + index);
		random_fill(&random.random, id.secret.x25519, X25519_LEN);
		x25519_public(id.secret.x25519, id.public.bytes);
	}
	return id;
}
