/* commands: the words beginning with / that a user types into the console: a table. */
#pragma once

#include "base/bytes.h"

enum commands_does {
	COMMANDS_HELP,
	COMMANDS_WHO,
	COMMANDS_VERIFY,
	COMMANDS_TO,
	COMMANDS_INVITE,
	COMMANDS_SEARCH,
	COMMANDS_HISTORY,
	COMMANDS_NICK,
	COMMANDS_PASTE,
	COMMANDS_SEND,
	COMMANDS_ACCEPT,
	COMMANDS_REJECT,
	COMMANDS_FILES,
	COMMANDS_LOG,
	COMMANDS_CLEAR,
	COMMANDS_QUIT
};

/* What stands behind the command, and what Tab completes there. */
enum commands_words {
	COMMANDS_ANY,
	COMMANDS_NUMBER,
	COMMANDS_PEER,
	COMMANDS_FILE,
	COMMANDS_SWITCH,
	COMMANDS_KEYS
};

struct commands_row {
	const char *name,
	    *takes; /* takes: for help, and in [] if it can be left out; "": nothing */
	const char *help;
	enum commands_does does;
	enum commands_words words;
};

extern const struct commands_row commands_table[]; /* ended by a name of NULL */

const struct commands_row *commands_named(struct span name); /* NULL: there is none */
/* Whether the command can be used with these words behind it, or without any. */
bool commands_fits(const struct commands_row *row, struct span words);
