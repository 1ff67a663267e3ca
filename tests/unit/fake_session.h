/* fake_session: session.h over two queues in memory, for tests of what stands above. Nothing is
 * lost; everything moves only when the test says so, in pieces of any size, so that every order of
 * arrival can be made. Defines session_*: include it once. */
#pragma once

#include <string.h>

#include "base/assert.h"
#include "session/session.h"

enum { FAKE_SIZE = 1 << 17 };

struct fake_stream {
	uint8_t out[FAKE_SIZE], in[FAKE_SIZE];
	size_t out_len, in_len;
	bool finished;  /* session_finish was called */
	bool end_moved; /* ... and the peer has it */
	bool unacked;   /* something of ours may not have arrived, as far as we know */
	bool in_end;
};

struct session {
	bool farewell; /* both users leave */
	struct session *peer;
	struct fake_stream streams[LIMIT_STREAMS];
	size_t read_max; /* session_read gives no more at once; 0: all */
	size_t room_max; /* of the send queue; 0: FAKE_SIZE */
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
}

/* Up to max bytes of a stream travel, and with the last of them its end. */
static inline void fake_move(struct session *from, unsigned stream, size_t max)
{
	struct fake_stream *f = &from->streams[stream], *to = &from->peer->streams[stream];
	if (from->over || from->peer->over || from->peer->closing)
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
	struct fake_stream *f = &s->streams[stream];
	f->unacked = f->out_len > 0 || (f->finished && !f->end_moved);
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

size_t session_write_room(const struct session *s, unsigned stream)
{
	size_t max = s->room_max ? s->room_max : FAKE_SIZE;
	return max > s->streams[stream].out_len ? max - s->streams[stream].out_len : 0;
}

size_t session_write(struct session *s, unsigned stream, struct span bytes)
{
	struct fake_stream *f = &s->streams[stream];
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
	s->streams[stream].finished = s->streams[stream].unacked = true;
}

void session_farewell(struct session *s)
{
	s->farewell = true;
}

struct span session_read(const struct session *s, unsigned stream)
{
	const struct fake_stream *f = &s->streams[stream];
	return span_of(f->in, s->read_max && f->in_len > s->read_max ? s->read_max : f->in_len);
}

void session_consume(struct session *s, unsigned stream, size_t len)
{
	struct fake_stream *f = &s->streams[stream];
	assert(len <= f->in_len);
	memmove(f->in, f->in + len, f->in_len - len);
	f->in_len -= len;
}

bool session_ended(const struct session *s, unsigned stream)
{
	return s->streams[stream].in_end && s->streams[stream].in_len == 0;
}

bool session_flushed(const struct session *s, unsigned stream)
{
	return !s->streams[stream].unacked;
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
	(void)s;
	return false;
}

bool session_path(const struct session *s, struct session_path *path)
{
	(void)s;
	(void)path;
	return false;
}
