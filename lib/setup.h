/* setup: from the choices of include/schat.h to an endpoint that waits or connects. */
#pragma once

#include "endpoint/endpoint.h"
#include "include/schat.h"
#include "lib/contacts.h"
#include "lib/where.h"

/* Only setup.c writes to it; others embed and read it. */
struct setup {
	struct where where;
	enum mode mode;
	bool waits, keyed;         /* keyed: the suite has keys, and takes codes */
	struct random *random;     /* owned */
	struct endpoint *endpoint; /* owned */
	struct identity made;      /* unless one was given */
	struct public_key *keys;   /* of those who may come; owned */
	size_t keys_count;
	const struct identity *own;
	struct contacts contacts; /* of these, at a server */
	/* Pairing: its words, or at a server the number of the room alone. */
	bool has_code;
	struct code code;
	uint64_t code_ends_at; /* from setup_tell_code on; NEVER */
};

/* ERR_FORMAT, ERR_USAGE, ERR_STATE (no entropy, or wrong results), ERR_FULL. Wipe it in any case.
 * What is borrowed, and s itself, stays where it is until then. */
enum err setup_init(struct setup *s, const struct schat_connection *connection,
                    const struct schat_encryption *encryption, schat_entropy_source entropy,
                    uint64_t now);
void setup_wipe(struct setup *s); /* of zeroes too */

/* Another code for the next peer; text: NULL: words are made. ERR_FORMAT; ERR_STATE: this side
 * takes none. At a server a number for it follows. */
enum err setup_code(struct setup *s, const char *text, uint64_t now);
/* The server answers, and this is its day. */
void setup_day(struct setup *s, struct dates_day day, uint64_t now);
/* At contacts.dates.next_at: another day has come. */
void setup_meet(struct setup *s, uint64_t now);
/* What the server wants; NULL: nothing. */
const uint8_t *setup_key(const struct setup *s);
/* The server has given it this number. */
void setup_numbered(struct setup *s, uint32_t nameplate);
/* As the other side has to give it: the whole, or the number alone. It lives from now on. */
void setup_tell_code(struct setup *s, char text[static CODE_TEXT], uint64_t now);
/* Nobody pairs any more. */
void setup_end_code(struct setup *s);
/* rsa: makes the pair of keys of the next session, which takes a second. */
void setup_pair(struct setup *s);
/* One of those who may come. */
bool setup_knows(const struct setup *s, const struct public_key *key);
