/* session: see session.h and session_net.h. The only file that has all parts of a session: it asks
 * each in turn, and hands on what it answers. docs/PROTOCOL.md section 6; docs/DESIGN.md section 5.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "session/messages.h"
#include "session/session_net.h"

#define FAREWELL_US (60 * SECOND)

/* Small parts first: what is far from the start of a large struct costs code. */
struct session {
	bool accepted; /* the program trusts the peer */
	struct recovery *recovery;
	struct frames_parts parts; /* some of those below */
	struct liveness liveness;
	struct keyring keyring;
	struct closing closing;
	struct compare compare;
	struct rekey rekey;
	struct public_key peer;
	struct punch punch;
	struct acks acks;
	struct messages messages; /* between punch, rekey, compare and stream 0 */
	struct paths paths;
	struct stream streams[LIMIT_STREAMS];
};

/* ---- life ---- */

static void start_comparison(struct session *s, const struct session_config *config)
{
	compare_start(&s->compare, &(struct compare_config){
				       .initiator = config->initiator,
				       .own = &config->identity->public,
				       .peer = &s->peer,
				       .session_id = keyring_current(&s->keyring)->session_id,
				       .random = config->random,
				   });
	messages_compare(&s->messages);
}

static bool start_parts(struct session *s, const struct session_config *config,
                        struct encryptor *keys, bool forward, uint64_t now)
{
	keyring_init(&s->keyring, keys, config->initiator, now);
	acks_init(&s->acks);
	s->recovery = recovery_new();
	paths_init(&s->paths, config->initiator, s->recovery, config->random);
	paths_no_relay(&s->paths, config->no_relay);
	liveness_init(&s->liveness, config->silence_us, now);
	punch_init(&s->punch, config->initiator, forward && !config->relay_only);
	rekey_init(&s->rekey, &(struct rekey_config){ .initiator = config->initiator,
	                                              .aes = config->aes,
	                                              .suite = config->suite,
	                                              .identity = config->identity,
	                                              .random = config->random });
	s->parts = (struct frames_parts){ &s->keyring, s->streams,  &s->acks,    s->recovery,
		                          &s->paths,   &s->closing, &s->liveness };
	messages_init(&s->messages, &s->parts, &s->punch, &s->rekey, &s->compare);
	bool whole = s->recovery != NULL;
	for (unsigned i = 0; i < LIMIT_STREAMS; i++)
		whole &= stream_init(&s->streams[i]);
	return whole;
}

/* The path of the data is chosen anew. When it is another, the peer learns at once, and follows. */
static void choose_path(struct session *s, uint64_t now)
{
	if (paths_choose(&s->paths, now))
		liveness_ping(&s->liveness);
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
	if (!start_parts(s, config, keys, route_is_forward(route), now)) {
		session_free(s);
		return NULL;
	}
	if (config->compare)
		start_comparison(s, config);
	paths_add(&s->paths, route, PATH_PROVED, punch_same_network(&s->punch, &route->remote),
	          now);
	choose_path(s, now);
	return s;
}

void session_free(struct session *s)
{
	if (s == NULL)
		return;
	keyring_wipe(&s->keyring);
	rekey_wipe(&s->rekey);
	for (unsigned i = 0; i < LIMIT_STREAMS; i++)
		stream_free(&s->streams[i]);
	recovery_free(s->recovery);
	bytes_wipe(s, sizeof *s);
	free(s);
}

/* ---- packets ---- */

bool session_owns(const struct session *s, const uint8_t id[static CONNECTION_ID])
{
	return keyring_owns(&s->keyring, id);
}

enum err session_input(struct session *s, const struct route *from, uint8_t *packet, size_t len,
                       uint64_t now)
{
	struct frames_packet in = { .len = len };
	enum err err =
	    keyring_open(&s->keyring, packet, len, 3 * rtt_pto(&paths_flow(&s->paths)->rtt),
	                 &in.number, &in.frames, now);

	if (err != OK)
		return err;
	in.path = paths_find(&s->paths, from);
	if (in.path < 0)
		in.path = paths_add(&s->paths, from, PATH_HEARD,
		                    punch_same_network(&s->punch, &from->remote), now);
	liveness_heard(&s->liveness, now);
	closing_heard(&s->closing);
	frames_input(&s->parts, &in, now);
	messages_input(&s->messages, now);
	choose_path(s, now);
	frames_settle(&s->parts);
	return OK;
}

size_t session_output(struct session *s, struct route *to, uint8_t *packet, uint64_t now)
{
	return frames_output(&s->parts, s->accepted, to, packet, now);
}

void session_ping(struct session *s)
{
	liveness_ping(&s->liveness);
}

/* ---- time ---- */

void session_timer(struct session *s, uint64_t now)
{
	if (s->closing.over)
		return;
	if (now >= recovery_deadline(s->recovery))
		recovery_timer(s->recovery, now);
	choose_path(s, now);
	frames_settle(&s->parts);
	if (s->closing.begun) {
		closing_timer(&s->closing, rtt_pto(&paths_flow(&s->paths)->rtt), now);
		return;
	}
	if (!liveness_timer(&s->liveness, recovery_idle(s->recovery), s->paths.data >= 0, now)) {
		closing_cut(&s->closing);
		return;
	}
	keyring_timer(&s->keyring, now);
	messages_timer(&s->messages, s->accepted, now);
	paths_timer(&s->paths, now);
}

uint64_t session_deadline(const struct session *s)
{
	if (s->closing.begun)
		return closing_deadline(&s->closing, frames_close_can_leave(&s->parts));
	uint64_t at =
	    liveness_deadline(&s->liveness, recovery_idle(s->recovery), s->paths.data >= 0);
	at = min_of(at, recovery_deadline(s->recovery));
	at = min_of(at, frames_deadline(&s->parts, s->accepted));
	at = min_of(at, paths_deadline(&s->paths));
	at = min_of(at, punch_deadline(&s->punch, s->accepted));
	at = min_of(at, s->keyring.old_until);
	return min_of(at, rekey_deadline(&s->rekey, &s->keyring, s->accepted));
}

/* ---- the chat's side ---- */

static struct stream *stream_of(struct session *s, unsigned stream)
{
	assert(stream < LIMIT_STREAMS);
	return &s->streams[stream];
}

size_t session_write(struct session *s, unsigned stream, struct span bytes)
{
	return stream_write(&stream_of(s, stream)->send, bytes);
}

size_t session_write_room(const struct session *s, unsigned stream)
{
	return stream_write_room(&s->streams[stream].send);
}

void session_finish(struct session *s, unsigned stream)
{
	stream_finish(&stream_of(s, stream)->send);
}

struct span session_read(const struct session *s, unsigned stream)
{
	return stream_read(&s->streams[stream].receive);
}

void session_consume(struct session *s, unsigned stream, size_t len)
{
	stream_consume(&stream_of(s, stream)->receive, len);
}

bool session_ended(const struct session *s, unsigned stream)
{
	return stream_ended(&s->streams[stream].receive);
}

bool session_flushed(const struct session *s, unsigned stream)
{
	return stream_flushed(&s->streams[stream].send);
}

void session_farewell(struct session *s)
{
	liveness_limit(&s->liveness, FAREWELL_US);
}

void session_close(struct session *s, uint8_t code, struct span text)
{
	closing_begin(&s->closing, code, text);
}

bool session_over(const struct session *s, enum err *err, struct span *text)
{
	return closing_over(&s->closing, frames_close_can_leave(&s->parts), err, text);
}

bool session_away(const struct session *s)
{
	return s->liveness.away;
}

bool session_path(const struct session *s, struct session_path *path)
{
	int data = s->paths.data;

	if (data < 0)
		return false;
	*path = (struct session_path){ .route = s->paths.at[data].route,
		                       .rtt_us = paths_flow(&s->paths)->rtt.smoothed,
		                       .lan = s->paths.at[data].lan,
		                       .no_chat = !paths_carry_chat(&s->paths) };
	return true;
}

/* ---- the network's side ---- */

void session_route_up(struct session *s, const struct route *route, uint64_t now)
{
	if (paths_find(&s->paths, route) < 0)
		paths_add(&s->paths, route, PATH_OFFERED,
		          punch_same_network(&s->punch, &route->remote), now);
}

void session_route_down(struct session *s, const struct route *route, uint64_t now)
{
	paths_drop(&s->paths, route);
	choose_path(s, now);
	frames_settle(&s->parts);
}

void session_route_blocked(struct session *s, uint16_t link, bool blocked)
{
	paths_block(&s->paths, link, blocked);
}

bool session_has_route(const struct session *s, const struct route *route)
{
	return paths_find(&s->paths, route) >= 0;
}

bool session_route_at(const struct session *s, unsigned index, struct route *route)
{
	const struct route *at = paths_route_at(&s->paths, index);

	if (at != NULL)
		*route = *at;
	return at != NULL;
}

void session_candidates(struct session *s, const struct candidates *candidates)
{
	punch_candidates(&s->punch, candidates);
}

void session_no_relay(struct session *s, bool no_relay)
{
	paths_no_relay(&s->paths, no_relay);
}

bool session_carries_chat(const struct session *s)
{
	return paths_carry_chat(&s->paths);
}

bool session_path_take(struct session *s, struct session_path *path)
{
	return paths_take_change(&s->paths) && session_path(s, path);
}

const struct public_key *session_peer(const struct session *s)
{
	return &s->peer;
}

struct span session_greeting(const struct session *s)
{
	const struct encryptor *keys = keyring_current(&s->keyring);

	return span_of(keys->peer_payload, keys->peer_payload_len);
}

void session_pair_secret(struct session *s, uint8_t secret[static 32])
{
	keyring_export(&s->keyring, "schat pair v1", secret);
}

const uint8_t *session_rejoin(const struct session *s)
{
	return s->keyring.rejoin;
}

void session_accept(struct session *s)
{
	s->accepted = true;
}

bool session_closing(const struct session *s)
{
	return s->closing.begun;
}

bool session_comparing(const struct session *s)
{
	return s->compare.state != COMPARE_OFF && !messages_compared(&s->messages);
}

bool session_asks_nonce(const struct session *s)
{
	return s->compare.state == COMPARE_ASKS;
}

void session_give_nonce(struct session *s)
{
	compare_go(&s->compare);
	messages_compare(&s->messages);
}

const char *session_compared(const struct session *s)
{
	return s->compare.words;
}

bool session_key_wanted(const struct session *s)
{
	return rekey_key_wanted(&s->rekey);
}

void session_key_lend(struct session *s, const struct identity *key)
{
	rekey_key_lend(&s->rekey, key);
}

bool session_key_used(struct session *s)
{
	return rekey_key_used(&s->rekey);
}
