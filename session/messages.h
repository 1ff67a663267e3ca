/* messages: stream 0 between a session's parts and the peer's: what a control message says goes to
 * the part it is for (punch.h, rekey.h, compare.h), and what these have to say goes out. A message
 * that makes no sense begins the end of the session. docs/PROTOCOL.md 6.3. */
#pragma once

#include "session/compare.h"
#include "session/frames.h"
#include "session/punch.h"
#include "session/rekey.h"

struct messages {
	struct frames_parts *parts; /* borrowed */
	struct compare compare;
	struct rekey rekey;
	struct punch punch;
	uint64_t compare_end; /* offset of the stream behind our last message of comparing */
	struct control control;
};

/* m: all zero. punching: NONE without a forwarder. */
void messages_init(struct messages *m, struct frames_parts *parts, enum punching punching,
                   const struct rekey_config *config);
void messages_input(struct messages *m, uint64_t now); /* the stream may have more */
void messages_timer(struct messages *m, uint64_t now); /* punching and rekeying that are due */
uint64_t messages_deadline(const struct messages *m);
void messages_candidates(struct messages *m, const struct candidates *ours); /* from now on */
/* The path by this route, which may be a new one. -1: there is no place for it. */
int messages_path(struct messages *m, const struct route *route, enum path_origin origin,
                  uint64_t now);
/* Words to compare, of our key and this one, which is borrowed, come first. */
void messages_start_comparing(struct messages *m, const struct public_key *peer);
void messages_compare(struct messages *m); /* compare.h may have something to say */
/* The words are there, and all of our messages about them have left. */
bool messages_compared(const struct messages *m);
