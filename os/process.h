/* process: what a program does about itself: hardening, its own standard descriptors, its
 * arguments, its end. */
#pragma once

#include "base/bytes.h"

/* The first thing in main. Descriptors 0, 1 and 2 are in use afterwards (reading or writing one
 * that was closed fails), SIGPIPE and SIGXFSZ are ignored, relocations are read-only, and there is
 * no core file and no ptrace. */
void process_start(void);

/* An environment variable; NULL when unset or empty. */
const char *process_environment(const char *name);
/* Copies it and removes it from the environment and its memory. False: unset, empty, or longer than
 * cap. */
bool process_environment_take(const char *name, char *out, size_t cap);

/* The folder that paths begin in. False: it is gone, or its path has no room. */
bool process_folder(char *out, size_t cap);

/* Stops this process group as Ctrl-Z in a shell does, and returns when it goes on. */
void process_suspend(void);
