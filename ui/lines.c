/* lines: each line of input is a message, each message one line of output; all talk goes to UI_ERR.
 * A line that is too long becomes several messages, cut between characters; what is not UTF-8
 * becomes U+FFFD; an empty line says nothing and is skipped. A newline inside a message is shown as
 * the two characters \n. */
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "ui/classes.h"
#include "ui/feed.h"
#include "ui/out.h"
#include "ui/safe.h"
#include "ui/talk.h"

struct lines {
	struct interactor ui;
	struct talk talk;
	struct out out;
	struct feed feed;
	uint8_t input[4 * LIMIT_TEXT];
	uint8_t message[LIMIT_TEXT]; /* the line, or the part of it, that is handed out */
	size_t message_len;	     /* 0: none */
	size_t message_used;	     /* bytes of input it was made of */
	bool handed;		     /* taken unless told otherwise */
	bool quit_told;
};

static struct lines *lines_of(const struct interactor *ui)
{
	assert(ui->class == &lines_class);
	return (struct lines *)(uintptr_t)ui;
}

static enum err lines_init(struct interactor *ui, const struct interactor_config *config)
{
	struct lines *l = lines_of(ui);
	l->feed = feed_of(l->input, sizeof l->input);
	talk_begin(&l->talk, config->utf8, config->quiet);
	return OK;
}

static void lines_end(struct interactor *ui)
{
	(void)ui;
}

static size_t lines_room(const struct interactor *ui)
{
	return feed_room(&lines_of(ui)->feed);
}

static void lines_input(struct interactor *ui, struct span keys, uint64_t now)
{
	(void)now;
	feed_add(&lines_of(ui)->feed, keys);
}

static void lines_input_end(struct interactor *ui)
{
	lines_of(ui)->feed.ended = true;
}

static uint64_t lines_deadline(const struct interactor *ui)
{
	(void)ui;
	return NEVER;
}

static void lines_tick(struct interactor *ui, uint64_t now)
{
	(void)ui;
	(void)now;
}

/* Copies of line what fits into a message; how many bytes of line that are. more: line may go on
 * after its last byte. */
static size_t make_message(struct lines *l, struct span line, bool more)
{
	struct writer w = writer_of(l->message, sizeof l->message);
	size_t at = 0;
	while (at < line.len) {
		uint32_t rune;
		uint8_t utf8[4];
		int size = utf8_decode(span_of(line.at + at, line.len - at), &rune);
		if (size == -2 && more)
			break;
		size_t len = utf8_encode(size > 0 ? rune : 0xfffd, utf8);
		if (len > writer_room(&w))
			break;
		write_span(&w, span_of(utf8, len));
		at += size > 0 ? (size_t)size : 1;
	}
	l->message_len = w.len;
	return at;
}

/* The next message, if input for one is there. A line longer than a message is not waited for until
 * its end. */
static void next_message(struct lines *l)
{
	struct span line;
	size_t used;
	while (l->message_len == 0) {
		bool whole = feed_line(&l->feed, &line, &used);
		if (!whole && feed_waiting(&l->feed).len <= LIMIT_TEXT)
			return;
		if (!whole)
			line = feed_waiting(&l->feed);
		size_t made = make_message(l, line, !whole);
		l->message_used = whole && made == line.len ? used : made;
		if (l->message_len == 0)
			feed_use(&l->feed, l->message_used);
	}
}

static void drop_message(struct lines *l)
{
	feed_use(&l->feed, l->message_used);
	bytes_wipe(l->message, l->message_len);
	l->message_len = 0;
	l->handed = false;
}

static bool lines_take(struct interactor *ui, struct command *command)
{
	struct lines *l = lines_of(ui);
	if (l->handed)
		drop_message(l);
	next_message(l);
	*command = (struct command){ 0 };
	if (l->message_len > 0) {
		command->kind = COMMAND_TEXT;
		command->text = span_of(l->message, l->message_len);
		l->handed = true;
		return true;
	}
	if (!l->feed.ended || l->quit_told)
		return false;
	command->kind = COMMAND_QUIT;
	l->quit_told = true;
	return true;
}

static void lines_taken(struct interactor *ui, size_t len)
{
	struct lines *l = lines_of(ui);
	if (l->handed && len > 0)
		drop_message(l);
	l->handed = false;
}

static bool show_text(struct lines *l, struct span text)
{
	if (out_room(&l->out) < SAFE_ROOM(text.len) + 1)
		return false;
	struct writer w = out_begin(&l->out);
	safe_text(text, SAFE_LINE | (l->talk.utf8 ? 0 : SAFE_ASCII), &w);
	write_u8(&w, '\n');
	out_done(&l->out, UI_OUT, &w);
	return true;
}

static bool lines_show(struct interactor *ui, const struct event *event, size_t *used)
{
	struct lines *l = lines_of(ui);
	*used = 0;
	talk_note(&l->talk, event);
	if (event->kind == EVENT_TEXT)
		return show_text(l, event->text);
	if (out_room(&l->out) < talk_room(event))
		return false;
	struct writer w = out_begin(&l->out);
	talk_write(&l->talk, event, &w);
	out_done(&l->out, UI_ERR, &w);
	return true;
}

static void lines_resize(struct interactor *ui, unsigned columns, unsigned rows)
{
	(void)ui;
	(void)columns;
	(void)rows;
}

static size_t lines_output(struct interactor *ui, int *where, uint8_t *out, size_t cap)
{
	return out_take(&lines_of(ui)->out, where, out, cap);
}

const struct interactor_class lines_class = {
	.name = "lines",
	.mode = MODE_CHAT,
	.size = sizeof(struct lines),
	.init = lines_init,
	.end = lines_end,
	.room = lines_room,
	.input = lines_input,
	.input_end = lines_input_end,
	.deadline = lines_deadline,
	.tick = lines_tick,
	.take = lines_take,
	.taken = lines_taken,
	.show = lines_show,
	.resize = lines_resize,
	.output = lines_output,
};
