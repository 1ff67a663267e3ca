#include "cmd/report.h"

#include <errno.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/file.h"
#include "os/process.h"
#include "ui/safe.h"

enum { LINE = 4096 }; /* the longest is the help of serve */

static bool is_quiet;
static bool goes_on;        /* whoever does not read what it says */
static bool journal;        /* standard error leads there, and it knows who writes */
static struct text *errors; /* where they go instead of the screen; NULL: nowhere else */
static int log_fd = -1;
static char log_path[FILE_PATH];
static const char *log_why; /* it could not be written; NULL: it could */
static bool log_told;       /* ... and the user knows */

void report_setup(bool quiet)
{
	const char *stream = process_environment("JOURNAL_STREAM");
	is_quiet = quiet;
	journal = stream && descriptor_is(2, stream);
}

void report_goes_on(void)
{
	goes_on = true;
}

static enum err write_now(int fd, struct span line)
{
	size_t taken;
	enum err err = descriptor_write(fd, line, &taken);
	return err || taken == line.len ? err : ERR_FULL;
}

/* The one place where text leaves: nothing in it can act on a terminal, or pass for a second line.
 * What can't be written is lost: the program goes on. */
static enum err write_safely(int fd, const struct text *t, unsigned flags, const char *end)
{
	static uint8_t safe[SAFE_ROOM(LINE) + 1]; /* on the stack, it would take memory for good */
	struct writer w = writer_of(safe, sizeof safe);
	safe_text(text_span(t), flags, &w);
	write_span(&w, span_text(end));
	return goes_on ? write_now(fd, written(&w)) : descriptor_write_all(fd, written(&w));
}

/* A line that begins with start. */
static enum err write_line(int fd, const char *start, const char *format, va_list more)
{
	char line[LINE];
	struct text t = text_of(line, sizeof line);
	text_add(&t, start);
	text_add_format_list(&t, format, more);
	return write_safely(fd, &t, SAFE_LINE, "\n");
}

int report_error(int exit_status, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	if (errors)
		text_add_format_list(errors, format, more);
	else
		(void)write_line(2,
		                 !journal      ? "schat: "
		                 : exit_status ? "<3>"
		                               : "<4>",
		                 format, more);
	va_end(more);
	return exit_status;
}

void report_errors_to(struct text *t)
{
	errors = t;
}

int report_no_room(void)
{
	enum { SOME = 4 }; /* what one of our parts may need of them */
	if (descriptor_room() < SOME)
		return report_error(EXIT_LOCAL, "too few files may be open. Raise the limit: "
		                                "ulimit -n");
	return report_error(EXIT_OTHER, "out of memory or processes");
}

bool report_old_lines(struct span text)
{
	for (size_t i = 1; i < text.len; i++)
		if (text.at[i - 1] == '\r' && text.at[i] != '\n')
			return true;
	return false;
}

int report_file(const char *what, const char *path)
{
	return report_error(EXIT_LOCAL, "can't %s %s: %s", what, path, file_why());
}

const char *report_listen_hint(enum err err)
{
	switch (err) {
	case ERR_BUSY: return "Another program uses this port. End it, or choose another port.";
	case ERR_LOCAL:
		return "Ports below 1024 need root or the capability CAP_NET_BIND_SERVICE. Choose "
		       "another one, or see setcap(8).";
	case ERR_USAGE:
		return "This host has no such address. Use one of its own, or 0.0.0.0 or [::] for "
		       "all of them.";
	case ERR_FULL:
		return "Too much is open. End other programs, or raise the limit: ulimit -n 1024";
	default: return "Use another address.";
	}
}

int report_listen_path(const char *path, bool ours)
{
	const char *why = errno == EADDRINUSE ? "another program listens there" : strerror(errno);
	if (!ours && errno == 0)
		why = "its folder must be yours, and nobody else may write in it. "
		      "$XDG_RUNTIME_DIR is such a folder";
	return report_error(EXIT_LOCAL, "can't listen on %s: %s. Use another path.", path, why);
}

int report_no_host(const char *host, enum err err)
{
	bool ascii = true;
	for (const char *c = host; *c; c++)
		ascii &= (*c & 0x80) == 0;
	if (err == ERR_USAGE)
		return report_error(EXIT_USAGE,
		                    "the address %s is valid on one network only. Add the "
		                    "interface of this host that leads there, as in %s%%eth0.",
		                    host, host);
	if (err == ERR_UNREACHABLE)
		return report_error(EXIT_USAGE, "this host has no interface named in '%s'", host);
	return report_error(EXIT_USAGE, "'%s' isn't a valid host name%s", host,
	                    ascii ? "" : ". Write it as name servers know it, with xn--.");
}

const char *report_port_hint(const char *address)
{
	const char *colon = strrchr(address, ':');
	uint64_t port;
	bool large = text_read_u64(span_text(colon ? colon + 1 : address), UINT32_MAX, &port) &&
	             port > UINT16_MAX;
	return large ? " A port is at most 65535." : "";
}

void report_say(const char *format, ...)
{
	va_list more;
	if (is_quiet || errors)
		return;
	va_start(more, format);
	(void)write_line(2, journal ? "<6>" : "schat: ", format, more);
	va_end(more);
}

int report_out(const char *format, ...)
{
	char out[LINE];
	struct text t = text_of(out, sizeof out);
	va_list more;
	va_start(more, format);
	text_add_format_list(&t, format, more);
	va_end(more);
	assert(!t.cut);
	enum err err = write_safely(1, &t, SAFE_NEWLINE | SAFE_TAB, "");
	if (err == ERR_CUT)
		return EXIT_PIPE;
	return err ? report_error(EXIT_LOCAL, "can't write to standard output: %s",
	                          descriptor_why())
	           : EXIT_DONE;
}

int report_log_open(const char *path)
{
	if (path == NULL)
		return 0;
	text_copy(log_path, sizeof log_path, path);
	log_fd = file_append(path);
	return log_fd >= 0 ? 0 : report_file("write to the log file", path);
}

void report_log(const char *format, ...)
{
	char day[11], time[24];
	struct text t = text_of(time, sizeof time);
	va_list more;
	if (log_fd < 0)
		return;
	clock_today(day);
	uint64_t s = clock_unix_s() % 86400;
	text_add_format(&t, "%sT%02ju:%02ju:%02juZ ", day, s / 3600, s / 60 % 60, s % 60);
	va_start(more, format);
	enum err err = write_line(log_fd, time, format, more);
	if (err && log_why == NULL)
		log_why = err == ERR_FULL ? "nobody reads it" : descriptor_why();
	va_end(more);
}

void report_log_move(const char *path)
{
	if (path == NULL)
		report_log_close();
	text_copy(log_path, sizeof log_path, path ? path : "");
	report_log_reopen();
}

void report_log_reopen(void)
{
	if (log_path[0] == 0)
		return;
	int fd = file_append(log_path);
	log_told = false;
	log_why = fd < 0 ? file_why() : NULL;
	if (fd < 0)
		return;
	descriptor_close(log_fd);
	log_fd = fd;
}

bool report_log_trouble(char out[static REPORT_TROUBLE])
{
	struct text t = text_of(out, REPORT_TROUBLE);
	if (log_why == NULL || log_told)
		return false;
	log_told = true;
	text_add_format(&t, "can't write to the log file %s: %s. What happens now isn't logged.",
	                log_path, log_why);
	return true;
}

void report_log_close(void)
{
	descriptor_close(log_fd);
	log_fd = -1;
}
