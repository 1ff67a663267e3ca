/* callers: see callers.h. Readers lie apart from the rest, so that looking for one to end does not
 * touch them. */
#include "rendezvous/callers.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "wire/framing.h"

enum {
	SHARES = 1 << 13, /* far more than connections, so that owners rarely share one */
	LINKS = 1 << 16
};

struct caller {
	uint16_t link; /* 0: the place is free */
	bool joined;
	uint32_t host, network;
	uint64_t heard_at; /* until it has joined: when it was accepted */
};

bool callers_init(struct callers *c, unsigned max, struct random *random)
{
	assert(max > 0);
	uint32_t places = max + 1;
	c->at = calloc((size_t)places + 1, sizeof *c->at);
	c->readers = calloc((size_t)places + 1, sizeof *c->readers);
	c->by_link = calloc(LINKS, sizeof *c->by_link);
	return c->at != NULL && c->readers != NULL && c->by_link != NULL &&
	       slots_init(&c->places, places) &&
	       shares_init(&c->hosts, addr_host, SHARES, 0, places, random) &&
	       shares_init(&c->networks, addr_network, SHARES, 0, places, random);
}

void callers_free(struct callers *c)
{
	free(c->at);
	free(c->readers);
	free(c->by_link);
	slots_free(&c->places);
	shares_free(&c->hosts);
	shares_free(&c->networks);
}

static struct slots_list *list_of(struct callers *c, const struct caller *x)
{
	return x->joined ? &c->joined : &c->strangers;
}

static void forget(struct callers *c, uint32_t place)
{
	struct caller *x = &c->at[place];
	slots_give(&c->places, list_of(c, x), place);
	shares_remove(&c->hosts, x->host, place);
	shares_remove(&c->networks, x->network, place);
	c->by_link[x->link] = 0;
	x->link = 0;
}

static uint32_t add(struct callers *c, uint16_t link, const struct addr *remote, uint64_t now)
{
	uint32_t place = slots_take(&c->places, &c->strangers);
	assert(place);
	c->at[place] = (struct caller){ .link = link,
		                        .host = shares_of(&c->hosts, remote),
		                        .network = shares_of(&c->networks, remote),
		                        .heard_at = now };
	framing_init(&c->readers[place]);
	c->by_link[link] = place;
	shares_add(&c->hosts, c->at[place].host, place);
	shares_add(&c->networks, c->at[place].network, place);
	return place;
}

/* Whether x has to end before y. */
static bool goes_before(const struct callers *c, const struct caller *x, const struct caller *y)
{
	uint32_t of_x = shares_count(&c->networks, x->network),
		 of_y = shares_count(&c->networks, y->network);
	if (of_x != of_y)
		return of_x > of_y;
	of_x = shares_count(&c->hosts, x->host);
	of_y = shares_count(&c->hosts, y->host);
	if (of_x != of_y)
		return of_x > of_y;
	if (x->joined != y->joined)
		return y->joined;
	return x->heard_at < y->heard_at;
}

/* Which connection has to end: of one host's share or (0) of all. */
static uint32_t who_goes(const struct callers *c, uint32_t host)
{
	uint32_t found = 0;
	for (uint32_t place = 1; place <= c->places.used; place++) {
		const struct caller *x = &c->at[place];
		if (x->link && (!host || x->host == host) &&
		    (!found || goes_before(c, x, &c->at[found])))
			found = place;
	}
	return found;
}

uint16_t callers_accepted(struct callers *c, uint16_t link, const struct addr *remote, uint64_t now)
{
	callers_gone(c, link);
	uint32_t place = add(c, link, remote, now), goes = 0, host = c->at[place].host;
	if (shares_count(&c->hosts, host) > CALLERS_OF_HOST)
		goes = who_goes(c, host);
	else if (c->places.count == c->places.max)
		goes = who_goes(c, 0);
	uint16_t ended = c->at[goes].link;
	if (goes)
		forget(c, goes);
	return ended;
}

void callers_gone(struct callers *c, uint16_t link)
{
	uint32_t place = c->by_link[link];
	if (place)
		forget(c, place);
}

bool callers_next(struct callers *c, uint16_t link, struct span *in, struct span *message)
{
	uint32_t place = c->by_link[link];
	return place && framing_next(&c->readers[place], in, message);
}

void callers_heard(struct callers *c, uint16_t link, bool joined, uint64_t now)
{
	uint32_t place = c->by_link[link];
	struct caller *x = &c->at[place];
	if (!place || (!x->joined && !joined))
		return;
	slots_move(&c->places, list_of(c, x), &c->joined, place);
	x->joined = true;
	x->heard_at = now;
}

bool callers_bad(const struct callers *c, uint16_t link)
{
	uint32_t place = c->by_link[link];
	return place && framing_bad(&c->readers[place]);
}

/* When the first of the list will have been silent for so long. */
static uint64_t deadline_of(const struct callers *c, const struct slots_list *list, uint64_t us)
{
	return list->first ? c->at[list->first].heard_at + us : NEVER;
}

uint16_t callers_overdue(struct callers *c, uint64_t now)
{
	uint32_t place = 0;
	if (deadline_of(c, &c->strangers, CALLERS_JOIN_US) <= now)
		place = c->strangers.first;
	else if (deadline_of(c, &c->joined, CALLERS_SILENT_US) <= now)
		place = c->joined.first;
	uint16_t link = c->at[place].link;
	if (place)
		forget(c, place);
	return link;
}

uint64_t callers_deadline(const struct callers *c)
{
	return min_of(deadline_of(c, &c->strangers, CALLERS_JOIN_US),
	              deadline_of(c, &c->joined, CALLERS_SILENT_US));
}

unsigned callers_count(const struct callers *c)
{
	return c->places.count;
}
