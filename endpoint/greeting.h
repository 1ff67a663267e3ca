/* greeting: what each side says inside the encrypted handshake: its mode and a name.
 * docs/PROTOCOL.md 4.2. */
#ifndef ENDPOINT_GREETING_H
#define ENDPOINT_GREETING_H

#include "base/bytes.h"
#include "base/limits.h"

enum { GREETING_MAX = 2 + LIMIT_NICK };

struct greeting {
	uint8_t mode;     /* enum mode; 0: none was said */
	struct span nick; /* as sent, at most LIMIT_NICK bytes; borrowed. Empty when it is longer */
	bool exact;       /* these two, and not a byte more */
};

/* nick: at most LIMIT_NICK bytes. Returns how many bytes were written. */
size_t greeting_write(uint8_t payload[static GREETING_MAX], uint8_t mode, struct span nick);
struct greeting greeting_read(struct span payload);

#endif
