/* sent: the book of packets that were sent and are not yet decided. It remembers which frames each
 * packet carried, keeps the packets in flight in order, a list for each path, and gives back every
 * frame once its packet's fate is known: acknowledged or lost. It measures nothing and has no
 * clock: recovery.h decides what is lost. A lost packet is remembered for a while: it may have been
 * late only. */
#pragma once

#include "base/limits.h"
#include "session/frame.h"

/* What a packet carried that must be known when it is acknowledged or lost. */
enum sent_kind { SENT_STREAM, SENT_MAX_DATA, SENT_RESET, SENT_ACK };
struct sent_frame {
	uint64_t offset; /* SENT_STREAM; SENT_ACK: the largest number acknowledged */
	uint32_t stream;
	uint16_t len;
	uint8_t kind;
	bool end;
};
enum { SENT_FRAMES_MAX = 4 };

/* How things stood on its path when a packet left, for congestion.h; not looked at here. Times in
 * us, sizes in bytes. */
struct sent_stamp {
	uint64_t delivered;       /* acknowledged by then */
	uint32_t since_delivered; /* since the last of that was acknowledged, */
	uint32_t since_first;     /* and since the packet left that was */
	uint32_t in_flight;       /* with this one */
	bool starved;             /* for want of data */
	bool calm, probing;       /* sent slower, or faster, than the path delivers */
};

/* A packet in flight. Valid until the next call that changes the book. */
struct sent_packet {
	uint64_t number;
	uint64_t order; /* counts the packets of its path, from 1: numbers have gaps there */
	uint64_t sent_at;
	struct sent_stamp stamp;
	uint32_t bytes;
	uint8_t path;
	bool handed_back; /* its frames have been lost already, it has not */
	bool line;        /* sent_repeat gives its chat frames back */
};

/* What an acknowledgment settled on one path: bytes in all, those with the stamp calm, the newest
 * of the packets (order 0: none). */
struct sent_sum {
	uint64_t bytes, calm;
	struct sent_packet newest;
};
struct sent_acked {
	struct sent_sum acked;
	struct sent_sum late; /* declared lost before */
};

struct sent_slot {
	struct sent_packet packet;
	uint16_t older, newer; /* on its track */
	uint16_t fate_next;    /* waiting for sent_take */
	uint8_t count, taken;  /* frames, and how many of them were taken */
	uint8_t where;         /* on which track of its path */
	uint8_t fate;          /* to be taken */
	struct sent_frame frames[SENT_FRAMES_MAX];
};

struct sent_track { /* packets of a path in order */
	uint16_t oldest, newest;
	uint16_t lines; /* packets of count that are marked line */
	size_t count;
};

enum sent_where { SENT_NOWHERE, SENT_FLYING, SENT_LATE, SENT_TRACKS };
/* So many lost packets of a path are remembered, should they come after all. */
enum { SENT_LATE_MAX = 256 };

/* Only sent.c writes to it; others may read count, and those of a track. */
struct sent {
	size_t count; /* of packets in flight, on all paths */
	uint16_t fate_first, fate_last;
	uint64_t looked_at; /* packets and numbers gone through for acknowledgments */
	struct sent_track tracks[LIMIT_PATHS][SENT_TRACKS];
	uint64_t next_order[LIMIT_PATHS];
	struct sent_slot *slots;
	uint32_t slots_count; /* power of two */
};

bool sent_init(struct sent *s); /* false: no memory; sent_free all the same */
void sent_free(struct sent *s);

/* The table grows, up to LIMIT_SENT, if there is no place for a packet of this number otherwise. */
void sent_make_room(struct sent *s, uint64_t number);
/* Is there a place for a packet of this number? False: the one LIMIT_SENT before it (less, without
 * sent_make_room) is still in flight (and its frames were not handed back), or its frames were not
 * all taken. */
bool sent_room(const struct sent *s, uint64_t number);
/* There is a place. Numbers ascend; packet's order is set. frames are copied. Returns the packet
 * that gave way to this one, out of flight now; order 0: none had to. */
struct sent_packet sent_add(struct sent *s, struct sent_packet packet,
                            const struct sent_frame *frames, size_t count);
/* Takes the packets of a path that the frame names out of flight, acknowledged. Costs no more than
 * the fewer of what is in flight and what the ranges name: a peer may say the same for ever. */
struct sent_acked sent_ack(struct sent *s, unsigned path, const struct frame *ack);
/* The oldest in flight on a path; NULL: none. */
const struct sent_packet *sent_oldest(const struct sent *s, unsigned path);
/* Takes the oldest of a path out of flight, lost. It may still come late. */
void sent_lose_oldest(struct sent *s, unsigned path);
/* Lost packets of a path that left before then will not come any more. */
void sent_forget_late(struct sent *s, unsigned path, uint64_t before);
/* The frames of the oldest packets of a path (at most so many) count as lost; the packets stay in
 * flight, so their frames may still be acknowledged too. */
void sent_hand_back(struct sent *s, unsigned path, size_t most);
/* Only the chat's frames, of the oldest packet of a path that is marked line, if it left by then;
 * it loses the mark. Returns when the next one left; NEVER: none. */
uint64_t sent_repeat(struct sent *s, unsigned path, uint64_t by);

/* The next frame whose fate is decided, each once a fate. False: none. */
bool sent_take(struct sent *s, struct sent_frame *frame, bool *lost);
