/* keys: fixed identities for tests of the suites: X25519 from a seed, RSA from
 * tests/vectors/rsa_keys.h. */
#ifndef TESTS_UNIT_KEYS_H
#define TESTS_UNIT_KEYS_H

#include "crypto/identity.h"
#include "crypto/x25519.h"
#include "tests/unit/support.h"
#include "tests/vectors/rsa_keys.h"

static inline struct identity rsa_identity_of(const struct rsa_key *key)
{
	struct identity id = { .public = { .type = KEY_RSA, .len = key->bits / 8 } };
	unhex(key->n, id.public.bytes, sizeof id.public.bytes);
	id.secret.rsa.factor_len = key->bits / 16;
	unhex(key->p, id.secret.rsa.p, sizeof id.secret.rsa.p);
	unhex(key->q, id.secret.rsa.q, sizeof id.secret.rsa.q);
	unhex(key->dp, id.secret.rsa.dp, sizeof id.secret.rsa.dp);
	unhex(key->dq, id.secret.rsa.dq, sizeof id.secret.rsa.dq);
	unhex(key->iq, id.secret.rsa.iq, sizeof id.secret.rsa.iq);
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

#endif
