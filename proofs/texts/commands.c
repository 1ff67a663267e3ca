/* commands: the word of a command in the console, and what stands behind it, ui/commands; of up to
 * so many bytes. */
#include "ui/commands.h"
#include "proofs/parsers/any.h"

static void read_all(size_t len)
{
	struct span words = any_bytes(len);
	(void)commands_named(words);
	for (const struct commands_row *row = commands_table; row->name; row++)
		(void)commands_fits(row, words);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
