/* schat_core: see include/schat.h. Events come from the conversations first, then from the
 * endpoint: what a peer has said is taken before the news that it is gone. */
#include "lib/schat_core.h"

#include <stdlib.h>

#include "base/min_max.h"
#include "base/text.h"
#include "endpoint/roster.h"
#include "lib/party.h"
#include "lib/setup.h"
#include "lib/telling.h"

struct schat_core {
	struct setup setup;
	bool asks;
	struct party party; /* who was let in */
	struct talk *asked; /* the program decides on it; owned */
	struct endpoint_event news;
	bool untold;      /* the code */
	enum err noticed; /* what does not answer was reported; OK: it was not, or answers */
	bool ended, end_told;
	enum err end;
	char why[256];
	char text[LIMIT_TEXT + 1];
};

struct schat_core *schat_core_new(const struct schat_connection *connection,
                                  const struct schat_encryption *encryption, bool asks,
                                  schat_entropy_source entropy, uint64_t now,
                                  enum schat_error *error)
{
	struct schat_core *c = calloc(1, sizeof *c);
	enum err err =
	    c == NULL ? ERR_FULL : setup_init(&c->setup, connection, encryption, entropy, now);
	*error = (enum schat_error)err;
	if (err) {
		schat_core_free(c);
		return NULL;
	}
	c->asks = asks;
	return c;
}

void schat_core_free(struct schat_core *c)
{
	if (c == NULL)
		return;
	party_end(&c->party);
	talk_free(c->asked);
	setup_wipe(&c->setup);
	bytes_wipe(c, sizeof *c);
	free(c);
}

struct endpoint *schat_core_endpoint(struct schat_core *c)
{
	return c->setup.endpoint;
}

const uint8_t *schat_core_key(const struct schat_core *c)
{
	return setup_key(&c->setup);
}

const char *schat_core_host(const struct schat_core *c, uint16_t *port)
{
	*port = c->setup.where.port;
	return c->setup.where.count == 0 ? c->setup.where.host : NULL;
}

/* ---- the end, and codes ---- */

/* Nothing comes of it any more. */
static bool end(struct schat_core *c, enum err err, struct span words)
{
	struct text t = text_of(c->why, sizeof c->why);
	if (c->ended)
		return false;
	c->ended = true;
	c->end = err;
	text_add_span(&t, words.len > 0 ? words : span_text(err_text(err)));
	return false;
}

static bool tell_code(struct schat_core *c, struct schat_event *event, uint64_t now)
{
	c->untold = false;
	setup_tell_code(&c->setup, c->text, now);
	*event = telling_of(SCHAT_CODE, OK, c->text);
	return true;
}

static bool end_code(struct schat_core *c, struct schat_event *event, enum err err)
{
	setup_end_code(&c->setup);
	*event = telling_of(SCHAT_CODE_ENDED, err, err_text(err));
	return true;
}

enum schat_error schat_core_new_code(struct schat_core *c, const char *code, uint64_t now)
{
	enum err err = setup_code(&c->setup, code, now);
	c->untold |= !err && !c->setup.where.class->meets;
	return (enum schat_error)err;
}

/* ---- who may come ---- */

static bool is_full(struct schat_core *c)
{
	const struct peer *loser = roster_gives_way(endpoint_roster(c->setup.endpoint));
	return loser && !c->news.replaces && !session_away(loser->session);
}

static void refuse(struct schat_core *c, uint8_t code, const char *words)
{
	talk_free(c->asked);
	c->asked = NULL;
	endpoint_refuse(c->setup.endpoint, code, span_text(words));
}

/* Whoever is asked about may be gone meanwhile. */
static bool is_asked(struct schat_core *c)
{
	const struct peer *p = roster_find(endpoint_roster(c->setup.endpoint), PEER_ASKED);
	return c->asked && p && p->number == c->asked->peer;
}

void schat_core_accept(struct schat_core *c, uint64_t now)
{
	if (!is_asked(c))
		return;
	if (!party_add(&c->party, c->asked)) {
		refuse(c, CLOSE_BUSY, "this side has no room");
		return;
	}
	if (c->asked->trust == SCHAT_TRUST_CODE)
		setup_end_code(&c->setup);
	const struct peer *loser = roster_gives_way(endpoint_roster(c->setup.endpoint));
	struct talk *old = loser ? party_find(&c->party, loser->number) : NULL;
	if (old)
		talk_end(old, ERR_EXISTS);
	c->asked = NULL;
	endpoint_accept(c->setup.endpoint, now);
}

void schat_core_refuse(struct schat_core *c)
{
	if (is_asked(c))
		refuse(c, CLOSE_TRUST, "this side does not let you in");
}

/* True: the program decides. */
static bool knocked(struct schat_core *c, struct schat_event *event, uint64_t now)
{
	const struct endpoint_event *e = &c->news;
	bool known =
	    e->trust != TRUST_CONTACT || !c->setup.waits || setup_knows(&c->setup, &e->key);
	talk_free(c->asked);
	c->asked = talk_new(e, c->setup.mode);
	if (c->asked == NULL || is_full(c)) {
		refuse(c, CLOSE_BUSY, "this side is in another conversation");
	} else if (c->asks) {
		*event = talk_event(c->asked, SCHAT_PEER);
		return true;
	} else if (known) {
		schat_core_accept(c, now);
	} else {
		schat_core_refuse(c);
	}
	return false;
}

/* ---- what the endpoint says ---- */

static bool communicator_news(struct schat_core *c, struct schat_event *event, uint64_t now)
{
	const struct communicator_event *e = &c->news.communicator;
	switch (e->kind) {
	case COMMUNICATOR_LISTENING:
		c->untold = c->setup.has_code;
		addr_format(&e->addr, c->text);
		*event = telling_of(SCHAT_LISTENING, OK, c->text);
		return true;
	case COMMUNICATOR_SERVER:
		c->noticed = OK;
		setup_day(&c->setup, (struct dates_day){ e->day, e->day_ends_s }, now);
		return false;
	case COMMUNICATOR_NAMEPLATE:
		setup_numbered(&c->setup, e->number);
		return tell_code(c, event, now);
	case COMMUNICATOR_FAILED:
		if (e->fatal)
			return end(c, e->err, span_text(e->reason ? e->reason : ""));
		if (e->ours || c->noticed == e->err)
			return false;
		c->noticed = e->err;
		*event = telling_of(SCHAT_NOTICE, e->err, e->reason ? e->reason : err_text(e->err));
		return true;
	default: return false;
	}
}

static bool begin(struct schat_core *c, struct schat_event *event)
{
	struct talk *t = party_find(&c->party, c->news.peer);
	if (t == NULL)
		return false;
	talk_begin(t, endpoint_session(c->setup.endpoint, t->peer));
	*event = talk_event(t, SCHAT_CONNECTED);
	return true;
}

static bool state_news(const struct schat_core *c, struct schat_event *event)
{
	const struct talk *t = party_find(&c->party, c->news.peer);
	if (t == NULL)
		return false;
	*event = talk_event(t, c->news.kind == ENDPOINT_PATH   ? SCHAT_PATH
	                       : c->news.kind == ENDPOINT_AWAY ? SCHAT_AWAY
	                                                       : SCHAT_BACK);
	return true;
}

static bool guessed(struct schat_core *c, struct schat_event *event)
{
	const struct setup *s = &c->setup;
	if (s->waits && s->has_code && c->news.number >= LIMIT_CODE_GUESSES &&
	    s->code.words_count == CODE_WORDS)
		return end_code(c, event, ERR_AUTH);
	*event = telling_of(SCHAT_GUESS, OK, "");
	event->number = c->news.number;
	return true;
}

/* Of one that waits, nothing that a stranger does ends it. */
static bool failed(struct schat_core *c, struct schat_event *event)
{
	const char *text;
	enum err err = telling_why(&c->news, &text);
	bool says = c->news.kind == ENDPOINT_FAILED && c->news.text.len > 0;
	if (!c->setup.waits)
		return end(c, err, says ? c->news.text : span_text(text));
	*event = telling_of(SCHAT_NOTICE, err, text);
	return true;
}

/* It is over, and what it has said is taken next. */
static bool is_gone(struct schat_core *c)
{
	struct talk *t = party_find(&c->party, c->news.peer);
	if (t)
		party_gone(&c->party, t, c->news.err, c->news.text);
	return false;
}

/* True: an event for the program. */
static bool take_news(struct schat_core *c, struct schat_event *event, uint64_t now)
{
	switch (c->news.kind) {
	case ENDPOINT_COMMUNICATOR: return communicator_news(c, event, now);
	case ENDPOINT_PEER: return knocked(c, event, now);
	case ENDPOINT_READY: return begin(c, event);
	case ENDPOINT_PATH:
	case ENDPOINT_AWAY:
	case ENDPOINT_BACK: return state_news(c, event);
	case ENDPOINT_OVER: return is_gone(c);
	case ENDPOINT_GUESS: return guessed(c, event);
	default: return failed(c, event);
	}
}

bool schat_core_take(struct schat_core *c, struct schat_event *event, uint64_t now)
{
	party_shown(&c->party);
	while (!party_take(&c->party, event, c->text)) {
		if (c->ended && party_count(&c->party) == 0) {
			bool told = c->end_told;
			while (endpoint_take(c->setup.endpoint, &c->news))
				; /* nobody waits for it, but it ends the last session */
			c->end_told = true;
			*event = telling_of(SCHAT_ENDED, c->end, c->why);
			return !told;
		}
		if (c->untold)
			return tell_code(c, event, now);
		if (now >= c->setup.code_ends_at)
			return end_code(c, event, ERR_TIMEOUT);
		if (!endpoint_take(c->setup.endpoint, &c->news))
			return false;
		if (take_news(c, event, now))
			return true;
	}
	if (event->kind == SCHAT_OVER && !c->setup.waits)
		(void)end(c, (enum err)event->error, span_text(event->text));
	return true;
}

/* ---- time ---- */

void schat_core_clock(struct schat_core *c, uint64_t unix_us, uint64_t now)
{
	contacts_clock(&c->setup.contacts, unix_us, now);
}

void schat_core_timer(struct schat_core *c, uint64_t now)
{
	struct endpoint *ep = c->setup.endpoint;
	if (endpoint_pair_wanted(ep))
		setup_pair(&c->setup);
	if (now >= c->setup.contacts.dates.next_at)
		setup_meet(&c->setup, now);
	party_step(&c->party);
	endpoint_timer(ep, now);
}

uint64_t schat_core_deadline(const struct schat_core *c)
{
	if (c->untold || c->party.gone || (c->ended && !c->end_told) ||
	    endpoint_has_news(c->setup.endpoint))
		return 0;
	return min_of(endpoint_deadline(c->setup.endpoint),
	              min_of(c->setup.code_ends_at, c->setup.contacts.dates.next_at));
}

/* ---- conversations ---- */

enum schat_error schat_core_say(struct schat_core *c, unsigned peer, const char *text, size_t len)
{
	return (enum schat_error)party_say(&c->party, peer, span_of(text, len));
}

size_t schat_core_write(struct schat_core *c, const void *bytes, size_t len)
{
	return party_write(&c->party, span_of(bytes, len));
}

void schat_core_leave(struct schat_core *c, unsigned peer)
{
	party_leave(&c->party, peer);
}

void schat_core_break_off(struct schat_core *c, const char *words)
{
	party_break_off(&c->party, words);
}

unsigned schat_core_peers(const struct schat_core *c)
{
	return party_count(&c->party);
}

uint64_t schat_core_unconfirmed(const struct schat_core *c)
{
	return party_unconfirmed(&c->party);
}

void schat_core_finish(struct schat_core *c)
{
	endpoint_finish(c->setup.endpoint);
}

bool schat_core_settled(const struct schat_core *c)
{
	return endpoint_settled(c->setup.endpoint) && !endpoint_session(c->setup.endpoint, 0);
}
