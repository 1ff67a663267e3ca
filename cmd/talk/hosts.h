/* hosts: this host's addresses while the program runs. They change when it goes to another network,
 * and after a sleep nothing may be as it was: then peers are offered the new ones, and the server
 * is asked again at once, rather than after a silence. */
#pragma once

#include "base/addr.h"
#include "base/limits.h"

/* Only hosts.c writes to it; others embed it, and read it. Zeroes: nothing was looked at yet. */
struct hosts {
	struct addr at[LIMIT_CANDIDATES]; /* without ports */
	size_t count;
	uint64_t look_at; /* when to look again; 0: at once */
};

enum hosts_news {
	HOSTS_SAME,
	HOSTS_FIRST,  /* the first look: here is what there is */
	HOSTS_MOVED,  /* other addresses, and what was open may be gone */
	HOSTS_WOKE_UP /* the same addresses, but what was open may be gone */
};

/* Looks when it is time, at the first call too. */
enum hosts_news hosts_look(struct hosts *h, uint64_t now);
