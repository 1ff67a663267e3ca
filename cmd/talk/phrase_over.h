/* phrase_over: how a conversation ended, in words. As phrase.h. */
#pragma once

#include "cmd/talk/endings.h"
#include "cmd/talk/phrase.h"

struct phrase_over {
	const char *peer;
	enum err err;
	struct span words;         /* the peer's */
	const char *failed_stream; /* "standard input", "the inbox"; NULL: none */
	const char *failed_why;    /* NULL: unknown */
	bool left_early;           /* the peer, before our input was at its end */
	bool anew;                 /* the same peer has come again */
	const char *newcomer;      /* somebody else has, while the peer was away; NULL */
	bool by_us;                /* our program ends in the middle */
	bool pipe, person;         /* somebody sits at a terminal */
	enum endings_then then;
	bool silent; /* nothing could be said, or what is not confirmed is kept */
	uint64_t unconfirmed;
};
void phrase_over(struct phrase *p, const struct phrase_over *o);
/* The CLOSE of a program that ends in the middle. */
#define PHRASE_BROKEN_OFF "broken off"
