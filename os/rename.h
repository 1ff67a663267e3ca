/* rename: gives a file or folder a name that is free, and never replaces another. */
#pragma once

#include <stdbool.h>

/* from, in the folder dir, is called name from now on, or "name (1)" and so on where that is taken
 * ("a (1).txt"). as: NULL, or BENEATH_NAME bytes for what it is called then. -1, with errno. */
int rename_free(int dir, const char *from, const char *name, bool folder, char *as);
