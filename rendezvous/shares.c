/* shares: see shares.h. Counts change by one, so the largest is known without looking for it. */
#include "rendezvous/shares.h"

#include <stdlib.h>

#include "base/assert.h"

bool shares_init(struct shares *s, void (*prefix_of)(const struct addr *, uint8_t *),
                 uint32_t count, uint32_t places, uint32_t limit, struct random *random)
{
	assert(count > 0);
	assert((count & (count - 1)) == 0);
	assert(limit > 0);
	random_fill(random, s->key, sizeof s->key);
	s->prefix_of = prefix_of;
	s->mask = count - 1;
	s->limit = limit;
	s->at = calloc((size_t)count + 1, sizeof *s->at);
	if (places == 0)
		return s->at != NULL;
	s->ranks = calloc((size_t)count + 1, sizeof *s->ranks);
	s->by_count = calloc((size_t)limit + 1, sizeof *s->by_count);
	s->links = calloc((size_t)places + 1, sizeof *s->links);
	return s->at != NULL && s->ranks != NULL && s->by_count != NULL && s->links != NULL;
}

void shares_free(struct shares *s)
{
	free(s->at);
	free(s->ranks);
	free(s->by_count);
	free(s->links);
	bytes_wipe(s->key, sizeof s->key);
}

uint32_t shares_of(const struct shares *s, const struct addr *owner)
{
	uint8_t prefix[ADDR_PREFIX];
	s->prefix_of(owner, prefix);
	return ((uint32_t)siphash(s->key, span_of(prefix, sizeof prefix)) & s->mask) + 1;
}

uint32_t shares_count(const struct shares *s, uint32_t share)
{
	return s->at[share].count;
}

bool shares_full(const struct shares *s, uint32_t share)
{
	return s->at[share].count >= s->limit;
}

static void set_count(struct shares *s, uint32_t share, uint32_t count)
{
	struct share *x = &s->at[share];
	if (x->count > 0)
		slots_list_remove(&s->by_count[x->count], s->ranks, share);
	x->count = count;
	if (count > 0)
		slots_list_append(&s->by_count[count], s->ranks, share);
	if (count > s->most)
		s->most = count;
	if (s->most > 0 && !s->by_count[s->most].first)
		s->most--;
}

void shares_add(struct shares *s, uint32_t share, uint32_t place)
{
	assert(!shares_full(s, share));
	if (s->links == NULL) {
		s->at[share].count++;
		return;
	}
	slots_list_append(&s->at[share].places, s->links, place);
	set_count(s, share, s->at[share].count + 1);
}

void shares_remove(struct shares *s, uint32_t share, uint32_t place)
{
	assert(s->at[share].count > 0);
	if (s->links == NULL) {
		s->at[share].count--;
		return;
	}
	slots_list_remove(&s->at[share].places, s->links, place);
	set_count(s, share, s->at[share].count - 1);
}

uint32_t shares_make_way(const struct shares *s, uint32_t share)
{
	assert(s->links);
	if (s->at[share].count + 1 >= s->most)
		return 0;
	return s->at[s->by_count[s->most].first].places.last;
}
