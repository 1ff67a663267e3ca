/* transcript: shows what happens, as lines above the prompt; and keeps our messages until the chat
 * has sent them. Our own messages have a mark:
 *
 *   ·   not sent yet: nobody is there, or too much is on its way
 *   ✓   sent
 *   ✓✓  shown to the peer's user, and so is everything before it
 *
 * A mark changes in place while it stands just above the prompt. Where it has scrolled on, a line
 * says once that everything up to the last message has been shown, with the beginning of that
 * message. */
#pragma once

#include "ui/display.h"
#include "ui/past.h"
#include "ui/remarks.h"
#include "ui/safe.h"

enum {
	TRANSCRIPT_REMINDER = 24, /* columns of a message that say which one it was */
	TRANSCRIPT_HEADER = 11,
	TRANSCRIPT_KEPT = 2 * (LIMIT_TEXT + TRANSCRIPT_HEADER)
};

/* Only transcript.c writes to it; others may read the first two. */
struct transcript {
	unsigned waiting_count;  /* messages that the chat has not taken */
	struct past past;        /* what was said, ours when it was sent */
	struct display *display; /* the owner's, as is the next */
	struct interactor *ui;
	bool blocked;             /* the first that waits has to, so what waits is shown */
	uint64_t last, delivered; /* our last message, and the last one shown to the peer's user */
	uint64_t marked;          /* the one whose mark display can still change; 0: one not sent */
	bool welcomed;            /* how to leave and to get help was said */
	bool clock_known;
	bool foreign, foreign_told; /* there was a character that cannot be shown as it is */
	uint32_t clock_s, date, date_shown;
	uint64_t rang_ms; /* when the bell was rung last */
	/* Bytes of all that are kept, and of the first of them, whose EVENT_SENT is still to
	 * come; those behind wait. */
	size_t kept_len, taken_len;
	/* for each: length (2), whether our user has been shown it (1), conversation (8), text */
	uint8_t kept[TRANSCRIPT_KEPT];
	char reminder[4 * TRANSCRIPT_REMINDER + 8];
	uint8_t scratch[SAFE_ROOM(2 * LIMIT_TEXT) + 8192];
};

void transcript_init(struct transcript *t, struct display *display, struct interactor *ui);
void transcript_say(struct transcript *t, const char *sentences); /* our own, each with its \n */
void transcript_help(struct transcript *t);
void transcript_list(struct transcript *t, struct span words); /* which are not safe yet */
/* Not a command (row is NULL), or one without the words it takes. */
void transcript_refuse(struct transcript *t, const struct commands_row *row, struct span name);
/* So many lines of the past, those with what in them, are to be shown again. */
void transcript_recalled(struct transcript *t, uint64_t count, struct span what);
/* One of them. False: no room now. */
bool transcript_again(struct transcript *t, const struct past_line *line);
/* As interactor_show. */
bool transcript_show(struct transcript *t, const struct event *event);
/* The last words: shows what was being typed, so that it isn't lost without a trace. */
void transcript_close(struct transcript *t, struct span typed);

/* A message of ours, for conversation conv; shown if those before it had to wait for longer than a
 * moment. False: no room. */
bool transcript_add(struct transcript *t, struct span text, uint64_t conv);
/* The oldest of those that wait; there is one. */
struct span transcript_first(const struct transcript *t, uint64_t *conv);
void transcript_answer(struct transcript *t, enum answer answer); /* what became of it */
bool transcript_all_delivered(const struct transcript *t);        /* and nothing waits */
