/* rooms: FORWARD packets at a server, rendezvous/rooms, with up to two pairs of three members, in
 * any state, and with keys or without; of up to so many bytes, and of any length. */
#include "rendezvous/rooms.c"
#include "proofs/states/any.h"

enum { PAIRS = 2, MEMBERS = 3 };

static struct pair pairs[PAIRS + 1];
static struct slots_link ages[PAIRS + 1], neighbours[PAIRS + 1];
static uint32_t heads[PAIRS], next[PAIRS + 1];
static struct member members[MEMBERS + 1];
static struct access access;
static uint8_t longest[LIMIT_WIRE];

static struct rooms r = {
	.members.at = members,
	.pairs = { .at = pairs,
	           .places = { .links = ages, .max = PAIRS },
	           .neighbours = neighbours,
	           .by_id = { .heads = heads, .next = next, .mask = PAIRS - 1 } },
};

/* As pairs_add, and what may have become of it since. */
static void any_pair(uint64_t now)
{
	uint32_t slot = slots_take(&r.pairs.places, &r.pairs.by_age);
	int stage = Frama_C_interval(0, INTRO_STAGES);
	//@ split stage;
	;
	struct pair *pair = &pairs[slot];
	Frama_C_make_unknown((char *)pair, sizeof *pair);
	pair->members[0] = (uint32_t)Frama_C_interval(1, MEMBERS);
	pair->members[1] = (uint32_t)Frama_C_interval(1, MEMBERS);
	pair->made_at = any_number(now);
	pair->touched_at = any_number(now);
	pair->introduced_at = any_number(now);
	pair->carried = (uint32_t)Frama_C_interval(0, 64 * 1024);
	pair->acknowledged[0] = any_bool();
	pair->acknowledged[1] = any_bool();
	pair->side = (uint8_t)Frama_C_interval(0, PAIR_SIDES);
	pair->stage = (uint8_t)stage;
	if (stage < INTRO_STAGES)
		slots_list_append(&r.pairs.due[stage], neighbours, slot);
}

static void find(uint32_t slot)
{
	slots_chains_insert(&r.pairs.by_id, pairs[slot].id, slot);
}

/* Either pair may be the older one, and the first in a chain. */
static void any_order(void)
{
	bool moved = any_bool(), first = any_bool();
	//@ split moved;
	;
	//@ split first;
	;
	if (moved)
		slots_move(&r.pairs.places, &r.pairs.by_age, &r.pairs.by_age, 1);
	find(first ? 1 : 2);
	find(first ? 2 : 1);
}

static void read_one(struct span forward)
{
	struct route from = { .kind = any_bool() ? ROUTE_TCP : ROUTE_UDP }, to = { .kind = NULL };
	uint64_t now = any_number(NEVER / 2);
	from.link = (uint16_t)Frama_C_interval(0, UINT16_MAX);
	from.remote = any_addr();
	enum rooms_passage passage = rooms_forward(&r, &from, forward, &to, now);
	if (passage == ROOMS_PASSES && to.kind != ROUTE_TCP && to.kind != ROUTE_UDP)
		base_panic("rooms_forward", 0);
	/* There is no pair 0, and no member. */
	if (pairs[0].acknowledged[0] || pairs[0].acknowledged[1])
		base_panic("rooms_forward", 0);
}

static void read_short(size_t len)
{
	read_one(any_bytes(len));
	for (size_t i = 1; i <= PAIRS; i++)
		if (pairs[i].carried > 64 * 1024)
			base_panic("pairs_carry", 0);
}

int main(void)
{
	int count = Frama_C_interval(0, PAIRS);
	uint64_t now = any_number(NEVER / 2);
	//@ split count;
	;
	Frama_C_make_unknown((char *)&members[1], MEMBERS * sizeof members[1]);
	Frama_C_make_unknown((char *)&access, sizeof access);
	for (int i = 0; i < count; i++)
		any_pair(now);
	if (count == PAIRS)
		any_order();
	else if (count > 0)
		find(1);
	r.relay_kbit = (uint32_t)any_number(UINT32_MAX);
	r.access = any_bool() ? &access : NULL;
	for (size_t len = FORWARD_HEADER; len <= LEN; len++)
		read_short(len);
	read_one(span_of(longest, (size_t)Frama_C_interval(FORWARD_HEADER, LIMIT_WIRE)));
}
