#include "session/budget.h"

#include "base/min_max.h"
#include "session/codes.h"

/* All but what the others have above their first windows. */
static uint64_t left_for(const struct budget *b, const struct stream *at, unsigned used,
                         unsigned place, bool sending)
{
	uint64_t left = b->memory;

	for (unsigned i = STREAM_CHAT; i < used; i++) {
		uint64_t has = sending ? stream_held(&at[i].send) : stream_promised(&at[i].receive);

		if (i != place && has > STREAM_WINDOW_START)
			left -= min_of(has - STREAM_WINDOW_START, left);
	}
	return max_of(left, STREAM_WINDOW_START);
}

uint64_t budget_sending(const struct budget *b, const struct stream *at, unsigned used,
                        unsigned place)
{
	return left_for(b, at, used, place, true);
}

/* What each stream has when all that were given more than their first window have the same. */
static uint64_t part_of(const struct budget *b, const struct stream *at, unsigned used)
{
	unsigned count = 0;

	for (unsigned i = STREAM_CHAT; i < used; i++)
		count += at[i].receive.limit_at != 0 && !stream_ended(&at[i].receive);
	return max_of(b->memory / max_of(count, 1), STREAM_WINDOW_START);
}

uint64_t budget_limit(struct budget *b, struct stream *at, unsigned used, unsigned place,
                      uint64_t round_trip, uint64_t now)
{
	struct stream_receive *r = &at[place].receive;
	uint64_t most = left_for(b, at, used, place, false), part = part_of(b, at, used);

	if (place == STREAM_CONTROL)
		return stream_limit_take(r, UINT64_MAX, round_trip, now);
	if (b->crowded && r->window > part) {
		most = min_of(most, part);
		b->crowded = false;
	}
	uint64_t limit = stream_limit_take(r, most, round_trip, now);
	b->crowded |= r->window == most && most < part;
	return limit;
}
