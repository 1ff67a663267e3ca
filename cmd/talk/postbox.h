/* postbox: the outboxes of the contacts that our user talks with in a run, and what is said of
 * them. Those that were opened stay open until the end of the program. */
#pragma once

#include "base/bucket.h"
#include "cmd/outbox_file.h"
#include "cmd/talk/meeting.h"
#include "cmd/talk/terminal_io.h"

enum { POSTBOX_BUCKETS = 64 };

struct postbox_one {
	char fingerprint[FINGERPRINT_TEXT], name[LIMIT_NAME + 1];
	struct outbox_file file;
	unsigned told;     /* our user knows that so many lines wait */
	bool failed;       /* ... and that it cannot be written */
	uint64_t lost;     /* ... with the lines up to this number (outbox_unwritten) */
	bool busy;         /* another program has it */
	uint64_t tried_ms; /* when we last looked, or failed to write */
};

/* Only postbox.c writes to it; others embed it, zeroed. */
struct postbox {
	const struct plan *plan;
	struct terminal_io *io;
	const struct identity *own; /* borrowed; NULL: none */
	struct outbox_file_key key;
	bool known;  /* we have a key: there can be outboxes */
	bool used;   /* what our user says goes through them */
	bool lapsed; /* what postbox_lapsed was told last */
	struct bucket fruitless[POSTBOX_BUCKETS];
	size_t count;
	struct postbox_one at[LIMIT_CONTACTS];
};

/* plan and io are borrowed. own: NULL for a suite without keys. */
void postbox_init(struct postbox *l, const struct plan *plan, struct terminal_io *io,
                  const struct identity *own);
void postbox_end(struct postbox *l); /* also of zeroes */
/* Whether an offer of any peer went away unanswered since our user heard what there is. Returns
 * what was said before. */
bool postbox_lapsed(struct postbox *l, bool lapsed);
/* For offers of a peer that bring nothing; it has the same when it comes again. A few peers may
 * share one. */
struct bucket *postbox_fruitless(struct postbox *l, const char *fingerprint);
/* The outbox of a contact, with what waits in it; NULL: there is none, and our user was told why if
 * it should be. One that another program has is looked for again when that program may have ended,
 * so the next call may give it. */
struct outbox *postbox_of(struct postbox *l, const char *fingerprint, const char *name);
/* The same, of the contact that our user waits for: plan_only, although with /invite others can
 * come, too. Tells the interactor that lines are kept for that one while nobody is here, if we
 * serve. NULL also: there is no such contact, or several. */
struct outbox *postbox_only(struct postbox *l);
/* Everything is written that has to be. After a failure, it is tried again a second later, or when
 * one more line has to be kept. */
void postbox_write(struct postbox *l);
/* What waited in it was shown to the contact. */
void postbox_delivered(struct postbox *l, const struct outbox *o);
/* Says for whom lines and files wait. */
void postbox_list(struct postbox *l);

/* A file waits for a contact whose outbox that is. id: of the command. */
void postbox_send(struct postbox *l, struct outbox *o, struct span path, struct span id);
/* Shows each file that waits; returns how many there are. id: of the command. */
unsigned postbox_files(struct postbox *l, struct span id);
/* A file that waits, of this number, waits no longer. False: there is none. */
bool postbox_withdraw(struct postbox *l, struct span number);
