/* settings: fills in options that were not given on the command line: from the environment, then
 * from the user's settings file, then from /etc/schat/config. A file has lines "key = value",
 * where a key is the long name of an option; '#' starts a comment. A relative path in it starts at
 * the folder of the file. */
#pragma once

#include "cmd/options.h"

enum { LIMIT_SETTINGS = 8192 }; /* bytes of a settings file */

#define SETTINGS_OF_HOST "/etc/schat/config"

/* 0, or the exit status after reporting what is wrong, with file and line. */
int settings_load(struct options *o);
/* Reads the files again, for a program that goes on with those of o: next is what o would be now. A
 * file that can't be read or believed is an error here. What next points to is good until the next
 * call; what o points to stays. */
int settings_again(const struct options *o, struct options *next);

/* Reads the text of one file, which ends with a 0, is changed in place, and lives as long as o.
 * name: its path. False: *why, which was empty, says what is wrong, after "name:line: ". */
bool settings_read(char *text, const char *name, enum option_from from, struct options *o,
                   struct text *why);
/* The same with one line of it. */
bool settings_line(char *line, uint64_t number, const char *name, enum option_from from,
                   struct options *o, struct text *why);

/* Reads a file, under the rules for files that are trusted: the user's own, or that of the host,
 * which is left out with a warning if it can't be. command: FOR_... *there: text is the file, ended
 * by a 0. Returns 0, or the exit status after saying why. */
int settings_open(const char *path, bool own, unsigned command,
                  char text[static LIMIT_SETTINGS + 1], bool *there);

/* Adds "key = value", without passwords. */
void settings_show(const struct options *o, const struct option *row, struct text *out);

/* Whether the value of this option is another in a than in b. */
bool settings_differ(const struct options *a, const struct options *b, const struct option *row);
