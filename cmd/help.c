/* help: see help.h. And schat help [COMMAND]. */
#include "cmd/help.h"

#include <string.h>

#include "cmd/nearest.h"
#include "cmd/report.h"
#include "os/descriptor.h"

enum { HELP_TEXT = 4096 };

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
	return report_error(EXIT_USAGE, "%s%s See: schat help %s", why, question ? "" : ".", name);
}

int help_of(const struct subcommand *command)
{
	char options[HELP_TEXT];
	struct text t = text_of(options, sizeof options);
	options_help(command->bit, &t);
	return report_out("%s\n\n%s%sOptions:\n%s", command->usage,
	                  command->more ? command->more : "", command->more ? "\n" : "", options);
}

/* Every command with its line. */
static const char *commands(char out[static HELP_TEXT])
{
	struct text t = text_of(out, HELP_TEXT);
	for (size_t i = 0; subcommands[i]; i++) {
		text_add_format(&t, "  schat %s", subcommands[i]->name);
		for (size_t n = strlen(subcommands[i]->name); n < 9; n++)
			text_add(&t, " ");
		text_add_format(&t, "%s\n", subcommands[i]->line);
	}
	return out;
}

int help_all(void)
{
	char list[HELP_TEXT];
	return report_out("schat connects people or programs on two hosts, end-to-end encrypted, "
	                  "through firewalls and NAT.\n"
	                  "\n"
	                  "%s"
	                  "\n"
	                  "To talk for the first time, with a server that both of you can reach:\n"
	                  "\n"
	                  "  on the server     schat signal\n"
	                  "  on one host       schat serve -s SERVER\n"
	                  "  on the other      the command that schat serve prints, such as\n"
	                  "                    schat connect 107-velvet-anchor@SERVER\n"
	                  "\n"
	                  "Without a server, if one host has an open port:\n"
	                  "\n"
	                  "  on that host      schat serve tcp://0.0.0.0:" LIMIT_PORT_TEXT "\n"
	                  "  on the other      the command that schat serve prints\n"
	                  "\n"
	                  "For the options of a command, run schat help COMMAND. For the version, "
	                  "run schat --version.\n",
	                  commands(list));
}

int help_usage(void)
{
	char list[HELP_TEXT];
	(void)report_error(0, "no command given. Usage: schat COMMAND [options]");
	(void)descriptor_write_all(2, span_text(commands(list)));
	return report_error(EXIT_USAGE, "to get started, run schat help");
}

static int run(struct options *options)
{
	if (options->arguments_count == 0)
		return help_all();
	const struct subcommand *c = help_named(options->arguments[0]);
	return c ? help_of(c) : help_unknown(options->arguments[0]);
}

const struct subcommand help_subcommand = {
	.name = "help",
	.bit = FOR_HELP,
	.arguments = 1,
	.takes = "one command at most",
	.run = run,
	.line = "describe a command and its options",
	.usage = "usage: schat help [COMMAND]",
	.more = "Without COMMAND, schat help lists the commands.\n",
};
