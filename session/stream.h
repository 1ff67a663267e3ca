/* stream: the two halves of a reliable ordered stream (RFC 9000 sections 2 and 4 in small). Buffers
 * are rings; one that runs empty starts again at its front, so that a quiet stream touches little
 * memory. */
#ifndef SESSION_STREAM_H
#define SESSION_STREAM_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"
#include "session/ranges.h"

enum { STREAM_RANGES = LIMIT_SENT / 2 + 2, STREAM_WINDOW_START = 65536 };

struct stream_send {
	uint8_t *ring;     /* LIMIT_STREAM_SEND bytes, taken at start */
	size_t ring_start; /* where offset base lies */
	size_t used;       /* bytes of the ring ever written: what free wipes */
	uint64_t base;     /* all below is acknowledged and gone */
	uint64_t next;     /* first offset never sent */
	uint64_t end;      /* bytes written so far */
	uint64_t limit;    /* the peer takes offsets below this */
	bool finished, end_sent, end_acked;
	struct ranges acked, lost; /* within [base, next) */
	struct range acked_at[STREAM_RANGES], lost_at[STREAM_RANGES];
};

enum err stream_send_init(struct stream_send *s);              /* ERR_FULL: no memory */
void stream_send_free(struct stream_send *s);                  /* wipes what was used */
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
uint64_t stream_written(const struct stream_send *s);     /* bytes so far */
uint64_t stream_sent(const struct stream_send *s); /* ... of which these left at least once */
/* Everything written is acknowledged, and the end if it was finished. */
bool stream_flushed(const struct stream_send *s);

struct stream_receive {
	uint8_t *ring;          /* LIMIT_STREAM_RECEIVE bytes */
	size_t ring_start;      /* where offset base lies */
	size_t used;            /* bytes of the ring ever written: what free wipes */
	uint64_t base;          /* first offset not yet consumed */
	uint64_t limit;         /* last announced MAX DATA */
	uint64_t highest;       /* one above the highest byte received */
	uint64_t end;           /* offset of the end; UINT64_MAX unknown */
	bool limit_due;         /* a MAX DATA should go out */
	struct ranges received; /* within [base, ...) */
	struct range received_at[STREAM_RANGES];
};

enum err stream_receive_init(struct stream_receive *s);
void stream_receive_free(struct stream_receive *s);
/* ERR_FORMAT: beyond limit, or another end than before, or bytes after the end, or other bytes than
 * those waiting at that place. ERR_FULL: too many gaps; treat the packet as not received. */
enum err stream_insert(struct stream_receive *s, uint64_t offset, struct span bytes, bool end);
/* Contiguous bytes at base; perhaps fewer than there are. */
struct span stream_read(const struct stream_receive *s);
/* Moves the window: when it is worth it, limit grows and a MAX DATA is due. */
void stream_consume(struct stream_receive *s, size_t len);
bool stream_limit_due(const struct stream_receive *s);
void stream_limit_lost(struct stream_receive *s);     /* a MAX DATA did not arrive */
uint64_t stream_limit_take(struct stream_receive *s); /* the value to announce; clears limit_due */
bool stream_ended(const struct stream_receive *s);    /* everything up to the end is consumed */

#endif
