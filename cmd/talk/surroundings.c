#include "cmd/talk/surroundings.h"

#include <string.h>

#include "os/process.h"
#include "os/terminal.h"

static bool locale_is_utf8(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		const char *value = process_environment(variables[i]);
		if (value)
			return strstr(value, "UTF-8") || strstr(value, "utf8") ||
			       strstr(value, "UTF8") || strstr(value, "utf-8");
	}
	return false;
}

struct interactor_config surroundings_of(const struct options *o, bool terminal, int fd)
{
	const char *term = process_environment("TERM");
	struct interactor_config c = { .quiet = o->quiet, .keep = o->keep, .bell = o->bell };
	c.dumb = term == NULL || strcmp(term, "dumb") == 0;
	c.colour = terminal && !c.dumb && !process_environment("NO_COLOR");
	/* What goes to a file or a program is UTF-8; a terminal shows what its locale says. */
	c.utf8 = !terminal || locale_is_utf8();
	struct terminal_size size = terminal_size(fd);
	c.columns = size.columns;
	c.rows = size.rows;
	return c;
}
