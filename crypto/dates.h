/* dates: which day it is for two contacts, whose rooms at a signaling server change with it (the
 * day of mutual_token). docs/PROTOCOL.md 8.4. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which day it is, as far as that decides about rooms. */
struct dates_day {
	uint32_t day;        /* since 1970-01-01 UTC */
	uint32_t day_ends_s; /* until midnight; UINT32_MAX: unknown */
};

/* Only dates.c writes to it; others embed it, and read known, day and next_at. */
struct dates {
	bool known; /* a server has answered */
	bool wrong_reported;
	uint32_t day;
	uint64_t day_ends_at; /* NEVER: the server does not know */
	uint64_t next_at;     /* when dates_now changes; NEVER: it does not, or was not asked yet */
};

struct dates dates_none(void);

/* A server that always said the same day would know who meets whom for ever. So this host's own
 * clock decides wherever it can be believed, that is, when it is later than the release of this
 * program: then the server's day may be one off, for the sake of midnight, and no more. *foreign:
 * the server's day was another one, and was not taken. */
struct dates_day dates_judge(struct dates_day server, uint64_t own_unix_s, uint32_t released,
                             bool *foreign);

/* What the server says (COMMUNICATOR_SERVER) and the host's clock; 0: it has none. In one run the
 * day never goes back. True, once: the server's day was not taken, or neither of them can be
 * believed (dates_good), which the user should hear. */
bool dates_set(struct dates *d, struct dates_day server, uint64_t own_unix_s, uint64_t now);

/* Whether the day may be right: this program has been released by then. */
bool dates_good(const struct dates *d);

/* The days that count now, once one is known: about midnight more than one. Returns how many. */
enum { DATES_AT_ONCE = 3 };
size_t dates_now(struct dates *d, uint64_t now, uint32_t out[static DATES_AT_ONCE]);
