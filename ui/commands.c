#include "ui/commands.h"

#include "base/split.h"

static const struct commands_row rows[] = {
	{ "/help", COMMANDS_HELP, false },
	{ "/who", COMMANDS_WHO, false },
	{ "/verify", COMMANDS_VERIFY, true },
	{ "/quit", COMMANDS_QUIT, false },
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct commands_row *commands_named(struct span name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (span_is(name, rows[i].name))
			return &rows[i];
	return NULL;
}

struct span commands_rest(struct span line)
{
	struct span found = { 0 };
	unsigned count = 0;
	for (size_t i = 0; i < ROWS; i++) {
		struct span name = span_text(rows[i].name), rest = name;
		rest.len = line.len;
		if (line.len < 2 || line.len > name.len || !span_equal(rest, line))
			continue;
		found = span_after(name, line.len);
		count++;
	}
	return count == 1 ? found : span_of(NULL, 0);
}
