/* session: one secure session with one peer, over any number of paths. docs/PROTOCOL.md sections 3,
 * 4, 6. This is the side the chat sees: streams, state, end. The network's side is
 * session/session_net.h. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/route.h"
#include "session/codes.h"

struct session;

/* ---- streams: STREAM_CHAT, STREAM_PIPE, and those that either side opens ---- */

/* Both sides may open streams. The first byte on one says what it is for: docs/PROTOCOL.md 6.13. */
bool session_has_streams(const struct session *s);
/* A new stream, which the peer learns of by what is written there; to be released. 0: none now: too
 * many of ours are not over (LIMIT_OPEN), or the peer takes none. */
unsigned session_open(struct session *s);
/* The next stream that the peer has opened, each once; to be released. False: none for now. */
bool session_opened(struct session *s, unsigned *stream);
/* The stream is over at once, both ways: what was not read or not sent is dropped, and the peer is
 * told the code (RESET_). It is released. */
void session_reset(struct session *s, unsigned stream, uint8_t code);
/* The peer has done so: nothing more can be read or written, and what was read last is gone. */
bool session_is_reset(const struct session *s, unsigned stream, uint8_t *code);
/* Its owner is done with it, and does not name it any more. What was written still arrives, if all
 * of the peer's was read and the stream was finished; else it is reset, by RESET_BROKEN_OFF. */
void session_release(struct session *s, unsigned stream);

/* Returns how many bytes were taken; the rest: try again after output. */
size_t session_write(struct session *s, unsigned stream, struct span bytes);
size_t session_write_room(const struct session *s, unsigned stream);
/* Our end of the stream comes after what was written. */
void session_finish(struct session *s, unsigned stream);
/* What has arrived: contiguous, and perhaps fewer bytes than there are. Valid until consumed. */
struct span session_read(const struct session *s, unsigned stream);
void session_consume(struct session *s, unsigned stream, size_t len);
/* The peer's end is reached and everything consumed. */
bool session_ended(const struct session *s, unsigned stream);
/* All of ours, the end included, is acknowledged. */
bool session_flushed(const struct session *s, unsigned stream);

/* ---- the end ---- */

/* Nobody would wait much longer: from now on a silence of this length ends the session (ERR_CUT),
 * if a shorter one does not. */
void session_farewell(struct session *s, uint64_t silence_us);
/* Sends CLOSE and answers with it from then on; session_over is true when it may be forgotten.
 * text: at most 200 bytes. */
void session_close(struct session *s, uint8_t code, struct span text);
/* True when no more will come. *err: OK after CLOSE 0 from either side (the chat judges whether it
 * was time for it); ERR_CUT after silence; else by the peer's code. *text: the peer's words, to be
 * made safe before they are shown; valid while the session lives. */
bool session_over(const struct session *s, enum err *err, struct span *text);

/* ---- state ---- */

/* The peer was asked and nothing authentic has come for a while. */
bool session_away(const struct session *s);

struct session_path {
	struct route route;
	uint64_t rtt_us; /* 0: unknown */
	bool lan;        /* a direct path inside one network */
	/* a forwarder that may carry handshakes only: what is said waits for a direct path */
	bool no_chat;
};
/* The path our data takes now; false: none. */
bool session_path(const struct session *s, struct session_path *path);
