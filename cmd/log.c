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

/* 2026-11-24T06:32:05Z */
static void add_time(struct text *t)
{
	char day[11];
	uint64_t s = clock_unix_s() % 86400;
	clock_today(day);
	text_add(t, day);
	text_add(t, "T");
	text_add_padded(t, s / 3600, 2);
	text_add(t, ":");
	text_add_padded(t, s / 60 % 60, 2);
	text_add(t, ":");
	text_add_padded(t, s % 60, 2);
	text_add(t, "Z ");
}

void log_line(const char *first, ...)
{
	char line[1024];
	struct text t = text_of(line, sizeof line - 1);
	va_list more;
	if (fd < 0)
		return;
	add_time(&t);
	va_start(more, first);
	text_add_list(&t, first, more);
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
