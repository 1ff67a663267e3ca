/* access_key: what a closed signaling server wants of its clients (docs/SIGNALING.md S14), as
 * people write it behind the server: "HOST[:PORT]/KEY", 26 characters of base32. */
#pragma once

#include "base/text.h"

enum { ACCESS_KEY_BYTES = 16, ACCESS_KEY_TEXT = 26 };

struct access_key {
	bool given;
	uint8_t bytes[ACCESS_KEY_BYTES];
};

/* The whole of text is a key. False: *key is as it was. */
bool access_key_read(struct span text, struct access_key *key);
/* Takes "/KEY" off the end of *server; without one, nothing is given. False: what stands behind the
 * '/' is no key. A final '/' alone stays. */
bool access_key_split(struct span *server, struct access_key *key);
/* Adds a list of servers as it is shown: without their keys. */
void access_key_hide(const char *servers, struct text *out);
/* Adds "/KEY", or nothing if none is given. */
void access_key_add(const struct access_key *key, struct text *out);
