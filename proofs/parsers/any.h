/* What a parser is given for scripts/evidence parsers: any bytes, of any of these lengths. They
 * stand at the end of an array, so that one read past their end is one past the array's. */
#pragma once

#include <__fc_builtin.h>

#include "base/bytes.h"

/* base/assert.h: that no assertion fails is shown too. */
/*@ requires asserted: \false;
    assigns \nothing;
    ensures \false; */
_Noreturn void base_panic(const char *file, int line);

#ifndef ANY_MAX /* who reads more says so first */
#define ANY_MAX 256
#endif
static uint8_t any_array[ANY_MAX];

static inline struct span any_bytes(size_t len)
{
	Frama_C_make_unknown((char *)any_array, sizeof any_array);
	return span_of(any_array + ANY_MAX - len, len);
}
