/* sent: the book of packets that were sent and are not yet decided. It remembers which frames each
 * packet carried, keeps the packets in flight in order, a list for each path, and gives back every
 * frame once its packet's fate is known: acknowledged or lost. It measures nothing and has no
 * clock: recovery.h decides what is lost. */
#pragma once

#include "base/limits.h"
#include "session/frame.h"

/* What a packet carried that must be known when it is acknowledged or lost. */
enum sent_kind { SENT_STREAM, SENT_MAX_DATA, SENT_ACK };
struct sent_frame {
	uint8_t kind, stream;
	bool end;
	uint64_t offset; /* SENT_STREAM; SENT_ACK: the largest number acknowledged */
	uint32_t len;
};
enum { SENT_FRAMES_MAX = 4 };

/* A packet in flight. Valid until the next call that changes the book. */
struct sent_packet {
	uint64_t number;
	uint64_t order; /* counts the packets of its path, from 1: numbers have gaps there */
	uint64_t sent_at;
	uint32_t bytes;
	uint8_t path;
	bool handed_back; /* its frames have been lost already, it has not */
};

/* What an acknowledgment settled on one path. */
struct sent_acked {
	uint64_t bytes;
	struct sent_packet newest; /* order 0: nothing */
};

struct sent_slot {
	struct sent_packet packet;
	uint16_t older, newer; /* in flight on its path */
	uint16_t fate_next;    /* waiting for sent_take */
	uint8_t count, taken;  /* frames, and how many of them were taken */
	bool flying;
	uint8_t fate; /* to be taken */
	struct sent_frame frames[SENT_FRAMES_MAX];
};

struct sent_track { /* a path's packets in flight */
	uint16_t oldest, newest;
	size_t count;
	uint64_t next_order;
};

/* Only sent.c writes to it; others may read count and a track's count. */
struct sent {
	size_t count; /* of packets in flight, on all paths */
	uint16_t fate_first, fate_last;
	uint64_t looked_at; /* packets and numbers gone through for acknowledgments */
	struct sent_track tracks[LIMIT_PATHS];
	struct sent_slot slots[LIMIT_SENT];
};

void sent_init(struct sent *s); /* which is all zero */

/* Is there a place for a packet of this number? False: the one LIMIT_SENT before it is still in
 * flight (and its frames were not handed back), or its frames were not all taken. */
bool sent_room(const struct sent *s, uint64_t number);
/* There is a place. Numbers ascend. frames are copied. Returns the packet that gave way to this
 * one, out of flight now; order 0: none had to. */
struct sent_packet sent_add(struct sent *s, uint64_t number, unsigned path, size_t bytes,
                            const struct sent_frame *frames, size_t count, uint64_t now);
/* Takes the packets of a path that the frame names out of flight, acknowledged. Costs no more than
 * the fewer of what is in flight and what the ranges name: a peer may say the same for ever. */
struct sent_acked sent_ack(struct sent *s, unsigned path, const struct frame *ack);
/* The oldest in flight on a path; NULL: none. */
const struct sent_packet *sent_oldest(const struct sent *s, unsigned path);
/* Takes the oldest of a path out of flight, lost. */
void sent_lose_oldest(struct sent *s, unsigned path);
/* The frames of the oldest packets of a path (at most so many) count as lost; the packets stay in
 * flight, so their frames may still be acknowledged too. */
void sent_hand_back(struct sent *s, unsigned path, size_t most);

/* The next frame whose fate is decided, each once a fate. False: none. */
bool sent_take(struct sent *s, struct sent_frame *frame, bool *lost);
