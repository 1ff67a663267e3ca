/* outbox: lines the user has sent and the chat has not taken yet, oldest first, each with its
 * conversation (ui/speech.h). */
#ifndef UI_OUTBOX_H
#define UI_OUTBOX_H

#include "base/bytes.h"
#include "base/limits.h"

enum { OUTBOX_HEADER = 11, OUTBOX_SIZE = 2 * (LIMIT_TEXT + OUTBOX_HEADER) };

/* Private to outbox.c; others embed it. */
struct outbox {
	size_t len;
	unsigned count;
	/* For each: length (2), whether our user has been shown it (1), conversation (8), text. */
	uint8_t at[OUTBOX_SIZE];
};

unsigned outbox_count(const struct outbox *o);
bool outbox_add(struct outbox *o, struct span text, uint64_t conv); /* false: no room */
struct span outbox_first(const struct outbox *o);                   /* empty when there is none */
uint64_t outbox_first_conv(const struct outbox *o);
bool outbox_first_shown(const struct outbox *o); /* our user has been shown it */
/* removes the first; returns whether it was shown */
bool outbox_drop(struct outbox *o);
/* The oldest that our user has not been shown; *place is for outbox_mark. False: none. */
bool outbox_unshown(const struct outbox *o, struct span *text, size_t *place);
void outbox_mark(struct outbox *o, size_t place);

#endif
