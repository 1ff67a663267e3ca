/* frames: what the frames of an opened packet say goes to the parts of a session that it concerns,
 * and the next packet is composed of what they have due. docs/PROTOCOL.md 6.1, 6.4, 6.5. Composing
 * and sealing is all that frames_output does: what time demands was done before, in the parts'
 * timers. */
#pragma once

#include "session/acks.h"
#include "session/closing.h"
#include "session/keyring.h"
#include "session/liveness.h"
#include "session/search.h"
#include "session/sizes.h"
#include "session/streams.h"

/* The parts of a session from which packets are made. Small ones first: what is far from the start
 * of a large struct costs code. */
struct frames_parts {
	bool accepted; /* the programs want the session, so that chat may flow */
	int train;     /* the path whose data frames_more may go on with; -1: none */
	bool copying;  /* what is unacknowledged, to all paths */
	struct recovery *recovery;
	struct liveness liveness;
	struct keyring keyring;
	struct closing closing;
	struct acks acks;
	struct paths paths;
	struct sizes sizes;
	struct search search;
	uint8_t search_id; /* of the peer's connection ids: what its next packet may bear */
	struct streams streams;
};

struct frames_packet {
	struct span frames;
	uint64_t number;
	int path;   /* where it came from; -1: an address for which there was no place */
	size_t len; /* bytes of the whole packet */
};

/* An authentic packet. One that makes no sense begins the end of the session. True: it may have
 * decided something about our frames or paths; more data on the path of ours has not. */
bool frames_input(struct frames_parts *p, const struct frames_packet *packet, uint64_t now);
/* Losses, probe timeouts and tests of sizes that are due. */
void frames_timer(struct frames_parts *p, uint64_t now);
/* What acknowledgments, timers and stopped paths decided about frames of ours. */
void frames_settle(struct frames_parts *p);

/* The next packet: LIMIT_PACKET_MAX bytes at most. 0: none is due, or may leave. */
size_t frames_output(struct frames_parts *p, struct route *to, uint8_t *packet, uint64_t now);
/* Right after frames_output or frames_more: one more packet for the same route, of at most so many
 * bytes. 0: none follows there; ask frames_output. */
size_t frames_more(struct frames_parts *p, uint8_t *packet, size_t size, uint64_t now);
/* Nothing is unacknowledged on the path of the data. */
bool frames_idle(const struct frames_parts *p);
/* When frames_timer, acknowledgments or a search are due, or the pace lets data leave. */
uint64_t frames_deadline(const struct frames_parts *p);
/* There is a CLOSE that could go somewhere now; otherwise it is not waited for. */
bool frames_close_can_leave(const struct frames_parts *p);
