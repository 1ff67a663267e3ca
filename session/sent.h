/* sent: the book of packets that were sent and are not yet decided. It remembers which frames each
 * packet carried, keeps the packets in flight in order, a list for each path, and gives back every
 * frame once its packet's fate is known: acknowledged or lost. It measures nothing and has no
 * clock: recovery.h decides what is lost. */
#ifndef SESSION_SENT_H
#define SESSION_SENT_H

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
	bool handed_back; /* its frames have been lost already, it has not */
};

/* What an acknowledgment settled on one path. */
struct sent_acked {
	uint64_t bytes;
	struct sent_packet newest; /* order 0: nothing */
};

struct sent;

struct sent *sent_new(void); /* NULL: no memory */
void sent_free(struct sent *s);

/* Is there a place for a packet of this number? False: the one LIMIT_SENT before it is still in
 * flight (and its frames were not handed back), or its frames were not all taken. */
bool sent_room(const struct sent *s, uint64_t number);
/* The packet that gives way to this number, out of flight now; order 0: none has to. */
struct sent_packet sent_evict(struct sent *s, uint64_t number, unsigned *path);
/* After sent_evict. Numbers ascend. frames are copied. */
void sent_add(struct sent *s, uint64_t number, unsigned path, size_t bytes,
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
void sent_restart(struct sent *s, unsigned path); /* nothing is in flight there: orders from 1 */
size_t sent_count(const struct sent *s);          /* in flight, on all paths */

/* The next frame whose fate is decided, each once a fate. False: none. */
bool sent_take(struct sent *s, struct sent_frame *frame, bool *lost);

uint64_t sent_looked_at(const struct sent *s); /* what sent_ack cost so far: for tests */

#endif
