/* deposit: schat say --later and schat send --later: a message or files go into the outbox of a
 * contact, and nobody is called. Returns the exit status; errors were reported. */
#pragma once

#include "cmd/book.h"
#include "cmd/options.h"

/* text "-": what comes from standard input. */
int deposit_text(const struct options *o, const struct book *book, const char *name,
                 const char *text);
int deposit_files(const struct options *o, const struct book *book, const char *name,
                  char *const *roots, unsigned count);
/* What was not sent can wait: says so after a run that ends with code, which is returned. name:
 * whom it was for; "": no contact. */
int deposit_hint(int code, const char *name);
