/* feed: input that has come and is not yet used, in one piece; and for which conversation (see
 * ui/address.h) each part of it was written. */
#ifndef UI_FEED_H
#define UI_FEED_H

#include "base/bytes.h"

enum { FEED_RUNS = 16 };

/* Private to feed.c; others embed it. */
struct feed {
	uint8_t *at; /* the owner's buffer of size bytes */
	size_t size, start, end;
	bool ended; /* no more will come */
	struct {
		uint64_t conv;
		size_t len;
	} runs[FEED_RUNS]; /* what waits, front to back: so many bytes for that conversation */
	unsigned run_count;
};

struct feed feed_of(uint8_t *at, size_t size);
size_t feed_room(const struct feed *f);
void feed_add(struct feed *f, struct span bytes,
              uint64_t conv);           /* at most feed_room; moves what waits */
void feed_end(struct feed *f);          /* no more will come */
bool feed_at_end(const struct feed *f); /* ... and nothing waits */
struct span feed_waiting(const struct feed *f);
void feed_use(struct feed *f, size_t len);

/* For which conversation the first byte that waits was written, and how many more with it. */
uint64_t feed_conv(const struct feed *f);
size_t feed_run(const struct feed *f);

/* The first line without its newline (and without one CR before it); *used: with it. The rest after
 * the end of input is a line too. False: no whole line waits. */
bool feed_line(const struct feed *f, struct span *line, size_t *used);

#endif
