/* absent: what waits for a contact in the outboxes of this user, and since when. */
#pragma once

#include "base/text.h"
#include "crypto/contact.h"
#include "os/file.h"

/* Of a contact's name, and what outbox_file_shown says. */
#define ABSENT_DAMAGED "the outbox for %s is damaged. To give up what is in it, remove %s"

enum { ABSENT_TEXT = FILE_PATH + 100 };

struct absent {
	unsigned lines, files;
	uint64_t since_s;      /* the oldest: seconds since 1970 */
	char why[ABSENT_TEXT]; /* it cannot be read, and what to do: a sentence; or "" */
};

/* Of our own keys, it is the one of the contact's type. A program that uses the outbox is not
 * disturbed. */
struct absent absent_for(const struct contact *c);
/* "2 lines and 1 file since 2026-11-26"; nothing where nothing waits. */
void absent_write(const struct absent *a, struct text *t);
