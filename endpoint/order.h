/* order: of the initiator's peers that have not answered yet, which goes on when. docs/PROTOCOL.md
 * 8.2. */
#pragma once

#include "endpoint/credentials.h"
#include "endpoint/roster.h"

#define ORDER_REST_US  (3 * SECOND / 2) /* others rest so long while one progresses */
#define ORDER_FRESH_US (10 * SECOND)    /* a contact that does not answer is asked anew */

bool order_is_silent(const struct peer *p); /* one of those */
/* Its keys stand, and the program has not decided about it. */
bool order_is_proved(const struct peer *p);
bool order_is_busy(const struct roster *r); /* with anybody */

/* Whether the answer to the first message of this one is taken now. It comes again later: one that
 * rests waits for its turn, and where a contact is looked for, for the program to decide about a
 * session with it. */
bool order_has_turn(const struct roster *r, const struct credentials *c, const struct peer *p,
                    uint64_t now);
/* Where a contact is looked for: another than p that waits to hear whether its last message has
 * arrived; NULL. The contact takes the newest handshake for all of us, and would close the session
 * of that one. */
struct peer *order_older(const struct roster *r, const struct credentials *c, const struct peer *p);
/* Whose session has the first word before p is answered: the accepted one, or that of such a one on
 * the same route, whose last message may be on its way there. NULL: nobody's. */
const struct session *order_first_word(const struct roster *r, const struct credentials *c,
                                       const struct peer *p);

/* Until when nobody else is asked on this route, as one is already, other than `but`: NEVER, while
 * it has not answered; else for a while after its last answer. 0: none is. */
uint64_t order_asked_until(const struct roster *r, const struct route *route,
                           const struct peer *but);
/* When this handshake has come to nothing, which may be silent for life_us, or is held until then
 * (0: it is not); NEVER. */
uint64_t order_fails_at(const struct peer *p, uint64_t life_us, uint64_t held_until);

/* When a contact that has answered, and says nothing more, is asked anew beside this handshake, as
 * was done last then: it may have been restarted, and know nothing of it. NEVER: also where there
 * is a code, whose guesses are few. */
uint64_t order_renews_at(const struct roster *r, const struct credentials *c, const struct peer *p,
                         uint64_t renewed_at);

/* One progresses, in this round trip: the others rest. */
void order_rest_others(const struct roster *r, const struct peer *one, uint64_t round_trip,
                       uint64_t now);
void order_wake(const struct roster *r, uint64_t now); /* one of those that rest goes on at once */
/* Somebody may do better than those who have failed until then; NEVER: however long it takes. */
uint64_t order_hope(const struct roster *r);
