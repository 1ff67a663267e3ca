/* past: what was said in this run, to be shown again and searched. It stays in memory, as much as a
 * shelf holds, and is wiped with its owner. */
#pragma once

#include "ui/shelf.h"

/* Only past.c writes to it; others may read lines.count. */
struct past {
	struct shelf lines;
};

struct past_line {
	uint32_t date, clock_s; /* as in struct event */
	struct span name;       /* of the peer; empty: it was our user */
	struct span text;       /* as it was said, not safe */
};

void past_add(struct past *p, const struct past_line *line);
/* depth: 1 is the newest. Valid until the next past_add. */
struct past_line past_at(const struct past *p, unsigned depth);
/* Whether text has what in it; capitals and small letters are the same. */
bool past_finds(struct span text, struct span what);
