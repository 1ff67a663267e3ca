/* rooms: see rooms.h. A member knows the places of its pairs and a pair those of its members. */
#include "rendezvous/rooms.h"

#include "base/min_max.h"
#include "rendezvous/crowding.h"

enum { EXPIRE_BATCH = 64 };
#define MEMBER_US (90 * SECOND)
#define KEEP_US   (ROOMS_KEEP_S * SECOND)

bool rooms_init(struct rooms *r, size_t members_max, size_t pairs_max, uint32_t relay_kbit,
                struct roll *roll, struct random *random)
{
	r->random = random;
	r->relay_kbit = relay_kbit;
	return members_init(&r->members, members_max, roll, random) &&
	       pairs_init(&r->pairs, pairs_max);
}

void rooms_free(struct rooms *r)
{
	members_free(&r->members);
	pairs_free(&r->pairs);
}

void rooms_set_relay(struct rooms *r, uint32_t relay_kbit)
{
	r->relay_kbit = relay_kbit;
}

/* The member at the other end of one of own's pairs; 0: there is no such pair. */
static uint32_t partner(const struct rooms *r, const struct member *own, size_t i)
{
	return r->pairs.at[own->pairs[i]].members[own->responder ? 0 : 1];
}

/* ---- ends ---- */

static void end_pair(struct rooms *r, uint32_t pair)
{
	const struct pair *ends = &r->pairs.at[pair];
	for (unsigned side = 0; side < PAIR_SIDES; side++)
		members_remove_pair(&r->members, ends->members[side], pair);
	pairs_remove(&r->pairs, pair);
}

void rooms_leave(struct rooms *r, uint32_t slot)
{
	const struct member *member = &r->members.at[slot];
	for (size_t i = 0; i < MEMBERS_OF_ROLE; i++)
		if (member->pairs[i])
			end_pair(r, member->pairs[i]);
	members_remove(&r->members, slot);
}

void rooms_link_down(struct rooms *r, uint16_t link)
{
	uint32_t slot;
	while ((slot = r->members.by_link[link].first) != 0)
		rooms_leave(r, slot);
}

void rooms_access(struct rooms *r, const struct access *access, uint64_t day)
{
	for (unsigned list = 0; list < 2; list++)
		for (uint32_t slot = members_oldest(&r->members, list), next; slot; slot = next) {
			unsigned new =
			    access_again(access, r->access, r->members.at[slot].key, day);
			next = r->members.places.links[slot].after;
			if (access && !new)
				rooms_leave(r, slot);
			else
				members_rekey(&r->members, slot, new);
		}
	r->access = access;
}

/* Who is gone next, at *at; 0: nobody is there. */
static uint32_t next_gone(const struct rooms *r, uint64_t *at)
{
	uint32_t joins = members_oldest(&r->members, false),
		 keeps = members_oldest(&r->members, true);
	uint64_t joins_until = joins ? r->members.at[joins].joined_at + MEMBER_US : NEVER,
		 keeps_until = keeps ? r->members.at[keeps].joined_at + KEEP_US : NEVER;
	*at = min_of(joins_until, keeps_until);
	return joins_until <= keeps_until ? joins : keeps;
}

void rooms_timer(struct rooms *r, uint64_t now)
{
	uint32_t slot;
	uint64_t at;
	for (int i = 0; i < EXPIRE_BATCH && (slot = pairs_idle(&r->pairs, now)) != 0; i++)
		end_pair(r, slot);
	for (int i = 0; i < EXPIRE_BATCH && (slot = next_gone(r, &at)) != 0 && at <= now; i++)
		rooms_leave(r, slot);
}

uint64_t rooms_deadline(const struct rooms *r)
{
	uint64_t at;
	(void)next_gone(r, &at);
	return min_of(at, pairs_deadline(&r->pairs));
}

/* ---- coming in ---- */

bool rooms_have(const struct rooms *r, const uint8_t token[static TOKEN_LEN], bool responder)
{
	return members_of_role(&r->members, token, responder).count > 0;
}

static bool make_place(struct rooms *r, const struct member *who, uint64_t now)
{
	uint32_t goes;
	bool full = crowding_full(&r->members, &r->pairs, who, now, &goes);
	if (goes) {
		rooms_leave(r, goes);
		r->pushed_out++;
	}
	return goes || !full;
}

uint32_t rooms_enter(struct rooms *r, struct member *who, uint64_t now)
{
	if (who->numbered)
		members_free_nameplate(&r->members, r->random, who->token);
	who->joined_at = now;
	if (!access_admits(r->access, who->key, r->members.of_key[who->key]) ||
	    !members_admit(&r->members, who) || !make_place(r, who, now))
		return 0;
	return members_add(&r->members, who);
}

/* ---- introductions ---- */

/* The pair of two members; 0: none. */
static uint32_t pair_of(const struct rooms *r, uint32_t a, uint32_t b)
{
	const struct member *own = &r->members.at[a];
	for (size_t i = 0; i < MEMBERS_OF_ROLE; i++)
		if (partner(r, own, i) == b)
			return own->pairs[i];
	return 0;
}

static void pair_up(struct rooms *r, uint32_t initiator, uint32_t responder, uint64_t now)
{
	uint32_t pair = pairs_add(&r->pairs, initiator, responder, r->random, now);
	if (!pair)
		return;
	members_add_pair(&r->members, initiator, pair);
	members_add_pair(&r->members, responder, pair);
}

/* A member's pair with another member of that host than `but`; 0: none. */
static uint32_t pair_with_host(const struct rooms *r, uint32_t slot, const struct addr *host,
                               uint32_t but)
{
	const struct member *own = &r->members.at[slot];
	for (size_t i = 0; i < MEMBERS_OF_ROLE; i++) {
		uint32_t other = partner(r, own, i);
		if (other && other != but && addr_same_host(&r->members.at[other].remote, host))
			return own->pairs[i];
	}
	return 0;
}

/* Whether a may have a pair with b in place of b's with another of a's host (0: there is none). */
static bool may_replace(const struct rooms *r, uint32_t pair, uint32_t a, uint64_t now)
{
	const struct member *own = &r->members.at[a];
	uint32_t other = r->pairs.at[pair].members[own->responder ? 1 : 0];
	return !pair ||
	       (r->members.at[other].since < own->since && !pairs_busy(&r->pairs, pair, now));
}

/* In a room of a nameplate: ends the pairs that a and b have with each other's hosts, if it may. */
static bool clear_way(struct rooms *r, uint32_t a, uint32_t b, uint64_t now)
{
	uint32_t of_b = pair_with_host(r, b, &r->members.at[a].remote, a);
	uint32_t of_a = pair_with_host(r, a, &r->members.at[b].remote, b);
	if (!may_replace(r, of_b, a, now) || !may_replace(r, of_a, b, now))
		return false;
	if (of_b)
		end_pair(r, of_b);
	if (of_a)
		end_pair(r, of_a);
	return true;
}

static void meet(struct rooms *r, uint32_t a, uint32_t b, uint64_t now)
{
	const struct member *own = &r->members.at[a];
	if (members_nameplate(own->token) && !clear_way(r, a, b, now))
		return;
	if (own->responder)
		pair_up(r, b, a, now);
	else
		pair_up(r, a, b, now);
}

struct rooms_others rooms_introduce(struct rooms *r, uint32_t slot, bool unmet, uint64_t now)
{
	const struct member *own = &r->members.at[slot];
	struct room room = members_of_role(&r->members, own->token, !own->responder);
	struct route route = members_route(own);
	struct rooms_others others = { .all = 0 };
	for (size_t i = 0; i < room.count; i++) {
		uint32_t other = room.at[i], pair = pair_of(r, slot, other);
		if (members_reached(&r->members.at[other], &route))
			continue; /* one socket in both roles */
		others.all++;
		others.silent += members_silent(&r->members, other);
		if (pair)
			pairs_remind(&r->pairs, pair, own->responder, unmet, now);
		else
			meet(r, slot, other, now);
	}
	return others;
}

uint64_t rooms_next_intro(struct rooms *r, const struct member **own, const struct member **peer,
                          uint64_t now)
{
	unsigned side;
	uint32_t slot;
	const struct pair *pair;
	do {
		slot = pairs_next_intro(&r->pairs, &side, now);
		pair = &r->pairs.at[slot];
	} while (slot && !members_tell(&r->members, pair->members[side]));
	if (!slot)
		return 0;
	*own = &r->members.at[pair->members[side]];
	*peer = &r->members.at[pair->members[!side]];
	return pair->id;
}

/* ---- staying, moving ---- */

/* The member is at another host now: of two pairs with members of one host, one ends. */
static void settle(struct rooms *r, uint32_t slot, uint64_t now)
{
	const struct member *own = &r->members.at[slot];
	for (size_t i = 0; i < MEMBERS_OF_ROLE && members_nameplate(own->token); i++) {
		uint32_t other = partner(r, own, i);
		if (other && !clear_way(r, slot, other, now))
			end_pair(r, own->pairs[i]);
	}
}

static void move(struct rooms *r, uint32_t slot, const struct route *to, uint64_t now)
{
	const struct member *own = &r->members.at[slot];
	bool away = !addr_same_host(&own->remote, &to->remote);
	members_move(&r->members, slot, to);
	if (away)
		settle(r, slot, now);
	for (size_t i = 0; i < MEMBERS_OF_ROLE; i++)
		if (own->pairs[i])
			pairs_introduce(&r->pairs, own->pairs[i], now);
}

bool rooms_keep(struct rooms *r, uint32_t slot, const struct route *from, bool keeps, uint64_t now)
{
	bool moves = !members_reached(&r->members.at[slot], from);
	if (moves && !members_may_move(&r->members, slot, &from->remote))
		return false;
	if (moves)
		move(r, slot, from, now);
	members_refresh(&r->members, slot, &from->local, keeps, now);
	members_heard(&r->members, slot);
	return true;
}

void rooms_touch(struct rooms *r, uint32_t slot, const struct route *from, uint64_t now)
{
	const struct member *own = &r->members.at[slot];
	members_refresh(&r->members, slot, &from->local, own->keeps, now);
	for (size_t i = 0; i < MEMBERS_OF_ROLE; i++)
		if (own->pairs[i])
			pairs_touch(&r->pairs, own->pairs[i], now);
}

/* ---- forwarding ---- */

/* Which member of the pair sends from there; PAIR_SIDES: neither. */
static unsigned side_of(const struct rooms *r, uint32_t pair, const struct route *from)
{
	unsigned side = 0;
	if (!pair)
		return PAIR_SIDES;
	while (side < PAIR_SIDES &&
	       !members_reached(&r->members.at[r->pairs.at[pair].members[side]], from))
		side++;
	return side;
}

enum rooms_passage rooms_forward(struct rooms *r, const struct route *from, struct span forward,
                                 struct route *to, uint64_t now)
{
	uint32_t pair = pairs_find(&r->pairs, load_be64(forward.at + 1));
	unsigned side = side_of(r, pair, from);
	if (side == PAIR_SIDES)
		return pair ? ROOMS_NOT_OURS : ROOMS_NO_PAIR;
	bool says = forward.len > FORWARD_HEADER;
	pairs_acknowledge(&r->pairs, pair, side, says, now);
	members_heard(&r->members, r->pairs.at[pair].members[side]);
	if (!says)
		return ROOMS_EMPTY;
	const uint32_t *both = r->pairs.at[pair].members;
	const struct member *own = &r->members.at[both[side]], *other = &r->members.at[both[!side]];
	uint32_t kbit = access_pair_kbit(r->access, own->key, other->key, r->relay_kbit);
	if (!pairs_carry(&r->pairs, pair, forward.len, kbit, now))
		return ROOMS_TOO_MUCH;
	*to = members_route(other);
	return ROOMS_PASSES;
}
