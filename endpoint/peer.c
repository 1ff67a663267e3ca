#include "endpoint/peer.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "endpoint/credentials.h"

#define STRANDED_US                                                                                \
	(20 * SECOND) /* so long punching may take where the forwarder carries no chat */

struct peer *peer_new(const struct keying_config *config, const uint8_t id[static CONNECTION_ID],
                      const struct route *route, uint64_t now)
{
	struct peer *p = calloc(1, sizeof *p);

	if (p == NULL || !handshake_init(&p->shake, config, id, route, now)) {
		free(p);
		return NULL;
	}
	p->source = source_of_route(route);
	p->since = now;
	p->stranded_at = NEVER;
	return p;
}

void peer_free(struct peer *p)
{
	if (p == NULL)
		return;
	keying_free(p->shake.keying);
	session_free(p->session);
	bytes_wipe(p, sizeof *p);
	free(p);
}

bool peer_is_unconfirmed(const struct peer *p)
{
	return p->state == PEER_PROVED && p->shake.initiator && p->shake.keying != NULL;
}

bool peer_is_comparing(const struct peer *p)
{
	return p->state == PEER_PROVED && session_comparing(p->session);
}

static bool is_over(const struct peer *p)
{
	enum err err;
	struct span text;

	return session_over(p->session, &err, &text);
}

/* ---- the handshake ---- */

enum err peer_fragment(struct peer *p, const struct route *from, const struct fragment *f,
                       enum handshake_step *step, uint64_t now)
{
	enum err err = handshake_fragment(&p->shake, from, f, step, now);

	if (err == OK && p->state == PEER_SHAKING && f->number == 0) {
		p->known = keying_claim(p->shake.keying) == TRUST_CONTACT;
		p->pairing |= *step == HANDSHAKE_ON && handshake_pairs(f);
	}
	if (*step == HANDSHAKE_UNSEEN && p->session != NULL)
		session_ping(p->session);
	return err;
}

struct endpoint_event peer_failure(const struct peer *p, enum err err)
{
	const struct encryptor *keys = p->shake.keying->encryptor;

	if (p->shake.keying->guessed)
		return (struct endpoint_event){ .kind = ENDPOINT_WRONG_CODE };
	if (err == ERR_TRUST && keys != NULL)
		return (struct endpoint_event){ .kind = ENDPOINT_CHANGED, .key = keys->peer };
	return endpoint_event_failed(ERR_AUTH, "the peer's handshake does not verify");
}

struct endpoint_event peer_refused(const struct refusal *refusal)
{
	return (struct endpoint_event){ .kind = ENDPOINT_REFUSED,
		                        .reason = refusal->reason,
		                        .their_suite = refusal->suite,
		                        .their_version = refusal->version };
}

struct endpoint_event peer_turned_us_away(const struct peer *p)
{
	struct endpoint_event why = { .kind = ENDPOINT_FAILED };

	(void)session_over(p->session, &why.err, &why.text);
	if (why.err == ERR_BUSY)
		why = (struct endpoint_event){ .kind = ENDPOINT_REFUSED,
			                       .reason = REFUSE_BUSY,
			                       .text = why.text };
	return why;
}

/* One that forwards a port also takes a pipe, which is one connection: docs/PROTOCOL.md 7.6. */
static bool goes_with(uint8_t initiator, uint8_t responder)
{
	return initiator == responder || (initiator == MODE_PIPE && responder == MODE_FORWARD);
}

static const char *mode_said(enum mode mode)
{
	return mode == MODE_PIPE      ? "this side is a pipe"
	       : mode == MODE_FORWARD ? "this side forwards a port"
	                              : "this side is a chat";
}

enum err peer_prove(struct peer *p, const struct session_config *config, enum mode mode,
                    uint64_t now)
{
	struct session_config with = *config;
	struct encryptor *keys = handshake_take(&p->shake);
	struct greeting greeting =
	    credentials_greeting_of(span_of(keys->peer_payload, keys->peer_payload_len));

	p->trust = p->shake.keying->trust;
	p->suite = (uint8_t)keys->class->suite;
	with.suite = keys->class;
	with.compare = p->trust == TRUST_FIRST_USE;
	if (with.compare && !greeting.exact) { /* bytes that nobody looks at could be varied */
		encryptor_free(keys);
		return ERR_AUTH;
	}
	bool fits = config->initiator ? goes_with((uint8_t)mode, greeting.mode)
	                              : goes_with(greeting.mode, (uint8_t)mode);
	p->mode = greeting.mode;
	if ((mode == MODE_FORWARD || p->mode == MODE_FORWARD) && config->forward_silence_us != 0)
		with.silence_us = config->forward_silence_us;
	p->session = session_new(&with, keys, &p->shake.route, now);
	if (p->session == NULL)
		return ERR_FULL;
	p->state = PEER_PROVED;
	p->mute = !config->initiator && !with.compare;
	p->proved_at = now;
	if (fits)
		return OK;
	peer_close(p, CLOSE_MODE, span_text(mode_said(mode)));
	return ERR_VERSION;
}

/* ---- the session ---- */

enum err peer_input(struct peer *p, const struct route *from, uint8_t *packet, size_t len,
                    uint64_t now)
{
	enum err err = session_input(p->session, from, packet, len, now);

	if (err == OK && p->shake.keying != NULL)
		handshake_end(&p->shake);
	return err;
}

void peer_route_up(struct peer *p, const struct route *route, uint64_t now)
{
	if (p->session == NULL || session_closing(p->session))
		return;
	if (peer_is_unconfirmed(p))
		handshake_route_up(&p->shake, route, now);
	session_route_up(p->session, route, now);
}

bool peer_route_down(struct peer *p, const struct route *route, uint64_t now)
{
	bool shaking = p->state == PEER_SHAKING;

	if (shaking && (p->shake.initiator || !route_is_forward(&p->shake.route)))
		return route_takes(route, &p->shake.route);
	handshake_route_down(&p->shake, route);
	if (shaking)
		return false;
	session_route_down(p->session, route, now);
	return peer_is_comparing(p) && session_route_at(p->session, 0) == NULL;
}

static bool take_proved(struct peer *p, struct endpoint_event *event)
{
	if (peer_is_unconfirmed(p) || peer_is_comparing(p) || session_closing(p->session))
		return false;
	struct span nick = credentials_greeting_of(session_greeting(p->session)).nick;
	const char *words = session_compared(p->session);

	p->state = PEER_ASKED;
	*event = (struct endpoint_event){ .kind = ENDPOINT_PEER,
		                          .key = *session_peer(p->session),
		                          .suite = (enum suite)p->suite,
		                          .trust = p->trust };
	session_pair_secret(p->session, event->pair_secret);
	memcpy(event->words, words, strlen(words));
	if (nick.len > 0)
		memcpy(event->nick, nick.at, nick.len);
	return true;
}

bool peer_has_news(const struct peer *p)
{
	if (p->state != PEER_ACCEPTED)
		return p->state == PEER_PROVED;
	return !p->ready_reported || p->stranded || is_over(p) ||
	       session_path_changed(p->session) || session_away(p->session) != p->away_reported;
}

static bool take_accepted(struct peer *p, struct endpoint_event *event)
{
	*event = (struct endpoint_event){ .kind = ENDPOINT_READY };
	if (!p->ready_reported && session_path_take(p->session, &event->path)) {
		p->ready_reported = true;
	} else if (p->stranded) {
		p->stranded = false;
		*event = endpoint_event_failed(
		    ERR_UNREACHABLE,
		    "no direct path to the peer was found, and the forwarder carries no chat");
	} else if (session_over(p->session, &event->err, &event->text)) {
		event->kind = ENDPOINT_OVER;
		p->state = PEER_ENDED;
	} else if (p->ready_reported && session_path_take(p->session, &event->path)) {
		event->kind = ENDPOINT_PATH;
	} else if (p->ready_reported && session_away(p->session) != p->away_reported) {
		p->away_reported = !p->away_reported;
		event->kind = p->away_reported ? ENDPOINT_AWAY : ENDPOINT_BACK;
	} else {
		return false;
	}
	return true;
}

bool peer_take(struct peer *p, struct endpoint_event *event)
{
	if (p->state == PEER_PROVED)
		return take_proved(p, event);
	return p->state == PEER_ACCEPTED && peer_has_news(p) && take_accepted(p, event);
}

void peer_accept(struct peer *p)
{
	assert(p->state == PEER_ASKED);
	p->state = PEER_ACCEPTED;
	p->mute = false;
	session_accept(p->session);
}

void peer_close(struct peer *p, uint8_t close_code, struct span text)
{
	p->state = PEER_CLOSING;
	p->mute = false;
	session_close(p->session, close_code, text);
}

bool peer_give_key(struct peer *p, const struct identity *key)
{
	return p->state == PEER_ACCEPTED && session_key_give(p->session, key);
}

/* ---- time ---- */

static enum peer_news compare_timer(struct peer *p, uint64_t now)
{
	if (is_over(p))
		return PEER_BROKEN;
	if (now >= p->proved_at + LIMIT_HANDSHAKE_US)
		session_close(p->session, CLOSE_PROTOCOL,
		              span_text("no words to compare came about"));
	return PEER_FINE;
}

static void accepted_timer(struct peer *p, bool no_relay, uint64_t now)
{
	session_no_relay(p->session, no_relay);
	if (session_carries_chat(p->session) || session_closing(p->session))
		p->stranded_at = NEVER;
	else if (p->stranded_at == NEVER)
		p->stranded_at = no_relay ? now : NEVER;
	if (p->stranded_at == NEVER || now < p->stranded_at + STRANDED_US)
		return;
	p->stranded = true;
	p->stranded_at = NEVER;
	session_close(p->session, CLOSE_UNREACHABLE, span_text("no direct path, and no relay"));
}

/* An initiator has other reasons to wait or not. */
static uint64_t late_at(const struct peer *p)
{
	return p->shake.initiator ? NEVER : p->shake.progress_at + LIMIT_HANDSHAKE_US;
}

enum peer_news peer_timer(struct peer *p, bool no_relay, uint64_t now)
{
	if (p->session != NULL)
		session_timer(p->session, now);
	if (p->state == PEER_SHAKING)
		return now >= late_at(p) ? PEER_LATE : PEER_FINE;
	if (p->state == PEER_ACCEPTED)
		accepted_timer(p, no_relay, now);
	if (peer_is_unconfirmed(p) || (p->state != PEER_PROVED && p->state != PEER_CLOSING))
		return PEER_FINE;
	if (peer_is_comparing(p))
		return compare_timer(p, now);
	return is_over(p) ? PEER_GONE : PEER_FINE;
}

static uint64_t session_part_deadline(const struct peer *p)
{
	uint64_t at = p->mute ? NEVER : session_deadline(p->session);

	if (p->state == PEER_ACCEPTED && p->stranded_at != NEVER)
		at = min_of(at, p->stranded_at + STRANDED_US);
	if (peer_is_unconfirmed(p) || (p->state != PEER_PROVED && p->state != PEER_CLOSING))
		return at;
	if (is_over(p))
		return 0;
	if (peer_is_comparing(p) && !session_closing(p->session))
		at = min_of(at, p->proved_at + LIMIT_HANDSHAKE_US);
	return at;
}

uint64_t peer_deadline(const struct peer *p)
{
	uint64_t at = handshake_deadline(&p->shake);

	if (p->state == PEER_SHAKING)
		return min_of(at, late_at(p));
	return min_of(at, session_part_deadline(p));
}

size_t peer_output(struct peer *p, struct route *to, uint8_t *packet, uint64_t now)
{
	size_t len = handshake_output(&p->shake, packet, now);

	p->streams = len == 0 && p->session != NULL && !p->mute;
	if (len > 0)
		*to = p->shake.route;
	else if (p->streams)
		len = session_output(p->session, to, packet, now);
	return len;
}

size_t peer_more(struct peer *p, uint8_t *packet, size_t size, uint64_t now)
{
	return p->streams ? session_more(p->session, packet, size, now) : 0;
}
