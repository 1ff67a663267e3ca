/* console_show: what happens, as lines above the prompt. Own messages bear a mark:
 *
 *   ·   not sent yet: nobody is there, or too much is on its way
 *   ✓   sent
 *   ✓✓  shown to the peer's user, and so is everything before it
 *
 * A mark changes in place while it stands just above the prompt. Where it has scrolled on, a line
 * says once that everything up to the last message has been shown, with the begin of that message.
 */
#include "base/text.h"
#include "ui/console.h"
#include "ui/width.h"
#include "ui/wrap.h"

_Static_assert(sizeof((struct console *)0)->scratch >= SAFE_ROOM(LIMIT_TEXT), "a text fits");

static const char *mark(const struct console *c, unsigned level)
{
	static const char *const utf8[] = { "\u00b7", "\u2713", "\u2713\u2713" };
	static const char *const ascii[] = { ".", "+", "++" };
	return c->talk.utf8 ? utf8[level] : ascii[level];
}

enum { QUEUED, SENT, SHOWN };

/* The text made safe, in scratch. */
static struct span safe(struct console *c, struct span text)
{
	struct writer w = writer_of(c->scratch, sizeof c->scratch);
	if (text.len > LIMIT_TEXT)
		text.len = LIMIT_TEXT;
	safe_text(text, SAFE_NEWLINE | SAFE_TAB | (c->talk.utf8 ? 0 : SAFE_ASCII), &w);
	return written(&w);
}

static bool print(struct console *c, struct screen_line line)
{
	char time[8];
	struct text t = text_of(time, sizeof time);
	text_add_padded(&t, c->clock_s / 3600 % 24, 2);
	text_add(&t, ":");
	text_add_padded(&t, c->clock_s / 60 % 60, 2);
	line.time = c->clock_known ? time : NULL;
	c->dirty = true;
	return screen_print(&c->screen, &line);
}

/* Dumb: it stands there already as it was typed. */
static bool print_own(struct console *c, struct span text, unsigned level)
{
	return c->screen.dumb || print(c, (struct screen_line){ .name = "you",
	                                                        .own = true,
	                                                        .text = safe(c, text),
	                                                        .mark = mark(c, level) });
}

void console_say(struct console *c, const char *sentences)
{
	struct span text = span_text(sentences);
	c->dirty = true;
	screen_print(&c->screen, &(struct screen_line){ .text = span_of(text.at, text.len - 1) });
}

void console_show_waiting(struct console *c)
{
	struct span text;
	size_t place;
	if (!c->blocked || c->taken > 0)
		return;
	while (outbox_unshown(&c->outbox, &text, &place) && print_own(c, text, QUEUED)) {
		outbox_mark(&c->outbox, place);
		c->marked = 0;
	}
}

/* The begin of a message, for a line that says what became of it. */
static void remind(struct console *c, struct span text)
{
	struct text t = text_of(c->reminder, sizeof c->reminder);
	unsigned sum = 0;
	for (text = safe(c, text); text.len > 0;) {
		unsigned columns;
		size_t size = width_cluster(text, &columns);
		sum += columns;
		if (sum > CONSOLE_REMINDER || text.at[0] == '\n' || t.len + size + 4 > t.cap) {
			text_add(&t, c->talk.utf8 ? "\u2026" : "...");
			return;
		}
		text_add_span(&t, text.at[0] == '\t' ? span_text(" ") : span_of(text.at, size));
		text = span_of(text.at + size, text.len - size);
	}
}

static bool show_sent(struct console *c, const struct event *event)
{
	bool shown = c->taken_shown > 0;
	if (!shown && !print_own(c, event->text, SENT))
		return false;
	c->taken -= c->taken > 0;
	c->taken_shown -= shown;
	bool newest = c->taken_shown == 0 && !outbox_first_shown(&c->outbox);
	if (newest && (!shown || screen_remark(&c->screen, mark(c, SENT))))
		c->marked = event->number;
	c->last = event->number;
	remind(c, event->text);
	console_show_waiting(c);
	return true;
}

static bool show_delivered(struct console *c, const struct event *event)
{
	if (event->number < c->last || c->delivered == event->number)
		return true;
	if (c->marked != c->last || !screen_remark(&c->screen, mark(c, SHOWN))) {
		char line[sizeof c->reminder + 16];
		struct text t = text_of(line, sizeof line);
		text_add(&t, mark(c, SHOWN));
		text_add(&t, " ");
		text_add(&t, c->reminder);
		if (!print(c, (struct screen_line){ .text = span_of(line, t.len) }))
			return false;
	}
	c->delivered = event->number;
	return true;
}

/* A line that was being typed is not lost without trace. */
static void close_screen(struct console *c)
{
	struct span line = edit_text(&c->edit);
	if (line.len > 0) {
		static const char before[] = "schat: not sent: ";
		struct writer w = writer_of(c->scratch, sizeof c->scratch);
		write_span(&w, span_text(before));
		safe_text(line, SAFE_NEWLINE | SAFE_TAB | (c->talk.utf8 ? 0 : SAFE_ASCII), &w);
		(void)screen_print(&c->screen, &(struct screen_line){ .text = written(&w) });
	}
	screen_hide(&c->screen);
	c->closed = true;
}

static bool show_talk(struct console *c, const struct event *event)
{
	struct writer w = writer_of(c->scratch, sizeof c->scratch);
	talk_write(&c->talk, event, &w);
	if (event->kind == EVENT_CONNECTED && !c->talk.quiet)
		write_span(&w, span_text("schat: /help for commands, Ctrl-D to leave\n"));
	struct screen_line line = {
		.text = span_of(w.at, w.len - (w.len > 0)),
		.alarm = event->kind == EVENT_ERROR || event->kind == EVENT_UNSENT ||
		         (event->kind == EVENT_OVER && event->err != OK) ||
		         (event->kind == EVENT_CONNECTED && event->insecure),
		.whole = event->kind == EVENT_CODE,
	};
	c->dirty = true;
	if (w.len > 0 && !screen_print(&c->screen, &line))
		return false;
	if (event->kind == EVENT_CLOSED)
		close_screen(c);
	if (event->kind == EVENT_CONNECTED) {
		c->last = c->delivered = c->marked = 0;
		c->taken = c->taken_shown = 0;
	}
	return true;
}

/* What goes on in the next message says so. */
static struct span peer_text(struct console *c, const struct event *event)
{
	struct span text = safe(c, event->text);
	struct writer w = writer_of(c->scratch, sizeof c->scratch);
	w.len = text.len;
	if (event->more)
		write_span(&w, span_text(c->talk.utf8 ? "\u2026" : "..."));
	return written(&w);
}

bool console_show(struct interactor *ui, const struct event *event, size_t *used)
{
	struct console *c = (struct console *)(uintptr_t)ui;
	*used = 0;
	if (c->closed)
		return true;
	if (out_room(&c->out) < SCREEN_ROW)
		return false;
	talk_note(&c->talk, event);
	c->clock_s = event->clock_s;
	c->clock_known = true;
	switch (event->kind) {
	case EVENT_TEXT:
		return print(
		    c, (struct screen_line){ .name = c->talk.peer, .text = peer_text(c, event) });
	case EVENT_SENT: return show_sent(c, event);
	case EVENT_DELIVERED: return show_delivered(c, event);
	case EVENT_BYTES: return true;
	case EVENT_PEER_LEFT: return c->quit || show_talk(c, event); /* no news to who left first */
	default: return show_talk(c, event);
	}
}
