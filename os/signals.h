/* signals: delivered as readable events of one descriptor, so that nothing runs between two lines
 * of the loop. SIGPIPE is ignored for good: writes report it. */
#ifndef OS_SIGNALS_H
#define OS_SIGNALS_H

#include <stdbool.h>

/* From here on INT TERM HUP WINCH CONT USR1 wait in the descriptor. False: the kernel has no
 * signalfd(2). */
bool signals_start(void);
int signals_fd(void);        /* -1 before signals_start */
int signals_take(void);      /* the number of the next signal, 0: none waits */
void signals_in_child(void); /* after fork: as they were before signals_start */

#endif
