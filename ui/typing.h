/* typing: turns keys into a line: moving, deleting, history and its search, pastes. It knows no
 * screen and no conversation. */
#pragma once

#include "ui/edit.h"
#include "ui/keys.h"

enum {
	TYPING_PATTERN = 64, /* bytes of what is searched in history */
	/* a paste with more lines, or bytes, goes into the line when the user says so */
	TYPING_LINES = 8,
	TYPING_BYTES = 1000
};

/* Only typing.c writes to it. Its owner ends the line, by edit.h, and may read what comes before
 * pasting. */
struct typing {
	struct edit line;
	/* Of the last paste; what goes beyond paste is counted alone. */
	uint64_t paste_bytes, paste_lines;
	bool asking;     /* the paste waits: Enter sends it, Escape drops it, any other key edits */
	bool all_pasted; /* the line is such a paste; only Enter came since */
	bool writing;    /* Enter begins a line of the message, and Ctrl-D is its end */
	bool searching;  /* history is being searched, for: */
	bool missed;     /* ... which no line has, or none further back */
	size_t pattern_len;
	uint8_t pattern[TYPING_PATTERN];
	bool pasting;
	uint8_t paste[LIMIT_TEXT];
};

/* What the owner of the line has to do after a key. */
enum typed {
	TYPED_SOMETHING, /* the line may have changed */
	TYPED_ENTER,     /* the line is done */
	TYPED_COMPLETE,  /* Tab */
	TYPED_LEAVE,     /* Ctrl-D on an empty line */
	TYPED_AT_END,    /* Ctrl-D at the end of a line, where there is nothing to delete */
	TYPED_STOP,      /* Ctrl-C on an empty line */
	TYPED_SUSPEND,   /* Ctrl-Z */
	TYPED_CLEAR,     /* Ctrl-L */
	TYPED_FULL,      /* there was no room in the line for this key */
	TYPED_REFUSED    /* a paste was too long: paste_bytes */
};

/* A paste goes into the line when it has ended, or when the user wants it. */
enum typed typing_key(struct typing *t, struct key key);
void typing_write(struct typing *t); /* a message of several lines comes: writing */
/* A text is pasted by other means than keys, and asked about. False: it is too long, or empty:
 * paste_bytes. */
bool typing_paste(struct typing *t, struct span text);

bool typing_has_begun(const struct typing *t); /* a line, or a paste that will be one */
