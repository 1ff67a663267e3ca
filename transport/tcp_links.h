/* tcp_links: the TCP links of one communicator: which there are, what is known of who is at the
 * other end, and which of them has to go when a responder has too many (docs/PROTOCOL.md 2.2). What
 * the session has been told is kept beside what is, and the difference reported. */
#pragma once

#include "transport/connection.h"

struct tcp_links_link {
	enum communicator_standing standing;
	bool reported;  /* the session has heard of this route, so it has to hear of its end */
	uint64_t since; /* when it came up */
	uint64_t until; /* pending: gives up; up and not held: the end of its grace */
	struct connection connection;
};

/* Private to tcp_links.c; others embed it. */
struct tcp_links {
	bool responder;
	uint16_t first, numbers; /* of our own connections */
	/* accepted links for which there is no place: to be closed */
	uint16_t refused[LIMIT_LINKS];
	size_t refused_count;
	unsigned attempts;         /* so far */
	struct tcp_links_link *at; /* borrowed */
	size_t max, used;          /* places; those behind used never had a link */
};

/* at: places, borrowed and all zero; LIMIT_LINKS at most. All but 16 may be held by sessions; those
 * are for strangers. first, numbers: of connections that we open, more than there are places. */
void tcp_links_init(struct tcp_links *t, struct tcp_links_link *at, size_t max, bool responder,
                    uint16_t first, uint16_t numbers);
/* NULL: there is no place now. */
struct connection *tcp_links_connect(struct tcp_links *t, const struct addr *remote, uint64_t now);
/* Attempts and links that stand. */
size_t tcp_links_count(const struct tcp_links *t);

/* An event of a link, of these or another. What it means for the initiator: */
enum tcp_links_change {
	TCP_LINKS_NOTHING,
	TCP_LINKS_UP,     /* an attempt has come to something; all others of an initiator end */
	TCP_LINKS_FAILED, /* an attempt has come to nothing */
	TCP_LINKS_DOWN    /* a link is gone */
};
enum tcp_links_change tcp_links_link(struct tcp_links *t, const struct link_event *event,
                                     uint64_t now);
bool tcp_links_request(struct tcp_links *t, struct link_request *request);
/* The next packet of a session among the bytes of a link. False: there is none; *ended: broken
 * framing has ended the link. */
bool tcp_links_read(struct tcp_links *t, uint16_t link, struct span *in, struct span *packet,
                    struct route *route, bool *ended);
bool tcp_links_up(struct tcp_links *t, uint16_t link);
bool tcp_links_has(struct tcp_links *t, uint16_t link); /* in whatever state */
/* The route of the connection to an address that we have opened, up or not yet. False: none. */
bool tcp_links_to(const struct tcp_links *t, const struct addr *remote, struct route *route);

/* Ends what had its time: FAILED if an attempt is among that, else DOWN, or NOTHING. */
enum tcp_links_change tcp_links_timer(struct tcp_links *t, uint64_t now);
uint64_t tcp_links_deadline(const struct tcp_links *t);
/* The initiator has an attempt, or a link, that may still prove to be good. */
bool tcp_links_young(const struct tcp_links *t, uint64_t now);

/* As in struct communicator_class. False: the link is not up, or too many are held. */
bool tcp_links_regard(struct tcp_links *t, const struct route *route,
                      enum communicator_standing standing);
bool tcp_links_held(const struct tcp_links *t, unsigned index, struct route *route);
/* DOWN, UP, BLOCKED or WRITABLE; false: there is nothing to report. */
bool tcp_links_report(struct tcp_links *t, struct communicator_event *event);
