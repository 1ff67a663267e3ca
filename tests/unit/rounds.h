/* rounds: how long tests by chance go on. SCHAT_LONG, which the long form of scripts/test sets: the
 * whole number, else a fifth of it. */
#pragma once

#include <stdlib.h>

static inline unsigned rounds(unsigned whole)
{
	return getenv("SCHAT_LONG") ? whole : whole / 5;
}
