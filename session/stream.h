/* stream: one stream of a session, reliable and in order. What a session does with all of them is
 * in streams.h. docs/PROTOCOL.md 6.2; RFC 9000 sections 2 and 4 in small. */
#pragma once

#include "base/err.h"
#include "session/ring.h"
#include "session/sent.h"

/* Ranges in the struct, which are enough for a quiet stream, and at most. */
enum { STREAM_RANGES_FIRST = 4, STREAM_RANGES = 2048, STREAM_WINDOW_START = 65536 };

struct stream_send {
	struct ring ring; /* all below its base is acknowledged and gone */
	uint64_t next;    /* first offset never sent */
	uint64_t end;     /* bytes written so far */
	uint64_t limit;   /* the peer takes offsets below this */
	bool finished, end_sent, end_acked;
	struct ranges acked, lost; /* within [base, next) */
	struct range acked_at[STREAM_RANGES_FIRST], lost_at[STREAM_RANGES_FIRST];
};

struct stream_receive {
	struct ring ring;       /* its base: first offset not yet consumed */
	uint64_t limit;         /* last announced MAX DATA */
	uint64_t limit_at;      /* when that was; 0: never */
	uint64_t window, most;  /* so far above base is the next one, and may be at most */
	uint64_t highest;       /* one above the highest byte received */
	uint64_t end;           /* offset of the end; UINT64_MAX unknown */
	bool limit_due;         /* a MAX DATA should go out */
	struct ranges received; /* within [base, ...) */
	struct range received_at[STREAM_RANGES_FIRST];
};

struct stream {
	struct stream_send send;
	struct stream_receive receive;
};

/* max: bytes kept each way, a power of two. Memory for them is taken when there are some. It stays
 * where it is, and is to be freed. */
void stream_init(struct stream *s, size_t max);
void stream_free(struct stream *s); /* wipes what was used; all zero then */

/* ---- sending ---- */

size_t stream_write(struct stream_send *s, struct span bytes); /* how many were taken */
size_t stream_write_room(const struct stream_send *s);
void stream_finish(struct stream_send *s); /* the end comes after what was written; idempotent */
/* The next piece due: lost ones first, then new ones within limit; at most max bytes, contiguous in
 * memory. *end: the stream ends after it. An end alone has an empty piece. False: nothing is due,
 * or max is 0. True: the piece counts as sent. */
bool stream_next_piece(struct stream_send *s, size_t max, uint64_t *offset, struct span *piece,
                       bool *end);
bool stream_piece_due(const struct stream_send *s);
void stream_acked(struct stream_send *s, uint64_t offset, uint64_t len, bool end);
/* What was acknowledged meanwhile is left out. */
void stream_lost(struct stream_send *s, uint64_t offset, uint64_t len, bool end);
void stream_limit(struct stream_send *s, uint64_t limit); /* MAX DATA; never goes down */
/* Everything written is acknowledged, and the end if it was finished. */
bool stream_flushed(const struct stream_send *s);
uint64_t stream_held(const struct stream_send *s); /* bytes kept until they are acknowledged */

/* ---- receiving ---- */

/* ERR_FORMAT: beyond limit, or another end than before, or bytes after the end, or other bytes than
 * those waiting at that place. ERR_FULL: too many gaps; treat the packet as not received. */
enum err stream_insert(struct stream_receive *s, uint64_t offset, struct span bytes, bool end);
/* Contiguous bytes at base; perhaps fewer than there are. */
struct span stream_read(const struct stream_receive *s);
/* Moves the window: when it is worth it, limit grows and a MAX DATA is due. */
void stream_consume(struct stream_receive *s, size_t len);
/* The value to announce, once it is due. The window doubles while the peer uses it up within four
 * round trips, or much of it waits behind a gap: to most, or the ring's bound if that is less. */
uint64_t stream_limit_take(struct stream_receive *s, uint64_t most, uint64_t round_trip,
                           uint64_t now);
bool stream_ended(const struct stream_receive *s); /* everything up to the end is consumed */
/* Bytes that the peer may have us keep. */
uint64_t stream_promised(const struct stream_receive *s);

/* A frame of ours, SENT_STREAM or SENT_MAX_DATA, was acknowledged or lost. */
void stream_settle(struct stream *s, const struct sent_frame *f, bool lost);
