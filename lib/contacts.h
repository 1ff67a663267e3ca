/* contacts: the rooms at a signaling server in which those who know each other's keys meet. Their
 * tokens change with the day. docs/PROTOCOL.md 8.4. */
#pragma once

#include "crypto/dates.h"
#include "crypto/identity.h"
#include "endpoint/endpoint.h"

enum { CONTACTS_MAX = LIMIT_CONTACTS };

/* Only contacts.c writes to it; others embed it, and read dates.next_at. */
struct contacts {
	struct dates dates;
	uint64_t unix_us, unix_at; /* what the host's clock said, and when; 0: it has none */
	size_t count;
	uint8_t tokens[CONTACTS_MAX * DATES_AT_ONCE][TOKEN_LEN];
};

struct contacts contacts_none(void);
void contacts_clock(struct contacts *c, uint64_t unix_us, uint64_t now);
void contacts_day(struct contacts *c, struct dates_day server, uint64_t now);

/* Joins the rooms with these keys, at most CONTACTS_MAX, and leaves the others, once a day is
 * known; after contacts_day, and at dates.next_at. */
void contacts_meet(struct contacts *c, const struct identity *own, const struct public_key *keys,
                   size_t count, struct endpoint *endpoint, uint64_t now);
