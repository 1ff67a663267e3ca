/* report: what the program tells its user outside of a conversation, one sentence a line on stderr:
 * "schat: what failed, why. What to do next." And the exit codes. All calls take strings up to a
 * NULL; what comes from a peer is sanitised before. */
#ifndef CMD_REPORT_H
#define CMD_REPORT_H

#include <stdbool.h>

#include "base/err.h"

void report_setup(bool quiet, bool verbose);
int report_error(int exit_code, ...);       /* always; returns exit_code */
void report_say(const char *first, ...);    /* not with -q */
void report_detail(const char *first, ...); /* with -v */

/* On stdout, as it is: what was asked for. Returns EXIT_DONE, or the code to end with when stdout
 * does not take it. */
int report_out(const char *first, ...);

#endif
