#include "cmd/talk/passage.h"

#include <poll.h>
#include <stdlib.h>

#include "base/min_max.h"
#include "os/descriptor.h"
#include "os/port.h"

#define CONNECT_US (10 * SECOND) /* one address is tried for so long */
#define LAPSE_US   (60 * SECOND) /* as long as Linux keeps what a program has closed (tcp(7)) */

enum {
	PIECE = 65536,     /* bytes of one read */
	ROOM = 8192,       /* it is read only where so many fit: each read costs a call */
	WRITES_AT_ONCE = 8 /* then others have their turn */
};

static struct passage *new (uint64_t conv, unsigned stream, struct chat *chat)
{
	struct passage *p = calloc(1, sizeof *p);
	if (p != NULL)
		*p = (struct passage){
			.conv = conv, .stream = stream, .chat = chat, .fd = -1, .deadline = NEVER
		};
	return p;
}

struct passage *passage_accepted(uint64_t conv, int fd, const struct addr *from)
{
	struct passage *p = new (conv, 0, NULL);
	if (p == NULL) {
		port_reset(fd);
		return NULL;
	}
	p->state = PASSAGE_NEW;
	p->fd = fd;
	p->from = *from;
	return p;
}

struct passage *passage_asked(uint64_t conv, unsigned stream, struct chat *chat)
{
	struct passage *p = new (conv, chat ? STREAM_PIPE : stream, chat);
	if (p != NULL)
		p->state = chat ? PASSAGE_LOOKING : PASSAGE_ASKED;
	return p;
}

static void drop(struct passage *p, bool reset)
{
	poller_forget(&p->asked, p->fd);
	if (reset)
		port_reset(p->fd);
	else
		descriptor_close(p->fd);
	p->fd = -1;
	p->deadline = NEVER;
}

void passage_free(struct passage *p)
{
	if (p == NULL)
		return;
	drop(p, true);
	free(p);
}

/* ---- the end ---- */

static void over(struct passage *p, bool broken, uint8_t code)
{
	drop(p, broken);
	p->state = PASSAGE_OVER;
	p->broken = broken;
	p->code = code;
}

static void break_off(struct passage *p, struct session *s, uint8_t code)
{
	bool unreachable = code == RESET_UNREACHABLE;
	if (p->chat != NULL)
		chat_fail(p->chat, unreachable ? ERR_UNREACHABLE : ERR_CUT,
		          unreachable ? "the forwarded port can't be reached"
		                      : "the connection at the forwarded port was broken off");
	else if (p->stream != 0)
		session_reset(s, p->stream, code);
	over(p, true, code);
}

/* The peer has broken it off; of a pipe, the session is over. */
static bool is_broken_there(struct passage *p, struct session *s)
{
	uint8_t code = RESET_BROKEN_OFF;
	enum err err;
	struct span words;
	if (p->stream == 0)
		return false;
	if (p->chat == NULL ? !session_is_reset(s, p->stream, &code)
	                    : !session_over(s, &err, &words))
		return false;
	if (p->chat == NULL)
		session_release(s, p->stream);
	p->by_peer = true;
	over(p, true, code);
	return true;
}

/* ---- the peer's end of it ---- */

static size_t room(const struct passage *p, const struct session *s)
{
	return p->chat ? chat_bytes_room(p->chat) : session_write_room(s, p->stream);
}

static void say(struct passage *p, struct session *s, struct span bytes)
{
	p->sent += p->chat ? chat_bytes(p->chat, bytes) : session_write(s, p->stream, bytes);
}

static void finish(struct passage *p, struct session *s)
{
	p->in_ended = true;
	if (p->chat)
		chat_finish(p->chat);
	else
		session_finish(s, p->stream);
}

static void consumed(struct passage *p, struct session *s, size_t len)
{
	p->received += len;
	if (p->chat)
		chat_written(p->chat, p->received);
	else
		session_consume(s, p->stream, len);
}

/* Of a stream that one side has opened: the next byte has to be this one. False: it has not come.
 */
static bool takes_byte(struct passage *p, struct session *s, uint8_t wanted, uint8_t otherwise)
{
	struct span in = session_read(s, p->stream);
	if (in.len > 0 && in.at[0] == wanted) {
		session_consume(s, p->stream, 1);
		return true;
	}
	if (in.len > 0 || session_ended(s, p->stream))
		break_off(p, s, in.len > 0 ? otherwise : RESET_MISUSE);
	return false;
}

/* ---- connecting ---- */

static void dial_next(struct passage *p, struct session *s, uint64_t now)
{
	while (p->next < p->count) {
		p->fd = port_connect(&p->at[p->next++]);
		if (p->fd < 0)
			continue;
		p->state = PASSAGE_CONNECTING;
		p->deadline = now + CONNECT_US;
		p->readable = p->writable = p->failed = false;
		return;
	}
	break_off(p, s, RESET_UNREACHABLE);
}

void passage_dial(struct passage *p, struct session *s, const struct addr *at, size_t count,
                  uint64_t now)
{
	p->count = min_of(count, LIMIT_PEER_ADDRS);
	for (size_t i = 0; i < p->count; i++)
		p->at[i] = at[i];
	dial_next(p, s, now);
}

static void connecting(struct passage *p, struct session *s, uint64_t now)
{
	static const uint8_t stands = 0;
	if (!p->writable && now < p->deadline)
		return;
	if (!p->writable || !port_connected(p->fd)) {
		drop(p, false);
		dial_next(p, s, now);
		return;
	}
	p->state = PASSAGE_OPEN;
	p->deadline = NEVER;
	p->failed = false;
	if (p->chat == NULL)
		(void)session_write(s, p->stream, span_of(&stands, 1));
}

/* ---- making room ---- */

uint64_t passage_lapses(const struct passage *p)
{
	return p->state != PASSAGE_OVER && p->in_ended != p->out_ended ? p->moved + LAPSE_US
	                                                               : NEVER;
}

void passage_break_off(struct passage *p, struct session *s)
{
	break_off(p, s, RESET_BROKEN_OFF);
}

/* ---- bytes ---- */

/* From the peer. False: fd is broken. */
static bool outward(struct passage *p, struct session *s)
{
	struct span bytes;
	size_t taken;
	if (p->blocked && !p->writable)
		return true;
	p->blocked = false;
	for (int i = 0; !p->blocked && (bytes = session_read(s, p->stream)).len > 0; i++) {
		if (!port_write(p->fd, bytes, &taken))
			return false;
		if (taken > 0)
			consumed(p, s, taken);
		p->blocked = taken < bytes.len || i == WRITES_AT_ONCE;
		p->writable = false;
	}
	if (!p->out_ended && session_ended(s, p->stream)) {
		port_end(p->fd);
		p->out_ended = true;
	}
	return true;
}

/* To the peer. False: fd is broken. */
static bool inward(struct passage *p, struct session *s)
{
	static uint8_t piece[PIECE];
	size_t fits = room(p, s), len;
	if (!p->readable || p->in_ended || fits < ROOM)
		return true;
	p->readable = false;
	enum err err = descriptor_read(p->fd, piece, min_of(fits, sizeof piece), &len);
	if (err == ERR_FULL)
		return true;
	if (err)
		return false;
	if (len == 0)
		finish(p, s);
	else
		say(p, s, span_of(piece, len));
	bytes_wipe(piece, len);
	return true;
}

static void move(struct passage *p, struct session *s)
{
	bool answered = p->state == PASSAGE_OPEN;
	if (p->failed || !inward(p, s) || (answered && !outward(p, s))) {
		break_off(p, s, RESET_BROKEN_OFF);
		return;
	}
	if (!p->in_ended || !p->out_ended)
		return;
	if (p->chat == NULL)
		session_release(s, p->stream);
	over(p, false, 0);
}

static void open_stream(struct passage *p, struct session *s)
{
	static const uint8_t kind = OPENED_FOR_CONNECTION;
	p->stream = session_open(s);
	if (p->stream == 0)
		return;
	(void)session_write(s, p->stream, span_of(&kind, 1));
	p->state = PASSAGE_UNANSWERED;
}

static uint64_t progress(const struct passage *p)
{
	return p->sent + p->received + p->in_ended + p->out_ended;
}

void passage_step(struct passage *p, struct session *s, uint64_t now)
{
	uint64_t before = progress(p);
	if (p->state == PASSAGE_OVER || is_broken_there(p, s))
		return;
	if (p->state == PASSAGE_NEW)
		open_stream(p, s);
	else if (p->state == PASSAGE_ASKED &&
	         takes_byte(p, s, OPENED_FOR_CONNECTION, RESET_UNKNOWN))
		p->state = PASSAGE_LOOKING;
	else if (p->state == PASSAGE_CONNECTING)
		connecting(p, s, now);
	else if (p->state == PASSAGE_UNANSWERED && takes_byte(p, s, 0, RESET_MISUSE))
		p->state = PASSAGE_OPEN;
	if (p->state == PASSAGE_UNANSWERED || p->state == PASSAGE_OPEN)
		move(p, s);
	if (p->moved == 0 || progress(p) != before || session_away(s))
		p->moved = now;
}

/* ---- what to wait for ---- */

void passage_found(struct passage *p, short events)
{
	bool gone = (events & (POLLERR | POLLHUP)) != 0;
	p->readable |= gone || (events & POLLIN) != 0;
	p->writable |= gone || (events & POLLOUT) != 0;
	p->failed |= (events & POLLERR) != 0;
}

/* What is found is not waited for until it is used. A connection that breaks shows in any case, for
 * as long as something is waited for: POLLPRI is. */
short passage_events(const struct passage *p)
{
	bool moves = p->state == PASSAGE_UNANSWERED || p->state == PASSAGE_OPEN,
	     in = moves && !p->in_ended && !p->readable,
	     out = (p->state == PASSAGE_CONNECTING || p->blocked) && !p->writable,
	     idle = moves && !p->failed && !(p->readable && p->writable);
	return (short)(p->fd < 0 ? 0
	                         : (in ? POLLIN : 0) | (out ? POLLOUT : 0) | (idle ? POLLPRI : 0));
}
