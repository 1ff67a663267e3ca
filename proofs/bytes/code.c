/* base/bytes as scripts/evidence bytes proves it: the code itself,
 * after its contracts. Its two empty assembler
 * statements, which only keep a compiler from being clever, are left out. */
#include "proofs/bytes/contracts.h"

#define __asm__
#define __volatile__(...)
#include "base/bytes.c"
