/* ct: what may show in how long something takes. Code under crypto/ never branches on a secret and
 * never uses one as an index; where it decides by a value that came out of secrets, but tells
 * everybody anyway (a tag that does not fit, a share that is sent), it says so here. In the program
 * these lines are nothing. In tests/ct, whose secrets memcheck counts as undefined bytes, they make
 * the value defined: whatever else is decided by a secret is an error there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef SCHAT_CT
void ct_public(void *at, size_t len); /* tests/ct/ct.c */
#else
static inline void ct_public(void *at, size_t len)
{
	(void)at;
	(void)len;
}
#endif

/* The verdict, for everybody to see. */
static inline bool ct_verdict(bool verdict)
{
	ct_public(&verdict, sizeof verdict);
	return verdict;
}

/* The same value, of which the compiler knows nothing: of a mask that it knows to be all ones or
 * all zeroes, clang makes a branch. */
static inline uint8_t ct_hidden(uint8_t mask)
{
	__asm__("" : "+r"(mask));
	return mask;
}
