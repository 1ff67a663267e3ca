/* unpack: the other half of scripts/pack.c: texts that are packed in the program. */
#pragma once

#include "base/bytes.h"

/* Fills text, of as many bytes as were packed. False: no memory (2 MB, given back at once). */
bool unpack(struct span packed, char *text, size_t len);
