/* edit: the line being typed, and the history of lines. It knows words and clusters (ui/width.h),
 * but no screen and no keys. The text is always valid UTF-8 of at most LIMIT_TEXT bytes and may
 * contain newlines; the cursor is always between clusters. */
#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "ui/shelf.h"

enum edit_act {
	EDIT_NOTHING,
	EDIT_LEFT,
	EDIT_RIGHT,
	EDIT_WORD_LEFT,
	EDIT_WORD_RIGHT,
	EDIT_HOME, /* of the line, in a text of several */
	EDIT_END,
	EDIT_FIRST, /* of all */
	EDIT_LAST,
	EDIT_BACKSPACE,
	EDIT_DELETE,
	EDIT_KILL_END,       /* of the line. What is killed is kept, and kills in a row add up */
	EDIT_KILL_START,     /* of all */
	EDIT_KILL_WORD_LEFT, /* letters and digits */
	EDIT_KILL_WORD_RIGHT,
	EDIT_KILL_BLANK_LEFT, /* up to a blank: Ctrl-W */
	EDIT_YANK,            /* inserts what was killed last */
	EDIT_YANK_OLDER, /* after one of these two: what was killed before that takes its place */
	EDIT_TRANSPOSE,
	EDIT_TRANSPOSE_WORDS,
	EDIT_CAPITALS, /* up to the end of the word, as the next two */
	EDIT_SMALL,
	EDIT_CAPITAL, /* one, then small letters */
	EDIT_UNDO,    /* the last change, and then the one before it; of typing, word by word */
	EDIT_UP,      /* in a text of several lines; from the first of them as EDIT_OLDER */
	EDIT_DOWN,
	EDIT_OLDER, /* in history; the line typed so far is kept and comes back, and so does what a
		     * line of history was changed to */
	EDIT_NEWER,
	EDIT_TYPED /* none of edit_do's: edit_insert */
};

/* Only edit.c writes to it; others may read the first two. */
struct edit {
	size_t cursor; /* an offset in edit_text */
	size_t len;
	enum edit_act last;
	unsigned depth;        /* how many lines back we look; 0: the line being typed */
	size_t yanked;         /* bytes that EDIT_YANK has inserted, while it is the last act; */
	unsigned yanked_depth; /* ... and which of the kills it was */
	size_t kept_len;
	uint8_t at[LIMIT_TEXT];
	uint8_t kept[LIMIT_TEXT]; /* the line being typed, while we look back */
	struct shelf kills, history;
	struct shelf steps; /* the line as it was before each change, and the cursor (2) */
};

/* Inserts as many whole characters of utf8 as fit; returns how many bytes. */
size_t edit_insert(struct edit *e, struct span utf8);
/* False: what it would insert has no room, and the line is as it was. */
bool edit_do(struct edit *e, enum edit_act act);
struct span edit_text(const struct edit *e);
/* Empties the line; as a kill when kill is set. */
void edit_clear(struct edit *e, bool kill);
/* The line is done: it goes to history, unless it repeats the last one, and is empty then. */
void edit_commit(struct edit *e);
/* Shows the nearest line of history that contains what: older than the one shown (step 1), newer
 * (-1), or that one or older (0). False: there is none. */
bool edit_find(struct edit *e, struct span what, int step);
void edit_leave_history(struct edit *e); /* back to the line being typed */
