/* frame: what a SEALED packet holds. docs/PROTOCOL.md 6.1. Reading gives views into the packet,
 * writing appends to it. */
#pragma once

#include "base/addr.h"
#include "base/bytes.h"
#include "session/ranges.h"

enum frame_type {
	FRAME_PADDING,
	FRAME_PING,
	FRAME_ACK,
	FRAME_STREAM,
	FRAME_STREAM_END,
	FRAME_MAX_DATA,
	FRAME_PATH_CHALLENGE,
	FRAME_PATH_RESPONSE,
	FRAME_CLOSE,
	FRAME_RESET
};

/* Does not say that its sender uses the path: probes, and acknowledgments, which go where the
 * packets came from. */
static inline bool frame_is_probing(enum frame_type type)
{
	return type == FRAME_PADDING || type == FRAME_ACK || type == FRAME_PATH_CHALLENGE ||
	       type == FRAME_PATH_RESPONSE;
}

/* Wants to be acknowledged. */
static inline bool frame_is_eliciting(enum frame_type type)
{
	return type != FRAME_PADDING && type != FRAME_ACK && type != FRAME_CLOSE;
}

enum { ACK_RANGES_MAX = 64, CLOSE_TEXT_MAX = 200, CHALLENGE_LEN = 8 };

struct frame {
	enum frame_type type;
	uint32_t stream; /* both STREAM types, MAX_DATA, RESET */
	union {
		struct {
			uint64_t delay_us;
			size_t count;
			struct range ranges[ACK_RANGES_MAX];
		} ack; /* DESCENDING; more are skipped */
		struct {
			uint64_t offset;
			struct span bytes;
			bool end;
		} stream;       /* both STREAM types */
		uint64_t limit; /* MAX_DATA */
		uint8_t reset;  /* its code */
		struct {
			uint8_t bytes[CHALLENGE_LEN];
			struct addr seen;
		} path; /* seen: RESPONSE only */
		struct {
			uint8_t code;
			struct span text;
		} close;
	} as;
};

/* The next frame; runs of PADDING come as one. False at the end, and when r is bad: check r->bad.
 * Unknown types, streams from LIMIT_STREAM_IDS on, offsets of 2^62 and above, ranges below zero and
 * texts that are too long set r->bad. */
bool frame_read(struct reader *r, struct frame *f);

/* A frame that does not fit leaves the writer full. */
void frame_write_ping(struct writer *w);
/* As many of the newest ranges of received (a set, ascending) as fit; false: not even one does. */
bool frame_write_ack(struct writer *w, const struct ranges *received, uint64_t delay_us);
/* The whole frame with its bytes. False: it does not fit; nothing is written, and the writer is not
 * full. */
bool frame_write_stream(struct writer *w, uint32_t stream, uint64_t offset, struct span bytes,
                        bool end);
/* How many bytes of stream data fit beside a STREAM header into room bytes; 0 when none. */
size_t frame_stream_room(size_t room, uint32_t stream, uint64_t offset);
void frame_write_max_data(struct writer *w, uint32_t stream, uint64_t limit);
void frame_write_reset(struct writer *w, uint32_t stream, uint8_t code);
void frame_write_challenge(struct writer *w, const uint8_t bytes[static CHALLENGE_LEN]);
void frame_write_response(struct writer *w, const uint8_t bytes[static CHALLENGE_LEN],
                          const struct addr *seen);
/* text is cut at CLOSE_TEXT_MAX. */
void frame_write_close(struct writer *w, uint8_t code, struct span text);
