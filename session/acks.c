#include "session/acks.h"

#include "base/assert.h"
#include "base/limits.h"
#include "base/min_max.h"

/* What was said so long ago has arrived, or has been asked for again. Who only answers never hears
 * that, and each packet number left out would add a range to all later ACKs. */
#define SETTLED_US (60 * SECOND)

void acks_init(struct acks *a)
{
	*a = (struct acks){ .due_at = NEVER };
	a->received = ranges_of(a->received_at, ACK_RANGES_MAX);
}

/* Makes room by forgetting the oldest interval; a number older than all of them is not worth it. */
static void remember(struct acks *a, uint64_t number)
{
	if (ranges_add(&a->received, number, number + 1))
		return;
	if (number < a->received.at[0].from)
		return;
	ranges_remove_below(&a->received, a->received.at[0].to);
	bool added = ranges_add(&a->received, number, number + 1);
	assert(added);
}

void acks_received(struct acks *a, uint64_t number, bool eliciting, uint64_t now)
{
	bool first = a->received.count == 0;
	uint64_t expected = first ? 0 : acks_largest(a) + 1;
	if (number >= expected && now >= a->largest_at + SETTLED_US && a->due_at == NEVER)
		ranges_remove_below(&a->received, number);
	remember(a, number);
	if (number >= expected)
		a->largest_at = now;
	if (!eliciting)
		return;
	a->eliciting_count++;
	bool at_once = first || number != expected || a->eliciting_count >= 2;
	uint64_t due = at_once ? now : now + RTT_ACK_DELAY_US;
	a->due_at = min_of(a->due_at, due);
}

bool acks_write(struct acks *a, struct writer *w, uint64_t now)
{
	if (!frame_write_ack(w, &a->received, now - a->largest_at))
		return false;
	a->eliciting_count = 0;
	a->due_at = NEVER;
	return true;
}

void acks_again(struct acks *a, uint64_t now)
{
	a->due_at = now;
}

uint64_t acks_largest(const struct acks *a)
{
	return a->received.count > 0 ? a->received.at[a->received.count - 1].to - 1 : 0;
}

/* The largest stays: it is what the next ACK starts from. */
void acks_forget_below(struct acks *a, uint64_t number)
{
	ranges_remove_below(&a->received, min_of(number, acks_largest(a)));
}
