/* schat help [COMMAND]: everything is printed from the tables of commands and options. */
#include <string.h>

#include "cmd/nearest.h"
#include "cmd/report.h"
#include "cmd/subcommands.h"

const struct subcommand *subcommand_named(const char *name)
{
	for (const struct subcommand *c = subcommands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

int subcommand_unknown(const char *name)
{
	struct nearest near = nearest_to(span_text(name));
	for (const struct subcommand *c = subcommands; c->name; c++)
		nearest_offer(&near, c->name);
	if (near.best)
		return report_error(EXIT_USAGE, "there is no command '", name,
		                    "'. Did you mean 'schat ", near.best, "'?", NULL);
	return report_error(EXIT_USAGE, "there is no command '", name, "'. See: schat help", NULL);
}

static const char *name_of(unsigned bit)
{
	for (const struct subcommand *c = subcommands; c->name; c++)
		if (c->bit == bit)
			return c->name;
	return "";
}

int usage_error(const struct options *options, const char *why)
{
	bool question = why[0] && why[strlen(why) - 1] == '?';
	return report_error(EXIT_USAGE, why, question ? " See: schat help " : ". See: schat help ",
	                    name_of(options->command), NULL);
}

int help_command(const struct subcommand *command)
{
	char bytes[8192];
	struct text t = text_of(bytes, sizeof bytes);
	text_add(&t, command->usage);
	text_add(&t, "\n\n");
	options_help(command->bit, &t);
	if (command->more) {
		text_add(&t, "\n");
		text_add(&t, command->more);
	}
	return report_out(bytes, NULL);
}

static void add_commands(struct text *t)
{
	for (const struct subcommand *c = subcommands; c->name; c++) {
		size_t start = t->len;
		text_add(t, "  schat ");
		text_add(t, c->name);
		do
			text_add(t, " ");
		while (t->len - start < 18 && !t->cut);
		text_add(t, c->line);
		text_add(t, "\n");
	}
}

int help_all(void)
{
	char bytes[4096];
	struct text t = text_of(bytes, sizeof bytes);
	text_add(&t, "schat: talk to one other host, end-to-end encrypted, through firewalls and "
	             "address translators\n\n");
	add_commands(&t);
	text_add(
	    &t,
	    "\n"
	    "  one host:    schat serve -s SERVER             prints the line to type on the other "
	    "host\n"
	    "  the other:   schat connect 107-velvet-anchor@SERVER\n"
	    "  the server:  schat signal                      any host with one open port\n\n"
	    "schat help COMMAND tells the options of a command, schat --version the version.\n");
	return report_out(bytes, NULL);
}

int help_usage(void)
{
	char bytes[2048];
	struct text t = text_of(bytes, sizeof bytes);
	text_add(&t, "which command?\n");
	add_commands(&t);
	text_add(&t, "More: schat help");
	return report_error(EXIT_USAGE, bytes, NULL);
}

int help_run(struct options *options)
{
	if (options->arguments_count == 0)
		return help_all();
	if (options->arguments_count > 1)
		return usage_error(options, "one command at a time");
	const struct subcommand *c = subcommand_named(options->arguments[0]);
	return c ? help_command(c) : subcommand_unknown(options->arguments[0]);
}
