/* session: see session.h and session_net.h. The only file that has all parts of a session: it asks
 * each in turn, and hands on what it answers. docs/PROTOCOL.md section 6, docs/DESIGN.md 5. */
#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "session/messages.h"
#include "session/session_net.h"

struct session {
	struct frames_parts parts;
	struct messages messages; /* between these and the peer's, on stream 0 */
	struct public_key peer;
	bool relayed; /* by forwarders alone: an answer would say that we are where a packet went */
};

/* ---- life ---- */

static bool start_parts(struct session *s, const struct session_config *config,
                        struct encryptor *keys, bool forward, uint64_t now)
{
	keyring_init(&s->parts.keyring, keys, config->initiator, now);
	acks_init(&s->parts.acks);
	s->parts.recovery = recovery_new();
	paths_init(&s->parts.paths, config->initiator, s->parts.recovery, config->random);
	paths_no_relay(&s->parts.paths, config->no_relay);
	sizes_init(&s->parts.sizes, &s->parts.paths, keys->peer_large);
	liveness_init(&s->parts.liveness, config->silence_us, now);
	messages_init(&s->messages, &s->parts, forward ? config->punching : PUNCHING_NONE,
	              &(struct rekey_config){ .initiator = config->initiator,
	                                      .aes = config->aes,
	                                      .suite = config->suite,
	                                      .identity = config->identity,
	                                      .random = config->random });
	streams_init(&s->parts.streams, config->initiator, keys->peer_streams,
	             config->memory == 0 ? LIMIT_STREAM_MEMORY : config->memory);
	return s->parts.recovery != NULL;
}

/* Paths may have changed: the data's is chosen anew (the peer learns at once, and follows), and
 * what was in flight on those that ended is lost. */
static void settle(struct session *s, uint64_t now)
{
	if (paths_choose(&s->parts.paths, now))
		liveness_ping(&s->parts.liveness);
	frames_settle(&s->parts);
}

struct session *session_new(const struct session_config *config, struct encryptor *keys,
                            const struct route *route, uint64_t now)
{
	struct session *s = calloc(1, sizeof *s);
	if (s == NULL) {
		encryptor_free(keys);
		return NULL;
	}
	s->peer = keys->peer;
	s->relayed = route_is_forward(route) && config->punching == PUNCHING_NONE;
	if (!start_parts(s, config, keys, route_is_forward(route), now)) {
		session_free(s);
		return NULL;
	}
	if (config->compare)
		messages_start_comparing(&s->messages, &s->peer);
	messages_path(&s->messages, route, PATH_PROVED, now);
	settle(s, now);
	return s;
}

void session_free(struct session *s)
{
	if (s == NULL)
		return;
	keyring_wipe(&s->parts.keyring);
	rekey_wipe(&s->messages.rekey);
	streams_free(&s->parts.streams);
	recovery_free(s->parts.recovery);
	bytes_wipe(s, sizeof *s);
	free(s);
}

/* ---- packets ---- */

bool session_owns(const struct session *s, const uint8_t id[static CONNECTION_ID])
{
	return keyring_owns(&s->parts.keyring, id);
}

enum err session_input(struct session *s, const struct route *from, uint8_t *packet, size_t len,
                       uint64_t now)
{
	struct frames_packet in = { .len = len };
	uint64_t late_us = 3 * rtt_pto(paths_rtt(&s->parts.paths));
	enum err err = ERR_UNREACHABLE;
	if (!s->relayed || route_is_forward(from))
		err = keyring_open(&s->parts.keyring, packet, len, late_us, &in.number, &in.frames,
		                   now);
	if (err != OK)
		return err;
	in.path = messages_path(&s->messages, from, PATH_HEARD, now);
	liveness_heard(&s->parts.liveness, now);
	closing_heard(&s->parts.closing);
	bool decides = frames_input(&s->parts, &in, now);
	messages_input(&s->messages, now);
	if (decides)
		settle(s, now);
	return OK;
}

size_t session_output(struct session *s, struct route *to, uint8_t *packet, uint64_t now)
{
	return frames_output(&s->parts, to, packet, now);
}

size_t session_more(struct session *s, uint8_t *packet, size_t size, uint64_t now)
{
	return frames_more(&s->parts, packet, size, now);
}

void session_ping(struct session *s)
{
	liveness_ping(&s->parts.liveness);
	if (s->parts.paths.data >= 0)
		recovery_ask(s->parts.recovery, (unsigned)s->parts.paths.data);
}

void session_network(struct session *s, uint64_t now)
{
	punch_again(&s->messages.punch);
	paths_doubt(&s->parts.paths, now);
	session_ping(s);
}

bool session_in_doubt(const struct session *s)
{
	return s->parts.paths.doubt.on;
}

/* ---- time ---- */

void session_timer(struct session *s, uint64_t now)
{
	if (s->parts.closing.over)
		return;
	frames_timer(&s->parts, now);
	settle(s, now);
	if (s->parts.closing.begun) {
		closing_timer(&s->parts.closing, rtt_pto(paths_rtt(&s->parts.paths)), now);
		return;
	}
	if (!liveness_timer(&s->parts.liveness, frames_idle(&s->parts), s->parts.paths.data >= 0,
	                    now)) {
		closing_cut(&s->parts.closing);
		return;
	}
	keyring_timer(&s->parts.keyring, now);
	messages_timer(&s->messages, now);
	paths_timer(&s->parts.paths, now);
}

uint64_t session_deadline(const struct session *s)
{
	if (s->parts.closing.begun)
		return closing_deadline(&s->parts.closing, frames_close_can_leave(&s->parts));
	uint64_t at =
	    liveness_deadline(&s->parts.liveness, frames_idle(&s->parts), s->parts.paths.data >= 0);
	at = min_of(at, min_of(frames_deadline(&s->parts), paths_deadline(&s->parts.paths)));
	return min_of(at, min_of(s->parts.keyring.old_until, messages_deadline(&s->messages)));
}

/* ---- the chat's side ---- */

bool session_has_streams(const struct session *s)
{
	return s->parts.streams.opens;
}

unsigned session_open(struct session *s)
{
	return streams_open(&s->parts.streams);
}

bool session_opened(struct session *s, unsigned *stream)
{
	return streams_opened(&s->parts.streams, stream);
}

void session_reset(struct session *s, unsigned stream, uint8_t code)
{
	streams_reset(&s->parts.streams, stream, code);
}

bool session_is_reset(const struct session *s, unsigned stream, uint8_t *code)
{
	return streams_is_reset(&s->parts.streams, stream, code);
}

void session_release(struct session *s, unsigned stream)
{
	streams_release(&s->parts.streams, stream);
}

size_t session_write(struct session *s, unsigned stream, struct span bytes)
{
	return streams_write(&s->parts.streams, stream, bytes);
}

size_t session_write_room(const struct session *s, unsigned stream)
{
	return streams_write_room(&s->parts.streams, stream);
}

void session_finish(struct session *s, unsigned stream)
{
	streams_finish(&s->parts.streams, stream);
}

struct span session_read(const struct session *s, unsigned stream)
{
	return streams_read(&s->parts.streams, stream);
}

void session_consume(struct session *s, unsigned stream, size_t len)
{
	streams_consume(&s->parts.streams, stream, len);
}

bool session_ended(const struct session *s, unsigned stream)
{
	return streams_ended(&s->parts.streams, stream);
}

bool session_flushed(const struct session *s, unsigned stream)
{
	return streams_flushed(&s->parts.streams, stream);
}

void session_farewell(struct session *s, uint64_t silence_us)
{
	liveness_limit(&s->parts.liveness, silence_us);
}

ONE_COPY void session_close(struct session *s, uint8_t code, struct span text)
{
	closing_begin(&s->parts.closing, code, text);
}

bool session_over(const struct session *s, enum err *err, struct span *text)
{
	return closing_over(&s->parts.closing, frames_close_can_leave(&s->parts), err, text);
}

uint64_t session_heard_at(const struct session *s)
{
	return s->parts.liveness.heard_at;
}

bool session_away(const struct session *s)
{
	return s->parts.liveness.away;
}

bool session_path(const struct session *s, struct session_path *path)
{
	int data = s->parts.paths.data;
	if (data < 0)
		return false;
	*path = (struct session_path){ .route = s->parts.paths.at[data].route,
		                       .rtt_us = paths_rtt(&s->parts.paths)->smoothed,
		                       .lan = s->parts.paths.at[data].lan,
		                       .no_chat = !paths_may_carry_chat(&s->parts.paths, data) };
	return true;
}

/* ---- the network's side ---- */

void session_route_up(struct session *s, const struct route *route, uint64_t now)
{
	int path = messages_path(&s->messages, route, PATH_OFFERED, now);
	if (path >= 0)
		paths_ask(&s->parts.paths, path, now);
}

void session_route_down(struct session *s, const struct route *route, uint64_t now)
{
	paths_drop(&s->parts.paths, route);
	settle(s, now);
}

void session_route_blocked(struct session *s, uint16_t link, bool blocked)
{
	paths_block(&s->parts.paths, link, blocked);
}

void session_rejected(struct session *s, const struct link_event *event)
{
	sizes_told(&s->parts.sizes, event);
}

bool session_has_route(const struct session *s, const struct route *route)
{
	return paths_find(&s->parts.paths, route) >= 0;
}

const struct route *session_route_at(const struct session *s, unsigned index)
{
	return path_route_at(s->parts.paths.at, index);
}

void session_candidates(struct session *s, const struct candidates *candidates)
{
	messages_candidates(&s->messages, candidates);
}

void session_attested(struct session *s, unsigned server, const struct addr *addr)
{
	punch_attested(&s->messages.punch, server, addr);
}

struct search *session_search(struct session *s)
{
	return &s->parts.search;
}

void session_no_relay(struct session *s, bool no_relay)
{
	paths_no_relay(&s->parts.paths, no_relay);
}

bool session_carries_chat(const struct session *s)
{
	return paths_may_carry_chat(&s->parts.paths, s->parts.paths.data);
}

bool session_path_take(struct session *s, struct session_path *path)
{
	return paths_take_change(&s->parts.paths) && session_path(s, path);
}

bool session_path_changed(const struct session *s)
{
	return s->parts.paths.changed;
}

const struct public_key *session_peer(const struct session *s)
{
	return &s->peer;
}

struct span session_greeting(const struct session *s)
{
	const struct encryptor *keys = keyring_current(&s->parts.keyring);
	return span_of(keys->peer_payload, keys->peer_payload_len);
}

void session_pair_secret(struct session *s, uint8_t secret[static 32])
{
	keyring_export(&s->parts.keyring, "schat pair v1", secret);
}

const uint8_t *session_rejoin(const struct session *s)
{
	return s->parts.keyring.rejoin;
}

void session_accept(struct session *s)
{
	s->parts.accepted = true;
}

bool session_closing(const struct session *s)
{
	return s->parts.closing.begun;
}

bool session_comparing(const struct session *s)
{
	return s->messages.compare.state != COMPARE_OFF && !messages_compared(&s->messages);
}

bool session_asks_nonce(const struct session *s)
{
	return s->messages.compare.state == COMPARE_ASKS;
}

void session_give_nonce(struct session *s)
{
	compare_go(&s->messages.compare);
	messages_compare(&s->messages);
}

const char *session_compared(const struct session *s)
{
	return s->messages.compare.words;
}

bool session_key_give(struct session *s, const struct identity *key)
{
	return rekey_key_give(&s->messages.rekey, key);
}
