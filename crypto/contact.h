/* contact: the lines of the peers file, which people may edit:
 *   NAME schat-x25519 BASE64 [addr=tcp://HOST:PORT|udp://HOST:PORT] [signal=HOST:PORT[/KEY]]
 *        [suite=NAME] [pair=BASE32] [since=YYYY-MM-DD] [verified=YYYY-MM-DD]
 * all in one line. '#' starts a comment line; unknown fields and comment lines are kept when the
 * program rewrites the file. */
#pragma once

#include "base/limits.h"
#include "crypto/contact_name.h"
#include "crypto/encryptor.h"
#include "crypto/identity.h"

enum { LIMIT_HOST = 256, LIMIT_CONTACT_LINE = 2048 };

struct contact {
	char name[LIMIT_NAME + 1];
	struct public_key key;
	char addr[LIMIT_HOST];   /* "" when unknown */
	char signal[LIMIT_HOST]; /* "" when unknown */
	/* The one it was met by; NULL: the line names none. Read it by contact_suite. */
	const struct encryptor_class *suite;
	bool has_pair;
	uint8_t pair[32]; /* secret of room tokens (rsa; x25519 derives its own) */
	char since[11], verified[11];
};

/* line: without its newline. ERR_FORMAT with *why a static phrase. Blank and comment lines: OK with
 * c->name empty. Unknown fields are skipped: whoever rewrites a line keeps them. */
enum err contact_read(struct span line, struct contact *c, const char **why);
/* By which it comes, and is met, and by no other: it is never negotiated. */
const struct encryptor_class *contact_suite(const struct contact *c);
/* A word with one of the fields above ("addr=..."). */
bool contact_knows_field(struct span word);
/* Takes "addr=...", "signal=..." or "suite=..."; with nothing behind it, what was there is taken
 * away. NULL: done; else a static phrase that says what is wrong, and *c is as it was. */
const char *contact_set(struct contact *c, struct span word);
enum err contact_write(const struct contact *c, struct writer *line); /* with newline */
