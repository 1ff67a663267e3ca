/* err: the results of the core, and the exit statuses of the program that they lead to. 0 is
 * success; outputs are untouched on failure. A new one is a line in this file and a row of the
 * table in err.c. What travels in CLOSE is session/'s: docs/PROTOCOL.md 6.5. */
#pragma once

enum err {
	OK = 0,
	ERR_FORMAT,      /* bytes that do not parse, or a value outside its range */
	ERR_AUTH,        /* does not verify: wrong key, wrong code, altered bytes */
	ERR_REPLAY,      /* verified before, or older than the replay window */
	ERR_FULL,        /* no room now; try again after output */
	ERR_STATE,       /* not possible in this state */
	ERR_UNREACHABLE, /* nothing answers */
	/* authenticated, but not somebody we let in: changed key, not allowed, wrong code */
	ERR_TRUST,
	ERR_CUT,     /* the peer went silent, or the stream ended without its authenticated end */
	ERR_LOCAL,   /* local input or output failed: disk full, closed pipe */
	ERR_VERSION, /* another protocol version, suite or mode on the far side */
	ERR_TIMEOUT, /* a limit in time was reached: the code's ten minutes */
	ERR_EXISTS,  /* would replace something: a key file, a contact's name */
	ERR_BUSY,    /* the far side talks to somebody else, or a server has no room */
	ERR_USAGE    /* the user's words are wrong: option, address, settings line */
};

/* Exit statuses of the program. A signal ends it with 128 + its number. */
enum {
	EXIT_DONE = 0,
	EXIT_OTHER = 1,
	EXIT_USAGE = 2,
	EXIT_UNREACHABLE = 3,
	EXIT_TRUST = 4,
	EXIT_CUT = 5,
	EXIT_LOCAL = 6,
	EXIT_VERSION = 7,
	EXIT_SIGNAL = 128,
	EXIT_INT = 130,
	EXIT_PIPE = 141
};

/* Static strings. err_text: a short lower-case phrase without a full stop, for people. err_name:
 * the word that programs get (docs/JSON.md). */
const char *err_text(enum err err);
const char *err_name(enum err err);

int err_exit(enum err err);       /* the exit status */
enum err err_of_exit(int status); /* what an exit status stands for; of a signal's, ERR_CUT */
