/* sentences: what ui/ says to people: a sentence for each kind of event. The console's own remarks
 * are in remarks.h. */
#pragma once

#include "base/text.h"
#include "chat/chat.h"
#include "ui/present.h"
#include "ui/queue.h"

enum { SENTENCES_PEER = 160 }; /* bytes of a name made safe, and a 0 */

/* What the sentences depend on. Only sentences.c writes to it; others may read the first seven. */
struct sentences {
	/* The one that is here, or that our user faces; made safe; "the peer" while it is not
	 * known. */
	char peer[SENTENCES_PEER];
	bool here;              /* somebody is: between EVENT_CONNECTED and EVENT_OVER */
	struct present present; /* who */
	bool only_peer;         /* nobody but peer will ever be */
	bool known;             /* who peer is */
	/* The contact for whom lines are kept while nobody is here; made safe. "": there is none */
	char kept_for[SENTENCES_PEER];
	bool keeps;    /* what names a contact who is not here waits for that one */
	bool insecure; /* as EVENT_CONNECTED said */
	bool utf8, quiet;
};

void sentences_init(struct sentences *s, bool utf8, bool quiet);
/* There is one peer, whose name is not safe yet; "" while it is not known. */
void sentences_await(struct sentences *s, const char *whom);
/* There are contacts, and from now on what names one who is not here is kept. */
void sentences_keep(struct sentences *s);
/* While nobody is here, lines are kept for that contact. */
void sentences_keep_for(struct sentences *s, const char *contact);
void sentences_note(struct sentences *s, const struct event *event); /* call with each event */
/* Our user faces conversation conv: one of several. */
void sentences_face(struct sentences *s, uint64_t conv);
/* Whom a line is for that names nobody: who is here, or is awaited; "": nobody. */
const char *sentences_addressee(const struct sentences *s);
/* Whom an event is about, or who sent it: the name, made safe. */
void sentences_name(const struct sentences *s, const struct event *event,
                    char name[static SENTENCES_PEER]);

unsigned sentences_safe_flags(const struct sentences *s); /* for safe_text on this terminal */

/* The event in words, made safe: lines that begin with "schat: " and end with \n; a command to be
 * copied has a line of its own, indented. Writes nothing for texts, receipts and bytes, nor for
 * EVENT_CLOSED, since the reason was given before. When quiet, writes only errors, what was not
 * sent, codes, and words to compare. out: sentences_room bytes. */
void sentences_write(const struct sentences *s, const struct event *event, struct writer *out);
size_t sentences_room(const struct event *event);
/* Writes it to UI_ERR. False: no room. */
bool sentences_print(const struct sentences *s, const struct event *event, struct queue *out);

/* Why something was not sent. */
enum unsent {
	UNSENT_GONE,    /* peer is gone */
	UNSENT_NOBODY,  /* nobody is here */
	UNSENT_ABSENT,  /* ... but a line that names a contact would be kept */
	UNSENT_WHOM,    /* several are, and none of them is named */
	UNSENT_CROWDED, /* too much is on its way to peer */
	UNSENT_FULL,    /* the outbox for peer is */
	UNSENT_END      /* the program ends */
};
/* count lines, or bytes, were not sent to peer. */
void sentences_unsent(struct text *t, uint64_t count, bool bytes, enum unsent why,
                      const char *peer);
