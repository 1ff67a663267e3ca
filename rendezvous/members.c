#include "rendezvous/members.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum {
	LINKS = 1 << 16,
	/* Shares: 64 a member in small tables, so that hardly two owners have one in common; in
	   large ones so many hosts, whose shares are never all full, and networks, or as many
	   networks as members. */
	SHARES_SPARE = 64,
	HOSTS = 1 << 14,
	NETWORKS = 1 << 16,
	NUMBER_AT = TOKEN_LEN - 4, /* where a nameplate's number stands in its token */
	NUMBER_MIN = 100,
	NUMBER_SPARE = 64 /* numbers for each one in use */
};

/* A place's part of every table: struct member, three links, two chains with at most two heads a
 * place, and at most two networks with a link each. */
_Static_assert(sizeof(struct member) + 5 * sizeof(struct slots_link) + 2 * 3 * sizeof(uint32_t) +
                       2 * sizeof(struct share) <=
                   MEMBERS_MEMORY,
               "a waiting peer costs little");

static uint32_t part(size_t max, uint32_t of)
{
	size_t limit = max / of > MEMBERS_MIN ? max / of : MEMBERS_MIN;
	return (uint32_t)(limit < max ? limit : max);
}

static uint32_t shares_for(size_t max, size_t most)
{
	uint32_t shares = 1;
	while (shares < SHARES_SPARE * max && shares < most)
		shares *= 2;
	return shares;
}

bool members_init(struct members *m, size_t max, struct roll *roll, struct random *random)
{
	m->roll = roll;
	assert(max > 0);
	assert(max <= 1 << 23); /* so that nameplates stay below 10^9 */
	random_fill(random, m->key, sizeof m->key);
	m->at = calloc(max + 1, sizeof *m->at);
	m->neighbours = calloc(max + 1, sizeof *m->neighbours);
	m->by_link = calloc(LINKS, sizeof *m->by_link);
	return m->at != NULL && m->neighbours != NULL && m->by_link != NULL &&
	       slots_init(&m->places, (uint32_t)max) &&
	       slots_chains_init(&m->by_token, (uint32_t)max) &&
	       slots_chains_init(&m->by_secret, (uint32_t)max) &&
	       shares_init(&m->hosts, addr_host, shares_for(max, HOSTS), 0,
	                   part(max, MEMBERS_OF_HOST), random) &&
	       shares_init(&m->networks, addr_network,
	                   shares_for(max, max > NETWORKS ? max : NETWORKS), (uint32_t)max,
	                   part(max, MEMBERS_OF_NETWORK), random);
}

void members_free(struct members *m)
{
	free(m->at);
	free(m->neighbours);
	free(m->by_link);
	slots_free(&m->places);
	slots_chains_free(&m->by_token);
	slots_chains_free(&m->by_secret);
	shares_free(&m->hosts);
	shares_free(&m->networks);
	bytes_wipe(m->key, sizeof m->key);
}

struct route members_route(const struct member *who)
{
	return (struct route){ .kind = who->stream ? ROUTE_TCP : ROUTE_UDP,
		               .link = who->link,
		               .local = who->local,
		               .remote = who->remote };
}

void members_reach(struct member *who, const struct route *route)
{
	who->stream = route_is_stream(route);
	who->link = route->link;
	who->local = route->local;
	who->remote = route->remote;
}

bool members_reached(const struct member *who, const struct route *by)
{
	return who->link == by->link && who->stream == route_is_stream(by) &&
	       addr_equal(&who->remote, &by->remote);
}

static uint64_t hash_of(const struct members *m, const uint8_t *token_or_secret, size_t len)
{
	return siphash(m->key, span_of(token_or_secret, len));
}

/* The next member of the room at slot or behind it in its chain. */
static uint32_t in_room(const struct members *m, uint32_t slot,
                        const uint8_t token[static TOKEN_LEN])
{
	while (slot && memcmp(m->at[slot].token, token, TOKEN_LEN) != 0)
		slot = slots_chains_next(&m->by_token, slot);
	return slot;
}

static uint32_t first_in_room(const struct members *m, const uint8_t token[static TOKEN_LEN])
{
	uint64_t hash = hash_of(m, token, TOKEN_LEN);
	return in_room(m, slots_chains_first(&m->by_token, hash), token);
}

static uint32_t next_in_room(const struct members *m, uint32_t slot)
{
	return in_room(m, slots_chains_next(&m->by_token, slot), m->at[slot].token);
}

uint32_t members_find(const struct members *m, const uint8_t token[static TOKEN_LEN],
                      const uint8_t secret[static SECRET_BYTES])
{
	uint32_t slot = first_in_room(m, token);
	while (slot && !bytes_equal(m->at[slot].secret, secret, SECRET_BYTES))
		slot = next_in_room(m, slot);
	return slot;
}

uint32_t members_find_numbered(const struct members *m, const uint8_t secret[static SECRET_BYTES])
{
	uint32_t slot = slots_chains_first(&m->by_secret, hash_of(m, secret, SECRET_BYTES));
	while (slot &&
	       !(m->at[slot].numbered && bytes_equal(m->at[slot].secret, secret, SECRET_BYTES)))
		slot = slots_chains_next(&m->by_secret, slot);
	return slot;
}

uint32_t members_find_joining(const struct members *m, const struct join *join)
{
	return join->nameplate ? members_find_numbered(m, join->secret)
	                       : members_find(m, join->token, join->secret);
}

/* Of a member that keeps: nobody has two under one secret at one address, or he could make chains
 * as long as he likes. */
static uint64_t hash_there(const struct members *m, const uint8_t secret[static SECRET_BYTES],
                           const struct addr *remote)
{
	uint8_t in[SECRET_BYTES + ADDR_WIRE];
	struct writer w = writer_of(in, sizeof in);
	write_span(&w, span_of(secret, SECRET_BYTES));
	addr_write(&w, remote);
	return hash_of(m, in, sizeof in);
}

uint32_t members_find_there(const struct members *m, const uint8_t secret[static SECRET_BYTES],
                            const struct route *by)
{
	uint32_t slot = members_find_numbered(m, secret);
	if (slot && members_reached(&m->at[slot], by))
		return slot;
	slot = slots_chains_first(&m->by_secret, hash_there(m, secret, &by->remote));
	while (slot && !(bytes_equal(m->at[slot].secret, secret, SECRET_BYTES) &&
	                 members_reached(&m->at[slot], by)))
		slot = slots_chains_next(&m->by_secret, slot);
	return slot;
}

/* Whoever begins to keep, or no longer does, has joined just now, or goes. */
static void set_keeps(struct members *m, uint32_t slot, bool keeps)
{
	struct member *who = &m->at[slot];
	struct route there = members_route(who);
	uint64_t hash = hash_there(m, who->secret, &who->remote);
	if (who->keeps == keeps ||
	    (keeps && members_find_there(m, who->secret, &there) != 0 && !who->numbered))
		return;
	if (!who->numbered && keeps)
		slots_chains_insert(&m->by_secret, hash, slot);
	else if (!who->numbered)
		slots_chains_remove(&m->by_secret, hash, slot);
	slots_move(&m->places, &m->by_age[!keeps], &m->by_age[keeps], slot);
	who->keeps = keeps;
}

uint32_t members_oldest(const struct members *m, bool keeps)
{
	return m->by_age[keeps].first;
}

struct room members_of_room(const struct members *m, const uint8_t token[static TOKEN_LEN])
{
	struct room room = { .count = 0 };
	for (uint32_t slot = first_in_room(m, token); slot && room.count < MEMBERS_OF_ROOM;
	     slot = next_in_room(m, slot))
		room.at[room.count++] = slot;
	return room;
}

struct room members_of_role(const struct members *m, const uint8_t token[static TOKEN_LEN],
                            bool responder)
{
	struct room all = members_of_room(m, token), found = { .count = 0 };
	for (size_t i = 0; i < all.count; i++)
		if (m->at[all.at[i]].responder == responder)
			found.at[found.count++] = all.at[i];
	return found;
}

static void attach(struct members *m, uint32_t slot)
{
	if (m->at[slot].stream)
		slots_list_append(&m->by_link[m->at[slot].link], m->neighbours, slot);
}

static void detach(struct members *m, uint32_t slot)
{
	if (m->at[slot].stream)
		slots_list_remove(&m->by_link[m->at[slot].link], m->neighbours, slot);
}

static void own(struct members *m, uint32_t slot)
{
	shares_add(&m->hosts, m->at[slot].host, slot);
	shares_add(&m->networks, m->at[slot].network, slot);
	m->at[slot].since = ++m->made;
}

static void disown(struct members *m, uint32_t slot)
{
	shares_remove(&m->hosts, m->at[slot].host, slot);
	shares_remove(&m->networks, m->at[slot].network, slot);
}

static void set_owner(const struct members *m, struct member *who)
{
	who->host = shares_of(&m->hosts, &who->remote);
	who->network = shares_of(&m->networks, &who->remote);
}

bool members_admit(const struct members *m, struct member *who)
{
	set_owner(m, who);
	return !shares_full(&m->hosts, who->host) && !shares_full(&m->networks, who->network);
}

bool members_full(const struct members *m)
{
	return m->places.count == m->places.max;
}

uint32_t members_make_way(const struct members *m, const struct member *who)
{
	return shares_make_way(&m->networks, who->network);
}

static void write_down(struct members *m, uint32_t slot)
{
	struct route route = members_route(&m->at[slot]);
	roll_write(m->roll, slot, m->at[slot].secret, &route);
}

uint32_t members_add(struct members *m, const struct member *who)
{
	uint32_t slot = slots_take(&m->places, &m->by_age[false]);
	assert(slot);
	if (members_nameplate(who->token) && !first_in_room(m, who->token))
		m->nameplates++;
	m->at[slot] = *who;
	m->at[slot].keeps = false;
	slots_chains_insert(&m->by_token, hash_of(m, who->token, TOKEN_LEN), slot);
	if (who->numbered)
		slots_chains_insert(&m->by_secret, hash_of(m, who->secret, SECRET_BYTES), slot);
	attach(m, slot);
	own(m, slot);
	m->of_key[who->key]++;
	set_keeps(m, slot, who->keeps);
	write_down(m, slot);
	return slot;
}

void members_refresh(struct members *m, uint32_t slot, const struct addr *local, bool keeps,
                     uint64_t now)
{
	struct member *who = &m->at[slot];
	who->joined_at = now;
	who->local = *local;
	set_keeps(m, slot, keeps);
	slots_move(&m->places, &m->by_age[who->keeps], &m->by_age[who->keeps], slot);
	write_down(m, slot);
}

bool members_tell(struct members *m, uint32_t slot)
{
	struct member *who = &m->at[slot];
	if (who->told == MEMBERS_TOLD)
		return false;
	who->told++;
	return true;
}

void members_heard(struct members *m, uint32_t slot)
{
	m->at[slot].told = 0;
}

bool members_silent(const struct members *m, uint32_t slot)
{
	return m->at[slot].told >= MEMBERS_SILENT;
}

void members_add_pair(struct members *m, uint32_t slot, uint32_t pair)
{
	uint32_t *at = m->at[slot].pairs;
	size_t i = 0;
	while (i < MEMBERS_OF_ROLE && at[i])
		i++;
	assert(i < MEMBERS_OF_ROLE); /* there are no more of the other role */
	at[i] = pair;
}

void members_remove_pair(struct members *m, uint32_t slot, uint32_t pair)
{
	for (size_t i = 0; i < MEMBERS_OF_ROLE; i++)
		if (m->at[slot].pairs[i] == pair)
			m->at[slot].pairs[i] = 0;
}

bool members_may_move(const struct members *m, uint32_t slot, const struct addr *to)
{
	const struct member *who = &m->at[slot];
	struct member there = { .remote = *to };
	set_owner(m, &there);
	return (there.host == who->host || !shares_full(&m->hosts, there.host)) &&
	       (there.network == who->network || !shares_full(&m->networks, there.network));
}

void members_move(struct members *m, uint32_t slot, const struct route *to)
{
	struct member *who = &m->at[slot];
	bool away = !addr_same_host(&who->remote, &to->remote);
	if (away)
		disown(m, slot);
	set_keeps(m, slot, false);
	detach(m, slot);
	members_reach(who, to);
	attach(m, slot);
	if (away) {
		set_owner(m, who);
		own(m, slot);
	}
}

void members_remove(struct members *m, uint32_t slot)
{
	const struct member *who = &m->at[slot];
	set_keeps(m, slot, false);
	disown(m, slot);
	m->of_key[who->key]--;
	detach(m, slot);
	roll_erase(m->roll, slot);
	if (who->numbered)
		slots_chains_remove(&m->by_secret, hash_of(m, who->secret, SECRET_BYTES), slot);
	slots_chains_remove(&m->by_token, hash_of(m, who->token, TOKEN_LEN), slot);
	slots_give(&m->places, &m->by_age[false], slot);
	if (members_nameplate(who->token) && !first_in_room(m, who->token))
		m->nameplates--;
}

void members_rekey(struct members *m, uint32_t slot, unsigned key)
{
	m->of_key[m->at[slot].key]--;
	m->at[slot].key = key & ACCESS_KEYS;
	m->of_key[key]++;
}

uint32_t members_nameplate(const uint8_t token[static TOKEN_LEN])
{
	return bytes_zero(token, NUMBER_AT) ? load_be32(token + NUMBER_AT) : 0;
}

void members_free_nameplate(const struct members *m, struct random *random,
                            uint8_t token[static TOKEN_LEN])
{
	uint32_t end = 10 * NUMBER_MIN;
	while ((m->nameplates + 1) * NUMBER_SPARE > end - NUMBER_MIN)
		end *= 10;
	do {
		memset(token, 0, NUMBER_AT);
		store_be32(token + NUMBER_AT,
		           NUMBER_MIN + (uint32_t)random_below(random, end - NUMBER_MIN));
	} while (first_in_room(m, token));
}
