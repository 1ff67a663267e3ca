/* rekey: fresh keys inside the session. docs/PROTOCOL.md 6.8. The initiator starts; the messages of the suite's own handshake travel on
 * stream 0, with the psk taken from the keys in use, so that no third party can have a part in it. */
#include <string.h>

#include "base/min_max.h"
#include "session/core.h"

enum { REKEY_HEADER = 2 };

static unsigned next_phase(const struct session *s)
{
	return (s->phase + 1) % PHASES;
}

static struct encryptor *new_handshake(struct session *s)
{
	uint8_t psk[1][PSK_LEN];
	uint8_t prologue[16];
	struct writer w = writer_of(prologue, sizeof prologue);
	static const uint8_t payload[2] = { MODE_CHAT, 0 };
	struct encryptor *keys = session_keys(s);
	enum err err;

	write_span(&w, span_text("schat rekey"));
	write_u8(&w, 1);
	write_u8(&w, (uint8_t)s->config.suite->suite);
	write_u8(&w, (uint8_t)next_phase(s));
	keys->class->export(keys, span_text("schat rekey v1"), psk[0]);
	struct encryptor_config config = {
		.initiator = s->config.initiator,
		.aes = s->config.aes,
		.identity = s->config.identity,
		.session_pair = s->session_pair,
		.expected = s->config.initiator && s->peer.type != KEY_NONE ? &s->peer : NULL,
		.psks = (const uint8_t(*)[PSK_LEN])psk,
		.psks_count = 1,
		.prologue = written(&w),
		.payload = span_of(payload, sizeof payload),
		.random = s->config.random,
	};
	struct encryptor *fresh = encryptor_new(s->config.suite, &config, &err);
	bytes_wipe(psk, sizeof psk);
	return fresh;
}

static void abandon(struct session *s)
{
	encryptor_free(s->fresh);
	s->fresh = NULL;
	session_protocol_error(s, "rekeying failed");
}

/* The handshake is done: the new phase opens; we seal in it when we are the one who got the last message. */
static void complete(struct session *s, bool got_last, uint64_t now)
{
	if (s->peer.type != KEY_NONE && !public_key_equal(&s->fresh->peer, &s->peer)) {
		abandon(s);
		return;
	}
	unsigned phase = next_phase(s);
	s->session_pair_used = true;
	encryptor_free(s->keys[phase]);
	s->keys[phase] = s->fresh;
	s->fresh = NULL;
	if (got_last) {
		s->phase = phase;
		s->phase_started_at = now;
		s->phase_started_number = s->next_number;
		s->phase_received = 0;
		session_ping(s);
	}
}

/* One step of the handshake: in (empty at the start) to our answer, which goes out. */
static void step(struct session *s, struct span in, uint64_t now)
{
	uint8_t body[REKEY_HEADER + LIMIT_HANDSHAKE];
	struct writer w = writer_of(body, sizeof body);

	write_u8(&w, (uint8_t)next_phase(s));
	write_u8(&w, (uint8_t)s->fresh_message);
	size_t header = w.len;
	if (s->fresh->class->handshake(s->fresh, in, &w) != OK || w.full) {
		abandon(s);
		return;
	}
	bool answered = w.len > header;
	if (answered) {
		if (!control_send(s, CONTROL_REKEY, written(&w))) {
			abandon(
			    s); /* half a handshake would keep the session from fresh keys for ever */
			return;
		}
		s->fresh_message += 2;
	}
	if (s->fresh->ready)
		complete(s, !answered, now);
}

/* The responder's start, once it has what it needs: rsa waits for a pair made for this purpose. A peer that asks more often than
 * it should waits too, for whatever it asks costs us a handshake. */
static void answer_held(struct session *s, uint64_t now)
{
	if (now < s->rekey_not_before ||
	    (s->config.suite->suite == SUITE_RSA && s->session_pair == NULL))
		return;
	s->rekey_not_before = now + LIMIT_REKEY_EVERY_US;
	size_t len = s->held_len;
	s->held_len = 0;
	s->fresh = new_handshake(s);
	s->fresh_message = 1;
	if (s->fresh == NULL)
		abandon(s);
	else
		step(s, span_of(s->held, len), now);
}

void rekey_message(struct session *s, struct reader *r, uint64_t now)
{
	unsigned phase = read_u8(r), number = read_u8(r);
	struct span in = read_span(r, r->left);

	if (phase != next_phase(s) || r->bad)
		return; /* of a handshake that is over */
	if (!s->config.initiator && number == 0 && s->fresh == NULL) {
		if (in.len > sizeof s->held)
			return;
		memcpy(s->held, in.at, in.len);
		s->held_len = in.len;
		answer_held(s, now);
	} else if (s->fresh != NULL && number + 1 == s->fresh_message) {
		step(s, in, now);
	}
}

void rekey_pair(struct session *s, const struct identity *pair, uint64_t now)
{
	s->session_pair = pair;
	if (s->held_len > 0 && !s->closing)
		answer_held(s, now);
}

void rekey_opened(struct session *s, unsigned phase, uint64_t now)
{
	s->phase_received++;
	if (phase != s->phase && phase == next_phase(s)) {
		s->phase = phase;
		s->phase_started_at = now;
		s->phase_started_number = s->next_number;
		s->phase_received = 0;
	}
	if (phase == s->phase && s->old_until == NEVER &&
	    s->keys[(phase + PHASES - 1) % PHASES] != NULL)
		s->old_until = now + 3 * session_pto(s);
}

/* Nothing of an earlier handshake is left, so that another may begin. */
static bool may_begin(const struct session *s)
{
	return s->config.initiator && s->accepted && s->fresh == NULL &&
	       s->keys[next_phase(s)] == NULL && s->keys[(s->phase + PHASES - 1) % PHASES] == NULL;
}

static bool rekey_due(const struct session *s, uint64_t now)
{
	return may_begin(s) && now >= s->rekey_not_before &&
	       (now >= s->phase_started_at + LIMIT_REKEY_US ||
	        s->next_number - s->phase_started_number >= LIMIT_REKEY_PACKETS ||
	        s->phase_received >= LIMIT_REKEY_PACKETS);
}

void rekey_timer(struct session *s, uint64_t now)
{
	if (now >= s->old_until) {
		unsigned old = (s->phase + PHASES - 1) % PHASES;

		encryptor_free(s->keys[old]);
		s->keys[old] = NULL;
		s->old_until = NEVER;
	}
	if (s->held_len > 0)
		answer_held(s, now);
	if (!rekey_due(s, now))
		return;
	s->rekey_not_before = now + LIMIT_REKEY_EVERY_US;
	s->fresh = new_handshake(s);
	s->fresh_message = 0;
	if (s->fresh == NULL)
		abandon(s);
	else
		step(s, span_of(NULL, 0), now);
}

uint64_t rekey_deadline(const struct session *s)
{
	uint64_t due = may_begin(s) ? s->phase_started_at + LIMIT_REKEY_US : NEVER;
	bool answerable =
	    s->held_len > 0 && (s->config.suite->suite != SUITE_RSA || s->session_pair != NULL);

	due = answerable ? 0 : due;
	return min_of(s->old_until, due == NEVER ? NEVER : max_of(due, s->rekey_not_before));
}
