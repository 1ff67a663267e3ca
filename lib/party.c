#include "lib/party.h"

#include "base/utf8.h"

void party_end(struct party *p)
{
	for (size_t i = 0; i < PARTY_MAX; i++)
		talk_free(p->at[i]);
	talk_free(p->last);
	*p = (struct party){ .turn = 0 };
}

/* ---- who is here ---- */

bool party_add(struct party *p, struct talk *t)
{
	size_t i = 0;
	while (i < PARTY_MAX && p->at[i])
		i++;
	if (i < PARTY_MAX)
		p->at[i] = t;
	return i < PARTY_MAX;
}

struct talk *party_find(const struct party *p, unsigned peer)
{
	for (size_t i = 0; i < PARTY_MAX; i++)
		if (p->at[i] && p->at[i]->peer == peer)
			return p->at[i];
	return NULL;
}

/* Who takes its last event reads its name until the next one. */
static void drop(struct party *p, struct talk *t)
{
	for (size_t i = 0; i < PARTY_MAX; i++)
		if (p->at[i] == t)
			p->at[i] = NULL;
	if (p->told == t)
		p->told = NULL;
	if (p->gone == t)
		p->gone = NULL;
	talk_free(p->last);
	p->last = t;
}

void party_gone(struct party *p, struct talk *t, enum err why, struct span words)
{
	if (!t->began) {
		drop(p, t);
		return;
	}
	p->gone = t;
	p->why = why ? why : ERR_CUT;
	p->words = words;
}

unsigned party_count(const struct party *p)
{
	unsigned count = 0;
	for (size_t i = 0; i < PARTY_MAX; i++)
		count += p->at[i] && p->at[i]->session;
	return count;
}

uint64_t party_unconfirmed(const struct party *p)
{
	uint64_t count = 0;
	for (size_t i = 0; i < PARTY_MAX; i++)
		count += p->at[i] ? chat_unconfirmed(p->at[i]->chat) : 0;
	return count;
}

/* ---- what they say ---- */

void party_shown(struct party *p)
{
	talk_free(p->last);
	p->last = NULL;
	if (p->told)
		talk_shown(p->told);
	p->told = NULL;
}

static bool take_of(struct party *p, struct talk *t, struct schat_event *event,
                    char buffer[static LIMIT_TEXT + 1])
{
	bool gone = t == p->gone;
	if (talk_take(t, event, buffer)) {
		p->told = event->kind == SCHAT_TEXT || event->kind == SCHAT_BYTES ? t : NULL;
		return true;
	}
	if (!talk_over(t, gone ? p->why : OK, gone ? p->words : span_text(""), event, buffer))
		return false;
	drop(p, t);
	return true;
}

bool party_take(struct party *p, struct schat_event *event, char buffer[static LIMIT_TEXT + 1])
{
	for (unsigned i = 0; i < PARTY_MAX; i++) {
		unsigned place = (p->turn + i) % PARTY_MAX;
		if (p->at[place] && take_of(p, p->at[place], event, buffer)) {
			p->turn = (place + 1) % PARTY_MAX;
			return true;
		}
	}
	return false;
}

void party_step(struct party *p)
{
	for (size_t i = 0; i < PARTY_MAX; i++)
		if (p->at[i] && p->at[i]->session)
			chat_step(p->at[i]->chat);
}

/* ---- what we say ---- */

static bool hears(const struct talk *t, unsigned peer)
{
	return t && t->session && (peer == 0 || peer == t->peer) && !chat_finished(t->chat);
}

enum err party_say(struct party *p, unsigned peer, struct span text)
{
	enum err err = ERR_STATE;
	if (text.len > LIMIT_TEXT || !utf8_valid(text))
		return ERR_FORMAT;
	for (size_t i = 0; i < PARTY_MAX; i++)
		if (hears(p->at[i], peer) && !talk_has_room(p->at[i]))
			return ERR_FULL;
	for (size_t i = 0; i < PARTY_MAX; i++)
		if (hears(p->at[i], peer) && chat_text(p->at[i]->chat, text, false) == OK)
			err = OK;
	return err;
}

size_t party_write(struct party *p, struct span bytes)
{
	for (size_t i = 0; i < PARTY_MAX; i++)
		if (hears(p->at[i], 0))
			return chat_bytes(p->at[i]->chat, bytes);
	return 0;
}

void party_leave(struct party *p, unsigned peer)
{
	for (size_t i = 0; i < PARTY_MAX; i++)
		if (hears(p->at[i], peer))
			chat_finish(p->at[i]->chat);
}

void party_break_off(struct party *p, const char *words)
{
	for (size_t i = 0; i < PARTY_MAX; i++)
		if (p->at[i])
			chat_fail(p->at[i]->chat, ERR_CUT, words);
}
