/* verdict: the program's side of an endpoint: what it is told and what it decides. */
#include <string.h>

#include "base/assert.h"
#include "endpoint/slot.h"

/* ---- telling ---- */

void tell_failed(struct endpoint *ep, enum news_about about, enum err err, const char *text)
{
	struct endpoint_event *e = news_add(&ep->news, about, ENDPOINT_FAILED);

	e->err = err;
	e->text = span_text(text);
}

/* ---- deciding ---- */

struct session *endpoint_session(struct endpoint *ep)
{
	return ep->accepted >= 0 ? ep->slots[ep->accepted].session : NULL;
}

static bool same_words(const struct code *a, const struct code *b)
{
	return a->words_count == b->words_count &&
	       bytes_equal((const uint8_t *)a->words, (const uint8_t *)b->words,
	                   a->words_count * sizeof a->words[0]);
}

/* The same words at another nameplate are the same code, with the guesses it has had. */
void endpoint_code(struct endpoint *ep, const struct code *code)
{
	bool same = code != NULL && ep->has_code && same_words(&ep->code, code);

	if (!same && ep->has_code && !ep->config.initiator) {
		admission_code_ends(&ep->admission, ep->clock);
		knock_end_pairings(ep, NULL, REFUSE_CODE_DEAD);
	}
	ep->has_code = code != NULL;
	if (code == NULL) {
		code_wipe(&ep->code);
		return;
	}
	ep->code = *code;
	if (!same)
		admission_code(&ep->admission, code->words_count > CODE_WORDS);
}

void endpoint_pair(struct endpoint *ep, const struct identity *pair)
{
	knock_pair_spent(ep, NULL); /* those who have the old one cannot use this one */
	ep->pair = *pair;
	ep->pair_ready = true;
}

bool endpoint_pair_wanted(const struct endpoint *ep)
{
	return ep->config.suite->suite == SUITE_RSA && !ep->config.initiator && !ep->pair_ready;
}

enum err endpoint_join(struct endpoint *ep, const uint8_t token[static TOKEN_LEN], uint64_t now)
{
	return communicator_join(ep->communicator, token, now);
}

void endpoint_leave(struct endpoint *ep, const uint8_t token[static TOKEN_LEN])
{
	communicator_leave(ep->communicator, token);
}

void endpoint_finish(struct endpoint *ep)
{
	communicator_finish(ep->communicator);
}

bool endpoint_settled(const struct endpoint *ep)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (ep->slots[i].state == SLOT_CLOSING)
			return false;
	}
	return ep->refusals_count == 0;
}

void endpoint_refresh(struct endpoint *ep, uint64_t now)
{
	struct session *s = endpoint_session(ep);

	communicator_refresh(ep->communicator, now);
	if (s != NULL)
		session_ping(s);
}

/* The accepted session makes room: by its peer's newer one, or because it is over. */
static void retire(struct endpoint *ep, enum err err)
{
	struct endpoint_event *e = news_add(&ep->news, NEWS_REPLACED, ENDPOINT_OVER);

	e->err = err;
	ep->slots[ep->accepted].state = SLOT_CLOSING;
	session_close(ep->slots[ep->accepted].session, CLOSE_REPLACED,
	              span_text("replaced by a newer session"));
	endpoint_leave(ep, session_rejoin(ep->slots[ep->accepted].session));
	ep->accepted = -1;
	ep->refresh_at = NEVER;
}

void endpoint_accept(struct endpoint *ep, uint64_t now)
{
	assert(ep->asked >= 0);
	struct slot *slot = &ep->slots[ep->asked];

	if (ep->accepted >= 0)
		retire(ep, ERR_EXISTS);
	ep->accepted = ep->asked;
	ep->asked = -1;
	slot->state = SLOT_ACCEPTED;
	session_accept(slot->session);
	admission_welcome(&ep->admission, &slot->source);
	if (slot->trust == TRUST_CODE)
		endpoint_code(ep, NULL);
	ep->give_up_at = NEVER;
	ep->seek.done = true;
	for (unsigned i = 0; ep->config.initiator && i < SLOTS; i++) {
		if (ep->slots[i].state == SLOT_SHAKING || ep->slots[i].state == SLOT_PROVED)
			slot_free(ep, &ep->slots[i]);
	}
	endpoint_join(ep, session_rejoin(slot->session), now);
}

void endpoint_refuse(struct endpoint *ep, uint8_t close_code, struct span text, uint64_t now)
{
	(void)now;
	assert(ep->asked >= 0);
	ep->slots[ep->asked].state = SLOT_CLOSING;
	if (close_code != CLOSE_TRUST)
		admission_welcome(&ep->admission, &ep->slots[ep->asked].source);
	session_close(ep->slots[ep->asked].session, close_code, text);
	ep->asked = -1;
}

static void event_peer(struct endpoint *ep, unsigned index, struct endpoint_event *e)
{
	struct slot *slot = &ep->slots[index];
	struct session *current = endpoint_session(ep);
	struct reader r = reader_of(session_greeting(slot->session));

	*e = (struct endpoint_event){ .kind = ENDPOINT_PEER,
		                      .key = *session_peer(slot->session),
		                      .trust = slot->trust };
	session_pair_secret(slot->session, e->pair_secret);
	memcpy(e->words, slot->words, sizeof e->words);
	read_u8(&r);
	struct span nick = read_span(&r, read_u8(&r));
	if (!r.bad && nick.len <= LIMIT_NICK)
		memcpy(e->nick, nick.at, nick.len);
	e->replaces = current != NULL && session_peer(current)->type != KEY_NONE &&
	              public_key_equal(session_peer(current), session_peer(slot->session));
	slot->told = true;
	ep->asked = (int)index;
}

/* What the accepted session has to tell. */
static bool event_accepted(struct endpoint *ep, struct endpoint_event *e)
{
	struct slot *slot = &ep->slots[ep->accepted];
	struct session *s = slot->session;

	*e = (struct endpoint_event){ .kind = ENDPOINT_READY };
	if (!slot->ready_told) {
		slot->ready_told = true;
		(void)session_path_take(s, &e->path);
		return true;
	}
	if (session_over(s, &e->err, &e->text)) {
		e->kind = ENDPOINT_OVER;
		endpoint_leave(ep, session_rejoin(s));
		ep->ended = ep->accepted;
		ep->accepted = -1;
		ep->refresh_at = NEVER;
		return true;
	}
	if (session_path_take(s, &e->path)) {
		e->kind = ENDPOINT_PATH;
		return true;
	}
	if (session_away(s) != slot->away_told) {
		slot->away_told = session_away(s);
		e->kind = slot->away_told ? ENDPOINT_AWAY : ENDPOINT_BACK;
		return true;
	}
	return false;
}

bool endpoint_take(struct endpoint *ep, struct endpoint_event *event, uint64_t now)
{
	(void)now;
	if (ep->ended >= 0) {
		slot_dismiss(ep, &ep->slots[ep->ended]);
		ep->ended = -1;
	}
	if (ep->asked >= 0)
		return false;
	if (news_take(&ep->news, event))
		return true;
	if (ep->accepted >= 0 && event_accepted(ep, event))
		return true;
	for (unsigned i = 0; i < SLOTS; i++) {
		if (ep->slots[i].state == SLOT_PROVED && !ep->slots[i].told &&
		    !slot_unconfirmed(ep, &ep->slots[i]) && !slot_comparing(&ep->slots[i])) {
			event_peer(ep, i, event);
			return true;
		}
	}
	return false;
}
