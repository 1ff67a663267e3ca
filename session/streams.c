/* streams: see streams.h. */
#include "session/streams.h"

#include "base/assert.h"
#include "session/codes.h"

enum { MAX_DATA_SIZE = 16 }; /* bytes that hold any MAX DATA */

enum err streams_init(struct streams *s)
{
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		if (stream_send_init(&s->send[i]) != OK ||
		    stream_receive_init(&s->receive[i]) != OK)
			return ERR_FULL;
	}
	return OK;
}

void streams_free(struct streams *s)
{
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		stream_send_free(&s->send[i]);
		stream_receive_free(&s->receive[i]);
	}
}

struct stream_send *streams_out(struct streams *s, unsigned stream)
{
	assert(stream < LIMIT_STREAMS);
	return &s->send[stream];
}

struct stream_receive *streams_in(struct streams *s, unsigned stream)
{
	assert(stream < LIMIT_STREAMS);
	return &s->receive[stream];
}

enum err streams_input(struct streams *s, const struct frame *f)
{
	if (f->type != FRAME_MAX_DATA)
		return stream_insert(&s->receive[f->as.stream.stream], f->as.stream.offset,
		                     f->as.stream.bytes, f->as.stream.end);
	stream_limit(&s->send[f->as.max_data.stream], f->as.max_data.limit);
	return OK;
}

void streams_settle(struct streams *s, const struct sent_frame *f, bool lost)
{
	if (f->kind == SENT_STREAM && lost)
		stream_lost(&s->send[f->stream], f->offset, f->len, f->end);
	else if (f->kind == SENT_STREAM)
		stream_acked(&s->send[f->stream], f->offset, f->len, f->end);
	else if (f->kind == SENT_MAX_DATA && lost)
		stream_limit_lost(&s->receive[f->stream]);
}

static bool flows(unsigned stream, bool chat)
{
	return stream == STREAM_CONTROL || chat;
}

bool streams_due(const struct streams *s, bool chat)
{
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		if (stream_limit_due(&s->receive[i]) ||
		    (flows(i, chat) && stream_piece_due(&s->send[i])))
			return true;
	}
	return false;
}

static bool write_limit(struct stream_receive *from, uint8_t stream, struct writer *w,
                        struct sent_frame *noted)
{
	if (!stream_limit_due(from) || writer_room(w) < MAX_DATA_SIZE)
		return false;
	frame_write_max_data(w, stream, stream_limit_take(from));
	*noted = (struct sent_frame){ .kind = SENT_MAX_DATA, .stream = stream };
	return true;
}

static bool write_piece(struct stream_send *from, uint8_t stream, struct writer *w,
                        struct sent_frame *noted)
{
	size_t room = frame_stream_room(writer_room(w), stream_written(from));
	uint64_t offset;
	struct span piece;
	bool end;

	if (room == 0 || !stream_next_piece(from, room, &offset, &piece, &end))
		return false;
	bool fits = frame_write_stream(w, stream, offset, piece, end);
	assert(fits);
	*noted = (struct sent_frame){ .kind = SENT_STREAM,
		                      .stream = stream,
		                      .end = end,
		                      .offset = offset,
		                      .len = (uint32_t)piece.len };
	return true;
}

void streams_write(struct streams *s, bool chat, struct writer *w, struct sent_frame *frames,
                   size_t *count)
{
	for (unsigned i = 0; i < LIMIT_STREAMS && *count < SENT_FRAMES_MAX; i++)
		*count += write_limit(&s->receive[i], (uint8_t)i, w, &frames[*count]);
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		while (flows(i, chat) && *count < SENT_FRAMES_MAX &&
		       write_piece(&s->send[i], (uint8_t)i, w, &frames[*count]))
			++*count;
	}
}
