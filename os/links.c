/* links: see links.h. A place is free again when its link is closed and all about it is reported.
 */
#include "os/links.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/assert.h"

struct links {
	struct link *at;
	unsigned max, used_end; /* places from used_end on were never used */
	unsigned generation;    /* for numbers of accepted links */
};

struct links *links_new(unsigned max)
{
	assert(max >= 1 && max < LINK_ACCEPTED_FIRST);
	struct links *links = calloc(1, sizeof *links);
	if (links == NULL)
		return NULL;
	links->max = max;
	links->at = calloc(max, sizeof *links->at);
	if (links->at != NULL)
		return links;
	links_free(links);
	return NULL;
}

static void shut(struct link *l)
{
	if (l->fd >= 0 && l->kind->close != NULL)
		l->kind->close(l);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	free(l->own);
	l->own = NULL;
	l->readable = l->connecting = l->unsent = false;
}

void links_free(struct links *links)
{
	if (links == NULL)
		return;
	for (unsigned i = 0; i < links->used_end; i++)
		shut(&links->at[i]);
	free(links->at);
	free(links);
}

/* Accepted links say in their number where they are; the few others are found by looking. */
static struct link *find(struct links *links, uint16_t number)
{
	if (number >= LINK_ACCEPTED_FIRST) {
		struct link *l = &links->at[(number - LINK_ACCEPTED_FIRST) % links->max];
		return l->used && l->number == number ? l : NULL;
	}
	for (unsigned i = 0; i < links->used_end; i++)
		if (links->at[i].used && links->at[i].number == number)
			return &links->at[i];
	return NULL;
}

struct link *links_find(struct links *links, uint16_t number)
{
	struct link *l = find(links, number);
	return l != NULL && l->fd >= 0 ? l : NULL;
}

struct link *links_next(struct links *links, const struct link *before)
{
	for (unsigned i = before == NULL ? 0 : (unsigned)(before - links->at) + 1;
	     i < links->used_end; i++)
		if (links->at[i].fd >= 0)
			return &links->at[i];
	return NULL;
}

static struct link *take(struct links *links, const struct link_kind *kind)
{
	unsigned i = 0;
	while (i < links->used_end && links->at[i].used)
		i++;
	if (i == links->max)
		return NULL;
	if (i == links->used_end)
		links->used_end++;
	links->at[i] = (struct link){ .fd = -1, .used = true, .kind = kind };
	return &links->at[i];
}

/* ---- news ---- */

static bool has_news(const struct link *l)
{
	return l->tell_up || l->tell_accepted || l->tell_down ||
	       (l->blocked != l->blocked_reported && l->fd >= 0);
}

void links_up(struct link *l)
{
	l->connecting = false;
	l->tell_up = true;
}

void links_down(struct link *l, enum err why)
{
	shut(l);
	l->tell_down = true;
	l->why = why;
}

/* NULL: there is nothing to report. */
static struct link *first_news(const struct links *links)
{
	for (unsigned i = 0; i < links->used_end; i++)
		if (has_news(&links->at[i]))
			return &links->at[i];
	return NULL;
}

bool links_have_news(const struct links *links)
{
	return first_news(links) != NULL;
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
		l->tell_down = l->used = false;
	} else {
		event->state = l->blocked ? LINK_BLOCKED : LINK_WRITABLE;
		l->blocked_reported = l->blocked;
	}
}

bool links_event(struct links *links, struct link_event *event)
{
	struct link *l = first_news(links);
	if (l != NULL)
		report(l, event);
	return l != NULL;
}

/* ---- opening and closing ---- */

void links_close(struct links *links, uint16_t number)
{
	struct link *l = find(links, number);
	if (l == NULL)
		return;
	shut(l);
	l->tell_up = l->tell_accepted = l->tell_down = l->used = false;
}

void links_open(struct links *links, const struct link_kind *kind,
                const struct link_request *request)
{
	links_close(links, request->link);
	struct link *l = take(links, kind);
	assert(l != NULL); /* who asks knows max */
	l->number = request->link;
	l->local = request->local;
	l->remote = request->remote;
	enum err err = kind == NULL ? ERR_USAGE : kind->open(l, request);
	if (err) {
		l->local = request->local;
		links_down(l, err);
	} else if (!l->connecting) {
		links_up(l);
	}
}

struct link *links_accept(struct links *links, const struct link *listener,
                          const struct link_kind *kind)
{
	struct link *l = take(links, kind);
	if (l == NULL)
		return NULL;
	unsigned place = (unsigned)(l - links->at),
		 generations = (0x10000 - LINK_ACCEPTED_FIRST) / links->max;
	l->tell_accepted = true;
	l->listener = listener->number;
	l->number = (uint16_t)(LINK_ACCEPTED_FIRST + place +
	                       links->max * (links->generation++ % generations));
	return l;
}
