/* console: the interactor of a terminal, in line mode (display.h). keys.h turns bytes into keys,
 * typing.h turns keys into a line, draft.h decides to whom the line may go, transcript.h keeps it
 * until the chat takes it, and shows what happens; orders.h carries out what begins with /. The
 * prompt is drawn when all else is written: once, however much has happened since the last time. */
#include "base/assert.h"
#include "base/split.h"
#include "ui/draft.h"
#include "ui/facing.h"
#include "ui/orders.h"
#include "ui/typing.h"

enum { INPUT_MAX = 256 }; /* bytes at once; this bounds what they print */

#define STOP_US (2 * SECOND) /* for the second Ctrl-C */

struct console {
	struct interactor ui;
	bool dirty;     /* the prompt is to be drawn again */
	bool suspended; /* the program is stopped: the terminal is not ours */
	bool closed;    /* nothing more is said */
	bool quit;
	bool over;            /* nobody is here any more: what waits is not waited for */
	uint64_t conv;        /* the conversation that typed keys go to */
	struct facing facing; /* the one that the prompt names, or the last */
	uint64_t now;         /* as of the last input or timer */
	enum typed typed;     /* by the last key */
	uint64_t stop_until;  /* another Ctrl-C leaves at once */
	struct keys keys;
	struct draft draft;
	struct display display;
	struct transcript transcript;
	struct orders orders;
	struct typing typing;
};

static struct console *console_of(const struct interactor *ui)
{
	return (struct console *)(uintptr_t)ui;
}

static void console_init(struct interactor *ui)
{
	struct console *c = console_of(ui);
	display_init(&c->display, &ui->config, &ui->out);
	transcript_init(&c->transcript, &c->display, ui);
	orders_init(&c->orders, &c->transcript);
	display_pasting(&c->display, true);
	c->dirty = true;
}

static void console_end(struct interactor *ui)
{
	struct console *c = console_of(ui);
	display_hide(&c->display);
	if (!c->suspended)
		display_pasting(&c->display, false);
	c->closed = true;
}

static void say(struct console *c, enum remark which)
{
	transcript_say(&c->transcript, remarks_own(&c->ui.sentences, which));
}

/* ---- the line is done ---- */

/* The line was begun in another conversation, or in none. It stays, and goes to the present one if
 * the user confirms that. */
static void say_elsewhere(struct console *c)
{
	char line[2 * SENTENCES_PEER + 128];
	struct text t = text_of(line, sizeof line);
	const char *whom = sentences_addressee(&c->ui.sentences);
	remarks_elsewhere(&t, c->draft.peer, whom);
	transcript_say(&c->transcript,
	               whom[0] ? line : remarks_own(&c->ui.sentences, REMARK_NOBODY));
}

/* Whether the line may be sent. If not, says why, once, also when the peer has only just come. */
static bool may_send(struct console *c)
{
	bool fresh = c->conv == CONV_NOBODY && c->ui.sentences.here;
	if (c->quit) {
		say(c, REMARK_LEAVING);
		return false;
	}
	if (c->ui.sentences.only_peer)
		draft_same_peer(&c->draft, c->conv - 1, c->conv);
	else if (c->ui.sentences.kept_for[0] != 0 && c->conv != CONV_NOBODY)
		draft_follow(&c->draft, c->conv, sentences_addressee(&c->ui.sentences));
	switch (draft_enter(&c->draft, fresh ? c->facing.conv : c->conv, c->now)) {
	case DRAFT_SEND: return !fresh;
	case DRAFT_KEEP: break;
	case DRAFT_ELSEWHERE: say_elsewhere(c); break;
	case DRAFT_CUT: say(c, REMARK_CUT); break;
	}
	return false;
}

static void send(struct console *c, struct span text)
{
	if (!may_send(c))
		return;
	if (transcript_add(&c->transcript, text, c->conv))
		edit_commit(&c->typing.line);
	else
		say(c, REMARK_CROWDED);
}

static void leave(struct console *c)
{
	if (!c->quit && !c->over && !transcript_all_delivered(&c->transcript))
		say(c, c->ui.sentences.here ? REMARK_LEAVE_LATER : REMARK_LEAVE_WAITING);
	c->quit = true;
}

static void wish(struct console *c, enum command_kind kind)
{
	orders_wish(&c->orders, kind, span_of(NULL, 0));
}

/* Ctrl-C on an empty line. In a conversation it takes two, for many press it to be sure that the
 * line is empty. */
static void stop(struct console *c)
{
	if (!c->ui.sentences.here || c->quit || c->now < c->stop_until) {
		wish(c, COMMAND_STOP);
		return;
	}
	say(c, REMARK_STOP);
	c->stop_until = c->now + STOP_US;
}

/* Somebody else is faced from now on, also by what has been typed already. */
static void face(struct console *c)
{
	sentences_face(&c->ui.sentences, c->facing.conv);
	c->conv = c->facing.chosen ? c->facing.conv : CONV_NOBODY;
	wish(c, COMMAND_TO);
}

static void choose(struct console *c, const char *name)
{
	if (facing_choose(&c->facing, &c->ui.sentences.present, span_text(name)))
		face(c);
	else
		transcript_not_here(&c->transcript, span_text(name));
}

static void run_command(struct console *c, struct span line)
{
	switch (orders_run(&c->orders, line)) {
	case ORDERS_NOTHING: break;
	case ORDERS_QUIT: leave(c); break;
	case ORDERS_CLEAR: display_clear(&c->display); break;
	case ORDERS_TO: choose(c, c->orders.wanted); break;
	case ORDERS_WRITE: typing_write(&c->typing); break;
	}
	edit_commit(&c->typing.line);
}

/* A text of several lines is no command, whatever it begins with. */
static bool is_text(struct span line)
{
	return memchr(line.at, '\n', line.len) != NULL || !split_prefix(&line, "/");
}

static void enter(struct console *c)
{
	struct span line = edit_text(&c->typing.line);
	if (c->display.dumb)
		display_hide(&c->display);
	while (line.len > 0 && line.at[line.len - 1] == '\n')
		line.len--;
	struct span said = line;
	if (line.len == 0)
		edit_clear(&c->typing.line, false);
	else if (c->typing.all_pasted || is_text(line))
		send(c, line);
	else if (split_prefix(&said, "//"))
		send(c, span_after(line, 1));
	else
		run_command(c, line);
}

/* ---- keys ---- */

static void suspend(struct console *c)
{
	display_hide(&c->display);
	display_pasting(&c->display, false);
	c->suspended = true;
	wish(c, COMMAND_SUSPEND);
}

static void resume(struct console *c)
{
	if (c->suspended)
		display_pasting(&c->display, true);
	c->suspended = false;
	c->dirty = true;
}

static void refuse_paste(struct console *c)
{
	char line[160];
	struct text t = text_of(line, sizeof line);
	remarks_paste_refused(&t, c->typing.paste_bytes);
	transcript_say(&c->transcript, line);
}

static void note_line(struct console *c)
{
	draft_note(&c->draft, typing_has_begun(&c->typing), c->conv,
	           c->conv != CONV_NOBODY ? sentences_addressee(&c->ui.sentences) : "");
}

static void press(struct console *c, struct key key)
{
	enum typed typed = typing_key(&c->typing, key), before = c->typed;
	c->typed = typed;
	c->dirty = true;
	if (typed != TYPED_STOP)
		c->stop_until = 0;
	switch (typed) {
	case TYPED_SOMETHING: break;
	case TYPED_ENTER: enter(c); break;
	case TYPED_COMPLETE: orders_complete(&c->orders, &c->typing.line); break;
	case TYPED_LEAVE: leave(c); break;
	case TYPED_AT_END:
		if (before != typed)
			say(c, REMARK_NOT_EMPTY);
		break;
	case TYPED_STOP: stop(c); break;
	case TYPED_SUSPEND: suspend(c); break;
	case TYPED_CLEAR: display_clear(&c->display); break;
	case TYPED_FULL:
		if (draft_cut(&c->draft))
			say(c, REMARK_FULL);
		break;
	case TYPED_REFUSED: refuse_paste(c); break;
	}
	note_line(c);
}

static size_t console_room(const struct interactor *ui)
{
	return queue_room_apart(&ui->out) < OUT_SIZE / 2 ? 0 : INPUT_MAX;
}

static void console_input(struct interactor *ui, struct span keys, uint64_t conv, uint64_t now)
{
	struct console *c = console_of(ui);
	struct key key;
	assert(keys.len <= INPUT_MAX);
	if (c->closed)
		return;
	resume(c);
	bool behind = conv != c->facing.conv && present_of(&c->ui.sentences.present, conv) != NULL;
	c->conv = behind ? CONV_NOBODY : conv;
	if (behind)
		wish(c, COMMAND_TO);
	c->now = now;
	while (keys_next(&c->keys, &keys, now, &key))
		press(c, key);
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

static void console_timer(struct interactor *ui, uint64_t now)
{
	struct console *c = console_of(ui);
	struct key key;
	c->now = now;
	if (keys_timer(&c->keys, now, &key) && !c->closed)
		press(c, key);
}

/* ---- what the user wants ---- */

static void console_answer(struct interactor *ui, enum answer answer, size_t used)
{
	(void)used;
	orders_answer(&console_of(ui)->orders, answer);
}

static uint64_t console_unsent(const struct interactor *ui)
{
	return console_of(ui)->transcript.kept.waiting;
}

static bool console_take(struct interactor *ui, struct command *command)
{
	struct console *c = console_of(ui);
	command->conv = c->facing.conv;
	command->settle = !c->facing.chosen;
	if (orders_take(&c->orders, command))
		return true;
	if (c->transcript.kept.waiting > 0 && !(c->quit && c->over))
		return transcript_next(&c->transcript, command);
	command->kind = COMMAND_QUIT;
	return c->quit && !ui->ended;
}

/* ---- output ---- */

static bool console_show(struct interactor *ui, const struct event *event)
{
	struct console *c = console_of(ui);
	if (event->kind == EVENT_CONNECTED && event->again)
		draft_same_peer(&c->draft, event->again, event->conv);
	if (c->closed)
		return true;
	if (queue_room_apart(&ui->out) < DISPLAY_ROW)
		return false;
	c->dirty = true;
	c->over = (c->over || event->kind == EVENT_OVER) && !c->ui.sentences.here;
	if (event->kind == EVENT_PEER_LEFT && c->quit) /* we left first: that is no news */
		return true;
	if (!transcript_show(&c->transcript, event))
		return false;
	if (facing_note(&c->facing, &c->ui.sentences.present, event))
		face(c);
	if (event->kind == EVENT_NAMES)
		orders_names(&c->orders, &c->typing.line, event);
	if (event->kind == EVENT_FILE && !typing_paste(&c->typing, event->text))
		refuse_paste(c);
	if (event->kind == EVENT_CLOSED) {
		press(c, (struct key){ KEY_PASTE_END, 0 }); /* which may be still to come */
		transcript_close(&c->transcript, edit_text(&c->typing.line));
		c->closed = true;
	}
	return true;
}

static void console_resize(struct interactor *ui, unsigned columns, unsigned rows)
{
	struct console *c = console_of(ui);
	display_resize(&c->display, columns, rows);
	resume(c);
}

static void draw_prompt(struct console *c)
{
	const char *prompts[REMARKS_PROMPTS];
	char made[REMARKS_PROMPT];
	struct span pattern = span_of(c->typing.pattern, c->typing.pattern_len);
	struct remarks_typing typing = { .pattern = c->typing.searching ? &pattern : NULL,
		                         .missed = c->typing.missed,
		                         .writing = c->typing.writing,
		                         .paste_lines = c->typing.paste_lines,
		                         .paste_bytes =
		                             c->typing.asking ? c->typing.paste_bytes : 0 };
	remarks_prompts(&c->ui.sentences, &typing, made, prompts);
	display_prompt(&c->display, prompts, c->ui.sentences.here && c->ui.sentences.insecure,
	               &c->typing.line);
	c->dirty = false;
}

static void console_draw(struct interactor *ui)
{
	struct console *c = console_of(ui);
	bool stale = c->dirty || !c->display.prompt_drawn;
	draft_shown(&c->draft, c->now);
	if (c->closed || c->suspended || orders_draw(&c->orders))
		return;
	if (stale)
		draw_prompt(c);
}

const struct interactor_class console_class = {
	.name = "console",
	.mode = MODE_CHAT,
	.peers = 32,
	.chooses = true,
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
	.resize = console_resize,
	.draw = console_draw,
};
