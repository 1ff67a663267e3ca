/* err: the one set of results of the core. 0 is success; outputs are untouched on failure. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
	OK = 0,
	ERR_FORMAT,      /* bytes that do not parse, or a value outside its range */
	ERR_AUTH,        /* does not verify: wrong key, wrong code, altered bytes */
	ERR_REPLAY,      /* verified before, or older than the replay window */
	ERR_FULL,        /* no room now; try again after output */
	ERR_STATE,       /* not possible in this state */
	ERR_UNREACHABLE, /* nothing answers */
	ERR_TRUST, /* authenticated, but not whom we let in: changed key, not allowed, wrong code */
	ERR_CUT,   /* the peer went silent or the stream ended without its authenticated end */
	ERR_LOCAL, /* local input or output failed: disk full, closed pipe */
	ERR_VERSION, /* another protocol version, suite or mode on the far side */
	ERR_TIMEOUT, /* a limit in time was reached: the code's ten minutes */
	ERR_EXISTS,  /* would replace something: a key file, a contact's name */
	ERR_BUSY,    /* the far side talks to somebody else, or a server has no room */
	ERR_USAGE    /* the user's words are wrong: option, address, settings line */
};

/* A short lower-case phrase for err, without end punctuation; static storage. */
const char *err_text(enum err err);

#endif
