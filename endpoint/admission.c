/* admission: see admission.h. */
#include "endpoint/admission.h"

#include <string.h>

#include "base/min_max.h"

void admission_init(struct admission *a, struct random *random)
{
	*a = (struct admission){ .strangers.refill_us = ADMISSION_REFILL_US,
		                 .known.refill_us = ADMISSION_REFILL_KNOWN_US };
	random_fill(random, a->key, sizeof a->key);
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

static const struct ration_bucket *bucket_of(const struct ration *r, const struct source *s)
{
	for (size_t i = 0; i < ADMISSION_SOURCES; i++) {
		if (r->buckets[i].source.kind != 0 && source_same(&r->buckets[i].source, s))
			return &r->buckets[i];
	}
	return NULL;
}

static unsigned left(const struct ration *r, const struct ration_bucket *b, uint64_t now)
{
	return (unsigned)min_of(b->left + (now - b->at) / r->refill_us, ADMISSION_BURST);
}

/* Whose bucket is full again needs none. */
static const struct ration_bucket *spare(const struct ration *r, uint64_t now)
{
	for (size_t i = 0; i < ADMISSION_SOURCES; i++) {
		if (r->buckets[i].source.kind == 0 ||
		    left(r, &r->buckets[i], now) == ADMISSION_BURST)
			return &r->buckets[i];
	}
	return NULL;
}

/* With as many busy sources as can be remembered, a new one has what refills for one, no burst. */
static unsigned ration_left(const struct ration *r, const struct source *s, uint64_t now)
{
	const struct ration_bucket *b = bucket_of(r, s);

	if (b != NULL)
		return left(r, b, now);
	return spare(r, now) != NULL ? ADMISSION_BURST : 1;
}

static void ration_take(struct ration *r, const struct source *s, uint64_t now)
{
	const struct ration_bucket *found = bucket_of(r, s);
	unsigned have = ration_left(r, s, now);

	if (found == NULL)
		found = spare(r, now);
	for (size_t i = 0, oldest = 0; found == NULL && i < ADMISSION_SOURCES; i++) {
		if (r->buckets[i].at < r->buckets[oldest].at)
			oldest = i;
		if (i + 1 == ADMISSION_SOURCES)
			found = &r->buckets[oldest];
	}
	struct ration_bucket *b = &r->buckets[found - r->buckets];
	/* the part of a refill that has gone by is kept */
	uint64_t begun =
	    b->source.kind != 0 && source_same(&b->source, s) ? (now - b->at) % r->refill_us : 0;
	*b = (struct ration_bucket){ .source = *s,
		                     .left = have > 0 ? have - 1 : 0,
		                     .at = have == ADMISSION_BURST ? now : now - begun };
}

bool admission_may(const struct admission *a, const struct source *s, uint64_t now)
{
	bool all =
	    max_of(a->all_at, now) - now <= (ADMISSION_BURST_ALL - 1) * ADMISSION_REFILL_ALL_US;

	return all && ration_left(&a->strangers, s, now) > 0;
}

void admission_take(struct admission *a, const struct source *s, uint64_t now)
{
	a->all_at = max_of(a->all_at, now) + ADMISSION_REFILL_ALL_US;
	ration_take(&a->strangers, s, now);
}

bool admission_may_known(const struct admission *a, const struct source *s, uint64_t now)
{
	return ration_left(&a->known, s, now) > 0;
}

void admission_take_known(struct admission *a, const struct source *s, uint64_t now)
{
	ration_take(&a->known, s, now);
}

/* ---- sessions ---- */

/* -1: it is none. */
static int spender_of(const struct admission *a, const struct source *s)
{
	for (int i = 0; i < ADMISSION_SOURCES; i++) {
		if (a->spenders[i].pause_us != 0 && source_same(&a->spenders[i].source, s))
			return i;
	}
	return -1;
}

void admission_spent(struct admission *a, const struct source *s, uint64_t now)
{
	uint64_t pause = ADMISSION_SPENT_US;
	int at = spender_of(a, s);

	if (at >= 0 && now < a->spenders[at].until) /* begun before: the same turn */
		return;
	if (at >= 0 && now < a->spenders[at].until + ADMISSION_SPENT_MAX_US)
		pause = min_of(2 * a->spenders[at].pause_us, ADMISSION_SPENT_MAX_US);
	for (int i = 0, oldest = 0; at < 0; i++) { /* who is none has been one for longest */
		if (a->spenders[i].until < a->spenders[oldest].until)
			oldest = i;
		if (i + 1 == ADMISSION_SOURCES)
			at = oldest;
	}
	a->spenders[at] =
	    (struct admission_spender){ .source = *s, .pause_us = pause, .until = now + pause };
}

void admission_welcome(struct admission *a, const struct source *s)
{
	int at = spender_of(a, s);

	if (at >= 0)
		a->spenders[at] = (struct admission_spender){ .pause_us = 0 };
}

bool admission_waits(const struct admission *a, const struct source *s, uint64_t now)
{
	int at = spender_of(a, s);

	return at >= 0 && now < a->spenders[at].until;
}

/* ---- guesses ---- */

void admission_code(struct admission *a, bool patient)
{
	memset(a->guessers, 0, sizeof a->guessers);
	a->wrong = 0;
	a->live = true;
	a->patient = patient;
	a->rest_us = ADMISSION_REST_US;
	a->rest_until = 0;
}

void admission_code_ends(struct admission *a, uint64_t now)
{
	if (a->live)
		a->died_at = now;
	a->live = false;
}

bool admission_died_lately(const struct admission *a, uint64_t now)
{
	return a->died_at != 0 && !a->live && now < a->died_at + ADMISSION_DEAD_US;
}

static unsigned wrong_of(const struct admission *a, const struct source *s)
{
	struct source site = source_site(s);

	for (size_t i = 0; i < ADMISSION_SOURCES; i++) {
		if (a->guessers[i].wrong > 0 && source_same(&a->guessers[i].source, &site))
			return a->guessers[i].wrong;
	}
	return 0;
}

enum door admission_door(const struct admission *a, const struct source *s, uint64_t now)
{
	if (!a->live)
		return a->died_at != 0 ? DOOR_CODE_DEAD : DOOR_NO_CODE;
	if (wrong_of(a, s) >= ADMISSION_GUESSES)
		return DOOR_CODE_DEAD;
	return now < a->rest_until ? DOOR_RESTS : DOOR_OPEN;
}

/* Its place among the guessers, or the one of who has guessed longest ago. */
static struct admission_guesser *guesser(struct admission *a, const struct source *s)
{
	struct admission_guesser *oldest = &a->guessers[0];
	struct source site = source_site(s);

	for (size_t i = 0; i < ADMISSION_SOURCES; i++) {
		struct admission_guesser *g = &a->guessers[i];

		if (g->wrong > 0 && source_same(&g->source, &site))
			return g;
		if (g->at < oldest->at)
			oldest = g;
	}
	*oldest = (struct admission_guesser){ .source = site };
	return oldest;
}

enum verdict admission_wrong(struct admission *a, const struct source *s, uint64_t now)
{
	struct admission_guesser *g = guesser(a, s);

	g->wrong++;
	g->at = now;
	a->wrong++;
	if (a->wrong >= LIMIT_CODE_GUESSES && !a->patient)
		return GUESS_CODE_DEAD;
	if (a->wrong >= LIMIT_CODE_GUESSES) {
		a->rest_until = now + a->rest_us;
		a->rest_us = min_of(2 * a->rest_us, ADMISSION_REST_MAX_US);
		return GUESS_CODE_RESTS;
	}
	return g->wrong >= ADMISSION_GUESSES ? GUESS_SOURCE_OUT : GUESS_COUNTED;
}
