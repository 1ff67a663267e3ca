/* outbox: what one contact has not been shown yet, and what was heard from it, so that every line
 * arrives once although programs end, lose power or are killed. Pure: what it wants written to its
 * file comes from outbox_output.
 *
 * Each line has a number, higher than that of the line before, in this outbox for ever; the outbox
 * has a random name. Both travel with the line (docs/PROTOCOL.md section 7.4). Whoever receives it
 * keeps the highest number it has shown of each of the last outboxes, and shows nothing twice. A
 * line stays in the outbox until the peer has confirmed it.
 *
 * A file that waits is one of these lines, with a number of its own, and is not said: its text is
 * for whoever offers it (cmd/talk/later.h). Lines do not wait for files, nor files for lines; each
 * leaves the outbox when it is done.
 *
 * The file is a log (crypto/sealed_log.h) that is written anew by each run that adds to it, and
 * when it has grown. Numbers of a run begin where no run before has reached, so one that was lost
 * with the power is not used for another line. Where the disk is full and the clock may be wrong,
 * no run can know that: its lines have another random name, and one of them may be shown twice if
 * the program ends before the peer has confirmed it. */
#pragma once

#include "base/err.h"
#include "base/limits.h"
#include "base/random.h"
#include "chat/pending.h"
#include "crypto/sealed_log.h"

enum {
	OUTBOX_NAME = 8,
	OUTBOX_HEARD = 4,                     /* hosts of a contact that are told apart */
	OUTBOX_WRITE = PENDING_ROOM + 1024,   /* bytes of what is written at once, at most */
	OUTBOX_FILE = 2 * OUTBOX_WRITE + 1024 /* bytes of the file, at most */
};

/* Which line it is, for whoever receives it. Zeroes: none. */
struct outbox_mark {
	uint8_t name[OUTBOX_NAME];
	uint64_t number;
};
struct outbox_line {
	struct outbox_mark mark;
	struct span text; /* until the line is confirmed */
	bool more;        /* it goes on in the next one */
	bool fresh;       /* it was added since the last outbox_again, in this run */
	bool file;        /* it is one, and this is its number in this run: */
	unsigned tag;
	bool said; /* in this conversation; a file: it was offered */
};
struct outbox;

/* secret: 32 bytes, which nobody but this user has; about: HASH_LEN bytes, whom it is for. Both are
 * copied; random is borrowed. unix_s: seconds since 1970. NULL: no memory. */
struct outbox *outbox_new(struct span secret, struct span about, struct random *random,
                          uint64_t unix_s);
void outbox_free(struct outbox *o); /* wipes; NULL is fine */
/* Takes in its file, which is changed. False: it is not its file, or not of this secret. */
bool outbox_read(struct outbox *o, uint8_t *file, size_t len);

/* Adds a line. waits: the peer is not here, so our user goes by what is on the disk. ERR_FULL:
 * there are too many, or no memory. */
enum err outbox_add(struct outbox *o, struct span text, bool more, bool waits);
/* What is added from now on and waits is of this time: seconds since 1970. */
void outbox_clock(struct outbox *o, uint64_t unix_s);
/* The first that was not said in this conversation; files: or offered. False: there is none. */
bool outbox_next(const struct outbox *o, bool files, struct outbox_line *line);
/* The first line was, as the text of this number; before outbox_output. */
void outbox_said(struct outbox *o, uint64_t as);
/* The peer has confirmed texts up to this number. True: no line is left that had to wait, and there
 * was one. */
bool outbox_confirmed(struct outbox *o, uint64_t as);
/* The conversation is over: what was not confirmed waits for the next. */
void outbox_again(struct outbox *o);
bool outbox_unsaid(const struct outbox *o);      /* there is a next line */
unsigned outbox_waiting(const struct outbox *o); /* lines that had to wait, not confirmed */

/* A file waits; text: as for outbox_line. ERR_FULL: as for outbox_add. */
enum err outbox_add_file(struct outbox *o, struct span text, unsigned tag);
unsigned outbox_files(const struct outbox *o); /* how many there are */
/* The first file behind this number. False: there is none. */
bool outbox_file_after(const struct outbox *o, uint64_t number, struct outbox_line *line);
void outbox_tag(struct outbox *o, uint64_t number, unsigned tag);
void outbox_offered(struct outbox *o, uint64_t number); /* in this conversation */
/* It has arrived, or will not be sent any more; harmless when there is none. */
void outbox_drop_file(struct outbox *o, uint64_t number);
/* When the oldest of what waits was added, in seconds since 1970. */
uint64_t outbox_since(const struct outbox *o);

/* A line of the peer's with this mark was shown before. */
bool outbox_heard(const struct outbox *o, const struct outbox_mark *mark);
/* It is shown now. surely: that has to outlive a loss of power. */
void outbox_hear(struct outbox *o, const struct outbox_mark *mark, bool surely);

/* What is to be written: out has OUTBOX_WRITE bytes. *whole: it replaces the file, and is on the
 * disk before anything else happens; otherwise it is added, and *sync: is then on the disk. False:
 * nothing. */
bool outbox_output(struct outbox *o, struct writer *out, bool *whole, bool *sync);
/* The number of the last line that waits and is not in the file; 0: all that wait are. */
uint64_t outbox_unwritten(const struct outbox *o);
/* That could not be written: next time, everything is. */
void outbox_failed(struct outbox *o);
/* Lines will be said: the file is to be written before the first of them, if there is one, so that
 * their numbers are this run's for ever. */
void outbox_reserve(struct outbox *o);
