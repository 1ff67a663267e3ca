/* control: messages on stream 0: type (1 byte), length of the body (2), body. docs/PROTOCOL.md 6.3.
 * What they mean is said by punch.h, rekey.h and compare.h. */
#pragma once

#include "session/stream.h"

enum control_type {
	CONTROL_CANDIDATES = 1,
	CONTROL_REKEY = 2,
	CONTROL_COMMIT = 3,
	CONTROL_NONCE = 4,
	CONTROL_REVEAL = 5,
	CONTROL_SEARCH = 6
};

enum { CONTROL_HEADER = 3, CONTROL_BODY_MAX = LIMIT_HANDSHAKE + 4 };

/* A message under assembly. All zero at the start. */
struct control {
	size_t len;
	bool taken; /* it was given, and gives way to the next one */
	uint8_t bytes[CONTROL_HEADER + CONTROL_BODY_MAX];
};

/* The next whole message that has arrived: OK, with *type (which may be of a later version) and
 * *body, valid until the next call. ERR_FULL: none yet. ERR_FORMAT: longer than any may be, and so
 * is every further call. */
enum err control_take(struct control *c, struct stream_receive *from, uint8_t *type,
                      struct span *body);
/* False: no room, for the peer takes nothing in any more. body: at most CONTROL_BODY_MAX. */
bool control_send(struct stream_send *to, enum control_type type, struct span body);
