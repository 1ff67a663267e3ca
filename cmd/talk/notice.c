/* notice: see notice.h. */
#include "cmd/talk/notice.h"

#include "cmd/log.h"
#include "ui/safe.h"

void notice_log(struct span s)
{
	uint8_t safe[SAFE_ROOM(PHRASE_TEXT) + 1];
	struct writer w = writer_of(safe, sizeof safe - 1);
	safe_text(s, SAFE_LINE, &w);
	safe[w.len] = 0;
	log_line("%s", (const char *)safe);
}

static void show(struct terminal_io *io, struct event *e)
{
	notice_log(e->text);
	(void)terminal_io_show(io, e);
}

void notice_phrase(struct terminal_io *io, enum event_kind kind, const struct phrase *p)
{
	struct event e = {
		.kind = kind, .text = span_text(p->text), .hint = span_text(p->hint), .err = p->err
	};
	show(io, &e);
}

void notice_say(struct terminal_io *io, const char *sentence)
{
	struct event e = { .kind = EVENT_NOTICE, .text = span_text(sentence) };
	show(io, &e);
}

void notice_decision(struct terminal_io *io, const struct decision *d)
{
	struct event e = { .kind = d->event,
		           .number = d->number,
		           .text = span_text(d->phrase.text),
		           .hint = span_text(d->phrase.hint),
		           .code = d->code[0] ? d->code : NULL,
		           .err = d->phrase.err };
	if (e.kind == EVENT_LISTENING)
		log_line("listening on %s", d->phrase.text);
	if (e.kind == EVENT_NOTICE || e.kind == EVENT_ERROR || e.kind == EVENT_GUESS)
		notice_log(e.text);
	(void)terminal_io_show(io, &e);
}
