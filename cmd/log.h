/* log: the file of --log. Each event is appended as one line with its time. What people say and
 * secrets are never logged. */
#ifndef CMD_LOG_H
#define CMD_LOG_H

#include "base/bytes.h"

/* path NULL: there is no log. 0, or the exit status. */
int log_open(const char *path);
/* Without newlines; what comes from a peer is sanitised before. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_close(void);

#endif
