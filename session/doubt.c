#include "session/doubt.h"

#include "base/limits.h"

/* For so long after it began everything is asked often. */
#define HURRY_FOR_US (60 * SECOND)

void doubt_begin(struct doubt *d, unsigned validated, uint64_t next_number, uint64_t now)
{
	*d = (struct doubt){ .on = true, .at = now, .number = next_number, .copies = validated };
}

void doubt_end(struct doubt *d)
{
	d->on = false;
}

bool doubt_sure(const struct doubt *d, uint64_t answered, uint64_t acked)
{
	return answered >= d->at || (acked != UINT64_MAX && acked >= d->number);
}

bool doubt_hurries(const struct doubt *d, uint64_t now)
{
	return d->on && now < d->at + HURRY_FOR_US;
}

int doubt_copy(struct doubt *d, unsigned allowed)
{
	d->copies &= allowed;
	for (int i = 0; i < LIMIT_PATHS; i++) {
		if (d->copies >> i & 1)
			return i;
	}
	return -1;
}

void doubt_copied(struct doubt *d, int path)
{
	d->copies &= ~(1u << path);
}
