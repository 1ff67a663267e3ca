/* subcommands: the table of subcommands. Each is a file of its name, and a row of the table. */
#pragma once

#include "cmd/options.h"
#include "os/syscalls.h"

struct subcommand {
	const char *name;
	unsigned bit;      /* FOR_... of its options */
	bool settings;     /* reads the environment and the settings files */
	bool crypto;       /* the known answers are checked first */
	uint8_t calls;     /* enum syscalls_for: what it does */
	bool reads;        /* any file that the user, or what waits for a contact, may name */
	size_t arguments;  /* at most so many words that are not options, ... */
	const char *takes; /* ... and what it takes, to say so; NULL: run says it */
	int (*run)(struct options *options); /* returns the exit status */
	/* for the shell's Tab key: what may stand behind this word, with completion_offer; NULL:
	 * nothing but options */
	void (*offer)(const char *before);
};

extern const struct subcommand *const subcommands[]; /* ended by NULL */
