#include "session/paths.h"

#include "base/assert.h"
#include "base/min_max.h"

/* So long the initiator stays where it is among equal paths. */
#define FOLLOW_AGAIN_US SECOND
/* Unanswered data moves to another path after this, or three round trips. */
#define SUSPECT_MIN_US    (400 * MS)
#define SUSPECT_STREAM_US (3 * SECOND)

/* A response that is older comes from a peer that slept, or from challenges that were lost: it
 * proves the path, and measures nothing. */
#define MEASURE_MAX_US SECOND

void paths_init(struct paths *p, bool initiator, struct recovery *recovery, struct random *random)
{
	*p = (struct paths){ .recovery = recovery,
		             .random = random,
		             .initiator = initiator,
		             .data = -1,
		             .asker = -1 };
}

/* ---- the table ---- */

static bool there(const struct path *path)
{
	return path->proof.stage != PROOF_NONE;
}

static bool response_due(const struct path *path)
{
	return there(path) && !path->blocked && path->proof.response_due;
}

int paths_find(const struct paths *p, const struct route *route)
{
	for (int i = 0; i < LIMIT_PATHS; i++) {
		if (there(&p->at[i]) && route_same(&p->at[i].route, route))
			return i;
	}
	return -1;
}

static uint8_t unused_id(struct paths *p)
{
	for (;;) {
		uint8_t id = p->next_id++ % LIMIT_PATH_IDS;
		bool taken = false;

		for (unsigned i = 0; i < LIMIT_PATHS; i++)
			taken |= there(&p->at[i]) && p->at[i].id == id;
		if (!taken)
			return id;
	}
}

static struct place place_of(const struct path *at)
{
	struct place place = { PLACE_KEPT, at->since };

	if (!there(at))
		place.worth = PLACE_FREE;
	else if (at->proof.stage == PROOF_PUNCH)
		place.worth = PLACE_CANDIDATE;
	else if (at->proof.stage == PROOF_PROVE && !at->proof.reached)
		place.worth = PLACE_UNPROVED;
	else if (at->proof.stage == PROOF_LOST)
		place.worth = route_is_bare(&at->route) ? PLACE_LOST : PLACE_LOST_RELAY;
	return place;
}

static bool valid(const struct paths *p, int path)
{
	return path >= 0 && p->at[path].proof.stage == PROOF_VALID;
}

/* The proof of a path has changed: it carries packets from now on, or no longer, or is over. */
static void settle(struct paths *p, int path, bool was_valid)
{
	if (was_valid && !valid(p, path))
		recovery_path_stop(p->recovery, (unsigned)path);
	if (valid(p, path) && !was_valid)
		recovery_path_start(p->recovery, (unsigned)path,
		                    route_is_stream(&p->at[path].route));
	if (there(&p->at[path]))
		return;
	if (p->data == path)
		p->data = -1;
	if (p->asker == path)
		p->asker = -1;
}

static void remove_path(struct paths *p, int path)
{
	bool was_valid = valid(p, path);

	p->at[path].proof = (struct proof){ .stage = PROOF_NONE };
	settle(p, path, was_valid);
}

int paths_add(struct paths *p, const struct route *route, enum path_origin origin, bool lan,
              uint64_t now)
{
	static const enum proof_stage stages[] = { [PATH_CANDIDATE] = PROOF_PUNCH,
		                                   [PATH_HEARD] = PROOF_PROVE,
		                                   [PATH_OFFERED] = PROOF_PROVE,
		                                   [PATH_PROVED] = PROOF_VALID };
	/* a connection has shown that the peer receives there, a forwarder vouches for it */
	bool bare = route_is_bare(route), reached = origin == PATH_PROVED || !bare;
	enum place_worth newcomer = origin == PATH_CANDIDATE ? PLACE_CANDIDATE
	                            : !reached               ? PLACE_UNPROVED
	                                                     : PLACE_KEPT;
	struct place table[LIMIT_PATHS];
	int known = paths_find(p, route);

	if (known >= 0)
		return known;
	for (int i = 0; i < LIMIT_PATHS; i++)
		table[i] = place_of(&p->at[i]);
	int place = places_choose(&p->places, table, newcomer, &route->remote, now);
	if (place < 0)
		return -1;
	remove_path(p, place);
	p->at[place] =
	    (struct path){ .route = *route, .lan = lan && bare, .id = unused_id(p), .since = now };
	proof_begin(&p->at[place].proof, stages[origin], !bare, reached || origin == PATH_OFFERED,
	            p->random, now);
	settle(p, place, false);
	return place;
}

void paths_drop(struct paths *p, const struct route *route)
{
	for (int i = 0; i < LIMIT_PATHS; i++) {
		if (there(&p->at[i]) && route_takes(route, &p->at[i].route))
			remove_path(p, i);
	}
}

void paths_block(struct paths *p, uint16_t link, bool blocked)
{
	for (int i = 0; i < LIMIT_PATHS; i++) {
		if (there(&p->at[i]) && p->at[i].route.link == link)
			p->at[i].blocked = blocked;
	}
}

void paths_no_relay(struct paths *p, bool no_relay)
{
	p->no_relay = no_relay;
}

const struct route *paths_route_at(const struct paths *p, unsigned index)
{
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		if (there(&p->at[i]) && index-- == 0)
			return &p->at[i].route;
	}
	return NULL;
}

void paths_ask(struct paths *p, int path, uint64_t now)
{
	proof_ask(&p->at[path].proof, now);
}

/* ---- what comes in ---- */

void paths_heard(struct paths *p, int path, uint64_t number, bool probing, size_t len, uint64_t now)
{
	if (!probing)
		p->at[path].largest = max_of(p->at[path].largest, number + 1);
	proof_heard(&p->at[path].proof, len, p->random, now);
}

void paths_asked(struct paths *p, int path)
{
	p->asker = path;
}

void paths_response(struct paths *p, const uint8_t bytes[static CHALLENGE_LEN], uint64_t now)
{
	for (int i = 0; i < LIMIT_PATHS; i++) {
		uint64_t round_trip;
		bool was_valid = valid(p, i);

		if (!proof_response(&p->at[i].proof, bytes, p->random, &round_trip, now))
			continue;
		probes_answered(&p->probes, &p->at[i].route.remote);
		settle(p, i, was_valid);
		if (valid(p, i) && !was_valid && round_trip <= MEASURE_MAX_US)
			recovery_sample(p->recovery, (unsigned)i, round_trip);
		return;
	}
}

/* ---- choice ---- */

static unsigned rank(const struct path *path)
{
	return path->route.kind->rank + path->lan;
}

static bool better(const struct path *a, const struct path *b)
{
	return rank(a) != rank(b) ? rank(a) > rank(b) : a->largest > b->largest;
}

/* The best validated path, leaving one out. */
static int best_path(const struct paths *p, int except)
{
	int best = -1;

	for (int i = 0; i < LIMIT_PATHS; i++) {
		if (i != except && valid(p, i) && (best < 0 || better(&p->at[i], &p->at[best])))
			best = i;
	}
	return best;
}

/* When data on this path has gone unanswered for too long (lost packets are not in flight). */
static uint64_t suspect_at(const struct paths *p, int path)
{
	const struct flow *flow = &p->recovery->flows[path];
	uint64_t oldest = recovery_oldest(p->recovery, (unsigned)path);
	uint64_t patience = max_of(3 * flow->rtt.smoothed, SUSPECT_MIN_US);

	if (oldest == NEVER)
		return NEVER;
	return oldest + (flow->stream ? SUSPECT_STREAM_US : patience);
}

/* Two who follow each other at the same moment would change places for ever, so the initiator
 * follows less readily. */
static bool may_follow(const struct paths *p, int old, int best, uint64_t now)
{
	return !p->initiator || rank(&p->at[old]) != rank(&p->at[best]) ||
	       now >= p->chosen_at + FOLLOW_AGAIN_US;
}

bool paths_choose(struct paths *p, uint64_t now)
{
	int old = p->data;

	if (valid(p, old) && now >= suspect_at(p, old) && best_path(p, old) >= 0) {
		proof_lose(&p->at[old].proof, p->random, now);
		settle(p, old, true);
	}
	int best = best_path(p, -1);
	if (valid(p, old) && !may_follow(p, old, best, now))
		best = old;
	p->data = best;
	if (best == old || best < 0)
		return false;
	p->chosen_at = now;
	p->changed = true;
	if (valid(p, old))
		proof_rest(&p->at[old].proof, p->random, now);
	return true;
}

/* ---- time ---- */

/* The path in use is watched by its data's acknowledgments, others by challenges. */
static bool asked(const struct paths *p, int path)
{
	return path != p->data && there(&p->at[path]) && !p->at[path].blocked;
}

void paths_timer(struct paths *p, uint64_t now)
{
	for (int i = 0; i < LIMIT_PATHS; i++) {
		bool was_valid = valid(p, i);

		if (!asked(p, i))
			continue;
		proof_timer(&p->at[i].proof, p->random, now);
		settle(p, i, was_valid);
	}
}

uint64_t paths_deadline(const struct paths *p)
{
	uint64_t at = NEVER;

	for (int i = 0; i < LIMIT_PATHS; i++) {
		if (response_due(&p->at[i]))
			return 0;
		if (asked(p, i))
			at = min_of(at, p->at[i].proof.challenge_at);
	}
	if (p->data >= 0 && best_path(p, p->data) >= 0)
		at = min_of(at, suspect_at(p, p->data));
	return at;
}

/* ---- what goes out ---- */

static bool write_challenge(struct paths *p, int path, struct writer *w, bool *pad, uint64_t now)
{
	struct path *at = &p->at[path];

	if (!asked(p, path) || now < at->proof.challenge_at)
		return false;
	bool allowed =
	    at->proof.stage != PROOF_PUNCH || probes_take(&p->probes, &at->route.remote, now);
	return proof_write_challenge(&at->proof, allowed, w, pad, now);
}

int paths_probe(struct paths *p, struct writer *w, bool *pad, uint64_t now)
{
	static const struct addr nowhere; /* for a peer behind a forwarder */

	*pad = false;
	for (int i = 0; i < LIMIT_PATHS; i++) {
		const struct route *route = &p->at[i].route;
		bool respond = response_due(&p->at[i]);

		if (respond)
			proof_write_response(&p->at[i].proof,
			                     route_is_forward(route) ? &nowhere : &route->remote, w,
			                     pad);
		if (write_challenge(p, i, w, pad, now) || respond)
			return i;
	}
	return -1;
}

size_t paths_room(const struct paths *p, int path)
{
	return p->at[path].blocked ? 0 : proof_room(&p->at[path].proof);
}

/* ---- small answers ---- */

bool paths_carry_chat(const struct paths *p)
{
	return p->data >= 0 && !(p->no_relay && route_is_forward(&p->at[p->data].route));
}

bool paths_direct(const struct paths *p)
{
	return p->data >= 0 && !route_is_forward(&p->at[p->data].route);
}

bool paths_take_change(struct paths *p)
{
	bool changed = p->changed && p->data >= 0;

	p->changed &= !changed;
	return changed;
}

const struct rtt *paths_rtt(const struct paths *p)
{
	return &p->recovery->flows[p->data < 0 ? 0 : p->data].rtt;
}
