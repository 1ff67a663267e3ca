/* terminal_io: the interactor on its descriptors: keys from standard input, bytes to standard
 * output and standard error, never blocking. */
#pragma once

#include "cmd/talk/audience.h"
#include "cmd/talk/plan.h"
#include "cmd/talk/web.h"
#include "os/net.h"
#include "ui/interactor.h"

enum {
	TERMINAL_IO_WATCHES = 2,
	TERMINAL_IO_PEERS = 32 /* talked with at a time, where lines are passed on */
};

/* Only terminal_io.c writes to it; others embed it, and read ui, terminal, person, what has failed
 * and written. */
struct terminal_io {
	struct interactor *ui; /* NULL: not open */
	/* --socket: those there stand for standard input and output. NULL: there is none. */
	struct audience *audience;
	struct web *web; /* --ui web: those at the audience are pages. NULL: none */
	bool terminal;   /* raw keys */
	int screen;      /* the descriptor of the terminal that is written to */
	bool person;     /* somebody types, by keys or by lines */
	unsigned peers;  /* with so many our user talks at a time, at most */
	/* What is wrong with standard input (which is no end of it) and standard output, and the
	 * system's words for it, or NULL. out_failed: ERR_CUT when nobody reads it any more, else
	 * ERR_LOCAL. */
	enum err in_failed, out_failed;
	const char *in_why, *out_why;
	int kept;         /* the file that keeps what is said; -1: none */
	bool kept_failed; /* it could not be written, and that is to be said */
	uint64_t unix_ms; /* when this turn began */
	uint64_t written; /* bytes that standard output has taken */
	bool background;  /* of a terminal, whose mode belongs to others now */
	bool input_ended; /* and the interactor knows */
	bool out_ended;   /* standard output was closed: nothing more comes */
	int where;        /* what has not taken all there is for it, UI_OUT, ...; 0: none */
};

/* Chooses the interactor by the plan and by what standard input and output are. whom: as in
 * interactor_config; NULL: a terminal is no input for a pipe. 0, or the exit status. */
int terminal_io_open(struct terminal_io *s, const struct plan *plan, const char *whom);
/* Says what is left to say, restores the terminal; also after a failed open. */
void terminal_io_close(struct terminal_io *s);

/* All of standard output is written, and its reader is to see the end. */
void terminal_io_end_output(struct terminal_io *s);
/* What standard output has not taken need not be written. */
void terminal_io_drop_output(struct terminal_io *s);

/* What to wait for. want_input: the program can use more. */
void terminal_io_watch(const struct terminal_io *s, bool want_input, uint64_t now,
                       struct watch watches[static TERMINAL_IO_WATCHES]);
uint64_t terminal_io_deadline(const struct terminal_io *s);
/* After a wait, first of all: what time it is in this turn. */
void terminal_io_clock(struct terminal_io *s);
/* After a wait: reads what there is room for, written for conversation conv (ui/speech.h). True: a
 * byte or more. */
bool terminal_io_read(struct terminal_io *s, const struct watch watches[static TERMINAL_IO_WATCHES],
                      uint64_t conv, uint64_t now);
/* Reads everything that was typed at a terminal that gives whole lines, also the line that still
 * waits for its Enter, as written for conversation conv. Elsewhere nothing. */
void terminal_io_read_typed(struct terminal_io *s, uint64_t conv, uint64_t now);
bool terminal_io_ready(
    const struct terminal_io *s); /* more input, or its end, can be read at once */
/* Before what was written is confirmed to a peer: sees whether somebody is left to read it. */
void terminal_io_check(struct terminal_io *s);

/* Shows an event; its time is filled in. False: there is no room for it now. */
bool terminal_io_try(struct terminal_io *s, struct event *event);
/* The program's own events: room is made, if that can be done, and the log gets its line. False: it
 * was not shown. */
bool terminal_io_show(struct terminal_io *s, struct event *event);
/* What the log keeps of an event that need not be shown. Never what is said, never a code. */
void terminal_io_log(const struct event *event);
/* There might be no room for one: news waits where it is until standard output takes more. */
bool terminal_io_crowded(struct terminal_io *s);
/* Writes what goes. True: everything the interactor had is written; at a socket, to somebody. */
bool terminal_io_flush(struct terminal_io *s);
/* ... who wants to hear what peers say. */
bool terminal_io_hears(const struct terminal_io *s);

/* From now on what is said is kept in this file, which is then ours; -1: no longer. */
void terminal_io_keep(struct terminal_io *s, int fd);

void terminal_io_suspend(struct terminal_io *s); /* Ctrl-Z: returns when the program goes on */
/* One that does not end the program: the window has changed, we go on, the log was moved away. */
void terminal_io_signal(struct terminal_io *s, int number);
