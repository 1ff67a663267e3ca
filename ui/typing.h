/* typing: turns keys into a line: moving, deleting, history and its search, pastes. It knows no
 * screen and no conversation. */
#ifndef UI_TYPING_H
#define UI_TYPING_H

#include "ui/edit.h"
#include "ui/keys.h"

enum {
	TYPING_PATTERN = 64, /* bytes of what is searched in history */
	TYPING_CHUNK = 256   /* bytes of a paste that are inserted at once */
};

/* Private to typing.c; others embed it. */
struct typing {
	bool searching;
	size_t pattern_len;
	uint8_t pattern[TYPING_PATTERN];

	bool pasting;
	bool paste_cut; /* it was too long */
	size_t chunk_len, before_len, before_cursor;
	uint64_t paste_bytes; /* of all of it */
	uint8_t chunk[TYPING_CHUNK];
	uint8_t before[LIMIT_TEXT]; /* the line without the paste */
	struct edit edit;
};

/* What the owner of the line has to do after a key. */
enum typed {
	TYPED_SOMETHING, /* the line may have changed */
	TYPED_ENTER,     /* the line is done */
	TYPED_LEAVE,     /* Ctrl-D on an empty line */
	TYPED_STOP,      /* Ctrl-C on an empty line */
	TYPED_SUSPEND,   /* Ctrl-Z */
	TYPED_CLEAR,     /* Ctrl-L */
	TYPED_FULL,      /* there was no room in the line for this key */
	TYPED_REFUSED    /* a paste was too long: typing_refused bytes */
};

enum typed typing_key(struct typing *t, struct key key);
void typing_keys_end(struct typing *t); /* no more keys for now */

const struct edit *typing_edit(const struct typing *t);
struct span typing_line(const struct typing *t);
bool typing_search(const struct typing *t, struct span *pattern); /* history is being searched */
uint64_t typing_refused(const struct typing *t);

void typing_clear(struct typing *t);  /* the line is empty then */
void typing_commit(struct typing *t); /* ... and remembered */

#endif
