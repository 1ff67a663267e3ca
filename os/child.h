/* child: slow work in a forked child (key generation, names), its result over a pipe, so that the
 * loop never stalls. */
#ifndef OS_CHILD_H
#define OS_CHILD_H

#include "base/bytes.h"

enum { LIMIT_CHILD_RESULT = 4608 }; /* bytes: an RSA-4096 key in PEM */

struct child {
	int pid, fd; /* fd: readable when there is news; -1 when nothing runs */
	size_t len;
	uint8_t result[LIMIT_CHILD_RESULT];
};

enum child_state { CHILD_NONE, CHILD_RUNNING, CHILD_DONE, CHILD_FAILED };

/* work runs in the child: it fills out and returns true, or returns false. It must seed its own
 * randomness: a fork's copy of a generator gives the parent's numbers. False: no process to be had.
 */
bool child_start(struct child *c, bool (*work)(void *argument, struct writer *out), void *argument);

/* Reads what is there, without waiting. DONE: result holds len bytes until child_end. */
enum child_state child_poll(struct child *c);

/* The same after waiting for news, at most so long. */
enum child_state child_wait(struct child *c, int wait_ms);

/* Kills it where it still runs, and wipes. Needed once for every child_start; legal always on a
 * zeroed or ended child. */
void child_end(struct child *c);

#endif
