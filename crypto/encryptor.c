/* encryptor: see encryptor.h. */
#include "crypto/encryptor.h"

#include <stdlib.h>

#include "base/assert.h"

const struct encryptor_class *encryptor_class_named(struct span name)
{
	const struct encryptor_class *const *class = encryptor_classes;
	while (*class != NULL && !span_is(name, (*class)->name))
		class ++;
	return *class;
}

const struct encryptor_class *encryptor_class_of(enum suite suite)
{
	const struct encryptor_class *const *class = encryptor_classes;
	while (*class != NULL && (*class)->suite != suite)
		class ++;
	return *class;
}

const struct encryptor_class *encryptor_class_for(enum key_type contact)
{
	const struct encryptor_class *const *class = encryptor_classes;
	while (*class != NULL && (*class)->key_type != contact)
		class ++;
	return *class;
}

struct encryptor *encryptor_new(const struct encryptor_class *class,
                                const struct encryptor_config *config, enum err *err)
{
	assert(config->psks_count >= 1);
	assert(config->psks_count <= (config->initiator ? 1 : LIMIT_PSKS));
	assert(config->payload.len <= LIMIT_HELLO_PAYLOAD);
	assert(config->random != NULL);

	struct encryptor *e = calloc(1, class->size);
	if (e == NULL) {
		*err = ERR_FULL;
		return NULL;
	}
	e->class = class;
	e->initiator = config->initiator;
	e->aes = config->aes;
	e->random = config->random;
	e->expected = config->initiator ? config->expected : NULL;
	struct writer payload = writer_of(e->own_payload, sizeof e->own_payload);
	write_span(&payload, config->payload);
	e->own_payload_len = payload.len;
	*err = class->init(e, config);
	if (*err != OK) {
		encryptor_free(e);
		return NULL;
	}
	return e;
}

void encryptor_free(struct encryptor *e)
{
	if (e == NULL)
		return;
	encryptor_wipe(e);
	free(e);
}

/* The suites keep all their secrets inside their struct, which begins with e: wiping it whole
 * leaves nothing. */
void encryptor_wipe(struct encryptor *e)
{
	bytes_wipe(e, e->class->size);
}
