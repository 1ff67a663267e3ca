/* rooms: whatever members do, pairs are those that may be: both ways, within a room, between roles,
 * and in rooms of nameplates one with a host. */
#include "tests/unit/support.h"

#include "rendezvous/rooms.h"

enum { MEMBERS = 24, ROOMS = 4, STEPS = 60000 };

static struct rooms rooms;
static struct test_random chance;
static uint64_t now;

/* Four networks of two hosts, many ports. */
static struct route any_route(void)
{
	struct random *r = &chance.random;
	uint16_t port = (uint16_t)(1 + random_below(r, 1000));
	return (struct route){
		.kind = random_below(r, 4) ? ROUTE_UDP : ROUTE_TCP,
		.link = (uint16_t)(1 + random_below(r, 3)),
		.remote =
		    addr_v4(10, 0, (uint8_t)random_below(r, 4), (uint8_t)random_below(r, 2), port),
	};
}

static bool in_pair(const struct pair *pair, uint32_t slot)
{
	return pair->members[0] == slot || pair->members[1] == slot;
}

static void check_member(uint32_t slot, size_t *ends)
{
	const struct member *own = &rooms.members.at[slot];
	struct addr hosts[MEMBERS_OF_ROLE];
	size_t count = 0;
	for (size_t i = 0; i < MEMBERS_OF_ROLE; i++) {
		if (!own->pairs[i])
			continue;
		const struct pair *pair = &rooms.pairs.at[own->pairs[i]];
		assert_true(in_pair(pair, slot));
		assert_int_equal(pair->members[own->responder], slot);
		const struct member *other = &rooms.members.at[pair->members[!own->responder]];
		assert_memory_equal(other->token, own->token, TOKEN_LEN);
		assert_int_not_equal(other->responder, own->responder);
		size_t back = 0;
		for (size_t j = 0; j < MEMBERS_OF_ROLE; j++)
			back += other->pairs[j] == own->pairs[i];
		assert_int_equal(back, 1);
		for (size_t j = 0; j < count && members_nameplate(own->token); j++)
			assert_false(addr_same_host(&hosts[j], &other->remote));
		hosts[count++] = other->remote;
	}
	*ends += count;
}

/* Everybody, by the list of ages. */
static size_t check_all(uint32_t present[static MEMBERS])
{
	size_t count = 0, ends = 0;
	for (uint32_t slot = members_oldest(&rooms.members, false); slot;
	     slot = rooms.members.places.links[slot].after) {
		const struct member *own = &rooms.members.at[slot];
		struct room room = members_of_room(&rooms.members, own->token);
		size_t of_role = 0;
		for (size_t i = 0; i < room.count; i++)
			of_role += rooms.members.at[room.at[i]].responder == own->responder;
		assert_in_range(of_role, 1, MEMBERS_OF_ROLE);
		check_member(slot, &ends);
		assert_true(count < MEMBERS);
		present[count++] = slot;
	}
	assert_int_equal(count, rooms.members.places.count);
	assert_int_equal(ends, 2 * rooms.pairs.places.count);
	return count;
}

static void comes(void)
{
	struct random *r = &chance.random;
	struct member who = { .responder = false };
	struct route from = any_route();
	members_reach(&who, &from);
	uint64_t room = random_below(r, ROOMS);
	who.responder = random_below(r, 2);
	who.token[room < ROOMS / 2 ? 0 : TOKEN_LEN - 1] =
	    (uint8_t)(1 + room); /* contacts'; numbers */
	random_fill(r, who.secret, SECRET_BYTES);
	uint32_t slot = rooms_enter(&rooms, &who, now);
	if (slot)
		rooms_introduce(&rooms, slot, false, now);
}

/* The member's packet to the other one goes there, and to nobody else. */
static void forward(const struct member *member, uint32_t pair)
{
	uint8_t bytes[FORWARD_HEADER + 1] = { PACKET_FORWARD };
	struct route to, from = members_route(member);
	if (!pair)
		return;
	const struct pair *x = &rooms.pairs.at[pair];
	store_be64(bytes + 1, x->id);
	struct span wire = span_of(bytes, sizeof bytes);
	assert_int_equal(rooms_forward(&rooms, &from, wire, &to, now), ROOMS_PASSES);
	assert_true(members_reached(&rooms.members.at[x->members[!member->responder]], &to));
	to.remote.port = 2000; /* nobody is there */
	assert_int_equal(rooms_forward(&rooms, &to, wire, &to, now), ROOMS_NOT_OURS);
	store_be64(bytes + 1, x->id + 1);
	assert_int_equal(rooms_forward(&rooms, &from, wire, &to, now), ROOMS_NO_PAIR);
}

static void step(uint32_t slot)
{
	struct random *r = &chance.random;
	const struct member *member = &rooms.members.at[slot];
	struct route from = members_route(member);
	uint32_t pair = member->pairs[random_below(r, MEMBERS_OF_ROLE)];
	switch (random_below(r, 8)) {
	case 0: rooms_leave(&rooms, slot); break;
	case 1:
		if (random_below(r, 20) == 0)
			rooms_link_down(&rooms, member->link);
		break;
	case 2:
	case 3: {
		struct route to = any_route();
		rooms_keep(&rooms, slot, &to, false, now);
		break;
	}
	case 4:
	case 5:
		assert_true(rooms_keep(&rooms, slot, &from, false, now));
		rooms_introduce(&rooms, slot, false, now);
		break;
	default: forward(member, pair);
	}
}

static void test_rooms_pairs_are_those_that_may_be(void **state)
{
	(void)state;
	size_t crowded = 0;
	chance = test_random(1);
	now = 1000 * SECOND;
	memset(&rooms, 0, sizeof rooms);
	assert_true(rooms_init(&rooms, MEMBERS, MEMBERS, 1000, NULL, &chance.random));
	for (unsigned i = 0; i < STEPS; i++) {
		uint32_t present[MEMBERS];
		const struct member *own, *peer;
		size_t count = check_all(present);
		now += random_below(&chance.random, 2 * SECOND);
		rooms_timer(&rooms, now);
		while (rooms_next_intro(&rooms, &own, &peer, now))
			assert_int_not_equal(own->responder, peer->responder);
		count = check_all(present);
		crowded += rooms.pairs.places.count > 4;
		if (count == 0 || random_below(&chance.random, 3) == 0)
			comes();
		else
			step(present[random_below(&chance.random, count)]);
	}
	assert_true(crowded > STEPS / 10);
	assert_true(rooms.pushed_out > 100);
	rooms_free(&rooms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rooms_pairs_are_those_that_may_be),
	};
	return cmocka_run_group_tests_name("rooms", tests, NULL, NULL);
}
