#include "ui/present.h"

#include "base/assert.h"
#include "base/text.h"

static struct present_peer *find(struct present *p, uint64_t conv)
{
	for (struct present_peer *peer = p->at; peer <= &p->at[LIMIT_PEERS]; peer++)
		if (peer->conv == conv)
			return peer;
	return NULL;
}

/* An event without a number is about the only one who is here, or the first. */
static uint64_t number_of(const struct present *p, const struct event *event)
{
	const struct present_peer *only = p->count == 1 ? present_after(p, 0) : NULL;
	return event->conv > 0 ? event->conv : only != NULL ? only->conv : CONV_FIRST;
}

void present_note(struct present *p, const struct event *event)
{
	if (event->kind != EVENT_CONNECTED && event->kind != EVENT_OVER &&
	    event->kind != EVENT_AWAY && event->kind != EVENT_BACK)
		return;
	uint64_t conv = number_of(p, event);
	struct present_peer *peer = find(p, conv);
	if (peer == NULL && event->kind == EVENT_CONNECTED) {
		peer = find(p, 0);
		assert(peer != NULL);
		*peer = (struct present_peer){ .conv = conv };
		text_copy(peer->name, sizeof peer->name, event->peer != NULL ? event->peer : "");
		p->several |= ++p->count > 1;
	} else if (peer != NULL && event->kind == EVENT_OVER) {
		*peer = (struct present_peer){ .conv = 0 };
		p->count--;
	} else if (peer != NULL && event->kind != EVENT_CONNECTED) {
		peer->away = event->kind == EVENT_AWAY;
		peer->away_s = event->clock_s;
	}
}

const struct present_peer *present_of(const struct present *p, uint64_t conv)
{
	for (size_t i = 0; i <= LIMIT_PEERS; i++)
		if (conv > 0 && p->at[i].conv == conv)
			return &p->at[i];
	return NULL;
}

const struct present_peer *present_named(const struct present *p, struct span name)
{
	for (size_t i = 0; i <= LIMIT_PEERS; i++)
		if (p->at[i].conv > 0 && span_is(name, p->at[i].name))
			return &p->at[i];
	return NULL;
}

const struct present_peer *present_after(const struct present *p, uint64_t conv)
{
	const struct present_peer *first = NULL, *next = NULL;
	for (size_t i = 0; i <= LIMIT_PEERS; i++) {
		const struct present_peer *peer = &p->at[i];
		if (peer->conv == 0 || peer->conv == conv)
			continue;
		if (first == NULL || peer->conv < first->conv)
			first = peer;
		if (peer->conv > conv && (next == NULL || peer->conv < next->conv))
			next = peer;
	}
	return next != NULL ? next : first;
}
