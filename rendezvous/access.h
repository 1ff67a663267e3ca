/* access: the keys of a closed server, with a limit each; whoever has none gets no answer
 * (docs/SIGNALING.md S14). They come from a file with lines "NAME KEY [LIMIT=VALUE ...]":
 *   members=N          so many may wait with it at a time
 *   relay=KBIT         what a pair may send through the server, in place of the server's own limit
 *   until=YYYY-MM-DD   its last day, by UTC */
#pragma once

#include "base/text.h"
#include "wire/stamp.h"

enum {
	ACCESS_KEYS = 1023,      /* a member's number of its key has ten bits */
	ACCESS_FILE = 128 * 1024 /* bytes of the longest file */
};

struct access_entry {
	uint8_t id[STAMP_ID], key[STAMP_KEY];
	uint32_t members;    /* UINT32_MAX: no limit */
	uint32_t relay_kbit; /* UINT32_MAX: the server's */
	uint32_t last_day;   /* since 1970; UINT32_MAX: none is the last */
};

/* Only access.c writes to it. Entry 0 is nobody's: it has the limits of a server without keys. */
struct access {
	unsigned count;                          /* of keys: at[1] to at[count], by id */
	struct access_entry at[ACCESS_KEYS + 1]; /* wiped by whoever embeds it */
};

/* Reads a whole file. False: *why says what is wrong, after "name:line: "; *a is of no use then. */
bool access_read(struct access *a, struct span text, const char *name, struct text *why);
/* The number in a (NULL: none is needed) of a key that was number key in old; 0: it has none, or is
 * over on that day. */
unsigned access_again(const struct access *a, const struct access *old, unsigned key, uint64_t day);
/* What a pair may send that has this key at both ends; usual: the server's own limit. a: NULL is
 * fine, here and below. */
uint32_t access_kbit(const struct access *a, unsigned key, uint32_t usual);
/* ... or that has these two: the smaller of what they may. */
uint32_t access_pair_kbit(const struct access *a, unsigned one, unsigned other, uint32_t usual);
/* Whether one more may wait with this key beside so many. */
bool access_admits(const struct access *a, unsigned key, uint32_t members);
/* The key of that id; 0: there is none. */
unsigned access_find(const struct access *a, const uint8_t id[static STAMP_ID]);
/* The key that HELLO or JOIN is stamped with. day: since 1970; 0: unknown, and no key has a last
 * day. 0: none, or it is over. */
unsigned access_check(const struct access *a, struct span message, uint64_t day);
