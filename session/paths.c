#include "session/paths.h"

#include "base/min_max.h"

/* So long the initiator stays where it is among equal paths. */
#define FOLLOW_AGAIN_US SECOND
/* Unanswered data moves to another path after this, or three round trips. */
#define SUSPECT_MIN_US    (400 * MS)
#define SUSPECT_STREAM_US (3 * SECOND)

void paths_init(struct paths *p, bool initiator, struct recovery *recovery, struct random *random)
{
	bytes_clear(p, sizeof *p);
	p->recovery = recovery;
	p->random = random;
	p->initiator = p->keepalive.initiator = initiator;
	p->data = p->asker = -1;
}

/* ---- the table ---- */

int paths_find(const struct paths *p, const struct route *route)
{
	return path_find(p->at, route);
}

static bool valid(const struct paths *p, int path)
{
	return path >= 0 && path_valid(&p->at[path]);
}

/* The proof of a path has changed: it carries packets from now on, or no longer, or is over. */
static void settle(struct paths *p, int path, bool was_valid)
{
	if (was_valid && !valid(p, path)) {
		recovery_path_stop(p->recovery, (unsigned)path);
		keepalive_lost(&p->keepalive, &p->at[path]);
	}
	if (valid(p, path) && !was_valid)
		recovery_path_start(p->recovery, (unsigned)path, path_flow(&p->at[path]));
	if (path_there(&p->at[path]))
		return;
	p->data = p->data == path ? -1 : p->data;
	p->asker = p->asker == path ? -1 : p->asker;
	while (p->end > 0 && !path_there(&p->at[p->end - 1]))
		p->end--;
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
	int known = paths_find(p, route);

	if (known >= 0)
		return known;
	int place = path_place(p->at, p->data, &p->places, route, newcomer, now);
	if (place < 0)
		return -1;
	remove_path(p, place);
	p->at[place] = (struct path){ .route = *route,
		                      .lan = lan && bare,
		                      .id = path_unused_id(p->at, &p->next_id),
		                      .since = now };
	proof_begin(&p->at[place].proof, stages[origin], !bare, reached || origin == PATH_OFFERED,
	            now);
	p->end = p->end > place ? p->end : place + 1;
	settle(p, place, false);
	return place;
}

void paths_drop(struct paths *p, const struct route *route)
{
	for (int i = 0; i < p->end; i++)
		if (path_there(&p->at[i]) && route_takes(route, &p->at[i].route))
			remove_path(p, i);
}

void paths_turn(struct paths *p, uint16_t old, uint16_t fresh)
{
	p->left = old;
	paths_drop(p, &(struct route){ .link = fresh }); /* of an earlier socket of that number */
}

void paths_block(struct paths *p, uint16_t link, bool blocked)
{
	for (int i = 0; i < p->end; i++)
		if (path_there(&p->at[i]) && p->at[i].route.link == link)
			p->at[i].blocked = blocked;
}

void paths_no_relay(struct paths *p, bool no_relay)
{
	p->no_relay = no_relay;
}

void paths_ask(struct paths *p, int path, uint64_t now)
{
	proof_up(&p->at[path].proof, now);
}

void paths_candidate(struct paths *p, const struct route *route, bool lan, uint64_t now)
{
	int known = paths_find(p, route);

	if (known < 0)
		(void)paths_add(p, route, PATH_CANDIDATE, lan, now);
	else if (p->at[known].proof.stage == PROOF_LOST)
		proof_punch(&p->at[known].proof, now);
	else
		proof_ask(&p->at[known].proof, now);
}

/* ---- what comes in ---- */

void paths_heard(struct paths *p, int path, uint64_t number, bool probing, size_t len, uint64_t now)
{
	keepalive_heard(&p->keepalive, &p->at[path]);
	path_heard(&p->at[path], number, probing, len, now);
}

void paths_asked(struct paths *p, int path, uint64_t number)
{
	if (number < p->asked)
		return;
	p->asker = path;
	p->asked = number;
}

static bool sure(const struct paths *p, int path)
{
	return doubt_sure(&p->doubt, p->at[path].proof.answered,
	                  p->recovery->flows[path].largest_acked);
}

void paths_response(struct paths *p, const uint8_t bytes[static CHALLENGE_LEN], uint64_t now)
{
	for (int i = 0; i < p->end; i++) {
		uint64_t round_trip;
		bool was_valid = valid(p, i);

		if (!proof_response(&p->at[i].proof, bytes, &round_trip, now))
			continue;
		probes_answered(&p->probes, &p->at[i].route.remote);
		settle(p, i, was_valid);
		if (valid(p, i) && !was_valid && p->at[i].proof.passes > 0)
			mtu_proved(&p->at[i].mtu, p->at[i].proof.passes);
		/* one that is older comes from a peer that slept: it measures nothing */
		if (valid(p, i) && !was_valid && round_trip <= rtt_pto(&p->recovery->flows[i].rtt))
			recovery_sample(p->recovery, (unsigned)i, round_trip);
		if (valid(p, i) && !sure(p, i)) /* it was asked before the doubt */
			proof_doubt(&p->at[i].proof, true, now);
		if (valid(p, i) && i != p->data)
			recovery_lose_before(p->recovery, (unsigned)i, now - round_trip);
		return;
	}
}

/* ---- choice ---- */

static bool better(const struct paths *p, int one, int other)
{
	if (sure(p, one) != sure(p, other))
		return sure(p, one);
	return path_better(&p->at[one], &p->at[other], p->left);
}

/* The best validated path, leaving one out. */
static int best_path(const struct paths *p, int except)
{
	int best = -1;

	for (int i = 0; i < p->end; i++)
		if (i != except && valid(p, i) && (best < 0 || better(p, i, best)))
			best = i;
	return best;
}

/* When data on this path has gone unanswered for too long (lost packets are not in flight). */
static uint64_t suspect_at(const struct paths *p, int path)
{
	const struct flow *flow = &p->recovery->flows[path];
	uint64_t oldest = recovery_oldest(p->recovery, (unsigned)path);
	uint64_t patience = flow->kind == FLOW_STREAM
	                        ? SUSPECT_STREAM_US
	                        : max_of(3 * flow->rtt.smoothed, SUSPECT_MIN_US);

	if (oldest == NEVER)
		return NEVER;
	/* it has answered in a doubt, if not this: that is no reason for the next one at once */
	uint64_t doubted = p->doubt.on ? 0 : p->doubt.at;
	return max_of(max_of(oldest, p->chosen_at), doubted) + patience;
}

/* Two who follow each other would change places for ever: the initiator does so less readily. */
static bool may_follow(const struct paths *p, int old, int best, uint64_t now)
{
	return !p->initiator || path_rank(&p->at[old]) != path_rank(&p->at[best]) ||
	       sure(p, old) != sure(p, best) || now >= p->chosen_at + FOLLOW_AGAIN_US;
}

/* So long the path in use has to answer in doubt, before one that is no better takes its place. */
static uint64_t grace_until(const struct paths *p)
{
	return p->doubt.at + min_of(rtt_pto(&p->recovery->flows[p->data].rtt), SUSPECT_MIN_US);
}

static void begin_doubt(struct paths *p, bool news, uint64_t now)
{
	doubt_begin(&p->doubt, path_all_valid(p->at), p->recovery->next_number, now);
	for (int i = 0; i < p->end; i++)
		proof_doubt(&p->at[i].proof, news, now);
}

void paths_doubt(struct paths *p, uint64_t now)
{
	if (!p->doubt.on || now >= p->doubt.at + SUSPECT_MIN_US)
		begin_doubt(p, true, now);
}

int paths_copy(struct paths *p)
{
	return p->data < 0 ? -1 : doubt_copy(&p->doubt, path_all_valid(p->at) & ~(1u << p->data));
}

/* The path of the data is silent: another one takes its place, if there is one. */
static void suspect(struct paths *p, uint64_t now)
{
	bool other = best_path(p, p->data) >= 0;

	keepalive_lost(&p->keepalive, &p->at[p->data]);
	if (other) {
		proof_lose(&p->at[p->data].proof, now);
		settle(p, p->data, true);
	}
	if (other || !p->doubt.on)
		begin_doubt(p, false, now);
}

/* The data goes elsewhere. What an unsure path has not answered goes there too; and what one has
 * not that the peer itself has left for an equal one, as its address there may be gone. */
static void leave(struct paths *p, int old, uint64_t now)
{
	if (sure(p, old))
		proof_rest(&p->at[old].proof, now);
	else
		proof_doubt(&p->at[old].proof, true, now);
	if (!sure(p, old) || path_rank(&p->at[old]) == path_rank(&p->at[p->data]))
		sent_hand_back(&p->recovery->sent, (unsigned)old, SIZE_MAX);
}

static bool stays(const struct paths *p, int old, int best, uint64_t now)
{
	if (!valid(p, old) || best == old)
		return false;
	return !may_follow(p, old, best, now) ||
	       (p->doubt.on && !sure(p, old) && now < grace_until(p) &&
	        path_rank(&p->at[best]) <= path_rank(&p->at[old]));
}

bool paths_choose(struct paths *p, uint64_t now)
{
	int old = p->data;

	if (valid(p, old) && now >= suspect_at(p, old))
		suspect(p, now);
	int best = best_path(p, -1);
	if (stays(p, old, best, now))
		best = old;
	p->data = best;
	if (best >= 0 && sure(p, best))
		doubt_end(&p->doubt);
	if (best == old || best < 0)
		return false;
	p->chosen_at = now;
	p->changed = true;
	if (valid(p, old))
		leave(p, old, now);
	return true;
}

/* ---- time ---- */

/* The path in use is watched by acknowledgments, others by challenges; in doubt all are. */
static bool asked(const struct paths *p, int path)
{
	return (path != p->data || p->doubt.on) && path_there(&p->at[path]) && !p->at[path].blocked;
}

void paths_timer(struct paths *p, uint64_t now)
{
	for (int i = 0; i < p->end; i++) {
		bool last = p->doubt.on || p->data < 0;
		if (!last && i != p->data &&
		    path_replaced(&p->at[i], &p->at[p->data], p->chosen_at, now))
			remove_path(p, i);
		bool was_valid = valid(p, i);
		if (!asked(p, i))
			continue;
		keepalive_ask(&p->keepalive, &p->at[i], now);
		proof_timer(&p->at[i].proof, was_valid ? i == p->data : last,
		            doubt_hurries(&p->doubt, now), now);
		settle(p, i, was_valid);
	}
}

uint64_t paths_deadline(const struct paths *p)
{
	uint64_t at = NEVER;

	for (int i = 0; i < p->end; i++) {
		if (path_response_due(&p->at[i]))
			return 0;
		if (asked(p, i))
			at = min_of(at, keepalive_ask_at(&p->keepalive, &p->at[i]));
	}
	if (p->data < 0)
		return at;
	int other = best_path(p, p->data);
	if (!p->doubt.on || other >= 0)
		at = min_of(at, suspect_at(p, p->data));
	if (p->doubt.on && other >= 0 && sure(p, other))
		at = min_of(at, grace_until(p));
	return at;
}

/* ---- what goes out ---- */

static bool write_challenge(struct paths *p, int path, struct writer *w, size_t *pad, uint64_t now)
{
	struct path *at = &p->at[path];

	if (!asked(p, path) || now < at->proof.challenge_at)
		return false;
	bool allowed = !proof_probes(&at->proof) || probes_take(&p->probes, &at->route.remote, now);
	return proof_write_challenge(&at->proof, allowed, doubt_hurries(&p->doubt, now),
	                             mtu_size(&at->mtu), p->random, w, pad, now);
}

int paths_probe(struct paths *p, struct writer *w, size_t *pad, uint64_t now)
{
	*pad = 0;
	for (int i = 0; i < p->end; i++) {
		bool respond = path_respond(p->at, i, p->data, w, pad);

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

bool paths_may_carry_chat(const struct paths *p, int path)
{
	return path >= 0 && !(p->no_relay && route_is_forward(&p->at[path].route));
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
