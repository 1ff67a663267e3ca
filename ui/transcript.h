/* transcript: shows what happens, as lines above the prompt. Our own messages have a mark:
 *
 *   ·   not sent yet: nobody is there, or too much is on its way
 *   ✓   sent
 *   ✓✓  shown to the peer's user, and so is everything before it
 *
 * A mark changes in place while it stands just above the prompt. Where it has scrolled on, a line
 * says once that everything up to the last message has been shown, with the beginning of that
 * message. */
#ifndef UI_TRANSCRIPT_H
#define UI_TRANSCRIPT_H

#include "ui/display.h"
#include "ui/interactor.h"
#include "ui/outbox.h"
#include "ui/safe.h"
#include "ui/sentences.h"

enum { TRANSCRIPT_REMINDER = 24 }; /* columns of a message that say which one it was */

/* Private to transcript.c; others embed it. */
struct transcript {
	struct display *display; /* the owner's, as are the next two */
	const struct sentences *sentences;
	struct outbox *outbox;
	bool blocked;             /* the first of outbox has to wait, so what waits is shown */
	unsigned taken;           /* messages whose EVENT_SENT is still to come ... */
	unsigned taken_shown;     /* ... the first of them were shown already */
	uint64_t last, delivered; /* our last message, and the last one shown to the peer's user */
	uint64_t marked;          /* the one whose mark display can still change; 0: one not sent */
	bool clock_known;
	uint32_t clock_s;
	char reminder[4 * TRANSCRIPT_REMINDER + 8];
	uint8_t scratch[SAFE_ROOM(2 * LIMIT_TEXT) + 8192];
};

void transcript_init(struct transcript *t, struct display *display,
                     const struct sentences *sentences, struct outbox *outbox);
void transcript_say(struct transcript *t, const char *sentences); /* our own, each with its \n */
/* As interactor_show. */
bool transcript_show(struct transcript *t, const struct event *event);
/* The last words: shows what was being typed, so that it isn't lost without a trace. */
void transcript_close(struct transcript *t, struct span typed);

/* What became of the first of outbox, which the program was given. */
void transcript_answer(struct transcript *t, enum answer answer);
/* Shows messages that have to wait for longer than a moment. */
void transcript_show_waiting(struct transcript *t);
bool transcript_all_delivered(const struct transcript *t);

#endif
