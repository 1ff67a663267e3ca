/* poller: the one wait of the program: for its links, for other descriptors, and for a time. The
 * system is told what is waited for when that changes, not at each wait (epoll(7)); and where the
 * time only moves away, the timer stays as it is (timerfd_create(2)): to be woken too early now and
 * then costs less than to set it each time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Another descriptor to wait for. */
struct watch {
	int fd;           /* below 0: none */
	bool read, write; /* what is waited for */
	bool lasts;       /* it stays open until the poller ends: then a wait for it costs less */
	bool readable;    /* set by the wait if read; an error shows so too */
};

enum { POLLER_WATCHES = 40 }; /* of one wait, at most */

/* A watch of a descriptor that lasts. read: whether it is waited for in the next wait. */
struct watch poller_lasting(int fd, bool read);

bool poller_found(const struct watch *watches, size_t count); /* any is readable */

struct poller;

/* For a watch of another poller: something that this one was asked for may be found. */
int poller_fd(const struct poller *p);

/* NULL: no memory, or no descriptors. */
struct poller *poller_new(void);
void poller_free(struct poller *p);

/* What the system knows of a descriptor: nothing, at first. Only poller.c writes to it. */
struct asked {
	struct poller *by;
	short events;
};

/* From now on fd is waited for: events of poll(2); 0: no more. who: poller_take calls it so; below
 * 65536. False: the system cannot. */
bool poller_ask(struct poller *p, int fd, short events, struct asked *asked, uint32_t who);
/* fd is about to be closed. A child may have it still. */
void poller_forget(struct asked *asked, int fd);

/* Waits until something is found, a signal has come, or clock_us has reached the deadline. */
void poller_wait(struct poller *p, uint64_t deadline, struct watch *watches, size_t count);

/* What the last wait found of what was asked for; poll until false. What is not dealt with is found
 * again. */
bool poller_take(struct poller *p, uint32_t *who, short *events);
