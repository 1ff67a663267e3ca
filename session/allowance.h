/* allowance: when the next search may begin, and how many packets searches may send, whatever peers
 * and servers say (docs/PROTOCOL.md 6.12-10). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { ALLOWANCE_PACKETS = 5600 }; /* four large searches at once, and as many in each hour */

/* Only allowance.c writes to it; zeroes: nothing was sent yet. */
struct allowance {
	uint64_t until, least; /* no search before; even where an address has become another */
	uint64_t paid_at;      /* what was sent does not count any more */
};

bool allowance_rests(const struct allowance *a, uint64_t now);
/* So long after one may begin, if that is within a minute; else NEVER. */
uint64_t allowance_after(const struct allowance *a, uint64_t wait, uint64_t now);
/* A search begins, or the next attempt of one. */
void allowance_begin(struct allowance *a, uint64_t now);
void allowance_many(struct allowance *a, uint64_t now); /* it is a large one */
/* It has sent nothing, or an address has become another: the next one may come sooner. */
void allowance_soon(struct allowance *a);

unsigned allowance_left(const struct allowance *a, uint64_t now); /* packets */
void allowance_spend(struct allowance *a, uint64_t now);          /* one of them */
