#include "session/rekey.h"

#include <string.h>

#include "base/min_max.h"
#include "session/codes.h"

void rekey_init(struct rekey *r, const struct rekey_config *config)
{
	*r = (struct rekey){ .config = *config };
}

void rekey_wipe(struct rekey *r)
{
	encryptor_free(r->fresh);
	bytes_wipe(r, sizeof *r);
}

/* ---- the handshake ---- */

static struct encryptor *new_handshake(const struct rekey *r, const struct keyring *k)
{
	static const uint8_t payload[2] = { MODE_CHAT, 0 };
	uint8_t psk[1][PSK_LEN];
	uint8_t prologue[16];
	struct writer w = writer_of(prologue, sizeof prologue);
	const struct public_key *peer = &keyring_current(k)->peer;
	enum err err;

	write_span(&w, span_text("schat rekey"));
	write_u8(&w, 1);
	write_u8(&w, (uint8_t)r->config.suite->suite);
	write_u8(&w, (uint8_t)keyring_next_phase(k));
	keyring_export(k, "schat rekey v1", psk[0]);
	struct encryptor_config config = {
		.initiator = r->config.initiator,
		.aes = r->config.aes,
		.identity = r->config.identity,
		.session_key = r->has_session_key ? &r->session_key : NULL,
		.expected = r->config.initiator && peer->type != KEY_NONE ? peer : NULL,
		.psks = (const uint8_t(*)[PSK_LEN])psk,
		.psks_count = 1,
		.prologue = written(&w),
		.payload = span_of(payload, sizeof payload),
		.random = r->config.random,
	};
	struct encryptor *fresh = encryptor_new(r->config.suite, &config, &err);
	bytes_wipe(psk, sizeof psk);
	return fresh;
}

static enum err abandon(struct rekey *r)
{
	encryptor_free(r->fresh);
	r->fresh = NULL;
	return ERR_AUTH;
}

/* The handshake is done: the new phase opens; we seal in it when we are the one who got the last
 * message. */
static enum err complete(struct rekey *r, struct keyring *k, bool got_last, uint64_t now)
{
	const struct public_key *peer = &keyring_current(k)->peer;

	if (peer->type != KEY_NONE && !public_key_equal(&r->fresh->peer, peer))
		return abandon(r);
	bytes_wipe(&r->session_key, sizeof r->session_key);
	r->has_session_key = false;
	keyring_add(k, r->fresh, got_last, now);
	r->fresh = NULL;
	return OK;
}

/* One step of the handshake: in (empty at the start) leads to our answer. */
static enum err step(struct rekey *r, struct keyring *k, struct span in, struct writer *out,
                     uint64_t now)
{
	write_u8(out, (uint8_t)keyring_next_phase(k));
	write_u8(out, (uint8_t)r->message);
	if (encryptor_handshake(r->fresh, in, out) != OK || out->full)
		return abandon(r);
	bool answered = out->len > REKEY_HEADER;
	if (answered)
		r->message += 2;
	else
		out->len = 0;
	return r->fresh->ready ? complete(r, k, !answered, now) : OK;
}

static enum err begin(struct rekey *r, struct keyring *k, struct span in, struct writer *out,
                      uint64_t now)
{
	r->not_before = now + LIMIT_REKEY_EVERY_US;
	r->message = r->config.initiator ? 0 : 1;
	r->fresh = new_handshake(r, k);
	return r->fresh == NULL ? ERR_AUTH : step(r, k, in, out, now);
}

/* ---- the responder's start ---- */

static bool has_key(const struct rekey *r)
{
	return r->config.suite->session_key == KEY_NONE || r->has_session_key;
}

/* Once it has what it needs: rsa waits for a key made for this purpose. A peer that asks more often
 * than it should waits too, for whatever it asks costs us a handshake. */
static enum err answer_held(struct rekey *r, struct keyring *k, struct writer *out, uint64_t now)
{
	size_t len = r->held_len;

	if (now < r->not_before || !has_key(r))
		return OK;
	r->held_len = 0;
	return begin(r, k, span_of(r->held, len), out, now);
}

enum err rekey_input(struct rekey *r, struct keyring *k, struct span body, struct writer *out,
                     uint64_t now)
{
	struct reader reader = reader_of(body);
	unsigned phase = read_u8(&reader), number = read_u8(&reader);
	struct span in = read_span(&reader, reader.left);

	if (phase != keyring_next_phase(k) || reader.bad)
		return OK; /* of a handshake that is over */
	if (!r->config.initiator && number == 0 && r->fresh == NULL) {
		if (in.len > sizeof r->held)
			return OK;
		memcpy(r->held, in.at, in.len);
		r->held_len = in.len;
		return answer_held(r, k, out, now);
	}
	if (r->fresh != NULL && number + 1 == r->message)
		return step(r, k, in, out, now);
	return OK;
}

/* ---- time ---- */

uint64_t rekey_deadline(const struct rekey *r, const struct keyring *k, bool accepted)
{
	if (r->held_len > 0)
		return has_key(r) ? r->not_before : NEVER;
	bool may_begin = r->config.initiator && accepted && r->fresh == NULL && keyring_settled(k);
	return may_begin ? max_of(keyring_worn_at(k), r->not_before) : NEVER;
}

enum err rekey_timer(struct rekey *r, struct keyring *k, bool accepted, struct writer *out,
                     uint64_t now)
{
	if (now < rekey_deadline(r, k, accepted))
		return OK;
	return r->held_len > 0 ? answer_held(r, k, out, now)
	                       : begin(r, k, span_of(NULL, 0), out, now);
}

/* ---- rsa ---- */

bool rekey_key_give(struct rekey *r, const struct identity *key)
{
	if (r->held_len == 0 || has_key(r))
		return false;
	r->session_key = *key;
	r->has_session_key = true;
	return true;
}
