/* settings: see settings.h. What weakens a conversation (--insecure, pseudo, --tofu) can't be set
 * here, but on the command line only, where it is seen. */
#include "cmd/settings.h"

#include <string.h>

#include "base/split.h"
#include "cmd/home.h"
#include "cmd/report.h"
#include "crypto/encryptor.h"
#include "os/file.h"
#include "os/process.h"

static char *trim(char *at)
{
	struct span s = split_trim(span_text(at));
	at += s.len > 0 ? (const char *)s.at - at : 0;
	at[s.len] = 0;
	return at;
}

/* Flags are yes or no; the rest is as on the command line. */
static bool value_good(const struct option *row, const char *value, struct text *why)
{
	if (row->kind == OPTION_FLAG && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
		text_add_format(why, "'%s' is neither yes nor no", value);
		return false;
	}
	const struct encryptor_class *suite = encryptor_class_named(span_text(value));
	if (strcmp(row->name, "crypto") == 0 && suite && suite->insecure) {
		text_add_format(
		    why, "%s does not encrypt, so it may be given on the command line only", value);
		return false;
	}
	return options_value_good(row, value, why);
}

static bool take_line(char *line, struct options *o, struct text *why)
{
	line = trim(line);
	if (*line == 0 || *line == '#')
		return true;
	char *equals = strchr(line, '=');
	if (equals == NULL) {
		text_add(why, "this line is not of the form 'key = value'");
		return false;
	}
	*equals = 0;
	const char *key = trim(line);
	char *value = trim(equals + 1);
	char *comment = strstr(value, " #");
	if (comment)
		*comment = 0;
	value = trim(value);
	const struct option *row = options_named(span_text(key));
	if (row == NULL || !row->setting) {
		text_add_format(why,
		                row ? "'%s' may be given on the command line only"
		                    : "unknown setting '%s'",
		                key);
		return false;
	}
	if (!value_good(row, value, why))
		return false;
	options_set(o, row, strcmp(value, "no") == 0 && row->kind == OPTION_FLAG ? NULL : value);
	return true;
}

bool settings_read(char *text, const char *name, struct options *o, struct text *why)
{
	struct options file = { .command = o->command };
	uint64_t number = 0;
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		text_add_format(why, "%s:%ju: ", name, ++number);
		if (!take_line(line, &file, why))
			return false;
		*why = text_of(why->at, why->cap); /* nothing */
	}
	for (const struct option *row = options_table; row->name; row++)
		if (row->setting && options_value(o, row) == NULL)
			options_set(o, row, options_value(&file, row));
	return true;
}

/* A file that others can write is not believed. Users can mend their own. That of the whole host is
 * left out with a warning, since only root can mend it and it must not lock everybody out. */
static int not_trusted(const char *path, bool own)
{
	if (own)
		return report_error(EXIT_LOCAL, "%s", file_why());
	return report_error(0, "the settings in %s are not used: %s", path, file_why());
}

static int take_file(const char *path, struct options *o, bool own)
{
	static char files[2][LIMIT_SETTINGS + 1]; /* options point into them */
	size_t len;
	char *file = files[own], why[512];
	struct text t = text_of(why, sizeof why);
	enum err err = file_read(path, FILE_TRUSTED, file, LIMIT_SETTINGS, &len);
	if (err == ERR_UNREACHABLE)
		return 0;
	if (err == ERR_TRUST)
		return not_trusted(path, own);
	if (err == ERR_FULL)
		return report_error(EXIT_USAGE, "%s is too large for a settings file", path);
	if (err)
		return report_file("read", path);
	file[len] = 0;
	return settings_read(file, path, o, &t) ? 0 : report_error(EXIT_USAGE, "%s", why);
}

static int take_environment(struct options *o)
{
	for (const struct option *row = options_table; row->name; row++) {
		char why[256];
		struct text t = text_of(why, sizeof why);
		const char *value = row->environment ? process_environment(row->environment) : NULL;
		if (value == NULL || options_value(o, row))
			continue;
		if (!options_value_good(row, value, &t))
			return report_error(EXIT_USAGE, "%s: %s", row->environment, why);
		options_set(o, row, value);
	}
	return 0;
}

int settings_load(struct options *o)
{
	char path[FILE_PATH];
	int code = take_environment(o);
	if (!code && home_settings(path))
		code = take_file(path, o, true);
	return code ? code : take_file("/etc/schat/config", o, false);
}
