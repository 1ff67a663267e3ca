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
	return t->clock_known ? print_at(t, t->date, t->clock_s, line)
	                      : display_print(t->display, &line);
}

/* On a dumb terminal it is there already, as it was typed. */
static bool print_own(struct transcript *t, struct span text, enum remark_mark mark)
{
	return t->display->dumb ||
	       print(t, (struct display_line){ .name = "you",
	                                       .own = true,
	                                       .text = safe(t, "", text, ""),
	                                       .mark = remarks_mark(&t->ui->sentences, mark) });
}

void transcript_say(struct transcript *t, const char *sentences)
{
	struct span text = span_text(sentences);
	display_print(t->display, &(struct display_line){ .text = span_of(text.at, text.len - 1) });
}

void transcript_help(struct transcript *t)
{
	struct text text = text_of((char *)t->scratch, sizeof t->scratch);
	remarks_help(&t->ui->sentences, &text);
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
	past_add(&t->past, &(struct past_line){ t->date, t->clock_s, name, text });
	if (!t->ui->keeps)
		return;
	struct writer w = queue_begin(&t->ui->out);
	text_write(&w, "%04u-%02u-%02u %02u:%02u ", t->date / 10000, t->date / 100 % 100,
	           t->date % 100, t->clock_s / 3600 % 24, t->clock_s / 60 % 60);
	write_span(&w, name.len > 0 ? name : span_text("you"));
	write_text(&w, "> ");
	safe_text(text, SAFE_LINE, &w);
	write_text(&w, "\n");
	queue_done(&t->ui->out, UI_KEPT, &w);
}

/* ---- our messages ---- */

static size_t size_at(const struct transcript *t, size_t at)
{
	return TRANSCRIPT_HEADER + (size_t)load_be16(t->kept + at);
}

static struct span text_at(const struct transcript *t, size_t at)
{
	return span_of(t->kept + at + TRANSCRIPT_HEADER, load_be16(t->kept + at));
}

/* Shows messages that have to wait for longer than a moment. */
static void show_waiting(struct transcript *t)
{
	if (!t->blocked || t->taken_len > 0)
		return;
	for (size_t at = 0; at < t->kept_len; at += size_at(t, at)) {
		if (t->kept[at + 2] != 0)
			continue;
		if (!print_own(t, text_at(t, at), MARK_WAITS))
			return;
		t->kept[at + 2] = 1;
		t->marked = 0;
	}
}

bool transcript_add(struct transcript *t, struct span text, uint64_t conv)
{
	uint8_t *at = t->kept + t->kept_len;
	assert(text.len <= LIMIT_TEXT);
	if (sizeof t->kept - t->kept_len < TRANSCRIPT_HEADER + text.len)
		return false;
	store_be16(at, (uint16_t)text.len);
	at[2] = 0;
	store_be64(at + 3, conv);
	memcpy(at + TRANSCRIPT_HEADER, text.at, text.len);
	t->kept_len += TRANSCRIPT_HEADER + text.len;
	t->waiting_count++;
	show_waiting(t);
	return true;
}

struct span transcript_first(const struct transcript *t, uint64_t *conv)
{
	assert(t->waiting_count > 0);
	*conv = load_be64(t->kept + t->taken_len + 3);
	return text_at(t, t->taken_len);
}

static void drop(struct transcript *t, size_t at)
{
	size_t size = size_at(t, at);
	t->kept_len -= size;
	memmove(t->kept + at, t->kept + at + size, t->kept_len - at);
	bytes_wipe(t->kept + t->kept_len, size);
}

static void drop_taken(struct transcript *t)
{
	t->taken_len -= size_at(t, 0);
	drop(t, 0);
}

void transcript_answer(struct transcript *t, enum answer answer)
{
	assert(t->waiting_count > 0);
	t->blocked = answer == ANSWER_LATER;
	if (t->blocked) {
		show_waiting(t);
		return;
	}
	t->waiting_count--;
	if (answer == ANSWER_TAKEN)
		t->taken_len += size_at(t, t->taken_len);
	else
		drop(t, t->taken_len);
}

bool transcript_all_delivered(const struct transcript *t)
{
	return t->waiting_count == 0 && t->delivered >= t->last;
}

/* Keeps the beginning of a message, for a line that says what became of it. */
static void remind(struct transcript *t, struct span text)
{
	struct text out = text_of(t->reminder, sizeof t->reminder);
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
	bool shown = t->kept[2] != 0;
	if (t->taken_len == 0)
		return true;
	if (!can_keep(t, text_at(t, 0)))
		return false;
	if (!shown && !print_own(t, text_at(t, 0), MARK_SENT))
		return false;
	keep(t, span_of(NULL, 0), text_at(t, 0));
	remind(t, text_at(t, 0));
	drop_taken(t);
	bool newest = t->kept_len == 0 || t->kept[2] == 0;
	if (newest &&
	    (!shown || display_remark(t->display, remarks_mark(&t->ui->sentences, MARK_SENT))))
		t->marked = event->number;
	t->last = event->number;
	show_waiting(t);
	return true;
}

static bool show_delivered(struct transcript *t, const struct event *event)
{
	const char *mark = remarks_mark(&t->ui->sentences, MARK_SHOWN);
	if (event->number < t->last || t->delivered == event->number)
		return true;
	if (t->marked != t->last || !display_remark(t->display, mark)) {
		char line[sizeof t->reminder + 16];
		struct text text = text_of(line, sizeof line);
		text_add_format(&text, "%s %s", mark, t->reminder);
		if (!print(t, (struct display_line){ .text = text_span(&text) }))
			return false;
	}
	t->delivered = event->number;
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
	t->last = t->delivered = t->marked = 0;
	while (t->taken_len > 0)
		drop_taken(t);
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
	const char *name = t->ui->sentences.peer;
	if (!can_keep(t, event->text) ||
	    !print(t,
	           (struct display_line){ .name = name, .text = safe(t, "", event->text, after) }))
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

/* What waits for the last conversation with this identity is for this one. */
static void carry_over(struct transcript *t, const struct event *event)
{
	for (size_t at = 0; at < t->kept_len; at += size_at(t, at))
		if (load_be64(t->kept + at + 3) == event->again)
			store_be64(t->kept + at + 3, event->conv);
}

bool transcript_show(struct transcript *t, const struct event *event)
{
	if (event->again != 0)
		carry_over(t, event);
	t->clock_s = event->clock_s;
	t->date = event->date;
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
