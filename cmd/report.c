/* report: see report.h. */
#include "cmd/report.h"

#include <stdarg.h>
#include <stddef.h>

#include "base/text.h"
#include "os/descriptor.h"
#include "os/file.h"

static bool is_quiet;

enum { LINE = 4096 };

void report_setup(bool quiet)
{
	is_quiet = quiet;
}

static void say(const char *first, va_list more)
{
	char line[LINE];
	struct text t = text_of(line, sizeof line - 1); /* the newline always has room */
	text_add(&t, "schat: ");
	text_add_list(&t, first, more);
	line[t.len] = '\n';
	(void)descriptor_write_all(2, span_of(line, t.len + 1));
}

int report_error(int exit_code, ...)
{
	va_list more;
	va_start(more, exit_code);
	say("", more);
	va_end(more);
	return exit_code;
}

int report_file(const char *what, const char *path)
{
	return report_error(EXIT_LOCAL, "can't ", what, " ", path, ": ", file_why(), NULL);
}

void report_say(const char *first, ...)
{
	va_list more;
	if (is_quiet)
		return;
	va_start(more, first);
	say(first, more);
	va_end(more);
}

int report_out(const char *first, ...)
{
	enum err err = OK;
	va_list more;
	va_start(more, first);
	for (const char *s = first; s && !err; s = va_arg(more, const char *))
		err = descriptor_write_all(1, span_text(s));
	va_end(more);
	if (err == ERR_CUT)
		return EXIT_PIPE;
	return err ? report_error(EXIT_LOCAL, "can't write to standard output: ", descriptor_why(),
	                          NULL)
	           : EXIT_DONE;
}
