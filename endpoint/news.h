/* news: what the program has not been told yet. Each kind of thing has a place of its own, so
 * nothing can be crowded out: neither by a server that talks without end nor by strangers who
 * try codes. What happens again before the program has listened replaces what it has made old. */
#pragma once

#include "endpoint/endpoint_event.h"

/* Each kind of the communicator's events has a place (one that is fatal stays), and so has: */
enum news_about {
	NEWS_LISTENING_TOO = COMMUNICATOR_LAST + 1, /* the second of communicator_config.listen */
	NEWS_OBSERVED_IPV6,
	NEWS_GUESS,    /* their number goes up: the last says it all */
	NEWS_REPLACED, /* the accepted session made room */
	NEWS_LAST,     /* initiator: nothing comes of it any more; or not now (again) */
	NEWS_SERVERS,  /* SERVER of each signaling server */
	NEWS_FAILURES = NEWS_SERVERS + LIMIT_VENUES, /* FAILED, as well */
	NEWS_COUNT = NEWS_FAILURES + LIMIT_VENUES
};

/* Private to news.c; others embed it. */
struct news {
	struct endpoint_event events[NEWS_COUNT];
	uint64_t since[NEWS_COUNT]; /* 0: nothing to tell; else the older goes first */
	uint64_t last;
	unsigned waiting; /* of them, so many are to be told */
};

/* The newest of all; replaces what was there about it. */
void news_add(struct news *n, unsigned about, const struct endpoint_event *event);
void news_add_communicator(struct news *n, const struct communicator_event *event);
/* The oldest; false: there is none. */
bool news_take(struct news *n, struct endpoint_event *event);
