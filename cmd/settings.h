/* settings: fills in options that were not given on the command line: from the environment, then
 * from the user's settings file, then from /etc/schat/config. A file has lines "key = value",
 * where a key is the long name of an option; '#' starts a comment. */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include "cmd/options.h"

enum { LIMIT_SETTINGS = 8192 }; /* bytes of a settings file */

/* The texts of options point into it, so it has to live as long as they do. */
struct settings {
	char user[LIMIT_SETTINGS + 1], system[LIMIT_SETTINGS + 1];
};

/* 0, or the exit status after reporting what is wrong, with file and line. */
int settings_load(struct settings *s, struct options *o);

/* Reads the text of one file, which ends with a 0 and is changed in place. False: *why says what is
 * wrong, after "name:line: ". */
bool settings_read(char *text, const char *name, struct options *o, struct text *why);

#endif
