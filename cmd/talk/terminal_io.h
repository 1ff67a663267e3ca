/* screen: the interactor on its descriptors: keys from standard input, bytes to standard output and
 * error, never blocking. */
#ifndef CMD_TALK_TERMINAL_IO_H
#define CMD_TALK_TERMINAL_IO_H

#include "cmd/options.h"
#include "os/net.h"
#include "ui/interactor.h"

enum { SCREEN_CHUNK = 16384, SCREEN_WATCHES = 2 };

struct screen {
	struct interactor *ui;
	bool terminal;                /* raw keys: a person sits there */
	bool background;              /* of a terminal, whose mode is others' now */
	bool input_ended;             /* and the interactor knows */
	enum err in_err;              /* standard input failed: that is no end of it */
	const char *in_why, *out_why; /* the system's words */
	enum err out_err;   /* standard output failed: ERR_CUT nobody reads it, ERR_LOCAL */
	uint64_t out_bytes; /* that standard output has taken */
	/* what the interactor has given and the descriptor has not taken */
	int where;
	size_t start, len;
	uint8_t chunk[SCREEN_CHUNK];
};

/* Chooses the interactor by the options and by what standard input and output are. serving: a
 * terminal is no input for a pipe. 0, or the exit code. */
int screen_open(struct screen *s, const struct options *o, bool serving);
void screen_close(struct screen *s); /* says what is left to say, restores the terminal; also after
					a failed open */

/* What to wait for. want_input: the program can use more. */
void screen_watch(const struct screen *s, bool want_input,
                  struct watch watches[static SCREEN_WATCHES]);
uint64_t screen_deadline(const struct screen *s);
/* After a wait: reads what there is room for, written for conversation conv (ui/address.h). True: a
 * byte or more. */
bool screen_read(struct screen *s, const struct watch watches[static SCREEN_WATCHES], uint64_t conv,
                 uint64_t now);
/* Reads everything that was typed at a terminal that gives whole lines, also the line that still
 * waits for its Enter, as written for conversation conv. Elsewhere nothing. */
void screen_read_typed(struct screen *s, uint64_t conv, uint64_t now);
bool screen_ready(const struct screen *s); /* more input, or its end, can be read at once */
/* Before what was written is confirmed to a peer: out_err is set when nobody is left to read it. */
void screen_check(struct screen *s);

/* The program's own events: time is filled in. False: no room, it was not shown. */
bool screen_show(struct screen *s, struct event *event);
/* There might be no room for one: news waits where it is until standard output takes more. */
bool screen_crowded(struct screen *s);
/* Writes what goes. True: everything the interactor had is written. */
bool screen_flush(struct screen *s);

void screen_resized(struct screen *s);
void screen_suspend(struct screen *s); /* Ctrl-Z: returns when the program goes on */
void screen_continued(struct screen *s);

#endif
