/* report: see report.h. */
#include "cmd/report.h"

#include <stdarg.h>
#include <stddef.h>

#include "base/assert.h"
#include "base/text.h"
#include "os/descriptor.h"
#include "os/file.h"

static bool is_quiet;

enum { LINE = 4096 }; /* the longest is the help of serve */

void report_setup(bool quiet)
{
	is_quiet = quiet;
}

static void say(const char *format, va_list more)
{
	char line[LINE];
	struct text t = text_of(line, sizeof line - 1); /* the newline always has room */
	text_add(&t, "schat: ");
	text_add_format_list(&t, format, more);
	line[t.len] = '\n';
	(void)descriptor_write_all(2, span_of(line, t.len + 1));
}

int report_error(int exit_status, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	say(format, more);
	va_end(more);
	return exit_status;
}

int report_file(const char *what, const char *path)
{
	return report_error(EXIT_LOCAL, "can't %s %s: %s", what, path, file_why());
}

void report_say(const char *format, ...)
{
	va_list more;
	if (is_quiet)
		return;
	va_start(more, format);
	say(format, more);
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
	enum err err = descriptor_write_all(1, text_span(&t));
	if (err == ERR_CUT)
		return EXIT_PIPE;
	return err ? report_error(EXIT_LOCAL, "can't write to standard output: %s",
	                          descriptor_why())
	           : EXIT_DONE;
}
