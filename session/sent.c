/* sent: see sent.h. A packet lives in the slot of its number in a ring, from its sending until the
 * fates of its frames were taken. Acknowledgments and losses take from the old end of a path's
 * list, so that both cost as much as they settle. */
#include "session/sent.h"

#include "base/assert.h"
#include "base/min_max.h"

enum { NOWHERE = 0xffff };

_Static_assert((LIMIT_SENT & (LIMIT_SENT - 1)) == 0, "slots are found by a mask");
_Static_assert((int)LIMIT_SENT < (int)NOWHERE, "a slot's index is 16 bits");

enum fate { FATE_NONE, FATE_ACKED, FATE_LOST };

void sent_init(struct sent *s)
{
	s->fate_first = s->fate_last = NOWHERE;
	for (unsigned i = 0; i < LIMIT_PATHS; i++)
		s->tracks[i] = (struct sent_track){ NOWHERE, NOWHERE, 0, 1 };
}

/* ---- lists ---- */

static struct sent_slot *slot_of(struct sent *s, uint64_t number)
{
	return &s->slots[number & (LIMIT_SENT - 1)];
}

static uint16_t index_of(const struct sent *s, const struct sent_slot *slot)
{
	return (uint16_t)(slot - s->slots);
}

static void take_off(struct sent *s, struct sent_slot *slot)
{
	struct sent_track *t = &s->tracks[slot->packet.path];

	if (slot->older == NOWHERE)
		t->oldest = slot->newer;
	else
		s->slots[slot->older].newer = slot->newer;
	if (slot->newer == NOWHERE)
		t->newest = slot->older;
	else
		s->slots[slot->newer].older = slot->older;
	slot->flying = false;
	t->count--;
	s->count--;
}

static void put_on(struct sent *s, struct sent_slot *slot)
{
	struct sent_track *t = &s->tracks[slot->packet.path];

	slot->older = t->newest;
	slot->newer = NOWHERE;
	if (t->newest == NOWHERE)
		t->oldest = index_of(s, slot);
	else
		s->slots[t->newest].newer = index_of(s, slot);
	t->newest = index_of(s, slot);
	slot->flying = true;
	t->count++;
	s->count++;
}

const struct sent_packet *sent_oldest(const struct sent *s, unsigned path)
{
	uint16_t oldest = s->tracks[path].oldest;

	return oldest == NOWHERE ? NULL : &s->slots[oldest].packet;
}

/* ---- sending ---- */

static bool reusable(const struct sent_slot *slot)
{
	return slot->fate == FATE_NONE && (!slot->flying || slot->packet.handed_back);
}

bool sent_room(const struct sent *s, uint64_t number)
{
	return reusable(&s->slots[number & (LIMIT_SENT - 1)]);
}

struct sent_packet sent_add(struct sent *s, uint64_t number, unsigned path, size_t bytes,
                            const struct sent_frame *frames, size_t count, uint64_t now)
{
	struct sent_slot *slot = slot_of(s, number);
	struct sent_packet evicted = { .order = 0 };

	assert(reusable(slot));
	assert(count <= SENT_FRAMES_MAX);
	if (slot->flying) {
		take_off(s, slot);
		evicted = slot->packet;
	}
	*slot = (struct sent_slot){ .packet = { .number = number,
		                                .order = s->tracks[path].next_order++,
		                                .sent_at = now,
		                                .bytes = (uint32_t)bytes,
		                                .path = (uint8_t)path },
		                    .count = (uint8_t)count };
	for (size_t i = 0; i < count; i++)
		slot->frames[i] = frames[i];
	put_on(s, slot);
	return evicted;
}

/* ---- fates ---- */

static void decide(struct sent *s, struct sent_slot *slot, enum fate fate)
{
	bool waits = slot->fate != FATE_NONE;

	slot->fate = (uint8_t)fate;
	slot->taken = 0;
	if (waits)
		return;
	slot->fate_next = NOWHERE;
	if (s->fate_last == NOWHERE)
		s->fate_first = index_of(s, slot);
	else
		s->slots[s->fate_last].fate_next = index_of(s, slot);
	s->fate_last = index_of(s, slot);
}

bool sent_take(struct sent *s, struct sent_frame *frame, bool *lost)
{
	while (s->fate_first != NOWHERE) {
		struct sent_slot *slot = &s->slots[s->fate_first];

		if (slot->taken < slot->count) {
			*frame = slot->frames[slot->taken++];
			*lost = slot->fate == FATE_LOST;
			return true;
		}
		slot->fate = FATE_NONE;
		s->fate_first = slot->fate_next;
		if (s->fate_first == NOWHERE)
			s->fate_last = NOWHERE;
	}
	return false;
}

void sent_lose_oldest(struct sent *s, unsigned path)
{
	struct sent_slot *slot = &s->slots[s->tracks[path].oldest];

	take_off(s, slot);
	if (!slot->packet.handed_back)
		decide(s, slot, FATE_LOST);
}

void sent_hand_back(struct sent *s, unsigned path, size_t most)
{
	for (uint16_t i = s->tracks[path].oldest; i != NOWHERE && most > 0; i = s->slots[i].newer) {
		struct sent_slot *slot = &s->slots[i];

		if (slot->packet.handed_back)
			continue;
		slot->packet.handed_back = true;
		decide(s, slot, FATE_LOST);
		most--;
	}
}

/* ---- acknowledgments ---- */

static void acked(struct sent *s, struct sent_slot *slot, struct sent_acked *sum)
{
	take_off(s, slot);
	decide(s, slot, FATE_ACKED);
	sum->bytes += slot->packet.bytes;
	if (slot->packet.order > sum->newest.order)
		sum->newest = slot->packet;
}

/* Goes through the packets in flight, oldest first. */
static void ack_by_flight(struct sent *s, unsigned path, const struct frame *ack,
                          struct sent_acked *sum)
{
	const struct range *ranges = ack->as.ack.ranges;
	size_t left = ack->as.ack.count; /* those above the packets seen so far, from the lowest */

	for (uint16_t i = s->tracks[path].oldest; i != NOWHERE;) {
		struct sent_slot *slot = &s->slots[i];

		i = slot->newer;
		s->looked_at++;
		while (left > 0 && ranges[left - 1].to <= slot->packet.number)
			left--;
		if (left == 0)
			break;
		if (slot->packet.number >= ranges[left - 1].from)
			acked(s, slot, sum);
	}
}

/* Goes through the numbers that the ranges name, from the oldest packet in flight on. */
static void ack_by_number(struct sent *s, unsigned path, const struct frame *ack, uint64_t oldest,
                          struct sent_acked *sum)
{
	for (size_t i = ack->as.ack.count; i-- > 0;) {
		const struct range *range = &ack->as.ack.ranges[i];

		for (uint64_t n = max_of(range->from, oldest); n < range->to; n++) {
			struct sent_slot *slot = slot_of(s, n);

			s->looked_at++;
			if (slot->flying && slot->packet.number == n && slot->packet.path == path)
				acked(s, slot, sum);
		}
	}
}

struct sent_acked sent_ack(struct sent *s, unsigned path, const struct frame *ack)
{
	struct sent_acked sum = { .bytes = 0 };
	const struct sent_packet *first = sent_oldest(s, path);
	uint64_t named = 0;

	if (first == NULL)
		return sum;
	uint64_t oldest = first->number;
	for (size_t i = 0; i < ack->as.ack.count && ack->as.ack.ranges[i].to > oldest; i++)
		named += ack->as.ack.ranges[i].to - max_of(ack->as.ack.ranges[i].from, oldest);
	if (named <= s->tracks[path].count)
		ack_by_number(s, path, ack, oldest, &sum);
	else
		ack_by_flight(s, path, ack, &sum);
	return sum;
}
