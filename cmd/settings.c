/* settings: see settings.h. What weakens a conversation (--insecure, pseudo, --tofu) is never taken
 * from here: it has to be seen on the command line. */
#include "cmd/settings.h"

#include <string.h>

#include "cmd/home.h"
#include "cmd/nearest.h"
#include "cmd/report.h"
#include "os/file.h"
#include "os/process.h"

static char *trim(char *at)
{
	size_t len;
	while (*at == ' ' || *at == '\t')
		at++;
	for (len = strlen(at); len > 0 && strchr(" \t\r", at[len - 1]); len--)
		;
	at[len] = 0;
	return at;
}

static bool unknown_key(const char *key, const struct option *row, struct text *why)
{
	struct nearest near = nearest_to(span_text(key));
	text_add(why, row ? "'" : "unknown key '");
	text_add(why, key);
	text_add(why, row ? "' may stand on the command line only" : "'");
	for (const struct option *at = option_table; at->name && !row; at++)
		if (at->setting)
			nearest_offer(&near, at->name);
	if (near.best) {
		text_add(why, ". Did you mean '");
		text_add(why, near.best);
		text_add(why, "'?");
	}
	return false;
}

/* yes and no are for flags; the rest is as on the command line. */
static bool value_good(const struct option *row, const char *value, struct text *why)
{
	if (row->kind == OPTION_FLAG && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
		text_add(why, "'");
		text_add(why, value);
		text_add(why, "' is neither yes nor no");
		return false;
	}
	if (strcmp(row->name, "crypto") == 0 && strcmp(value, "pseudo") == 0) {
		text_add(why, "pseudo hides nothing: it may stand on the command line only");
		return false;
	}
	return option_value_good(row, value, why);
}

static bool take_line(char *line, struct options *o, struct text *why)
{
	line = trim(line);
	if (*line == 0 || *line == '#')
		return true;
	char *equals = strchr(line, '=');
	if (!equals) {
		text_add(why, "this is no line of the form 'key = value'");
		return false;
	}
	*equals = 0;
	const char *key = trim(line);
	char *value = trim(equals + 1);
	char *comment = strstr(value, " #");
	if (comment)
		*comment = 0;
	value = trim(value);
	const struct option *row = option_named(span_text(key));
	if (!row || !row->setting)
		return unknown_key(key, row, why);
	if (!value_good(row, value, why))
		return false;
	option_set(o, row, strcmp(value, "no") == 0 && row->kind == OPTION_FLAG ? NULL : value);
	return true;
}

/* What was said before this file counts more. */
static void merge(struct options *o, const struct options *file)
{
	for (const struct option *row = option_table; row->name; row++)
		if (row->setting && option_is_set(file, row) && !option_is_set(o, row))
			option_copy(o, file, row);
}

bool settings_read(char *text, const char *name, struct options *o, struct text *why)
{
	struct options file = { .command = o->command };
	uint64_t number = 0;
	for (char *line = text, *next; line; line = next) {
		char sentence[256];
		struct text t = text_of(sentence, sizeof sentence);
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		number++;
		if (take_line(line, &file, &t))
			continue;
		text_add(why, name);
		text_add(why, ":");
		text_add_u64(why, number);
		text_add(why, ": ");
		text_add(why, sentence);
		return false;
	}
	merge(o, &file);
	return true;
}

/* A file that others can write says nothing we believe. Users mend their own; that of the whole host
 * only root can mend, so it is left out, and told, rather than that it locks everybody out. */
static int not_trusted(const char *path, bool own)
{
	if (own)
		return report_error(EXIT_LOCAL, file_why(), NULL);
	report_error(0, "the settings in ", path, " are not used: ", file_why(), NULL);
	return 0;
}

static int take_file(const char *path, char *to, struct options *o, bool own)
{
	size_t len;
	char why[512];
	struct text t = text_of(why, sizeof why);
	enum err err = file_read_trusted(path, to, LIMIT_SETTINGS, &len);
	if (err == ERR_UNREACHABLE)
		return 0;
	if (err == ERR_TRUST)
		return not_trusted(path, own);
	if (err == ERR_FULL)
		return report_error(EXIT_USAGE, path, " is too large for a settings file.", NULL);
	if (err)
		return report_error(EXIT_LOCAL, "cannot read ", path, ": ", file_why(), ".", NULL);
	to[len] = 0;
	if (settings_read(to, path, o, &t))
		return 0;
	return report_error(EXIT_USAGE, why, why[t.len - 1] == '?' ? NULL : ".", NULL);
}

static int take_environment(struct options *o)
{
	for (const struct option *row = option_table; row->name; row++) {
		char why[256];
		struct text t = text_of(why, sizeof why);
		const char *value = row->environment ? process_environment(row->environment) : NULL;
		if (!value || option_is_set(o, row))
			continue;
		if (!option_value_good(row, value, &t))
			return report_error(EXIT_USAGE, row->environment, ": ", why, ".", NULL);
		option_set(o, row, value);
	}
	return 0;
}

int settings_load(struct settings *s, struct options *o)
{
	char path[FILE_PATH];
	int code = take_environment(o);
	if (!code && home_settings(path))
		code = take_file(path, s->user, o, true);
	return code ? code : take_file("/etc/schat/config", s->system, o, false);
}
