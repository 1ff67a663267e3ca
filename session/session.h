/* session: one secure session with one peer, over any number of paths. docs/PROTOCOL.md sections 3, 4, 6. This is the side the chat
 * sees: streams, state, end. The side the network sees is endpoint/endpoint.h. */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/route.h"

struct session;

enum { STREAM_CONTROL, STREAM_CHAT, STREAM_PIPE }; /* docs/PROTOCOL.md 6.2 */
enum mode { MODE_CHAT = 1, MODE_PIPE = 2 };        /* as on the wire */

/* docs/PROTOCOL.md 6.5; up to 7 they are the exit codes of the program. */
enum {
	CLOSE_DONE = 0,
	CLOSE_OTHER = 1,
	CLOSE_UNREACHABLE = 3,
	CLOSE_TRUST = 4,
	CLOSE_PROTOCOL = 5,
	CLOSE_LOCAL = 6,
	CLOSE_MODE = 7,
	CLOSE_REPLACED = 8,
	CLOSE_BUSY = 9
};

size_t session_write(struct session *s, unsigned stream,
                     struct span bytes); /* how many were taken; the rest: try after output */
size_t session_write_room(const struct session *s, unsigned stream);
void session_finish(struct session *s,
                    unsigned stream); /* our end of the stream, after what was written */
struct span session_read(const struct session *s,
                         unsigned stream); /* contiguous; may be fewer than there are */
void session_consume(struct session *s, unsigned stream, size_t len);
bool session_ended(const struct session *s,
                   unsigned stream); /* the peer's end is reached and everything consumed */
bool session_flushed(const struct session *s,
                     unsigned stream); /* all of ours, end included, is acknowledged */

/* Both users leave: from now on a minute of silence ends the session (ERR_CUT). Idempotent. */
void session_farewell(struct session *s);
/* Sends CLOSE and answers with it from then on; session_over is true when it may be forgotten. text: at most 200 bytes. */
void session_close(struct session *s, uint8_t code, struct span text);
/* True when no more will come. *err: OK after CLOSE 0 from either side (the chat judges whether it was time for it); ERR_CUT after silence; else by the peer's code.
 * *text: the peer's words, to be sanitised; valid while the session lives. */
bool session_over(const struct session *s, enum err *err, struct span *text);
bool session_away(const struct session *s); /* nothing authentic for a while though asked */

struct session_path {
	struct route route;
	uint64_t rtt_us; /* 0: unknown */
	bool lan;        /* a direct path inside one network */
	bool
	    no_chat; /* a forwarder that may carry handshakes only: what is said waits for a direct path */
};
bool session_path(const struct session *s,
                  struct session_path *path); /* the path our data takes now; false: none */

#endif
