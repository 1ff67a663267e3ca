#include "ui/commands.h"

#include "base/text.h"

const struct commands_row commands_table[] = {
	{ "/help", "[keys]", "show this, or the keys", COMMANDS_HELP, COMMANDS_KEYS },
	{ "/who", "", "show who is connected, and how", COMMANDS_WHO, COMMANDS_ANY },
	{ "/verify", "[FINGERPRINT]", "mark the peer as verified, if this is its fingerprint",
	  COMMANDS_VERIFY, COMMANDS_ANY },
	{ "/to", "[NAME [TEXT]]", "say TEXT to NAME, also later; or choose NAME, or the next",
	  COMMANDS_TO, COMMANDS_PEER },
	{ "/invite", "", "make a code with which somebody else can join", COMMANDS_INVITE,
	  COMMANDS_ANY },
	{ "/search", "TEXT", "show the messages that contain TEXT", COMMANDS_SEARCH, COMMANDS_ANY },
	{ "/history", "[N]", "show the last N messages again (default: 20)", COMMANDS_HISTORY,
	  COMMANDS_NUMBER },
	{ "/nick", "NAME", "suggest NAME as your name to peers who connect later", COMMANDS_NICK,
	  COMMANDS_ANY },
	{ "/paste", "[FILE]", "write a message of several lines, or read it from FILE",
	  COMMANDS_PASTE, COMMANDS_FILE },
	{ "/send", "FILE", "offer a file or folder to the peer, one at a time", COMMANDS_SEND,
	  COMMANDS_FILE },
	{ "/accept", "[N]", "accept the files that the peer offers", COMMANDS_ACCEPT,
	  COMMANDS_NUMBER },
	{ "/reject", "[N]", "reject them, or stop transfer N", COMMANDS_REJECT, COMMANDS_NUMBER },
	{ "/cancel", "N", "withdraw file N, which waits or is on its way", COMMANDS_REJECT,
	  COMMANDS_NUMBER },
	{ "/files", "", "show the transfers, and how far they are", COMMANDS_FILES, COMMANDS_ANY },
	{ "/log", "on|off", "also write messages to a file, unencrypted", COMMANDS_LOG,
	  COMMANDS_SWITCH },
	{ "/clear", "", "clear the screen (also Ctrl-L)", COMMANDS_CLEAR, COMMANDS_ANY },
	{ "/quit", "", "leave when everything is confirmed (also Ctrl-D)", COMMANDS_QUIT,
	  COMMANDS_ANY },
	{ .name = NULL },
};

const struct commands_row *commands_named(struct span name)
{
	for (const struct commands_row *row = commands_table; row->name; row++)
		if (span_is(name, row->name))
			return row;
	return NULL;
}

bool commands_fits(const struct commands_row *row, struct span words)
{
	uint64_t number;
	if (words.len == 0)
		return row->takes[0] == 0 || row->takes[0] == '[';
	if (row->words == COMMANDS_NUMBER)
		return text_read_u64(words, UINT32_MAX, &number);
	if (row->words == COMMANDS_SWITCH)
		return span_is(words, "on") || span_is(words, "off");
	return row->takes[0] != 0 && (row->words != COMMANDS_KEYS || span_is(words, "keys"));
}
