#include "cmd/config_check.h"

#include <string.h>

#include "base/split.h"
#include "cmd/book.h"
#include "cmd/home.h"
#include "cmd/key_file.h"
#include "cmd/report.h"
#include "cmd/settings.h"
#include "os/process.h"
#include "os/proxy.h"

/* Of one source. */
struct findings_of {
	const char *name; /* its path; or "the environment" */
	struct options options;
	unsigned faults;
};

static void fault(struct findings_of *f, const char *what, const char *why)
{
	report_error(0, "%s: '%s' %s", f->name, what, why);
	f->faults++;
}

/* ---- what only the commands that use a value notice ---- */

static void check_servers(struct findings_of *f, struct span list)
{
	struct contact unused = { .name = "" };
	while (list.len > 0) {
		size_t len = 0;
		while (len < list.len && list.at[len] != ',')
			len++;
		char word[256], server[256];
		struct text w = text_of(word, sizeof word), t = text_of(server, sizeof server);
		text_add_span(&w, split_trim(span_of(list.at, len)));
		text_add_format(&t, "signal=%s", word);
		if (t.cut || contact_set(&unused, text_span(&t)))
			fault(f, word,
			      "isn't a server. Write it as HOST or HOST:PORT, with its key as "
			      "HOST/KEY.");
		len += len < list.len;
		list = span_of(list.at + len, list.len - len);
	}
}

static void check_contacts(struct findings_of *f, const struct option_list *names)
{
	static struct book book;
	if (names->count == 0 || book_load(&book))
		return;
	for (size_t i = 0; i < names->count; i++)
		if (book_named(&book, span_text(names->at[i])) == NULL)
			fault(f, names->at[i],
			      "isn't a contact. To list your contacts: schat peers");
	book_wipe(&book);
}

static void check_identity(struct findings_of *f)
{
	struct identity id = { .public.type = KEY_NONE };
	if (f->options.identity && key_file_read(f->options.identity, true, &id))
		f->faults++;
	bytes_wipe(&id, sizeof id);
}

static void check_values(struct findings_of *f)
{
	const struct options *o = &f->options;
	if (o->signal)
		check_servers(f, span_text(o->signal));
	check_contacts(f, &o->allow);
	check_contacts(f, &o->accept_from);
	check_identity(f);
	if (o->proxy && strcmp(o->proxy, "none") != 0 &&
	    proxy_use(span_text(o->proxy), span_text("")))
		fault(f, "proxy", "must be socks5://HOST:PORT, http://HOST:PORT or none");
	if (o->no_relay && o->relay_only)
		fault(f, "no-relay", "and 'relay-only' leave no path to the peer");
}

/* ---- sources ---- */

static int show(struct findings_of *f, bool there)
{
	bool any = false;
	for (const struct option *row = options_table; row->name; row++)
		any |= options_from(&f->options, row) != FROM_NOWHERE;
	int code = report_out("%s%s\n", f->name,
	                      !there ? ": no such file"
	                      : any  ? ""
	                             : ": no settings");
	for (const struct option *row = options_table; row->name && !code; row++) {
		char line[2048];
		struct text t = text_of(line, sizeof line);
		if (!options_from(&f->options, row))
			continue;
		settings_show(&f->options, row, &t);
		code = report_out("  %s\n", line);
	}
	check_values(f);
	return code;
}

static int check_file(const char *path, struct findings_of *f)
{
	char file[LIMIT_SETTINGS + 1], why[512];
	bool there;
	uint64_t number = 0;
	*f = (struct findings_of){ .name = path, .options.command = FOR_ALL };
	f->faults = settings_open(path, true, FOR_ALL, file, &there) ? 1 : 0;
	if (f->faults)
		return 0;
	for (char *line = there ? file : NULL, *next; line; line = next) {
		struct text t = text_of(why, sizeof why);
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		if (settings_line(line, ++number, path, FROM_OWN_FILE, &f->options, &t))
			continue;
		report_error(0, "%s", why);
		f->faults++;
	}
	return show(f, there);
}

static int check_environment(struct findings_of *f)
{
	*f = (struct findings_of){ .name = "the environment", .options.command = FOR_ALL };
	for (const struct option *row = options_table; row->name; row++) {
		char why[256];
		struct text t = text_of(why, sizeof why);
		const char *value = row->environment ? process_environment(row->environment) : NULL;
		if (value == NULL)
			continue;
		char *read = options_read(row, (char *)(uintptr_t)value, &t);
		if (read)
			(void)options_set(&f->options, row, read, FROM_ENVIRONMENT);
		else
			fault(f, row->environment, why);
	}
	return show(f, true);
}

int config_check(void)
{
	static struct findings_of f;
	char path[FILE_PATH];
	unsigned faults = 0;
	int code = check_environment(&f);
	faults += f.faults;
	if (!code && home_settings(path)) {
		code = check_file(path, &f);
		faults += f.faults;
	}
	if (!code) {
		code = check_file(SETTINGS_OF_HOST, &f);
		faults += f.faults;
	}
	if (code || faults == 0)
		return code;
	return report_error(EXIT_USAGE, "found %u mistake%s in the settings", faults,
	                    faults == 1 ? "" : "s");
}
