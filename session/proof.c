#include "session/proof.h"

#include <string.h>

#include "base/limits.h"
#include "base/min_max.h"
#include "session/mtu.h"
#include "wire/packet.h"

enum { PROVE_TRIES_MAX = 8, VALID_TRIES_MAX = 3, LOST_TRIES_MAX = 12, AMPLIFICATION = 3 };
enum { PROBE_FRAMES = 9 + 27 }; /* bytes of a PATH CHALLENGE and a PATH RESPONSE */

/* How often an unused validated path is asked: under the 30 s of a NAT's mapping. One that is kept
 * awake otherwise, by what is said to a server, say, is asked when it is needed. */
#define SECONDARY_US (25 * SECOND)
#define VOUCHED_US   (4 * 3600 * SECOND)
/* A lost path that is heard is asked at once, but not more often than this. */
#define ASK_AGAIN_US (100 * MS)
/* Before a path that was given up is asked again; longer where somebody answers for it. */
#define LOST_US         SECOND
#define VOUCHED_LOST_US (2 * SECOND)
/* After the last probe of a connection, which may still come to stand: the system says SYN again 1
 * and 3 s after the first. */
#define STANDS_US (3 * SECOND)
/* Between two challenges of a path that was validated, while no path is known to work; at first
 * sooner, as the first may go to a server that does not know our new address yet. */
#define HURRY_US       (700 * MS)
#define HURRY_FIRST_US (150 * MS)

/* After the n-th probe of a candidate the next one follows in punch_wait_ms[n - 1]: at 0, 20, 60,
 * 140, 300, 620, 1100 ms. */
static const uint16_t punch_wait_ms[] = { 20, 40, 80, 160, 320, 480, 1000 };
enum { PUNCH_PROBES = sizeof punch_wait_ms / sizeof punch_wait_ms[0] };
_Static_assert((int)PUNCH_PROBES <= (int)LIMIT_PROBES,
               "an address that never answers gets no more than this");

static uint64_t doubling(uint64_t first_us, unsigned times, uint64_t max_us)
{
	uint64_t wait = first_us;

	while (times-- > 0 && wait < max_us)
		wait *= 2;
	return min_of(wait, max_us);
}

/* How long after this challenge (the tries-th of the stage) the next one may follow. */
static uint64_t challenge_wait(const struct proof *p, bool hurry)
{
	if (hurry && (p->stage == PROOF_VALID || p->stage == PROOF_LOST))
		return doubling(HURRY_FIRST_US, p->tries - 1, HURRY_US);
	switch (p->stage) {
	case PROOF_PUNCH:
		if (p->vouched && p->tries == PUNCH_PROBES)
			return STANDS_US;
		return punch_wait_ms[p->tries - 1] * MS;
	case PROOF_PROVE: return doubling(100 * MS, p->tries - 1, 2 * SECOND);
	case PROOF_VALID: return SECOND;
	default: return doubling(SECOND, p->tries - 1, 30 * SECOND);
	}
}

static unsigned tries_max(const struct proof *p)
{
	switch (p->stage) {
	case PROOF_PUNCH: return PUNCH_PROBES;
	case PROOF_PROVE: return PROVE_TRIES_MAX;
	case PROOF_VALID: return VALID_TRIES_MAX;
	default: return p->vouched ? UINT32_MAX : LOST_TRIES_MAX;
	}
}

static uint64_t rest_us(const struct proof *p)
{
	return p->vouched || p->awake ? VOUCHED_US : SECONDARY_US;
}

static void enter(struct proof *p, enum proof_stage stage, uint64_t ask_at)
{
	p->stage = stage;
	p->shown |= stage == PROOF_VALID;
	p->challenge_at = ask_at;
	p->tries = 0;
}

void proof_begin(struct proof *p, enum proof_stage stage, bool vouched, bool reached, uint64_t now)
{
	*p = (struct proof){ .vouched = vouched, .reached = reached };
	enter(p, stage, stage == PROOF_VALID ? now + rest_us(p) : now);
	p->named = stage == PROOF_PUNCH;
}

void proof_punch(struct proof *p, uint64_t now)
{
	enter(p, PROOF_PUNCH, now);
	p->named = true;
}

void proof_lose(struct proof *p, uint64_t now)
{
	enter(p, PROOF_LOST, now);
}

void proof_rest(struct proof *p, uint64_t now)
{
	enter(p, p->stage, now + rest_us(p));
}

void proof_awake(struct proof *p, bool awake)
{
	p->awake = awake;
}

void proof_ask(struct proof *p, uint64_t now)
{
	p->challenge_at = min_of(p->challenge_at, now);
}

void proof_up(struct proof *p, uint64_t now)
{
	if (p->stage == PROOF_PUNCH)
		enter(p, PROOF_PROVE, now);
	proof_ask(p, now);
}

void proof_doubt(struct proof *p, bool news, uint64_t now)
{
	if (p->stage == PROOF_VALID || (p->stage == PROOF_LOST && news))
		enter(p, p->stage, now);
	else if (p->stage == PROOF_LOST)
		proof_ask(p, now);
}

/* ---- what comes in ---- */

void proof_heard(struct proof *p, size_t len, uint64_t now)
{
	p->bytes_in += len;
	if (p->stage == PROOF_PUNCH) {
		p->bytes_out = 0; /* probes have a limit of their own */
		enter(p, PROOF_PROVE, now);
	} else if (p->held_back || (p->stage == PROOF_LOST && now >= p->asked_at + ASK_AGAIN_US)) {
		p->challenge_at = now;
	}
}

void proof_challenged(struct proof *p, const uint8_t bytes[static CHALLENGE_LEN], size_t len)
{
	memcpy(p->response, bytes, CHALLENGE_LEN);
	p->response_due = true;
	p->response_pad = len < MTU_MIN ? 0 : (uint16_t)min_of(len, LIMIT_PACKET);
}

/* The challenge with these bytes, unless it was answered. NULL: none. */
static struct proof_challenge *challenge_of(struct proof *p,
                                            const uint8_t bytes[static CHALLENGE_LEN])
{
	for (unsigned i = 0; i < PROOF_CHALLENGES; i++) {
		if (p->sent[i].sent_at != 0 && bytes_equal(p->sent[i].bytes, bytes, CHALLENGE_LEN))
			return &p->sent[i];
	}
	return NULL;
}

bool proof_response(struct proof *p, const uint8_t bytes[static CHALLENGE_LEN],
                    uint64_t *round_trip, uint64_t now)
{
	struct proof_challenge *c = p->stage != PROOF_NONE ? challenge_of(p, bytes) : NULL;

	if (c == NULL)
		return false;
	*round_trip = now > c->sent_at ? now - c->sent_at : 1;
	p->answered = max_of(p->answered, c->sent_at);
	c->sent_at = 0;
	p->reached = true;
	p->held_back = false;
	p->passes = c->size;
	if (p->stage == PROOF_VALID || c->size > 0 || c->known)
		enter(p, PROOF_VALID, now + rest_us(p));
	else
		enter(p, PROOF_PROVE, now);
	return true;
}

/* ---- what goes out ---- */

static bool amplifies(const struct proof *p, size_t len)
{
	return !p->reached && p->stage != PROOF_PUNCH &&
	       p->bytes_out + len > AMPLIFICATION * p->bytes_in;
}

size_t proof_room(const struct proof *p)
{
	uint64_t allowed = AMPLIFICATION * p->bytes_in;

	if (p->reached)
		return LIMIT_PACKET_MAX;
	return allowed > p->bytes_out ? (size_t)min_of(allowed - p->bytes_out, LIMIT_PACKET_MAX)
	                              : 0;
}

void proof_sent(struct proof *p, size_t len)
{
	p->bytes_out += len;
}

static bool challenge_due(const struct proof *p, uint64_t now)
{
	return now >= p->challenge_at && p->tries < tries_max(p);
}

/* It is asked further when it has no try left; a connection that was not made is not. */
static bool may_return(const struct proof *p)
{
	if (p->stage == PROOF_PUNCH)
		return p->vouched ? p->shown : p->reached;
	return p->stage == PROOF_VALID || p->vouched;
}

void proof_timer(struct proof *p, bool keep, bool hurry, uint64_t now)
{
	uint64_t later = hurry ? HURRY_US : p->stage == PROOF_PROVE ? VOUCHED_LOST_US : LOST_US;

	if (now < p->challenge_at || challenge_due(p, now))
		return;
	if (keep && p->stage == PROOF_VALID)
		proof_rest(p, now);
	else if (keep && p->stage == PROOF_LOST)
		p->tries = LOST_TRIES_MAX - 1;
	else if (may_return(p))
		enter(p, PROOF_LOST, now + later);
	else
		p->stage = PROOF_NONE;
}

void proof_write_response(struct proof *p, const struct addr *seen, size_t size, struct writer *w,
                          size_t *pad)
{
	frame_write_response(w, p->response, seen);
	p->response_due = false;
	size = min_of(size, p->response_pad);
	if (!amplifies(p, size))
		*pad = max_of(*pad, size);
}

bool proof_probes(const struct proof *p)
{
	return p->stage == PROOF_PUNCH ||
	       (p->named && amplifies(p, SEALED_OVERHEAD + PROBE_FRAMES));
}

/* Is it known what passes? What a forwarder carries, at a limited rate, is not asked
 * for that again. */
static bool shown(const struct proof *p)
{
	return p->stage == PROOF_VALID || (p->stage == PROOF_LOST && p->vouched && p->shown);
}

/* A path that was given up may carry anything by now: all sizes have their turns. */
static size_t pad_size(const struct proof *p, size_t size)
{
	unsigned below = p->stage == PROOF_LOST ? p->tries % 3 : p->tries > 0 ? p->tries - 1 : 0;

	size = min_of(size, LIMIT_PACKET);
	while (below-- > 0)
		size = mtu_below(size);
	return size;
}

static void note(struct proof *p, struct random *random, size_t size, bool known, uint64_t now)
{
	struct proof_challenge *c = &p->sent[p->count++ % PROOF_CHALLENGES];

	random_fill(random, c->bytes, sizeof c->bytes);
	c->size = (uint16_t)size;
	c->known = known;
	c->sent_at = now;
	p->asked_at = now;
}

/* A try is counted whether or not its challenge may leave: else a path that may not send would stay
 * for ever. */
bool proof_write_challenge(struct proof *p, bool allowed, bool hurry, size_t size,
                           struct random *random, struct writer *w, size_t *pad, uint64_t now)
{
	bool known = shown(p);

	size = pad_size(p, size);
	if (known || p->stage == PROOF_PUNCH || amplifies(p, size))
		size = 0;
	if (!challenge_due(p, now))
		return false;
	p->tries++;
	p->challenge_at = now + challenge_wait(p, hurry);
	p->held_back = amplifies(p, SEALED_OVERHEAD + PROBE_FRAMES) && !(p->named && allowed);
	if (p->held_back || !allowed)
		return false;
	note(p, random, size, known, now);
	frame_write_challenge(w, p->sent[(p->count - 1) % PROOF_CHALLENGES].bytes);
	*pad = max_of(*pad, size);
	return true;
}
