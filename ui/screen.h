/* screen: a terminal in line mode: what is said scrolls up, the line being typed stays on the last
 * row. No other screen, no scroll region: the terminal's own scrolling, copying and searching go on
 * working, and so do tmux and screen readers.
 *
 *     12:01 bob> what was said
 *     12:02 you> what I said ✓        <- the mark changes in place as long as it stands here
 *     you> what I am typ_
 *
 * Dumb: nothing moves the cursor; after anything printed the prompt and what was typed are printed
 * again. */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include "ui/edit.h"
#include "ui/interactor.h"
#include "ui/out.h"
#include "ui/view.h"

enum { SCREEN_COLUMNS_MIN = 10, SCREEN_COLUMNS_MAX = 1000, SCREEN_INDENT = 6 };

struct screen {
	struct out *out;
	unsigned columns;
	bool utf8, colour, dumb;
	bool prompt_drawn; /* the cursor is in the prompt's row; else in an empty one */
	unsigned cursor;   /* ... in this column */
	struct view view;
	bool mark_live; /* a mark stands just above the cursor's row */
	unsigned mark_column;
	uint8_t typed[LIMIT_TEXT]; /* dumb: what stands after the prompt */
	size_t typed_len;
};

/* One thing to print: "12:01 name> text", or text alone. Everything is safe already. */
struct screen_line {
	const char *time, *name; /* or NULL */
	bool own;                /* the name is ours */
	bool alarm;              /* an error, or that nothing is encrypted */
	bool whole;              /* to be copied: left to the terminal to wrap */
	struct span text;
	const char *mark; /* stands behind; or NULL */
};

void screen_begin(struct screen *s, const struct interactor_config *config, struct out *out);
/* False: out has no room for it now. An empty one has, for the longest text. */
bool screen_print(struct screen *s, const struct screen_line *line);
/* Changes the mark of the last line printed. False: it is not where it could be changed. */
bool screen_remark(struct screen *s, const char *mark);

/* The prompt's row. prompts: from the best to the shortest; the first that leaves room to type is
 * taken. */
void screen_prompt(struct screen *s, const char *const prompts[3], bool alarm,
                   const struct edit *e);
void screen_hide(struct screen *s);  /* takes the prompt away; dumb: begins a new row */
void screen_clear(struct screen *s); /* Ctrl-L: everything away */
void screen_resize(struct screen *s, unsigned columns);

enum { SCREEN_ROW = 1024 }; /* room in out that a row or a mark needs at least */

/* Room that screen_prompt needs at most. */
#define SCREEN_ROOM ((size_t)LIMIT_TEXT * 4 + VIEW_ROOM(SCREEN_COLUMNS_MAX) + 1024)

#endif
