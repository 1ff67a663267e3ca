/* crowding: who has to go where a newcomer finds the room full, or the whole table
 * (docs/SIGNALING.md S3-13, S4-7, S4-8). */
#pragma once

#include "rendezvous/members.h"
#include "rendezvous/pairs.h"

/* Whether there is no place for *who, which was admitted (members.h), unless *goes leaves; 0: then
 * it is the newcomer that does not get in. */
bool crowding_full(const struct members *m, const struct pairs *p, const struct member *who,
                   uint64_t now, uint32_t *goes);
