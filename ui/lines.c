/* lines: each line of input is a message, and each message a line of output; everything else goes
 * to UI_ERR. A line longer than a message is sent in parts, cut between characters, and comes out
 * as one line. An empty line is a message too. What is not UTF-8 becomes U+FFFD. A newline inside a
 * message is shown as the two characters \n. A line is for the conversation in which its first byte
 * was read. */
#include <string.h>

#include "base/utf8.h"
#include "ui/interactor.h"
#include "ui/safe.h"
#include "ui/sentences.h"

struct lines {
	struct interactor ui;
	bool made;   /* message is one */
	bool handed; /* ... was given out, and counts as taken unless answered */
	bool more;   /* ... and is not the end of its line */
	size_t message_len;
	size_t message_used; /* bytes of input it was made of */
	bool within;         /* a part of this line was sent already, in line_conv */
	uint64_t line_conv;
	bool end_reported;
	bool half_shown; /* the last line of output is not complete yet */
	struct sentences sentences;
	struct feed feed;
	struct out out;
	uint8_t message[LIMIT_TEXT]; /* the line, or the part of it, that is given out */
	uint8_t input[4 * LIMIT_TEXT];
};

static struct lines *lines_of(const struct interactor *ui)
{
	return (struct lines *)(uintptr_t)ui;
}

static void lines_init(struct interactor *ui, const struct interactor_config *config)
{
	struct lines *l = lines_of(ui);
	l->feed = feed_of(l->input, sizeof l->input);
	ui->out = &l->out;
	ui->feed = &l->feed;
	sentences_init(&l->sentences, config->utf8, config->quiet);
}

/* Makes a message of as much of line as fits, and returns how many bytes of line that was. more:
 * line may continue after its last byte. */
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

/* Makes the next message, if there is input for one. A line longer than a message is sent before
 * its end has come. A line that was begun ends with the input. */
static void next_message(struct lines *l)
{
	struct span line = feed_waiting(&l->feed);
	size_t used = 0;
	bool whole = feed_line(&l->feed, &line, &used) || (l->within && feed_at_end(&l->feed));
	if (l->made || (!whole && line.len <= LIMIT_TEXT))
		return;
	if (!l->within)
		l->line_conv = feed_conv(&l->feed);
	size_t made = make_message(l, line, !whole);
	l->more = !whole || made < line.len;
	l->message_used = l->more ? made : used;
	l->made = true;
}

static void drop_message(struct lines *l)
{
	feed_use(&l->feed, l->message_used);
	bytes_wipe(l->message, l->message_len);
	l->within = l->more;
	l->made = l->handed = false;
}

static bool lines_take(struct interactor *ui, struct command *command)
{
	struct lines *l = lines_of(ui);
	if (l->handed)
		drop_message(l);
	next_message(l);
	if (l->made) {
		command->kind = COMMAND_TEXT;
		command->conv = l->line_conv;
		command->text = span_of(l->message, l->message_len);
		command->more = l->more;
		l->handed = true;
		return true;
	}
	if (!feed_at_end(&l->feed) || l->end_reported)
		return false;
	command->kind = COMMAND_END;
	l->end_reported = true;
	return true;
}

static void lines_answer(struct interactor *ui, enum answer answer, size_t len)
{
	struct lines *l = lines_of(ui);
	(void)len;
	if (l->handed && answer != ANSWER_LATER)
		drop_message(l);
	l->handed = false;
}

/* An unfinished line counts. */
static uint64_t lines_unsent(const struct interactor *ui)
{
	const struct lines *l = lines_of(ui);
	struct span rest = feed_waiting(&l->feed);
	uint64_t count = 0;
	bool within = l->within;
	for (size_t i = 0; i < rest.len; i++) {
		within = rest.at[i] != '\n';
		count += !within;
	}
	return count + within;
}

static bool show_text(struct lines *l, const struct event *event)
{
	if (out_room(&l->out) < SAFE_ROOM(event->text.len) + 1 + OUT_RESERVE)
		return false;
	struct writer w = out_begin(&l->out);
	safe_text(event->text, SAFE_LINE | sentences_safe_flags(&l->sentences), &w);
	if (!event->more)
		write_u8(&w, '\n');
	out_done(&l->out, UI_OUT, &w);
	l->half_shown = event->more;
	return true;
}

/* Ends a line that the peer never finished, so that the next one is not glued to it. */
static void end_half_line(struct lines *l, const struct event *event)
{
	bool border = event->kind == EVENT_CONNECTED || event->kind == EVENT_OVER ||
	              event->kind == EVENT_CLOSED;
	if (border && l->half_shown)
		out_add(&l->out, UI_OUT, span_text("\n"));
	l->half_shown = l->half_shown && !border;
}

static bool lines_show(struct interactor *ui, const struct event *event, size_t *used)
{
	struct lines *l = lines_of(ui);
	(void)used;
	sentences_note(&l->sentences, event);
	if (event->kind == EVENT_TEXT)
		return show_text(l, event);
	if (out_room(&l->out) < sentences_room(event) + 1)
		return false;
	end_half_line(l, event);
	return sentences_print(&l->sentences, event, &l->out);
}

const struct interactor_class lines_class = {
	.name = "lines",
	.mode = MODE_CHAT,
	.whole = true,
	.size = sizeof(struct lines),
	.init = lines_init,
	.take = lines_take,
	.answer = lines_answer,
	.unsent = lines_unsent,
	.show = lines_show,
};
