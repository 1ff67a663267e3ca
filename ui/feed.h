/* feed: input that has been read and not yet used, and which conversation (ui/address.h) each part
 * of it was typed for. */
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
	} runs[FEED_RUNS]; /* what waits, from the front: len bytes for conversation conv */
	unsigned run_count;
};

struct feed feed_of(uint8_t *at, size_t size);
size_t feed_room(const struct feed *f);
/* At most feed_room bytes. Moves what waits. */
void feed_add(struct feed *f, struct span bytes, uint64_t conv);
void feed_end(struct feed *f);          /* no more will come */
bool feed_at_end(const struct feed *f); /* ... and nothing waits */
struct span feed_waiting(const struct feed *f);
void feed_use(struct feed *f, size_t len);

/* Which conversation the first byte was typed for; 0: nobody, or no byte waits. And how many bytes,
 * with it, were. */
uint64_t feed_conv(const struct feed *f);
size_t feed_run(const struct feed *f);

/* The first line, without its newline and one CR before it; *used counts these too. When the input
 * has ended, what is left is a line. False: no whole line waits. */
bool feed_line(const struct feed *f, struct span *line, size_t *used);

#endif
