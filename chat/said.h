/* said: what our user says. Counts it (texts, or in a pipe bytes), knows how much of it the peer
 * has confirmed, and keeps each text until it is reported as sent. */
#pragma once

#include "base/bytes.h"
#include "base/limits.h"

enum { SAID_WAITING = 2 * (LIMIT_TEXT + 2) };

/* Only said.c writes to it; others may read the first three. */
struct said {
	uint64_t count, confirmed;
	bool half; /* the last text goes on in the next */
	uint64_t confirmed_reported, waiting_count;
	size_t start, end;             /* of what waits in: (before start one may be lent out) */
	uint8_t waiting[SAID_WAITING]; /* each text not yet reported as sent: length (2), text */
};

bool said_has_room(const struct said *s, size_t text_len);
void said_add_text(struct said *s, struct span text, bool more); /* there is room for it */
void said_add_bytes(struct said *s, size_t len);
bool said_confirm(struct said *s, uint64_t count); /* by the peer; false: more than was said */

/* The oldest text not yet reported as sent, with its number; valid until the next call. */
bool said_take_sent(struct said *s, uint64_t *number, struct span *text);
/* The peer confirmed more since the last call: up to number. */
bool said_take_confirmed(struct said *s, uint64_t *number);
/* there is something to take; confirmed: counting said_take_confirmed */
bool said_waits(const struct said *s, bool confirmed);
