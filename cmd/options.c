/* options: see options.h. */
#include "cmd/options.h"

#include <string.h>

#include "base/assert.h"
#include "cmd/nearest.h"

#define AT(field)           offsetof(struct options, field)
#define FLAG(field)         .kind = OPTION_FLAG, .offset = AT(field)
#define TEXT(field)         .kind = OPTION_TEXT, .offset = AT(field)
#define NUMBER(field)       .kind = OPTION_NUMBER, .offset = AT(field)
#define CHOICE(field, list) .kind = OPTION_CHOICE, .offset = AT(field), .choices = list

const struct option option_table[] = {
	{ 's', "signal", "LIST", TEXT(signal), .commands = FOR_TALK, .environment = "SCHAT_SIGNAL",
	  .setting = true, .help = "signaling servers to meet at: HOST[:PORT], several by commas" },
	{ 'c', "crypto", "SUITE", CHOICE(crypto, "noise rsa pseudo"), .commands = FOR_TALK,
	  .setting = true,
	  .help = "noise (default), rsa, or pseudo (no secrecy; needs --insecure)" },
	{ 'i', "identity", "FILE", TEXT(identity), .commands = FOR_TALK,
	  .environment = "SCHAT_IDENTITY", .setting = true,
	  .help = "private key to be known by (default: made on first use)" },
	{ 'n', "nick", "NICK", TEXT(nick), .commands = FOR_TALK, .environment = "SCHAT_NICK",
	  .setting = true, .help = "what the peer may call you (default: $USER)" },
	{ 0, "name", "NAME", TEXT(name), .commands = FOR_TALK,
	  .help = "save a new peer under this name (default: its nick)" },
	{ 0, "allow", "NAME", .kind = OPTION_LIST, .offset = AT(allow), .commands = FOR_SERVE,
	  .help = "wait for this contact alone, without a code; may be repeated" },
	{ 0, "words", "N", CHOICE(words, "2 3 4"), .commands = FOR_SERVE, .setting = true,
	  .help = "words of the code: 2 (default), or 3 or 4 for one that does not die of wrong "
	          "tries" },
	{ 0, "keep", NULL, FLAG(keep), .commands = FOR_SERVE,
	  .help = "wait for the next peer when one has gone" },
	{ 0, "tofu", NULL, FLAG(tofu), .commands = FOR_TALK,
	  .help = "trust a new peer's key on first use; compare the words it shows" },
	{ 0, "pipe", NULL, FLAG(pipe), .commands = FOR_TALK,
	  .help = "raw bytes: stdin to the peer's stdout, and back" },
	{ 0, "ui", "KIND", CHOICE(ui, "console lines json"), .commands = FOR_TALK, .setting = true,
	  .help = "console (default on a terminal), lines, or json (one object a line)" },
	{ 0, "no-relay", NULL, FLAG(no_relay), .commands = FOR_TALK, .setting = true,
	  .help = "never send what is said through the signaling server" },
	{ 0, "relay-only", NULL, FLAG(relay_only), .commands = FOR_TALK, .setting = true,
	  .help = "never show the peer an address of this host" },
	{ 0, "timeout", "SEC", NUMBER(timeout), .commands = FOR_TALK, .setting = true,
	  .help =
	      "give a conversation (connect: also meeting) up after so long in silence; 0: never" },
	{ 0, "insecure", NULL, FLAG(insecure), .commands = FOR_TALK,
	  .help = "allow a suite that hides nothing" },
	{ 'l', "listen", "ADDR:PORT", TEXT(listen), .commands = FOR_SIGNAL, .setting = true,
	  .help = "where to listen (default: every address, port " LIMIT_PORT_TEXT ")" },
	{ 0, "relay", "KBIT", NUMBER(relay), .missing = "64", .commands = FOR_SIGNAL,
	  .setting = true,
	  .help = "kbit/s a pair of peers may send through here (default 64; 0: handshakes only)" },
	{ 't', "type", "TYPE", CHOICE(type, "x25519 rsa"), .commands = FOR_KEYGEN,
	  .help = "x25519 (default) or rsa" },
	{ 'b', "bits", "BITS", NUMBER(bits), .commands = FOR_KEYGEN,
	  .help = "size of an RSA key: 2048 (default) to 4096" },
	{ 'f', "file", "FILE", TEXT(file), .commands = FOR_KEYGEN,
	  .help = "where to write the key (FILE.pub gets the public one)" },
	{ 0, "show", NULL, FLAG(show), .commands = FOR_KEYGEN,
	  .help = "make nothing: show the key that is there" },
	{ 0, "log", "FILE", TEXT(log), .commands = FOR_TALK | FOR_SIGNAL, .setting = true,
	  .help = "append what happens to FILE (never what is said)" },
	{ 'v', "verbose", NULL, FLAG(verbose), .commands = FOR_ALL,
	  .help = "say more: which server, which path" },
	{ 'q', "quiet", NULL, FLAG(quiet), .commands = FOR_ALL, .help = "say nothing but errors" },
	{ 'h', "help", NULL, FLAG(help), .commands = FOR_ALL, .help = "this text" },
	{ 'V', "version", NULL, FLAG(version), .commands = FOR_ALL, .help = "the version" },
	{ .name = NULL },
};

static void *field(const struct options *o, const struct option *row)
{
	return (uint8_t *)(uintptr_t)o + row->offset;
}

const struct option *option_named(struct span name)
{
	for (const struct option *row = option_table; row->name; row++)
		if (span_is(name, row->name))
			return row;
	return NULL;
}

static const struct option *option_lettered(char letter)
{
	for (const struct option *row = option_table; row->name; row++)
		if (row->letter == letter)
			return row;
	return NULL;
}

static bool choice_good(const char *choices, const char *value, struct text *why)
{
	struct nearest near = nearest_to(span_text(value));
	static char words[8][16]; /* the nearest one outlives the loop */
	size_t count = 0;
	for (const char *at = choices; *at && count < 8; count++) {
		size_t len = strcspn(at, " ");
		struct text word = text_of(words[count], sizeof words[count]);
		text_add_span(&word, span_of(at, len));
		if (strcmp(words[count], value) == 0)
			return true;
		nearest_offer(&near, words[count]);
		at += len + (at[len] == ' ');
	}
	text_add(why, "'");
	text_add(why, value);
	text_add(why, "' is none of: ");
	text_add(why, choices);
	if (near.best) {
		text_add(why, ". Did you mean '");
		text_add(why, near.best);
		text_add(why, "'?");
	}
	return false;
}

bool option_value_good(const struct option *row, const char *value, struct text *why)
{
	uint64_t number;
	if (row->kind == OPTION_CHOICE)
		return choice_good(row->choices, value, why);
	if (row->kind == OPTION_NUMBER && !text_read_u64(span_text(value), 100000000, &number)) {
		text_add(why, "'");
		text_add(why, value);
		text_add(why, "' is not a number");
		return false;
	}
	if (row->kind != OPTION_FLAG && *value == 0) {
		text_add(why, "it needs a value");
		return false;
	}
	return true;
}

bool option_is_set(const struct options *o, const struct option *row)
{
	if (row->kind == OPTION_FLAG)
		return *(const bool *)field(o, row);
	if (row->kind == OPTION_LIST)
		return o->allow_count > 0;
	return *(const char *const *)field(o, row) != NULL;
}

void option_set(struct options *o, const struct option *row, const char *value)
{
	if (row->kind == OPTION_FLAG)
		*(bool *)field(o, row) = value != NULL;
	else if (row->kind == OPTION_LIST)
		o->allow[o->allow_count++] = value;
	else
		*(const char **)field(o, row) = value;
}

void option_copy(struct options *to, const struct options *from, const struct option *row)
{
	if (row->kind == OPTION_FLAG)
		*(bool *)field(to, row) = *(const bool *)field(from, row);
	else if (row->kind != OPTION_LIST)
		*(const char **)field(to, row) = *(const char *const *)field(from, row);
}

uint64_t option_number(const char *value, uint64_t otherwise)
{
	uint64_t number = otherwise;
	if (value)
		(void)text_read_u64(span_text(value), UINT64_MAX, &number);
	return number;
}

/* --- the command line --- */

static bool unknown(struct span typed, const char *prefix, unsigned command, struct text *why)
{
	struct nearest near = nearest_to(typed);
	text_add(why, "unknown option ");
	text_add(why, prefix);
	text_add_span(why, typed);
	for (const struct option *row = option_table; row->name && prefix[1]; row++)
		if (row->commands & command)
			nearest_offer(&near, row->name);
	if (near.best) {
		text_add(why, ". Did you mean --");
		text_add(why, near.best);
		text_add(why, "?");
	}
	return false;
}

static bool refuse(const struct option *row, const char *what, struct text *why)
{
	text_add(why, "option --");
	text_add(why, row->name);
	text_add(why, what);
	return false;
}

static bool take_value(struct options *o, const struct option *row, const char *value,
                       struct text *why)
{
	if (row->kind == OPTION_LIST && o->allow_count == LIMIT_CONTACTS)
		return refuse(row, " is given too often", why);
	char sentence[192];
	struct text t = text_of(sentence, sizeof sentence);
	if (!option_value_good(row, value, &t)) {
		refuse(row, ": ", why);
		text_add(why, sentence);
		return false;
	}
	option_set(o, row, value);
	return true;
}

/* Words of argv, and the one being read. */
struct words {
	int count, at;
	char **list;
};

/* inline_value: what stands after '=' or after the letter; NULL: nothing. */
static bool take_option(struct options *o, const struct option *row, const char *inline_value,
                        struct words *w, struct text *why)
{
	if (!(row->commands & o->command))
		return refuse(row, " does not belong to this command", why);
	if (row->kind == OPTION_FLAG) {
		option_set(o, row, "yes");
		return true;
	}
	if (inline_value)
		return take_value(o, row, inline_value, why);
	if (row->missing)
		return take_value(o, row, row->missing, why);
	if (w->at + 1 >= w->count) {
		refuse(row, " needs a value: ", why);
		text_add(why, row->argument);
		return false;
	}
	return take_value(o, row, w->list[++w->at], why);
}

static bool long_option(struct options *o, const char *word, struct words *w, struct text *why)
{
	size_t len = strcspn(word, "=");
	const struct option *row = option_named(span_of(word, len));
	if (!row)
		return unknown(span_of(word, len), "--", o->command, why);
	if (row->kind == OPTION_FLAG && word[len])
		return refuse(row, " takes no value", why);
	return take_option(o, row, word[len] ? word + len + 1 : NULL, w, why);
}

static bool short_options(struct options *o, const char *letters, struct words *w, struct text *why)
{
	for (; *letters; letters++) {
		const struct option *row = option_lettered(*letters);
		if (!row)
			return unknown(span_of(letters, 1), "-", o->command, why);
		bool takes = row->kind != OPTION_FLAG;
		if (!take_option(o, row, takes && letters[1] ? letters + 1 : NULL, w, why))
			return false;
		if (takes)
			return true;
	}
	return true;
}

static bool take_argument(struct options *o, char *word, struct text *why)
{
	if (o->arguments_count == LIMIT_ARGUMENTS) {
		text_add(why, "too many arguments");
		return false;
	}
	o->arguments[o->arguments_count++] = word;
	return true;
}

bool options_parse(struct options *o, unsigned command, int argc, char **argv, struct text *why)
{
	struct words w = { argc, 1, argv };
	bool only_arguments = false, good = true;
	*o = (struct options){ .command = command };
	for (; good && w.at < w.count; w.at++) {
		char *word = w.list[w.at];
		if (only_arguments || word[0] != '-' || !word[1])
			good = take_argument(o, word, why);
		else if (strcmp(word, "--") == 0)
			only_arguments = true;
		else if (word[1] == '-')
			good = long_option(o, word + 2, &w, why);
		else
			good = short_options(o, word + 1, &w, why);
	}
	return good;
}

/* --- help --- */

void options_help(unsigned command, struct text *out)
{
	for (const struct option *row = option_table; row->name; row++) {
		if (!(row->commands & command))
			continue;
		size_t start = out->len;
		char letter[] = { '-', row->letter, ',', ' ', 0 };
		text_add(out, "  ");
		text_add(out, row->letter ? letter : "    ");
		text_add(out, "--");
		text_add(out, row->name);
		if (row->argument) {
			text_add(out, row->missing ? "[=" : " ");
			text_add(out, row->argument);
			text_add(out, row->missing ? "]" : "");
		}
		do
			text_add(out, " ");
		while (out->len - start < 26 && !out->cut);
		text_add(out, row->help);
		text_add(out, "\n");
	}
}
