/* sent: see sent.h. A packet lives in the slot of its number in a ring, from its sending until the
 * fates of its frames were taken. Acknowledgments and losses take from the old end of a path's
 * list, so that both cost as much as they settle. */
#include "session/sent.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "session/codes.h"

enum { NOWHERE = 0xffff, SLOTS_FIRST = 64 };

_Static_assert((LIMIT_SENT & (LIMIT_SENT - 1)) == 0, "slots are found by a mask");
_Static_assert((int)LIMIT_SENT < (int)NOWHERE, "a slot's index is 16 bits");

/* FATE_LINE: what is of the chat goes once more, as if it were lost. */
enum fate { FATE_NONE, FATE_ACKED, FATE_LOST, FATE_LINE };

bool sent_init(struct sent *s)
{
	*s = (struct sent){ .fate_first = NOWHERE, .fate_last = NOWHERE };
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		for (unsigned k = 0; k < SENT_TRACKS; k++)
			s->tracks[i][k] = (struct sent_track){ NOWHERE, NOWHERE, 0, 0 };
		s->next_order[i] = 1;
	}
	s->slots = calloc(SLOTS_FIRST, sizeof s->slots[0]);
	s->slots_count = s->slots == NULL ? 0 : SLOTS_FIRST;
	return s->slots != NULL;
}

void sent_free(struct sent *s)
{
	free(s->slots);
	s->slots = NULL;
}

/* ---- lists ---- */

static struct sent_slot *slot_of(struct sent *s, uint64_t number)
{
	return &s->slots[number & (s->slots_count - 1)];
}

static uint16_t index_of(const struct sent *s, const struct sent_slot *slot)
{
	return (uint16_t)(slot - s->slots);
}

static void take_off(struct sent *s, struct sent_slot *slot)
{
	struct sent_track *t = &s->tracks[slot->packet.path][slot->where];

	if (slot->where == SENT_NOWHERE)
		return;
	if (slot->older == NOWHERE)
		t->oldest = slot->newer;
	else
		s->slots[slot->older].newer = slot->newer;
	if (slot->newer == NOWHERE)
		t->newest = slot->older;
	else
		s->slots[slot->newer].older = slot->older;
	t->count--;
	t->lines -= slot->packet.line;
	s->count -= slot->where == SENT_FLYING;
	slot->where = SENT_NOWHERE;
}

static void put_on(struct sent *s, struct sent_slot *slot, enum sent_where where)
{
	struct sent_track *t = &s->tracks[slot->packet.path][where];

	slot->older = t->newest;
	slot->newer = NOWHERE;
	if (t->newest == NOWHERE)
		t->oldest = index_of(s, slot);
	else
		s->slots[t->newest].newer = index_of(s, slot);
	t->newest = index_of(s, slot);
	slot->where = (uint8_t)where;
	t->count++;
	t->lines += slot->packet.line;
	s->count += where == SENT_FLYING;
}

const struct sent_packet *sent_oldest(const struct sent *s, unsigned path)
{
	uint16_t oldest = s->tracks[path][SENT_FLYING].oldest;

	return oldest == NOWHERE ? NULL : &s->slots[oldest].packet;
}

/* ---- sending ---- */

static bool reusable(const struct sent_slot *slot)
{
	return slot->fate == FATE_NONE && (slot->where != SENT_FLYING || slot->packet.handed_back);
}

bool sent_room(const struct sent *s, uint64_t number)
{
	return reusable(&s->slots[number & (s->slots_count - 1)]);
}

/* Where the table's packet of this place has its place among count. */
static uint16_t moved(const struct sent *s, uint16_t index, uint32_t count)
{
	return index == NOWHERE ? index : (uint16_t)(s->slots[index].packet.number & (count - 1));
}

/* Gives the table so many places. False: no memory. */
static bool grow(struct sent *s, uint32_t count)
{
	struct sent_slot *slots = calloc(count, sizeof slots[0]);

	if (slots == NULL)
		return false;
	for (uint32_t i = 0; i < s->slots_count; i++) {
		struct sent_slot *to = &slots[s->slots[i].packet.number & (count - 1)];

		if (s->slots[i].where == SENT_NOWHERE && s->slots[i].fate == FATE_NONE)
			continue;
		*to = s->slots[i];
		to->older = moved(s, to->older, count);
		to->newer = moved(s, to->newer, count);
		to->fate_next = moved(s, to->fate_next, count);
	}
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		for (unsigned k = 0; k < SENT_TRACKS; k++) {
			struct sent_track *t = &s->tracks[i][k];

			t->oldest = moved(s, t->oldest, count);
			t->newest = moved(s, t->newest, count);
		}
	}
	s->fate_first = moved(s, s->fate_first, count);
	s->fate_last = moved(s, s->fate_last, count);
	free(s->slots);
	s->slots = slots;
	s->slots_count = count;
	return true;
}

void sent_make_room(struct sent *s, uint64_t number)
{
	while (!sent_room(s, number) && s->slots_count < LIMIT_SENT) {
		if (!grow(s, 2 * s->slots_count))
			break;
	}
}

struct sent_packet sent_add(struct sent *s, struct sent_packet packet,
                            const struct sent_frame *frames, size_t count)
{
	struct sent_slot *slot = slot_of(s, packet.number);
	struct sent_packet evicted = { .order = 0 };

	assert(reusable(slot));
	assert(count <= SENT_FRAMES_MAX);
	if (slot->where == SENT_FLYING)
		evicted = slot->packet;
	take_off(s, slot);
	packet.order = s->next_order[packet.path]++;
	*slot = (struct sent_slot){ .packet = packet, .count = (uint8_t)count };
	for (size_t i = 0; i < count; i++)
		slot->frames[i] = frames[i];
	put_on(s, slot, SENT_FLYING);
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
			*lost = slot->fate != FATE_ACKED;
			if (slot->fate == FATE_LINE &&
			    (frame->kind != SENT_STREAM || frame->stream != STREAM_CHAT))
				continue;
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
	struct sent_slot *slot = &s->slots[s->tracks[path][SENT_FLYING].oldest];
	struct sent_track *late = &s->tracks[path][SENT_LATE];

	take_off(s, slot);
	if (!slot->packet.handed_back)
		decide(s, slot, FATE_LOST);
	if (late->count == SENT_LATE_MAX)
		take_off(s, &s->slots[late->oldest]);
	put_on(s, slot, SENT_LATE);
}

void sent_forget_late(struct sent *s, unsigned path, uint64_t before)
{
	const struct sent_track *late = &s->tracks[path][SENT_LATE];

	while (late->oldest != NOWHERE && s->slots[late->oldest].packet.sent_at < before)
		take_off(s, &s->slots[late->oldest]);
}

void sent_hand_back(struct sent *s, unsigned path, size_t most)
{
	for (uint16_t i = s->tracks[path][SENT_FLYING].oldest; i != NOWHERE && most > 0;
	     i = s->slots[i].newer) {
		struct sent_slot *slot = &s->slots[i];

		if (slot->packet.handed_back)
			continue;
		slot->packet.handed_back = true;
		decide(s, slot, FATE_LOST);
		most--;
	}
}

uint64_t sent_repeat(struct sent *s, unsigned path, uint64_t by)
{
	bool done = false;

	for (uint16_t i = s->tracks[path][SENT_FLYING].oldest; i != NOWHERE;
	     i = s->slots[i].newer) {
		struct sent_packet *packet = &s->slots[i].packet;

		if (!packet->line)
			continue;
		if (done || packet->sent_at > by)
			return packet->sent_at;
		done = true;
		packet->line = false;
		s->tracks[path][SENT_FLYING].lines--;
		if (!packet->handed_back)
			decide(s, &s->slots[i], FATE_LINE);
	}
	return NEVER;
}

/* ---- acknowledgments ---- */

static void acked(struct sent *s, struct sent_slot *slot, struct sent_sum *sum)
{
	take_off(s, slot);
	decide(s, slot, FATE_ACKED);
	sum->bytes += slot->packet.bytes;
	sum->calm += slot->packet.stamp.calm ? slot->packet.bytes : 0;
	if (slot->packet.order > sum->newest.order)
		sum->newest = slot->packet;
}

/* Goes through the packets of a track, oldest first. */
static void ack_by_track(struct sent *s, const struct sent_track *track, const struct frame *ack,
                         struct sent_sum *sum)
{
	const struct range *ranges = ack->as.ack.ranges;
	size_t left = ack->as.ack.count; /* those above the packets seen so far, from the lowest */

	for (uint16_t i = track->oldest; i != NOWHERE;) {
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
                          struct sent_sum *sum)
{
	for (size_t i = ack->as.ack.count; i-- > 0;) {
		const struct range *range = &ack->as.ack.ranges[i];

		for (uint64_t n = max_of(range->from, oldest); n < range->to; n++) {
			struct sent_slot *slot = slot_of(s, n);

			s->looked_at++;
			if (slot->where == SENT_FLYING && slot->packet.number == n &&
			    slot->packet.path == path)
				acked(s, slot, sum);
		}
	}
}

struct sent_acked sent_ack(struct sent *s, unsigned path, const struct frame *ack)
{
	struct sent_acked sum = { .acked = { .bytes = 0 } };
	const struct sent_packet *first = sent_oldest(s, path);
	uint64_t named = 0;

	ack_by_track(s, &s->tracks[path][SENT_LATE], ack, &sum.late);
	if (first == NULL)
		return sum;
	uint64_t oldest = first->number;
	for (size_t i = 0; i < ack->as.ack.count && ack->as.ack.ranges[i].to > oldest; i++)
		named += ack->as.ack.ranges[i].to - max_of(ack->as.ack.ranges[i].from, oldest);
	if (named <= s->tracks[path][SENT_FLYING].count)
		ack_by_number(s, path, ack, oldest, &sum.acked);
	else
		ack_by_track(s, &s->tracks[path][SENT_FLYING], ack, &sum.acked);
	return sum;
}
