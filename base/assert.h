/* assert: our own mistakes end the program, in release builds too. What a peer sends is never asserted. */
#ifndef BASE_ASSERT_H
#define BASE_ASSERT_H

/* Defined by os/ (prints and aborts) and by the tests. Does not return. */
_Noreturn void base_panic(const char *file, int line, const char *what);

#define assert(condition) ((condition) ? (void)0 : base_panic(__FILE__, __LINE__, #condition))

#endif
