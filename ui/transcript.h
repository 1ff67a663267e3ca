/* transcript: shows what happens, as lines above the prompt; and keeps our messages until the chat
 * has sent them. Our own messages have a mark:
 *
 *   ·   not sent yet: nobody is there, or too much is on its way; or the outbox has it
 *   ✓   sent
 *   ✓✓  shown to the peer's user, and so is everything before it
 *
 * A mark changes in place while it stands just above the prompt. Where it has scrolled on, a line
 * says once that everything up to the last message has been shown, with the beginning of that
 * message. */
#pragma once

#include "ui/display.h"
#include "ui/kept.h"
#include "ui/past.h"
#include "ui/remarks.h"
#include "ui/safe.h"

enum { TRANSCRIPT_REMINDER = 24 /* columns of a message that say which one it was */ };

/* Our messages in a conversation. */
struct transcript_talk {
	uint64_t conv;            /* 0: none, or events do not say */
	uint64_t last, delivered; /* the last, and the last one shown to the peer's user */
	char reminder[4 * TRANSCRIPT_REMINDER + 8]; /* of the last */
};

/* Only transcript.c writes to it; others may read the first two. */
struct transcript {
	struct kept kept;        /* our messages that were not sent */
	struct past past;        /* what was said, ours when it was sent */
	struct display *display; /* the owner's, as is the next */
	struct interactor *ui;
	bool blocked; /* one has to wait, so what waits is shown */
	/* The conversation and number of the one whose mark display can still change; 0: one not
	 * sent. */
	uint64_t marked_conv, marked;
	bool welcomed; /* how to leave and to get help was said */
	bool clock_known;
	bool foreign, foreign_told; /* there was a character that cannot be shown as it is */
	uint32_t date_shown;
	uint64_t rang_ms; /* when the bell was rung last */
	struct transcript_talk talks[LIMIT_PEERS + 1];
	uint8_t scratch[SAFE_ROOM(2 * LIMIT_TEXT) + 8192];
};

void transcript_init(struct transcript *t, struct display *display, struct interactor *ui);
void transcript_say(struct transcript *t, const char *sentences); /* our own, each with its \n */
void transcript_help(struct transcript *t, bool keys);
void transcript_not_here(struct transcript *t, struct span name);
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
/* As kept_next. */
bool transcript_next(struct transcript *t, struct command *command);
void transcript_answer(struct transcript *t, enum answer answer); /* what became of it */
bool transcript_all_delivered(const struct transcript *t);        /* and nothing waits */
