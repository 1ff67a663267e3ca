/* options: one table describes every option of every subcommand: its letter and name, its
 * argument, and where it may be given. The command line, settings files, the environment and help
 * all work from that table; its line of help is in cmd/texts.txt. */
#pragma once

#include "base/limits.h"
#include "base/text.h"

enum {
	FOR_SERVE = 1,
	FOR_CONNECT = 2,
	FOR_TALK = FOR_SERVE | FOR_CONNECT,
	FOR_SIGNAL = 4,
	FOR_KEYGEN = 8,
	FOR_PEERS = 16,
	FOR_HELP = 32,
	FOR_CHECK = 64,
	FOR_SEND = 128,
	FOR_RECEIVE = 256,
	FOR_SAY = 512,
	FOR_FILES = FOR_SEND | FOR_RECEIVE,
	FOR_MEET = FOR_TALK | FOR_SAY | FOR_FILES,
	FOR_ALL = 0xffff
};

#define KEYGEN_ACCESS "access" /* of --type: a key for a closed server */

enum {
	LIMIT_ARGUMENTS = 16, /* words that are not options; send has no limit */
	LIMIT_OPTIONS = 56    /* rows of the table */
};

/* Where a value was given, the stronger first. */
enum option_from { FROM_NOWHERE, FROM_COMMAND, FROM_ENVIRONMENT, FROM_OWN_FILE, FROM_HOST_FILE };

/* What a LIST was given, in order. */
struct option_list {
	size_t count;
	const char *at[LIMIT_CONTACTS];
};

/* Texts are NULL if they were not given, and live as long as argv, the environment or the settings
 * they came from. */
struct options {
	unsigned command; /* FOR_... */
	const char *crypto, *identity, *signal, *ui, *nick, *dir, *log, *timeout, *name, *relay,
	    *type, *bits, *file, *words, *proxy, *memory, *punch, *completion, *max, *to, *quota,
	    *access, *profile, *export, *import, *outbox, *inbox, *socket, *user, *metrics, *alive;
	bool json, offers, qr, pipe, tofu, bell, no_relay, relay_only, relay_lines, insecure, keep,
	    later, show, yes, stats, verbose, quiet, help, version;
	char **arguments; /* in argv, whose words move to its front */
	size_t arguments_count;
	struct option_list allow, listen, accept_from;
	enum option_from from[LIMIT_OPTIONS]; /* of each row of the table */
};

/* TEXT is kept as it was written, and so is a FILE; the rest is read as a token (base/token.h).
 * A LIST may be given many times. */
enum option_kind {
	OPTION_FLAG,
	OPTION_TEXT,
	OPTION_FILE,
	OPTION_TOKEN,
	OPTION_LIST,
	OPTION_NUMBER,
	OPTION_CHOICE
};

struct option {
	const char *name, *argument;
	char letter;       /* 0: none */
	uint8_t kind;      /* enum option_kind */
	uint16_t commands; /* FOR_...: where it may be given */
	uint16_t setting;  /* ... for which of them also in a settings file */
	uint16_t offset;   /* of its field in struct options */
	union {
		struct {
			unsigned min, max;
		};                               /* NUMBER */
		const char *(*choice)(size_t i); /* CHOICE: the words there are, then NULL */
	};
	const char *usual;       /* CHOICE: its default in words; NULL: the first word; "": none */
	const char *environment; /* NULL: none */
};

extern const struct option options_table[]; /* ended by a name of NULL */

/* Reads argv[1..], and tidies the words in it, but for what say is to say, and those of send, which
 * may be names of files. False: *why, which was empty, says what is wrong. */
bool options_parse(struct options *o, unsigned command, int argc, char **argv, struct text *why);

/* The i-th word that a choice may be for a command; NULL: there are not so many. */
const char *options_choice(const struct option *row, unsigned command, size_t i);

const struct option *options_named(struct span name); /* NULL: none */
/* What value, which may change, means for this option, which is no flag; NULL: what would be right
 * is added to *why. */
char *options_read(const struct option *row, char *value, struct text *why);
/* Gives an option what options_read read. A flag: off when value is NULL; a list: each word of
 * "a, b". False: too many. */
bool options_set(struct options *o, const struct option *row, char *value, enum option_from from);
/* Its value, for people: of a list "a, b", of a flag "yes" or "no". */
void options_show(const struct options *o, const struct option *row, struct text *out);
/* As if it had not been given. */
void options_unset(struct options *o, const struct option *row);
/* Has it a value? A flag: is it on? */
bool options_have(const struct options *o, const struct option *row);
/* Where it was given. */
enum option_from options_from(const struct options *o, const struct option *row);

/* The number of an option whose value was checked; otherwise: it was not given. */
uint64_t options_number(const char *value, uint64_t otherwise);
