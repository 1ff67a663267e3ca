/* absent: what waits for a contact in the outboxes of this user, and since when. */
#pragma once

#include "base/text.h"
#include "crypto/contact.h"

struct absent {
	unsigned lines, files;
	uint64_t since_s; /* the oldest: seconds since 1970 */
	const char *why;  /* it cannot be read, or NULL */
};

/* Of our own keys, it is the one of the contact's type. A program that uses the outbox is not
 * disturbed. */
struct absent absent_for(const struct contact *c);
/* "2 lines and 1 file since 2026-11-26"; nothing where nothing waits. */
void absent_write(const struct absent *a, struct text *t);
