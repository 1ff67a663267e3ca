/* interactor: the user's side: keys in, bytes for the screen out. There are console (a terminal),
 * lines (plain text), json (one object a line; as web, for a page) and pipe (raw bytes);
 * interactors.c lists them.
 * Pure: the program reads stdin and writes stdout and stderr. */
#pragma once

#include "chat/chat.h"
#include "ui/queue.h"
#include "ui/sentences.h"

struct interactor_config {
	unsigned columns, rows; /* console; 0: not known */
	bool colour;            /* a terminal, NO_COLOR is not set, TERM is not dumb */
	bool utf8;              /* the terminal shows UTF-8 */
	bool dumb;              /* TERM=dumb: no cursor movement at all */
	bool quiet;             /* -q: errors and data only */
	bool keep;              /* there may be more than one conversation, one after another */
	bool several;           /* ... or at a time */
	bool numbered;          /* json: each event has its number */
	bool one;               /* lines: the whole input is one message */
	bool bell;              /* rung when the peer says something */
	/* connect: the name of the only peer, "" while it is not known. NULL: others come to us.
	 * Copied. */
	const char *whom;
};

/* How long a person needs to read who is here now. */
#define CONV_READ_US (1500 * MS)

enum command_kind {
	/* A message, may be empty. more: it goes on in the next. id: json's own name for it, or
	 * empty. peer: a contact's name, who is not here; or empty. */
	COMMAND_TEXT,
	COMMAND_BYTES, /* text: bytes of the pipe */
	COMMAND_END,   /* the input has ended, and everything in it was taken; not after QUIT */
	/* The user faces conversation conv now. settle: not by choice, so they have still to read
	 * it. */
	COMMAND_TO,
	COMMAND_QUIT,   /* the user leaves: Ctrl-D, /quit */
	COMMAND_STOP,   /* the user breaks off: Ctrl-C in the console */
	COMMAND_WHO,    /* the user asks who is there */
	COMMAND_HANGUP, /* the user ends the conversation conv, and not the program */
	/* The user says what fingerprint somebody's key has: text; empty: they ask how to do it.
	 * peer: a contact's name; empty: who is here. */
	COMMAND_VERIFY,
	COMMAND_CONTACTS, /* the user asks for the contacts */
	COMMAND_SUSPEND,  /* Ctrl-Z in the console */
	COMMAND_NICK,     /* text: what those who come next are told to call the user */
	COMMAND_INVITE,   /* a code is wanted, for somebody new: EVENT_CODE or EVENT_ERROR */
	COMMAND_LOG,      /* text: "on" or "off": what is said is kept in a file: interactor_keep */
	COMMAND_FILE,     /* text: a file whose text is wanted: EVENT_FILE or EVENT_ERROR */
	COMMAND_SEND,     /* text: a file or folder, for the peer. peer: as for TEXT */
	COMMAND_UPLOAD,   /* text: a list of files whose bytes are handed in: cmd/upload.h */
	COMMAND_ACCEPT,   /* text: the number of an offer of files; or empty, the only one */
	COMMAND_REJECT,   /* the same */
	COMMAND_FILES,    /* the user asks what files are going to and fro */
	COMMAND_NAMES     /* text: how names of files begin that are wanted: EVENT_NAMES */
};

/* Spans are valid until the next take or input. id: also of a command that is answered by an
 * event, which then has it. */
struct command {
	enum command_kind kind;
	uint64_t conv; /* TEXT, BYTES, HANGUP: the conversation it was written for; TO */
	struct span text, id, peer;
	bool more, settle;
};

/* What became of a TEXT or of BYTES. */
enum answer {
	ANSWER_TAKEN,  /* a text whole; of bytes so many */
	ANSWER_KEPT,   /* a text whole, for later: it is in the outbox */
	ANSWER_LATER,  /* it is to come again */
	ANSWER_OVER,   /* it will never be sent: its conversation is over */
	ANSWER_NOBODY, /* it will never be sent: there was nobody it was meant for */
	ANSWER_CROWDED /* ... its peer takes nothing more, and others are here */
};

enum {
	/* What the chat leaves free: the program's events need room even when nobody reads the
	 * output. As much as the longest text, all of \u0001 escapes, and what goes around it. */
	OUT_RESERVE = LIMIT_TEXT * 6 + 4096,
	OUT_SIZE = 3 * OUT_RESERVE
};

/* What each interactor begins with. Its class reads the configuration and whether it has ended, and
 * uses the queues and the sentences; the rest is interactor.c's. */
struct interactor {
	const struct interactor_class *class;
	struct interactor_config config;
	bool handed; /* a TEXT or BYTES of handed_len was given out, and not answered yet */
	size_t handed_len;
	uint64_t unix_ms;       /* interactor_clock */
	uint32_t date, clock_s; /* as in struct event; of the last one, or of interactor_clock */
	bool begun, ended;      /* a byte of input came; END or QUIT was given out */
	bool keeps;             /* what is said goes to UI_KEPT, too */
	struct queue in;        /* what was typed, as it came */
	struct queue out;       /* what is shown */
	struct sentences sentences;
	uint8_t out_bytes[OUT_SIZE];
};

/* A class fills in show; take together with answer; and of the others only those in which it has
 * something to do: the functions below work without them. */
struct interactor_class {
	const char *name;
	const char *page; /* its name where it is for a page in a browser; NULL: it is not */
	enum mode mode;   /* pipe: MODE_PIPE, others MODE_CHAT */
	bool terminal;    /* wants single keys from a terminal */
	unsigned peers;   /* talked with at a time, if the user does not say how many */
	bool only_data;   /* all its output is data, to be written even when the user breaks off */
	bool whole;     /* input from a file or a pipe is one text: the peer must stay to its end */
	bool addressed; /* a TEXT names its conversation itself, and goes to no other */
	/* Where several are here, the user chooses whom to face (COMMAND_TO). After a TEXT that is
	 * to come again, take gives the next that is for somebody else. */
	bool chooses;
	size_t size;    /* of the struct that begins with struct interactor */
	size_t waiting; /* bytes of input that wait at most; 0: it has room and input of its own */

	void (*init)(struct interactor *ui);
	bool (*show)(struct interactor *ui, const struct event *event);

	void (*draw)(struct interactor *ui); /* all output was written: more may follow */
	void (*end)(struct interactor *ui);
	size_t (*room)(const struct interactor *ui);
	void (*input)(struct interactor *ui, struct span keys, uint64_t conv, uint64_t now);
	void (*input_end)(struct interactor *ui);
	uint64_t (*deadline)(const struct interactor *ui);
	void (*timer)(struct interactor *ui, uint64_t now);
	/* the next command but COMMAND_END; command is all zero before */
	bool (*take)(struct interactor *ui, struct command *command);
	/* about the last TEXT or BYTES, once. used: bytes of it that do not come again */
	void (*answer)(struct interactor *ui, enum answer answer, size_t used);
	uint64_t (*unsent)(const struct interactor *ui);
	void (*resize)(struct interactor *ui, unsigned columns, unsigned rows);
};

extern const struct interactor_class *const interactor_classes[]; /* interactors.c; ended by NULL */
const struct interactor_class *interactor_class_named(struct span name);
/* The names that a user can choose, one after the other: all but the pipe's. NULL: no more. */
const char *interactor_name(size_t wanted);
struct interactor *interactor_new(const struct interactor_class *class,
                                  const struct interactor_config *config); /* NULL: no memory */
void interactor_free(struct interactor *ui);                               /* wipes */

/* False: no room for it now; show it again after output. Of EVENT_BYTES, a pipe copies as many as
 * it has room for, and when they are shown again, the rest. */
bool interactor_show(struct interactor *ui, const struct event *event);
/* The next bytes for UI_OUT, UI_ERR or UI_KEPT, in order over all, until interactor_written says
 * how many of them were written; valid until the next call. None: *where is 0. */
struct span interactor_output(struct interactor *ui, int *where);
void interactor_written(struct interactor *ui, size_t len);
/* There may be no room for an event of the program, which should hold back news until output has
 * been fetched. */
bool interactor_crowded(const struct interactor *ui);
/* Restores the terminal; poll output once more. */
void interactor_end(struct interactor *ui);

/* Input bytes it takes now; 0: take commands first. */
size_t interactor_room(const struct interactor *ui);
/* Where that much may be read to, for interactor_input to take it without copying; until then
 * nothing else may be called. NULL: there is no such place. */
uint8_t *interactor_place(struct interactor *ui);
/* keys: at most room bytes, written for conversation conv (speech_now). */
void interactor_input(struct interactor *ui, struct span keys, uint64_t conv, uint64_t now);
void interactor_input_end(struct interactor *ui);
/* When to call interactor_timer (a lone Escape is decided by time); or NEVER. */
uint64_t interactor_deadline(const struct interactor *ui);
void interactor_timer(struct interactor *ui, uint64_t now);
/* From now on the console also writes what is said to UI_KEPT, a line each; or no longer. */
void interactor_keep(struct interactor *ui, bool on);
/* What the clock says, in milliseconds since 1970, and as in struct event: for what is no event of
 * the program, as an answer, or a line that the user has typed. */
void interactor_clock(struct interactor *ui, uint64_t unix_ms, uint32_t date, uint32_t clock_s);
/* The next thing the user wants. False: nothing. interactor_answer says what became of a TEXT or
 * BYTES; without it before the next take it counts as taken whole. len: bytes taken of BYTES, the
 * rest comes again. */
bool interactor_take(struct interactor *ui, struct command *command);
void interactor_answer(struct interactor *ui, enum answer answer, size_t len);
/* Why a text was not sent that names nobody, when nobody is here: UNSENT_ABSENT where one that
 * begins with the name of a contact would be kept. */
enum unsent interactor_absent(const struct interactor *ui);
/* Texts (of a pipe: bytes) that were typed and have not been taken. */
uint64_t interactor_unsent(const struct interactor *ui);
void interactor_resize(struct interactor *ui, unsigned columns, unsigned rows);
