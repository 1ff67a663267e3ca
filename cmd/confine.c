#include "cmd/confine.h"

#include <string.h>

#include "cmd/home.h"
#include "cmd/report.h"
#include "cmd/roll_file.h"
#include "os/sandbox.h"

/* What the C library and os/ read: names, networks, time zones, random numbers, the terminal. A
 * file that another program replaces is another one for Landlock, so folders are named. */
static const char *const of_system[] = { "/etc",        "/run",
	                                 "/proc",       "/dev/tty",
	                                 "/dev/random", "/dev/urandom",
	                                 "/dev/null",   "/usr/share/zoneinfo" };

/* Our own folder is made now, for what is not there cannot be named. A server has no use for it. */
static void allow_home(struct sandbox *s, const struct subcommand *command)
{
	static const char *const replaced[] = { "peers", "id_x25519", "id_rsa" };
	bool writes = (command->calls & CALLS_WRITES) != 0;
	char path[FILE_PATH];
	if (command->bit != FOR_SIGNAL && home_file("", path)) {
		if (writes)
			(void)file_make_folders(path);
		sandbox_allow(s, path, writes);
		for (size_t i = 0; writes && i < sizeof replaced / sizeof *replaced; i++)
			if (home_file(replaced[i], path))
				sandbox_allow_file(s, path);
	}
	if (home_settings(path))
		sandbox_allow(s, path, false);
}

static void allow_options(struct sandbox *s, const struct options *o)
{
	for (const struct option *row = options_table; row->name; row++) {
		char path[4096];
		struct text t = text_of(path, sizeof path);
		if (row->kind != OPTION_FILE || !options_have(o, row))
			continue;
		options_show(o, row, &t);
		sandbox_allow_file(s, path);
	}
}

/* A port of connect may be a socket in the file system (cmd/talk/forward.c). */
static unsigned allow_sockets(struct sandbox *s, const struct options *o)
{
	unsigned calls = o->socket || o->metrics || o->stats ? CALLS_SOCKETS : 0;
	for (size_t i = 0; o->command == FOR_CONNECT && i < o->listen.count; i++) {
		const char *at = o->listen.at[i];
		if (at[0] != '/' && at[0] != '.')
			continue;
		sandbox_allow_file(s, at);
		calls = CALLS_SOCKETS;
	}
	return calls;
}

/* Where files arrive, unless an option says where. */
static bool receives_here(const struct options *o)
{
	bool can =
	    o->command == FOR_SERVE || o->command == FOR_CONNECT || o->command == FOR_RECEIVE;
	return can && !o->pipe && !o->to && !o->dir &&
	       (o->command == FOR_RECEIVE || o->listen.count == 0);
}

static void allow_runtime(struct sandbox *s)
{
	char path[FILE_PATH];
	struct text t = text_of(path, sizeof path);
	text_add_span(&t, roll_file_folder());
	sandbox_allow(s, path, true);
}

/* A server calls nobody, and tells systemd how it is by a socket that may have an abstract name.
 * Ctrl-Z is for all who have the terminal. */
static unsigned closed_to(const struct subcommand *command)
{
	unsigned closed = command->bit == FOR_SIGNAL ? SANDBOX_CONNECT : SANDBOX_ABSTRACT;
	return closed | (command->calls & CALLS_TERMINAL ? 0 : SANDBOX_SIGNALS);
}

void confine(const struct subcommand *command, const struct options *o)
{
	struct sandbox s;
#ifdef __GLIBC__
	return; /* it loads modules that cannot be known here; and so do sanitizers */
#endif
	sandbox_open(&s, closed_to(command));
	for (size_t i = 0; i < sizeof of_system / sizeof *of_system; i++)
		sandbox_allow(&s, of_system[i], false);
	for (int fd = 0; fd <= 2; fd++)
		sandbox_allow_open(&s, fd, fd > 0);
	if (command->reads)
		sandbox_allow(&s, "/", false);
	for (size_t i = 0; command->bit == FOR_SEND && i < o->arguments_count; i++)
		sandbox_allow(&s, o->arguments[i], false);
	if (command->bit == FOR_SIGNAL) {
		sandbox_allow(&s, "/sys/fs/cgroup", false); /* how much memory there is */
		allow_runtime(&s);
	}
	if (receives_here(o))
		sandbox_allow(&s, ".", true);
	allow_home(&s, command);
	allow_options(&s, o);
	unsigned calls = command->calls | allow_sockets(&s, o) | (o->user ? CALLS_USER : 0);
	unsigned lack = sandbox_close(&s, calls);
	if (o->verbose && (lack & SANDBOX_NO_SECCOMP) != 0)
		report_say("this kernel has no seccomp filters, so system calls aren't limited to "
		           "those that schat makes");
	if (o->verbose && (lack & SANDBOX_NO_LANDLOCK) != 0)
		report_say("this kernel has no Landlock, so access to files isn't limited to those "
		           "that schat is to use");
}
