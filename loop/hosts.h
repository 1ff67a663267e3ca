/* hosts: this host's addresses while the program runs. They change when it goes to another network,
 * and after a sleep nothing may be as it was: then peers are offered the new ones, and the server
 * is asked again at once, rather than after a silence. */
#pragma once

#include "base/addr.h"
#include "base/limits.h"

/* Only hosts.c writes to it; others embed it, and read it. */
struct hosts {
	struct addr at[LIMIT_CANDIDATES]; /* without ports */
	size_t count;
	uint64_t look_at;   /* when to look again; 0: at once, nothing was looked at yet */
	uint64_t asleep_at; /* when to ask next whether the host has slept */
	uint64_t slept_us;  /* how long it had, at the last time */
	int fd;             /* tells of changes; below 0: nothing does */
	bool shaken;        /* something was open then that may be gone now */
};

enum hosts_news {
	HOSTS_SAME,
	HOSTS_FIRST, /* the first look: here is what there is */
	HOSTS_MOVED, /* other addresses, or another best one, and what was open may be gone */
	HOSTS_SHAKEN /* the same addresses, but what was open may be gone */
};

void hosts_init(struct hosts *h);
void hosts_end(struct hosts *h); /* all zero is fine */
/* Its descriptor is readable: something has changed. */
void hosts_heard(struct hosts *h, uint64_t now);
/* Looks when it is time, at the first call too. Once a turn. */
enum hosts_news hosts_look(struct hosts *h, uint64_t now);
