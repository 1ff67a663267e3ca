#include "crypto/encryptor.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "crypto/ct.h"
#include "crypto/sha256.h"

#define COUNTER_END (UINT64_C(1) << 62)

/* ---- the table ---- */

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
	const struct encryptor_class *const *class = encryptor_classes, *oldest = NULL;
	for (; *class != NULL; class ++)
		if ((*class)->key_type == contact &&
		    (oldest == NULL || (*class)->suite < oldest->suite))
			oldest = *class;
	return oldest;
}

/* ---- start and end ---- */

bool encryptor_has_keys(const struct encryptor_class *class, bool initiator,
                        const struct identity *identity, const struct identity *session_key)
{
	bool own = identity != NULL && identity->public.type == class->key_type;
	bool session = session_key != NULL && session_key->public.type == class->session_key;
	return (own || class->key_type == KEY_NONE) &&
	       (session || class->session_key == KEY_NONE || initiator);
}

static struct span copy_to(uint8_t *to, struct span from)
{
	struct writer w = writer_of(to, from.len);
	write_span(&w, from);
	return written(&w);
}

struct encryptor *encryptor_new(const struct encryptor_class *class,
                                const struct encryptor_config *config, enum err *err)
{
	assert(config->psks_count >= 1);
	assert(config->psks_count <= (config->initiator ? 1 : LIMIT_PSKS));
	assert(config->prologue.len <= LIMIT_PROLOGUE);
	assert(config->payload.len <= LIMIT_HELLO_PAYLOAD);
	assert(config->random != NULL);

	bool possible =
	    encryptor_has_keys(class, config->initiator, config->identity, config->session_key);
	struct encryptor *e = possible ? calloc(1, class->size) : NULL;
	*err = e != NULL ? OK : possible ? ERR_FULL : ERR_STATE;
	if (e == NULL)
		return NULL;
	e->class = class;
	e->config = *config;
	memcpy(e->psks, config->psks, config->psks_count * PSK_LEN);
	e->config.psks = (const uint8_t(*)[PSK_LEN])e->psks;
	e->config.prologue = copy_to(e->prologue, config->prologue);
	e->config.payload = copy_to(e->payload, config->payload);
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

/* ---- handshake ---- */

enum err encryptor_handshake(struct encryptor *e, struct span in, struct writer *out)
{
	bool begins = e->config.initiator && e->next == 0;
	if (e->dead || e->ready || (begins && in.len > 0))
		return ERR_STATE;
	enum err err = e->class->handshake(e, in, out);
	if (err == OK) {
		e->next += begins ? 1 : 2;
		e->ready = e->next >= e->class->messages;
		for (size_t i = 0; i < LIMIT_PSKS; i++)
			if (i != e->psk_index || e->ready)
				bytes_wipe(e->psks[i], PSK_LEN);
	} else if (e->next > 0) {
		e->dead = true;
		bytes_wipe(e->psks, sizeof e->psks);
		bytes_wipe(e + 1, e->class->size - sizeof *e);
	}
	return err;
}

enum err encryptor_meet(struct encryptor *e, const struct public_key *peer)
{
	const struct public_key *expected = e->config.initiator ? e->config.expected : NULL;
	e->peer = *peer;
	e->peer_known = true;
	return expected != NULL && !public_key_equal(expected, peer) ? ERR_TRUST : OK;
}

void encryptor_write_hello(const struct encryptor *e, struct writer *out)
{
	write_u8(out, HELLO_FLAG_STREAMS | HELLO_FLAG_LARGE | (e->config.aes ? HELLO_FLAG_AES : 0));
	write_span(out, e->config.payload);
}

enum err encryptor_read_hello(struct encryptor *e, struct span in)
{
	if (in.len < 1 || in.len > LIMIT_HELLO)
		return ERR_FORMAT;
	struct reader r = reader_of(in);
	uint8_t flags = read_u8(&r); /* the other bits are reserved */
	e->peer_aes = ct_verdict(flags & HELLO_FLAG_AES);
	e->peer_large = ct_verdict(flags & HELLO_FLAG_LARGE);
	e->peer_streams = ct_verdict(flags & HELLO_FLAG_STREAMS);
	e->peer_payload_len = r.left;
	read_bytes(&r, e->peer_payload, r.left);
	ct_public(e->peer_payload, e->peer_payload_len); /* to its receiver: a mode and a nick */
	return OK;
}

/* ---- packets ---- */

static uint64_t *window_word(struct encryptor *e, uint64_t counter)
{
	return &e->window[counter % LIMIT_REPLAY / 64];
}

static uint64_t window_bit(uint64_t counter)
{
	return UINT64_C(1) << counter % 64;
}

/* False: opened before, or too old to tell. */
static bool is_fresh(struct encryptor *e, uint64_t counter)
{
	if (counter >= e->window_end)
		return true;
	return e->window_end - counter <= LIMIT_REPLAY &&
	       (*window_word(e, counter) & window_bit(counter)) == 0;
}

/* The places between the old and the new end held counters that now lie below the window. */
static void mark_opened(struct encryptor *e, uint64_t counter)
{
	if (counter >= e->window_end) {
		if (counter - e->window_end >= LIMIT_REPLAY)
			memset(e->window, 0, sizeof e->window);
		else
			for (uint64_t c = e->window_end; c <= counter; c++)
				*window_word(e, c) &= ~window_bit(c);
		e->window_end = counter + 1;
	}
	*window_word(e, counter) |= window_bit(counter);
}

void encryptor_seal(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                    size_t len)
{
	assert(e->ready);
	assert(counter < COUNTER_END);
	e->class->seal(e, counter, header, data, len);
}

enum err encryptor_open(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                        size_t len)
{
	assert(e->ready);
	if (counter >= COUNTER_END || len < TAG_LEN)
		return ERR_AUTH; /* the peer's seal cannot have made it */
	if (!is_fresh(e, counter))
		return ERR_REPLAY; /* asked first: a repeated packet costs nothing */
	if (!e->class->open(e, counter, header, data, len))
		return ERR_AUTH;
	mark_opened(e, counter);
	return OK;
}

void encryptor_export(const struct encryptor *e, struct span label, uint8_t out[static 32])
{
	assert(e->ready);
	sha256_expand(e->exporter, PARTS(label), out, 32);
}
