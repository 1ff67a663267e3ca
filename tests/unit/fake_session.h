/* fake_session: session.h over two queues in memory, for tests of what stands above. Nothing is
 * lost; everything moves only when the test says so, in pieces of any size, so that every order of
 * arrival can be made. Defines session_*: include it once. */
#pragma once

#include <string.h>

#include "base/assert.h"
#include "session/session.h"

enum { FAKE_SIZE = 1 << 17, FAKE_STREAMS = LIMIT_STREAMS + 8 };

struct fake_stream {
	unsigned id; /* 0 above the first LIMIT_STREAMS: not open */
	uint8_t out[FAKE_SIZE], in[FAKE_SIZE];
	size_t out_len, in_len;
	bool finished;  /* session_finish was called */
	bool end_moved; /* ... and the peer has it */
	bool unacked;   /* something of ours may not have arrived, as far as we know */
	bool in_end;
	bool released;         /* its owner is done with it */
	bool resets, is_reset; /* by us, which the peer does not know yet; by the peer */
	uint8_t code;
};

struct session {
	uint64_t farewell_us; /* such a silence ends it; 0: none was named */
	bool away;            /* what session_away says */
	struct session *peer;
	struct fake_stream streams[FAKE_STREAMS];
	unsigned opens, told, theirs; /* ids: our next, the next the owner learns of, their next */
	bool alone;                   /* the peer takes no streams that are opened */
	size_t read_max;              /* session_read gives no more at once; 0: all */
	size_t room_max;              /* of the send queue; 0: FAKE_SIZE */
	bool closing;
	uint8_t close_code;
	char close_text[201];
	bool over;
	enum err err;
};

static inline void fake_pair(struct session *a, struct session *b)
{
	memset(a, 0, sizeof *a);
	memset(b, 0, sizeof *b);
	a->peer = b;
	b->peer = a;
	a->opens = b->theirs = b->told = STREAM_OPENED; /* a is the initiator */
	b->opens = a->theirs = a->told = STREAM_OPENED + 1;
}

/* FAKE_STREAMS: there is none. */
static inline unsigned fake_index(const struct session *s, unsigned id)
{
	unsigned i = id < LIMIT_STREAMS ? id : LIMIT_STREAMS;
	while (id >= LIMIT_STREAMS && i < FAKE_STREAMS && s->streams[i].id != id)
		i++;
	return i;
}

static inline struct fake_stream *fake_find(struct session *s, unsigned id)
{
	unsigned i = fake_index(s, id);
	return i < FAKE_STREAMS ? &s->streams[i] : NULL;
}

static inline const struct fake_stream *fake_of(const struct session *s, unsigned id)
{
	unsigned i = fake_index(s, id);
	assert(i < FAKE_STREAMS);
	return &s->streams[i];
}

static inline struct fake_stream *fake_open(struct session *s, unsigned id)
{
	for (unsigned i = LIMIT_STREAMS; i < FAKE_STREAMS; i++) {
		if (s->streams[i].id != 0)
			continue;
		memset(&s->streams[i], 0, sizeof s->streams[i]);
		s->streams[i].id = id;
		return &s->streams[i];
	}
	return NULL;
}

/* The peer's part of a stream of ours; NULL: it is over there, or the peer has no place for it. */
static inline struct fake_stream *fake_peers(struct session *from, unsigned id)
{
	struct session *peer = from->peer;
	for (; id >= LIMIT_STREAMS && id % 2 == peer->theirs % 2 && peer->theirs <= id;
	     peer->theirs += 2)
		if (fake_open(peer, peer->theirs) == NULL)
			return NULL;
	return fake_find(peer, id);
}

/* Up to max bytes of a stream travel, and with the last of them its end; or that it was reset. */
static inline void fake_move(struct session *from, unsigned stream, size_t max)
{
	struct fake_stream *f = fake_find(from, stream), *to;
	if (from->over || from->peer->over || from->peer->closing || f == NULL)
		return;
	if (f->out_len == 0 && !f->finished && !f->resets)
		return;
	to = fake_peers(from, stream);
	if (f->resets) {
		f->id = 0;
		if (to == NULL)
			return;
		to->is_reset = !to->resets;
		to->code = f->code;
		to->out_len = to->in_len = 0;
		to->id = to->resets || to->released ? 0 : to->id;
		return;
	}
	if (to == NULL || to->is_reset || to->resets)
		return;
	size_t len = f->out_len < max ? f->out_len : max;
	if (len > FAKE_SIZE - to->in_len)
		len = FAKE_SIZE - to->in_len;
	memcpy(to->in + to->in_len, f->out, len);
	to->in_len += len;
	memmove(f->out, f->out + len, f->out_len - len);
	f->out_len -= len;
	if (f->finished && f->out_len == 0)
		to->in_end = f->end_moved = true;
}

/* The acknowledgment of everything that moved comes back. */
static inline void fake_ack(struct session *s, unsigned stream)
{
	struct fake_stream *f = fake_find(s, stream);
	if (f == NULL)
		return;
	f->unacked = f->out_len > 0 || (f->finished && !f->end_moved);
	if (f->released && !f->unacked && !f->resets)
		f->id = 0;
}

/* Everything travels, and is acknowledged. */
static inline void fake_move_all(struct session *s)
{
	for (unsigned i = 0; i < FAKE_STREAMS; i++) {
		unsigned id = i < LIMIT_STREAMS ? i : s->streams[i].id;
		if (i >= LIMIT_STREAMS && id == 0)
			continue;
		fake_move(s, id, SIZE_MAX);
		fake_ack(s, id);
	}
}

static inline void fake_end(struct session *s, uint8_t code, enum err err)
{
	if (s->over)
		return;
	s->over = true;
	s->err = code == CLOSE_DONE ? OK : err;
}

/* A CLOSE travels. */
static inline void fake_move_close(struct session *from)
{
	if (!from->closing)
		return;
	fake_end(from, from->close_code, ERR_STATE);
	fake_end(from->peer, from->close_code,
	         from->close_code == CLOSE_LOCAL ? ERR_LOCAL : ERR_CUT);
}

bool session_has_streams(const struct session *s)
{
	return !s->alone;
}

unsigned session_open(struct session *s)
{
	if (s->alone || fake_open(s, s->opens) == NULL)
		return 0;
	s->opens += 2;
	return s->opens - 2;
}

bool session_opened(struct session *s, unsigned *stream)
{
	if (s->told == s->theirs)
		return false;
	*stream = s->told;
	s->told += 2;
	return true;
}

void session_reset(struct session *s, unsigned stream, uint8_t code)
{
	struct fake_stream *f = fake_find(s, stream);
	assert(stream >= STREAM_OPENED);
	if (f == NULL || f->resets)
		return;
	f->out_len = f->in_len = 0;
	f->resets = true;
	f->code = code;
	if (f->is_reset)
		f->id = 0;
}

bool session_is_reset(const struct session *s, unsigned stream, uint8_t *code)
{
	const struct fake_stream *f = fake_of(s, stream);
	*code = f->code;
	return f->is_reset;
}

bool session_ended(const struct session *s, unsigned stream)
{
	const struct fake_stream *f = fake_of(s, stream);
	return f->in_end && f->in_len == 0 && !f->is_reset;
}

void session_release(struct session *s, unsigned stream)
{
	struct fake_stream *f = fake_find(s, stream);
	if (f == NULL || !f->finished || !session_ended(s, stream))
		session_reset(s, stream, RESET_BROKEN_OFF);
	else if (f->unacked)
		f->released = true;
	else
		f->id = 0;
}

size_t session_write_room(const struct session *s, unsigned stream)
{
	const struct fake_stream *f = fake_of(s, stream);
	size_t max = s->room_max ? s->room_max : FAKE_SIZE;
	return max > f->out_len && !f->is_reset ? max - f->out_len : 0;
}

size_t session_write(struct session *s, unsigned stream, struct span bytes)
{
	struct fake_stream *f = fake_find(s, stream);
	size_t len =
	    bytes.len < session_write_room(s, stream) ? bytes.len : session_write_room(s, stream);
	assert(!f->finished);
	if (len > 0)
		memcpy(f->out + f->out_len, bytes.at, len);
	f->out_len += len;
	f->unacked |= len > 0;
	return len;
}

void session_finish(struct session *s, unsigned stream)
{
	struct fake_stream *f = fake_find(s, stream);
	assert(f != NULL);
	f->finished = f->unacked = true;
}

void session_farewell(struct session *s, uint64_t silence_us)
{
	if (s->farewell_us == 0 || silence_us < s->farewell_us)
		s->farewell_us = silence_us;
}

struct span session_read(const struct session *s, unsigned stream)
{
	const struct fake_stream *f = fake_of(s, stream);
	return span_of(f->in, s->read_max && f->in_len > s->read_max ? s->read_max : f->in_len);
}

void session_consume(struct session *s, unsigned stream, size_t len)
{
	struct fake_stream *f = fake_find(s, stream);
	assert(f != NULL);
	if (f->is_reset)
		return;
	assert(len <= f->in_len);
	memmove(f->in, f->in + len, f->in_len - len);
	f->in_len -= len;
}

bool session_flushed(const struct session *s, unsigned stream)
{
	return !fake_of(s, stream)->unacked && !fake_of(s, stream)->is_reset;
}

void session_close(struct session *s, uint8_t code, struct span text)
{
	if (s->closing || s->over)
		return;
	s->closing = true;
	s->close_code = code;
	assert(text.len <= 200);
	if (text.len > 0)
		memcpy(s->close_text, text.at, text.len);
}

bool session_over(const struct session *s, enum err *err, struct span *text)
{
	if (!s->over)
		return false;
	*err = s->err;
	*text = span_text(s->closing ? "" : s->peer->close_text);
	return true;
}

bool session_away(const struct session *s)
{
	return s->away;
}

bool session_path(const struct session *s, struct session_path *path)
{
	(void)s;
	(void)path;
	return false;
}
