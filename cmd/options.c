#include "cmd/options.h"

#include <string.h>

#include "base/token.h"
#include "cmd/nearest.h"
#include "crypto/code.h"
#include "crypto/encryptor.h"
#include "ui/interactor.h"

/* ---- the words that an option may have: names of classes ---- */

static const char *suite(size_t i)
{
	return encryptor_classes[i] ? encryptor_classes[i]->name : NULL;
}

/* The types of keys that suites need, each once, and what closed servers want. */
static const char *key_type(size_t wanted)
{
	for (size_t i = 0; encryptor_classes[i]; i++) {
		enum key_type type = encryptor_classes[i]->key_type;
		bool first = encryptor_class_for(type) == encryptor_classes[i];
		if (first && type != KEY_NONE && wanted-- == 0)
			return public_key_type_name(type);
	}
	return wanted == 0 ? KEYGEN_ACCESS : NULL;
}

/* A script for each is in cmd/texts.txt. */
static const char *shell(size_t i)
{
	return (const char *const[]){ "bash", "zsh", "fish", NULL }[i];
}

static const char *keeping(size_t i)
{
	return (const char *const[]){ "on", "off", NULL }[i];
}

static const char *punching(size_t i)
{
	return (const char *const[]){ "full", "easy", "off", NULL }[i];
}

/* ---- the table ---- */

#define AT(field)             offsetof(struct options, field)
#define FLAG(field)           .kind = OPTION_FLAG, .offset = AT(field)
#define TEXT(field)           .kind = OPTION_TEXT, .offset = AT(field)
#define PATH(field)           .kind = OPTION_FILE, .offset = AT(field)
#define TOKEN(field)          .kind = OPTION_TOKEN, .offset = AT(field)
#define LIST(field)           .kind = OPTION_LIST, .offset = AT(field)
#define NUMBER(field, lo, hi) .kind = OPTION_NUMBER, .offset = AT(field), .min = (lo), .max = (hi)
#define CHOICE(field, names)  .kind = OPTION_CHOICE, .offset = AT(field), .choice = (names)

const struct option options_table[] = {
	{ "signal", "LIST", 's', TOKEN(signal), .commands = FOR_MEET | FOR_CHECK,
	  .environment = "SCHAT_SIGNAL", .setting = FOR_ALL },
	{ "crypto", "SUITE", 'c', CHOICE(crypto, suite), .commands = FOR_MEET, .setting = FOR_ALL },
	{ "identity", "FILE", 'i', PATH(identity), .commands = FOR_MEET,
	  .environment = "SCHAT_IDENTITY", .setting = FOR_ALL },
	{ "nick", "NICK", 'n', TEXT(nick), .commands = FOR_MEET, .environment = "SCHAT_NICK",
	  .setting = FOR_ALL },
	{ "name", "NAME", TOKEN(name), .commands = FOR_MEET },
	{ "allow", "NAME", LIST(allow), .commands = FOR_SERVE | FOR_FILES, .setting = FOR_SERVE },
	{ "words", "N", NUMBER(words, CODE_WORDS, CODE_WORDS_MAX),
	  .commands = FOR_SERVE | FOR_FILES, .setting = FOR_ALL },
	{ "keep", NULL, FLAG(keep), .commands = FOR_TALK, .setting = FOR_SERVE },
	{ "max", "N", NUMBER(max, 1, LIMIT_PEERS), .commands = FOR_SERVE, .setting = FOR_ALL },
	{ "relay-lines", NULL, FLAG(relay_lines), .commands = FOR_SERVE, .setting = FOR_ALL },
	{ "tofu", NULL, FLAG(tofu), .commands = FOR_MEET },
	{ "pipe", NULL, FLAG(pipe), .commands = FOR_TALK },
	{ "to", "HOST:PORT", TOKEN(to), .commands = FOR_SERVE },
	{ "ui", "KIND", CHOICE(ui, interactor_name), .commands = FOR_TALK | FOR_FILES,
	  .setting = FOR_TALK, .usual = "console on a terminal, else lines" },
	{ "socket", "PATH", PATH(socket), .commands = FOR_TALK | FOR_SAY, .setting = FOR_SERVE },
	{ "bell", NULL, FLAG(bell), .commands = FOR_TALK, .setting = FOR_ALL },
	{ "no-relay", NULL, FLAG(no_relay), .commands = FOR_MEET, .setting = FOR_ALL },
	{ "relay-only", NULL, FLAG(relay_only), .commands = FOR_MEET, .setting = FOR_ALL },
	{ "inbox", "DIR", PATH(inbox), .commands = FOR_SERVE, .setting = FOR_SERVE },
	{ "outbox", "WHEN", CHOICE(outbox, keeping), .commands = FOR_TALK, .setting = FOR_ALL,
	  .usual = "on, if typed at a terminal" },
	{ "later", NULL, FLAG(later), .commands = FOR_SAY | FOR_SEND },
	{ "punch", "HOW", CHOICE(punch, punching), .commands = FOR_MEET, .setting = FOR_ALL },
	{ "proxy", "URL", TOKEN(proxy), .commands = FOR_MEET, .setting = FOR_ALL },
	{ "timeout", "SEC", NUMBER(timeout, 0, 100000000), .commands = FOR_MEET,
	  .setting = FOR_ALL },
	{ "memory", "KB", NUMBER(memory, 64, 1048576), .commands = FOR_MEET, .setting = FOR_ALL },
	{ "insecure", NULL, FLAG(insecure), .commands = FOR_MEET },
	{ "listen", "LIST", 'l', LIST(listen), .commands = FOR_SIGNAL | FOR_CONNECT | FOR_FILES,
	  .setting = FOR_SIGNAL },
	{ "relay", "KBIT", NUMBER(relay, 0, 100000000), .commands = FOR_SIGNAL,
	  .setting = FOR_ALL },
	{ "access", "FILE", PATH(access), .commands = FOR_SIGNAL, .setting = FOR_SIGNAL },
	{ "user", "NAME", TOKEN(user), .commands = FOR_SIGNAL, .setting = FOR_SIGNAL },
	{ "metrics", "PATH", PATH(metrics), .commands = FOR_SIGNAL, .setting = FOR_SIGNAL },
	{ "stats", NULL, FLAG(stats), .commands = FOR_SIGNAL },
	{ "alive", "FILE", PATH(alive), .commands = FOR_SIGNAL, .setting = FOR_SIGNAL },
	{ "type", "TYPE", 't', CHOICE(type, key_type), .commands = FOR_KEYGEN },
	{ "bits", "BITS", 'b', NUMBER(bits, 0, 100000000), .commands = FOR_KEYGEN },
	{ "file", "FILE", 'f', PATH(file), .commands = FOR_KEYGEN },
	{ "show", NULL, FLAG(show), .commands = FOR_KEYGEN },
	{ "export", "FILE", PATH(export), .commands = FOR_KEYGEN },
	{ "import", "FILE", PATH(import), .commands = FOR_KEYGEN },
	{ "qr", NULL, FLAG(qr), .commands = FOR_KEYGEN },
	{ "json", NULL, FLAG(json), .commands = FOR_CHECK | FOR_PEERS },
	{ "dir", "DIR", PATH(dir), .commands = FOR_TALK | FOR_RECEIVE, .setting = FOR_ALL },
	{ "completion", "SHELL", CHOICE(completion, shell), .commands = FOR_HELP, .usual = "" },
	{ "offers", NULL, FLAG(offers), .commands = FOR_HELP },
	{ "accept-from", "NAME", LIST(accept_from), .commands = FOR_TALK, .setting = FOR_ALL },
	{ "quota", "MB", NUMBER(quota, 1, 1000000000), .commands = FOR_TALK | FOR_RECEIVE,
	  .setting = FOR_TALK },
	{ "yes", NULL, 'y', FLAG(yes), .commands = FOR_RECEIVE },
	{ "log", "FILE", PATH(log), .commands = FOR_MEET | FOR_SIGNAL, .setting = FOR_ALL },
	{ "profile", "NAME", TOKEN(profile), .commands = FOR_ALL },
	{ "verbose", NULL, 'v', FLAG(verbose), .commands = FOR_ALL },
	{ "quiet", NULL, 'q', FLAG(quiet), .commands = FOR_ALL },
	{ "help", NULL, 'h', FLAG(help), .commands = FOR_ALL },
	{ "version", NULL, 'V', FLAG(version), .commands = FOR_ALL },
	{ .name = NULL },
};
_Static_assert(sizeof options_table / sizeof *options_table <= LIMIT_OPTIONS, "a row each");

static void *field(const struct options *o, const struct option *row)
{
	return (uint8_t *)(uintptr_t)o + row->offset;
}

const struct option *options_named(struct span name)
{
	for (const struct option *row = options_table; row->name; row++)
		if (span_is(name, row->name))
			return row;
	return NULL;
}

const char *options_choice(const struct option *row, unsigned command, size_t i)
{
	if (row->choice == interactor_name && (command & FOR_FILES))
		return i == 0 ? "json" : NULL; /* what they show people has no name */
	return row->choice(i);
}

static const struct option *option_lettered(char letter)
{
	for (const struct option *row = options_table; row->name; row++)
		if (row->letter == letter)
			return row;
	return NULL;
}

static bool choice_good(const struct option *row, const char *value, struct text *why)
{
	for (size_t i = 0; row->choice(i); i++)
		if (strcmp(row->choice(i), value) == 0)
			return true;
	text_add_format(why, "'%s' is not one of ", value);
	for (size_t i = 0; row->choice(i); i++)
		text_add_format(why, "%s%s", i > 0 ? ", " : "", row->choice(i));
	return false;
}

static bool number_good(const struct option *row, const char *value, struct text *why)
{
	uint64_t number;
	bool is_number = text_read_u64(span_text(value), UINT64_MAX, &number);
	if (is_number && number >= row->min && number <= row->max)
		return true;
	text_add_format(why, is_number ? "'%s' is out of range (%u to %u)" : "'%s' is not a number",
	                value, row->min, row->max);
	return false;
}

char *options_read(const struct option *row, char *value, struct text *why)
{
	bool good = true;
	if (row->kind != OPTION_TEXT && row->kind != OPTION_FILE)
		token_tidy(value);
	if (row->kind == OPTION_CHOICE)
		good = choice_good(row, value, why);
	else if (row->kind == OPTION_NUMBER)
		good = number_good(row, value, why);
	else if (*value == 0)
		text_add(why, "a value is missing");
	return good && *value ? value : NULL;
}

bool options_have(const struct options *o, const struct option *row)
{
	const void *at = field(o, row);
	return row->kind == OPTION_FLAG   ? *(const bool *)at
	       : row->kind == OPTION_LIST ? ((const struct option_list *)at)->count > 0
	                                  : *(const char *const *)at != NULL;
}

void options_show(const struct options *o, const struct option *row, struct text *out)
{
	const struct option_list *list = field(o, row);
	if (row->kind == OPTION_FLAG)
		text_add(out, options_have(o, row) ? "yes" : "no");
	else if (row->kind == OPTION_LIST)
		for (size_t i = 0; i < list->count; i++)
			text_add_format(out, "%s%s", i > 0 ? ", " : "", list->at[i]);
	else if (options_have(o, row))
		text_add(out, *(const char *const *)field(o, row));
}

static bool add_to_list(struct option_list *list, char *value)
{
	for (char *next; value; value = next) {
		next = strchr(value, ',');
		if (next)
			*next++ = 0;
		token_tidy(value);
		if (list->count == LIMIT_CONTACTS)
			return false;
		if (*value)
			list->at[list->count++] = value;
	}
	return true;
}

bool options_set(struct options *o, const struct option *row, char *value, enum option_from from)
{
	o->from[row - options_table] = from;
	if (row->kind == OPTION_LIST)
		return add_to_list(field(o, row), value);
	if (row->kind == OPTION_FLAG)
		*(bool *)field(o, row) = value != NULL;
	else
		*(const char **)field(o, row) = value;
	return true;
}

ONE_COPY enum option_from options_from(const struct options *o, const struct option *row)
{
	return o->from[row - options_table];
}

void options_unset(struct options *o, const struct option *row)
{
	if (row->kind == OPTION_LIST)
		((struct option_list *)field(o, row))->count = 0;
	(void)options_set(o, row, NULL, FROM_NOWHERE);
}

uint64_t options_number(const char *value, uint64_t otherwise)
{
	uint64_t number;
	return value && text_read_u64(span_text(value), UINT64_MAX, &number) ? number : otherwise;
}

/* ---- the command line ---- */

static bool unknown(struct span typed, const char *prefix, unsigned command, struct text *why)
{
	struct nearest near = nearest_to(typed);
	text_add_format(why, "unknown option %s", prefix);
	text_add_span(why, typed);
	for (const struct option *row = options_table; row->name && prefix[1]; row++)
		if (row->commands & command)
			nearest_offer(&near, row->name);
	if (near.best)
		text_add_format(why, ". Did you mean --%s?", near.best);
	return false;
}

static bool refuse(const struct option *row, const char *what, struct text *why)
{
	text_add_format(why, "option --%s%s", row->name, what);
	return false;
}

/* The words of argv, and the one being read. */
struct words {
	int count, at;
	char **list;
};

/* "--keep", and "--keep=no" where a settings file has it. */
static bool take_flag(struct options *o, const struct option *row, char *value, struct text *why)
{
	static char yes[] = "yes";
	bool no = value && strcmp(value, "no") == 0;
	if (value && !no && strcmp(value, yes) != 0)
		return refuse(row, " takes no value but yes or no", why);
	return options_set(o, row, no ? NULL : yes, FROM_COMMAND);
}

/* value: what stands after '=' or after the letter; NULL: nothing. */
static bool take_option(struct options *o, const struct option *row, char *value, struct words *w,
                        struct text *why)
{
	if (!(row->commands & o->command))
		return refuse(row, " does not apply to this command", why);
	if (row->kind == OPTION_FLAG)
		return take_flag(o, row, value, why);
	if (value == NULL && w->at + 1 < w->count)
		value = w->list[++w->at];
	if (value == NULL) {
		text_add_format(why, "option --%s needs a value: %s", row->name, row->argument);
		return false;
	}
	text_add_format(why, "option --%s: ", row->name);
	char *read = options_read(row, value, why);
	if (read == NULL)
		return false;
	*why = text_of(why->at, why->cap); /* nothing */
	return options_set(o, row, read, FROM_COMMAND) ||
	       refuse(row, " was given too many times", why);
}

static bool long_option(struct options *o, char *word, struct words *w, struct text *why)
{
	size_t len = strcspn(word, "=");
	const struct option *row = options_named(span_of(word, len));
	if (row == NULL)
		return unknown(span_of(word, len), "--", o->command, why);
	return take_option(o, row, word[len] ? word + len + 1 : NULL, w, why);
}

static bool short_options(struct options *o, char *letters, struct words *w, struct text *why)
{
	for (; *letters; letters++) {
		const struct option *row = option_lettered(*letters);
		if (row == NULL)
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
	bool files = o->command == FOR_SEND, said = o->command == FOR_SAY && o->arguments_count;
	if (o->arguments_count == LIMIT_ARGUMENTS && !files) {
		text_add(why, "too many arguments");
		return false;
	}
	if (!files && !said)
		token_tidy(word);
	o->arguments[o->arguments_count++] = word;
	return true;
}

bool options_parse(struct options *o, unsigned command, int argc, char **argv, struct text *why)
{
	struct words w = { argc, 1, argv };
	bool only_arguments = false, good = true;
	*o = (struct options){ .command = command, .arguments = argv + 1 };
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
