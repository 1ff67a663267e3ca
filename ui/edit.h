/* edit: the line being typed, and the history of lines. It knows words and clusters (ui/width.h),
 * but no screen and no keys. The text is always valid UTF-8 of at most LIMIT_TEXT bytes and may
 * contain newlines; the cursor is always between clusters. */
#pragma once

#include "base/bytes.h"
#include "base/limits.h"

enum edit_act {
	EDIT_LEFT,
	EDIT_RIGHT,
	EDIT_WORD_LEFT,
	EDIT_WORD_RIGHT,
	EDIT_HOME,
	EDIT_END,
	EDIT_BACKSPACE,
	EDIT_DELETE,
	EDIT_KILL_END, /* kills go to the buffer that EDIT_YANK inserts; kills in a row add up */
	EDIT_KILL_START,
	EDIT_KILL_WORD_LEFT, /* letters and digits */
	EDIT_KILL_WORD_RIGHT,
	EDIT_KILL_BLANK_LEFT, /* up to a blank: Ctrl-W */
	EDIT_YANK,
	EDIT_TRANSPOSE,
	EDIT_UNDO,  /* as it was before the last change; typing in a row is one; again: back */
	EDIT_OLDER, /* in history; the line typed so far is kept and comes back, and so does what a
		     * line of history was changed to */
	EDIT_NEWER
};

enum { EDIT_HISTORY = 1 << 15 }; /* bytes of lines remembered */

/* Only edit.c writes to it; others may read the first. */
struct edit {
	size_t cursor; /* an offset in edit_text */
	size_t len;
	size_t killed_len;
	bool killing;   /* the last act was a kill */
	bool inserting; /* the last act was an insertion */
	unsigned depth; /* how many lines back we look; 0: the line being typed */
	unsigned history_count;
	size_t history_len, kept_len, before_len, before_cursor;
	uint8_t at[LIMIT_TEXT];
	uint8_t killed[LIMIT_TEXT];
	uint8_t kept[LIMIT_TEXT];      /* the line being typed, while we look back */
	uint8_t before[LIMIT_TEXT];    /* the line before the last change */
	uint8_t history[EDIT_HISTORY]; /* oldest first: length (2), text */
};

/* Inserts as many whole characters of utf8 as fit; returns how many bytes. */
size_t edit_insert(struct edit *e, struct span utf8);
/* False: what it would insert has no room, and the line is as it was. */
bool edit_do(struct edit *e, enum edit_act act);
struct span edit_text(const struct edit *e);
/* Empties the line; into the buffer of EDIT_YANK when kill is set. */
void edit_clear(struct edit *e, bool kill);
/* The line is done: it goes to history, unless it repeats the last one, and is empty then. */
void edit_commit(struct edit *e);
/* Shows the newest line of history that contains what: older than the one shown, or without again
 * that one too. False: there is none. */
bool edit_find(struct edit *e, struct span what, bool again);
void edit_leave_history(struct edit *e); /* back to the line being typed */
