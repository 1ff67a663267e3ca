/* settings: see settings.h. What weakens a conversation (--insecure, pseudo, --tofu) can't be set
 * here, but on the command line only, where it is seen. */
#include "cmd/settings.h"

#include <string.h>

#include "base/access_key.h"
#include "base/split.h"
#include "base/token.h"
#include "cmd/clashes.h"
#include "cmd/home.h"
#include "cmd/nearest.h"
#include "cmd/report.h"
#include "crypto/encryptor.h"
#include "os/file.h"
#include "os/process.h"
#include "os/proxy.h"

/* Of paths; and options point into texts. One for the settings that the program began with, and one
 * for those that were read again. */
enum { PATHS = 12 };

static struct store {
	char files[2][LIMIT_SETTINGS + 1], paths[PATHS][FILE_PATH];
	unsigned paths_used;
} stores[2], *store = stores;

/* ---- a file ---- */

/* A file being read. */
struct source {
	const char *name; /* its path */
	enum option_from from;
	struct options *options;
};

static char *trim(char *at)
{
	struct span s = split_trim(span_text(at));
	at += s.len > 0 ? (const char *)s.at - at : 0;
	at[s.len] = 0;
	return at;
}

/* A path in the file: ~ is the home directory, and what is relative starts at the file. */
static char *path_from(const char *file, char *value)
{
	const char *home = process_environment("HOME"), *slash = strrchr(file, '/');
	bool at_home = strncmp(value, "~/", 2) == 0 && home;
	if (value[0] == '/' || (!at_home && slash == NULL))
		return value;
	char *path = store->paths[store->paths_used % PATHS];
	struct text t = text_of(path, FILE_PATH);
	text_add_span(&t, at_home ? span_text(home) : span_of(file, (size_t)(slash - file)));
	text_add_format(&t, "/%s", at_home ? value + 2 : value);
	store->paths_used += !t.cut;
	return t.cut ? value : path;
}

/* Flags are yes or no; the rest is as on the command line. NULL: it is wrong. */
static char *read_value(const struct option *row, char *value, struct text *why)
{
	if (row->kind == OPTION_FLAG) {
		token_tidy(value);
		if (strcmp(value, "yes") == 0 || strcmp(value, "no") == 0)
			return value;
		text_add_format(why, "'%s' is neither yes nor no", value);
		return NULL;
	}
	char *read = options_read(row, value, why);
	const struct encryptor_class *suite = encryptor_class_named(span_text(value));
	if (read == NULL || strcmp(row->name, "crypto") != 0 || !suite->insecure)
		return read;
	text_add_format(why, "%s does not encrypt, so it may be given on the command line only",
	                value);
	return NULL;
}

static bool take_setting(const struct source *s, const struct option *row, char *value,
                         struct text *why)
{
	enum option_from before = options_from(s->options, row);
	struct text here = *why;
	text_add_format(why, "'%s': ", row->name);
	char *read = read_value(row, value, why);
	if (read == NULL)
		return false;
	*why = here;
	why->at[why->len] = 0;
	if (before == s->from && row->kind != OPTION_LIST) {
		text_add_format(why, "'%s' is set a second time%s", row->name,
		                strcmp(row->name, "signal") == 0
		                    ? ". Name several servers in one line: signal = A, B"
		                    : "");
		return false;
	}
	if (before != FROM_NOWHERE && before < s->from)
		return true;
	if (!(row->setting & s->options->command))
		return true;
	if (row->kind == OPTION_FILE)
		read = path_from(s->name, read);
	if (row->kind == OPTION_FLAG && strcmp(read, "no") == 0)
		read = NULL;
	if (options_set(s->options, row, read, s->from))
		return true;
	text_add_format(why, "'%s' is given too many times", row->name);
	return false;
}

static bool no_setting(const struct option *row, const char *key, struct text *why)
{
	struct nearest near = nearest_to(span_text(key));
	for (const struct option *r = options_table; r->name; r++)
		if (r->setting)
			nearest_offer(&near, r->name);
	if (row)
		text_add_format(why, "'%s' may be given on the command line only", key);
	else
		text_add_format(why, "unknown setting '%s'", key);
	if (!row && near.best)
		text_add_format(why, ". Did you mean '%s'?", near.best);
	return false;
}

static bool take_line(const struct source *s, char *line, struct text *why)
{
	char *equals = strchr(line, '=');
	if (equals)
		*equals = 0;
	token_tidy(line);
	if (*line == '#' || (*line == 0 && equals == NULL))
		return true;
	if (equals == NULL) {
		text_add(why, "this line is not of the form 'key = value'");
		return false;
	}
	char *value = trim(equals + 1), *comment = strstr(value, " #");
	if (comment)
		*comment = 0;
	value = trim(value);
	const struct option *row = options_named(span_text(line));
	if (row == NULL || !row->setting)
		return no_setting(row, line, why);
	if (*value)
		return take_setting(s, row, value, why);
	text_add_format(why, "'%s' needs a value", row->name);
	return false;
}

bool settings_line(char *line, uint64_t number, const char *name, enum option_from from,
                   struct options *o, struct text *why)
{
	struct source s = { name, from, o };
	text_add_format(why, "%s:%ju: ", name, number);
	if (!take_line(&s, line, why))
		return false;
	*why = text_of(why->at, why->cap); /* nothing */
	return true;
}

bool settings_read(char *text, const char *name, enum option_from from, struct options *o,
                   struct text *why)
{
	uint64_t number = 0;
	for (char *line = text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		if (!settings_line(line, ++number, name, from, o, why))
			return false;
	}
	return true;
}

/* ---- all of them ---- */

/* A file that can't be believed. Users can mend their own. That of the whole host is left out with
 * a warning, since only root can mend it and it must not lock everybody out. So is a file that a
 * signaling server can't read: it often runs with another user's HOME. But what was handed over to
 * it is meant for it, and without it a closed server would be open to all. */
static int not_used(const char *path, const char *why, bool stops)
{
	if (stops)
		return report_error(EXIT_LOCAL, "%s", why);
	return report_error(0, "the settings in %s are not used: %s", path, why);
}

int settings_open(const char *path, bool own, unsigned command,
                  char file[static LIMIT_SETTINGS + 1], bool *there)
{
	size_t len;
	*there = false;
	enum err err = file_read(path, FILE_TRUSTED, file, LIMIT_SETTINGS, &len);
	if (err == ERR_UNREACHABLE)
		return 0;
	if (err == ERR_TRUST)
		return not_used(path, file_why(), own);
	if (err == ERR_FULL)
		return report_error(EXIT_USAGE, "%s is too large for a settings file", path);
	if (err && command == FOR_SIGNAL)
		return not_used(path, file_why(), false);
	if (err)
		return report_file("read", path);
	file[len] = 0;
	if (strlen(file) != len)
		return report_error(EXIT_USAGE, "%s isn't a text file. Save it as UTF-8.", path);
	if (report_old_lines(span_text(file)))
		return report_error(EXIT_USAGE, "%s " REPORT_OLD_LINES, path);
	*there = true;
	return 0;
}

static int take_file(const char *path, enum option_from from, struct options *o)
{
	bool own = from == FROM_OWN_FILE, again = store != stores, there;
	char *file = store->files[own];
	char why[512], handed_over[FILE_PATH];
	struct text t = text_of(why, sizeof why);
	/* what is left out at the start must not vanish later */
	bool meant = again || (own && home_credential(handed_over));
	int code = settings_open(path, own || again, meant ? 0 : o->command, file, &there);
	if (code || !there)
		return code;
	return settings_read(file, path, from, o, &t) ? 0 : report_error(EXIT_USAGE, "%s", why);
}

static int take_environment(struct options *o)
{
	for (const struct option *row = options_table; row->name; row++) {
		char why[256];
		struct text t = text_of(why, sizeof why);
		/* it is ours to change, as argv is */
		char *value = row->environment
		                  ? (char *)(uintptr_t)process_environment(row->environment)
		                  : NULL;
		if (value == NULL || options_from(o, row))
			continue;
		value = options_read(row, value, &t);
		if (value == NULL)
			return report_error(EXIT_USAGE, "%s: %s", row->environment, why);
		(void)options_set(o, row, value, FROM_ENVIRONMENT);
	}
	return 0;
}

static void add_origin(const struct options *o, const struct option *row, struct text *out)
{
	char path[FILE_PATH], shown[FILE_PATH];
	switch (options_from(o, row)) {
	case FROM_COMMAND: text_add(out, "the command line"); break;
	case FROM_ENVIRONMENT: text_add(out, row->environment); break;
	case FROM_OWN_FILE:
		(void)home_settings(path);
		home_short(path, shown);
		text_add(out, shown);
		break;
	case FROM_HOST_FILE: text_add(out, SETTINGS_OF_HOST); break;
	case FROM_NOWHERE: break;
	}
}

void settings_show(const struct options *o, const struct option *row, struct text *out)
{
	text_add_format(out, "%s = ", row->name);
	if (strcmp(row->name, "proxy") == 0)
		proxy_show(o->proxy, out);
	else if (strcmp(row->name, "signal") == 0 && o->signal)
		access_key_hide(o->signal, out);
	else
		options_show(o, row, out);
}

/* For --verbose: each option that was given, and where. */
static void tell(const struct options *o)
{
	for (const struct option *row = options_table; row->name; row++) {
		char line[1024];
		struct text t = text_of(line, sizeof line);
		if (!options_from(o, row) || strcmp(row->name, "verbose") == 0)
			continue;
		settings_show(o, row, &t);
		text_add(&t, " (from ");
		add_origin(o, row, &t);
		report_say("%s)", line);
	}
}

static int take_files(struct options *o)
{
	char path[FILE_PATH], why[256];
	struct text t = text_of(why, sizeof why);
	int code = home_settings(path) ? take_file(path, FROM_OWN_FILE, o) : 0;
	if (!code)
		code = take_file(SETTINGS_OF_HOST, FROM_HOST_FILE, o);
	return code || clashes_settle(o, &t) ? code : report_error(EXIT_USAGE, "%s", why);
}

int settings_again(const struct options *o, struct options *next)
{
	store = &stores[1];
	store->paths_used = 0;
	*next = *o;
	for (const struct option *row = options_table; row->name; row++)
		if (options_from(o, row) >= FROM_OWN_FILE)
			options_unset(next, row);
	return take_files(next);
}

int settings_load(struct options *o)
{
	int code = take_environment(o);
	if (!code)
		code = take_files(o);
	if (!code && o->verbose)
		tell(o);
	return code;
}

bool settings_differ(const struct options *a, const struct options *b, const struct option *row)
{
	char old[1024], new[1024];
	struct text t = text_of(old, sizeof old), u = text_of(new, sizeof new);
	options_show(a, row, &t);
	options_show(b, row, &u);
	return strcmp(old, new) != 0;
}
