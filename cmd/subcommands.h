/* subcommands: the subcommands, each in a file of its name. */
#ifndef CMD_SUBCOMMANDS_H
#define CMD_SUBCOMMANDS_H

#include "cmd/options.h"

struct subcommand {
	const char *name;
	unsigned bit;                        /* FOR_... of its options */
	bool settings;                       /* reads the environment and the settings files */
	bool crypto;                         /* the known answers are checked first */
	int (*run)(struct options *options); /* returns the exit code */
	const char *line, *usage,
	    *more; /* help: one line; the command's forms; what else to know */
};

extern const struct subcommand subcommands[]; /* ended by a name of NULL; in main.c */

int serve_run(struct options *options);
int connect_run(struct options *options);
int signal_run(struct options *options);
int keygen_run(struct options *options);
int peers_run(struct options *options);
int help_run(struct options *options);

/* In help.c. */
const struct subcommand *subcommand_named(const char *name);
int subcommand_unknown(const char *name);           /* says so, with the nearest; EXIT_USAGE */
int help_command(const struct subcommand *command); /* on stdout */
int help_all(void);                                 /* on stdout */
int help_usage(void);                               /* a short one on stderr; EXIT_USAGE */
int usage_error(const struct options *options,
                const char *why); /* says why and where the help is; EXIT_USAGE */

#endif
