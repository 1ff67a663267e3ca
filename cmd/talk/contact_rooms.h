/* rooms: the rooms of known contacts at the signaling server, whose tokens change with the server's
 * day. docs/PROTOCOL.md 8.4. */
#ifndef CMD_TALK_CONTACT_ROOMS_H
#define CMD_TALK_CONTACT_ROOMS_H

#include "base/limits.h"
#include "cmd/book.h"
#include "endpoint/endpoint.h"

struct rooms {
	bool known; /* a server has answered */
	bool foreign_told;
	uint32_t day;
	uint64_t day_ends_at; /* NEVER: the server does not know */
	uint64_t next_at;     /* when other rooms are due; NEVER */
	size_t count;
	uint8_t tokens[LIMIT_ROOMS][TOKEN_LEN];
	size_t waiting;  /* contacts waited for */
	size_t left_out; /* ... and those there was no room for */
};

/* Days since 1970-01-01 of "YYYY-MM-DD"; 0: it is no date. */
uint32_t rooms_day_of(const char *date);

/* Which day it is, as far as that decides about rooms. */
struct rooms_day {
	uint32_t day;        /* since 1970-01-01 UTC */
	uint32_t day_ends_s; /* until midnight; UINT32_MAX: unknown */
};

/* A server that always told the same day would know who meets whom for ever, so this host's own
 * clock decides wherever it can be believed, that is, when it is later than the release of this
 * program: then the server's day may be one off, for the sake of midnight, and no more. *foreign:
 * the server's day was another one, and was not taken. */
struct rooms_day rooms_judge_day(struct rooms_day server, uint64_t own_unix_s, uint32_t released,
                                 bool *foreign);

/* What the server says (COMMUNICATOR_SERVER) and the host's clock. In one run the day never goes
 * back. True, once: the server's day was not taken, which the user should hear. */
bool rooms_day(struct rooms *r, struct rooms_day server, uint64_t own_unix_s, uint64_t now);

/* Which contacts: those of own's key type for which wanted is true. */
struct rooms_filter {
	const struct identity *own;
	const struct book *book;
	bool (*wanted)(const struct contact *c, const void *argument);
	const void *argument;
};

/* Joins what is due and leaves what is not. places: rooms that may be used. */
void rooms_update(struct rooms *r, const struct rooms_filter *filter, struct endpoint *endpoint,
                  size_t places, uint64_t now);

/* True when this contact can be met at a server: a secret of the two is known. */
bool rooms_secret(const struct identity *own, const struct contact *c, uint8_t secret[static 32]);

#endif
