/* console: the parts of the terminal's interactor. console.c: its class; console_line.c: keys and
 * the line they make; console_show.c: events. */
#ifndef UI_CONSOLE_H
#define UI_CONSOLE_H

#include "ui/edit.h"
#include "ui/interactor.h"
#include "ui/keys.h"
#include "ui/out.h"
#include "ui/outbox.h"
#include "ui/safe.h"
#include "ui/screen.h"
#include "ui/talk.h"

enum {
	CONSOLE_PATTERN = 64,  /* bytes of what is searched in history */
	CONSOLE_REMINDER = 24, /* columns of a message that say which one it was */
	CONSOLE_PASTE = 256
};

/* Why Enter did not send the line, and would if it were pressed once more. */
enum console_ask { CONSOLE_ASK_NOTHING, CONSOLE_ASK_PEER, CONSOLE_ASK_CUT };

struct console {
	struct interactor ui;
	struct talk talk;
	struct out out;
	struct screen screen;
	struct edit edit;
	struct keys keys;
	bool dirty;     /* the prompt is to be drawn again */
	bool suspended; /* the program is stopped: the terminal is not ours */
	bool closed;    /* nothing more is said */

	/* what the user wants */
	bool stop, suspend, who, quit, quit_told;
	uint64_t conv;             /* for which conversation keys are pressed now: ui/address.h */
	bool line_begun;           /* edit has something: */
	uint64_t line_conv;        /* written for this one ... */
	char line_peer[TALK_PEER]; /* ... with this peer */
	bool line_cut;             /* not all of it had room */
	enum console_ask asked;    /* what another Enter would answer ... */
	uint64_t asked_conv;       /* ... about this conversation */
	uint64_t
	    /* when the question was on the screen, or Enter came too soon; NEVER: not yet */
	    asked_at;
	uint64_t now; /* as last told */
	struct outbox outbox;
	bool handed;          /* the first of outbox is out, taken unless told otherwise */
	bool blocked;         /* the chat did not take it: what waits is shown, too */
	unsigned taken;       /* messages whose EVENT_SENT is still to come ... */
	unsigned taken_shown; /* ... the first so many were shown already */

	/* our last message */
	uint64_t last, delivered;
	uint64_t marked; /* the message whose mark the screen may still change; 0: one not sent */
	char reminder[4 * CONSOLE_REMINDER + 8];

	bool searching;
	uint8_t pattern[CONSOLE_PATTERN];
	size_t pattern_len;

	bool pasting, paste_cut;
	uint8_t paste[CONSOLE_PASTE];
	size_t paste_len;
	uint64_t paste_bytes;       /* of all of it */
	uint8_t before[LIMIT_TEXT]; /* the line as it was without the paste */
	size_t before_len, before_cursor;

	bool clock_known;
	uint32_t clock_s;
	uint8_t scratch[SAFE_ROOM(2 * LIMIT_TEXT) + 8192];
};

bool console_show(struct interactor *ui, const struct event *event, size_t *used);

void console_key(struct console *c, struct key key);
void console_keys_end(struct console *c); /* after the last of some */
void console_leave(struct console *c);    /* our user leaves */
/* Asks the terminal to tell pastes from keys, or no longer. */
void console_pasting(struct console *c, bool on);

/* Prints sentences of our own, each with its \n. */
void console_say(struct console *c, const char *sentences);

/* Shows messages that wait, with the mark of what is not sent yet. */
void console_show_waiting(struct console *c);

#endif
