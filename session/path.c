/* path: which addresses lead to the peer, which of them are proved, and which one carries the data. docs/PROTOCOL.md 6.6. */
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "session/core.h"

enum { PROVE_TRIES_MAX = 8, VALID_TRIES_MAX = 3, AMPLIFICATION = 3 };
enum { PROBE_FRAMES = 9 + 27 }; /* bytes of a PATH CHALLENGE and a PATH RESPONSE */

#define SECONDARY_US                                                                               \
	(25 *                                                                                      \
	 SECOND) /* how often an unused validated path is asked: under the 30 s of a NAT's mapping */
#define ASK_AGAIN_US    (100 * MS) /* a lost path that is heard is asked at once, but not more often */
#define FOLLOW_AGAIN_US SECOND /* for so long the initiator stays where it is among equal paths */
#define SUSPECT_MIN_US                                                                             \
	(400 * MS) /* unanswered data moves to another path after this, or three round trips */
#define SUSPECT_STREAM_US (3 * SECOND)

/* After the n-th probe of a candidate the next one follows in punch_wait_ms[n - 1]: 0, 20, 60, 140, 300, 620, 1100 ms. */
static const uint16_t punch_wait_ms[] = { 20, 40, 80, 160, 320, 480, 1000 };
enum { PUNCH_PROBES = sizeof punch_wait_ms / sizeof punch_wait_ms[0] };
_Static_assert((int)PUNCH_PROBES <= (int)LIMIT_PROBES,
               "an address that never answers gets no more than this");

static uint64_t doubling(uint64_t first_us, unsigned times, uint64_t max_us)
{
	uint64_t wait = first_us;

	while (times-- > 0 && wait < max_us)
		wait *= 2;
	return wait < max_us ? wait : max_us;
}

/* How long after this challenge (the tries-th of the stage) the next one may follow. */
static uint64_t challenge_wait(const struct path *p)
{
	switch (p->stage) {
	case PATH_PUNCH: return punch_wait_ms[p->tries - 1] * MS;
	case PATH_PROVE: return doubling(100 * MS, p->tries - 1, 2 * SECOND);
	case PATH_VALID: return SECOND;
	default: return doubling(SECOND, p->tries - 1, 30 * SECOND);
	}
}

/* ---- the table ---- */

int path_find(const struct session *s, const struct route *route)
{
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		if (s->paths[i].stage != PATH_FREE && route_same(&s->paths[i].route, route))
			return (int)i;
	}
	return -1;
}

static bool direct_udp(const struct path *p)
{
	return route_is_bare(&p->route);
}

static uint8_t unused_id(struct session *s)
{
	for (;;) {
		uint8_t id = s->next_id++ % LIMIT_PATH_IDS;
		bool taken = false;

		for (unsigned i = 0; i < LIMIT_PATHS; i++)
			taken |= s->paths[i].stage != PATH_FREE && s->paths[i].id == id;
		if (!taken)
			return id;
	}
}

static void new_challenge(struct session *s, struct path *p, uint64_t at)
{
	random_fill(s->config.random, p->challenge, sizeof p->challenge);
	p->challenge_sent_at = 0;
	p->challenge_at = at;
	p->tries = 0;
}

static void enter(struct session *s, unsigned path, enum path_stage stage, uint64_t now)
{
	struct path *p = &s->paths[path];

	if (p->stage == PATH_VALID && stage != PATH_VALID)
		recovery_path_stop(s->recovery, path);
	if (stage == PATH_VALID && p->stage != PATH_VALID)
		recovery_path_start(s->recovery, path, route_is_stream(&p->route));
	p->stage = stage;
	new_challenge(s, p, stage == PATH_VALID ? now + SECONDARY_US : now);
}

int path_add(struct session *s, const struct route *route, enum path_stage stage, uint64_t now)
{
	/* a connection has shown that the peer receives there, a forwarder vouches for it */
	bool reached = stage == PATH_VALID || !route_is_bare(route);
	int place = place_for_path(s, route, stage, reached, now);

	if (place < 0)
		return -1;
	path_free(s, (unsigned)place);
	struct path *p = &s->paths[place];
	uint8_t id = unused_id(s);
	*p = (struct path){ .route = *route, .id = id, .reached = reached, .added_at = now };
	p->lan = direct_udp(p) && punch_same_network(s, &route->remote);
	enter(s, (unsigned)place, stage, now);
	return place;
}

void path_offer(struct session *s, const struct route *route, uint64_t now)
{
	int path = path_add(s, route, PATH_PROVE, now);

	if (path >= 0)
		s->paths[path].reached = true;
}

void path_free(struct session *s, unsigned path)
{
	struct path *p = &s->paths[path];

	if (p->stage == PATH_VALID)
		recovery_path_stop(s->recovery, path);
	p->stage = PATH_FREE;
	if (s->data_path == (int)path)
		s->data_path = -1;
	if (s->ack_path == (int)path)
		s->ack_path = -1;
}

void path_drop_route(struct session *s, const struct route *route)
{
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		struct path *p = &s->paths[i];
		bool gone = p->route.link == route->link && p->route.pair == route->pair;

		if (p->stage != PATH_FREE && gone &&
		    (!route_is_bare(&p->route) || route_same(&p->route, route)))
			path_free(s, i);
	}
}

void path_stuffed(struct session *s, uint16_t link, bool stuffed)
{
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		if (s->paths[i].stage != PATH_FREE && s->paths[i].route.link == link)
			s->paths[i].stuffed = stuffed;
	}
}

/* ---- what comes in ---- */

void path_heard(struct session *s, unsigned path, uint64_t number, bool probing_only, size_t len,
                uint64_t now)
{
	struct path *p = &s->paths[path];

	p->heard_at = now;
	p->bytes_in += len;
	if (!probing_only && number + 1 > p->largest)
		p->largest = number + 1;
	if (p->stage == PATH_PUNCH) {
		p->bytes_out = 0; /* probes have a limit of their own */
		enter(s, path, PATH_PROVE, now);
	} else if (p->held_back ||
	           (p->stage == PATH_LOST && now >= p->challenge_last_at + ASK_AGAIN_US)) {
		p->challenge_at = now;
	}
}

void path_challenged(struct session *s, unsigned path, const uint8_t bytes[static CHALLENGE_LEN],
                     bool padded)
{
	struct path *p = &s->paths[path];

	memcpy(p->response, bytes, CHALLENGE_LEN);
	p->response_due = true;
	p->response_padded = padded;
}

void path_response(struct session *s, const uint8_t bytes[static CHALLENGE_LEN], uint64_t now)
{
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		struct path *p = &s->paths[i];

		if (p->stage == PATH_FREE || p->challenge_sent_at == 0 ||
		    !bytes_equal(p->challenge, bytes, CHALLENGE_LEN))
			continue;
		uint64_t sample = now > p->challenge_sent_at ? now - p->challenge_sent_at : 1;
		p->reached = true;
		p->held_back = false;
		probes_answered(&s->probes, &p->route.remote);
		if (p->stage == PATH_VALID) {
			new_challenge(s, p, now + SECONDARY_US);
		} else if (p->challenge_padded) {
			enter(s, i, PATH_VALID, now);
			rtt_sample(&recovery_flow(s->recovery, i)->rtt, sample, 0);
		} else {
			enter(s, i, PATH_PROVE, now);
		}
		return;
	}
}

/* ---- what goes out ---- */

static bool amplifies(const struct path *p, size_t len)
{
	return !p->reached && p->stage != PATH_PUNCH &&
	       p->bytes_out + len > AMPLIFICATION * p->bytes_in;
}

size_t path_room(const struct session *s, unsigned path)
{
	const struct path *p = &s->paths[path];
	uint64_t allowed = AMPLIFICATION * p->bytes_in;

	if (p->reached)
		return LIMIT_PACKET;
	return allowed > p->bytes_out ? (size_t)min_of(allowed - p->bytes_out, LIMIT_PACKET) : 0;
}

/* Nobody answers: give the path up, or ask more rarely. */
static void give_up(struct session *s, unsigned path, uint64_t now)
{
	struct path *p = &s->paths[path];

	switch (p->stage) {
	case PATH_PUNCH: path_free(s, path); break;
	case PATH_PROVE:
		if (!route_is_bare(&p->route))
			enter(s, path, PATH_LOST, now + 2 * SECOND);
		else
			path_free(s, path);
		break;
	default: enter(s, path, PATH_LOST, now + SECOND); break;
	}
}

static unsigned tries_max(enum path_stage stage)
{
	switch (stage) {
	case PATH_PUNCH: return PUNCH_PROBES;
	case PATH_PROVE: return PROVE_TRIES_MAX;
	case PATH_VALID: return VALID_TRIES_MAX;
	default: return UINT32_MAX;
	}
}

/* The path in use is watched by its data's acknowledgments, others by challenges. */
static bool challenge_wanted(const struct session *s, unsigned path)
{
	const struct path *p = &s->paths[path];

	return p->stage != PATH_FREE && !p->stuffed &&
	       !(p->stage == PATH_VALID && s->data_path == (int)path);
}

/* A try is counted whether or not its challenge may leave: else a path that may not send would stay for ever. */
static bool challenge_write(struct session *s, struct path *p, struct writer *w, bool *pad,
                            uint64_t now)
{
	bool padded =
	    p->stage != PATH_PUNCH && p->stage != PATH_VALID && !amplifies(p, LIMIT_PACKET);

	p->tries++;
	p->challenge_at = now + challenge_wait(p);
	p->held_back = !padded && amplifies(p, SEALED_OVERHEAD + PROBE_FRAMES);
	if (p->held_back ||
	    (p->stage == PATH_PUNCH && !probes_take(&s->probes, &p->route.remote, now)))
		return false;
	if (p->challenge_sent_at == 0 || padded != p->challenge_padded)
		p->challenge_sent_at = now;
	p->challenge_padded = padded;
	p->challenge_last_at = now;
	frame_write_challenge(w, p->challenge);
	*pad |= padded;
	return true;
}

static void response_write(struct path *p, struct writer *w, bool *pad)
{
	struct addr nowhere = { 0 };

	frame_write_response(w, p->response,
	                     route_is_forward(&p->route) ? &nowhere : &p->route.remote);
	p->response_due = false;
	*pad |= p->response_padded && !amplifies(p, LIMIT_PACKET);
}

bool path_probe(struct session *s, unsigned *path, struct writer *w, bool *pad, uint64_t now)
{
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		struct path *p = &s->paths[i];
		bool respond = p->stage != PATH_FREE && p->response_due && !p->stuffed;
		bool challenge = challenge_wanted(s, i) && now >= p->challenge_at;

		if (challenge && p->tries >= tries_max(p->stage)) {
			give_up(s, i, now);
			challenge = false;
			respond &= p->stage != PATH_FREE;
		}
		*pad = false;
		if (respond)
			response_write(p, w, pad);
		if (challenge)
			challenge = challenge_write(s, p, w, pad, now);
		if (respond || challenge) {
			*path = i;
			return true;
		}
	}
	return false;
}

/* ---- choice ---- */

bool path_is_valid(const struct session *s, int path)
{
	return path >= 0 && s->paths[path].stage == PATH_VALID;
}

bool path_carries_chat(const struct session *s, int path)
{
	return path >= 0 && !(s->config.no_relay && route_is_forward(&s->paths[path].route));
}

bool path_direct(const struct session *s)
{
	return s->data_path >= 0 && !route_is_forward(&s->paths[s->data_path].route);
}

static unsigned rank(const struct path *p)
{
	return p->route.kind->rank + p->lan;
}

static bool better(const struct path *a, const struct path *b)
{
	return rank(a) != rank(b) ? rank(a) > rank(b) : a->largest > b->largest;
}

/* The best validated path, leaving one out; -1: none. */
static int best_path(const struct session *s, int except)
{
	int best = -1;

	for (int i = 0; i < LIMIT_PATHS; i++) {
		if (i != except && path_is_valid(s, i) &&
		    (best < 0 || better(&s->paths[i], &s->paths[best])))
			best = i;
	}
	return best;
}

/* When data on this path will have gone unanswered for too long. (A lost packet before answered ones is no longer in flight.) */
static uint64_t suspect_at(const struct session *s, unsigned path)
{
	const struct flow *flow = recovery_flow(s->recovery, path);
	uint64_t oldest = recovery_oldest(s->recovery, path);
	uint64_t patience =
	    3 * flow->rtt.smoothed > SUSPECT_MIN_US ? 3 * flow->rtt.smoothed : SUSPECT_MIN_US;

	if (oldest == NEVER)
		return NEVER;
	return oldest + (flow->stream ? SUSPECT_STREAM_US : patience);
}

/* Two who follow each other at the same moment would change places for ever, so the initiator follows less readily. */
static bool may_follow(const struct session *s, unsigned old, unsigned best, uint64_t now)
{
	return !s->config.initiator || rank(&s->paths[old]) != rank(&s->paths[best]) ||
	       now >= s->chosen_at + FOLLOW_AGAIN_US;
}

void path_select(struct session *s, uint64_t now)
{
	int old = s->data_path;

	if (path_is_valid(s, old) && now >= suspect_at(s, (unsigned)old) && best_path(s, old) >= 0)
		enter(s, (unsigned)old, PATH_LOST, now);
	int best = best_path(s, -1);
	if (path_is_valid(s, old) && !may_follow(s, (unsigned)old, (unsigned)best, now))
		best = old;
	s->data_path = best;
	if (s->data_path != old && s->data_path >= 0) {
		s->chosen_at = now;
		s->path_changed = true;
		s->ping_due = true; /* the peer learns at once, and follows */
		if (old >= 0 && s->paths[old].stage == PATH_VALID)
			new_challenge(s, &s->paths[old], now + SECONDARY_US);
	}
}

uint64_t path_deadline(const struct session *s)
{
	uint64_t at = NEVER;

	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		const struct path *p = &s->paths[i];

		if (p->stage != PATH_FREE && p->response_due && !p->stuffed)
			return 0;
		if (challenge_wanted(s, i) && p->challenge_at < at)
			at = p->challenge_at;
	}
	if (s->data_path >= 0 && best_path(s, s->data_path) >= 0) {
		uint64_t suspect = suspect_at(s, (unsigned)s->data_path);

		at = suspect < at ? suspect : at;
	}
	return at;
}
