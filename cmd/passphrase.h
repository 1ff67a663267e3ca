/* passphrase: asks for one at the terminal, which does not show it. Without a terminal it is the
 * first line of standard input. */
#pragma once

#include <stddef.h>

enum { PASSPHRASE_TEXT = 256 };

/* 0, or the exit status after saying why; question: NULL where nobody is asked twice. */
int passphrase_ask(const char *question, const char *again, char out[static PASSPHRASE_TEXT]);
