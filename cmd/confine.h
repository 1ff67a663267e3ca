/* confine: the sandbox (os/sandbox.h) of a subcommand, made from its row and its options. */
#pragma once

#include "cmd/subcommands.h"

/* The last thing before run: options and settings are read, nothing else is. What the kernel cannot
 * do is said with -v, and the program goes on. */
void confine(const struct subcommand *command, const struct options *o);
