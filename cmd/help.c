/* help: see help.h. And schat help [TOPIC]. */
#include "cmd/help.h"

#include <string.h>

#include "cmd/completion.h"
#include "cmd/home.h"
#include "cmd/manual.h"
#include "cmd/nearest.h"
#include "cmd/report.h"
#include "cmd/settings.h"
#include "cmd/texts.h"
#include "os/descriptor.h"

enum { HELP_TEXT = 4096, OPTION_AT = 26 /* column */ };

const struct subcommand *help_named(const char *name)
{
	for (size_t i = 0; subcommands[i]; i++)
		if (strcmp(subcommands[i]->name, name) == 0)
			return subcommands[i];
	return NULL;
}

int help_unknown(const char *name)
{
	struct nearest near = nearest_to(span_text(name));
	if (name[0] == '-')
		return report_error(
		    EXIT_USAGE,
		    "'%s' is not a command: options go after the command. See: schat help", name);
	for (size_t i = 0; subcommands[i]; i++)
		nearest_offer(&near, subcommands[i]->name);
	if (near.best)
		return report_error(EXIT_USAGE, "unknown command '%s'. Did you mean 'schat %s'?",
		                    name, near.best);
	return report_error(EXIT_USAGE, "unknown command '%s'. See: schat help", name);
}

int help_usage_error(const struct options *options, const char *why)
{
	const char *name = "";
	for (size_t i = 0; subcommands[i]; i++)
		if (subcommands[i]->bit == options->command)
			name = subcommands[i]->name;
	bool question = why[0] && why[strlen(why) - 1] == '?';
	return report_error(EXIT_USAGE, "%s%s See: schat %s --help", why, question ? "" : ".",
	                    name);
}

/* "hybrid (default), noise, rsa, or pseudo" */
static void add_choices_and_default(const struct option *row, unsigned command, struct text *out)
{
	const char *word;
	for (size_t i = 0; (word = options_choice(row, command, i)); i++) {
		bool last = i > 0 && options_choice(row, command, i + 1) == NULL;
		text_add_format(out, "%s%s%s%s", i > 1 || (i == 1 && !last) ? "," : "",
		                last    ? " or "
		                : i > 0 ? " "
		                        : "",
		                word, i == 0 && row->usual == NULL ? " (default)" : "");
	}
	if (row->usual && row->usual[0] && options_choice(row, command, 1))
		text_add_format(out, " (%s)", row->usual);
}

void help_options(unsigned command, struct text *out)
{
	for (const struct option *row = options_table; row->name; row++) {
		char letter[] = { '-', row->letter, ',', ' ', 0 };
		size_t start = out->len;
		if (!(row->commands & command))
			continue;
		text_add_format(out, "  %s--%s", row->letter ? letter : "    ", row->name);
		if (row->argument)
			text_add_format(out, " %s", row->argument);
		do
			text_add(out, " ");
		while (out->len - start < OPTION_AT && !out->cut);
		text_add_format(out, "%s%s", texts_of(TEXTS_OPTION, row->name),
		                row->kind == OPTION_CHOICE ? ": " : "");
		if (row->kind == OPTION_CHOICE)
			add_choices_and_default(row, command, out);
		text_add(out, "\n");
	}
}

int help_of(const struct subcommand *command)
{
	char options[HELP_TEXT];
	struct text t = text_of(options, sizeof options);
	help_options(command->bit, &t);
	return report_out("%s\n\nOptions:\n%s\nThe manual: schat help %s\n",
	                  texts_of(TEXTS_FORMS, command->name), options, command->name);
}

/* Every command with its line. */
static const char *commands(char out[static HELP_TEXT])
{
	struct text t = text_of(out, HELP_TEXT);
	for (size_t i = 0; subcommands[i]; i++) {
		text_add_format(&t, "  schat %s", subcommands[i]->name);
		for (size_t n = strlen(subcommands[i]->name); n < 9; n++)
			text_add(&t, " ");
		text_add_format(&t, "%s\n", texts_of(TEXTS_LINE, subcommands[i]->name));
	}
	return out;
}

int help_all(void)
{
	char list[HELP_TEXT];
	return report_out("%s\n\n%s\n%s\n", texts_of(TEXTS_OTHER, "begin"), commands(list),
	                  texts_of(TEXTS_OTHER, "first time"));
}

int help_usage(void)
{
	char list[HELP_TEXT];
	(void)report_error(0, "no command given. Usage: schat COMMAND [options]");
	(void)descriptor_write_all(2, span_text(commands(list)));
	return report_error(EXIT_USAGE, "to get started, run schat help");
}

/* ---- topics ---- */

/* Where they are on this host. */
static int tell_files(void)
{
	char key[FILE_PATH] = "", peers[FILE_PATH] = "", config[FILE_PATH] = "";
	if (!home_file("id_x25519", key) || !home_file("peers", peers) || !home_settings(config))
		return report_error(EXIT_LOCAL, HOME_MISSING);
	return report_out("your key    %s (and .pub)\n"
	                  "contacts    %s\n"
	                  "settings    %s\n"
	                  "            " SETTINGS_OF_HOST " (for all users)\n",
	                  key, peers, config);
}

static int tell_json(void)
{
	return report_out("%s\n", texts_of(TEXTS_OTHER, "json"));
}

/* Topics that people look for; those with a function say something beside the manual. */
static const struct topic {
	const char *name, *heading; /* NULL: the same */
	int (*tell)(void);
} topics[] = {
	{ "conversations", NULL, NULL },
	{ "code", "codes", NULL },
	{ "keys", NULL, NULL },
	{ "options", NULL, NULL },
	{ "environment", NULL, NULL },
	{ "files", NULL, tell_files },
	{ "config", "files", tell_files },
	{ "exit", NULL, NULL },
	{ "json", NULL, tell_json },
	{ "manual", NULL, NULL },
	{ NULL, NULL, NULL },
};

static int no_topic(const char *name)
{
	struct nearest near = nearest_to(span_text(name));
	for (size_t i = 0; subcommands[i]; i++)
		nearest_offer(&near, subcommands[i]->name);
	for (size_t i = 0; topics[i].name; i++)
		nearest_offer(&near, topics[i].name);
	for (const struct option *row = options_table; row->name; row++)
		nearest_offer(&near, row->name);
	return report_error(EXIT_USAGE, "the manual has nothing about '%s'. %s%s%s", name,
	                    near.best ? "Did you mean '" : "To list the topics: schat help",
	                    near.best ? near.best : "", near.best ? "'?" : "");
}

static void offer(const char *before)
{
	(void)before;
	for (size_t i = 0; subcommands[i]; i++)
		completion_offer(subcommands[i]->name, texts_of(TEXTS_LINE, subcommands[i]->name));
	for (size_t i = 0; topics[i].name; i++)
		completion_offer(topics[i].name, NULL);
	for (const struct option *row = options_table; row->name; row++)
		completion_offer(row->name, texts_of(TEXTS_OPTION, row->name));
}

static int run(struct options *options)
{
	if (options->completion)
		return report_out("%s\n", texts_of(TEXTS_OTHER, options->completion));
	if (options->offers)
		return options->arguments_count == 3
		           ? completion_offers(help_named(options->arguments[0]),
		                               options->arguments)
		           : 0;
	if (options->arguments_count == 0)
		return help_all();
	if (options->arguments_count > 1)
		return help_usage_error(options, "help takes one topic at most");
	const char *name = options->arguments[0];
	const struct topic *t = topics;
	bool found = false;
	while (t->name && strcmp(t->name, name) != 0)
		t++;
	int code = t->tell ? t->tell() : 0;
	if (!code)
		code = manual_print(t->heading ? t->heading : name, &found);
	if (code || found || t->tell)
		return code;
	return help_named(name) ? help_of(help_named(name)) : no_topic(name);
}

const struct subcommand help_subcommand = {
	.name = "help",
	.bit = FOR_HELP,
	.arguments = 3,
	.takes = "one topic at most",
	.run = run,
	.offer = offer,
};
