/* interactor: the end user's side: keys in, screen bytes out. console (terminal), lines (plain stdin and stdout), json (one object a
 * line), pipe (raw bytes). Pure: the program reads stdin and writes stdout and stderr. */
#ifndef UI_INTERACTOR_H
#define UI_INTERACTOR_H

#include "chat/chat.h"

enum { UI_OUT = 1, UI_ERR = 2 };  /* stdout: data; stderr: talk */

struct interactor_config {
	unsigned columns, rows;       /* console */
	bool colour;                  /* terminal, no NO_COLOR, TERM not dumb */
	bool utf8;                    /* the terminal shows UTF-8 */
	bool dumb;                    /* TERM=dumb: no cursor movement at all */
	bool quiet;                   /* -q: errors and data only */
	const char *version;
};

enum command_kind {
	COMMAND_TEXT,    /* text: a message; id: json's own name for it, or empty */
	COMMAND_BYTES,   /* text: bytes of the pipe */
	COMMAND_QUIT,    /* the user leaves: Ctrl-D, /quit, end of input */
	COMMAND_STOP,    /* the user breaks off: Ctrl-C in the console */
	COMMAND_WHO,
	COMMAND_SUSPEND  /* Ctrl-Z in the console */
};

/* text and id: valid until the next take or input. */
struct command {
	enum command_kind kind;
	struct span text, id;
};

struct interactor {
	const struct interactor_class *class;
};

struct interactor_class {
	const char *name;
	enum mode mode;              /* pipe: MODE_PIPE, others MODE_CHAT */
	bool terminal;               /* wants raw keys from a terminal */
	size_t size;

	enum err (*init)(struct interactor *ui, const struct interactor_config *config);
	void (*end)(struct interactor *ui);      /* restores what it drew (leaves the line); poll output once more */
	size_t (*room)(const struct interactor *ui); /* how many input bytes it takes now; 0: take commands first */
	void (*input)(struct interactor *ui, struct span keys, uint64_t now); /* at most room bytes */
	void (*input_end)(struct interactor *ui); /* end of input */
	uint64_t (*deadline)(const struct interactor *ui); /* a lone Escape is decided by time; else NEVER */
	void (*tick)(struct interactor *ui, uint64_t now);
	/* The next thing the user wants. A TEXT or BYTES that the chat could not take whole: taken() says how many bytes were;
	 * the rest comes again (texts: all or nothing). Without taken() before the next take() it counts as taken whole. */
	bool (*take)(struct interactor *ui, struct command *command);
	void (*taken)(struct interactor *ui, size_t len);
	/* False: no room for it now; show it again after output. The pipe copies as much of EVENT_BYTES as it has room for and tells in *used. */
	bool (*show)(struct interactor *ui, const struct event *event, size_t *used);
	void (*resize)(struct interactor *ui, unsigned columns, unsigned rows);
	/* Bytes for UI_OUT or UI_ERR, in order over both; 0: none. */
	size_t (*output)(struct interactor *ui, int *where, uint8_t *out, size_t cap);
};

extern const struct interactor_class *const interactor_classes[]; /* ended by NULL */
const struct interactor_class *interactor_class_named(struct span name);
struct interactor *interactor_new(const struct interactor_class *class, const struct interactor_config *config);
void interactor_free(struct interactor *ui); /* wipes */

#endif
