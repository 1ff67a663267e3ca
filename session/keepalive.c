#include "session/keepalive.h"

#include "base/limits.h"
#include "base/link.h"
#include "base/min_max.h"

/* The first silences are short, so that a mapping of ten seconds is found out early. The two sides
 * are the first to break them by turns: whoever is, wakes its own NAT, and learns of the other. */
#define FIRST_US (12 * SECOND)
#define TURN_US  (900 * MS)
enum { FIRST_MAX = 4 };
/* RFC 8085 3.5 asks for 15 s where a mapping lives that long; this one did not. */
#define LEAST_US (8 * SECOND)
/* Longer silences are tried step by step, up to 0.7 times the two minutes that RFC 4787 asks NATs
 * for. */
#define LONGEST_US (84 * SECOND)
enum { LONG_MAX = FIRST_MAX + 3 }; /* one more has survived: a step */
/* Longer ones are a sleep, or an outage. */
#define OUTAGE_US (100 * SECOND)
/* An outage looks like a dead mapping: after an hour or so of short silences longer ones are tried
 * again. */
enum { ENOUGH = 400 };

static uint64_t longest(const struct keepalive *k)
{
	return max_of(k->long_us, LIMIT_KEEPALIVE_US);
}

/* Three silences of a length, and a longer one is next. */
static void survived(struct keepalive *k, uint64_t silence)
{
	k->lived += silence >= (k->lived < FIRST_MAX ? FIRST_US : longest(k));
	if (k->lived < LONG_MAX)
		return;
	k->long_us = min_of(longest(k) * 3 / 2, LONGEST_US);
	k->lived = FIRST_MAX;
}

void keepalive_heard(struct keepalive *k, struct path *path)
{
	uint64_t silence = path->silence;

	path->silence = 0;
	/* the way to a server is kept awake by what is said to the server, too */
	if (silence == 0 || !route_is_bare(&path->route))
		return;
	if (k->dead_us > 0 && ++k->lived >= ENOUGH)
		*k = (struct keepalive){ .initiator = k->initiator };
	else if (k->dead_us == 0)
		survived(k, silence);
}

void keepalive_lost(struct keepalive *k, struct path *path)
{
	uint64_t silence = path->silence;

	path->silence = 0;
	if (silence < LEAST_US || silence > OUTAGE_US || route_is_stream(&path->route))
		return; /* then it was something else */
	k->dead_us = silence;
	k->lived = 0;
}

/* How long it would be, with another path beside this one. */
static uint64_t learned(const struct keepalive *k)
{
	if (k->dead_us > 0)
		return max_of(k->dead_us * 7 / 10, LEAST_US);
	if (k->lived < FIRST_MAX)
		return FIRST_US + (k->lived % 2 == k->initiator ? TURN_US : 0);
	return longest(k);
}

/* A path that a search has found is not put at risk: to find another would take a search. */
uint64_t keepalive_interval(const struct keepalive *k, const struct path *path, bool another)
{
	bool risk = another && route_is_bare(&path->route) && path->route.link < LINK_SPARES_FIRST;

	if (route_is_stream(&path->route))
		return LIMIT_KEEPALIVE_US;
	return risk ? learned(k) : min_of(learned(k), LIMIT_KEEPALIVE_US);
}

uint64_t keepalive_ask_at(const struct keepalive *k, const struct path *path)
{
	uint64_t interval = keepalive_interval(k, path, false), at = path->proof.challenge_at;

	if (!path_valid(path) || path->proof.tries > 0 || interval == LIMIT_KEEPALIVE_US)
		return at;
	uint64_t used_at = max_of(max_of(path->sent_at, path->since), path->proof.asked_at);
	return min_of(at, used_at + interval);
}

void keepalive_ask(const struct keepalive *k, struct path *path, uint64_t now)
{
	if (now >= keepalive_ask_at(k, path))
		proof_ask(&path->proof, now);
}
