/* talk: one peer of a chat, from the moment it was let in until its conversation is over; and its
 * events, in the words of include/schat.h. */
#pragma once

#include "chat/chat.h"
#include "endpoint/endpoint_event.h"
#include "include/schat.h"

/* Only talk.c writes to it; others read what stands before the empty line. */
struct talk {
	unsigned peer;           /* its number at the endpoint */
	struct session *session; /* NULL: none stands; borrowed */
	struct chat *chat;
	bool began; /* one stood */
	bool bytes; /* both sides write these, and no texts */

	enum err why;   /* of talk_end; OK: it was not called */
	bool left;      /* that the peer's bytes have ended was told */
	uint64_t heard; /* number of the text that was given out last, or bytes that were */
	enum schat_trust trust;
	char name[LIMIT_NICK + 1], key[LIMIT_KEY_LINE], fingerprint[FINGERPRINT_TEXT],
	    words[COMPARE_TEXT];
};

/* Of ENDPOINT_PEER. NULL: no memory. */
struct talk *talk_new(const struct endpoint_event *e, enum mode mode);
void talk_free(struct talk *t); /* wipes; NULL is fine */
/* The session stands, and is borrowed until talk_end or talk_free. */
void talk_begin(struct talk *t, struct session *session);
/* It has no session any more; talk_over is next. */
void talk_end(struct talk *t, enum err why);

/* An event about this peer: its name, keys and words. */
struct schat_event talk_event(const struct talk *t, enum schat_event_kind kind);
/* The next event of the conversation. A text is copied to buffer. */
bool talk_take(struct talk *t, struct schat_event *event, char buffer[static LIMIT_TEXT + 1]);
/* It is over: OVER, the last. err and words: why, if the chat does not know; OK: then it may go on,
 * and this gives false. The words are copied to buffer. */
bool talk_over(struct talk *t, enum err err, struct span words, struct schat_event *event,
               char buffer[static LIMIT_TEXT + 1]);
/* What was given out last was shown. */
void talk_shown(struct talk *t);
/* There is room for any text. */
bool talk_has_room(const struct talk *t);
