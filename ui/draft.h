/* draft: decides to whom the line being typed may go. It is meant for the conversation in which its
 * first key was pressed (ui/speech.h). If that is over, or if the line has lost its end, Enter
 * doesn't send it but makes the console ask, and another Enter does: once the question has been on
 * the screen for CONV_READ_US. An Enter that comes sooner, such as the second of two quick ones
 * or of a key held down, starts the wait again. */
#pragma once

#include "ui/interactor.h"

enum draft_answer {
	DRAFT_SEND,
	DRAFT_KEEP,      /* the question is on the screen already */
	DRAFT_ELSEWHERE, /* ask: it was begun in another conversation, or in none */
	DRAFT_CUT        /* ask: its end is missing */
};

/* Only draft.c writes to it; others may read the first. */
struct draft {
	char peer[SENTENCES_PEER]; /* with whom the conversation was; "": nobody was here */
	uint64_t conv;             /* it was begun for this one */
	bool begun;
	bool cut;                /* not all of it had room */
	enum draft_answer asked; /* DRAFT_SEND: nothing */
	uint64_t asked_conv;     /* about this conversation ... */
	/* ... on the screen since, or Enter came too soon then; NEVER: not yet */
	uint64_t asked_at;
};

/* After each key. begun: there is a line. conv: the conversation in which keys are pressed now;
 * peer: with whom, or "". */
void draft_note(struct draft *d, bool begun, uint64_t conv, const char *peer);
/* Conversation to is with the same peer as from, or is going to be. */
void draft_same_peer(struct draft *d, uint64_t from, uint64_t to);
/* Conversation conv is with whom: a line that was begun for that one goes there, and one that was
 * begun for somebody else does not. */
void draft_follow(struct draft *d, uint64_t conv, const char *whom);
bool draft_cut(struct draft *d); /* a key had no room; true for the first of them */
enum draft_answer draft_enter(struct draft *d, uint64_t conv, uint64_t now);
void draft_shown(struct draft *d, uint64_t now); /* everything that was said is on the screen */
