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

/* ---- streams: STREAM_CHAT, STREAM_PIPE ---- */

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

/* Both users leave: from now on a minute of silence ends the session (ERR_CUT). Idempotent. */
void session_farewell(struct session *s);
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
