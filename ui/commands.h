/* commands: the words beginning with / that a user types into the console. */
#pragma once

#include "base/bytes.h"

struct commands_row {
	const char *name;
	enum commands_does { COMMANDS_HELP, COMMANDS_WHO, COMMANDS_VERIFY, COMMANDS_QUIT } does;
	bool words; /* it takes some */
};

const struct commands_row *commands_named(struct span name); /* NULL: there is none */
/* What completes the line: the rest of the only name that begins like it; or nothing. */
struct span commands_rest(struct span line);
