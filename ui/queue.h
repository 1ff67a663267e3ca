/* queue: bytes that wait in the order they came, and for what each of them is. Input waits until it
 * is used, and each byte of it is for a conversation (ui/speech.h). Output waits until the program
 * fetches it, and is for UI_OUT, UI_ERR or UI_KEPT. */
#pragma once

#include "base/bytes.h"

/* Standard output: data; standard error: talk; a file that keeps what is said. */
enum { UI_OUT = 1, UI_ERR = 2, UI_KEPT = 3 };

enum { QUEUE_RUNS = 64 };

/* Private to queue.c; others embed it. */
struct queue {
	uint8_t *at; /* the owner's buffer of size bytes */
	size_t size, start, end;
	bool ended; /* no more will come */
	struct {
		uint64_t whom;
		size_t len;
	} runs[QUEUE_RUNS]; /* what waits, from the front: len bytes for whom */
	unsigned run_count;
};

struct queue queue_of(uint8_t *at, size_t size);

size_t queue_room(const struct queue *q);
/* As queue_room, but 0 when what is added for another might not be kept apart: see queue_done. */
size_t queue_room_apart(const struct queue *q);
/* A writer over the free room; queue_done appends what was written. Nothing else may be added
 * between the two. Moves what waits. After QUEUE_RUNS changes of whom the rest is for 0. */
struct writer queue_begin(struct queue *q);
void queue_done(struct queue *q, uint64_t whom, const struct writer *w);
void queue_add(struct queue *q, uint64_t whom, struct span bytes); /* at most queue_room */
void queue_end(struct queue *q);                                   /* no more will come */

struct span queue_waiting(const struct queue *q);
/* For whom the first byte is, and with *len how many bytes with it. 0: nobody, or nothing waits. */
uint64_t queue_whom(const struct queue *q, size_t *len);
void queue_use(struct queue *q, size_t len);                   /* wipes them */
void queue_again(struct queue *q, uint64_t from, uint64_t to); /* what was for one is for another */
bool queue_at_end(const struct queue *q); /* nothing waits, and no more will come */

/* The first line, without its newline and one CR before it; *used counts these too. When the input
 * has ended, what is left is a line. False: no whole line waits. */
bool queue_line(const struct queue *q, struct span *line, size_t *used);
/* The same behind so many bytes; and blanks in the place of some, so that they are used up out of
 * turn. */
bool queue_line_behind(const struct queue *q, size_t behind, struct span *line, size_t *used);
void queue_blank(struct queue *q, size_t from, size_t len);
