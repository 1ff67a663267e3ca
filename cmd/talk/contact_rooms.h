/* contact_rooms: the rooms in which this host waits for its contacts at a signaling server. Their
 * tokens change with the day. docs/PROTOCOL.md 8.4. Pure: which rooms to join and to leave is
 * polled. */
#pragma once

#include "base/limits.h"
#include "cmd/talk/decision.h"
#include "cmd/talk/plan.h"
#include "crypto/dates.h"

enum { CONTACT_ROOMS = DATES_AT_ONCE * LIMIT_CONTACTS };

/* Only contact_rooms.c writes to it; others embed it, and read dates. */
struct contact_rooms {
	struct dates dates;              /* next_at: when another update is due */
	size_t count, left_count, taken; /* taken: how many of left and tokens were given out */
	uint8_t tokens[CONTACT_ROOMS][TOKEN_LEN], left[CONTACT_ROOMS][TOKEN_LEN];
};

void contact_rooms_init(struct contact_rooms *r); /* r: all zero */

/* What the server says (COMMUNICATOR_SERVER) and the host's clock: as dates_set. What our user
 * should hear of it goes to out. */
void contact_rooms_set_day(struct contact_rooms *r, struct dates_day server, uint64_t own_unix_s,
                           uint64_t now, struct decisions *out);

/* Works out the rooms anew, once a day is known: for one contact, if given; else for those that the
 * plan wants and that have a key of own's type. */
void contact_rooms_update(struct contact_rooms *r, const struct plan *plan,
                          const struct identity *own, const struct contact *one, uint64_t now);
/* After an update, until false: a room to join (joining again does no harm) or to leave. */
bool contact_rooms_take(struct contact_rooms *r, uint8_t token[static TOKEN_LEN], bool *join);

/* Says that serve waits for those that the plan wants and that have a key of own's type, as far as
 * they fit in a line: "alice, bob". False: there are none. */
bool contact_rooms_show(const struct plan *plan, const struct identity *own, struct decisions *out);

/* True when this contact can be met at a server: a secret of the two is known. */
bool contact_rooms_secret(const struct identity *own, const struct contact *c,
                          uint8_t secret[static 32]);
