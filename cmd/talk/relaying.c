#include "cmd/talk/relaying.h"

#include "base/text.h"
#include "base/utf8.h"
#include "os/clock.h"

enum { NOTE = 4096 };

/* To all but d. */
static void pass(struct relaying *r, const struct dialogue *d, struct span text)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->at[i] != d && !dialogue_pass(r->at[i], text))
			r->lost++;
}

/* As much of the text, which is UTF-8, as has room behind the name. A later line of it is moved in,
 * so that it does not look like somebody else's. */
static struct span take_line(struct span *text, struct writer *w)
{
	while (text->len > 0 && writer_room(w) >= 8) {
		uint32_t rune = utf8_take(text);
		utf8_write(w, rune);
		write_text(w, rune == '\n' ? "  " : "");
	}
	return written(w);
}

void relaying_text(struct relaying *r, const struct dialogue *d, struct span text)
{
	static uint8_t line[LIMIT_TEXT];
	do {
		struct writer w = writer_of(line, sizeof line);
		text_write(&w, "%s> ", d->peer.name);
		pass(r, d, take_line(&text, &w));
		bytes_wipe(line, w.len);
	} while (text.len > 0);
}

void relaying_came(struct relaying *r, struct dialogue *d)
{
	char note[NOTE];
	struct text t = text_of(note, sizeof note);
	text_add_format(&t, "[%s is here]", d->peer.name);
	pass(r, d, text_span(&t));
	t = text_of(note, sizeof note);
	text_add(&t,
	         "[This host passes on what you say to everybody who is here, with your name in "
	         "front, and reads all of it. Others here:");
	for (size_t i = 0; i < r->count; i++)
		if (r->at[i] != d)
			text_add_format(&t, " %s", r->at[i]->peer.name);
	text_add(&t, r->count > 1 ? "]" : " nobody]");
	if (!dialogue_pass(d, text_span(&t)))
		r->lost++;
}

void relaying_left(struct relaying *r, const struct dialogue *d)
{
	char note[NOTE];
	struct text t = text_of(note, sizeof note);
	text_add_format(&t, "[%s has left]", d->peer.name);
	pass(r, d, text_span(&t));
}

void relaying_report(const struct relaying *r, struct relaying_lost *lost, struct terminal_io *io)
{
	lost->count += r->lost;
	if (lost->count == 0 || clock_us() < lost->reported_at + SECOND)
		return;
	struct phrase p;
	phrase_of(&p, ERR_FULL, "%ju lines were not passed on: a peer reads too slowly",
	          (uintmax_t)lost->count);
	struct event e = phrase_event(&p, EVENT_NOTICE);
	(void)terminal_io_show(io, &e);
	*lost = (struct relaying_lost){ .reported_at = clock_us() };
}
