/* kept: our messages until the chat has sent them, in the order they were written, each for a
 * conversation. One that has to wait keeps back those behind it for the same conversation, and no
 * others. */
#pragma once

#include "ui/interactor.h"

enum { KEPT_HEADER = 11, KEPT_SIZE = 2 * (LIMIT_TEXT + KEPT_HEADER) };

/* Only kept.c writes to it; others may read the first. Zeroes: none. */
struct kept {
	unsigned waiting; /* messages that the chat has not taken */
	size_t given;     /* where the one that was given out last stands */
	size_t len;       /* bytes of all */
	/* for each: length (2), bits (1), conversation (8), text */
	uint8_t bytes[KEPT_SIZE];
};

/* One of them, until something is added or dropped. */
struct kept_message {
	size_t at;
	uint64_t conv;
	struct span text;
	bool shown; /* our user was shown it */
};

bool kept_add(struct kept *k, struct span text, uint64_t conv); /* false: no room */
/* The oldest of those that wait and were not given out in this round. False: there is none, and the
 * round is over. */
bool kept_next(struct kept *k, struct kept_message *m);
struct kept_message kept_given(const struct kept *k); /* that one */
void kept_answer(struct kept *k, enum answer answer); /* what became of it */

/* The oldest that was taken, for conversation conv (0: any); that was not shown; that was. */
bool kept_taken(const struct kept *k, uint64_t conv, struct kept_message *m);
bool kept_elsewhere(const struct kept *k, struct kept_message *m); /* an outbox has it */
bool kept_not_shown(const struct kept *k, struct kept_message *m);
bool kept_shown(const struct kept *k, struct kept_message *m);
void kept_show(struct kept *k, const struct kept_message *m); /* our user is shown it */
void kept_drop(struct kept *k, const struct kept_message *m);
/* What was taken for a conversation will not be sent. all: also what an outbox has. */
void kept_over(struct kept *k, uint64_t conv, bool all);
/* What is for conversation from is for to. */
void kept_again(struct kept *k, uint64_t from, uint64_t to);
