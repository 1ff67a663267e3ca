/* Properties of a model: must(NUMBER, CONDITION). With -DONLY=NUMBER only that one is looked at, and with -DONLY=0 none is: so
   that a mutant is known to break the one that it should. */
#ifndef ONLY
#define ONLY -1
#endif
#define must(number, condition) assert((ONLY != -1 && ONLY != number) || (condition))
