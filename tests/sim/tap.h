/* tap: listens to every sealing of every AEAD in this program. A key and nonce that are used
 * together a second time are counted; and what is sealed can be searched for bytes. */
#pragma once

#include "base/bytes.h"

void tap_forget(void);    /* the world's randomness begins again, so keys may */
uint64_t tap_seals(void); /* since the start of the program */
/* Pairs of key and nonce that came again, since the start of the program. */
uint64_t tap_repeats(void);
void tap_excuse(uint64_t count);     /* so many of them were meant */
void tap_look_for(struct span text); /* in what is sealed; up to 16 bytes, none: stop */
uint64_t tap_found(void);            /* how many sealed texts have had it since tap_look_for */

/* What was sealed in the SEALED packet with this header, as long as it is one of the newest; valid
 * until the next sealing. No bytes (at is NULL): it is not, or nothing was sealed. */
struct span tap_sealed(struct span header);

bool tap_contains(struct span bytes, struct span text);
