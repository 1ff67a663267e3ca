/* members: see members.h. */
#include "transport/members.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum {
	LINKS = 1 << 16,
	NUMBER_AT = ROOM_TOKEN - 4 /* where a nameplate's number stands in its token */
};

/* A place's share of every table: struct member, two links, two chains with at most two heads a
 * place. */
_Static_assert(sizeof(struct member) + 2 * sizeof(struct slot_link) + 2 * 3 * sizeof(uint32_t) <=
		   MEMBER_MEMORY,
	       "a waiting peer costs little");

bool members_init(struct members *m, size_t max, struct random *random)
{
	assert(max > 0);
	assert(max < 1 << 28); /* so that nameplates stay below 10^9 */
	random_fill(random, m->key, sizeof m->key);
	m->pool.max = (uint32_t)max;
	m->at = calloc(max + 1, sizeof *m->at);
	m->ages = calloc(max + 1, sizeof *m->ages);
	m->neighbours = calloc(max + 1, sizeof *m->neighbours);
	m->by_link = calloc(LINKS, sizeof *m->by_link);
	return m->at && m->ages && m->neighbours && m->by_link &&
	       slot_chains_init(&m->by_token, (uint32_t)max) &&
	       slot_chains_init(&m->by_tag, (uint32_t)max);
}

void members_free(struct members *m)
{
	free(m->at);
	free(m->ages);
	free(m->neighbours);
	free(m->by_link);
	slot_chains_free(&m->by_token);
	slot_chains_free(&m->by_tag);
	bytes_wipe(m->key, sizeof m->key);
}

static uint64_t hash_of_token(const struct members *m, const uint8_t token[static ROOM_TOKEN])
{
	return siphash(m->key, span_of(token, ROOM_TOKEN));
}

static uint64_t hash_of_tag(const struct members *m, const uint8_t tag[static TAG_BYTES])
{
	return siphash(m->key, span_of(tag, TAG_BYTES));
}

/* The next member of the room at slot or behind it in its chain. */
static uint32_t in_room(const struct members *m, uint32_t slot,
			const uint8_t token[static ROOM_TOKEN])
{
	while (slot && memcmp(m->at[slot].token, token, ROOM_TOKEN) != 0)
		slot = slot_chains_next(&m->by_token, slot);
	return slot;
}

static uint32_t first_in_room(const struct members *m, const uint8_t token[static ROOM_TOKEN])
{
	return in_room(m, slot_chains_first(&m->by_token, hash_of_token(m, token)), token);
}

static uint32_t next_in_room(const struct members *m, uint32_t slot)
{
	return in_room(m, slot_chains_next(&m->by_token, slot), m->at[slot].token);
}

uint32_t members_find(const struct members *m, const uint8_t token[static ROOM_TOKEN],
		      const uint8_t tag[static TAG_BYTES])
{
	uint32_t slot = first_in_room(m, token);
	while (slot && !bytes_equal(m->at[slot].tag, tag, TAG_BYTES))
		slot = next_in_room(m, slot);
	return slot;
}

uint32_t members_find_numbered(const struct members *m, const uint8_t tag[static TAG_BYTES])
{
	uint32_t slot = slot_chains_first(&m->by_tag, hash_of_tag(m, tag));
	while (slot && !bytes_equal(m->at[slot].tag, tag, TAG_BYTES))
		slot = slot_chains_next(&m->by_tag, slot);
	return slot;
}

size_t members_of_room(const struct members *m, const uint8_t token[static ROOM_TOKEN],
		       uint32_t room[static LIMIT_ROOM_MEMBERS])
{
	size_t count = 0;
	for (uint32_t slot = first_in_room(m, token); slot && count < LIMIT_ROOM_MEMBERS;
	     slot = next_in_room(m, slot))
		room[count++] = slot;
	return count;
}

static void attach(struct members *m, uint32_t slot)
{
	if (m->at[slot].route.kind == ROUTE_TCP)
		slot_list_append(&m->by_link[m->at[slot].route.link], m->neighbours, slot);
}

static void detach(struct members *m, uint32_t slot)
{
	if (m->at[slot].route.kind == ROUTE_TCP)
		slot_list_remove(&m->by_link[m->at[slot].route.link], m->neighbours, slot);
}

uint32_t members_add(struct members *m, const struct member *who)
{
	uint32_t slot = slot_pool_take(&m->pool, m->ages);
	if (!slot)
		return 0;
	if (members_nameplate(who->token) && !first_in_room(m, who->token))
		m->nameplates++;
	m->count++;
	m->at[slot] = *who;
	slot_list_append(&m->by_age, m->ages, slot);
	slot_chains_insert(&m->by_token, hash_of_token(m, who->token), slot);
	if (who->numbered)
		slot_chains_insert(&m->by_tag, hash_of_tag(m, who->tag), slot);
	attach(m, slot);
	return slot;
}

void members_refresh(struct members *m, uint32_t slot, uint64_t now)
{
	m->at[slot].joined_at = now;
	slot_list_remove(&m->by_age, m->ages, slot);
	slot_list_append(&m->by_age, m->ages, slot);
}

void members_move(struct members *m, uint32_t slot, const struct route *to)
{
	detach(m, slot);
	m->at[slot].route = *to;
	attach(m, slot);
}

void members_remove(struct members *m, uint32_t slot)
{
	const struct member *who = &m->at[slot];
	detach(m, slot);
	if (who->numbered)
		slot_chains_remove(&m->by_tag, hash_of_tag(m, who->tag), slot);
	slot_chains_remove(&m->by_token, hash_of_token(m, who->token), slot);
	slot_list_remove(&m->by_age, m->ages, slot);
	if (members_nameplate(who->token) && !first_in_room(m, who->token))
		m->nameplates--;
	m->count--;
	slot_pool_give(&m->pool, m->ages, slot);
}

uint32_t members_oldest(const struct members *m)
{
	return m->by_age.first;
}

uint32_t members_first_on(const struct members *m, uint16_t link)
{
	return m->by_link[link].first;
}

uint32_t members_nameplate(const uint8_t token[static ROOM_TOKEN])
{
	return bytes_zero(token, NUMBER_AT) ? load_be32(token + NUMBER_AT) : 0;
}

void members_free_nameplate(const struct members *m, struct random *random,
			    uint8_t token[static ROOM_TOKEN])
{
	/* At least half of 1..numbers are free, so two draws are enough on average. */
	uint32_t numbers = 9;
	while (numbers < 2 * m->nameplates)
		numbers = numbers * 10 + 9;
	do {
		memset(token, 0, NUMBER_AT);
		store_be32(token + NUMBER_AT, 1 + (uint32_t)random_below(random, numbers));
	} while (first_in_room(m, token));
}
