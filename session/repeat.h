/* repeat: the lines of a chat that are sent twice, half a round trip apart: those on a path that is
 * likely to lose them. docs/PROTOCOL.md 6.4-6. It marks packets (sent.h) and says when; a packet
 * that leaves counts for recovery and congestion as any other. Times in us. */
#pragma once

#include "session/rtt.h"
#include "session/sent.h"

/* Only repeat.c writes to it. All zero: nothing was sent. */
struct repeat {
	uint64_t said; /* all of the chat below this offset has been sent */
	struct {
		uint64_t lost_at; /* a packet was lost there; 0: none */
		uint64_t at;      /* when the oldest line in flight there goes again; 0: never */
	} paths[LIMIT_PATHS];
};

/* A packet leaves with these frames. Is there something of the chat among them, for the first
 * time? Other streams may be there, too. */
bool repeat_is_line(struct repeat *r, const struct sent_frame *frames, size_t count);
/* It does, on a path without TCP below. Should it be marked, to leave once more? */
bool repeat_sent(struct repeat *r, unsigned path, const struct rtt *rtt, uint64_t now);
/* NEVER: no marked packet is in flight there. */
uint64_t repeat_deadline(const struct repeat *r, unsigned path);
/* Hands back the line that is due (one a call). It waits for the window, as all that is due. */
void repeat_timer(struct repeat *r, struct sent *sent, unsigned path, const struct rtt *rtt,
                  uint64_t now);
void repeat_lost(struct repeat *r, unsigned path, uint64_t now); /* a packet was lost there */
void repeat_late(struct repeat *r, unsigned path);               /* it was not */
void repeat_stop(struct repeat *r, unsigned path);               /* the path is gone */
