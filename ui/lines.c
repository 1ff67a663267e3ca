/* lines: each line of input is a message, and each message a line of output; everything else goes
 * to UI_ERR. A line longer than a message is sent in parts, cut between characters, and comes out
 * as one line. An empty line is a message too. What is not UTF-8 becomes U+FFFD. A newline inside
 * a message is shown as the two characters \n. A line is for the conversation in which its first
 * byte was read. Where several may be here at a time, each line that comes out begins with
 * "NAME> ", always, so that no peer can speak in another's name; and a line that begins so is for
 * that peer or, if it is not here, for its outbox. Where the whole input is one message
 * (config.one), its newlines belong to it, but for one at the end; and an empty input says
 * nothing. */
#include "base/min_max.h"
#include "base/text.h"
#include "base/utf8.h"
#include "ui/interactor.h"
#include "ui/safe.h"

struct lines {
	struct interactor ui;
	bool more; /* the message given out last is not the end of its line */
	size_t message_len;
	size_t message_used; /* bytes of input it was made of */
	bool within;         /* a part of this line was sent already, in line_conv */
	bool said;           /* the only message there is */
	uint64_t line_conv;
	char line_peer[LIMIT_NAME + 1]; /* who is not here; "": line_conv says whom it is for */
	bool half_shown;                /* the last line of output is not complete yet */
	uint8_t message[LIMIT_TEXT];    /* the line, or the part of it, that is given out */
};

static struct lines *lines_of(const struct interactor *ui)
{
	return (struct lines *)(uintptr_t)ui;
}

/* Makes a message of as much of line as fits; *used is how many bytes of line that was. more: line
 * may continue after its last byte. */
static struct span make_message(struct lines *l, struct span line, bool more, size_t *used)
{
	struct writer w = writer_of(l->message, sizeof l->message);
	size_t at = 0;
	while (at < line.len) {
		uint32_t rune;
		uint8_t utf8[4];
		struct span rest = span_after(line, at);
		size_t plain = (size_t)min_of(utf8_ascii(rest), writer_room(&w));
		if (plain > 0) {
			write_span(&w, span_of(rest.at, plain));
			at += plain;
			continue;
		}
		int size = utf8_decode(rest, &rune);
		if (size == -2 && more)
			break;
		size_t len = utf8_encode(size > 0 ? rune : UTF8_FOREIGN, utf8);
		if (len > writer_room(&w))
			break;
		write_span(&w, span_of(utf8, len));
		at += size > 0 ? (size_t)size : 1;
	}
	*used = at;
	return written(&w);
}

/* "bob> hi" is for bob. Returns how many bytes say so; 0: none. */
static size_t read_address(struct lines *l, struct span line, uint64_t *conv)
{
	size_t len = 0;
	struct text name = text_of(l->line_peer, sizeof l->line_peer);
	if (!l->ui.config.several)
		return 0;
	while (len < line.len && len <= LIMIT_NAME && line.at[len] > ' ' && line.at[len] != '>')
		len++;
	if (len == 0 || len > LIMIT_NAME || len == line.len || line.at[len] != '>')
		return 0;
	const struct present_peer *peer =
	    present_named(&l->ui.sentences.present, span_of(line.at, len));
	*conv = peer != NULL ? peer->conv : CONV_NOBODY;
	if (peer == NULL)
		text_add_span(&name, span_of(line.at, len));
	return len + 1 < line.len && line.at[len + 1] == ' ' ? len + 2 : len + 1;
}

/* As queue_line, of the one message. */
static bool whole_input(const struct lines *l, struct span *text, size_t *used)
{
	const struct queue *in = &l->ui.in;
	*used = text->len;
	if (in->ended && text->len > 0 && text->at[text->len - 1] == '\n')
		text->len--;
	return in->ended && *used > 0 && !l->said;
}

/* A line longer than a message is sent before its end has come. A line that was begun ends with the
 * input. */
static bool lines_take(struct interactor *ui, struct command *command)
{
	struct lines *l = lines_of(ui);
	struct span line = queue_waiting(&ui->in);
	size_t used = 0, made, run, address = 0;
	bool whole =
	    (ui->config.one ? whole_input(l, &line, &used) : queue_line(&ui->in, &line, &used)) ||
	    (l->within && queue_at_end(&ui->in));
	if (!whole && line.len <= LIMIT_TEXT)
		return false;
	if (!l->within) {
		l->line_conv = queue_whom(&ui->in, &run);
		address = read_address(l, line, &l->line_conv);
		line = span_after(line, address);
	}
	command->kind = COMMAND_TEXT;
	command->conv = l->line_conv;
	command->peer = span_text(l->line_peer);
	command->text = make_message(l, line, !whole, &made);
	l->message_len = command->text.len;
	command->more = l->more = !whole || made < line.len;
	l->message_used = l->more ? address + made : used;
	return true;
}

static void lines_answer(struct interactor *ui, enum answer answer, size_t used)
{
	struct lines *l = lines_of(ui);
	(void)used;
	if (answer == ANSWER_LATER)
		return;
	queue_use(&ui->in, l->message_used);
	bytes_wipe(l->message, l->message_len);
	l->within = l->more;
	l->said = !l->more;
}

/* An unfinished line counts. */
static uint64_t lines_unsent(const struct interactor *ui)
{
	const struct lines *l = lines_of(ui);
	struct span rest = queue_waiting(&ui->in);
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
	struct queue *out = &l->ui.out;
	bool several = l->ui.config.several, more = event->more && !several;
	char name[SENTENCES_PEER];
	if (queue_room_apart(out) < SAFE_ROOM(event->text.len) + sizeof name + 3 + OUT_RESERVE)
		return false;
	struct writer w = queue_begin(out);
	if (several) {
		sentences_name(&l->ui.sentences, event, name);
		text_write(&w, "%s> ", name);
	}
	safe_text(event->text, SAFE_LINE | sentences_safe_flags(&l->ui.sentences), &w);
	if (!more)
		write_u8(&w, '\n');
	queue_done(out, UI_OUT, &w);
	l->half_shown = more;
	return true;
}

/* Ends a line that the peer never finished, so that the next one is not glued to it. */
static void end_half_line(struct lines *l, const struct event *event)
{
	bool border = event->kind == EVENT_CONNECTED || event->kind == EVENT_OVER ||
	              event->kind == EVENT_CLOSED;
	if (border && l->half_shown)
		queue_add(&l->ui.out, UI_OUT, span_text("\n"));
	l->half_shown = l->half_shown && !border;
}

static bool lines_show(struct interactor *ui, const struct event *event)
{
	struct lines *l = lines_of(ui);
	if (event->kind == EVENT_SENT || event->kind == EVENT_DELIVERED)
		return true;
	if (event->kind == EVENT_TEXT)
		return show_text(l, event);
	if (event->kind == EVENT_PEER_LEFT && queue_at_end(&ui->in)) /* we left first */
		return true;
	if (queue_room_apart(&ui->out) < sentences_room(event) + 1)
		return false;
	end_half_line(l, event);
	return sentences_print(&ui->sentences, event, &ui->out);
}

const struct interactor_class lines_class = {
	.name = "lines",
	.mode = MODE_CHAT,
	.peers = 1,
	.whole = true,
	.size = sizeof(struct lines),
	.waiting = 4 * LIMIT_TEXT,
	.take = lines_take,
	.answer = lines_answer,
	.unsent = lines_unsent,
	.show = lines_show,
};
