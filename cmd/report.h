/* report: what the program tells its user outside of a conversation, one sentence a line on
 * standard error: "schat: what happened. What to do next." And the file of --log. All calls take a
 * format as of text_add_format. Whatever they quote, from a file, an argument or a peer, is made
 * safe for a terminal here (ui/safe.h). Lines for systemd's journal begin with how grave they are,
 * as it wants it (sd-daemon(3)), instead of "schat: ". */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"

void report_setup(bool quiet);
/* From now on nothing waits for whoever reads standard error, or the log: what has no room there is
 * lost. For a server, which would wait for good with its own clients behind. */
void report_goes_on(void);
/* Returns exit_status. */
int report_error(int exit_status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* From now on what report_error says is added to *t, not safe and without a newline, instead of
 * being written, and what report_say says is lost: for whoever has the screen. NULL: it is written
 * again. */
void report_errors_to(struct text *t);
/* Something could not be made: too few files may be open, or there is no memory, or
 * no process. */
int report_no_room(void);
/* "can't WHAT PATH: the system's words." about a call of os/file.h that failed: EXIT_LOCAL. */
int report_file(const char *what, const char *path);
/* Nothing of ours takes CR alone for the end of a line, as old systems did. */
#define REPORT_OLD_LINES "has lines that end with CR alone. Save it with Unix line ends (LF)."
bool report_old_lines(struct span text);
/* " A port is at most 65535." where address, or what follows its last ':', is a larger number; else
 * "". */
const char *report_port_hint(const char *address);
/* What to do where a port cannot be listened on, which err (of os/net.h) says. */
const char *report_listen_hint(enum err err);
/* The same of a socket in the file system: errno says why; 0: its folder is not ours, as
 * port_folder_is_ours (os/port.h) says with ours. Returns EXIT_LOCAL. */
int report_listen_path(const char *path, bool ours);
/* host is no host's name or address, as os/resolve.h's resolve_check says. Returns EXIT_USAGE. */
int report_no_host(const char *host, enum err err);
void report_say(const char *format, ...) __attribute__((format(printf, 1, 2))); /* not with -q */

/* On standard output: what was asked for, up to 4 KB; with newlines and tabs. Returns EXIT_DONE, or
 * the status to end with when standard output fails. */
int report_out(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* path NULL: there is no log. 0, or the exit status. */
int report_log_open(const char *path);
/* Appends an event, with its time. What people say and secrets are never logged. */
void report_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Begins a new file where the old one was moved away. */
void report_log_reopen(void);
/* The log is another file from now on; NULL: there is none. */
void report_log_move(const char *path);
enum { REPORT_TROUBLE = 1024 };
/* The log could not be written, or not be opened again, and this was not told yet: a sentence. */
bool report_log_trouble(char out[static REPORT_TROUBLE]);
void report_log_close(void);
