#include "endpoint/tries.h"

#include "base/min_max.h"

/* The open one of a place; -1: none. */
static int open_of(const struct tries *t, int place)
{
	for (int i = 0; i < LIMIT_CODE_GUESSES; i++) {
		if ((t->shown[i].state == TRY_OPEN || t->shown[i].state == TRY_OVERDUE) &&
		    t->shown[i].place == place)
			return i;
	}
	return -1;
}

bool tries_begin(struct tries *t, int place, const struct source *source, uint64_t now)
{
	if (open_of(t, place) >= 0)
		return true;
	for (int i = 0; i < LIMIT_CODE_GUESSES; i++) {
		if (t->shown[i].state != TRY_LEFT)
			continue;
		t->shown[i].state = TRY_OPEN;
		t->shown[i].place = place;
		t->shown[i].source = *source;
		t->shown[i].since = now;
		return true;
	}
	return false;
}

void tries_good(struct tries *t, int place)
{
	int i = open_of(t, place);

	if (i >= 0)
		t->shown[i].state = TRY_LEFT;
}

void tries_failed(struct tries *t, int place)
{
	int i = open_of(t, place);

	if (i >= 0)
		t->shown[i].state = TRY_FAILED;
}

void tries_timer(struct tries *t, uint64_t now)
{
	for (int i = 0; i < LIMIT_CODE_GUESSES; i++) {
		if (t->shown[i].state == TRY_OPEN && now >= t->shown[i].since + TRIES_OVERDUE_US)
			t->shown[i].state = TRY_OVERDUE;
	}
}

uint64_t tries_deadline(const struct tries *t)
{
	uint64_t at = NEVER;

	for (int i = 0; i < LIMIT_CODE_GUESSES; i++) {
		if (t->shown[i].state == TRY_OPEN)
			at = min_of(at, t->shown[i].since + TRIES_OVERDUE_US);
	}
	return at;
}

static unsigned count(const struct tries *t, int state)
{
	unsigned count = 0;

	for (int i = 0; i < LIMIT_CODE_GUESSES; i++)
		count += (int)t->shown[i].state == state;
	return count;
}

bool tries_left(const struct tries *t)
{
	return count(t, TRY_LEFT) > 0;
}

bool tries_over(const struct tries *t)
{
	return count(t, TRY_FAILED) == LIMIT_CODE_GUESSES;
}

unsigned tries_lost(const struct tries *t)
{
	return count(t, TRY_FAILED) + count(t, TRY_OVERDUE);
}

unsigned tries_of(const struct tries *t, const struct source *source)
{
	unsigned count = 0;

	for (int i = 0; i < LIMIT_CODE_GUESSES; i++)
		count +=
		    t->shown[i].state == TRY_FAILED && source_same(&t->shown[i].source, source);
	return count;
}
