/* talk: the program's sentences about a conversation, the same for all interactors that speak to
 * people. */
#ifndef UI_TALK_H
#define UI_TALK_H

#include "chat/chat.h"

enum { TALK_PEER = 160 }; /* bytes of a name made safe, and a 0 */

struct talk {
	bool utf8, quiet;
	bool insecure;        /* what EVENT_CONNECTED said */
	bool here;            /* the peer is: between EVENT_CONNECTED and EVENT_OVER */
	char peer[TALK_PEER]; /* made safe; "the other side" while not known */
};

void talk_begin(struct talk *t, bool utf8, bool quiet);

/* Remembers who the peer is. To be called with each event. */
void talk_note(struct talk *t, const struct event *event);

/* The event in words: lines that begin with "schat: " (a command to be copied stands alone,
 * indented) and end with \n. Made safe. Nothing for texts, receipts and bytes, nor for
 * EVENT_CLOSED, whose reason was said before; when quiet nothing but errors, what was not sent, and
 * codes. out: TALK_ROOM bytes. */
void talk_write(const struct talk *t, const struct event *event, struct writer *out);
size_t talk_room(const struct event *event); /* bytes that talk_write needs at most */

#endif
