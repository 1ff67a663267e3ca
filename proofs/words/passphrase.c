/* passphrase: what is typed at a terminal, or is in standard input, up to Enter, cmd/passphrase; of
 * any length. In run, a passphrase has few bytes. */
#include <string.h>

#include "base/bytes.h"

static int compare(const char *a, const char *b)
{
	strlen(a);
	strlen(b);
	return Frama_C_interval(0, 1);
}
#define strcmp compare

#include "cmd/passphrase.c"
#include "proofs/states/any.h"

enum err descriptor_await(int fd, void *to, size_t cap, size_t *len)
{
	(void)fd;
	if (any_bool())
		return ERR_LOCAL;
	Frama_C_make_unknown(to, cap);
	*len = (size_t)Frama_C_interval(0, (int)cap);
	return OK;
}

enum err descriptor_write_all(int fd, struct span bytes)
{
	(void)fd;
	if (bytes.len > 0)
		bytes.at[bytes.len - 1];
	return OK;
}

bool terminal_is(int fd)
{
	(void)fd;
	return any_bool();
}

bool terminal_raw(int fd)
{
	(void)fd;
	return any_bool();
}

void terminal_restore(void)
{
}

int report_error(int exit_status, const char *format, ...)
{
	(void)format;
	return exit_status;
}

int main(void)
{
	char text[PASSPHRASE_TEXT];
	if (passphrase_ask("new: ", any_bool() ? "again: " : NULL, text) == 0)
		strlen(text);
}
