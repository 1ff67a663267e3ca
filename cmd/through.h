/* through: schat say --socket: says one thing through a schat that is running, as a program at its
 * socket (docs/JSON.md, "At a socket"). */
#pragma once

#include "cmd/options.h"

/* The message for whom is text; NULL: it is on standard input. Returns the exit status. */
int through_say(const struct options *o, const char *whom, const char *text);
