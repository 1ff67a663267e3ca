#include "ui/files.h"

#include "base/limits.h"
#include "ui/bar.h"
#include "ui/safe.h"

enum { LINE_MS = 10000, ANSWER = 16 };

#define QUESTION "schat: accept? y or n: "
#define AGAIN    "schat: the offer has changed. Accept the latest? y or n: "

struct files {
	struct interactor ui;
	bool running;  /* a transfer is, and last says how far */
	bool standing; /* the row is on the screen, and the cursor behind it */
	struct event_files last;
	char row[BAR_ROW]; /* what it says there */
	uint64_t said_ms;  /* when it was a line */
	unsigned asking;   /* about this transfer; 0: none */
	bool newer;        /* ... which came after the question about another */
	bool again;        /* and our user is asked again */
	bool answered, yes;
	size_t answer_len;
	char answer[ANSWER]; /* typed so far */
};

static struct files *files_of(const struct interactor *ui)
{
	return (struct files *)(uintptr_t)ui;
}

/* ---- out ---- */

static bool has_row(const struct files *f)
{
	return f->ui.config.columns > 0 && !f->ui.config.dumb && !f->ui.config.quiet;
}

/* What stands in the last row makes way for lines. */
static void hide(struct files *f)
{
	if (f->standing)
		queue_add(&f->ui.out, UI_ERR, span_text(has_row(f) ? "\r\x1b[K" : "\n"));
	f->standing = false;
}

static void files_draw(struct interactor *ui)
{
	struct files *f = files_of(ui);
	char row[BAR_ROW];
	struct text t = text_of(row, sizeof row);
	if (queue_room_apart(&ui->out) < 2 * BAR_ROW)
		return;
	if (f->asking != 0 && !f->answered) {
		if (!f->standing)
			queue_add(&ui->out, UI_ERR, span_text(f->again ? AGAIN : QUESTION));
		f->standing = true;
		return;
	}
	if (!f->running || !has_row(f))
		return;
	bar_row(&t, &f->last, ui->config.columns);
	if (f->standing && span_is(text_span(&t), f->row))
		return;
	struct writer w = queue_begin(&ui->out);
	text_write(&w, "\r%s\x1b[K", row);
	queue_done(&ui->out, UI_ERR, &w);
	text_copy(f->row, sizeof f->row, row);
	f->standing = true;
}

static void show_progress(struct files *f, const struct event *event)
{
	char line[BAR_ROW];
	struct text t = text_of(line, sizeof line);
	f->running = true;
	f->last = *event->files;
	if (has_row(f) || f->ui.config.quiet || event->unix_ms - f->said_ms < LINE_MS)
		return;
	bar_words(&t, &f->last);
	bool first = f->said_ms == 0; /* short transfers need no such line */
	f->said_ms = event->unix_ms;
	struct event said = { .kind = EVENT_NOTICE, .text = text_span(&t) };
	if (!first)
		(void)sentences_print(&f->ui.sentences, &said, &f->ui.out);
}

/* What the peer says: a line, on which nothing else can be. */
static void show_text(struct files *f, const struct event *event)
{
	char name[SENTENCES_PEER];
	struct writer w = queue_begin(&f->ui.out);
	sentences_name(&f->ui.sentences, event, name);
	text_write(&w, "%s> ", name);
	safe_text(event->text, SAFE_LINE | sentences_safe_flags(&f->ui.sentences), &w);
	write_u8(&w, '\n');
	queue_done(&f->ui.out, UI_ERR, &w);
}

static bool files_show(struct interactor *ui, const struct event *event)
{
	struct files *f = files_of(ui);
	bool text = event->kind == EVENT_TEXT;
	size_t room = text ? SAFE_ROOM(event->text.len) + SENTENCES_PEER + OUT_RESERVE
	                   : sentences_room(event);
	if (queue_room_apart(&ui->out) < room)
		return false;
	if (event->kind == EVENT_PROGRESS) {
		show_progress(f, event);
		return true;
	}
	/* that it is over was said of the transfer */
	if (event->kind == EVENT_PEER_LEFT || (event->kind == EVENT_OVER && event->err == OK))
		return true;
	hide(f);
	f->running = false; /* until there is something new */
	if (text) {
		show_text(f, event);
		return true;
	}
	(void)sentences_print(&ui->sentences, event, &ui->out);
	if (event->kind == EVENT_OFFER && event->files->asks) {
		f->newer |= f->asking != 0;
		f->answered = false;
		f->asking = event->files->number;
	}
	return true;
}

static void files_end(struct interactor *ui)
{
	struct files *f = files_of(ui);
	hide(f);
	f->running = false;
	f->newer |= f->asking != 0;
	f->asking = 0;
}

static void files_resize(struct interactor *ui, unsigned columns, unsigned rows)
{
	hide(files_of(ui));
	ui->config.columns = ui->config.columns > 0 ? columns : 0;
	ui->config.rows = rows;
}

/* ---- in ---- */

static size_t files_room(const struct interactor *ui)
{
	const struct files *f = files_of(ui);
	return f->asking != 0 && !f->answered ? ANSWER - f->answer_len : 0;
}

/* A line has come; a long one comes in pieces. A yes or no that was begun before the latest offer
 * was there may be about one that is gone. */
static void judge(struct files *f)
{
	char first = f->answer_len > 0 ? f->answer[0] : 0;
	f->answer_len = 0;
	f->yes = first == 'y' || first == 'Y';
	f->answered = !f->newer && (f->yes || first == 'n' || first == 'N');
	f->again |= f->newer;
	f->newer = false;
	f->standing = false; /* whoever typed Enter is on a row of their own */
}

static void files_input(struct interactor *ui, struct span keys, uint64_t conv, uint64_t now)
{
	struct files *f = files_of(ui);
	(void)conv;
	(void)now;
	for (size_t i = 0; i < keys.len && !f->answered; i++) {
		if (keys.at[i] != '\n' && f->answer_len < ANSWER)
			f->answer[f->answer_len++] = (char)keys.at[i];
		if (keys.at[i] == '\n' || f->answer_len == ANSWER)
			judge(f);
	}
}

/* Who goes away without an answer does not want it. */
static void files_input_end(struct interactor *ui)
{
	struct files *f = files_of(ui);
	f->answered = f->asking != 0;
	f->yes = false;
}

static bool files_take(struct interactor *ui, struct command *command)
{
	struct files *f = files_of(ui);
	if (!f->answered)
		return false;
	struct text t = text_of(f->answer, sizeof f->answer);
	text_add_u64(&t, f->asking);
	command->kind = f->yes ? COMMAND_ACCEPT : COMMAND_REJECT;
	command->text = text_span(&t);
	f->answered = f->again = false;
	f->asking = 0;
	f->answer_len = 0;
	return true;
}

const struct interactor_class files_class = {
	.name = "files",
	.mode = MODE_CHAT,
	.peers = 1,
	.size = sizeof(struct files),
	.show = files_show,
	.draw = files_draw,
	.end = files_end,
	.resize = files_resize,
	.room = files_room,
	.input = files_input,
	.input_end = files_input_end,
	.take = files_take,
};
