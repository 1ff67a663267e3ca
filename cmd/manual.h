/* manual: the manual pages, which are in the program as one packed text. scripts/make-manual says
 * what its lines are. */
#pragma once

#include <stdbool.h>

/* Prints what the manual has on topic: all of it ("manual"), a page ("serve"), else the sections of
 * that name on the first page that has one ("keys"), else whatever is listed under that name:
 * options ("timeout"), variables, files, exit statuses. *found: there is something. Returns the
 * exit status. */
int manual_print(const char *topic, bool *found);
