/* streams: all streams of a session, and the frames that carry them: those that are always there
 * (session/codes.h), and those that either side opens. docs/PROTOCOL.md 6.2. A stream that was
 * opened has a place here until it is over: both ends were reached or it was reset, the peer knows,
 * and its owner has released it. */
#pragma once

#include "session/budget.h"
#include "session/codes.h"
#include "session/refusals.h"

/* Of the peer's streams some more have a place: it may know sooner than we that one is over. What
 * has none is refused (RESET_FULL). */
enum { STREAMS_SPARE = 8, STREAMS_PLACES = LIMIT_STREAMS + 2 * LIMIT_OPEN + STREAMS_SPARE };

/* released: both ends are done, but the peer may not know; resetting: we have reset it, and the
 * peer may not know; broken: the peer has. */
enum streams_state {
	STREAMS_FREE,
	STREAMS_OPEN,
	STREAMS_RELEASED,
	STREAMS_RESETTING,
	STREAMS_BROKEN
};

struct streams_place {
	uint32_t id; /* 0 above the first LIMIT_STREAMS: nobody's */
	uint8_t state, code;
	bool reset_due;
};

/* Only streams.c writes to it, but for its streams; others may read whether both sides may open. */
struct streams {
	bool initiator, opens;
	unsigned used;         /* the places from here on are free */
	unsigned turn;         /* the place whose stream is next to send */
	uint32_t ours, theirs; /* the ids that each side opens next, */
	uint32_t told;         /* and the first of theirs that nobody here knows of */
	struct budget budget;
	struct refusals refusals;
	struct streams_place places[STREAMS_PLACES];
	struct stream at[STREAMS_PLACES];
};

/* opens: both sides may open streams. memory: bytes kept each way of all of them, but for the first
 * window of each; a power of two. What a peer may have us keep of the stream of control messages,
 * which flows before anybody has accepted the peer, does not grow with it. */
void streams_init(struct streams *s, bool initiator, bool opens, size_t memory);
void streams_free(struct streams *s); /* wipes what was used */

/* ---- as session/session.h says ---- */

unsigned streams_open(struct streams *s);
bool streams_opened(struct streams *s, unsigned *id);
void streams_reset(struct streams *s, unsigned id, uint8_t code);
bool streams_is_reset(const struct streams *s, unsigned id, uint8_t *code);
void streams_release(struct streams *s, unsigned id);
size_t streams_write_room(const struct streams *s, unsigned id);
size_t streams_write(struct streams *s, unsigned id, struct span bytes);
void streams_finish(struct streams *s, unsigned id);
struct span streams_read(const struct streams *s, unsigned id);
void streams_consume(struct streams *s, unsigned id, size_t len);
bool streams_ended(const struct streams *s, unsigned id);
bool streams_flushed(const struct streams *s, unsigned id);

/* ---- frames ---- */

/* What a frame says of a stream. accepted: the peer is; of an initiator it may open some before.
 * ERR_FORMAT: as of stream_insert, or a stream that this peer cannot have opened. ERR_FULL: also
 * when there is no place for it; treat the packet as not received. */
enum err streams_input(struct streams *s, bool accepted, const struct frame *f);
/* A frame of ours of some stream was acknowledged or lost. */
void streams_settle(struct streams *s, const struct sent_frame *f, bool lost);
/* Stream 0 flows always, the others where chat says so. Is there a frame to write? */
bool streams_due(const struct streams *s, bool chat);
/* Writes what fits, and notes it in frames: *count grows, to SENT_FRAMES_MAX at most. Control
 * messages come first, then chat, then the others in turn. */
void streams_write_frames(struct streams *s, bool chat, struct writer *w, struct sent_frame *frames,
                          size_t *count, uint64_t round_trip, uint64_t now);
