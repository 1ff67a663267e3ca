/* lookout: what changes outside while the program runs: this host's own addresses, whether it needs
 * a translator to IPv4 (os/nat64.h), and where the peer or the signaling server is. It tells the
 * endpoint, and meeting what the user should hear. */
#pragma once

#include "cmd/talk/directory.h"
#include "cmd/talk/meeting.h"
#include "loop/hosts.h"

enum { LOOKOUT_WATCHES = DIRECTORY_WATCHES + 2 };

/* Only lookout.c writes to it; others embed it, and read directory. */
struct lookout {
	struct hosts hosts;
	struct directory directory;
	bool relay_only; /* so the router is not asked for a way to us */
};

/* 0, or the exit status after saying why. End it in any case. */
int lookout_init(struct lookout *l, const struct plan *plan, uint64_t now);
void lookout_end(struct lookout *l);

/* Once a turn, with what the wait found. Take all decisions of meeting after it. */
void lookout_turn(struct lookout *l, const struct watch watches[static LOOKOUT_WATCHES],
                  struct endpoint *ep, struct meeting *m, enum meeting_state state, uint64_t now);
/* An event of the endpoint, before others see it. True: there is nothing more to say about it. */
bool lookout_event(struct lookout *l, const struct endpoint_event *e, uint64_t now);

size_t lookout_watch(const struct lookout *l, struct watch out[static LOOKOUT_WATCHES]);
uint64_t lookout_deadline(const struct lookout *l);
