#include "cmd/texts.h"

#include <string.h>

#include "build/texts_table.h"
#include "cmd/report.h"
#include "cmd/unpack.h"

static char all[texts_bytes];

/* Unpacks so many bytes: the manual, which is the most, comes last, and is not always wanted. */
static bool load(size_t len)
{
	static size_t have;
	if (have >= len)
		return all[0] != 0;
	have = len;
	if (!unpack(span_of(texts_table, sizeof texts_table), all, len))
		return report_error(false, "out of memory");
	for (size_t i = 1; i <= texts_help_bytes; i++)
		if (i == texts_help_bytes || (all[i] == '@' && all[i - 1] == '\n'))
			all[i - 1] = 0;
	return true;
}

const char *texts_of(char kind, const char *name)
{
	size_t len = strlen(name);
	const char *end = all + (load(texts_help_bytes) ? texts_help_bytes : 0);
	for (const char *at = all; at < end; at += strlen(at) + 1)
		if (at[1] == kind && strncmp(at + 2, name, len) == 0 && at[len + 2] == '\n')
			return at + len + 3;
	return "";
}

struct span texts_manual(void)
{
	size_t len = load(sizeof all) ? sizeof all - texts_help_bytes : 0;
	return span_of(all + texts_help_bytes, len);
}
