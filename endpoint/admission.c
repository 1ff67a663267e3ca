#include "endpoint/admission.h"

#include <string.h>

#include "base/min_max.h"

void admission_init(struct admission *a, unsigned peers, struct random *random)
{
	bytes_clear(a, sizeof *a);
	a->strangers.burst = ADMISSION_BURST;
	a->strangers.refill_us = ADMISSION_REFILL_US;
	a->known.burst = (unsigned)max_of(ADMISSION_BURST, peers);
	a->known.refill_us = ADMISSION_REFILL_KNOWN_US;
	random_fill(random, a->key, sizeof a->key);
}

/* ---- sources ---- */

/* -1: nothing is remembered of it. */
static int find(const struct admission_entry table[static ADMISSION_SOURCES],
                const struct source *s)
{
	for (int i = 0; i < ADMISSION_SOURCES; i++) {
		if (table[i].source.kind != 0 && source_same(&table[i].source, s))
			return i;
	}
	return -1;
}

/* The one to be forgotten first; an empty one, if there is one. */
static int oldest(const struct admission_entry table[static ADMISSION_SOURCES])
{
	int oldest = 0;

	for (int i = 1; i < ADMISSION_SOURCES; i++) {
		if (table[i].at < table[oldest].at)
			oldest = i;
	}
	return oldest;
}

/* What is remembered of it; from now on, if nothing was. */
static struct admission_entry *entry_of(struct admission_entry table[static ADMISSION_SOURCES],
                                        const struct source *s)
{
	int i = find(table, s);

	if (i >= 0)
		return &table[i];
	i = oldest(table);
	table[i] = (struct admission_entry){ .source = *s };
	return &table[i];
}

/* ---- first messages ---- */

static uint64_t mark(const struct admission *a, struct span message)
{
	uint64_t hash = siphash(a->key, message);

	return hash != 0 ? hash : 1; /* 0: an empty place */
}

void admission_remember(struct admission *a, struct span message)
{
	a->seen[a->seen_next] = mark(a, message);
	a->seen_next = (a->seen_next + 1) % ADMISSION_SEEN;
}

bool admission_seen(const struct admission *a, struct span message)
{
	uint64_t hash = mark(a, message);

	for (size_t i = 0; i < ADMISSION_SEEN; i++) {
		if (a->seen[i] == hash)
			return true;
	}
	return false;
}

/* ---- answers ---- */

/* A source has had its answers up to then: now, if all of its ration is left. With as many busy
 * sources as can be remembered, a new one has what refills for one, no burst. */
static uint64_t taken_until(const struct ration *r, const struct source *s, uint64_t now)
{
	int i = find(r->sources, s);

	if (i >= 0)
		return max_of(r->sources[i].at, now);
	bool crowded = r->sources[oldest(r->sources)].at > now;
	return crowded ? now + (r->burst - 1) * r->refill_us : now;
}

bool admission_may(const struct admission *a, const struct source *s, bool known, uint64_t now)
{
	const struct ration *r = known ? &a->known : &a->strangers;

	if (taken_until(r, s, now) - now > (r->burst - 1) * r->refill_us)
		return false;
	return known ||
	       max_of(a->all_at, now) - now <= (ADMISSION_BURST_ALL - 1) * ADMISSION_REFILL_ALL_US;
}

void admission_take(struct admission *a, const struct source *s, bool known, uint64_t now)
{
	struct ration *r = known ? &a->known : &a->strangers;
	uint64_t until = taken_until(r, s, now) + r->refill_us;

	if (!known)
		a->all_at = max_of(a->all_at, now) + ADMISSION_REFILL_ALL_US;
	entry_of(r->sources, s)->at = until;
}

/* ---- sessions ---- */

void admission_spent(struct admission *a, const struct source *s, uint64_t now)
{
	struct admission_entry *e = entry_of(a->spenders, s);

	if (now < e->at) /* begun before: the same turn */
		return;
	if (e->value == 0 || now >= e->at + ADMISSION_SPENT_MAX_US)
		e->value = ADMISSION_SPENT_US;
	else
		e->value = min_of(2 * e->value, ADMISSION_SPENT_MAX_US);
	e->at = now + e->value;
}

void admission_welcome(struct admission *a, const struct source *s)
{
	int i = find(a->spenders, s);

	if (i >= 0)
		a->spenders[i] = (struct admission_entry){ .at = 0 };
}

bool admission_waits(const struct admission *a, const struct source *s, uint64_t now)
{
	int i = find(a->spenders, s);

	return i >= 0 && now < a->spenders[i].at;
}

/* ---- the code ---- */

void admission_code(struct admission *a, bool patient)
{
	memset(a->guessers, 0, sizeof a->guessers);
	a->wrong = 0;
	a->live = true;
	a->patient = patient;
	a->rest_us = ADMISSION_REST_US;
	a->rest_until = 0;
}

void admission_code_ends(struct admission *a)
{
	a->died |= a->live;
	a->live = false;
}

enum refuse_reason admission_door(const struct admission *a, const struct source *s, uint64_t now)
{
	struct source site = source_site(s);
	int i = find(a->guessers, &site);

	if (!a->live)
		return a->died ? REFUSE_CODE_DEAD : REFUSE_KEY;
	if (i >= 0 && a->guessers[i].value >= ADMISSION_GUESSES)
		return REFUSE_CODE_DEAD;
	return now < a->rest_until ? REFUSE_BUSY : REFUSE_NOT;
}

enum guess admission_wrong(struct admission *a, const struct source *s, unsigned *wrong,
                           uint64_t *rest_us, uint64_t now)
{
	struct source site = source_site(s);
	struct admission_entry *e = entry_of(a->guessers, &site);

	e->at = now;
	e->value++;
	*wrong = ++a->wrong;
	*rest_us = 0;
	if (a->wrong >= LIMIT_CODE_GUESSES && !a->patient)
		return GUESS_CODE_DEAD;
	if (a->wrong >= LIMIT_CODE_GUESSES) {
		*rest_us = a->rest_us;
		a->rest_until = now + a->rest_us;
		a->rest_us = min_of(2 * a->rest_us, ADMISSION_REST_MAX_US);
		return GUESS_CODE_RESTS;
	}
	return e->value >= ADMISSION_GUESSES ? GUESS_SOURCE_OUT : GUESS_COUNTED;
}
