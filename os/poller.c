/* poller: see poller.h. Watches that do not last, and files, which epoll(7) does not take, are
 * polled at each wait, together with it. */
#include "os/poller.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/min_max.h"
#include "os/clock.h"

enum {
	FOUND_AT_ONCE = 64,
	LASTING = 16, /* those that last have a number below; others are polled each time */
	WATCH = 65536 /* and the number: what a watch is called */
};
#define TIMER UINT32_MAX

_Static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR &&
                   EPOLLHUP == POLLHUP,
               "what poll(2) finds is called the same");

struct poller {
	int epoll, timer;
	uint64_t rings_at;           /* the timer, if it was not seen since; 0: it is not set */
	struct asked asked[LASTING]; /* of watches */
	bool refused[LASTING];       /* epoll(7) does not take it */
	struct watch *polled[POLLER_WATCHES + 1]; /* in this wait alone; from 1 on */
	unsigned count, at; /* of what was found of others; the next to be told */
	struct epoll_event found[FOUND_AT_ONCE];
};

struct poller *poller_new(void)
{
	struct poller *p = calloc(1, sizeof *p);
	struct asked asked = { .by = NULL };
	if (p == NULL)
		return NULL;
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	p->timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (p->timer < 0) /* kernels before 3.15, and some emulators */
		p->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (poller_ask(p, p->timer, POLLIN, &asked, TIMER))
		return p;
	poller_free(p);
	return NULL;
}

int poller_fd(const struct poller *p)
{
	return p->epoll;
}

void poller_free(struct poller *p)
{
	if (p == NULL)
		return;
	if (p->epoll >= 0)
		close(p->epoll);
	if (p->timer >= 0)
		close(p->timer);
	free(p);
}

bool poller_ask(struct poller *p, int fd, short events, struct asked *asked, uint32_t who)
{
	struct epoll_event e = { .events = (uint32_t)events, .data.u32 = who };
	if (events == asked->events)
		return true;
	int how = asked->events == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
	if (epoll_ctl(p->epoll, how, fd, &e) != 0)
		return false;
	*asked = (struct asked){ p, events };
	return true;
}

void poller_forget(struct asked *asked, int fd)
{
	if (asked->events != 0)
		(void)poller_ask(asked->by, fd, 0, asked, 0);
}

/* ---- watches ---- */

struct watch poller_lasting(int fd, bool read)
{
	return (struct watch){ .fd = fd, .read = read, .lasts = true };
}

bool poller_found(const struct watch *watches, size_t count)
{
	size_t i = 0;
	while (i < count && !watches[i].readable)
		i++;
	return i < count;
}

/* 0: it waits for nothing. */
static short events_of(const struct watch *w)
{
	return (short)(w->fd < 0 ? 0 : (w->read ? POLLIN : 0) | (w->write ? POLLOUT : 0));
}

static void tell(struct watch *w, short got)
{
	w->readable = w->read && (got & (POLLIN | POLLERR | POLLHUP | POLLNVAL)) != 0;
}

/* True: it waits with what was asked for. */
static bool lasts(struct poller *p, const struct watch *w)
{
	if (!w->lasts || w->fd >= LASTING)
		return false;
	bool *refused = &p->refused[w->fd];
	*refused = *refused ||
	           !poller_ask(p, w->fd, events_of(w), &p->asked[w->fd], WATCH + (uint32_t)w->fd);
	return !*refused;
}

/* Those that are waited for in this wait alone, behind an entry for all others. How many
 * entries that makes: up to 30 of them poll(2) keeps on its stack. */
static unsigned poll_watches(struct poller *p, struct pollfd *polls, struct watch *watches,
                             size_t count)
{
	unsigned polled = 1;
	polls[0] = (struct pollfd){ .fd = p->epoll, .events = POLLIN };
	for (size_t i = 0; i < count; i++) {
		struct watch *w = &watches[i];
		short events = events_of(w);
		w->readable = false;
		if (events == 0 || lasts(p, w))
			continue;
		p->polled[polled] = w;
		polls[polled++] = (struct pollfd){ .fd = w->fd, .events = events };
	}
	return polled;
}

/* Of one that lasts. False: nobody waits for it now; that is told the system only now, when it
 * matters. */
static bool lasting_result(struct poller *p, const struct epoll_event *e, struct watch *watches,
                           size_t count)
{
	int fd = (int)(e->data.u32 - WATCH);
	bool wanted = false;
	for (size_t i = 0; i < count; i++)
		if (watches[i].fd == fd && events_of(&watches[i]) != 0) {
			tell(&watches[i], (short)e->events);
			wanted = true;
		}
	if (!wanted)
		(void)poller_ask(p, fd, 0, &p->asked[fd], 0);
	return wanted;
}

/* ---- waiting ---- */

/* True: it is set to ring by then. False: that is now. */
static bool set_timer(struct poller *p, uint64_t deadline)
{
	if (p->rings_at != 0 && p->rings_at <= deadline)
		return true;
	uint64_t now = clock_us();
	if (deadline <= now)
		return false;
	uint64_t us = min_of(deadline - now, 3600 * SECOND);
	struct itimerspec after = { .it_value = { .tv_sec = (time_t)(us / SECOND),
		                                  .tv_nsec = (long)(us % SECOND) * 1000 } };
	(void)timerfd_settime(p->timer, 0, &after, NULL);
	p->rings_at = now + us;
	return true;
}

/* How many of the polled ones were found; below 0: a signal has come. */
static int wait_once(struct poller *p, struct pollfd *polls, unsigned polled, bool sleeps)
{
	int others = 0, timeout_ms = sleeps ? -1 : 0;
	p->count = p->at = 0;
	if (polled > 1) {
		others = poll(polls, polled, timeout_ms);
		if (others <= 0)
			return others;
		for (unsigned i = 1; i < polled; i++)
			tell(p->polled[i], polls[i].revents);
		if (polls[0].revents == 0)
			return others;
		others--;
		timeout_ms = 0;
	}
	int found = epoll_wait(p->epoll, p->found, FOUND_AT_ONCE, timeout_ms);
	p->count = found > 0 ? (unsigned)found : 0;
	return found < 0 && others == 0 ? found : others;
}

/* Tells watches what was found of them, and leaves the rest. True: something was found that is
 * waited for. */
static bool sort(struct poller *p, struct watch *watches, size_t count)
{
	unsigned kept = 0;
	bool any = false;
	for (unsigned i = 0; i < p->count; i++) {
		const struct epoll_event *e = &p->found[i];
		if (e->data.u32 == TIMER)
			p->rings_at = 0;
		else if (e->data.u32 >= WATCH)
			any |= lasting_result(p, e, watches, count);
		else
			p->found[kept++] = *e;
	}
	p->count = kept;
	return any || kept > 0;
}

void poller_wait(struct poller *p, uint64_t deadline, struct watch *watches, size_t count)
{
	UNSET struct pollfd polls[POLLER_WATCHES + 1];
	assert(count <= POLLER_WATCHES);
	unsigned polled = poll_watches(p, polls, watches, count);
	bool sleeps = set_timer(p, deadline), over = false;
	while (!over) {
		int others = wait_once(p, polls, polled, sleeps);
		over = sort(p, watches, count) || others != 0 || !sleeps;
		if (!over) { /* it has rung, but the deadline may have moved away since */
			sleeps = set_timer(p, deadline);
			over = !sleeps;
		}
	}
}

bool poller_take(struct poller *p, uint32_t *who, short *events)
{
	if (p->at == p->count)
		return false;
	*who = p->found[p->at].data.u32;
	*events = (short)p->found[p->at++].events;
	return true;
}
