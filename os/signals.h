/* signals: delivered through a descriptor, so that no handler runs in the middle of the loop.
 * SIGPIPE is ignored for good: writes report it. */
#pragma once

#include <stdbool.h>

/* From now on INT, TERM, HUP, WINCH, CONT and USR1 wait in the descriptor. False: the kernel has no
 * signalfd(2). */
bool signals_start(void);
int signals_fd(void);   /* -1 before signals_start */
int signals_take(void); /* the number of the next signal, 0: none waits */
/* The exit status if it ends the program; 0: it does not. HUP does where a terminal can hang up;
 * to a program without one it says that its log was moved away. */
int signals_ending(int number);
void signals_in_child(void); /* after fork: as they were before signals_start */
