/* contact_name: the names under which contacts are kept. A user has to recognise a name, to type it
 * as one word, and never to take it for another's. */
#pragma once

#include "base/bytes.h"
#include "base/limits.h"

/* What contact_name_valid demands, for people. */
#define CONTACT_NAME_RULE                                                                          \
	"a name has up to 32 letters, digits, '.', '_' or '-', and doesn't look like a code, an "  \
	"address, a number, 'you' or 'schat'"

/* 1 to LIMIT_NAME bytes of UTF-8: letters and digits of the living scripts, and . _ - after the
 * first. So nothing is invisible, changes the direction of writing, or combines to a letter that
 * has a code of its own. No shape of a code, an address or a number alone, and no look of "you" or
 * "schat", which begin lines of ours. */
bool contact_name_valid(struct span name);
/* Makes a valid name of a nick: a blank becomes _, what a name cannot have is dropped; "peer" when
 * nothing is left. */
void contact_name_from(struct span nick, char out[static LIMIT_NAME + 1]);
/* They differ in case, accents, or letters that look the same, as those of Cyrillic, Greek and
 * Armenian that look Latin; or not at all. Valid names, or at most LIMIT_NAME bytes. */
bool contact_name_alike(struct span a, struct span b);
