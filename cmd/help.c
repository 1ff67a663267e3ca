/* help: see help.h. And schat help [COMMAND]. */
#include "cmd/help.h"

#include <string.h>

#include "cmd/home.h"
#include "cmd/nearest.h"
#include "cmd/report.h"
#include "cmd/settings.h"
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
	return report_out(
	    "schat connects people or programs on two hosts, end-to-end encrypted, "
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
	    "For the options of a command, run schat help COMMAND. See also schat help exit\n"
	    "(exit statuses), schat help files (keys, contacts, settings) and schat help json.\n",
	    commands(list));
}

int help_usage(void)
{
	char list[HELP_TEXT];
	(void)report_error(0, "no command given. Usage: schat COMMAND [options]");
	(void)descriptor_write_all(2, span_text(commands(list)));
	return report_error(EXIT_USAGE, "to get started, run schat help");
}

/* ---- topics ---- */

static int tell_exit(void)
{
	return report_out(
	    "schat exits with one of these statuses:\n"
	    "\n"
	    "  0    success; in a conversation, everything has arrived\n"
	    "  1    another error\n"
	    "  2    wrong usage or settings\n"
	    "  3    the peer or the signaling server can't be reached\n"
	    "  4    not trusted: a wrong code, a changed key, or a peer that isn't allowed\n"
	    "  5    the conversation was cut off\n"
	    "  6    local input or output failed\n"
	    "  7    the two sides use different versions, suites or modes\n"
	    "  141  nobody reads the output any more\n"
	    "  129, 130, 143\n"
	    "       ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM\n");
}

static int tell_files(void)
{
	char key[FILE_PATH] = "", peers[FILE_PATH] = "", config[FILE_PATH] = "", keys[512];
	struct text t = text_of(keys, sizeof keys);
	for (const struct option *row = options_table; row->name; row++)
		if (row->setting)
			text_add_format(&t, " %s", row->name);
	if (!home_file("id_x25519", key) || !home_file("peers", peers) || !home_settings(config))
		return report_error(EXIT_LOCAL, HOME_MISSING);
	return report_out(
	    "your key    %s (and .pub)\n"
	    "contacts    %s\n"
	    "settings    %s\n"
	    "            " SETTINGS_OF_HOST " (for all users)\n"
	    "\n"
	    "Settings are lines of the form 'key = value'. A key is the name of an option;\n"
	    "if that takes no value, write yes or no. These can be set:\n"
	    " %s\n"
	    "The command line overrides the environment, which overrides your settings.\n"
	    "With -v, schat prints where each setting comes from.\n",
	    key, peers, config, keys);
}

static int tell_json(void)
{
	return report_out(
	    "With --ui json, schat writes events to standard output and reads commands from\n"
	    "standard input, one JSON object a line:\n"
	    "\n"
	    "  {\"v\":1,\"ev\":\"msg\",\"ts\":1795000099.075,\"conv\":1,\"peer\":\"bob\",\"n\":1,"
	    "\"text\":\"hi\"}\n"
	    "  {\"cmd\":\"send\",\"conv\":1,\"text\":\"hello\"}\n"
	    "\n"
	    "The commands are send, who, hangup, contacts, verify and quit. JSON.md, which comes\n"
	    "with schat, describes them and all events.\n");
}

/* What help knows besides the commands. */
static const struct topic {
	const char *name;
	int (*tell)(void);
} topics[] = {
	{ "exit", tell_exit },
	{ "files", tell_files },
	{ "config", tell_files },
	{ "json", tell_json },
};

static int run(struct options *options)
{
	if (options->arguments_count == 0)
		return help_all();
	const char *name = options->arguments[0];
	const struct subcommand *c = help_named(name);
	for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
		if (strcmp(topics[i].name, name) == 0)
			return topics[i].tell();
	return c ? help_of(c) : help_unknown(name);
}

const struct subcommand help_subcommand = {
	.name = "help",
	.bit = FOR_HELP,
	.arguments = 1,
	.takes = "one command or topic at most",
	.run = run,
	.line = "describe a command and its options",
	.usage = "usage: schat help [COMMAND | exit | files | json]",
	.more = "Without an argument, schat help lists the commands.\n",
};
