#include "cmd/passphrase.h"

#include <string.h>

#include "base/text.h"
#include "cmd/report.h"
#include "os/descriptor.h"
#include "os/terminal.h"

enum { CTRL_C = 'C' - '@', CTRL_D = 'D' - '@', CTRL_U = 'U' - '@', DELETE = '?' + '@' };

/* Without the last character of UTF-8. */
static size_t shorter(const char *text, size_t len)
{
	while (len > 0 && (uint8_t)text[--len] >> 6 == 2)
		continue;
	return len;
}

/* Up to Enter or the end. */
static int read_line(bool terminal, char out[static PASSPHRASE_TEXT])
{
	uint8_t byte = 0;
	size_t len = 0, got;
	bool cut = false;
	while (descriptor_await(0, &byte, 1, &got) == OK && got == 1) {
		if (byte == '\n' || byte == '\r')
			break;
		if (terminal && (byte == CTRL_C || (byte == CTRL_D && len == 0)))
			return EXIT_INT;
		if (terminal && (byte == '\b' || byte == DELETE))
			len = shorter(out, len);
		else if (terminal && byte == CTRL_U)
			len = 0;
		else if (len < PASSPHRASE_TEXT - 1)
			out[len++] = (char)byte;
		else
			cut = true;
	}
	out[len] = 0;
	if (cut)
		return report_error(EXIT_USAGE, "that passphrase is too long");
	return len > 0 ? 0 : report_error(EXIT_USAGE, "a passphrase can't be empty");
}

static int ask(const char *question, bool terminal, char out[static PASSPHRASE_TEXT])
{
	if (terminal && !terminal_raw(0))
		return report_error(EXIT_LOCAL, "can't switch this terminal to single keys");
	if (terminal)
		(void)descriptor_write_all(2, span_text(question));
	int code = read_line(terminal, out);
	if (terminal) {
		terminal_restore();
		(void)descriptor_write_all(2, span_text("\n"));
	}
	return code;
}

int passphrase_ask(const char *question, const char *again, char out[static PASSPHRASE_TEXT])
{
	char second[PASSPHRASE_TEXT];
	bool terminal = terminal_is(0);
	int code = ask(question, terminal, out);
	if (!code && again && terminal) {
		code = ask(again, terminal, second);
		if (!code && strcmp(out, second) != 0)
			code = report_error(EXIT_USAGE, "the two passphrases differ");
		bytes_wipe(second, sizeof second);
	}
	if (code)
		bytes_wipe(out, PASSPHRASE_TEXT);
	return code;
}
