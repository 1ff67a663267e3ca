/* ask: asks at the terminal what to connect to, with the keys of the console. Tab completes the
 * words of a code and the names of contacts. The answer does not stay on the screen. */
#pragma once

#include "ui/complete.h"

/* names: of the contacts, ended by NULL. 0: line is the answer, as it was typed. Else the exit
 * status, and what is wrong was said. */
int ask_line(const char *const *names, const char *question, char *line, size_t cap);
bool ask_can(void); /* there is a terminal that can move its cursor */

/* What Tab completes at the end of the line; begins and offers. */
void ask_offer(struct complete *c, struct span line, const char *const *names);
