/* net: see net.h. */
#include "os/net.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "os/clock.h"
#include "os/links.h"
#include "os/process.h"

enum { SPARE_DESCRIPTORS = 64 }; /* beside those of links */

struct net {
	struct links *links;
	struct link *reader; /* whose turn net_read is at; NULL: nobody's */
	struct pollfd *polls;
	struct link **polled; /* which link each entry is */
};

struct net *net_new(unsigned links_max)
{
	struct net *n = calloc(1, sizeof *n);
	if (n == NULL)
		return NULL;
	n->links = links_new(links_max);
	n->polls = calloc(links_max + NET_WATCHES, sizeof *n->polls);
	n->polled = calloc(links_max, sizeof(struct link *));
	if (n->links == NULL || n->polls == NULL || n->polled == NULL) {
		net_free(n);
		return NULL;
	}

	process_descriptors(links_max + SPARE_DESCRIPTORS);
	return n;
}

void net_free(struct net *n)
{
	if (n == NULL)
		return;
	links_free(n->links);
	free(n->polls);
	free(n->polled);
	free(n);
}

static const struct link_kind *kind_of(const char *name)
{
	const struct link_kind *const *kind = link_kinds;
	while (*kind != NULL && strcmp((*kind)->name, name) != 0)
		kind++;
	return *kind;
}

void net_request(struct net *n, const struct link_request *request)
{
	if (request->open)
		links_open(n->links, kind_of(request->kind), request);
	else
		links_close(n->links, request->link);
}

bool net_event(struct net *n, struct link_event *event)
{
	return links_event(n->links, event);
}

/* Fills polls with what the links wait for. Brings the deadline forward to when one that rests has
 * rested. */
static unsigned poll_links(struct net *n, uint64_t now, uint64_t *deadline)
{
	unsigned count = 0;
	for (struct link *l = NULL; (l = links_next(n->links, l)) != NULL;) {
		if (now < l->rests_until) {
			*deadline = min_of(*deadline, l->rests_until);
			continue;
		}
		short events = l->connecting ? POLLOUT : POLLIN;
		if (l->unsent)
			events |= POLLOUT;
		n->polls[count] = (struct pollfd){ .fd = l->fd, .events = events };
		n->polled[count++] = l;
	}
	return count;
}

static void poll_result(struct net *n, struct link *l, short got, uint64_t now)
{
	bool connected = !l->connecting;
	if (got == 0)
		return;
	if (l->kind->ready != NULL)
		l->kind->ready(n->links, l, (got & POLLOUT) && (l->connecting || l->unsent), now);
	l->readable = connected && l->fd >= 0 && l->kind->read != NULL && (got & ~POLLOUT) != 0;
}

static void poll_watches(struct pollfd *polls, const struct watch *watches, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct watch *w = &watches[i];
		short events = (short)((w->read ? POLLIN : 0) | (w->write ? POLLOUT : 0));
		polls[i] = (struct pollfd){ .fd = events ? w->fd : -1, .events = events };
	}
}

static void watch_results(const struct pollfd *polls, struct watch *watches, size_t count)
{
	for (size_t i = 0; i < count; i++)
		watches[i].readable =
		    watches[i].read &&
		    (polls[i].revents & (POLLIN | POLLERR | POLLHUP | POLLNVAL)) != 0;
}

static struct timespec until(uint64_t deadline, uint64_t now)
{
	uint64_t us = min_of(deadline > now ? deadline - now : 0, 3600 * SECOND);
	return (struct timespec){ .tv_sec = (time_t)(us / SECOND),
		                  .tv_nsec = (long)(us % SECOND) * 1000 };
}

void net_wait(struct net *n, uint64_t deadline, struct watch *watches, size_t count)
{
	assert(count <= NET_WATCHES);
	net_flush(n);
	uint64_t now = clock_us();
	unsigned links = poll_links(n, now, &deadline);
	struct pollfd *watched = n->polls + links;
	poll_watches(watched, watches, count);
	struct timespec wait = until(links_have_news(n->links) ? 0 : deadline, now);
	if (ppoll(n->polls, links + count, &wait, NULL) < 0) /* a signal: nothing is known */
		for (size_t i = 0; i < links + count; i++)
			n->polls[i].revents = 0;
	watch_results(watched, watches, count);
	for (unsigned i = 0; i < links; i++)
		poll_result(n, n->polled[i], n->polls[i].revents, now);
	n->reader = links_next(n->links, NULL);
}

bool net_read(struct net *n, struct route *from, struct span *bytes)
{
	for (; n->reader != NULL; n->reader = links_next(n->links, n->reader)) {
		struct link *l = n->reader;
		if (l->readable && l->kind->read(l, from, bytes))
			return true;
		l->readable = false;
	}
	return false;
}

bool net_write(struct net *n, const struct route *to, struct span bytes)
{
	struct link *l = links_find(n->links, to->link);
	return l != NULL && !l->connecting && l->kind->write != NULL &&
	       l->kind->write(l, to, bytes);
}

void net_flush(struct net *n)
{
	for (struct link *l = NULL; (l = links_next(n->links, l)) != NULL;)
		if (l->kind->flush != NULL)
			l->kind->flush(l);
}

bool net_busy(const struct net *n)
{
	for (struct link *l = NULL; (l = links_next(n->links, l)) != NULL;)
		if (l->unsent)
			return true;
	return false;
}
