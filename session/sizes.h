/* sizes: how large the packets of a session are, on each of its paths: what the path has been shown
 * to carry (mtu.h), the peer takes and the window allows. docs/PROTOCOL.md 6.11. */
#pragma once

#include "base/link.h"
#include "session/paths.h"

/* Private to sizes.c; others embed it. */
struct sizes {
	struct paths *paths; /* borrowed; sizes tells their mtu what is seen */
	bool large;          /* the peer takes packets above LIMIT_PACKET */
};

void sizes_init(struct sizes *s, struct paths *paths, bool large);
/* Bytes of a packet of data that may leave on this path now; 0: none may (paths_room). */
size_t sizes_room(const struct sizes *s, int path);
/* A packet of data is full, and there is more: larger ones are looked for. */
void sizes_want(struct sizes *s, int path);

/* The next test: its frame in w, its size, and its path. -1: none is due. */
int sizes_test(struct sizes *s, struct writer *w, size_t *size, uint64_t now);
/* A PATH RESPONSE. False: it answers no test. */
bool sizes_response(struct sizes *s, const uint8_t bytes[static CHALLENGE_LEN]);
/* A datagram was rejected (LINK_REJECTED), for its size. */
void sizes_told(struct sizes *s, const struct link_event *event);
/* Ends tests in vain. Where packets are smaller from now on, the frames of those in flight leave
 * again in smaller ones. */
void sizes_timer(struct sizes *s, uint64_t now);
uint64_t sizes_deadline(const struct sizes *s);
