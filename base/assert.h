/* assert: our own mistakes end the program, in release builds too. What a peer sends is never
 * asserted. The condition itself is not in the program: file, line and version name it, in a tenth
 * of the space. */
#pragma once

/* Defined by os/ (prints and aborts) and by the tests. Does not return. */
_Noreturn void base_panic(const char *file, int line);

/* Without its folder where the compiler gives it so: no two files have the same name. */
#ifdef __FILE_NAME__
#define ASSERT_FILE __FILE_NAME__
#else
#define ASSERT_FILE __FILE__
#endif

#define assert(condition) ((condition) ? (void)0 : base_panic(ASSERT_FILE, __LINE__))
