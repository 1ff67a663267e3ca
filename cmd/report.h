/* report: what the program tells its user outside of a conversation, one sentence a line on
 * standard error: "schat: what happened. What to do next." All calls take strings up to a NULL;
 * what comes from a peer is sanitised before. */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include <stdbool.h>

#include "base/err.h"

void report_setup(bool quiet);
int report_error(int exit_status, ...) __attribute__((sentinel)); /* returns exit_status */
/* "can't WHAT PATH: the system's words." about a call of os/file.h that failed: EXIT_LOCAL. */
int report_file(const char *what, const char *path);
void report_say(const char *first, ...) __attribute__((sentinel)); /* not with -q */

/* On standard output, as it is: what was asked for. Returns EXIT_DONE, or the status to end with
 * when standard output fails. */
int report_out(const char *first, ...) __attribute__((sentinel));

#endif
