/* interactor: the end user's side: keys in, screen bytes out. console (terminal), lines (plain stdin and stdout), json (one object a
 * line), pipe (raw bytes). Pure: the program reads stdin and writes stdout and stderr. */
#ifndef UI_INTERACTOR_H
#define UI_INTERACTOR_H

#include "chat/chat.h"

enum { UI_OUT = 1, UI_ERR = 2 }; /* stdout: data; stderr: talk */

struct interactor_config {
	unsigned columns, rows; /* console */
	bool colour;            /* terminal, no NO_COLOR, TERM not dumb */
	bool utf8;              /* the terminal shows UTF-8 */
	bool dumb;              /* TERM=dumb: no cursor movement at all */
	bool quiet;             /* -q: errors and data only */
	bool
	    keep; /* there may be more than one conversation: json wants each message to name its own */
	const char *version;
};

enum command_kind {
	COMMAND_TEXT, /* text: a message, may be empty; more: it goes on in the next; id: json's own name for it, or empty */
	COMMAND_BYTES, /* text: bytes of the pipe */
	COMMAND_END,   /* input is at its end, and everything in it was taken */
	COMMAND_QUIT,  /* the user leaves: Ctrl-D, /quit */
	COMMAND_STOP,  /* the user breaks off: Ctrl-C in the console */
	COMMAND_WHO,
	COMMAND_SUSPEND /* Ctrl-Z in the console */
};

/* text and id: valid until the next take or input. */
struct command {
	enum command_kind kind;
	uint64_t conv; /* TEXT, BYTES: for which conversation it was written: see ui/address.h */
	struct span text, id;
	bool more;
};

/* What became of a TEXT or of BYTES. */
enum answer {
	ANSWER_TAKEN, /* a text whole; of bytes so many */
	ANSWER_LATER, /* it is to come again */
	ANSWER_OVER,  /* it will never be sent: its conversation is over */
	ANSWER_NOBODY /* ... there is nobody it could be for */
};

struct interactor {
	const struct interactor_class *class;
};

struct interactor_class {
	const char *name;
	enum mode mode; /* pipe: MODE_PIPE, others MODE_CHAT */
	bool terminal;  /* wants raw keys from a terminal */
	size_t size;

	enum err (*init)(struct interactor *ui, const struct interactor_config *config);
	void (*end)(struct interactor
	                *ui); /* restores what it drew (leaves the line); poll output once more */
	size_t (*room)(const struct interactor
	                   *ui); /* how many input bytes it takes now; 0: take commands first */
	/* At most room bytes; written for conversation conv (address_now). */
	void (*input)(struct interactor *ui, struct span keys, uint64_t conv, uint64_t now);
	void (*input_end)(struct interactor *ui); /* end of input */
	uint64_t (*deadline)(
	    const struct interactor *ui); /* a lone Escape is decided by time; else NEVER */
	void (*tick)(struct interactor *ui, uint64_t now);
	/* The next thing the user wants. answer() says what became of a TEXT or BYTES; without it before the next take() it counts
	 * as taken whole. len: bytes taken of BYTES, the rest comes again. */
	bool (*take)(struct interactor *ui, struct command *command);
	void (*answer)(struct interactor *ui, enum answer answer, size_t len);
	/* How many texts (the pipe: bytes) are here that no take() has given, or none that was taken. */
	uint64_t (*unsent)(const struct interactor *ui);
	/* False: no room for it now; show it again after output. The pipe copies as much of EVENT_BYTES as it has room for and tells in *used. */
	bool (*show)(struct interactor *ui, const struct event *event, size_t *used);
	/* There might be no room for an event of the program: it waits with news until output has been fetched. */
	bool (*crowded)(const struct interactor *ui);
	void (*resize)(struct interactor *ui, unsigned columns, unsigned rows);
	/* Bytes for UI_OUT or UI_ERR, in order over both; 0: none. */
	size_t (*output)(struct interactor *ui, int *where, uint8_t *out, size_t cap);
};

extern const struct interactor_class *const interactor_classes[]; /* ended by NULL */
const struct interactor_class *interactor_class_named(struct span name);
struct interactor *interactor_new(const struct interactor_class *class,
                                  const struct interactor_config *config);
void interactor_free(struct interactor *ui); /* wipes */

#endif
