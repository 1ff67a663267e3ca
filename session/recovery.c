/* recovery: see recovery.h and RFC 9002 appendix A.
 *
 * A packet lives in the slot of its number in a ring, from its sending until its frames' fates were taken. Packets in flight hang
 * in one list a path, oldest first. Acknowledgments and losses take from the old end of these lists, so that both cost as much as
 * they settle. Order counts a path's own packets: their numbers have gaps, for other paths and for packets not tracked. */
#include "session/recovery.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "session/congestion.h"

enum { NOWHERE = 0xffff, PROBES = 2, PERSISTENT = 3 }; /* RFC 9002 sections 6.2.4, 7.6.1 */

_Static_assert((LIMIT_SENT & (LIMIT_SENT - 1)) == 0, "slots are found by a mask");
_Static_assert((int)LIMIT_SENT < (int)NOWHERE, "a slot's index is 16 bits");

enum fate { FATE_NONE, FATE_ACKED, FATE_LOST };

struct packet {
	uint64_t number, order, sent_at;
	uint32_t bytes;
	uint16_t older, newer;      /* in flight on its path */
	uint16_t fate_next;         /* waiting for recovery_take */
	uint8_t path, count, taken; /* frames, and how many of them were taken */
	bool flying;
	bool handed_back; /* by a probe timeout: its frames count as lost, it does not */
	uint8_t fate;     /* enum fate, to be taken */
	struct sent_frame frames[SENT_FRAMES_MAX];
};

struct track { /* a path's packets in flight */
	uint16_t oldest, newest;
	uint64_t next_order, largest_order;
	uint64_t sampled_at; /* first round trip measured; 0 none */
	uint64_t run_start,
	    run_next; /* losses without anything acknowledged between: when the first left, the order that goes on */
};

struct recovery {
	struct packet sent[LIMIT_SENT];
	struct flow flows[LIMIT_PATHS];
	struct track tracks[LIMIT_PATHS];
	uint16_t fate_first, fate_last;
	uint64_t next_number; /* above all sent */
	size_t in_flight;
	uint64_t looked_at; /* packets and numbers gone through for acknowledgments */
};

struct recovery *recovery_new(void)
{
	struct recovery *r = calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->fate_first = r->fate_last = NOWHERE;
	for (unsigned i = 0; i < LIMIT_PATHS; i++)
		r->tracks[i].oldest = r->tracks[i].newest = NOWHERE;
	return r;
}

void recovery_free(struct recovery *r)
{
	free(r);
}

struct flow *recovery_flow(struct recovery *r, unsigned path)
{
	assert(path < LIMIT_PATHS);
	return &r->flows[path];
}

/* ---- packets, lists, fates ---- */

static struct packet *slot(struct recovery *r, uint64_t number)
{
	return &r->sent[number & (LIMIT_SENT - 1)];
}

static uint16_t index_of(const struct recovery *r, const struct packet *p)
{
	return (uint16_t)(p - r->sent);
}

static void take_off(struct recovery *r, struct packet *p)
{
	struct track *t = &r->tracks[p->path];
	struct flow *f = &r->flows[p->path];
	if (p->older == NOWHERE)
		t->oldest = p->newer;
	else
		r->sent[p->older].newer = p->newer;
	if (p->newer == NOWHERE)
		t->newest = p->older;
	else
		r->sent[p->newer].older = p->older;
	p->flying = false;
	congestion_gone(&f->congestion, p->bytes);
	r->in_flight--;
	if (--f->eliciting_in_flight == 0)
		f->eliciting_at = 0;
}

static void put_on(struct recovery *r, struct packet *p)
{
	struct track *t = &r->tracks[p->path];
	p->older = t->newest;
	p->newer = NOWHERE;
	if (t->newest == NOWHERE)
		t->oldest = index_of(r, p);
	else
		r->sent[t->newest].newer = index_of(r, p);
	t->newest = index_of(r, p);
	p->flying = true;
	r->in_flight++;
	r->flows[p->path].eliciting_in_flight++;
}

static void decide(struct recovery *r, struct packet *p, enum fate fate)
{
	bool waits = p->fate != FATE_NONE;
	p->fate = (uint8_t)fate;
	p->taken = 0;
	if (waits)
		return;
	p->fate_next = NOWHERE;
	if (r->fate_last == NOWHERE)
		r->fate_first = index_of(r, p);
	else
		r->sent[r->fate_last].fate_next = index_of(r, p);
	r->fate_last = index_of(r, p);
}

bool recovery_take(struct recovery *r, struct sent_frame *frame, bool *lost)
{
	while (r->fate_first != NOWHERE) {
		struct packet *p = &r->sent[r->fate_first];
		if (p->taken < p->count) {
			*frame = p->frames[p->taken++];
			*lost = p->fate == FATE_LOST;
			return true;
		}
		p->fate = FATE_NONE;
		r->fate_first = p->fate_next;
		if (r->fate_first == NOWHERE)
			r->fate_last = NOWHERE;
	}
	return false;
}

/* It is lost, or its path is gone. */
static void give_up(struct recovery *r, struct packet *p)
{
	take_off(r, p);
	if (!p->handed_back)
		decide(r, p, FATE_LOST);
}

/* ---- paths ---- */

void recovery_path_stop(struct recovery *r, unsigned path)
{
	assert(path < LIMIT_PATHS);
	struct flow *f = &r->flows[path];
	while (r->tracks[path].oldest != NOWHERE)
		give_up(r, &r->sent[r->tracks[path].oldest]);
	f->used = false;
	f->loss_at = NEVER;
	f->probes_due = 0;
}

void recovery_path_start(struct recovery *r, unsigned path, bool stream)
{
	recovery_path_stop(r, path);
	r->flows[path] = (struct flow){
		.used = true, .stream = stream, .largest_acked = UINT64_MAX, .loss_at = NEVER
	};
	r->tracks[path] = (struct track){ .oldest = NOWHERE, .newest = NOWHERE, .next_order = 1 };
	congestion_start(&r->flows[path].congestion);
}

/* ---- sending ---- */

static bool reusable(const struct packet *p)
{
	return p->fate == FATE_NONE && (!p->flying || p->handed_back);
}

bool recovery_room(const struct recovery *r, uint64_t number)
{
	return reusable(&r->sent[number & (LIMIT_SENT - 1)]);
}

void recovery_sent(struct recovery *r, uint64_t number, unsigned path, size_t bytes, bool eliciting,
                   const struct sent_frame *frames, size_t count, uint64_t now)
{
	assert(number >= r->next_number);
	r->next_number = number + 1;
	if (!eliciting)
		return;
	struct flow *f = recovery_flow(r, path);
	struct packet *p = slot(r, number);
	assert(f->used);
	assert(count <= SENT_FRAMES_MAX);
	assert(reusable(p));
	if (p->flying)
		take_off(r, p);
	*p = (struct packet){ .number = number,
		              .order = r->tracks[path].next_order++,
		              .sent_at = now,
		              .bytes = (uint32_t)bytes,
		              .path = (uint8_t)path,
		              .count = (uint8_t)count };
	for (size_t i = 0; i < count; i++)
		p->frames[i] = frames[i];
	congestion_sent(&f->congestion, bytes, f->rtt.smoothed, now);
	put_on(r, p);
	f->eliciting_at = now;
	if (f->probes_due > 0)
		f->probes_due--;
}

bool recovery_may_send(const struct recovery *r, unsigned path, size_t bytes, uint64_t now)
{
	const struct flow *f = &r->flows[path];
	if (!f->used || f->stream || f->probes_due > 0)
		return f->used;
	return congestion_room(&f->congestion, bytes) &&
	       congestion_pace_at(&f->congestion, f->rtt.smoothed) <= now;
}

uint64_t recovery_pace_at(const struct recovery *r, unsigned path)
{
	const struct flow *f = &r->flows[path];
	if (!f->used || f->stream || f->probes_due > 0)
		return 0;
	if (!congestion_room(&f->congestion, LIMIT_PACKET) || !recovery_room(r, r->next_number))
		return 0;
	return congestion_pace_at(&f->congestion, f->rtt.smoothed);
}

void recovery_limited(struct recovery *r, unsigned path, bool by_window)
{
	recovery_flow(r, path)->congestion.limited = by_window;
}

uint64_t recovery_pto(const struct recovery *r, unsigned path)
{
	return rtt_pto(&r->flows[path].rtt);
}

uint64_t recovery_oldest(const struct recovery *r, unsigned path)
{
	uint16_t oldest = r->tracks[path].oldest;
	return oldest == NOWHERE ? NEVER : r->sent[oldest].sent_at;
}

bool recovery_idle(const struct recovery *r)
{
	return r->in_flight == 0;
}

/* ---- losses ---- */

/* One more loss: do those in a row, nothing acknowledged between, span the time of persistent congestion? RFC 9002 section 7.6 */
static bool persistent(const struct recovery *r, struct track *t, const struct packet *p)
{
	if (t->sampled_at == 0 || p->sent_at <= t->sampled_at)
		return false;
	if (t->run_next != p->order)
		t->run_start = p->sent_at;
	t->run_next = p->order + 1;
	return p->sent_at - t->run_start > PERSISTENT * recovery_pto(r, p->path);
}

/* RFC 9002 A.10. Later packets were sent later: the first that is not lost ends it. */
static void detect_lost(struct recovery *r, unsigned path, uint64_t now)
{
	struct flow *f = &r->flows[path];
	struct track *t = &r->tracks[path];
	uint64_t delay = rtt_loss_delay(&f->rtt), newest_sent_at = 0;
	bool collapse = false;

	f->loss_at = NEVER;
	while (t->oldest != NOWHERE) {
		struct packet *p = &r->sent[t->oldest];
		if (f->largest_acked == UINT64_MAX || p->number > f->largest_acked)
			break;
		if (p->sent_at + delay > now && t->largest_order < p->order + PACKET_THRESHOLD) {
			f->loss_at = p->sent_at + delay;
			break;
		}
		collapse |= persistent(r, t, p);
		newest_sent_at = p->sent_at;
		give_up(r, p);
	}
	if (newest_sent_at != 0)
		congestion_lost(&f->congestion, newest_sent_at, now);
	if (collapse)
		congestion_persistent(&f->congestion);
}

/* ---- acknowledgments ---- */

static uint64_t take_one(struct recovery *r, struct packet *p, const struct packet **newest)
{
	take_off(r, p);
	decide(r, p, FATE_ACKED);
	*newest = p;
	return p->bytes;
}

/* Goes through the packets in flight on a path, oldest first. */
static uint64_t take_by_flight(struct recovery *r, unsigned path, const struct frame *ack,
                               const struct packet **newest)
{
	size_t left =
	    ack->as.ack.count; /* ranges above the packets seen so far; the last is the lowest */
	uint64_t bytes = 0;

	for (uint16_t i = r->tracks[path].oldest; i != NOWHERE;) {
		struct packet *p = &r->sent[i];
		i = p->newer;
		r->looked_at++;
		while (left > 0 && ack->as.ack.ranges[left - 1].to <= p->number)
			left--;
		if (left == 0)
			break;
		if (p->number >= ack->as.ack.ranges[left - 1].from)
			bytes += take_one(r, p, newest);
	}
	return bytes;
}

/* Goes through the numbers the ranges name, from the path's oldest packet in flight on. */
static uint64_t take_by_number(struct recovery *r, unsigned path, const struct frame *ack,
                               const struct packet **newest)
{
	uint64_t oldest = r->sent[r->tracks[path].oldest].number, bytes = 0;

	for (size_t i = ack->as.ack.count; i-- > 0;) {
		for (uint64_t n = max_of(ack->as.ack.ranges[i].from, oldest);
		     n < ack->as.ack.ranges[i].to; n++) {
			struct packet *p = slot(r, n);
			r->looked_at++;
			if (p->flying && p->number == n && p->path == path)
				bytes += take_one(r, p, newest);
		}
	}
	return bytes;
}

/* Takes the packets of a path that ranges (descending) name from the flight. Gives the bytes; *newest is the last of them.
 * It costs no more than the fewer of what is in flight and what the ranges name: a peer may acknowledge the same again and again. */
static uint64_t take_acked(struct recovery *r, unsigned path, const struct frame *ack,
                           const struct packet **newest)
{
	if (r->tracks[path].oldest == NOWHERE)
		return 0;
	uint64_t oldest = r->sent[r->tracks[path].oldest].number, named = 0;

	for (size_t i = 0; i < ack->as.ack.count && ack->as.ack.ranges[i].to > oldest; i++)
		named += ack->as.ack.ranges[i].to - max_of(ack->as.ack.ranges[i].from, oldest);
	if (named <= r->flows[path].eliciting_in_flight)
		return take_by_number(r, path, ack, newest);
	return take_by_flight(r, path, ack, newest);
}

uint64_t recovery_looked_at(const struct recovery *r)
{
	return r->looked_at;
}

static void path_acked(struct recovery *r, unsigned path, const struct frame *ack, uint64_t now)
{
	struct flow *f = &r->flows[path];
	struct track *t = &r->tracks[path];
	const struct packet *newest = NULL;
	uint64_t bytes = take_acked(r, path, ack, &newest), sample = 0;
	if (!newest)
		return;
	if (f->largest_acked == UINT64_MAX || newest->number > f->largest_acked) {
		f->largest_acked = newest->number;
		t->largest_order = newest->order;
	}
	/* The delay told is that of the largest number, which may have gone another path: then it measures only where nothing has. */
	bool largest = newest->number == ack->as.ack.ranges[0].to - 1;
	if (largest || f->rtt.smoothed == 0) {
		rtt_sample(&f->rtt, now - newest->sent_at, largest ? ack->as.ack.delay_us : 0);
		sample = f->rtt.latest;
		if (t->sampled_at == 0)
			t->sampled_at = now;
	}
	f->pto_count = 0;
	f->probes_due = 0;
	if (f->stream)
		return;
	detect_lost(r, path, now);
	congestion_acked(
	    &f->congestion,
	    &(struct congestion_ack){ bytes, newest->sent_at, sample, f->rtt.smoothed }, now);
}

enum err recovery_acked(struct recovery *r, const struct frame *ack, uint64_t next_number,
                        uint64_t now)
{
	if (ack->as.ack.ranges[0].to > next_number)
		return ERR_FORMAT;
	for (unsigned i = 0; i < LIMIT_PATHS; i++)
		path_acked(r, i, ack, now);
	return OK;
}

/* ---- timers ---- */

static uint64_t flow_deadline(const struct recovery *r, unsigned path)
{
	const struct flow *f = &r->flows[path];
	if (!f->used || f->stream || f->eliciting_in_flight == 0)
		return NEVER;
	if (f->loss_at != NEVER)
		return f->loss_at;
	uint64_t period = recovery_pto(r, path), longest = max_of(period, RECOVERY_PTO_MAX_US);
	for (unsigned i = 0; i < f->pto_count && period < longest; i++)
		period *= 2;
	return f->eliciting_at + min_of(period, longest);
}

uint64_t recovery_deadline(const struct recovery *r)
{
	uint64_t at = NEVER;
	for (unsigned i = 0; i < LIMIT_PATHS; i++)
		at = min_of(at, flow_deadline(r, i));
	return at;
}

/* RFC 9002 section 6.2.4. The next timeout counts from here even if no probe can be sent. */
static void probe(struct recovery *r, unsigned path, uint64_t now)
{
	struct flow *f = &r->flows[path];
	f->pto_count++;
	f->probes_due = PROBES;
	f->eliciting_at = now;
	size_t left = f->pto_count > 1 ? SIZE_MAX : PROBES;
	for (uint16_t i = r->tracks[path].oldest; i != NOWHERE && left > 0; i = r->sent[i].newer) {
		struct packet *p = &r->sent[i];
		if (p->handed_back)
			continue;
		p->handed_back = true;
		decide(r, p, FATE_LOST);
		left--;
	}
}

void recovery_timer(struct recovery *r, uint64_t now)
{
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		if (flow_deadline(r, i) > now)
			continue;
		if (r->flows[i].loss_at != NEVER)
			detect_lost(r, i, now);
		else
			probe(r, i, now);
	}
}
