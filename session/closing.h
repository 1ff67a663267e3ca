/* closing: how a session ends (RFC 9000 section 10.2; docs/PROTOCOL.md 6.5). A CLOSE of ours is
 * repeated until the peer's answer comes, or for a while; the first CLOSE of the peer is answered
 * with one of the same code. A peer that stays silent is cut off without a word. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "session/frame.h"

/* All zero at the start. Only closing.c writes to it; others may read whether it has begun, and is
 * over. */
struct closing {
	bool begun; /* by either side's CLOSE, or by silence */
	bool over;  /* though an answer may still have to leave */
	bool due;   /* a CLOSE is to be said */
	uint8_t code;
	size_t text_len;
	uint64_t until;    /* over by then without an answer; 0: not lingering yet */
	uint64_t again_at; /* when it is said again */
	enum err err;      /* why, when it is over */
	size_t peer_text_len;
	uint8_t text[CLOSE_TEXT_MAX]; /* ours */
	uint8_t peer_text[CLOSE_TEXT_MAX];
};

/* We end it. Nothing happens if it has been begun. text is cut at CLOSE_TEXT_MAX. */
void closing_begin(struct closing *c, uint8_t code, struct span text);
/* The peer's CLOSE. */
void closing_received(struct closing *c, uint8_t code, struct span text);
void closing_heard(struct closing *c); /* a packet came: whoever sent it may not know yet */
void closing_cut(struct closing *c);   /* nothing has come for too long: ERR_CUT */

/* *err: OK after CLOSE 0 of either side, else by the code. *text: the peer's, valid as long as c.
 */
bool closing_over(const struct closing *c, bool can_leave, enum err *err, struct span *text);

/* can_leave: there is a path on which closing_size bytes of frames can go now; an answer that can
 * go nowhere is not waited for. pto: the probe timeout's period. */
void closing_timer(struct closing *c, uint64_t pto, uint64_t now);
uint64_t closing_deadline(const struct closing *c, bool can_leave);
size_t closing_size(const struct closing *c);
/* Writes the CLOSE that is due; false: none is. */
bool closing_write(struct closing *c, struct writer *w, uint64_t pto, uint64_t now);
