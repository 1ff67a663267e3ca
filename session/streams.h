/* streams: the three streams of a session and the frames that carry them. docs/PROTOCOL.md 6.2. */
#ifndef SESSION_STREAMS_H
#define SESSION_STREAMS_H

#include "session/sent.h"
#include "session/stream.h"

struct streams {
	struct stream_send send[LIMIT_STREAMS];
	struct stream_receive receive[LIMIT_STREAMS];
};

enum err streams_init(struct streams *s); /* ERR_FULL: no memory; streams_free all the same */
void streams_free(struct streams *s);

/* One of them; stream < LIMIT_STREAMS. */
struct stream_send *streams_out(struct streams *s, unsigned stream);
struct stream_receive *streams_in(struct streams *s, unsigned stream);

/* What a STREAM or MAX_DATA frame says. Errors as of stream_insert. */
enum err streams_input(struct streams *s, const struct frame *f);
/* A frame of ours was acknowledged or lost. */
void streams_settle(struct streams *s, const struct sent_frame *f, bool lost);

/* Stream 0 flows always, the others where chat says so. Is there a frame to write? */
bool streams_due(const struct streams *s, bool chat);
/* Writes what fits, and notes it in frames: *count grows, to SENT_FRAMES_MAX at most. */
void streams_write(struct streams *s, bool chat, struct writer *w, struct sent_frame *frames,
                   size_t *count);

#endif
