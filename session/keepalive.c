#include "session/keepalive.h"

#include <string.h>

#include "base/limits.h"
#include "base/min_max.h"

/* The first silences are short, so that a mapping of ten seconds is found out early. The two sides
 * are the first to break them by turns: whoever is, wakes its own NAT, and learns of the other. */
#define FIRST_US (12 * SECOND)
#define TURN_US  (900 * MS)
enum { FIRST_MAX = 4 };
/* RFC 8085 3.5 asks for 15 s where a mapping lives that long; this one did not. */
#define LEAST_US (8 * SECOND)
/* An outage looks like a dead mapping: after an hour or so of short silences longer ones are tried
 * again. */
enum { ENOUGH = 400 };
/* Where that need not keep a NAT awake, the peer is asked at least so often. A NAT should remember
 * a connection for two hours (RFC 5382 REQ-5); some forget it after four minutes. Without a
 * connection, it takes the place of the third byte of the longest interval (81.9 s). */
#define ASK_MAX_US    (245 * SECOND)
#define ASK_STREAM_US (120 * SECOND)

void keepalive_measured(struct keepalive *k, const uint64_t quiet_us[static 2])
{
	memcpy(k->quiet_us, quiet_us, sizeof k->quiet_us);
}

/* 0: it is not measured. The way to a server is kept awake by what is said to the server. */
static uint64_t measured(const struct keepalive *k, const struct path *path)
{
	const struct route *route = &path->route;

	if (route_is_forward(route))
		return max_of(k->quiet_us[0], k->quiet_us[1]);
	return route_is_bare(route) ? k->quiet_us[addr_is_v4(&route->remote) ? 0 : 1] : 0;
}

void keepalive_heard(struct keepalive *k, struct path *path)
{
	uint64_t silence = path->silence;

	path->silence = 0;
	/* a way through a server shows nothing */
	if (silence == 0 || !route_is_bare(&path->route))
		return;
	if (k->dead_us == 0)
		k->lived += silence >= FIRST_US && k->lived < FIRST_MAX;
	else if (++k->lived >= ENOUGH)
		k->dead_us = k->lived = 0;
}

void keepalive_lost(struct keepalive *k, struct path *path)
{
	uint64_t silence = path->silence, quiet_us = measured(k, path);

	path->silence = 0;
	uint64_t longest = max_of(2 * LIMIT_KEEPALIVE_US, quiet_us);
	if (silence < max_of(LEAST_US, quiet_us / 2) || silence > longest ||
	    route_is_stream(&path->route))
		return; /* then it was something else */
	k->dead_us = silence;
	k->lived = 0;
}

/* 0.7 times what was too long. */
static uint64_t shorter(const struct keepalive *k)
{
	return max_of(k->dead_us * 7 / 10, LEAST_US);
}

uint64_t keepalive_interval(const struct keepalive *k, const struct path *path)
{
	uint64_t quiet_us = measured(k, path);

	if (quiet_us > 0)
		return k->dead_us > 0 ? min_of(shorter(k), quiet_us) : quiet_us;
	if (route_is_stream(&path->route) || (k->dead_us == 0 && k->lived >= FIRST_MAX))
		return LIMIT_KEEPALIVE_US;
	if (k->dead_us == 0)
		return FIRST_US + (k->lived % 2 == k->initiator ? TURN_US : 0);
	return min_of(shorter(k), LIMIT_KEEPALIVE_US);
}

bool keepalive_awake(const struct keepalive *k, const struct path *path)
{
	return path_valid(path) && (measured(k, path) > 0 || route_is_stream(&path->route));
}

uint64_t keepalive_ask_us(const struct keepalive *k, const struct path *path)
{
	if (!keepalive_awake(k, path))
		return keepalive_interval(k, path);
	return route_is_stream(&path->route) ? ASK_STREAM_US : ASK_MAX_US;
}

uint64_t keepalive_wake_at(const struct keepalive *k, const struct path *table, int end, int *which)
{
	uint64_t at = NEVER;

	for (int i = 0; i < end; i++) {
		if (!keepalive_awake(k, &table[i]) || !route_is_bare(&table[i].route))
			continue;
		uint64_t used_at = max_of(table[i].sent_at, table[i].since);
		uint64_t due = used_at + keepalive_interval(k, &table[i]);
		if (due >= at)
			continue;
		at = due;
		*which = i;
	}
	return at;
}

uint64_t keepalive_ask_at(const struct keepalive *k, const struct path *path)
{
	uint64_t interval = keepalive_interval(k, path), at = path->proof.challenge_at;

	if (!path_valid(path) || path->proof.tries > 0 || interval >= LIMIT_KEEPALIVE_US ||
	    measured(k, path) > 0)
		return at;
	uint64_t used_at = max_of(max_of(path->sent_at, path->since), path->proof.asked_at);
	return min_of(at, used_at + interval);
}

void keepalive_ask(const struct keepalive *k, struct path *path, uint64_t now)
{
	proof_awake(&path->proof, keepalive_awake(k, path));
	if (now >= keepalive_ask_at(k, path))
		proof_ask(&path->proof, now);
}
