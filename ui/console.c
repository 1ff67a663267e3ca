/* console: the interactor of a terminal. Line mode: see screen.h. The prompt is drawn when output
 * is fetched, so that whatever happens between two fetches draws it once. */
#include "ui/console.h"

#include <string.h>

#include "base/assert.h"
#include "base/text.h"

enum { INPUT_MAX = 256 }; /* bytes at once: what they print is bounded so */

static const char paste_on[] = "\x1b[?2004h", paste_off[] = "\x1b[?2004l";

static struct console *console_of(const struct interactor *ui)
{
	return (struct console *)(uintptr_t)ui;
}

void console_pasting(struct console *c, bool on)
{
	if (!c->screen.dumb)
		out_add(&c->out, UI_OUT, span_text(on ? paste_on : paste_off));
}

static enum err console_init(struct interactor *ui, const struct interactor_config *config)
{
	struct console *c = console_of(ui);
	talk_begin(&c->talk, config->utf8, config->quiet);
	screen_begin(&c->screen, config, &c->out);
	console_pasting(c, true);
	c->dirty = true;
	return OK;
}

static void console_end(struct interactor *ui)
{
	struct console *c = console_of(ui);
	screen_hide(&c->screen);
	if (!c->suspended)
		console_pasting(c, false);
	c->closed = true;
}

/* ---- the class ---- */

static size_t console_room(const struct interactor *ui)
{
	return out_room(&console_of(ui)->out) < OUT_SIZE / 2 ? 0 : INPUT_MAX;
}

static void resume(struct console *c)
{
	if (c->suspended)
		console_pasting(c, true);
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
	c->now = now;
	while (keys_next(&c->keys, &keys, now, &key))
		console_key(c, key);
	console_keys_end(c);
}

static void console_input_end(struct interactor *ui)
{
	if (!console_of(ui)->closed)
		console_leave(console_of(ui));
}

static uint64_t console_deadline(const struct interactor *ui)
{
	return keys_deadline(&console_of(ui)->keys);
}

static void console_timer(struct interactor *ui, uint64_t now)
{
	struct console *c = console_of(ui);
	struct key key;
	c->now = now;
	if (keys_tick(&c->keys, now, &key) && !c->closed)
		console_key(c, key);
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
	size_t len = out_take(&c->out, where, out, cap);
	if (len == 0 && c->asked != CONSOLE_ASK_NOTHING && c->asked_at == NEVER)
		c->asked_at = c->now;
	return len;
}

static bool console_crowded(const struct interactor *ui)
{
	return out_crowded(&console_of(ui)->out);
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
	.timer = console_timer,
	.take = console_take,
	.answer = console_answer,
	.unsent = console_unsent,
	.show = console_show,
	.crowded = console_crowded,
	.resize = console_resize,
	.output = console_output,
};
