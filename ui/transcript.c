#include "ui/transcript.h"

#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "ui/width.h"
#include "ui/wrap.h"

enum { BELL_MS = 2000 };

_Static_assert(sizeof((struct transcript *)0)->scratch >= SAFE_ROOM(LIMIT_TEXT), "a text fits");

void transcript_init(struct transcript *t, struct display *display, struct interactor *ui)
{
	t->display = display;
	t->ui = ui;
}

/* ---- lines ---- */

static void note_foreign(struct transcript *t, struct span text)
{
	for (size_t i = 0; i < text.len && !t->ui->sentences.utf8; i++)
		t->foreign = t->foreign || text.at[i] >= 0x80;
}

/* Writes the text, made safe, with what stands around it into scratch. */
static struct span safe(struct transcript *t, const char *before, struct span text,
                        const char *after)
{
	struct writer w = writer_of(t->scratch, sizeof t->scratch);
	write_text(&w, before);
	note_foreign(t, text);
	safe_text(span_of(text.at, min_of(text.len, LIMIT_TEXT)),
	          SAFE_NEWLINE | sentences_safe_flags(&t->ui->sentences), &w);
	write_text(&w, after);
	return written(&w);
}

/* Says which day it is when that has changed since the last line with a time. */
static bool show_day(struct transcript *t, uint32_t date)
{
	char sentence[32];
	struct text text = text_of(sentence, sizeof sentence);
	if (date != 0 && t->date_shown != 0 && date != t->date_shown) {
		remarks_day(&text, date);
		text.len--;
		if (!display_print(t->display, &(struct display_line){ .text = text_span(&text),
		                                                       .aside = true }))
			return false;
	}
	t->date_shown = date != 0 ? date : t->date_shown;
	return true;
}

static bool print_at(struct transcript *t, uint32_t date, uint32_t clock_s,
                     struct display_line line)
{
	char time[8];
	struct text text = text_of(time, sizeof time);
	text_add_format(&text, "%02u:%02u", clock_s / 3600 % 24, clock_s / 60 % 60);
	line.time = time;
	return show_day(t, date) && display_print(t->display, &line);
}

static bool print(struct transcript *t, struct display_line line)
{
	return t->clock_known ? print_at(t, t->ui->date, t->ui->clock_s, line)
	                      : display_print(t->display, &line);
}

/* On a dumb terminal it is there already, as it was typed. */
static bool print_own(struct transcript *t, const struct kept_message *m, enum remark_mark mark)
{
	char name[REMARKS_SELF];
	remarks_self(&t->ui->sentences, m->conv, name);
	return t->display->dumb ||
	       print(t, (struct display_line){ .name = name,
	                                       .own = true,
	                                       .text = safe(t, "", m->text, ""),
	                                       .mark = remarks_mark(&t->ui->sentences, mark) });
}

void transcript_say(struct transcript *t, const char *sentences)
{
	struct span text = span_text(sentences);
	display_print(t->display, &(struct display_line){ .text = span_of(text.at, text.len - 1) });
}

void transcript_help(struct transcript *t, bool keys)
{
	struct text text = text_of((char *)t->scratch, sizeof t->scratch);
	remarks_help(&t->ui->sentences, keys, &text);
	transcript_say(t, text.at);
}

void transcript_not_here(struct transcript *t, struct span name)
{
	struct text text = text_of((char *)t->scratch, sizeof t->scratch);
	remarks_not_here(&t->ui->sentences, &text, name);
	transcript_say(t, text.at);
}

void transcript_list(struct transcript *t, struct span words)
{
	struct span text = safe(t, "schat: ", words, "");
	display_print(t->display, &(struct display_line){ .text = text });
}

void transcript_refuse(struct transcript *t, const struct commands_row *row, struct span name)
{
	char sentence[512];
	struct text text = text_of(sentence, sizeof sentence);
	remarks_no_command(&t->ui->sentences, &text, name, row);
	transcript_say(t, sentence);
}

void transcript_close(struct transcript *t, struct span typed)
{
	struct display_line line = { .text = safe(t, remarks_own(&t->ui->sentences, REMARK_LOST),
		                                  typed, "") };
	if (typed.len > 0)
		display_print(t->display, &line);
	display_hide(t->display);
}

/* ---- the past ---- */

void transcript_recalled(struct transcript *t, uint64_t count, struct span what)
{
	char sentence[512];
	struct text text = text_of(sentence, sizeof sentence);
	remarks_recalled(&t->ui->sentences, &text, count, what);
	transcript_say(t, sentence);
}

bool transcript_again(struct transcript *t, const struct past_line *line)
{
	char name[SENTENCES_PEER];
	struct text text = text_of(name, sizeof name);
	text_add_span(&text, line->name.len > 0 ? line->name : span_text("you"));
	return print_at(t, line->date, line->clock_s,
	                (struct display_line){ .name = name,
	                                       .own = line->name.len == 0,
	                                       .text = safe(t, "", line->text, "") });
}

/* There is room to print a text and to keep it. */
static bool can_keep(const struct transcript *t, struct span text)
{
	return !t->ui->keeps ||
	       queue_room_apart(&t->ui->out) >= WRAP_ROOM(text.len) + SAFE_ROOM(text.len) + 1024;
}

/* name: the peer's; empty: our user has said it. */
static void keep(struct transcript *t, struct span name, struct span text)
{
	uint32_t date = t->ui->date, clock_s = t->ui->clock_s;
	past_add(&t->past, &(struct past_line){ date, clock_s, name, text });
	if (!t->ui->keeps)
		return;
	struct writer w = queue_begin(&t->ui->out);
	text_write(&w, "%04u-%02u-%02u %02u:%02u ", date / 10000, date / 100 % 100, date % 100,
	           clock_s / 3600 % 24, clock_s / 60 % 60);
	write_span(&w, name.len > 0 ? name : span_text("you"));
	write_text(&w, "> ");
	safe_text(text, SAFE_LINE, &w);
	write_text(&w, "\n");
	queue_done(&t->ui->out, UI_KEPT, &w);
}

/* ---- our messages ---- */

/* Shows messages that have to wait for longer than a moment. */
static void show_waiting(struct transcript *t)
{
	struct kept_message m;
	if (!t->blocked || kept_taken(&t->kept, 0, &m))
		return;
	while (kept_not_shown(&t->kept, &m) && print_own(t, &m, MARK_WAITS)) {
		kept_show(&t->kept, &m);
		t->marked = 0;
	}
}

bool transcript_add(struct transcript *t, struct span text, uint64_t conv)
{
	struct kept_message m;
	bool added = kept_add(&t->kept, text, conv);
	while (!added && kept_elsewhere(&t->kept, &m)) {
		kept_drop(&t->kept, &m);
		added = kept_add(&t->kept, text, conv);
	}
	if (added)
		show_waiting(t);
	return added;
}

bool transcript_next(struct transcript *t, struct command *command)
{
	struct kept_message m;
	if (!kept_next(&t->kept, &m))
		return false;
	command->kind = COMMAND_TEXT;
	command->text = m.text;
	command->conv = m.conv;
	return true;
}

/* It waits in the outbox, and is sent from there. */
static void show_kept(struct transcript *t)
{
	struct kept_message m = kept_given(&t->kept);
	if (!m.shown && print_own(t, &m, MARK_WAITS)) {
		kept_show(&t->kept, &m);
		t->marked = 0;
	}
}

void transcript_answer(struct transcript *t, enum answer answer)
{
	if (answer == ANSWER_KEPT)
		show_kept(t);
	kept_answer(&t->kept, answer);
	t->blocked = answer == ANSWER_LATER;
	show_waiting(t);
}

bool transcript_all_delivered(const struct transcript *t)
{
	bool all = t->kept.waiting == 0;
	for (size_t i = 0; i <= LIMIT_PEERS; i++)
		all = all && t->talks[i].delivered >= t->talks[i].last;
	return all;
}

/* Our messages in that conversation; of a new one, none. */
static struct transcript_talk *talk_of(struct transcript *t, uint64_t conv)
{
	struct transcript_talk *unused = NULL;
	for (struct transcript_talk *talk = t->talks; talk <= &t->talks[LIMIT_PEERS]; talk++) {
		if (talk->conv == conv)
			return talk;
		if (unused == NULL && talk->conv == 0)
			unused = talk;
	}
	assert(unused != NULL);
	unused->conv = conv;
	return unused;
}

/* Keeps the beginning of a message, for a line that says what became of it. */
static void remind(struct transcript *t, struct transcript_talk *talk, struct span text)
{
	struct text out = text_of(talk->reminder, sizeof talk->reminder);
	unsigned sum = 0;
	for (text = safe(t, "", text, ""); text.len > 0;) {
		unsigned columns;
		size_t size = width_cluster(text, &columns);
		sum += columns;
		if (sum > TRANSCRIPT_REMINDER || text.at[0] == '\n' ||
		    out.len + size + 4 > out.cap) {
			text_add(&out, remarks_ellipsis(&t->ui->sentences));
			return;
		}
		text_add_span(&out, text.at[0] == '\t' ? span_text(" ") : span_of(text.at, size));
		text = span_after(text, size);
	}
}

static bool show_sent(struct transcript *t, const struct event *event)
{
	const char *mark = remarks_mark(&t->ui->sentences, MARK_SENT);
	struct transcript_talk *talk = talk_of(t, event->conv);
	struct kept_message m, other;
	if (!kept_taken(&t->kept, event->conv, &m))
		return true;
	if (!can_keep(t, m.text) || (!m.shown && !print_own(t, &m, MARK_SENT)))
		return false;
	keep(t, span_of(NULL, 0), m.text);
	remind(t, talk, m.text);
	kept_drop(&t->kept, &m);
	bool newest = !kept_shown(&t->kept, &other);
	if (newest && (!m.shown || display_remark(t->display, mark))) {
		t->marked_conv = event->conv;
		t->marked = event->number;
	}
	talk->last = event->number;
	show_waiting(t);
	return true;
}

static bool show_delivered(struct transcript *t, const struct event *event)
{
	const char *mark = remarks_mark(&t->ui->sentences, MARK_SHOWN);
	struct transcript_talk *talk = talk_of(t, event->conv);
	if (event->number < talk->last || talk->delivered == event->number)
		return true;
	bool stands = t->marked == talk->last && t->marked_conv == event->conv;
	if (!stands || !display_remark(t->display, mark)) {
		char line[sizeof talk->reminder + 16];
		struct text text = text_of(line, sizeof line);
		text_add_format(&text, "%s %s", mark, talk->reminder);
		if (!print(t, (struct display_line){ .text = text_span(&text) }))
			return false;
	}
	talk->delivered = event->number;
	return true;
}

/* ---- events ---- */

static bool show_sentences(struct transcript *t, const struct event *event, const char *more)
{
	struct writer w = writer_of(t->scratch, sizeof t->scratch);
	sentences_write(&t->ui->sentences, event, &w);
	if (w.len > 0)
		write_text(&w, more);
	struct display_line line = {
		.text = span_of(w.at, w.len - (w.len > 0)),
		.alarm = event->kind == EVENT_ERROR || event->kind == EVENT_UNSENT ||
		         (event->kind == EVENT_OVER && event->err != OK) ||
		         (event->kind == EVENT_CONNECTED && event->insecure),
		.aside = event->kind == EVENT_PATH || event->kind == EVENT_AWAY ||
		         event->kind == EVENT_BACK,
		.whole = event->kind == EVENT_CODE,
	};
	return w.len == 0 || display_print(t->display, &line);
}

/* A conversation begins or is over: what was taken before will never be sent or confirmed. */
static bool show_border(struct transcript *t, const struct event *event)
{
	bool welcome = event->kind == EVENT_CONNECTED && !t->welcomed;
	if (!show_sentences(t, event,
	                    welcome ? remarks_own(&t->ui->sentences, REMARK_WELCOME) : ""))
		return false;
	t->welcomed = t->welcomed || welcome;
	*talk_of(t, event->conv) = (struct transcript_talk){ .conv = 0 };
	t->marked = t->marked_conv == event->conv ? 0 : t->marked;
	kept_over(&t->kept, event->conv, event->kind == EVENT_OVER);
	return true;
}

/* At most once in BELL_MS, however much is said. */
static void ring(struct transcript *t, const struct event *event)
{
	if (!t->ui->config.bell || event->unix_ms - t->rang_ms < BELL_MS)
		return;
	t->rang_ms = event->unix_ms;
	queue_add(&t->ui->out, UI_OUT, span_text("\a"));
}

/* An ellipsis marks a text that goes on in the next message. */
static bool show_text(struct transcript *t, const struct event *event)
{
	const char *after = event->more ? remarks_ellipsis(&t->ui->sentences) : "";
	char name[SENTENCES_PEER];
	sentences_name(&t->ui->sentences, event, name);
	if (!can_keep(t, event->text) ||
	    !print(t, (struct display_line){ .name = name,
	                                     .hue = t->ui->sentences.present.several,
	                                     .text = safe(t, "", event->text, after) }))
		return false;
	keep(t, span_text(name), event->text);
	ring(t, event);
	return true;
}

static bool show(struct transcript *t, const struct event *event)
{
	switch (event->kind) {
	case EVENT_TEXT: return show_text(t, event);
	case EVENT_SENT: return show_sent(t, event);
	case EVENT_DELIVERED: return show_delivered(t, event);
	case EVENT_CONNECTED:
	case EVENT_OVER: return show_border(t, event);
	default: return show_sentences(t, event, "");
	}
}

bool transcript_show(struct transcript *t, const struct event *event)
{
	if (event->again != 0)
		kept_again(&t->kept, event->again, event->conv);
	t->ui->clock_s = event->clock_s;
	t->ui->date = event->date;
	t->clock_known = true;
	if (!show(t, event))
		return false;
	if (event->kind == EVENT_CONNECTED && event->peer != NULL)
		note_foreign(t, span_text(event->peer));
	if (t->foreign && !t->foreign_told && !t->ui->sentences.quiet)
		transcript_say(t, remarks_own(&t->ui->sentences, REMARK_LOCALE));
	t->foreign_told = t->foreign;
	return true;
}
