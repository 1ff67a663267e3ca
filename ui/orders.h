/* orders: carries out what begins with / in the console, as far as it is no affair of the rest of
 * it, and keeps what the program has to do. Completes such a line. */
#pragma once

#include "ui/complete.h"
#include "ui/edit.h"
#include "ui/transcript.h"

/* Only orders.c writes to it. */
struct orders {
	struct transcript *transcript; /* the owner's */
	struct shelf wishes;           /* for the program: enum command_kind (1), text */
	char taken[COMPLETE_WORD];     /* the text of the last one taken */
	unsigned recall;            /* the line of the past to show next, by its depth; 0: none */
	char wanted[COMPLETE_WORD]; /* ... of those that have this */
	/* /to NAME TEXT, to somebody who is not here: taken first; 0: there is none. */
	enum command_kind aside; /* TEXT or SEND */
	bool aside_given;        /* ... and was taken, and is to be answered */
	char aside_name[LIMIT_NAME + 1];
	uint8_t aside_text[LIMIT_TEXT];
	size_t aside_len;
};

/* What is left to the owner. */
enum orders_left {
	ORDERS_NOTHING,
	ORDERS_QUIT,
	ORDERS_CLEAR, /* the screen */
	ORDERS_TO,    /* orders.wanted is who is to be faced; empty: the next */
	ORDERS_WRITE  /* a message of several lines comes */
};

void orders_init(struct orders *o, struct transcript *transcript);
/* line: as it was typed, beginning with /. */
enum orders_left orders_run(struct orders *o, struct span line);
/* The program is to do this; text is copied. What is asked twice in a row is asked once. */
void orders_wish(struct orders *o, enum command_kind kind, struct span text);
bool orders_take(struct orders *o, struct command *command);
/* As interactor_answer; what is not ours is the transcript's. */
void orders_answer(struct orders *o, enum answer answer);

void orders_complete(struct orders *o, struct edit *e);
/* EVENT_NAMES: goes on with what orders_complete has begun, if the line is still the same. Behind
 * the name of a file that begins with a quote comes another. */
void orders_names(struct orders *o, struct edit *e, const struct event *event);

/* All output was written: more of the past can be shown. True: some was. */
bool orders_draw(struct orders *o);
