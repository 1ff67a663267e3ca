#include "base/source.h"

#include <string.h>

enum { SOURCE_NONE, SOURCE_V4, SOURCE_V6, SOURCE_HOST, SOURCE_PAIR };

struct source source_of_addr(const struct addr *a)
{
	struct source s = { .kind = addr_is_v4(a) ? SOURCE_V4 : SOURCE_V6 };

	addr_host(a, s.host);
	return s;
}

struct source source_of_route(const struct route *r)
{
	struct source s = source_of_addr(&r->remote);

	if (!route_is_forward(r))
		return s;
	s.kind = r->host != 0 ? SOURCE_HOST : SOURCE_PAIR;
	s.id = r->host != 0 ? r->host : r->pair;
	return s;
}

struct source source_site(const struct source *s)
{
	struct source site = *s;

	if (s->kind == SOURCE_V6)
		memset(site.host + ADDR_SITE_V6, 0, sizeof site.host - ADDR_SITE_V6);
	return site;
}

bool source_same(const struct source *a, const struct source *b)
{
	return a->kind == b->kind && a->id == b->id &&
	       memcmp(a->host, b->host, sizeof a->host) == 0;
}

static size_t held_by(const struct place *places, size_t count, const struct source *who,
                      const struct source *newcomer)
{
	size_t held = source_same(who, newcomer);

	for (size_t i = 0; i < count; i++)
		held += source_same(&places[i].source, who);
	return held;
}

int source_loser(const struct place *places, size_t count, const struct source *newcomer)
{
	size_t loser = 0;

	while (loser < count && places[loser].source.kind == SOURCE_NONE)
		loser++;
	for (size_t i = loser + 1; i < count; i++) {
		const struct place *a = &places[i], *b = &places[loser];
		size_t a_held = held_by(places, count, &a->source, newcomer),
		       b_held = held_by(places, count, &b->source, newcomer);
		bool a_own = source_same(&a->source, newcomer),
		     b_own = source_same(&b->source, newcomer);

		if (a->source.kind == SOURCE_NONE)
			continue;
		if (a->known != b->known)
			loser = a->known ? loser : i;
		else if (a_held != b_held)
			loser = a_held > b_held ? i : loser;
		else if (a_own != b_own)
			loser = a_own ? i : loser;
		else if (a->spoke != b->spoke)
			loser = a->spoke ? loser : i;
		else if (a->since < b->since)
			loser = i;
	}
	return loser < count ? (int)loser : -1;
}
