/* rooms: see rooms.h. A member knows the places of its pairs and a pair those of its members. */
#include "transport/rooms.h"

#include "base/assert.h"

enum { EXPIRE_BATCH = 64 };

#define MEMBER_US (90 * SECOND)

bool rooms_init(struct rooms *r, size_t members_max, size_t pairs_max, struct random *random)
{
	r->random = random;
	return members_init(&r->members, members_max, random) && pairs_init(&r->pairs, pairs_max);
}

void rooms_free(struct rooms *r)
{
	members_free(&r->members);
	pairs_free(&r->pairs);
}

static void end_pair(struct rooms *r, uint32_t pair)
{
	for (unsigned side = 0; side < PAIR_SIDES; side++) {
		struct member *member = &r->members.at[r->pairs.at[pair].members[side]];
		for (size_t i = 0; i < ROOM_ROLE_MAX; i++)
			if (member->pairs[i] == pair)
				member->pairs[i] = 0;
	}
	pairs_remove(&r->pairs, pair);
}

void rooms_leave(struct rooms *r, uint32_t slot)
{
	const struct member *member = &r->members.at[slot];
	for (size_t i = 0; i < ROOM_ROLE_MAX; i++)
		if (member->pairs[i])
			end_pair(r, member->pairs[i]);
	members_remove(&r->members, slot);
}

void rooms_link_down(struct rooms *r, uint16_t link)
{
	uint32_t slot;
	while ((slot = members_first_on(&r->members, link)) != 0)
		rooms_leave(r, slot);
}

static uint64_t members_deadline(const struct rooms *r)
{
	uint32_t oldest = members_oldest(&r->members);
	return oldest ? r->members.at[oldest].joined_at + MEMBER_US : NEVER;
}

void rooms_expire(struct rooms *r, uint64_t now)
{
	uint32_t slot;
	for (int i = 0; i < EXPIRE_BATCH && (slot = pairs_idle(&r->pairs, now)) != 0; i++)
		end_pair(r, slot);
	for (int i = 0; i < EXPIRE_BATCH && members_deadline(r) <= now; i++)
		rooms_leave(r, members_oldest(&r->members));
}

uint64_t rooms_deadline(const struct rooms *r)
{
	uint64_t members = members_deadline(r), pairs = pairs_deadline(&r->pairs);
	return members < pairs ? members : pairs;
}

bool rooms_have_place(const struct rooms *r, const uint8_t token[static ROOM_TOKEN], bool responder)
{
	uint32_t room[LIMIT_ROOM_MEMBERS];
	size_t count = members_of_room(&r->members, token, room), same = 0;
	for (size_t i = 0; i < count; i++)
		same += r->members.at[room[i]].responder == responder;
	return count < LIMIT_ROOM_MEMBERS && same < ROOM_ROLE_MAX;
}

/* The pair of two members; 0: none. */
static uint32_t pair_of(const struct rooms *r, uint32_t a, uint32_t b)
{
	for (size_t i = 0; i < ROOM_ROLE_MAX; i++) {
		const struct pair *pair = &r->pairs.at[r->members.at[a].pairs[i]];
		if (r->members.at[a].pairs[i] && (pair->members[0] == b || pair->members[1] == b))
			return r->members.at[a].pairs[i];
	}
	return 0;
}

static void remember_pair(struct member *member, uint32_t pair)
{
	size_t i = 0;
	while (i < ROOM_ROLE_MAX && member->pairs[i])
		i++;
	assert(i < ROOM_ROLE_MAX); /* there are no more of the other role */
	member->pairs[i] = pair;
}

static void pair_up(struct rooms *r, uint32_t initiator, uint32_t responder, uint64_t now)
{
	uint32_t pair = pairs_add(&r->pairs, initiator, responder, r->random, now);
	if (!pair)
		return;
	remember_pair(&r->members.at[initiator], pair);
	remember_pair(&r->members.at[responder], pair);
}

uint8_t rooms_introduce(struct rooms *r, uint32_t slot, uint64_t now)
{
	uint32_t room[LIMIT_ROOM_MEMBERS];
	const struct member *own = &r->members.at[slot];
	size_t count = members_of_room(&r->members, own->token, room);
	uint8_t others = 0;

	for (size_t i = 0; i < count; i++) {
		const struct member *other = &r->members.at[room[i]];
		if (other->responder == own->responder)
			continue;
		if (route_same(&other->route, &own->route)) /* one socket in both roles */
			continue;
		others++;
		uint32_t pair = pair_of(r, slot, room[i]);
		if (pair)
			pairs_remind(&r->pairs, pair, r->pairs.at[pair].members[1] == slot, now);
		else if (own->responder)
			pair_up(r, room[i], slot, now);
		else
			pair_up(r, slot, room[i], now);
	}
	return others;
}

void rooms_move(struct rooms *r, uint32_t slot, const struct route *to, uint64_t now)
{
	members_move(&r->members, slot, to);
	for (size_t i = 0; i < ROOM_ROLE_MAX; i++)
		if (r->members.at[slot].pairs[i])
			pairs_introduce(&r->pairs, r->members.at[slot].pairs[i], now);
}
