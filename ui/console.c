/* console: the interactor of a terminal. Line mode: see screen.h. The prompt is drawn when output
 * is fetched, so that whatever happens between two fetches draws it once. */
#include "ui/console.h"

#include <string.h>

#include "base/assert.h"
#include "ui/address.h"
#include "ui/classes.h"

enum { INPUT_MAX = 256 }; /* bytes at once: what they print is bounded so */

static const char paste_on[] = "\x1b[?2004h", paste_off[] = "\x1b[?2004l";

static const char help[] = "/who    who is there, and how\n"
			   "/quit   leave, as soon as everything is confirmed (or Ctrl-D)\n"
			   "//x     says /x\n"
			   "Ctrl-C  drops the line; on an empty one: leaves at once\n"
			   "Ctrl-R  searches what was said; Ctrl-Y brings back what was dropped\n"
			   "A paste of several lines is one message: Enter sends it.\n";
static const char help_marks[] = "Marks: \u00b7 waits  \u2713 sent  \u2713\u2713 shown\n";
static const char help_marks_ascii[] = "Marks: . waits  + sent  ++ shown\n";

static struct console *console_of(const struct interactor *ui)
{
	assert(ui->class == &console_class);
	return (struct console *)(uintptr_t)ui;
}

static void control(struct console *c, const char *sequence)
{
	if (!c->screen.dumb)
		out_add(&c->out, UI_OUT, span_text(sequence));
}

static enum err console_init(struct interactor *ui, const struct interactor_config *config)
{
	struct console *c = console_of(ui);
	talk_begin(&c->talk, config->utf8, config->quiet);
	screen_begin(&c->screen, config, &c->out);
	control(c, paste_on);
	c->dirty = true;
	return OK;
}

static void console_end(struct interactor *ui)
{
	struct console *c = console_of(ui);
	screen_hide(&c->screen);
	if (!c->suspended)
		control(c, paste_off);
	c->closed = true;
}

/* ---- the line is done ---- */

/* The line was begun in another conversation, or in none: it stays, and is for the present one if
 * the user says so once more. */
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
		text_add(&t, ". Press Enter again to send it to ");
		text_add(&t, c->talk.peer);
	}
	text_add(&t, "\n");
	console_say(c, line);
	if (c->conv != ADDRESS_NOBODY)
		c->line_conv = c->conv;
}

/* Whether the line may go as it is; what speaks against it is said once. */
static bool may_send(struct console *c)
{
	bool cut = c->line_cut;
	if (c->quit) {
		console_say(c, "schat: you are leaving; this is not sent\n");
		return false;
	}
	if (c->conv == ADDRESS_NOBODY || c->line_conv != c->conv) {
		say_not_here(c);
		return false;
	}
	if (cut)
		console_say(c, "schat: not sent: this line had more than 16000 bytes, and its end is "
			       "missing. Press Enter again to send what is here\n");
	c->line_cut = false;
	return !cut;
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

static void leave(struct console *c)
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
		leave(c);
	} else {
		console_say(
		    c, "schat: no such command, and not sent: /help lists them, // says a /\n");
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
	control(c, paste_off);
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
		leave(c);
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
	c->line_cut = c->line_cut && begun;
}

static void handle(struct console *c, struct key key)
{
	act(c, key);
	note_line(c);
}

/* ---- the class ---- */

static size_t console_room(const struct interactor *ui)
{
	return out_room(&console_of(ui)->out) < OUT_SIZE / 2 ? 0 : INPUT_MAX;
}

static void resume(struct console *c)
{
	if (c->suspended)
		control(c, paste_on);
	c->suspended = false;
	c->dirty = true;
}

static void console_input(struct interactor *ui, struct span keys, uint64_t conv, uint64_t now)
{
	struct console *c = console_of(ui);
	struct key key;
	assert(keys.len <= INPUT_MAX);
	if (c->closed)
		return;
	resume(c);
	c->conv = conv;
	while (keys_next(&c->keys, &keys, now, &key))
		handle(c, key);
	if (c->pasting)
		paste_flush(c);
	note_line(c);
}

static void console_input_end(struct interactor *ui)
{
	if (!console_of(ui)->closed)
		leave(console_of(ui));
}

static uint64_t console_deadline(const struct interactor *ui)
{
	return keys_deadline(&console_of(ui)->keys);
}

static void console_tick(struct interactor *ui, uint64_t now)
{
	struct console *c = console_of(ui);
	struct key key;
	if (keys_tick(&c->keys, now, &key) && !c->closed)
		handle(c, key);
}

static void console_answer(struct interactor *ui, enum answer answer, size_t len)
{
	struct console *c = console_of(ui);
	(void)len;
	if (!c->handed)
		return;
	c->handed = false;
	c->blocked = answer == ANSWER_LATER;
	if (c->blocked) {
		console_show_waiting(c);
		return;
	}
	bool shown = outbox_drop(&c->outbox);
	if (answer == ANSWER_TAKEN) {
		c->taken++;
		c->taken_shown += shown;
	}
}

static uint64_t console_unsent(const struct interactor *ui)
{
	return console_of(ui)->outbox.count;
}

static bool take_flag(bool *flag)
{
	bool was = *flag;
	*flag = false;
	return was;
}

static bool console_take(struct interactor *ui, struct command *command)
{
	struct console *c = console_of(ui);
	console_answer(ui, ANSWER_TAKEN, 0);
	*command = (struct command){ 0 };
	if (take_flag(&c->stop))
		command->kind = COMMAND_STOP;
	else if (take_flag(&c->suspend))
		command->kind = COMMAND_SUSPEND;
	else if (take_flag(&c->who))
		command->kind = COMMAND_WHO;
	else if (c->outbox.count > 0)
		command->kind = COMMAND_TEXT;
	else if (c->quit && !c->quit_told)
		command->kind = COMMAND_QUIT;
	else
		return false;
	if (command->kind == COMMAND_TEXT) {
		command->text = outbox_first(&c->outbox);
		command->conv = outbox_first_conv(&c->outbox);
		c->handed = true;
	}
	c->quit_told = c->quit_told || command->kind == COMMAND_QUIT;
	return true;
}

static void console_resize(struct interactor *ui, unsigned columns, unsigned rows)
{
	struct console *c = console_of(ui);
	(void)rows;
	screen_resize(&c->screen, columns);
	resume(c);
}

static void draw_prompt(struct console *c)
{
	bool alarm = c->talk.insecure;
	const char *const prompts[2][3] = { { "you> ", "> ", "" },
					    { "NOT ENCRYPTED you> ", "NOT ENCRYPTED> ", "!> " } };
	const char *chosen[3] = { prompts[alarm][0], prompts[alarm][1], prompts[alarm][2] };
	uint8_t pattern[SAFE_ROOM(CONSOLE_PATTERN)];
	char search[sizeof pattern + 32];
	if (c->searching) {
		struct writer w = writer_of(pattern, sizeof pattern);
		safe_text(span_of(c->pattern, c->pattern_len), c->talk.utf8 ? 0 : SAFE_ASCII, &w);
		struct text t = text_of(search, sizeof search);
		text_add(&t, alarm ? "NOT ENCRYPTED find '" : "find '");
		text_add_span(&t, written(&w));
		text_add(&t, "'> ");
		chosen[0] = search;
	}
	screen_prompt(&c->screen, chosen, alarm, &c->edit);
	c->dirty = false;
}

static size_t console_output(struct interactor *ui, int *where, uint8_t *out, size_t cap)
{
	struct console *c = console_of(ui);
	if (c->dirty && !c->closed && !c->suspended && out_room(&c->out) >= SCREEN_ROOM)
		draw_prompt(c);
	return out_take(&c->out, where, out, cap);
}

const struct interactor_class console_class = {
	.name = "console",
	.mode = MODE_CHAT,
	.terminal = true,
	.size = sizeof(struct console),
	.init = console_init,
	.end = console_end,
	.room = console_room,
	.input = console_input,
	.input_end = console_input_end,
	.deadline = console_deadline,
	.tick = console_tick,
	.take = console_take,
	.answer = console_answer,
	.unsent = console_unsent,
	.show = console_show,
	.resize = console_resize,
	.output = console_output,
};
