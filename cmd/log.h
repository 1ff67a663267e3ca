/* log: what happens, one line each with its time, appended to the file of --log. Never what is
 * said, never a secret. */
#ifndef CMD_LOG_H
#define CMD_LOG_H

#include "base/bytes.h"

/* path NULL: no log. 0, or the exit code. */
int log_open(const char *path);
/* Strings up to a NULL, without newlines; what comes from a peer is sanitised before. */
void log_line(const char *first, ...);
void log_close(void);

#endif
