#include "ui/commands.h"

const struct commands_row commands_table[] = {
	{ "/help", "[keys]", "show this, or the keys", COMMANDS_HELP, COMMANDS_KEYS },
	{ "/who", "", "show who is connected, and how", COMMANDS_WHO, COMMANDS_ANY },
	{ "/verify", "[FINGERPRINT]", "mark the peer as verified, if this is its fingerprint",
	  COMMANDS_VERIFY, COMMANDS_ANY },
	{ "/to", "[NAME]", "talk to NAME, if several are here; or to the next one", COMMANDS_TO,
	  COMMANDS_PEER },
	{ "/invite", "", "make a code, by which somebody else can join", COMMANDS_INVITE,
	  COMMANDS_ANY },
	{ "/search", "TEXT", "show what was said with TEXT in it", COMMANDS_SEARCH, COMMANDS_ANY },
	{ "/history", "[N]", "show the last N messages again (20)", COMMANDS_HISTORY,
	  COMMANDS_ANY },
	{ "/nick", "NAME", "suggest NAME as your name to those who come next", COMMANDS_NICK,
	  COMMANDS_ANY },
	{ "/paste", "[FILE]", "write a message of several lines, or take it from FILE",
	  COMMANDS_PASTE, COMMANDS_FILE },
	{ "/send", "FILE", "offer a file or folder to the peer, one at a time", COMMANDS_SEND,
	  COMMANDS_FILE },
	{ "/accept", "[N]", "take the files that the peer offers", COMMANDS_ACCEPT, COMMANDS_ANY },
	{ "/reject", "[N]", "refuse them", COMMANDS_REJECT, COMMANDS_ANY },
	{ "/files", "", "show what files are being sent, and how far", COMMANDS_FILES,
	  COMMANDS_ANY },
	{ "/log", "on|off", "also write what is said to a file, not encrypted", COMMANDS_LOG,
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
	if (words.len == 0)
		return row->takes[0] == 0 || row->takes[0] == '[';
	if (row->words == COMMANDS_SWITCH)
		return span_is(words, "on") || span_is(words, "off");
	return row->takes[0] != 0 && (row->words != COMMANDS_KEYS || span_is(words, "keys"));
}
