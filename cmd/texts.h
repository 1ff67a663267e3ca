/* texts: what people seldom read, packed in the program as one text (scripts/pack.c): help, scripts
 * for shells (both of cmd/texts.txt), and behind them the manual pages. */
#pragma once

#include "base/bytes.h"

/* In cmd/texts.txt a line with an @, one of these and a name stands before each text. */
#define TEXTS_LINE   '>' /* a command's, for lists of commands */
#define TEXTS_FORMS  '=' /* a command's: "usage: ..." */
#define TEXTS_OPTION '-' /* an option's line of help */
#define TEXTS_OTHER  '#' /* by its name in the source */

/* Without a final newline; lives as long as the program. "": there is none, or no memory, which is
 * told. */
const char *texts_of(char kind, const char *name);
/* What scripts/make-manual has made of the manual pages. Empty: no memory, which is told. */
struct span texts_manual(void);
