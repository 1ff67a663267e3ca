/* completion: what a shell's Tab key offers behind "schat". The shell's script (cmd/texts.txt) asks
 * the program for the words, which has them from its tables and the contacts. */
#pragma once

#include "cmd/subcommands.h"

/* Prints what may stand in the place of typed, a word a line, with a tab and a description if
 * there is one; nothing: the name of a file, if anything. words: its name, "" while that is being
 * typed; the word before; and typed. What doesn't begin with typed is left to the shell to drop. */
int completion_offers(const struct subcommand *command, char *const words[3]);

/* For a subcommand's offers. */
void completion_offer(const char *word, const char *description);
void completion_offer_contacts(void);
