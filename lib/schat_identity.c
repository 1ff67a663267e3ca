/* schat_identity: see include/schat.h. Also what the header says of errors and versions. */
#include <stdlib.h>

#include "base/text.h"
#include "crypto/drbg.h"
#include "crypto/encryptor.h"
#include "include/schat.h"
#include "lib/identity_of.h"

static struct schat_identity *made(struct schat_identity *id, enum err err, enum schat_error *error)
{
	*error = (enum schat_error)err;
	if (!err)
		return id;
	schat_identity_free(id);
	return NULL;
}

struct schat_identity *schat_identity_new(const char *suite, schat_entropy_source entropy,
                                          enum schat_error *error)
{
	uint8_t seed[DRBG_FRESH];
	const struct encryptor_class *class = encryptor_class_named(span_text(suite));
	struct schat_identity *id = calloc(1, sizeof *id);
	enum err err = id == NULL                                     ? ERR_FULL
	               : class == NULL || class->key_type == KEY_NONE ? ERR_USAGE
	               : !entropy(seed)                               ? ERR_STATE
	                                                              : OK;
	struct random *random = err ? NULL : drbg_new(seed, sizeof seed, entropy);
	bytes_wipe(seed, sizeof seed);
	if (!err)
		err = random
		          ? identity_generate(class->key_type, RSA_BITS_DEFAULT, random, &id->pair)
		          : ERR_FULL;
	drbg_free(random);
	return made(id, err, error);
}

struct schat_identity *schat_identity_read(const char *pem, size_t len, enum schat_error *error)
{
	struct schat_identity *id = calloc(1, sizeof *id);
	return made(id, id ? identity_read(span_of(pem, len), &id->pair) : ERR_FULL, error);
}

size_t schat_identity_write(const struct schat_identity *id, char pem[SCHAT_PEM])
{
	struct writer w = writer_of((uint8_t *)pem, SCHAT_PEM);
	return identity_write(&id->pair, &w) == OK ? w.len : 0;
}

void schat_identity_public(const struct schat_identity *id, char key[SCHAT_KEY],
                           char fingerprint[SCHAT_FINGERPRINT])
{
	if (key) {
		struct writer w = writer_of((uint8_t *)key, SCHAT_KEY - 1);
		(void)public_key_write(&id->pair.public, &w);
		key[w.len] = 0;
	}
	if (fingerprint)
		public_key_fingerprint(&id->pair.public, fingerprint);
}

void schat_identity_free(struct schat_identity *id)
{
	if (id == NULL)
		return;
	bytes_wipe(id, sizeof *id);
	free(id);
}

_Static_assert((int)SCHAT_KEY == (int)LIMIT_KEY_LINE && (int)SCHAT_PEM == (int)LIMIT_KEY_PEM &&
                   (int)SCHAT_FINGERPRINT == (int)FINGERPRINT_TEXT,
               "as inside");
_Static_assert((int)SCHAT_ERR_FORMAT == (int)ERR_FORMAT && (int)SCHAT_ERR_TRUST == (int)ERR_TRUST &&
                   (int)SCHAT_ERR_USAGE == (int)ERR_USAGE,
               "errors have the same numbers");

const char *schat_error_text(enum schat_error error)
{
	return err_text((enum err)error);
}

const char *schat_version(void)
{
	return SCHAT_VERSION;
}
