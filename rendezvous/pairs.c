#include "rendezvous/pairs.h"

#include <stdlib.h>

#include "base/assert.h"

enum {
	FREE_BYTES = 64 * 1024,  /* of a pair's first minute: handshakes and candidates */
	BURST_BYTES = 16 * 1024, /* at least, after that */
	KBIT_BYTES = 1000 / 8,
	BUSY_S = 20,
	USED_S = 2 /* a pair that is silent for so long does without us */
};

#define FREE_US  (60 * SECOND)
#define IDLE_US  (300 * SECOND)
#define NEW_US   (10 * SECOND) /* a pair that has no direct path by now hardly gets one */
#define TOUCH_US SECOND        /* a busy pair moves in by_age so often and no more */

/* Two links, and a chain with at most two heads a place. */
_Static_assert(sizeof(struct pair) + 2 * sizeof(struct slots_link) + 3 * sizeof(uint32_t) <=
                   PAIRS_MEMORY,
               "a pair costs little");

static const uint64_t delays_us[INTRO_STAGES] = { 0, 100 * MS, 200 * MS, 400 * MS };

bool pairs_init(struct pairs *p, size_t max)
{
	assert(max > 0);
	assert(max < 1 << 28);
	p->at = calloc(max + 1, sizeof *p->at);
	p->neighbours = calloc(max + 1, sizeof *p->neighbours);
	return p->at != NULL && p->neighbours != NULL && slots_init(&p->places, (uint32_t)max) &&
	       slots_chains_init(&p->by_id, (uint32_t)max);
}

void pairs_free(struct pairs *p)
{
	free(p->at);
	free(p->neighbours);
	slots_free(&p->places);
	slots_chains_free(&p->by_id);
}

uint32_t pairs_find(const struct pairs *p, uint64_t id)
{
	uint32_t slot = slots_chains_first(&p->by_id, id);
	while (slot && p->at[slot].id != id)
		slot = slots_chains_next(&p->by_id, slot);
	return slot;
}

uint32_t pairs_add(struct pairs *p, uint32_t initiator, uint32_t responder, struct random *random,
                   uint64_t now)
{
	uint64_t id;
	uint32_t slot = slots_take(&p->places, &p->by_age);
	if (!slot)
		return 0;
	do {
		id = random_u64(random);
	} while (id == 0 || pairs_find(p, id));

	struct pair *pair = &p->at[slot];
	*pair = (struct pair){ .id = id, .members = { initiator, responder } };
	pair->made_at = pair->touched_at = now;
	pair->stage = INTRO_STAGES;
	slots_chains_insert(&p->by_id, id, slot);
	pairs_introduce(p, slot, now);
	return slot;
}

static void stop_introducing(struct pairs *p, uint32_t slot)
{
	struct pair *pair = &p->at[slot];
	if (pair->stage < INTRO_STAGES)
		slots_list_remove(&p->due[pair->stage], p->neighbours, slot);
	pair->stage = INTRO_STAGES;
}

static void set_stage(struct pairs *p, uint32_t slot, unsigned stage)
{
	stop_introducing(p, slot);
	p->at[slot].side = 0;
	p->at[slot].stage = (uint8_t)stage;
	if (stage < INTRO_STAGES)
		slots_list_append(&p->due[stage], p->neighbours, slot);
}

void pairs_remove(struct pairs *p, uint32_t slot)
{
	stop_introducing(p, slot);
	slots_chains_remove(&p->by_id, p->at[slot].id, slot);
	slots_give(&p->places, &p->by_age, slot);
}

void pairs_introduce(struct pairs *p, uint32_t slot, uint64_t now)
{
	struct pair *pair = &p->at[slot];
	pair->introduced_at = now;
	pair->acknowledged[0] = pair->acknowledged[1] = false;
	set_stage(p, slot, 0);
}

void pairs_remind(struct pairs *p, uint32_t slot, unsigned side, bool lost, uint64_t now)
{
	struct pair *pair = &p->at[slot];
	bool over = pair->acknowledged[side] ? lost : pair->stage >= INTRO_STAGES;
	if (!over)
		return;
	pair->acknowledged[side] = false;
	pair->introduced_at = now;
	set_stage(p, slot, 0);
}

/* Never 0. */
static uint32_t seconds(uint64_t now)
{
	return (uint32_t)(now / SECOND) + 1;
}

void pairs_touch(struct pairs *p, uint32_t slot, uint64_t now)
{
	struct pair *pair = &p->at[slot];
	if (now - pair->touched_at < TOUCH_US)
		return;
	pair->touched_at = now;
	slots_move(&p->places, &p->by_age, &p->by_age, slot);
}

void pairs_acknowledge(struct pairs *p, uint32_t slot, unsigned side, bool says, uint64_t now)
{
	struct pair *pair = &p->at[slot];
	pair->acknowledged[side] = true;
	if (pair->acknowledged[!side])
		stop_introducing(p, slot);
	if (says)
		pair->said_s[side] = seconds(now);
	pairs_touch(p, slot, now);
}

bool pairs_busy(const struct pairs *p, uint32_t slot, uint64_t now)
{
	for (unsigned side = 0; side < PAIR_SIDES; side++) {
		uint32_t said_s = p->at[slot].said_s[side];
		if (said_s == 0 || seconds(now) - said_s > BUSY_S)
			return false;
	}
	return true;
}

/* Before they have said anything, they have just been introduced. */
static bool is_settled(const struct pair *pair, uint64_t now)
{
	uint64_t age = now - pair->made_at;
	bool used = age < USED_S * SECOND;
	for (unsigned side = 0; side < PAIR_SIDES; side++)
		used |= pair->said_s[side] && seconds(now) - pair->said_s[side] <= USED_S;
	return !used || age >= NEW_US;
}

bool pairs_settled(const struct pairs *p, uint64_t now)
{
	uint32_t slot = p->by_age.last;
	/* whoever was touched before that has said nothing since */
	while (slot && now - p->at[slot].touched_at < 2 * USED_S * SECOND &&
	       is_settled(&p->at[slot], now))
		slot = p->places.links[slot].before;
	return slot == 0 || is_settled(&p->at[slot], now);
}

uint32_t pairs_next_intro(struct pairs *p, unsigned *side, uint64_t now)
{
	for (unsigned stage = 0; stage < INTRO_STAGES; stage++) {
		uint32_t slot;
		while ((slot = p->due[stage].first) != 0) {
			struct pair *pair = &p->at[slot];
			if (now < pair->introduced_at + delays_us[stage])
				break;
			while (pair->side < PAIR_SIDES && pair->acknowledged[pair->side])
				pair->side++;
			if (pair->side < PAIR_SIDES) {
				*side = pair->side++;
				return slot;
			}
			set_stage(p, slot, stage + 1);
		}
	}
	return 0;
}

bool pairs_carry(struct pairs *p, uint32_t slot, size_t len, uint32_t relay_kbit, uint64_t now)
{
	struct pair *pair = &p->at[slot];
	if (now - pair->made_at < FREE_US && len <= FREE_BYTES - pair->carried) {
		pair->carried += (uint32_t)len;
		return true;
	}
	uint64_t rate = (uint64_t)relay_kbit * KBIT_BYTES;
	return rate > 0 &&
	       bucket_take(&pair->relay, len, rate, rate > BURST_BYTES ? rate : BURST_BYTES, now);
}

uint32_t pairs_idle(const struct pairs *p, uint64_t now)
{
	uint32_t slot = p->by_age.first;
	return slot && now - p->at[slot].touched_at >= IDLE_US ? slot : 0;
}

uint64_t pairs_deadline(const struct pairs *p)
{
	uint64_t deadline = p->by_age.first ? p->at[p->by_age.first].touched_at + IDLE_US : NEVER;
	for (unsigned stage = 0; stage < INTRO_STAGES; stage++) {
		uint32_t slot = p->due[stage].first;
		if (slot && p->at[slot].introduced_at + delays_us[stage] < deadline)
			deadline = p->at[slot].introduced_at + delays_us[stage];
	}
	return deadline;
}
