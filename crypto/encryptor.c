/* encryptor: the table of suites, and what they share. See encryptor.h. */
#include "crypto/encryptor.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "crypto/ct.h"
#include "crypto/suites.h"

const struct encryptor_class *const encryptor_classes[] = {
	&noise_class,
	&rsa_class,
	&pseudo_class,
	NULL,
};

const struct encryptor_class *encryptor_class_named(struct span name)
{
	for (const struct encryptor_class *const *class = encryptor_classes; *class; class ++)
		if (span_is(name, (*class)->name))
			return *class;
	return NULL;
}

const struct encryptor_class *encryptor_class_of(enum suite suite)
{
	for (const struct encryptor_class *const *class = encryptor_classes; *class; class ++)
		if ((*class)->suite == suite)
			return *class;
	return NULL;
}

struct encryptor *encryptor_new(const struct encryptor_class *class,
                                const struct encryptor_config *config, enum err *err)
{
	assert(config->psks_count >= 1);
	assert(config->psks_count <= (config->initiator ? 1 : LIMIT_PSKS));
	assert(config->payload.len <= LIMIT_HELLO_PAYLOAD);
	assert(config->random);

	struct encryptor *e = calloc(1, class->size);
	if (!e) {
		*err = ERR_FULL;
		return NULL;
	}
	e->class = class;
	*err = class->init(e, config);
	if (*err) {
		encryptor_free(e);
		return NULL;
	}
	return e;
}

void encryptor_free(struct encryptor *e)
{
	if (!e)
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

void payload_write(struct writer *out, bool aes, struct span payload)
{
	assert(payload.len <= LIMIT_HELLO_PAYLOAD);
	write_u8(out, aes ? HELLO_FLAG_AES : 0);
	write_span(out, payload);
}

enum err payload_read(struct encryptor *e, struct span in, bool *aes)
{
	if (in.len < 1 || in.len > LIMIT_HELLO)
		return ERR_FORMAT;
	struct reader r = reader_of(in);
	*aes = ct_verdict(read_u8(&r) & HELLO_FLAG_AES); /* the other bits are reserved */
	e->peer_payload_len = r.left;
	read_bytes(&r, e->peer_payload, r.left);
	ct_public(e->peer_payload, e->peer_payload_len); /* to its receiver: a mode and a nick */
	return OK;
}

/* A ring of bits: the place of counter c is c modulo the window. Overflow: counters stay below
 * 2^62. */
static uint64_t bit_of(uint64_t counter)
{
	return UINT64_C(1) << counter % 64;
}

static size_t word_of(uint64_t counter)
{
	return (size_t)(counter % LIMIT_REPLAY / 64);
}

bool replay_fresh(const struct replay_window *w, uint64_t counter)
{
	if (counter >= w->next)
		return true;
	if (w->next - counter > LIMIT_REPLAY)
		return false;
	return (w->seen[word_of(counter)] & bit_of(counter)) == 0;
}

void replay_mark(struct replay_window *w, uint64_t counter)
{
	if (counter >= w->next) {
		/* The places between the old and the new end held counters that now lie below the
		 * window. */
		if (counter - w->next >= LIMIT_REPLAY)
			memset(w->seen, 0, sizeof w->seen);
		else
			for (uint64_t c = w->next; c <= counter; c++)
				w->seen[word_of(c)] &= ~bit_of(c);
		w->next = counter + 1;
	}
	w->seen[word_of(counter)] |= bit_of(counter);
}
