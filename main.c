/* schat: one program, several subcommands (cmd/subcommands.c), found by the first argument or, as
 * in busybox, by the name the program was called by (schat-serve). */
#include <string.h>

#include "base/text.h"
#include "cmd/config_check.h"
#include "cmd/confine.h"
#include "cmd/help.h"
#include "cmd/home.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "cmd/settings.h"
#include "crypto/contact_name.h"
#include "crypto/self_test.h"
#include "os/process.h"

static int run(const struct subcommand *command, int argc, char **argv)
{
	static struct options options;
	char why[512];
	struct text t = text_of(why, sizeof why);

	if (!options_parse(&options, command->bit, argc, argv, &t))
		return help_usage_error(&options, why);
	if (options.help)
		return help_of(command);
	if (options.version)
		return report_out("schat " SCHAT_VERSION "\n");
	if (command->takes && options.arguments_count > command->arguments) {
		text_add_format(&t, "%s takes %s", command->name, command->takes);
		return help_usage_error(&options, why);
	}
	report_setup(options.quiet);
	if (!home_choose(options.profile))
		return report_error(EXIT_USAGE,
		                    "that can't be a profile's name: " CONTACT_NAME_RULE);
	if (command->crypto && !self_test_passes())
		return report_error(EXIT_OTHER,
		                    "the cryptography gives wrong results on this machine, so this "
		                    "copy of schat is broken. Nothing was sent.");
	int code = command->settings ? settings_load(&options) : 0;
	if (!code)
		confine(command, &options);
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
	return strncmp(name, "schat-", 6) == 0 ? help_named(name + 6) : NULL;
}

int main(int argc, char **argv)
{
	process_start();
	const struct subcommand *command = argc > 0 ? command_of_program(argv[0]) : NULL;
	if (command)
		return run(command, argc, argv);
	if (argc < 2)
		return help_usage();
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0 ||
	    strcmp(argv[1], "version") == 0)
		return report_out("schat " SCHAT_VERSION "\n");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help_all();
	if (strcmp(argv[1], "--check-config") == 0 && argc > 2)
		return report_error(EXIT_USAGE,
		                    "--check-config takes no arguments. For the settings "
		                    "of a profile, set SCHAT_PROFILE.");
	if (strcmp(argv[1], "--check-config") == 0)
		return home_choose(NULL) ? config_check() : EXIT_USAGE;
	command = help_named(argv[1]);
	return command ? run(command, argc - 1, argv + 1) : help_unknown(argv[1]);
}
