/* slots: numbered places of a fixed table, tied together by hash chains and by lists.
 * Places count from 1 and 0 is none, so zeroed memory is an empty table and pages not yet touched
 * cost nothing. What lies in a place is its user's; here are only numbers. Everything is O(1),
 * chains as far as hashes are random. */
#ifndef RENDEZVOUS_SLOTS_H
#define RENDEZVOUS_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list in order of appending. Several lists may share one array of links (indexed by place) when
 * a place is in one of them at a time; who is in a list is the user's to know. */
struct slot_link {
	uint32_t before, after;
};
struct slot_list {
	uint32_t first, last;
};

void slot_list_append(struct slot_list *list, struct slot_link *links, uint32_t slot);
void slot_list_remove(struct slot_list *list, struct slot_link *links, uint32_t slot);

/* Free places 1..max. links: as above, used while a place is free. */
struct slot_pool {
	struct slot_list free;
	uint32_t used, max; /* places above used were never taken */
};

uint32_t slot_pool_take(struct slot_pool *pool, struct slot_link *links); /* 0: none is free */
void slot_pool_give(struct slot_pool *pool, struct slot_link *links, uint32_t slot);

/* Places by hash. Hashes come from SipHash under a random key, or are random themselves: nobody can
 * aim at a chain. */
struct slot_chains {
	uint32_t *heads, *next, mask;
};

bool slot_chains_init(struct slot_chains *chains,
                      uint32_t max); /* false: no memory; freeing is fine then too */
void slot_chains_free(struct slot_chains *chains);
void slot_chains_insert(struct slot_chains *chains, uint64_t hash, uint32_t slot);
void slot_chains_remove(struct slot_chains *chains, uint64_t hash, uint32_t slot);

static inline uint32_t slot_chains_first(const struct slot_chains *chains, uint64_t hash)
{
	return chains->heads[(uint32_t)hash & chains->mask];
}

static inline uint32_t slot_chains_next(const struct slot_chains *chains, uint32_t slot)
{
	return chains->next[slot];
}

#endif
