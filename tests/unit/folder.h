/* folder: a folder of its own for each test, removed after it. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/support.h"

static char folder[64];

static inline int folder_setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/schat-test-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static inline int folder_teardown(void **state)
{
	(void)state;
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}
