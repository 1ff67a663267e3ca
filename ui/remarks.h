/* remarks: what the console itself says to its user: answers to keys and commands, prompts, marks.
 * Each sentence ends with \n. */
#pragma once

#include "ui/commands.h"
#include "ui/sentences.h"

enum remark {
	REMARK_WELCOME,
	REMARK_HELP,
	REMARK_MARKS,   /* the rest of the help */
	REMARK_NOBODY,  /* Enter, and nobody is here */
	REMARK_LEAVING, /* Enter, and our user leaves */
	REMARK_CUT,     /* Enter, and the line has lost its end */
	REMARK_CROWDED, /* Enter, and too much waits */
	REMARK_FULL,    /* the line takes no more */
	REMARK_LEAVE_LATER,
	REMARK_LEAVE_WAITING, /* ... when somebody has come to whom it can be said */
	REMARK_NOT_EMPTY,     /* Ctrl-D at the end of a line */
	REMARK_STOP,          /* Ctrl-C: another one leaves */
	REMARK_LOCALE,        /* something cannot be shown as it is */
	REMARK_LOST           /* before what was typed and not sent at the end */
};
const char *remarks_own(const struct sentences *s, enum remark which);

/* The commands; or the keys and marks. Either fits a screen of 24 rows of 80 columns. */
void remarks_help(const struct sentences *s, bool keys, struct text *t);

/* Enter, and the line was begun for somebody else, named before, or for nobody (""). Another Enter
 * sends it to whom. */
void remarks_elsewhere(struct text *t, const char *before, const char *whom);
/* Enter after /x, named so, which is unknown (row is NULL), or has not the words it takes. */
void remarks_no_command(const struct sentences *s, struct text *t, struct span name,
                        const struct commands_row *row);
/* /to, and nobody of that name is here, or nobody else (""): says who is. */
void remarks_not_here(const struct sentences *s, struct text *t, struct span name);
void remarks_paste_refused(struct text *t, uint64_t bytes);
/* So many messages have what in them; what is empty: they are the newest. */
void remarks_recalled(const struct sentences *s, struct text *t, uint64_t count, struct span what);
void remarks_day(struct text *t, uint32_t date);

/* "you", or where several are here "you to bob": in front of what our user says in conversation
 * conv. */
enum { REMARKS_SELF = SENTENCES_PEER + 8 };
void remarks_self(const struct sentences *s, uint64_t conv, char name[static REMARKS_SELF]);

/* Marks of our messages. */
enum remark_mark { MARK_WAITS, MARK_SENT, MARK_SHOWN };
const char *remarks_mark(const struct sentences *s, enum remark_mark mark);
const char *remarks_ellipsis(const struct sentences *s);

/* What the prompt depends on besides who is here. */
struct remarks_typing {
	const struct span *pattern; /* what history is searched for, at most 64 bytes; or NULL */
	bool missed;                /* ... and no line has it */
	bool writing;               /* Enter does not send, Ctrl-D does */
	/* A paste that waits for an answer; no bytes: there is none. */
	uint64_t paste_lines, paste_bytes;
};

/* The prompts, from the best to the shortest. Only while somebody is here they begin with "you" or,
 * once several were here, with "to" and the name of the one whom our user faces.
 * made: room for a prompt that is not always the same. */
enum { REMARKS_PROMPTS = 3, REMARKS_PROMPT = 320 };
void remarks_prompts(const struct sentences *s, const struct remarks_typing *typing,
                     char made[static REMARKS_PROMPT], const char *prompts[static REMARKS_PROMPTS]);
