/* child: slow work (making keys, looking up names) in a forked process, so that the loop never
 * stalls. Its result comes over a pipe. */
#pragma once

#include "base/bytes.h"

enum { CHILD_RESULT = 4608 }; /* bytes: an RSA-4096 key in PEM */

struct child {
	int pid; /* 0: nothing runs */
	int fd;  /* while it runs: readable when there is something for child_poll; afterwards -1 */
	struct span result; /* once it is done; until child_end */
	size_t len;         /* of bytes: a mark that the work was done, and the result */
	uint8_t bytes[1 + CHILD_RESULT];
};

enum child_state { CHILD_NONE, CHILD_RUNNING, CHILD_DONE, CHILD_FAILED };

/* work runs in the child: it fills out and returns true, or fails and returns false. It must seed a
 * generator of its own: the copy of the parent's gives the parent's numbers. False: no process. */
bool child_start(struct child *c, bool (*work)(void *argument, struct writer *out), void *argument);

/* Reads what there is, without waiting. A zeroed child: CHILD_NONE. */
enum child_state child_poll(struct child *c);

/* Kills it if it still runs, and wipes the result. Needed once for each child_start; harmless on a
 * zeroed or ended child. */
void child_end(struct child *c);
