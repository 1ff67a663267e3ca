/* metrics: a Unix socket at which a signaling server tells what it counts, to whoever asks as of
 * a web server (docs/schat-signal.1), and the program that asks there. A guest that is slow, or
 * says nothing, costs its place for a few seconds and no more. */
#pragma once

#include "base/text.h"
#include "os/poller.h"

enum { METRICS_GUESTS = 4, METRICS_WATCHES = METRICS_GUESTS + 1 };

/* Private to metrics.c; others embed it. */
struct metrics {
	const char *path; /* NULL: there is no such socket */
	int listener;
	uint64_t rests_until; /* no connections can be taken now; 0: they can */
	struct metrics_guest {
		int fd;         /* 0: the place is free */
		unsigned blank; /* ends of lines that came last, one after the other */
		uint64_t until; /* patience ends */
	} guests[METRICS_GUESTS];
};

/* path, which is borrowed, may be NULL. Returns 0, or the exit status after saying why. */
int metrics_open(struct metrics *m, const char *path);
/* Fills in METRICS_WATCHES of the next wait. */
void metrics_watch(const struct metrics *m, struct watch *watches, uint64_t now);
/* After the wait. True: somebody has asked, and metrics_answer is due. */
bool metrics_turn(struct metrics *m, const struct watch *watches, uint64_t now);
void metrics_answer(struct metrics *m, struct span body);
uint64_t metrics_deadline(const struct metrics *m);
void metrics_close(struct metrics *m);

/* Asks the server at path, and prints what it says, without what only programs read. Returns the
 * exit status. */
int metrics_show(const char *path);
