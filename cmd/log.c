/* log: see log.h. */
#include "cmd/log.h"

#include <stdarg.h>

#include "base/text.h"
#include "cmd/report.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/file.h"

static int fd = -1;

int log_open(const char *path)
{
	if (path == NULL)
		return 0;
	fd = file_append(path);
	return fd >= 0 ? 0 : report_file("write to the log file", path);
}

void log_line(const char *format, ...)
{
	char line[1024], day[11];
	struct text t = text_of(line, sizeof line - 1);
	va_list more;
	if (fd < 0)
		return;
	clock_today(day);
	uint64_t s = clock_unix_s() % 86400;
	text_add_format(&t, "%sT%02ju:%02ju:%02juZ ", day, s / 3600, s / 60 % 60, s % 60);
	va_start(more, format);
	text_add_format_list(&t, format, more);
	va_end(more);
	line[t.len] = '\n';
	(void)descriptor_write_all(
	    fd, span_of(line, t.len + 1)); /* a full disk must not end the conversation */
}

void log_close(void)
{
	descriptor_close(fd);
	fd = -1;
}
