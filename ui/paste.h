/* paste: one piece of text that is pasted into a line. It goes in whole or not at all: half of a
 * text is not what the user wanted to say. */
#ifndef UI_PASTE_H
#define UI_PASTE_H

#include "ui/edit.h"

enum { PASTE_CHUNK = 256 };

/* Private to paste.c; others embed it. */
struct paste {
	bool on;
	bool cut; /* it was too long */
	uint8_t chunk[PASTE_CHUNK];
	size_t chunk_len;
	uint64_t bytes;             /* of all of it */
	uint8_t before[LIMIT_TEXT]; /* the line without the paste */
	size_t before_len, before_cursor;
};

bool paste_is_on(const struct paste *p);
void paste_begin(struct paste *p, const struct edit *e);
void paste_add(struct paste *p, struct edit *e, uint32_t rune);
void paste_flush(struct paste *p, struct edit *e); /* what came so far is in the line */
/* False: it was too long, and the line is as it was before. */
bool paste_end(struct paste *p, struct edit *e);
uint64_t paste_bytes(const struct paste *p); /* of the last one */

#endif
