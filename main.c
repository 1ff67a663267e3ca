/* schat: one program, several commands, found by their first argument or, as in busybox, by the
 * name the program was called by (schat-serve). This file is the table of them. */
#include <string.h>

#include "base/text.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "cmd/settings.h"
#include "cmd/subcommands.h"
#include "crypto/drbg.h"
#include "os/process.h"

const struct subcommand subcommands[] = {
	{ "serve", FOR_SERVE, true, true, serve_run, "wait for a peer",
	  "usage: schat serve [tcp://ADDR:PORT | udp://ADDR:PORT] [options]",
	  "Without an address the peer is met at the signaling server (-s). Prints the command to "
	  "type on the other host,\n"
	  "good for one peer and ten minutes, and waits for every known contact too.\n" },
	{ "connect", FOR_CONNECT, true, true, connect_run, "talk to the host that waits",
	  "usage: schat connect CODE[@SERVER] | NAME | tcp://[WORDS@]HOST:PORT | "
	  "udp://[WORDS@]HOST:PORT | - [options]",
	  "NAME is a contact (schat peers), '-' reads the code from a line of standard input, "
	  "where ps cannot see it;\n"
	  "so does the environment variable SCHAT_CODE.\n" },
	{ "signal", FOR_SIGNAL, true, false, signal_run,
	  "be the server where hosts find each other",
	  "usage: schat signal [-l ADDR:PORT] [--relay[=KBIT]]",
	  "Needs one open port, UDP and TCP. Stores nothing; sees addresses and times, never keys, "
	  "names or text.\n" },
	{ "keygen", FOR_KEYGEN, false, true, keygen_run, "make a key, or show it",
	  "usage: schat keygen [-t x25519|rsa] [-b BITS] [-f FILE] [--show]",
	  "Not needed to begin: serve and connect make a key on first use. Prints the "
	  "fingerprint.\n" },
	{ "peers", FOR_PEERS, false, true, peers_run, "the contacts: whose keys are known",
	  "usage: schat peers [list]\n"
	  "       schat peers show NAME\n"
	  "       schat peers add NAME KEYLINE\n"
	  "       schat peers trust NAME KEYLINE      the key changed, and NAME has told you so in "
	  "person\n"
	  "       schat peers verify NAME FINGERPRINT\n"
	  "       schat peers rename NAME NEW\n"
	  "       schat peers forget NAME",
	  NULL },
	{ "help", FOR_HELP, false, false, help_run, "tell the options of a command",
	  "usage: schat help [COMMAND]", NULL },
	{ .name = NULL },
};

static int run(const struct subcommand *command, int argc, char **argv)
{
	static struct options options;
	static struct settings settings;
	char why[512];
	struct text t = text_of(why, sizeof why);

	if (!options_parse(&options, command->bit, argc, argv, &t))
		return usage_error(&options, why);
	if (options.help)
		return help_command(command);
	if (options.version)
		return report_out("schat " SCHAT_VERSION "\n", NULL);
	report_setup(options.quiet, options.verbose);
	if (command->crypto && !crypto_self_test())
		return report_error(EXIT_OTHER,
		                    "the cryptography gives wrong results on this machine; this "
		                    "copy of schat is broken. Nothing was sent.",
		                    NULL);
	int code = command->settings ? settings_load(&settings, &options) : 0;
	if (!code)
		code = command->run(&options);
	seed_end();
	return code;
}

/* "schat-serve" gives serve. */
static const struct subcommand *command_of_program(const char *path)
{
	const char *name = strrchr(path, '/');
	name = name ? name + 1 : path;
	return strncmp(name, "schat-", 6) == 0 ? subcommand_named(name + 6) : NULL;
}

int main(int argc, char **argv)
{
	process_start();
	const struct subcommand *command = argc > 0 ? command_of_program(argv[0]) : NULL;
	if (command)
		return run(command, argc, argv);
	if (argc < 2)
		return help_usage();
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
		return report_out("schat " SCHAT_VERSION "\n", NULL);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help_all();
	command = subcommand_named(argv[1]);
	return command ? run(command, argc - 1, argv + 1) : subcommand_unknown(argv[1]);
}
