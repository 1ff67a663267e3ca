/* stream: see stream.h. An offset lies in the ring at ring_start + (offset - base), modulo its
 * size. Sets of ranges are fixed arrays. Where one is full something harmless happens instead:
 * bytes are sent once more. */
#include "session/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"

enum { SEND_SIZE = LIMIT_STREAM_SEND, RECEIVE_SIZE = LIMIT_STREAM_RECEIVE };

_Static_assert((SEND_SIZE & (SEND_SIZE - 1)) == 0, "rings are powers of two");
_Static_assert((RECEIVE_SIZE & (RECEIVE_SIZE - 1)) == 0, "rings are powers of two");
_Static_assert((size_t)STREAM_WINDOW_START <= (size_t)RECEIVE_SIZE,
               "the first window fits the ring");

/* Bytes into a ring from place on, around its end; keeps count of what was ever used. */
static void ring_put(uint8_t *ring, size_t size, size_t place, struct span bytes, size_t *used)
{
	if (bytes.len == 0)
		return;
	size_t front = (size_t)min_of(bytes.len, size - place);
	memcpy(ring + place, bytes.at, front);
	memcpy(ring, bytes.at + front, bytes.len - front);
	*used = (size_t)max_of(*used, place + front);
}

static bool ring_is(const uint8_t *ring, size_t size, size_t place, struct span bytes)
{
	size_t front = (size_t)min_of(bytes.len, size - place);
	return memcmp(ring + place, bytes.at, front) == 0 &&
	       memcmp(ring, bytes.at + front, bytes.len - front) == 0;
}

/* ---- sending ---- */

enum err stream_send_init(struct stream_send *s)
{
	*s = (struct stream_send){ .limit = STREAM_WINDOW_START };
	s->acked = ranges_of(s->acked_at, STREAM_RANGES);
	s->lost = ranges_of(s->lost_at, STREAM_RANGES);
	s->ring = calloc(1, SEND_SIZE);
	return s->ring ? OK : ERR_FULL;
}

void stream_send_free(struct stream_send *s)
{
	if (s->ring)
		bytes_wipe(s->ring, s->used);
	free(s->ring);
	s->ring = NULL;
	s->used = 0;
}

static size_t send_place(const struct stream_send *s, uint64_t offset)
{
	return (s->ring_start + (size_t)(offset - s->base)) & (SEND_SIZE - 1);
}

size_t stream_write_room(const struct stream_send *s)
{
	return s->finished ? 0 : SEND_SIZE - (size_t)(s->end - s->base);
}

size_t stream_write(struct stream_send *s, struct span bytes)
{
	bytes.len = (size_t)min_of(bytes.len, stream_write_room(s));
	ring_put(s->ring, SEND_SIZE, send_place(s, s->end), bytes, &s->used);
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
	size_t place = send_place(s, from);
	uint64_t len = min_of(min_of(to - from, max), SEND_SIZE - place);

	*offset = from;
	*piece = span_of(s->ring + place, (size_t)len);
	if (again)
		ranges_remove_below(&s->lost, from + len);
	else
		s->next += len;
	*end = s->finished && from + len == s->end;
	s->end_sent |= *end;
	return true;
}

/* Everything below to is acknowledged. */
static void send_advance(struct stream_send *s, uint64_t to)
{
	size_t beyond = ranges_after(&s->acked, to);
	if (beyond < s->acked.count && s->acked.at[beyond].from <= to)
		to = s->acked.at[beyond].to;
	s->ring_start = send_place(s, to);
	s->base = to;
	ranges_remove_below(&s->acked, to);
	ranges_remove_below(&s->lost, to);
	if (s->base == s->end)
		s->ring_start = 0;
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
	uint64_t from = max_of(offset, s->base), to = offset + len;
	if (from >= to)
		return;
	if (from == s->base) {
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
	uint64_t from = max_of(offset, s->base), to = offset + len;
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

uint64_t stream_written(const struct stream_send *s)
{
	return s->end;
}

uint64_t stream_sent(const struct stream_send *s)
{
	return s->next;
}

bool stream_flushed(const struct stream_send *s)
{
	return s->base == s->end && (!s->finished || s->end_acked);
}

/* ---- receiving ---- */

enum err stream_receive_init(struct stream_receive *s)
{
	*s = (struct stream_receive){ .limit = STREAM_WINDOW_START, .end = UINT64_MAX };
	s->received = ranges_of(s->received_at, STREAM_RANGES);
	s->ring = calloc(1, RECEIVE_SIZE);
	return s->ring ? OK : ERR_FULL;
}

void stream_receive_free(struct stream_receive *s)
{
	if (s->ring)
		bytes_wipe(s->ring, s->used);
	free(s->ring);
	s->ring = NULL;
	s->used = 0;
}

static size_t receive_place(const struct stream_receive *s, uint64_t offset)
{
	return (s->ring_start + (size_t)(offset - s->base)) & (RECEIVE_SIZE - 1);
}

/* Are the bytes at offset the ones that wait there already, as far as some do? */
static bool agrees(const struct stream_receive *s, uint64_t offset, struct span bytes)
{
	for (size_t i = ranges_after(&s->received, offset); i < s->received.count; i++) {
		uint64_t from = max_of(offset, s->received.at[i].from),
			 to = min_of(offset + bytes.len, s->received.at[i].to);
		if (from >= to)
			return true;
		struct span part = span_of(bytes.at + (from - offset), (size_t)(to - from));
		if (!ring_is(s->ring, RECEIVE_SIZE, receive_place(s, from), part))
			return false;
	}
	return true;
}

/* One interval is kept free for the one at base, which makes room when it is consumed. */
static bool note(struct stream_receive *s, uint64_t from, uint64_t to)
{
	if (from > s->base && s->received.count + 1 >= s->received.cap &&
	    !ranges_have(&s->received, from - 1))
		return ranges_have_all(&s->received, from, to);
	return ranges_add(&s->received, from, to);
}

enum err stream_insert(struct stream_receive *s, uint64_t offset, struct span bytes, bool end)
{
	uint64_t to = offset + bytes.len;
	if (to > s->limit || to > s->end)
		return ERR_FORMAT;
	if (end && ((s->end != UINT64_MAX && to != s->end) || to < s->highest))
		return ERR_FORMAT;
	if (offset < s->base) { /* consumed before */
		size_t old = (size_t)min_of(s->base - offset, bytes.len);
		bytes = span_of(bytes.len > old ? bytes.at + old : NULL, bytes.len - old);
		offset = s->base;
	}
	if (bytes.len > 0) {
		if (!agrees(s, offset, bytes))
			return ERR_FORMAT;
		if (!note(s, offset, to))
			return ERR_FULL;
		ring_put(s->ring, RECEIVE_SIZE, receive_place(s, offset), bytes, &s->used);
	}
	s->highest = max_of(s->highest, to);
	if (end)
		s->end = to;
	return OK;
}

/* Bytes in order from base on. */
static size_t ready(const struct stream_receive *s)
{
	bool any = s->received.count > 0 && s->received.at[0].from == s->base;
	return any ? (size_t)(s->received.at[0].to - s->base) : 0;
}

struct span stream_read(const struct stream_receive *s)
{
	return span_of(s->ring + s->ring_start,
	               (size_t)min_of(ready(s), RECEIVE_SIZE - s->ring_start));
}

void stream_consume(struct stream_receive *s, size_t len)
{
	assert(len <= ready(s));
	s->ring_start = receive_place(s, s->base + len);
	s->base += len;
	ranges_remove_below(&s->received, s->base);
	if (s->received.count == 0)
		s->ring_start = 0;

	/* a quarter of the window is gone, and the peer may need it */
	uint64_t window = s->limit == STREAM_WINDOW_START ? STREAM_WINDOW_START : RECEIVE_SIZE;
	if (window - (s->limit - s->base) >= window / 4 && s->limit < s->end)
		s->limit_due = true;
}

bool stream_limit_due(const struct stream_receive *s)
{
	return s->limit_due;
}

void stream_limit_lost(struct stream_receive *s)
{
	s->limit_due = true;
}

uint64_t stream_limit_take(struct stream_receive *s)
{
	s->limit = s->base + RECEIVE_SIZE;
	s->limit_due = false;
	return s->limit;
}

bool stream_ended(const struct stream_receive *s)
{
	return s->base == s->end;
}
