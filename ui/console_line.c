/* console_line: the keys that edit the line being typed, pastes, and what becomes of the line with
 * Enter: a message, a command, or a sentence that says why it was not sent. */
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "ui/address.h"
#include "ui/console.h"
#include "ui/speech.h"

static const char help[] = "/who    who is there, and how\n"
			   "/quit   leave, as soon as everything is confirmed (or Ctrl-D)\n"
			   "//x     says /x\n"
			   "Ctrl-C  drops the line; on an empty one: leaves at once\n"
			   "Ctrl-R  searches what you said; Ctrl-Y brings back what you deleted\n"
			   "A paste of several lines is one message: Enter sends it.\n";
static const char help_marks[] = "Marks: \u00b7 waits  \u2713 sent  \u2713\u2713 shown\n";
static const char help_marks_ascii[] = "Marks: . waits  + sent  ++ shown\n";

/* ---- the line is done ---- */

/* Another Enter counts when the user can have read what it would do. One that comes sooner, such as
 * the second of two quick ones, or of a key that is held down, begins the wait anew. *known: it is
 * on the screen already. */
static bool confirmed(struct console *c, enum console_ask what, bool *known)
{
	*known = c->asked == what && c->asked_conv == c->conv;
	if (*known && c->asked_at != NEVER && c->now - c->asked_at >= SPEECH_READ_US) {
		c->asked = CONSOLE_ASK_NOTHING;
		return true;
	}
	if (!*known || c->asked_at != NEVER)
		c->asked_at = *known ? c->now : NEVER;
	c->asked = what;
	c->asked_conv = c->conv;
	return false;
}

/* The line was begun in another conversation, or in none: it stays, and is for the present one if
 * the user says so. */
static void say_not_here(struct console *c)
{
	char line[2 * TALK_PEER + 128];
	struct text t = text_of(line, sizeof line);
	if (!c->talk.here) {
		console_say(c, "schat: nobody is here; not sent\n");
		return;
	}
	text_add(&t, "schat: not sent: you began this line ");
	if (c->line_peer[0]) {
		text_add(&t, "for ");
		text_add(&t, c->line_peer);
	} else {
		text_add(&t, "before ");
		text_add(&t, c->talk.peer);
		text_add(&t, " came");
	}
	if (c->conv != ADDRESS_NOBODY) {
		text_add(&t, ". To send it to ");
		text_add(&t, c->talk.peer);
		text_add(&t, ", wait two seconds and press Enter");
	}
	text_add(&t, "\n");
	console_say(c, line);
}

/* Whether the line may go to who is here; if not, that is said once. */
static bool may_go_here(struct console *c)
{
	bool known = false;
	if (c->conv != ADDRESS_NOBODY && c->line_conv == c->conv)
		return true;
	if (c->conv != ADDRESS_NOBODY && confirmed(c, CONSOLE_ASK_PEER, &known)) {
		c->line_conv = c->conv;
		return true;
	}
	if (!known)
		say_not_here(c);
	return false;
}

/* Whether the line may go as it is; what speaks against it is said once. */
static bool may_send(struct console *c)
{
	bool known;
	if (c->quit) {
		console_say(c, "schat: you are leaving; this is not sent\n");
		return false;
	}
	if (!may_go_here(c))
		return false;
	if (!c->line_cut || confirmed(c, CONSOLE_ASK_CUT, &known)) {
		c->line_cut = false;
		return true;
	}
	if (!known)
		console_say(c,
		            "schat: not sent: this line had more than 16000 bytes, and its end is "
		            "missing. To send what is here, wait two seconds and press Enter\n");
	return false;
}

static void send(struct console *c, struct span text)
{
	if (!may_send(c))
		return;
	if (!outbox_add(&c->outbox, text, c->conv)) {
		console_say(c, "schat: too much waits to be sent; Enter tries again\n");
		return;
	}
	edit_commit(&c->edit);
	console_show_waiting(c);
}

void console_leave(struct console *c)
{
	if (!c->quit && (c->outbox.count > 0 || c->delivered < c->last))
		console_say(c,
		            "schat: leaving when everything is confirmed; Ctrl-C leaves at once\n");
	c->quit = true;
}

static void run_command(struct console *c, struct span line)
{
	while (line.len > 0 && line.at[line.len - 1] == ' ')
		line.len--;
	if (span_is(line, "/help")) {
		console_say(c, help);
		console_say(c, c->talk.utf8 ? help_marks : help_marks_ascii);
	} else if (span_is(line, "/who")) {
		c->who = true;
	} else if (span_is(line, "/quit")) {
		console_leave(c);
	} else {
		console_say(c, "schat: that is no command, and nothing was sent. /help lists the "
		               "commands; to say "
		               "a line that begins with /, type //\n");
	}
	edit_commit(&c->edit);
}

static void enter(struct console *c)
{
	struct span line = edit_text(&c->edit);
	if (c->screen.dumb)
		screen_hide(&c->screen);
	while (line.len > 0 && line.at[line.len - 1] == '\n')
		line.len--;
	if (line.len == 0)
		edit_clear(&c->edit, false);
	else if (line.at[0] != '/')
		send(c, line);
	else if (line.len > 1 && line.at[1] == '/')
		send(c, span_of(line.at + 1, line.len - 1));
	else
		run_command(c, line);
}

/* ---- keys ---- */

static const struct {
	enum key_kind kind;
	uint32_t rune;
	enum edit_act act;
} bindings[] = {
	{ KEY_LEFT, 0, EDIT_LEFT },
	{ KEY_CTRL, 'b', EDIT_LEFT },
	{ KEY_RIGHT, 0, EDIT_RIGHT },
	{ KEY_CTRL, 'f', EDIT_RIGHT },
	{ KEY_WORD_LEFT, 0, EDIT_WORD_LEFT },
	{ KEY_ALT, 'b', EDIT_WORD_LEFT },
	{ KEY_WORD_RIGHT, 0, EDIT_WORD_RIGHT },
	{ KEY_ALT, 'f', EDIT_WORD_RIGHT },
	{ KEY_HOME, 0, EDIT_HOME },
	{ KEY_CTRL, 'a', EDIT_HOME },
	{ KEY_END, 0, EDIT_END },
	{ KEY_CTRL, 'e', EDIT_END },
	{ KEY_BACKSPACE, 0, EDIT_BACKSPACE },
	{ KEY_DELETE, 0, EDIT_DELETE },
	{ KEY_CTRL, 'd', EDIT_DELETE },
	{ KEY_CTRL, 'k', EDIT_KILL_END },
	{ KEY_CTRL, 'u', EDIT_KILL_START },
	{ KEY_CTRL, 'w', EDIT_KILL_BLANK_LEFT },
	{ KEY_ALT, 0x7f, EDIT_KILL_WORD_LEFT },
	{ KEY_ALT, 'd', EDIT_KILL_WORD_RIGHT },
	{ KEY_CTRL, 'y', EDIT_YANK },
	{ KEY_CTRL, 't', EDIT_TRANSPOSE },
	{ KEY_UP, 0, EDIT_OLDER },
	{ KEY_CTRL, 'p', EDIT_OLDER },
	{ KEY_DOWN, 0, EDIT_NEWER },
	{ KEY_CTRL, 'n', EDIT_NEWER },
};

/* Said once a line: it has no room for more. */
static void no_room(struct console *c)
{
	if (!c->line_cut)
		console_say(c, "schat: a message has at most 16000 bytes; this line is full\n");
	c->line_cut = true;
}

static void edit_key(struct console *c, struct key key)
{
	uint8_t utf8[4];
	if (key.kind == KEY_RUNE) {
		size_t len = utf8_encode(key.rune, utf8);
		if (edit_insert(&c->edit, span_of(utf8, len)) < len)
			no_room(c);
		return;
	}
	for (size_t i = 0; i < sizeof bindings / sizeof bindings[0]; i++) {
		if (bindings[i].kind != key.kind || bindings[i].rune != key.rune)
			continue;
		if (bindings[i].act == EDIT_YANK && c->edit.killed_len > LIMIT_TEXT - c->edit.len)
			no_room(c);
		else
			edit_do(&c->edit, bindings[i].act);
	}
}

static void interrupt(struct console *c)
{
	if (c->edit.len > 0)
		edit_clear(&c->edit, true);
	else
		c->stop = true;
}

static void suspend(struct console *c)
{
	screen_hide(&c->screen);
	console_pasting(c, false);
	c->suspended = c->suspend = true;
}

/* Ctrl-R and what follows: true when the key was for the search. */
static bool search_key(struct console *c, struct key key)
{
	struct span pattern = span_of(c->pattern, c->pattern_len);
	if (key.kind == KEY_CTRL && key.rune == 'r') {
		if (c->searching)
			edit_find(&c->edit, pattern, true);
		else
			c->pattern_len = 0;
		c->searching = true;
		return true;
	}
	if (!c->searching)
		return false;
	if (key.kind == KEY_RUNE && c->pattern_len + 4 <= sizeof c->pattern) {
		c->pattern_len += utf8_encode(key.rune, c->pattern + c->pattern_len);
		if (!edit_find(&c->edit, span_of(c->pattern, c->pattern_len), false))
			c->pattern_len = pattern.len;
		return true;
	}
	if (key.kind == KEY_RUNE)
		return true;
	if (key.kind == KEY_BACKSPACE) {
		while (c->pattern_len > 0 && (c->pattern[--c->pattern_len] & 0xc0) == 0x80)
			continue;
		return true;
	}
	c->searching = false;
	bool cancels = key.kind == KEY_ESCAPE ||
	               (key.kind == KEY_CTRL && (key.rune == 'g' || key.rune == 'c'));
	while (cancels && c->edit.depth > 0)
		edit_do(&c->edit, EDIT_NEWER);
	return cancels || key.kind == KEY_ENTER; /* Enter takes the line; the next one sends it */
}

static void paste_begin(struct console *c)
{
	struct span line = edit_text(&c->edit);
	c->pasting = true;
	c->searching = c->paste_cut = false;
	c->paste_bytes = 0;
	if (line.len > 0)
		memcpy(c->before, line.at, line.len);
	c->before_len = line.len;
	c->before_cursor = c->edit.cursor;
}

static void paste_flush(struct console *c)
{
	if (edit_insert(&c->edit, span_of(c->paste, c->paste_len)) < c->paste_len)
		c->paste_cut = true;
	c->paste_len = 0;
}

/* Half of a text is not what the user wanted to say: the line is as it was. */
static void paste_refuse(struct console *c)
{
	char line[160];
	struct text t = text_of(line, sizeof line);
	edit_restore(&c->edit, span_of(c->before, c->before_len), c->before_cursor);
	text_add(&t, "schat: nothing was pasted: it has ");
	text_add_u64(&t, c->paste_bytes);
	text_add(&t, " bytes, and a message at most 16000. For files there is --pipe\n");
	console_say(c, line);
}

/* A paste is one piece of text, whatever is in it. */
static void paste_key(struct console *c, struct key key)
{
	if (key.kind == KEY_RUNE) {
		uint8_t utf8[4];
		size_t len = utf8_encode(key.rune, utf8);
		if (c->paste_len + len > sizeof c->paste)
			paste_flush(c);
		memcpy(c->paste + c->paste_len, utf8, len);
		c->paste_len += len;
		c->paste_bytes += len;
		return;
	}
	paste_flush(c);
	c->pasting = false;
	if (c->paste_cut)
		paste_refuse(c);
	bytes_wipe(c->before, c->before_len);
	c->before_len = 0;
}

static void act(struct console *c, struct key key)
{
	c->dirty = true;
	if (c->pasting)
		paste_key(c, key);
	else if (key.kind == KEY_PASTE_BEGIN)
		paste_begin(c);
	else if (search_key(c, key))
		return;
	else if (key.kind == KEY_ENTER)
		enter(c);
	else if (key.kind == KEY_CTRL && key.rune == 'c')
		interrupt(c);
	else if (key.kind == KEY_CTRL && key.rune == 'd' && c->edit.len == 0)
		console_leave(c);
	else if (key.kind == KEY_CTRL && key.rune == 'z')
		suspend(c);
	else if (key.kind == KEY_CTRL && key.rune == 'l')
		screen_clear(&c->screen);
	else
		edit_key(c, key);
}

/* A line is for the conversation in which it was begun. */
static void note_line(struct console *c)
{
	bool begun = c->edit.len > 0;
	if (begun && !c->line_begun) {
		struct text t = text_of(c->line_peer, sizeof c->line_peer);
		c->line_conv = c->conv;
		text_add(&t, c->talk.here && c->conv != ADDRESS_NOBODY ? c->talk.peer : "");
	}
	c->line_begun = begun;
	if (!begun)
		c->asked = CONSOLE_ASK_NOTHING;
	c->line_cut = c->line_cut && begun;
}

void console_key(struct console *c, struct key key)
{
	act(c, key);
	note_line(c);
}

void console_keys_end(struct console *c)
{
	if (c->pasting)
		paste_flush(c);
	note_line(c);
}
