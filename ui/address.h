/* address: which conversation a piece of input is meant for. The conversations of a run are
 * numbered 1, 2, ... Whatever is typed carries the number of the one it was meant for, and is sent
 * in that one or not at all. The rule, which stands only here:
 *
 *   before the first conversation    input is for the first, and waits for it
 *   in conversation n                input is for n ...
 *   ... from the second on           ... once everything has been read that was typed before the
 *                                    user could know who is here: that is for nobody
 *   between two conversations        input is for nobody */
#ifndef UI_ADDRESS_H
#define UI_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

/* How long a person needs to read who is here now. */
#define ADDRESS_READ_US (1500 * MS)

enum { ADDRESS_NOBODY = 0, ADDRESS_FIRST = 1 };

/* Private to address.c; others embed it. */
struct address {
	uint64_t begun; /* conversations so far: the number of the latest */
	bool open;      /* it goes on */
	bool stale;     /* what is read now may have been written before it began */
};

void address_begin(struct address *a); /* a conversation begins */
void address_end(struct address *a);
/* The user can see who is here, and everything typed before that has been read. */
void address_settled(struct address *a);

uint64_t address_begun(const struct address *a); /* conversations so far: the latest one's number */
bool address_is_open(const struct address *a);   /* it goes on */
bool address_is_stale(const struct address *a);  /* ... but what is read now may be older */

/* What input that is read now is for: a number, or ADDRESS_NOBODY. */
uint64_t address_now(const struct address *a);

enum address_answer {
	ADDRESS_HERE,  /* for the conversation that goes on */
	ADDRESS_WAITS, /* for the first, which is still to come */
	ADDRESS_OVER,  /* for one that is over */
	ADDRESS_NONE   /* for nobody, or for one that nobody has heard of */
};
enum address_answer address_of(const struct address *a, uint64_t number);

#endif
