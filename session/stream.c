/* stream: see stream.h. Sets of ranges are bounded. Where one is full something harmless happens
 * instead: bytes are sent once more. */
#include "session/stream.h"

#include "base/assert.h"
#include "base/min_max.h"

static struct ranges ranges_in(struct range at[static STREAM_RANGES_FIRST])
{
	return ranges_growing(at, STREAM_RANGES_FIRST, STREAM_RANGES);
}

void stream_init(struct stream *s, size_t max)
{
	struct stream_send *out = &s->send;
	struct stream_receive *in = &s->receive;

	*out = (struct stream_send){ .ring = ring_of(max), .limit = STREAM_WINDOW_START };
	out->acked = ranges_in(out->acked_at);
	out->lost = ranges_in(out->lost_at);
	*in = (struct stream_receive){ .ring = ring_of(max),
		                       .limit = STREAM_WINDOW_START,
		                       .window = STREAM_WINDOW_START,
		                       .most = max,
		                       .end = UINT64_MAX };
	in->received = ranges_in(in->received_at);
}

void stream_free(struct stream *s)
{
	ring_free(&s->send.ring);
	ring_free(&s->receive.ring);
	ranges_free(&s->send.acked);
	ranges_free(&s->send.lost);
	ranges_free(&s->receive.received);
	*s = (struct stream){ .send = { .next = 0 } };
}

/* ---- sending ---- */

size_t stream_write_room(const struct stream_send *s)
{
	/* twice what is on its way, so that the memory is not what holds the sender back */
	uint64_t held = stream_held(s), flying = s->next - s->ring.base;
	uint64_t most = min_of(max_of(2 * flying, LIMIT_STREAM_BUFFER), s->ring.max);

	return s->finished || held >= most ? 0 : (size_t)(most - held);
}

size_t stream_write(struct stream_send *s, struct span bytes)
{
	bytes.len = (size_t)min_of(bytes.len, stream_write_room(s));
	if (bytes.len == 0 || !ring_hold(&s->ring, s->end + bytes.len))
		return 0;
	ring_put(&s->ring, s->end, bytes);
	s->end += bytes.len;
	return bytes.len;
}

void stream_finish(struct stream_send *s)
{
	s->finished = true;
}

static bool end_alone_due(const struct stream_send *s)
{
	return s->finished && !s->end_sent && s->next == s->end;
}

bool stream_piece_due(const struct stream_send *s)
{
	return s->lost.count > 0 || s->next < min_of(s->end, s->limit) || end_alone_due(s);
}

bool stream_next_piece(struct stream_send *s, size_t max, uint64_t *offset, struct span *piece,
                       bool *end)
{
	if (max == 0 || !stream_piece_due(s))
		return false;
	bool again = s->lost.count > 0;
	uint64_t from = again ? s->lost.at[0].from : s->next;
	uint64_t to = again ? s->lost.at[0].to : max_of(s->next, min_of(s->end, s->limit));

	*offset = from;
	*piece = ring_piece(&s->ring, from, min_of(to - from, max));
	if (again)
		ranges_remove_below(&s->lost, from + piece->len);
	else
		s->next += piece->len;
	*end = s->finished && from + piece->len == s->end;
	s->end_sent |= *end;
	return true;
}

/* Everything below to is acknowledged. */
static void send_advance(struct stream_send *s, uint64_t to)
{
	size_t beyond = ranges_after(&s->acked, to);
	if (beyond < s->acked.count && s->acked.at[beyond].from <= to)
		to = s->acked.at[beyond].to;
	ring_advance(&s->ring, to, to == s->end);
	ranges_remove_below(&s->acked, to);
	ranges_remove_below(&s->lost, to);
}

/* Adds to the lost. When there are too many, all up to the one before (or after) is lost too. */
static void lose(struct stream_send *s, uint64_t from, uint64_t to)
{
	if (ranges_add(&s->lost, from, to))
		return;
	size_t after = ranges_after(&s->lost, from);
	bool added = after > 0 ? ranges_add(&s->lost, s->lost.at[after - 1].to, to)
	                       : ranges_add(&s->lost, from, s->lost.at[after].from);
	assert(added);
}

void stream_acked(struct stream_send *s, uint64_t offset, uint64_t len, bool end)
{
	assert(offset + len <= s->next);
	s->end_acked |= end;
	uint64_t from = max_of(offset, s->ring.base), to = offset + len;
	if (from >= to)
		return;
	if (from == s->ring.base) {
		send_advance(s, to);
	} else if (ranges_add(&s->acked, from, to)) {
		ranges_remove(&s->lost, from,
		              to); /* may fail for lack of room: then it is sent once more */
	} else {
		lose(s, from, to); /* cannot be remembered, so it has to come again */
	}
}

void stream_lost(struct stream_send *s, uint64_t offset, uint64_t len, bool end)
{
	assert(offset + len <= s->next);
	if (end && !s->end_acked)
		s->end_sent = false;
	uint64_t from = max_of(offset, s->ring.base), to = offset + len;
	for (size_t i = ranges_after(&s->acked, from); from < to; i++) {
		bool last = i == s->acked.count || s->acked.at[i].from >= to;
		uint64_t gap_end = last ? to : s->acked.at[i].from;
		if (from < gap_end)
			lose(s, from, gap_end);
		if (last)
			break;
		from = s->acked.at[i].to;
	}
}

void stream_limit(struct stream_send *s, uint64_t limit)
{
	s->limit = max_of(s->limit, limit);
}

bool stream_flushed(const struct stream_send *s)
{
	return s->ring.base == s->end && (!s->finished || s->end_acked);
}

uint64_t stream_held(const struct stream_send *s)
{
	return s->end - s->ring.base;
}

/* ---- receiving ---- */

/* Are the bytes at offset the ones that wait there already, as far as some do? */
static bool agrees(const struct stream_receive *s, uint64_t offset, struct span bytes)
{
	for (size_t i = ranges_after(&s->received, offset); i < s->received.count; i++) {
		uint64_t from = max_of(offset, s->received.at[i].from),
			 to = min_of(offset + bytes.len, s->received.at[i].to);
		if (from >= to)
			return true;
		struct span part = span_of(bytes.at + (from - offset), (size_t)(to - from));
		if (!ring_is(&s->ring, from, part))
			return false;
	}
	return true;
}

/* One interval is kept free for the one at base, which makes room when it is consumed. */
static bool note(struct stream_receive *s, uint64_t from, uint64_t to)
{
	if (from > s->ring.base && s->received.count + 1 >= s->received.most &&
	    !ranges_have_all(&s->received, from - 1, from))
		return ranges_have_all(&s->received, from, to);
	return ranges_add(&s->received, from, to);
}

/* Bytes in order from base on. */
static size_t ready(const struct stream_receive *s)
{
	bool any = s->received.count > 0 && s->received.at[0].from == s->ring.base;
	return any ? (size_t)(s->received.at[0].to - s->ring.base) : 0;
}

/* A quarter of the window waits behind a gap: before that is filled, the rest may be used up. The
 * first window stays as it is: nobody reads that peer's stream yet. */
static bool held_up(const struct stream_receive *s)
{
	return s->limit_at != 0 && s->window < s->most && s->limit < s->end &&
	       s->highest - s->ring.base - ready(s) > s->window / 4;
}

enum err stream_insert(struct stream_receive *s, uint64_t offset, struct span bytes, bool end)
{
	uint64_t to = offset + bytes.len;
	if (to > s->limit || to > s->end)
		return ERR_FORMAT;
	if (end && ((s->end != UINT64_MAX && to != s->end) || to < s->highest))
		return ERR_FORMAT;
	if (offset < s->ring.base) { /* consumed before */
		size_t old = (size_t)min_of(s->ring.base - offset, bytes.len);
		bytes = span_of(bytes.len > old ? bytes.at + old : NULL, bytes.len - old);
		offset = s->ring.base;
	}
	if (bytes.len > 0) {
		if (!agrees(s, offset, bytes))
			return ERR_FORMAT;
		if (!ring_hold(&s->ring, to) || !note(s, offset, to))
			return ERR_FULL;
		ring_put(&s->ring, offset, bytes);
	}
	s->highest = max_of(s->highest, to);
	if (end)
		s->end = to;
	s->limit_due |= held_up(s);
	return OK;
}

struct span stream_read(const struct stream_receive *s)
{
	return ring_piece(&s->ring, s->ring.base, ready(s));
}

void stream_consume(struct stream_receive *s, size_t len)
{
	assert(len <= ready(s));
	ranges_remove_below(&s->received, s->ring.base + len);
	ring_advance(&s->ring, s->ring.base + len, s->received.count == 0);

	/* a quarter of the window is gone, and the peer may need it */
	if (s->ring.base + s->window >= s->limit + s->window / 4 && s->limit < s->end)
		s->limit_due = true;
}

/* A quarter of the window in a round trip: a peer that sends twice as much in each is held back
 * before it hears of the next limit. */
static bool narrow(const struct stream_receive *s, uint64_t round_trip, uint64_t now)
{
	return s->limit_at != 0 && now - s->limit_at < round_trip;
}

uint64_t stream_limit_take(struct stream_receive *s, uint64_t most, uint64_t round_trip,
                           uint64_t now)
{
	s->most = min_of(most, s->ring.max);
	bool wider = held_up(s) || narrow(s, round_trip, now);
	uint64_t wanted = wider ? 2 * s->window : LIMIT_STREAM_BUFFER;
	uint64_t window = min_of(max_of(s->window, wanted), s->most);

	/* what cannot be kept is not promised: over TCP nothing comes twice */
	if (window <= s->window || ring_could_hold(&s->ring, s->ring.base + window))
		s->window = window;
	else
		s->most = s->window;
	s->limit = max_of(s->limit, s->ring.base + s->window);
	s->limit_at = now;
	s->limit_due = false;
	return s->limit;
}

bool stream_ended(const struct stream_receive *s)
{
	return s->ring.base == s->end;
}

uint64_t stream_promised(const struct stream_receive *s)
{
	return min_of(s->limit, s->end) - s->ring.base;
}

void stream_settle(struct stream *s, const struct sent_frame *f, bool lost)
{
	if (f->kind == SENT_MAX_DATA)
		s->receive.limit_due |= lost;
	else if (lost)
		stream_lost(&s->send, f->offset, f->len, f->end);
	else
		stream_acked(&s->send, f->offset, f->len, f->end);
}
