/* links: the table of open links (base/route.h) and what is to be reported about each. It knows no
 * sockets: what a link is and how it is read and written is its kind's affair. */
#ifndef OS_LINKS_H
#define OS_LINKS_H

#include "base/bytes.h"
#include "base/link.h"
#include "base/route.h"

struct links;
struct link_kind;

struct link {
	/* Its kind's: set by open, changed as it likes. */
	int fd; /* -1: none, or closed */
	struct addr local, remote;
	void *own;            /* from malloc; freed with the link */
	bool connecting;      /* until links_up; polled for writing alone */
	bool unsent;          /* has bytes that the system has not taken; polled for writing too */
	bool blocked;         /* takes no more now */
	uint64_t rests_until; /* not polled before */
	/* Whoever waits for it: there is something to read. Closing clears it. */
	bool readable;
	/* The table's; others read them. */
	const struct link_kind *kind;
	uint16_t number, listener;
	/* The table's own: news not yet reported, in this order. */
	bool used, tell_up, tell_accepted, blocked_reported, tell_down;
	enum err why;
};

/* A kind of links: UDP sockets, TCP connections, listeners ... Members may be NULL where nothing
 * is to be done, or can be done. A new kind is a file and a row of link_kinds. */
struct link_kind {
	const char *name; /* link_request.kind */
	/* Sets what is its own in l; with connecting, links_up or links_down follows. */
	enum err (*open)(struct link *l, const struct link_request *request);
	/* Before fd is closed and own freed, also where open has failed: last words. */
	void (*close)(struct link *l);
	/* poll(2) found something. writable: it was polled for writing too, and that goes now. */
	void (*ready)(struct links *links, struct link *l, bool writable, uint64_t now);
	/* The next datagram or piece, valid until the next call for any link. False: none now. */
	bool (*read)(struct link *l, struct route *from, struct span *bytes);
	/* False: not taken. What is taken may wait for flush. */
	bool (*write)(struct link *l, const struct route *to, struct span bytes);
	void (*flush)(struct link *l);
};

extern const struct link_kind *const link_kinds[]; /* ends with NULL */

/* max: links at a time. NULL: no memory. */
struct links *links_new(unsigned max);
void links_free(struct links *links); /* closes all */

/* Ends in links_event's LINK_UP or LINK_DOWN; a number in use is closed first. kind NULL: there is
 * none of that name. */
void links_open(struct links *links, const struct link_kind *kind,
                const struct link_request *request);
/* Closes, and forgets what was to be reported. Unknown numbers are ignored. */
void links_close(struct links *links, uint16_t number);
/* A place for a connection that a listener took, under a number that was not used for long; it is
 * reported unless it is closed before. NULL: the table is full. */
struct link *links_accept(struct links *links, const struct link *listener,
                          const struct link_kind *kind);

void links_up(struct link *l);
void links_down(struct link *l, enum err why); /* closes it */

/* The open one of this number; NULL: there is none. */
struct link *links_find(struct links *links, uint16_t number);
/* All open ones, in the order of their places. before: NULL at first; it may have been closed. */
struct link *links_next(struct links *links, const struct link *before);

bool links_have_news(const struct links *links);
bool links_event(struct links *links, struct link_event *event);

#endif
