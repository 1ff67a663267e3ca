#include "rendezvous/slots.h"

#include <stdlib.h>

#include "base/assert.h"

void slots_list_append(struct slots_list *list, struct slots_link *links, uint32_t slot)
{
	links[slot] = (struct slots_link){ .before = list->last };
	if (list->last)
		links[list->last].after = slot;
	else
		list->first = slot;
	list->last = slot;
}

void slots_list_remove(struct slots_list *list, struct slots_link *links, uint32_t slot)
{
	uint32_t before = links[slot].before, after = links[slot].after;
	if (before)
		links[before].after = after;
	else
		list->first = after;
	if (after)
		links[after].before = before;
	else
		list->last = before;
}

bool slots_init(struct slots *s, uint32_t max)
{
	*s = (struct slots){ .max = max };
	s->links = calloc((size_t)max + 1, sizeof *s->links);
	return s->links != NULL;
}

void slots_free(struct slots *s)
{
	free(s->links);
}

uint32_t slots_take(struct slots *s, struct slots_list *to)
{
	uint32_t slot = s->vacant.first;
	if (slot)
		slots_list_remove(&s->vacant, s->links, slot);
	else if (s->used < s->max)
		slot = ++s->used;
	else
		return 0;
	slots_list_append(to, s->links, slot);
	s->count++;
	return slot;
}

void slots_move(struct slots *s, struct slots_list *from, struct slots_list *to, uint32_t slot)
{
	slots_list_remove(from, s->links, slot);
	slots_list_append(to, s->links, slot);
}

void slots_give(struct slots *s, struct slots_list *from, uint32_t slot)
{
	slots_move(s, from, &s->vacant, slot);
	s->count--;
}

bool slots_chains_init(struct slots_chains *chains, uint32_t max)
{
	uint32_t heads = 1;
	assert(max < UINT32_MAX / 2);
	while (heads < max)
		heads *= 2;
	chains->mask = heads - 1;
	chains->heads = calloc(heads, sizeof *chains->heads);
	chains->next = calloc((size_t)max + 1, sizeof *chains->next);
	return chains->heads != NULL && chains->next != NULL;
}

void slots_chains_free(struct slots_chains *chains)
{
	free(chains->heads);
	free(chains->next);
}

void slots_chains_insert(struct slots_chains *chains, uint64_t hash, uint32_t slot)
{
	uint32_t *head = &chains->heads[(uint32_t)hash & chains->mask];
	chains->next[slot] = *head;
	*head = slot;
}

void slots_chains_remove(struct slots_chains *chains, uint64_t hash, uint32_t slot)
{
	uint32_t *at = &chains->heads[(uint32_t)hash & chains->mask];
	while (*at != slot) {
		assert(*at != 0);
		at = &chains->next[*at];
	}
	*at = chains->next[slot];
}
