/* hosts: this host's addresses while the program runs. They change when it goes to another network,
 * and after a sleep nothing may be as it was: then peers are offered the new ones, and the server
 * is asked again at once, rather than when silence has told. */
#ifndef CMD_TALK_HOSTS_H
#define CMD_TALK_HOSTS_H

#include "base/addr.h"
#include "base/limits.h"

struct endpoint;

struct hosts {
	struct addr at[LIMIT_CANDIDATES];
	size_t count;
	uint64_t look_at; /* when to look again; 0: at once */
};

/* Takes a new list in. True: it is another one than before, in whatever order. */
bool hosts_changed(struct hosts *h, const struct addr *at, size_t count);

/* Looks when it is time, at the first call too, and tells the endpoint what is new. */
void hosts_look(struct hosts *h, struct endpoint *endpoint, uint64_t now);

#endif
