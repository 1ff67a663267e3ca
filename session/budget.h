/* budget: how much memory each stream of a session may have, all of them together being bounded.
 * The first window of each (STREAM_WINDOW_START) is beside that, and so is all of the stream of
 * control messages. Streams are those of at[STREAM_CHAT .. used-1]. */
#pragma once

#include "session/stream.h"

/* Only budget.c writes to it. */
struct budget {
	size_t memory; /* bytes each way, for all streams */
	bool crowded;  /* one that has less than the others could do with more than is left */
};

/* Bytes that a stream may keep of what it sends: all but what the others keep. */
uint64_t budget_sending(const struct budget *b, const struct stream *at, unsigned used,
                        unsigned place);
/* The next limit of a stream, as stream_limit_take, within what the others have promised. While
 * another that has less could do with more, one with more than an equal part gives some. */
uint64_t budget_limit(struct budget *b, struct stream *at, unsigned used, unsigned place,
                      uint64_t round_trip, uint64_t now);
