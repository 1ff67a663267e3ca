/* stamp: what shows a closed server that HELLO or JOIN comes from a client which has one of its
 * keys: the key's id, and a tag over all that stands before the tag (docs/SIGNALING.md S14). */
#pragma once

#include "wire/packet.h"

enum { STAMP_KEY = 16, STAMP_ID = 8, STAMP_TAG = 16 };

/* By this the server finds the key; it tells nothing of it. */
void stamp_id(const uint8_t key[static STAMP_KEY], uint8_t id[static STAMP_ID]);
/* Stamps a message; one of another type, or too short, stays as it is. */
void stamp_put(uint8_t *message, size_t len, const uint8_t key[static STAMP_KEY]);
/* The id in its stamp; zeroes where it has none. NULL: it is no message that bears one. */
const uint8_t *stamp_of(struct span message);
/* Whether it was made with this key. message: as above. */
bool stamp_good(struct span message, const uint8_t key[static STAMP_KEY]);
