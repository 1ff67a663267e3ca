/* display: a terminal in line mode. What is said scrolls up; the line being typed stays below it,
 * on as many rows as it needs. There is no alternate screen and no scroll region, so the terminal's
 * own scrolling, copying and searching keep working, and so do tmux and screen readers.
 *
 *     12:01 bob> what was said
 *     12:02 you> what I said ✓        <- the mark changes in place while it stands here
 *     you> what I am typ_
 *
 * On a dumb terminal nothing moves the cursor: after anything printed, the prompt and what was
 * typed are printed again. */
#pragma once

#include "ui/interactor.h"
#include "ui/remarks.h"
#include "ui/view.h"

enum {
	DISPLAY_AGAIN = 512, /* bytes of a row that may be drawn again */
	DISPLAY_DRAWN = 4096 /* bytes of a prompt whose rows are not drawn again for nothing */
};

/* Only display.c writes to it; others may read the first two. */
struct display {
	bool dumb;
	bool prompt_drawn; /* the cursor is in the prompt's rows; else in an empty one */
	struct queue *out;
	unsigned columns, rows;
	bool utf8, colour;
	bool mark_live; /* a mark stands just above the prompt, in: */
	unsigned mark_column;
	struct view view; /* prompt_drawn: where the cursor is */
	size_t drawn_len; /* ... and what stands there, if there is room for it */
	uint8_t drawn[DISPLAY_DRAWN];
	/* The row with the mark, without it, where terminals may differ in its column: it is drawn
	 * again to change it. */
	size_t row_len;
	uint8_t row[DISPLAY_AGAIN];
	size_t typed_len;
	uint8_t typed[LIMIT_TEXT];   /* dumb, prompt_drawn: what stands after the prompt */
	char prompt[REMARKS_PROMPT]; /* dumb: the last one */
};

/* One thing to print: "12:01 name> text", or text alone. Everything is safe already. */
struct display_line {
	const char *time, *name; /* or NULL */
	bool own;                /* the name is ours */
	bool hue;                /* it has a colour of its own */
	bool alarm;              /* an error, or that nothing is encrypted */
	bool aside;              /* one need not read it: presence, paths, the day */
	bool whole;              /* to be copied: left to the terminal to wrap */
	struct span text;
	const char *mark; /* stands behind; or NULL */
};

void display_init(struct display *d, const struct interactor_config *config, struct queue *out);
/* Turns bracketed paste on or off. */
void display_pasting(struct display *d, bool on);
/* False: out has no room for it now. An empty one has room for the longest text. */
bool display_print(struct display *d, const struct display_line *line);
/* Changes the mark of the last line printed. False: it has scrolled away. */
bool display_remark(struct display *d, const char *mark);

/* Draws the prompt's rows, for which an empty out has room. prompts: from the best to the shortest;
 * takes the first that leaves room to type. */
void display_prompt(struct display *d, const char *const prompts[3], bool alarm,
                    const struct edit *e);
void display_hide(struct display *d);  /* takes the prompt away; dumb: begins a new row */
void display_clear(struct display *d); /* Ctrl-L: everything away */
void display_resize(struct display *d, unsigned columns, unsigned rows);

enum { DISPLAY_ROW = 1024 }; /* room in out that a row or a mark needs at least */
