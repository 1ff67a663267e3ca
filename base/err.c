#include "base/err.h"

#include <stddef.h>

/* The first row with an exit status is the one that status stands for. */
static const struct row {
	enum err err;
	int status;
	const char *name, *text;
} table[] = {
	{ OK, EXIT_DONE, "none", "done" },
	{ ERR_STATE, EXIT_OTHER, "state", "not possible now" },
	{ ERR_FULL, EXIT_OTHER, "full", "no room now" },
	{ ERR_USAGE, EXIT_USAGE, "usage", "wrong usage" },
	{ ERR_UNREACHABLE, EXIT_UNREACHABLE, "unreachable", "not reachable" },
	{ ERR_BUSY, EXIT_UNREACHABLE, "busy", "busy" },
	{ ERR_TRUST, EXIT_TRUST, "trust", "not trusted" },
	{ ERR_AUTH, EXIT_TRUST, "auth", "does not verify" },
	{ ERR_TIMEOUT, EXIT_TRUST, "timeout", "too late" },
	{ ERR_CUT, EXIT_CUT, "cut", "cut off" },
	{ ERR_FORMAT, EXIT_CUT, "format", "malformed" },
	{ ERR_REPLAY, EXIT_CUT, "replay", "seen before" },
	{ ERR_LOCAL, EXIT_LOCAL, "local", "local input or output failed" },
	{ ERR_EXISTS, EXIT_LOCAL, "exists", "already exists" },
	{ ERR_VERSION, EXIT_VERSION, "version", "the peer uses another version or suite" },
};

enum { ROWS = sizeof table / sizeof *table };

static const struct row *row_of(enum err err)
{
	static const struct row unknown = { ERR_CUT, EXIT_OTHER, "other", "unknown error" };
	for (size_t i = 0; i < ROWS; i++)
		if (table[i].err == err)
			return &table[i];
	return &unknown;
}

const char *err_text(enum err err)
{
	return row_of(err)->text;
}

const char *err_name(enum err err)
{
	return row_of(err)->name;
}

int err_exit(enum err err)
{
	return row_of(err)->status;
}

enum err err_of_exit(int status)
{
	for (size_t i = 0; i < ROWS; i++)
		if (table[i].status == status)
			return table[i].err;
	return ERR_CUT;
}
