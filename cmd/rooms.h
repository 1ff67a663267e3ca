/* rooms: the rooms of known contacts at the signaling server, whose tokens change with the server's
 * day. docs/PROTOCOL.md 8.4. */
#ifndef CMD_ROOMS_H
#define CMD_ROOMS_H

#include "base/limits.h"
#include "cmd/book.h"
#include "session/endpoint.h"

struct rooms {
	bool known; /* the server has told its day */
	uint32_t day;
	uint64_t day_ends_at; /* NEVER: the server does not know */
	uint64_t next_at;     /* when other rooms are due; NEVER */
	size_t count;
	uint8_t tokens[LIMIT_ROOMS][TOKEN_LEN];
	size_t waiting;	 /* contacts waited for */
	size_t left_out; /* ... and those there was no room for */
};

/* What the server says: COMMUNICATOR_SERVER. */
void rooms_day(struct rooms *r, uint32_t day, uint32_t day_ends_s, uint64_t now);

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
