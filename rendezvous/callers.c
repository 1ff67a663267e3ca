/* callers: see callers.h. Readers lie apart from the rest, so that looking for one to end does not
 * touch them. */
#include "rendezvous/callers.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "rendezvous/shares.h"
#include "wire/framing.h"

enum { SHARES = 1 << 13 }; /* far more than connections, so that owners rarely share one */

struct caller {
	uint16_t link; /* 0: the place is free */
	bool joined;
	uint32_t host, network;
	uint64_t heard_at; /* until it has joined: when it was accepted */
};

struct callers {
	struct caller *at; /* 1..max + 1: a new one has a place until another has ended */
	struct framing *readers;
	struct slots_pool pool;
	struct slots_link *links;            /* of the two lists; of free places too */
	struct slots_list strangers, joined; /* by heard_at */
	struct slots_chains by_link;
	struct shares hosts, networks;
	unsigned count, max;
};

struct callers *callers_new(unsigned max, struct random *random)
{
	struct callers *c = calloc(1, sizeof *c);
	if (c == NULL)
		return NULL;
	assert(max > 0);
	uint32_t places = max + 1;
	c->max = max;
	c->pool.max = places;
	c->at = calloc((size_t)places + 1, sizeof *c->at);
	c->readers = calloc((size_t)places + 1, sizeof *c->readers);
	c->links = calloc((size_t)places + 1, sizeof *c->links);
	bool chains = slots_chains_init(&c->by_link, places);
	bool hosts = shares_init(&c->hosts, SHARES, 0, places, random);
	bool networks = shares_init(&c->networks, SHARES, 0, places, random);
	if (c->at != NULL && c->readers != NULL && c->links != NULL && chains && hosts && networks)
		return c;
	callers_free(c);
	return NULL;
}

void callers_free(struct callers *c)
{
	if (c == NULL)
		return;
	free(c->at);
	free(c->readers);
	free(c->links);
	slots_chains_free(&c->by_link);
	shares_free(&c->hosts);
	shares_free(&c->networks);
	free(c);
}

static uint32_t find(const struct callers *c, uint16_t link)
{
	uint32_t place = slots_chains_first(&c->by_link, link);
	while (place && c->at[place].link != link)
		place = slots_chains_next(&c->by_link, place);
	return place;
}

static struct slots_list *list_of(struct callers *c, const struct caller *x)
{
	return x->joined ? &c->joined : &c->strangers;
}

static void forget(struct callers *c, uint32_t place)
{
	struct caller *x = &c->at[place];
	slots_list_remove(list_of(c, x), c->links, place);
	slots_chains_remove(&c->by_link, x->link, place);
	shares_remove(&c->hosts, x->host, place);
	shares_remove(&c->networks, x->network, place);
	slots_pool_give(&c->pool, c->links, place);
	x->link = 0;
	c->count--;
}

static uint32_t add(struct callers *c, uint16_t link, const struct addr *remote, uint64_t now)
{
	uint8_t host[ADDR_PREFIX], network[ADDR_PREFIX];
	uint32_t place = slots_pool_take(&c->pool, c->links);
	assert(place);
	addr_host(remote, host);
	addr_network(remote, network);
	c->at[place] = (struct caller){ .link = link, .heard_at = now };
	c->at[place].host = shares_of(&c->hosts, span_of(host, sizeof host));
	c->at[place].network = shares_of(&c->networks, span_of(network, sizeof network));
	framing_init(&c->readers[place]);
	slots_list_append(&c->strangers, c->links, place);
	slots_chains_insert(&c->by_link, link, place);
	shares_add(&c->hosts, c->at[place].host, place);
	shares_add(&c->networks, c->at[place].network, place);
	c->count++;
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
	for (uint32_t place = 1; place <= c->pool.used; place++) {
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
	else if (c->count > c->max)
		goes = who_goes(c, 0);
	uint16_t ended = c->at[goes].link;
	if (goes)
		forget(c, goes);
	return ended;
}

void callers_gone(struct callers *c, uint16_t link)
{
	uint32_t place = find(c, link);
	if (place)
		forget(c, place);
}

bool callers_next(struct callers *c, uint16_t link, struct span *in, struct span *message)
{
	uint32_t place = find(c, link);
	return place && framing_next(&c->readers[place], in, message);
}

void callers_heard(struct callers *c, uint16_t link, bool joined, uint64_t now)
{
	uint32_t place = find(c, link);
	struct caller *x = &c->at[place];
	if (!place || (!x->joined && !joined))
		return;
	slots_list_remove(list_of(c, x), c->links, place);
	x->joined = true;
	x->heard_at = now;
	slots_list_append(list_of(c, x), c->links, place);
}

bool callers_bad(const struct callers *c, uint16_t link)
{
	uint32_t place = find(c, link);
	return place && framing_bad(&c->readers[place]);
}

static uint64_t strangers_deadline(const struct callers *c)
{
	return c->strangers.first ? c->at[c->strangers.first].heard_at + CALLERS_JOIN_US : NEVER;
}

static uint64_t joined_deadline(const struct callers *c)
{
	return c->joined.first ? c->at[c->joined.first].heard_at + CALLERS_SILENT_US : NEVER;
}

uint16_t callers_overdue(struct callers *c, uint64_t now)
{
	uint32_t place = strangers_deadline(c) <= now ? c->strangers.first
	                 : joined_deadline(c) <= now  ? c->joined.first
	                                              : 0;
	uint16_t link = c->at[place].link;
	if (place)
		forget(c, place);
	return link;
}

uint64_t callers_deadline(const struct callers *c)
{
	return min_of(strangers_deadline(c), joined_deadline(c));
}

unsigned callers_count(const struct callers *c)
{
	return c->count;
}
