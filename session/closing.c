#include "session/closing.h"

#include <string.h>

#include "base/limits.h"
#include "base/min_max.h"
#include "session/codes.h"

#define CLOSE_LINGER_US (SECOND / 2) /* docs/PROTOCOL.md 6.5 */
#define DONE_LINGER_US  (3 * SECOND)

enum { HEADER = 4 }; /* bytes of CLOSE before its text, at most */

static enum err error_of(uint8_t code)
{
	switch (code) {
	case CLOSE_DONE: return OK;
	case CLOSE_UNREACHABLE: return ERR_UNREACHABLE;
	case CLOSE_TRUST: return ERR_TRUST;
	case CLOSE_MODE: return ERR_VERSION;
	case CLOSE_LOCAL: return ERR_LOCAL;
	case CLOSE_BUSY: return ERR_BUSY;
	case CLOSE_REPLACED: return ERR_EXISTS;
	default: return ERR_CUT;
	}
}

/* What our own CLOSE ends with here. */
static enum err own_error(uint8_t code)
{
	switch (code) {
	case CLOSE_DONE: return OK;
	case CLOSE_UNREACHABLE: return ERR_UNREACHABLE;
	case CLOSE_LOCAL: return ERR_FULL; /* a disk or a program that fails is known to the chat */
	default: return ERR_STATE;
	}
}

static size_t keep(uint8_t to[static CLOSE_TEXT_MAX], struct span text)
{
	size_t len = (size_t)min_of(text.len, CLOSE_TEXT_MAX);

	if (len > 0)
		memcpy(to, text.at, len);
	return len;
}

static void end(struct closing *c, enum err err)
{
	if (c->over)
		return;
	c->begun = c->over = true;
	c->err = err;
}

void closing_begin(struct closing *c, uint8_t code, struct span text)
{
	if (c->begun)
		return;
	c->begun = c->due = true;
	c->code = code;
	c->text_len = keep(c->text, text);
}

void closing_received(struct closing *c, uint8_t code, struct span text)
{
	if (c->begun) {
		c->due = false; /* an answer needs none */
		end(c, own_error(c->code));
		return;
	}
	c->begun = c->due = true;
	c->code = code;
	c->peer_text_len = keep(c->peer_text, text);
	end(c, error_of(code));
}

void closing_heard(struct closing *c)
{
	if (c->begun && !c->over)
		c->due = true;
}

void closing_cut(struct closing *c)
{
	end(c, ERR_CUT);
}

bool closing_over(const struct closing *c, bool can_leave, enum err *err, struct span *text)
{
	if (!c->over || (c->due && can_leave))
		return false;
	*err = c->err;
	*text = span_of(c->peer_text, c->peer_text_len);
	return true;
}

void closing_timer(struct closing *c, uint64_t pto, uint64_t now)
{
	if (!c->begun || c->over)
		return;
	if (c->until == 0)
		c->until =
		    now + max_of(c->code == CLOSE_DONE ? DONE_LINGER_US : CLOSE_LINGER_US, 3 * pto);
	if (now >= c->again_at)
		c->due = true;
	if (now >= c->until)
		end(c, own_error(c->code));
}

uint64_t closing_deadline(const struct closing *c, bool can_leave)
{
	if (!c->begun)
		return NEVER;
	if (c->over)
		return c->due && can_leave ? 0 : NEVER;
	if (c->due)
		return can_leave ? 0 : c->until;
	return min_of(c->until, c->again_at);
}

size_t closing_size(const struct closing *c)
{
	return HEADER + c->text_len;
}

bool closing_write(struct closing *c, struct writer *w, uint64_t pto, uint64_t now)
{
	if (!c->due)
		return false;
	frame_write_close(w, c->code, span_of(c->text, c->text_len));
	c->due = false;
	c->again_at = now + pto;
	return true;
}
