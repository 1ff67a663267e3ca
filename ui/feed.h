/* feed: input that has come and is not yet used, in one piece. */
#ifndef UI_FEED_H
#define UI_FEED_H

#include "base/bytes.h"

struct feed {
	uint8_t *at; /* the owner's buffer of size bytes */
	size_t size, start, end;
	bool ended; /* no more will come */
};

struct feed feed_of(uint8_t *at, size_t size);
size_t feed_room(const struct feed *f);
void feed_add(struct feed *f, struct span bytes); /* at most feed_room; moves what waits */
struct span feed_waiting(const struct feed *f);
void feed_use(struct feed *f, size_t len);

/* The first line without its newline (and without one CR before it); *used: with it. The rest after
 * the end of input is a line too. False: no whole line waits. */
bool feed_line(const struct feed *f, struct span *line, size_t *used);

#endif
