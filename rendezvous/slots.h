/* slots: numbered places of a fixed table, tied together by hash chains and by lists.
 * Places count from 1 and 0 is none, so zeroed memory is an empty table and pages not yet touched
 * cost nothing. What lies in a place is its user's; here are only numbers. Everything is O(1),
 * chains as far as hashes are random. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list in order of appending. Several lists may share one array of links (indexed by place) when
 * a place is in one of them at a time; who is in a list is the user's to know. */
struct slots_link {
	uint32_t before, after;
};
struct slots_list {
	uint32_t first, last;
};

void slots_list_append(struct slots_list *list, struct slots_link *links, uint32_t slot);
void slots_list_remove(struct slots_list *list, struct slots_link *links, uint32_t slot);

/* The places 1..max of a table, each vacant or in one of the user's lists, which share links. */
struct slots {
	struct slots_link *links;
	struct slots_list vacant;
	uint32_t count, used, max; /* in lists; places above used were never taken */
};

bool slots_init(struct slots *s, uint32_t max); /* false: no memory; freeing is fine then too */
void slots_free(struct slots *s);
uint32_t slots_take(struct slots *s, struct slots_list *to); /* appends it; 0: none is vacant */
/* To the end of the other list, or of the same one. */
void slots_move(struct slots *s, struct slots_list *from, struct slots_list *to, uint32_t slot);
void slots_give(struct slots *s, struct slots_list *from, uint32_t slot);

/* Places by hash. Hashes come from SipHash under a random key, or are random themselves: nobody can
 * aim at a chain. */
struct slots_chains {
	uint32_t *heads, *next, mask;
};

bool slots_chains_init(struct slots_chains *chains, uint32_t max); /* as slots_init */
void slots_chains_free(struct slots_chains *chains);
void slots_chains_insert(struct slots_chains *chains, uint64_t hash, uint32_t slot);
void slots_chains_remove(struct slots_chains *chains, uint64_t hash, uint32_t slot);

static inline uint32_t slots_chains_first(const struct slots_chains *chains, uint64_t hash)
{
	return chains->heads[(uint32_t)hash & chains->mask];
}

static inline uint32_t slots_chains_next(const struct slots_chains *chains, uint32_t slot)
{
	return chains->next[slot];
}
