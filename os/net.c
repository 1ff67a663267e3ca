/* net: see net.h. The table of links, their events, and the wait. */
#include "os/net.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "os/clock.h"
#include "os/net_inner.h"

struct net *net_new(unsigned links_max)
{
	assert(links_max >= 1 && links_max < LINK_ACCEPTED_FIRST);
	struct net *n = calloc(1, sizeof *n);
	if (!n)
		return NULL;
	n->links_max = links_max;
	n->links = calloc(links_max, sizeof *n->links);
	n->polls = calloc(links_max + NET_WATCHES, sizeof *n->polls);
	n->polled = calloc(links_max, sizeof *n->polled);
	n->dirty = calloc(links_max, sizeof *n->dirty);
	n->slots = calloc(NET_SLOTS, NET_SLOT);
	if (!n->links || !n->polls || !n->polled || !n->dirty || !n->slots) {
		net_free(n);
		return NULL;
	}
	for (unsigned i = 0; i < links_max; i++)
		n->links[i].fd = -1;

	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < links_max + 64) {
		limit.rlim_cur = limit.rlim_max < links_max + 64 ? limit.rlim_max : links_max + 64;
		(void)prlimit(0, RLIMIT_NOFILE, &limit, NULL);
	}
	return n;
}

static void close_link(struct link *l)
{
	if (l->fd < 0)
		return;
	if (l->kind == LINK_TCP)
		net_tcp_close(l);
	close(l->fd);
	l->fd = -1;
	free(l->tail);
	l->tail = NULL;
	l->tail_len = 0;
}

void net_free(struct net *n)
{
	if (!n)
		return;
	if (n->links) {
		net_flush(n);
		for (unsigned i = 0; i < n->links_max; i++)
			close_link(&n->links[i]);
	}
	free(n->links);
	free(n->polls);
	free(n->polled);
	free(n->dirty);
	free(n->slots);
	free(n);
}

/* Accepted links say in their number where they are; the few others are found by looking. */
static struct link *find(struct net *n, uint16_t number)
{
	if (number >= LINK_ACCEPTED_FIRST) {
		struct link *l = &n->links[(number - LINK_ACCEPTED_FIRST) % n->links_max];
		return l->used && l->number == number ? l : NULL;
	}
	for (unsigned i = 0; i < n->links_max; i++)
		if (n->links[i].used && n->links[i].number == number)
			return &n->links[i];
	return NULL;
}

unsigned net_place(const struct net *n, uint16_t link)
{
	const struct link *l = find((struct net *)(uintptr_t)n, link);
	return l ? (unsigned)(l - n->links) : 0;
}

struct link *net_take_slot(struct net *n)
{
	for (unsigned i = 0; i < n->links_max; i++) {
		struct link *l = &n->links[i];
		if (l->used)
			continue;
		bool dirty = l->dirty; /* its place in the list outlives the link */
		*l = (struct link){ .fd = -1, .used = true, .dirty = dirty };
		return l;
	}
	return NULL;
}

bool net_has_news(const struct link *l)
{
	return l->tell_up || l->tell_accepted || l->tell_down ||
	       (l->stuffed != l->stuffed_told && l->fd >= 0);
}

void net_news(struct net *n, struct link *l, bool had_news)
{
	bool has_news = net_has_news(l);
	if (has_news && !had_news)
		n->untold++;
	if (!has_news && had_news)
		n->untold--;
}

static void forget_batch_of(struct net *n, const struct link *l)
{
	if (n->batch.link == l)
		n->batch.link = NULL;
	if (n->train.link == l)
		n->train.link = NULL;
}

void net_down(struct net *n, struct link *l, enum err why)
{
	bool had_news = net_has_news(l);
	forget_batch_of(n, l);
	close_link(l);
	l->readable = l->connecting = false;
	l->tell_down = true;
	l->why = why;
	net_news(n, l, had_news);
}

enum err net_why(int error)
{
	switch (error) {
	case EADDRINUSE: return ERR_BUSY;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOBUFS: return ERR_FULL;
	case EACCES:
	case EPERM:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT: return ERR_LOCAL;
	case ECONNRESET:
	case EPIPE: return ERR_CUT;
	default: return ERR_UNREACHABLE;
	}
}

struct addr net_own_address(int fd)
{
	union sockaddr_any s = { .any.sa_family = AF_UNSPEC };
	socklen_t len = sizeof s;
	(void)getsockname(fd, &s.any, &len);
	return sockaddr_read(&s.any);
}

static void close_request(struct net *n, uint16_t number)
{
	struct link *l = find(n, number);
	if (!l)
		return;
	bool had_news = net_has_news(l);
	if (n->train.link == l)
		net_udp_flush(n);
	forget_batch_of(n, l);
	close_link(l);
	l->tell_up = l->tell_accepted = l->tell_down = l->stuffed = l->stuffed_told = l->used =
	    false;
	net_news(n, l, had_news);
}

void net_request(struct net *n, const struct link_request *request)
{
	close_request(n, request->link);
	if (!request->open)
		return;
	struct link *l = net_take_slot(n);
	assert(l); /* who asks knows links_max */
	l->number = request->link;
	l->kind = request->kind;
	enum err err = ERR_USAGE;
	if (l->kind == LINK_UDP)
		err = net_udp_open(l, &request->local);
	else if (l->kind == LINK_TCP)
		err = net_tcp_connect(l, &request->local, &request->remote);
	else if (l->kind == LINK_LISTEN)
		err = net_tcp_listen(l, &request->local);
	if (err) {
		l->remote = request->remote;
		l->local = request->local;
		net_down(n, l, err);
	} else if (!l->connecting) {
		l->tell_up = true;
		net_news(n, l, false);
	}
}

static void tell(struct net *n, struct link *l, struct link_event *event)
{
	*event = (struct link_event){ .link = l->number,
		                      .listener = l->listener,
		                      .kind = l->kind,
		                      .local = l->local,
		                      .remote = l->remote };
	if (l->tell_up || l->tell_accepted) {
		event->state = l->tell_up ? LINK_UP : LINK_ACCEPTED;
		l->tell_up = l->tell_accepted = false;
	} else if (l->tell_down) {
		event->state = LINK_DOWN;
		event->why = l->why;
		l->tell_down = l->used = false;
	} else {
		event->state = l->stuffed ? LINK_BLOCKED : LINK_WRITABLE;
		l->stuffed_told = l->stuffed;
	}
	net_news(n, l, true);
}

bool net_event(struct net *n, struct link_event *event)
{
	for (unsigned i = 0; n->untold > 0 && i < n->links_max; i++) {
		if (!net_has_news(&n->links[i]))
			continue;
		tell(n, &n->links[i], event);
		return true;
	}
	return false;
}

/* Fills polls with what the links wait for. */
static unsigned poll_links(struct net *n, uint64_t now)
{
	unsigned count = 0;
	for (unsigned i = 0; i < n->links_max; i++) {
		struct link *l = &n->links[i];
		if (l->fd < 0 || (l->kind == LINK_LISTEN && now < n->accept_after))
			continue;
		short events = l->connecting ? POLLOUT : POLLIN;
		if (l->tail_len > 0)
			events |= POLLOUT;
		n->polls[count] = (struct pollfd){ .fd = l->fd, .events = events };
		n->polled[count++] = i;
	}
	return count;
}

static void poll_result(struct net *n, struct link *l, short got, uint64_t now)
{
	if (got == 0)
		return;
	if (l->kind == LINK_LISTEN)
		net_tcp_accept(n, l, now);
	else if (l->connecting)
		net_tcp_connected(n, l);
	else {
		if ((got & POLLOUT) && l->tail_len > 0)
			net_tcp_flush(n, l);
		l->readable = l->fd >= 0 && (got & ~POLLOUT) != 0;
	}
}

static struct timespec until(uint64_t deadline, uint64_t now)
{
	uint64_t us = deadline > now ? deadline - now : 0;
	if (us > 3600 * SECOND)
		us = 3600 * SECOND;
	return (struct timespec){ .tv_sec = (time_t)(us / SECOND),
		                  .tv_nsec = (long)(us % SECOND) * 1000 };
}

void net_wait(struct net *n, uint64_t deadline, struct watch *watches, size_t watches_count)
{
	assert(watches_count <= NET_WATCHES);
	net_flush(n);
	uint64_t now = clock_us();
	if (now < n->accept_after && deadline > n->accept_after)
		deadline = n->accept_after;
	unsigned links = poll_links(n, now);
	for (size_t i = 0; i < watches_count; i++) {
		struct watch *w = &watches[i];
		short events = (short)((w->read ? POLLIN : 0) | (w->write ? POLLOUT : 0));
		n->polls[links + i] =
		    (struct pollfd){ .fd = events ? w->fd : -1, .events = events };
		w->readable = w->writable = false;
	}
	struct timespec wait = until(n->untold > 0 ? 0 : deadline, now);
	if (ppoll(n->polls, links + watches_count, &wait, NULL) <= 0)
		return;
	for (size_t i = 0; i < watches_count; i++) {
		short got = n->polls[links + i].revents;
		bool broken = (got & (POLLERR | POLLHUP | POLLNVAL)) != 0;
		watches[i].readable = watches[i].read && ((got & POLLIN) || broken);
		watches[i].writable = watches[i].write && ((got & POLLOUT) || broken);
	}
	for (unsigned i = 0; i < links; i++)
		poll_result(n, &n->links[n->polled[i]], n->polls[i].revents, now);
	n->reader = 0;
}

bool net_read(struct net *n, struct route *from, struct span *bytes)
{
	for (; n->reader < n->links_max; n->reader++) {
		struct link *l = &n->links[n->reader];
		if (!l->readable)
			continue;
		if (l->kind == LINK_UDP ? net_udp_read(n, l, from, bytes)
		                        : net_tcp_read(n, l, from, bytes))
			return true;
		l->readable = false;
	}
	return false;
}

bool net_write(struct net *n, const struct route *to, struct span bytes)
{
	struct link *l = find(n, to->link);
	if (!l || l->fd < 0 || l->connecting || l->kind == LINK_LISTEN)
		return false;
	return l->kind == LINK_UDP ? net_udp_write(n, l, to, bytes) : net_tcp_write(n, l, bytes);
}

void net_flush(struct net *n)
{
	net_udp_flush(n);
	for (unsigned i = 0; i < n->dirty_count; i++) {
		struct link *l = &n->links[n->dirty[i]];
		l->dirty = false;
		if (l->fd >= 0)
			net_tcp_flush(n, l);
	}
	n->dirty_count = 0;
}

bool net_busy(const struct net *n)
{
	for (unsigned i = 0; i < n->links_max; i++)
		if (n->links[i].fd >= 0 && n->links[i].tail_len > 0)
			return true;
	return false;
}
