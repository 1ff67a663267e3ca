/* sentences: what ui/ says to people: a sentence for each kind of event, and the console's own
 * remarks. */
#pragma once

#include "base/text.h"
#include "chat/chat.h"
#include "ui/queue.h"

enum { SENTENCES_PEER = 160 }; /* bytes of a name made safe, and a 0 */

/* What the sentences depend on. Only sentences.c writes to it; others may read the first four. */
struct sentences {
	char peer[SENTENCES_PEER]; /* made safe; "the other side" while it is not known */
	bool here;                 /* somebody is: between EVENT_CONNECTED and EVENT_OVER */
	bool only_peer;            /* nobody but peer will ever be */
	bool known;                /* who peer is */
	bool insecure;             /* as EVENT_CONNECTED said */
	bool away;                 /* nothing is heard from peer ... */
	uint32_t away_s;           /* ... since this time of day */
	bool utf8, quiet;
};

void sentences_init(struct sentences *s, bool utf8, bool quiet);
/* There is one peer, whose name is not safe yet; "" while it is not known. */
void sentences_await(struct sentences *s, const char *whom);
void sentences_note(struct sentences *s, const struct event *event); /* call with each event */

unsigned sentences_safe_flags(const struct sentences *s); /* for safe_text on this terminal */

/* The event in words, made safe: lines that begin with "schat: " and end with \n; a command to be
 * copied has a line of its own, indented. Writes nothing for texts, receipts and bytes, nor for
 * EVENT_CLOSED, since the reason was given before. When quiet, writes only errors, what was not
 * sent, codes, and words to compare. out: sentences_room bytes. */
void sentences_write(const struct sentences *s, const struct event *event, struct writer *out);
size_t sentences_room(const struct event *event);
/* Writes it to UI_ERR. False: no room. */
bool sentences_print(const struct sentences *s, const struct event *event, struct queue *out);

/* count lines, or bytes, were not sent to peer; "": nobody is here; NULL: at the end of the
 * program. */
void sentences_unsent(struct text *t, uint64_t count, bool bytes, const char *peer);

/* ---- the console's ---- */

enum sentence {
	SENTENCE_WELCOME,
	SENTENCE_HELP,
	SENTENCE_MARKS,   /* the rest of the help */
	SENTENCE_NOBODY,  /* Enter, and nobody is here */
	SENTENCE_LEAVING, /* Enter, and our user leaves */
	SENTENCE_CUT,     /* Enter, and the line has lost its end */
	SENTENCE_CROWDED, /* Enter, and too much waits */
	SENTENCE_FULL,    /* the line takes no more */
	SENTENCE_LEAVE_LATER,
	SENTENCE_LEAVE_WAITING, /* ... when somebody has come to whom it can be said */
	SENTENCE_NOT_EMPTY,     /* Ctrl-D at the end of a line */
	SENTENCE_STOP,          /* Ctrl-C: another one leaves */
	SENTENCE_LOCALE,        /* something cannot be shown as it is */
	SENTENCE_LOST           /* before what was typed and not sent at the end */
};
const char *sentences_own(const struct sentences *s, enum sentence which);

/* Enter, and the line was begun for somebody else, named before, or for nobody (""). Another Enter
 * sends it to the one who is here. */
void sentences_elsewhere(const struct sentences *s, struct text *t, const char *before);
/* Enter after /x and more words, which is unknown; or it is known, but takes no words. */
void sentences_no_command(const struct sentences *s, struct text *t, struct span word, bool known);
void sentences_paste_refused(struct text *t, uint64_t bytes);

/* Marks of our messages. */
enum sentence_mark { MARK_WAITS, MARK_SENT, MARK_SHOWN };
const char *sentences_mark(const struct sentences *s, enum sentence_mark mark);
const char *sentences_ellipsis(const struct sentences *s);

/* The prompts, from the best to the shortest. Only while somebody is here they begin with "you".
 * pattern: what history is being searched for, at most 64 bytes; NULL: it isn't. missed: and there
 * is no such line. made: room for a
 * prompt that holds a name or the pattern. */
enum { SENTENCES_PROMPTS = 3, SENTENCES_PROMPT = 320 };
void sentences_prompts(const struct sentences *s, const struct span *pattern, bool missed,
                       char made[static SENTENCES_PROMPT],
                       const char *prompts[static SENTENCES_PROMPTS]);
