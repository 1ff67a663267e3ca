/* sentences: what ui/ says to people: a sentence for each kind of event. The console's own remarks
 * are in remarks.h. */
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
