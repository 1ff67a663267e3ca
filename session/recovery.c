/* recovery: see recovery.h and RFC 9002 appendix A. */
#include "session/recovery.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"

enum { PROBES = 2, PERSISTENT = 3 }; /* RFC 9002 sections 6.2.4, 7.6.1 */
enum { LEAVE_EACH = 256 };           /* numbers, at least; twice as many on average */
enum { REPEAT_LINES = 16 };          /* of a path: with more, a long text is pasted */

/* How far overtaking goes at most, or a round trip if that is more; and how long it is believed to
 * go on when it is not seen any more. */
#define REORDER_MAX_US   (250 * MS)
#define REORDER_STAYS_US (10 * SECOND)
/* A lost packet may come so late, or three probe timeouts if that is more. */
#define LATE_US SECOND

struct recovery *recovery_new(void)
{
	struct recovery *r = calloc(1, sizeof *r);

	if (r != NULL)
		r->leave_at = LEAVE_EACH;
	if (r == NULL || sent_init(&r->sent))
		return r;
	recovery_free(r);
	return NULL;
}

void recovery_free(struct recovery *r)
{
	if (r != NULL)
		sent_free(&r->sent);
	free(r);
}

/* ---- paths ---- */

static void lose_oldest(struct recovery *r, unsigned path)
{
	congestion_gone(&r->flows[path].congestion, sent_oldest(&r->sent, path)->bytes);
	sent_lose_oldest(&r->sent, path);
}

void recovery_lose_before(struct recovery *r, unsigned path, uint64_t time)
{
	const struct sent_packet *oldest;

	while ((oldest = sent_oldest(&r->sent, path)) != NULL && oldest->sent_at < time)
		lose_oldest(r, path);
}

void recovery_path_stop(struct recovery *r, unsigned path)
{
	assert(path < LIMIT_PATHS);
	while (sent_oldest(&r->sent, path) != NULL)
		lose_oldest(r, path);
	sent_forget_late(&r->sent, path, NEVER);
	r->flows[path].used = false;
	r->flows[path].loss_at = NEVER;
	r->flows[path].probes_due = 0;
	repeat_stop(&r->repeat, path);
	while (r->end > 0 && !r->flows[r->end - 1].used)
		r->end--;
}

void recovery_path_start(struct recovery *r, unsigned path, enum flow_kind kind)
{
	recovery_path_stop(r, path);
	r->flows[path] = (struct flow){
		.used = true, .kind = kind, .largest_acked = UINT64_MAX, .loss_at = NEVER
	};
	r->end = (unsigned)max_of(r->end, path + 1);
	congestion_start(&r->flows[path].congestion);
}

void recovery_sample(struct recovery *r, unsigned path, uint64_t round_trip)
{
	rtt_sample(&r->flows[path].rtt, round_trip, 0);
}

/* ---- sending ---- */

/* Should a packet with these frames be marked as a line of a chat, to leave once more? */
static bool twice(struct recovery *r, unsigned path, const struct sent_frame *frames, size_t count,
                  uint64_t now)
{
	const struct flow *f = &r->flows[path];

	return repeat_is_line(&r->repeat, frames, count) && f->kind == FLOW_DIRECT &&
	       r->sent.tracks[path][SENT_FLYING].lines < REPEAT_LINES &&
	       repeat_sent(&r->repeat, path, &f->rtt, now);
}

void recovery_sent(struct recovery *r, uint64_t number, unsigned path, size_t bytes, bool eliciting,
                   const struct sent_frame *frames, size_t count, uint64_t now)
{
	struct flow *f = &r->flows[path];

	assert(number >= r->next_number);
	r->next_number = number + 1;
	if (eliciting) {
		struct sent_packet packet = { .number = number,
			                      .sent_at = now,
			                      .bytes = (uint32_t)bytes,
			                      .path = (uint8_t)path };

		assert(f->used);
		packet.line = twice(r, path, frames, count, now);
		packet.stamp = congestion_sent(&f->congestion, bytes, now);
		struct sent_packet evicted = sent_add(&r->sent, packet, frames, count);
		if (evicted.order != 0)
			congestion_gone(&r->flows[evicted.path].congestion, evicted.bytes);
	}
	sent_make_room(&r->sent, r->next_number);
	if (!eliciting)
		return;
	f->eliciting_at = now;
	if (f->probes_due > 0)
		f->probes_due--;
}

bool recovery_leaves_out(struct recovery *r, struct random *random)
{
	if (r->next_number < r->leave_at)
		return false;
	r->left_out = r->next_number++;
	r->leave_at = r->next_number + LEAVE_EACH + random_below(random, 2 * LEAVE_EACH);
	sent_make_room(&r->sent, r->next_number);
	return true;
}

static bool is_paced(const struct flow *f)
{
	return f->kind != FLOW_STREAM && f->probes_due == 0;
}

bool recovery_may_send(const struct recovery *r, unsigned path, uint64_t now)
{
	const struct flow *f = &r->flows[path];

	if (!f->used || !sent_room(&r->sent, r->next_number))
		return false;
	if (!is_paced(f))
		return true;
	return congestion_room(&f->congestion, LIMIT_PACKET) &&
	       congestion_pace_at(&f->congestion) <= now;
}

void recovery_ask(struct recovery *r, unsigned path)
{
	struct flow *f = &r->flows[path];

	if (f->used && f->probes_due == 0)
		f->probes_due = 1;
}

uint64_t recovery_pace_at(const struct recovery *r, unsigned path)
{
	const struct flow *f = &r->flows[path];

	if (!is_paced(f) || !recovery_may_send(r, path, NEVER))
		return 0;
	return congestion_pace_at(&f->congestion);
}

uint64_t recovery_oldest(const struct recovery *r, unsigned path)
{
	const struct sent_packet *oldest = sent_oldest(&r->sent, path);

	return oldest == NULL ? NEVER : oldest->sent_at;
}

/* ---- what is due ---- */

static uint64_t flow_deadline(const struct recovery *r, unsigned path)
{
	const struct flow *f = &r->flows[path];

	if (!f->used || f->kind == FLOW_STREAM || sent_oldest(&r->sent, path) == NULL)
		return NEVER;
	if (f->loss_at != NEVER)
		return f->loss_at;
	uint64_t max =
	    f->pto_count < RECOVERY_PTO_EARLY ? RECOVERY_PTO_MAX_US : RECOVERY_PTO_LATE_US;
	uint64_t period = rtt_pto(&f->rtt), longest = max_of(period, max);
	for (unsigned i = 0; i < f->pto_count && period < longest; i++)
		period *= 2;
	return f->eliciting_at + min_of(period, longest);
}

/* Was our program stopped, and is much too late for what was due? Then what was in flight does not
 * measure the path. */
static void notice_stop(struct recovery *r, unsigned path, uint64_t now)
{
	uint64_t due = flow_deadline(r, path);

	if (due < now && now - due > rtt_pto(&r->flows[path].rtt))
		r->flows[path].stopped_at = now;
}

/* ---- losses ---- */

/* One more loss: do those in a row, nothing acknowledged between, span the time of persistent
 * congestion? RFC 9002 section 7.6 */
static bool persistent(struct flow *f, const struct sent_packet *p)
{
	if (f->sampled_at == 0 || p->sent_at <= f->sampled_at)
		return false;
	if (f->run_next != p->order)
		f->run_start = p->sent_at;
	f->run_next = p->order + 1;
	return p->sent_at - f->run_start > PERSISTENT * rtt_pto(&f->rtt);
}

/* RFC 9002 A.10. Later packets were sent later: the first that is not lost ends it. */
static void detect_lost(struct recovery *r, unsigned path, uint64_t now)
{
	struct flow *f = &r->flows[path];
	uint64_t delay = rtt_loss_delay(&f->rtt) + f->reorder_us;
	struct sent_packet newest = { .sent_at = 0 };
	struct congestion_loss loss = { .stamp = &newest.stamp };
	const struct sent_packet *p;
	bool collapse = false;

	f->loss_at = NEVER;
	while ((p = sent_oldest(&r->sent, path)) != NULL) {
		if (f->largest_acked == UINT64_MAX || p->number > f->largest_acked)
			break;
		if (p->sent_at + delay > now &&
		    (f->reorder_us != 0 ||
		     f->largest_order < p->order + RECOVERY_PACKET_THRESHOLD)) {
			f->loss_at = p->sent_at + delay;
			break;
		}
		collapse |= persistent(f, p);
		loss.bytes += p->bytes;
		loss.calm += p->stamp.calm ? p->bytes : 0;
		newest = *p;
		repeat_lost(&r->repeat, path, now);
		lose_oldest(r, path);
	}
	loss.sent_at = newest.sent_at;
	if (loss.bytes != 0)
		congestion_lost(&f->congestion, &loss, now);
	if (collapse)
		congestion_persistent(&f->congestion, now);
}

/* ---- acknowledgments ---- */

/* A round trip by the newest packet that was acknowledged. The delay reported is that of the
 * largest number, which may have gone another path: then it measures only where nothing has.
 * Returns the sample; 0: none. */
static uint64_t measure(struct flow *f, const struct sent_packet *newest, const struct frame *ack,
                        uint64_t now)
{
	bool largest = newest->number == ack->as.ack.ranges[0].to - 1;

	if ((!largest && f->rtt.smoothed != 0) || newest->sent_at < f->stopped_at)
		return 0;
	rtt_sample(&f->rtt, now - newest->sent_at, largest ? ack->as.ack.delay_us : 0);
	if (f->sampled_at == 0)
		f->sampled_at = now;
	return f->rtt.latest;
}

/* What was declared lost has come: next time it is given the time that it took. */
static void late_came(struct recovery *r, unsigned path, const struct sent_sum *late, uint64_t now)
{
	struct flow *f = &r->flows[path];
	uint64_t took = now - late->newest.sent_at, allowed = rtt_loss_delay(&f->rtt);
	uint64_t most = max_of(f->rtt.smoothed, REORDER_MAX_US);

	if (late->newest.order == 0 || f->kind == FLOW_STREAM)
		return;
	congestion_spurious(&f->congestion, late->bytes, late->calm);
	repeat_late(&r->repeat, path);
	took = took > allowed ? took - allowed : 0;
	f->reorder_us = max_of(f->reorder_us, max_of(took, RTT_GRANULARITY_US));
	f->reorder_us = min_of(f->reorder_us, most);
	f->reorder_at = now;
}

/* Overtaking that is not seen any more is believed in half as much. */
static void forget(struct recovery *r, unsigned path, uint64_t now)
{
	struct flow *f = &r->flows[path];
	uint64_t late = max_of(PERSISTENT * rtt_pto(&f->rtt), LATE_US);

	sent_forget_late(&r->sent, path, now - min_of(now, late));
	if (f->reorder_us == 0 || now - f->reorder_at < REORDER_STAYS_US)
		return;
	f->reorder_us = f->reorder_us / 2 < RTT_GRANULARITY_US ? 0 : f->reorder_us / 2;
	f->reorder_at = now;
}

static void path_acked(struct recovery *r, unsigned path, const struct frame *ack, uint64_t now)
{
	struct flow *f = &r->flows[path];
	notice_stop(r, path, now);
	struct sent_acked sum = sent_ack(&r->sent, path, ack);
	const struct sent_packet *newest = &sum.acked.newest;

	late_came(r, path, &sum.late, now);
	if (newest->order == 0)
		return;
	congestion_gone(&f->congestion, (size_t)sum.acked.bytes);
	if (f->largest_acked == UINT64_MAX || newest->number > f->largest_acked) {
		f->largest_acked = newest->number;
		f->largest_order = newest->order;
	}
	uint64_t sample = measure(f, newest, ack, now);
	f->pto_count = 0;
	f->probes_due = 0;
	if (f->kind == FLOW_STREAM)
		return;
	forget(r, path, now);
	detect_lost(r, path, now);
	congestion_acked(&f->congestion,
	                 &(struct delivery_ack){ .bytes = sum.acked.bytes,
	                                         .calm = sum.acked.calm,
	                                         .sent_at = newest->sent_at,
	                                         .stamp = &newest->stamp,
	                                         .sample = sample,
	                                         .smoothed = f->rtt.smoothed,
	                                         .variation = f->rtt.variation,
	                                         .reorder = f->reorder_us },
	                 now);
}

static bool names(const struct frame *ack, uint64_t number)
{
	const struct range *at = ack->as.ack.ranges;

	for (size_t i = 0; i < ack->as.ack.count; i++)
		if (number >= at[i].from && number < at[i].to)
			return true;
	return false;
}

enum err recovery_acked(struct recovery *r, const struct frame *ack, uint64_t now)
{
	bool left_out = r->left_out != 0 && names(ack, r->left_out);

	if (ack->as.ack.ranges[0].to > r->next_number || left_out)
		return ERR_FORMAT;
	for (unsigned i = 0; i < r->end; i++)
		path_acked(r, i, ack, now);
	return OK;
}

/* ---- timers ---- */

uint64_t recovery_deadline(const struct recovery *r)
{
	uint64_t at = NEVER;

	for (unsigned i = 0; i < r->end; i++)
		at = min_of(at, min_of(flow_deadline(r, i), repeat_deadline(&r->repeat, i)));
	return at;
}

/* RFC 9002 section 6.2.4. The next timeout counts from here even if no probe can be sent. */
static void probe(struct recovery *r, unsigned path, uint64_t now)
{
	struct flow *f = &r->flows[path];

	f->pto_count++;
	f->probes_due = PROBES;
	f->eliciting_at = now;
	sent_hand_back(&r->sent, path, f->pto_count > 1 ? SIZE_MAX : PROBES);
}

void recovery_timer(struct recovery *r, uint64_t now)
{
	for (unsigned i = 0; i < r->end; i++) {
		if (repeat_deadline(&r->repeat, i) <= now)
			repeat_timer(&r->repeat, &r->sent, i, &r->flows[i].rtt, now);
		if (flow_deadline(r, i) > now)
			continue;
		notice_stop(r, i, now);
		if (r->flows[i].loss_at != NEVER)
			detect_lost(r, i, now);
		else
			probe(r, i, now);
	}
}
