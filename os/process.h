/* process: what a program does about itself: hardening, its own standard descriptors, its
 * arguments, its end. */
#ifndef OS_PROCESS_H
#define OS_PROCESS_H

#include "base/bytes.h"

/* First thing in main: descriptors 0, 1 and 2 are taken (where one was closed, reading and writing
 * it fails), SIGPIPE is ignored, relocations are
 * read-only, no core file, no ptrace. */
void process_start(void);

/* Overwrites an argument of main, so that ps shows it no longer. */
void process_hide(char *argument);

/* An environment variable; NULL when unset or empty. */
const char *process_environment(const char *name);
/* The same, and it is gone from the environment and its memory afterwards. False: unset, empty, or
 * longer than cap. */
bool process_environment_take(const char *name, char *out, size_t cap);

/* Stops this process group as Ctrl-Z in a shell does, and returns when it goes on. */
void process_suspend(void);

#endif
