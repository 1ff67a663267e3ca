/* net: see net.h. A place is free again when its link is closed and all about it is reported. */
#include "os/net.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/link_kind.h"
#include "os/nat64.h"
#include "os/poller.h"
#include "os/socket.h"

enum { SPARE_DESCRIPTORS = 64 }; /* beside those of links */

struct net {
	struct link *at;
	unsigned max, used_end; /* places from used_end on were never used */
	unsigned generation;    /* for numbers of accepted links */
	struct link *reader;    /* whose turn net_read is at; NULL: nobody's */
	struct poller *poller;
	uint64_t now; /* when the last wait ended */
	short *found; /* of each place, in this wait */
	struct link_room *room;
};

/* As far as the system allows that. */
static void allow_descriptors(unsigned wanted)
{
	struct rlimit limit;
	/* musl's getrlimit and setrlimit bring 2 KB for threads */
	if (prlimit(0, RLIMIT_NOFILE, NULL, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = min_of(limit.rlim_max, wanted);
	(void)prlimit(0, RLIMIT_NOFILE, &limit, NULL);
}

struct net *net_new(unsigned links_max)
{
	assert(links_max >= 1 && links_max < LINK_ACCEPTED_FIRST);
	struct net *n = calloc(1, sizeof *n);
	if (n == NULL)
		return NULL;
	n->max = links_max;
	n->at = calloc(links_max, sizeof *n->at);
	n->found = calloc(links_max, sizeof *n->found);
	n->room = calloc(1, sizeof *n->room);
	allow_descriptors(links_max + SPARE_DESCRIPTORS);
	n->poller = poller_new();
	if (n->at != NULL && n->found != NULL && n->room != NULL && n->poller != NULL)
		return n;
	net_free(n);
	return NULL;
}

unsigned net_room(unsigned max, unsigned spare, void **kept)
{
	unsigned room = descriptor_room();
	assert(room >= 2);
	room = (unsigned)min_of(room - min_of(spare, (room + 1) / 2), max);
	while ((*kept = malloc((size_t)room * NET_STREAM)) == NULL && room > 1)
		room /= 2;
	return room;
}

static void shut(struct link *l)
{
	if (l->fd >= 0 && l->kind != NULL && l->kind->close != NULL)
		l->kind->close(l);
	poller_forget(&l->asked, l->fd);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	free(l->own);
	l->own = NULL;
	l->readable = l->connecting = l->unsent = false;
	l->rejected.count = 0;
}

void net_free(struct net *n)
{
	if (n == NULL)
		return;
	for (unsigned i = 0; i < n->used_end; i++)
		shut(&n->at[i]);
	free(n->at);
	free(n->found);
	free(n->room);
	poller_free(n->poller);
	free(n);
}

/* ---- places ---- */

/* Accepted links say in their number where they are; the few others are found by looking. */
static struct link *find(struct net *n, uint16_t number)
{
	if (number >= LINK_ACCEPTED_FIRST) {
		struct link *l = &n->at[(number - LINK_ACCEPTED_FIRST) % n->max];
		return l->used && l->number == number ? l : NULL;
	}
	for (unsigned i = 0; i < n->used_end; i++)
		if (n->at[i].used && n->at[i].number == number)
			return &n->at[i];
	return NULL;
}

/* The open one in the next place. before: NULL at first; it may have been closed. */
static struct link *next_open(const struct net *n, const struct link *before)
{
	for (unsigned i = before == NULL ? 0 : (unsigned)(before - n->at) + 1; i < n->used_end; i++)
		if (n->at[i].fd >= 0)
			return &n->at[i];
	return NULL;
}

static struct link *take(struct net *n, const struct link_kind *kind)
{
	unsigned i = 0;
	while (i < n->used_end && n->at[i].used)
		i++;
	if (i == n->max)
		return NULL;
	if (i == n->used_end)
		n->used_end++;
	n->at[i] = (struct link){ .fd = -1, .used = true, .kind = kind, .room = n->room };
	return &n->at[i];
}

struct link *net_accept(struct net *n, const struct link *listener, const struct link_kind *kind)
{
	struct link *l = take(n, kind);
	if (l == NULL)
		return NULL;
	unsigned place = (unsigned)(l - n->at),
		 generations = (0x10000 - LINK_ACCEPTED_FIRST) / n->max;
	l->tell_accepted = true;
	l->listener = listener->number;
	l->number =
	    (uint16_t)(LINK_ACCEPTED_FIRST + place + n->max * (n->generation++ % generations));
	return l;
}

/* ---- news ---- */

static bool has_news(const struct link *l)
{
	return l->tell_up || l->tell_accepted || l->tell_down || l->rejected.count > 0 ||
	       (l->blocked != l->blocked_reported && l->fd >= 0);
}

void net_up(struct link *l)
{
	l->connecting = false;
	l->tell_up = true;
}

void net_down(struct link *l, enum err why)
{
	shut(l);
	l->tell_down = true;
	l->why = why;
}

void net_rejected(struct link *l, const struct addr *remote, uint32_t size)
{
	for (unsigned i = 0; i < l->rejected.count; i++)
		if (addr_equal(&l->rejected.at[i].remote, remote) && l->rejected.at[i].size == size)
			return;
	if (l->rejected.count < LINK_REJECTIONS)
		l->rejected.at[l->rejected.count++] = (struct link_rejection){ *remote, size };
}

enum err net_refused(struct link *l)
{
	l->said = strerror(errno);
	return socket_why(errno);
}

/* NULL: there is nothing to report. */
static struct link *first_news(const struct net *n)
{
	for (unsigned i = 0; i < n->used_end; i++)
		if (has_news(&n->at[i]))
			return &n->at[i];
	return NULL;
}

static void report(struct link *l, struct link_event *event)
{
	*event = (struct link_event){ .link = l->number,
		                      .listener = l->listener,
		                      .kind = l->kind == NULL ? NULL : l->kind->name,
		                      .local = l->local,
		                      .remote = l->remote };
	if (l->tell_up || l->tell_accepted) {
		event->state = l->tell_up ? LINK_UP : LINK_ACCEPTED;
		l->tell_up = l->tell_accepted = false;
	} else if (l->tell_down) {
		event->state = LINK_DOWN;
		event->why = l->why;
		event->reason = l->said;
		l->tell_down = l->used = false;
	} else if (l->rejected.count > 0) {
		const struct link_rejection *r = &l->rejected.at[--l->rejected.count];
		event->state = LINK_REJECTED;
		event->remote = r->remote;
		if (l->translated)
			(void)nat64_unmap(&event->remote);
		event->size = r->size;
		event->why = ERR_UNREACHABLE;
	} else {
		event->state = l->blocked ? LINK_BLOCKED : LINK_WRITABLE;
		l->blocked_reported = l->blocked;
	}
}

bool net_event(struct net *n, struct link_event *event)
{
	struct link *l = first_news(n);
	if (l != NULL)
		report(l, event);
	return l != NULL;
}

/* ---- requests ---- */

static const struct link_kind *kind_of(const char *name)
{
	const struct link_kind *const *kind = link_kinds;
	while (*kind != NULL && strcmp((*kind)->name, name) != 0)
		kind++;
	return *kind;
}

static void open_link(struct net *n, const struct link_request *request)
{
	struct link *l = take(n, kind_of(request->kind));
	assert(l != NULL); /* who asks knows max */
	l->number = request->link;
	l->local = request->local;
	l->remote = request->remote;
	enum err err = l->kind == NULL ? ERR_USAGE : l->kind->open(l, request);
	if (err) {
		l->local = request->local;
		net_down(l, err);
	} else if (!l->connecting) {
		net_up(l);
	}
}

void net_request(struct net *n, const struct link_request *request)
{
	struct link *l = find(n, request->link);
	if (l != NULL) {
		shut(l);
		l->tell_up = l->tell_accepted = l->tell_down = l->used = false;
	}
	if (request->open)
		open_link(n, request);
}

/* ---- waiting ---- */

/* Brings the deadline forward to when one that rests has rested. */
static void ask_for_links(struct net *n, uint64_t *deadline)
{
	for (struct link *l = NULL; (l = next_open(n, l)) != NULL;) {
		short events = l->connecting && !l->answers ? POLLOUT : POLLIN;
		if (l->unsent)
			events |= POLLOUT;
		if (n->now < l->rests_until) {
			*deadline = min_of(*deadline, l->rests_until);
			events = 0;
		}
		(void)poller_ask(n->poller, l->fd, events, &l->asked, (uint32_t)(l - n->at));
	}
}

static void poll_result(struct net *n, struct link *l, short got)
{
	bool connected = !l->connecting;
	l->streak = got == 0 ? 0 : l->streak + 1;
	if (got == 0)
		return;
	if ((got & POLLERR) && l->kind->error != NULL)
		l->kind->error(l);
	if (l->kind->ready != NULL)
		l->kind->ready(n, l, (got & POLLOUT) && (l->connecting || l->unsent), n->now);
	l->readable = connected && l->fd >= 0 && l->kind->read != NULL && (got & ~POLLOUT) != 0;
}

uint64_t net_ask(struct net *n, uint64_t deadline)
{
	net_flush(n);
	ask_for_links(n, &deadline);
	return first_news(n) != NULL ? 0 : deadline;
}

int net_fd(const struct net *n)
{
	return poller_fd(n->poller);
}

uint64_t net_wait(struct net *n, uint64_t deadline, struct watch *watches, size_t count)
{
	uint32_t place;
	short events;
	poller_wait(n->poller, net_ask(n, deadline), watches, count);
	unsigned readable = 0;
	n->now = clock_us();
	while (poller_take(n->poller, &place, &events))
		n->found[place] = events;
	for (struct link *l = NULL; (l = next_open(n, l)) != NULL;) {
		short *found = &n->found[l - n->at], got = *found;
		*found = 0;
		poll_result(n, l, got);
		readable += l->readable;
	}
	n->room->piece = LINK_SLOT / max_of(readable, 1);
	n->reader = next_open(n, NULL);
	return n->now;
}

bool net_read(struct net *n, struct route *from, struct span *bytes)
{
	for (; n->reader != NULL; n->reader = next_open(n, n->reader)) {
		struct link *l = n->reader;
		if (l->readable && l->kind->read(l, from, bytes))
			return true;
		l->readable = false;
	}
	return false;
}

/* NULL: nothing can be written to it. */
static struct link *writable(struct net *n, uint16_t number)
{
	struct link *l = find(n, number);
	bool open = l != NULL && l->fd >= 0 && !l->connecting && l->kind->write != NULL;
	return open ? l : NULL;
}

bool net_write(struct net *n, const struct route *to, struct span bytes)
{
	struct link *l = writable(n, to->link);
	return l != NULL && l->kind->write(l, to, bytes);
}

bool net_send(struct net *n, const struct route *to, const struct span *pieces, unsigned count)
{
	struct link *l = writable(n, to->link);
	bool taken = l != NULL;
	if (taken && l->kind->send != NULL)
		return l->kind->send(l, to, pieces, count);
	for (unsigned i = 0; i < count && taken; i++)
		taken = l->kind->write(l, to, pieces[i]);
	return taken;
}

void net_flush(struct net *n)
{
	for (struct link *l = NULL; (l = next_open(n, l)) != NULL;)
		if (l->kind->flush != NULL)
			l->kind->flush(l);
}

bool net_busy(const struct net *n)
{
	for (struct link *l = NULL; (l = next_open(n, l)) != NULL;)
		if (l->unsent)
			return true;
	return false;
}
