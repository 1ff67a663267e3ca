/* panic: where asserts end in tests. Under cmocka the test fails, or passes inside assert_panics;
 * elsewhere the program aborts. Weak, so that a program with more to say (the simulator: its seed)
 * may define its own. */
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"

/* cmocka's, when it is linked. */
void mock_assert(int result, const char *expression, const char *file, int line);
#pragma weak mock_assert
#pragma weak base_panic

_Noreturn void base_panic(const char *file, int line)
{
	if (mock_assert)
		mock_assert(0, "assert", file, line);
	fprintf(stderr, "%s:%d: assert failed\n", file, line);
	abort();
}
