/* settings: options that were not given on the command line, from the environment, then the user's
 * settings file, then /etc/schat/config. A file has lines "key = value", keys are the long names of
 * options; '#' starts a comment. */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include "cmd/options.h"

enum { LIMIT_SETTINGS = 8192 }; /* bytes of a settings file */

/* Texts of options point in here: it lives as long as they do. */
struct settings {
	char user[LIMIT_SETTINGS + 1], system[LIMIT_SETTINGS + 1];
};

/* 0, or the exit code after it was said what is wrong, with file and line. */
int settings_load(struct settings *s, struct options *o);

/* One file's text, ended by a 0 and changed in place. False: *why has the sentence, after
 * "name:line: ". */
bool settings_read(char *text, const char *name, struct options *o, struct text *why);

#endif
