/* session: keys, timers, and the chat's side. docs/PROTOCOL.md section 6; docs/DESIGN.md "Session". */
#include "session/core.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"

#define AWAY_US         (3 * SECOND) /* asked and unanswered for this long: the peer is away */
#define PING_MIN_US     (SECOND / 2)
#define CLOSE_LINGER_US (SECOND / 2) /* docs/PROTOCOL.md 6.5 */
#define DONE_LINGER_US  (3 * SECOND)
#define FAREWELL_US     (60 * SECOND)

/* ---- life ---- */

/* docs/PROTOCOL.md 6.6: four ids from each export. */
static void derive_ids(struct session *s)
{
	struct encryptor *keys = s->keys[s->phase];
	uint8_t out[32];

	for (unsigned i = 0; i < LIMIT_PATH_IDS; i += 4) {
		char to_responder[] = "schat path R0", to_initiator[] = "schat path I0";
		size_t digit = sizeof to_responder - 2;

		to_responder[digit] = to_initiator[digit] = (char)('0' + i / 4);
		keys->class->export(keys, span_text(to_responder), out);
		memcpy(s->config.initiator ? s->peer_ids[i] : s->own_ids[i], out, sizeof out);
		keys->class->export(keys, span_text(to_initiator), out);
		memcpy(s->config.initiator ? s->own_ids[i] : s->peer_ids[i], out, sizeof out);
	}
	keys->class->export(keys, span_text("schat rejoin v1"), out);
	memcpy(s->rejoin, out, sizeof s->rejoin);
	bytes_wipe(out, sizeof out);
}

static bool init_parts(struct session *s)
{
	acks_init(&s->acks);
	s->recovery = recovery_new();
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		if (stream_send_init(&s->send[i]) != OK)
			return false;
		if (stream_receive_init(&s->receive[i]) != OK)
			return false;
	}
	return s->recovery != NULL;
}

struct session *session_new(const struct session_config *config, struct encryptor *keys,
                            const struct route *route, uint64_t now)
{
	struct session *s = calloc(1, sizeof *s);

	assert(keys->ready);
	if (s == NULL) {
		encryptor_free(keys);
		return NULL;
	}
	s->config = *config;
	s->keys[0] = keys;
	s->peer = keys->peer;
	s->old_until = s->round_at = s->fire_at = s->answer_at = NEVER;
	s->started_at = s->heard_at = s->phase_started_at = s->eliciting_sent_at = now;
	s->data_path = s->ack_path = -1;
	if (!init_parts(s)) {
		session_free(s);
		return NULL;
	}
	derive_ids(s);
	if (config->compare) {
		compare_start(&s->compare, &(struct compare_config){
					       .initiator = config->initiator,
					       .own = &config->identity->public,
					       .peer = &s->peer,
					       .session_id = keys->session_id,
					       .random = config->random,
					   });
		control_compare(s);
	}
	s->punching = route_is_forward(route) && !config->relay_only;
	path_add(s, route, PATH_VALID, now);
	path_select(s, now);
	s->ping_due = true;
	return s;
}

void session_free(struct session *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < PHASES; i++)
		encryptor_free(s->keys[i]);
	encryptor_free(s->fresh);
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		stream_send_free(&s->send[i]);
		stream_receive_free(&s->receive[i]);
	}
	recovery_free(s->recovery);
	bytes_wipe(s, sizeof *s);
	free(s);
}

/* ---- small answers ---- */

struct encryptor *session_keys(const struct session *s)
{
	return s->keys[s->phase];
}

bool session_owns(const struct session *s, const uint8_t id[static CONNECTION_ID])
{
	for (unsigned i = 0; i < LIMIT_PATH_IDS; i++) {
		if (memcmp(s->own_ids[i], id, CONNECTION_ID) == 0)
			return true;
	}
	return false;
}

void session_ping(struct session *s)
{
	s->ping_due = true;
}

void session_accept(struct session *s)
{
	s->accepted = true;
}

uint64_t session_pto(const struct session *s)
{
	return recovery_pto(s->recovery, s->data_path < 0 ? 0 : (unsigned)s->data_path);
}

static uint64_t ping_interval(const struct session *s)
{
	uint64_t third = s->config.silence_us / 3;

	if (third > LIMIT_KEEPALIVE_US)
		return LIMIT_KEEPALIVE_US;
	return third > PING_MIN_US ? third : PING_MIN_US;
}

void session_protocol_error(struct session *s, const char *text)
{
	session_close(s, CLOSE_PROTOCOL, span_text(text));
}

void session_end(struct session *s, enum err err, struct span text)
{
	if (s->over)
		return;
	s->over = true;
	s->over_err = err;
	s->over_text_len = text.len < CLOSE_TEXT_MAX ? text.len : CLOSE_TEXT_MAX;
	if (s->over_text_len > 0)
		memcpy(s->over_text, text.at, s->over_text_len);
}

void session_closed(struct session *s)
{
	enum err err = s->close_code == CLOSE_DONE          ? OK
	               : s->close_code == CLOSE_UNREACHABLE ? ERR_UNREACHABLE
	                                                    : ERR_STATE;

	session_end(s, err, span_of(NULL, 0));
}

/* ---- time ---- */

static void check_liveness(struct session *s, uint64_t now)
{
	uint64_t asked = s->asked_at > s->heard_at ? s->asked_at : s->heard_at;
	bool waiting = !recovery_idle(s->recovery) || s->data_path < 0;

	if (s->closing)
		return;
	if (recovery_idle(s->recovery))
		s->asked_at = 0;
	if (s->data_path < 0 && s->asked_at == 0)
		s->asked_at = now;
	if (waiting && s->asked_at != 0 && now >= asked + AWAY_US)
		s->away = true;
	if (s->config.silence_us != NEVER && now >= s->heard_at + s->config.silence_us) {
		session_end(s, ERR_CUT, span_of(NULL, 0));
		return;
	}
	uint64_t last = s->heard_at < s->eliciting_sent_at ? s->heard_at : s->eliciting_sent_at;
	if (now >= last + ping_interval(s) && recovery_idle(s->recovery))
		s->ping_due = true;
}

void session_timer(struct session *s, uint64_t now)
{
	if (s->over)
		return;
	if (now >= recovery_deadline(s->recovery))
		recovery_timer(s->recovery, now);
	path_select(s, now);
	packet_settle(s);
	check_liveness(s, now);
	if (!s->closing) {
		punch_timer(s, now);
		rekey_timer(s, now);
	}
	if (s->closing && s->close_until == 0) {
		uint64_t linger = s->close_code == CLOSE_DONE ? DONE_LINGER_US : CLOSE_LINGER_US;

		s->close_until = now + (linger > 3 * session_pto(s) ? linger : 3 * session_pto(s));
	}
	if (s->closing && !s->close_due && now >= s->close_again_at)
		s->close_due = true;
	if (s->closing && now >= s->close_until)
		session_closed(s);
}

static uint64_t liveness_deadline(const struct session *s)
{
	uint64_t last = s->heard_at < s->eliciting_sent_at ? s->heard_at : s->eliciting_sent_at;
	uint64_t asked = s->asked_at > s->heard_at ? s->asked_at : s->heard_at;
	uint64_t at = NEVER;

	if (recovery_idle(s->recovery) && !s->ping_due && s->data_path >= 0)
		at = last + ping_interval(s);
	if (s->asked_at != 0 && !s->away)
		at = min_of(at, asked + AWAY_US);
	if (s->config.silence_us != NEVER)
		at = min_of(at, s->heard_at + s->config.silence_us);
	return at;
}

static uint64_t close_deadline(const struct session *s)
{
	if (s->close_due)
		return packet_close_path(s) >= 0 ? 0 : s->close_until;
	return min_of(s->close_until, s->close_again_at);
}

uint64_t session_deadline(const struct session *s)
{
	uint64_t at = NEVER;

	if (s->over)
		return s->close_due && packet_close_path(s) >= 0 ? 0 : NEVER;
	if (s->closing)
		return close_deadline(s);
	at = min_of(liveness_deadline(s), recovery_deadline(s->recovery));
	at = min_of(at, packet_ack_deadline(s));
	at = min_of(at, path_deadline(s));
	at = min_of(at, punch_deadline(s));
	at = min_of(at, rekey_deadline(s));
	if (s->data_path >= 0 && packet_stream_due(s, (unsigned)s->data_path)) {
		uint64_t pace = recovery_pace_at(s->recovery, (unsigned)s->data_path);

		if (pace != 0)
			at = min_of(at, pace);
	}
	return at;
}

size_t session_output(struct session *s, struct route *to, uint8_t *packet, uint64_t now)
{
	return packet_output(s, to, packet, now);
}

/* ---- the chat's side ---- */

size_t session_write(struct session *s, unsigned stream, struct span bytes)
{
	assert(stream < LIMIT_STREAMS);
	return stream_write(&s->send[stream], bytes);
}

size_t session_write_room(const struct session *s, unsigned stream)
{
	return stream_write_room(&s->send[stream]);
}

void session_finish(struct session *s, unsigned stream)
{
	stream_finish(&s->send[stream]);
}

struct span session_read(const struct session *s, unsigned stream)
{
	return stream_read(&s->receive[stream]);
}

void session_consume(struct session *s, unsigned stream, size_t len)
{
	stream_consume(&s->receive[stream], len);
}

bool session_ended(const struct session *s, unsigned stream)
{
	return stream_ended(&s->receive[stream]);
}

bool session_flushed(const struct session *s, unsigned stream)
{
	return stream_flushed(&s->send[stream]);
}

void session_farewell(struct session *s)
{
	if (s->config.silence_us > FAREWELL_US)
		s->config.silence_us = FAREWELL_US;
}

void session_close(struct session *s, uint8_t code, struct span text)
{
	if (s->closing || s->over)
		return;
	s->closing = true;
	s->close_due = true;
	s->close_code = code;
	s->close_text_len = text.len < CLOSE_TEXT_MAX ? text.len : CLOSE_TEXT_MAX;
	if (s->close_text_len > 0)
		memcpy(s->close_text, text.at, s->close_text_len);
}

bool session_over(const struct session *s, enum err *err, struct span *text)
{
	if (!s->over || (s->close_due && packet_close_path(s) >= 0))
		return false;
	*err = s->over_err;
	*text = span_of(s->over_text, s->over_text_len);
	return true;
}

bool session_away(const struct session *s)
{
	return s->away;
}

bool session_path(const struct session *s, struct session_path *path)
{
	if (s->data_path < 0)
		return false;
	const struct path *p = &s->paths[s->data_path];
	*path = (struct session_path){
		.route = p->route,
		.rtt_us = recovery_flow(s->recovery, (unsigned)s->data_path)->rtt.smoothed,
		.lan = p->lan,
		.no_chat = !path_carries_chat(s, s->data_path)
	};
	return true;
}

/* ---- the network's side ---- */

void session_route_up(struct session *s, const struct route *route, uint64_t now)
{
	if (path_find(s, route) < 0)
		path_offer(s, route, now);
}

void session_route_down(struct session *s, const struct route *route, uint64_t now)
{
	path_drop_route(s, route);
	path_select(s, now);
	packet_settle(s);
}

void session_route_blocked(struct session *s, uint16_t link, bool blocked)
{
	path_stuffed(s, link, blocked);
}

bool session_has_route(const struct session *s, const struct route *route)
{
	return path_find(s, route) >= 0;
}

bool session_route_at(const struct session *s, unsigned index, struct route *route)
{
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		if (s->paths[i].stage != PATH_FREE && index-- == 0) {
			*route = s->paths[i].route;
			return true;
		}
	}
	return false;
}

void session_candidates(struct session *s, const struct candidates *candidates)
{
	s->candidates = *candidates;
}

void session_no_relay(struct session *s, bool no_relay)
{
	s->config.no_relay = no_relay;
}

bool session_carries_chat(const struct session *s)
{
	return path_carries_chat(s, s->data_path);
}

bool session_path_take(struct session *s, struct session_path *path)
{
	bool changed = s->path_changed && session_path(s, path);

	if (changed)
		s->path_changed = false;
	return changed;
}

const struct public_key *session_peer(const struct session *s)
{
	return &s->peer;
}

struct span session_greeting(const struct session *s)
{
	struct encryptor *keys = session_keys(s);

	return span_of(keys->peer_payload, keys->peer_payload_len);
}

void session_pair_secret(struct session *s, uint8_t secret[static 32])
{
	struct encryptor *keys = session_keys(s);

	keys->class->export(keys, span_text("schat pair v1"), secret);
}

const uint8_t *session_rejoin(const struct session *s)
{
	return s->rejoin;
}

bool session_closing(const struct session *s)
{
	return s->closing || s->over;
}

bool session_comparing(const struct session *s)
{
	return control_comparing(s);
}

bool session_asks_nonce(const struct session *s)
{
	return s->compare.state == COMPARE_ASKS;
}

void session_give_nonce(struct session *s)
{
	compare_go(&s->compare);
	control_compare(s);
}

const char *session_compared(const struct session *s)
{
	return s->compare.state == COMPARE_DONE ? s->compare.words : "";
}

bool session_key_wanted(const struct session *s)
{
	return s->held_len > 0 && s->session_pair == NULL;
}

void session_key_lend(struct session *s, const struct identity *key, uint64_t now)
{
	rekey_pair(s, key, now);
}

bool session_key_used(struct session *s)
{
	bool used = s->session_pair_used;

	s->session_pair_used = false;
	return used;
}
