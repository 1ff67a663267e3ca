/* help: finds subcommands, and prints what they and their options are for, from the tables. */
#pragma once

#include "cmd/subcommands.h"

const struct subcommand *help_named(const char *name); /* NULL: there is none */
int help_unknown(const char *name);                    /* says so, with the nearest one */
int help_of(const struct subcommand *command);         /* on standard output */
void help_options(unsigned command, struct text *out); /* of FOR_...: a line each */
int help_all(void);                                    /* on standard output */
int help_usage(void);                                  /* a short one on standard error */
/* Says why, and where the help is. Like the others above that complain: EXIT_USAGE. */
int help_usage_error(const struct options *options, const char *why);
