/* talk: see talk.h. */
#include "ui/talk.h"

#include <string.h>

#include "base/text.h"
#include "ui/safe.h"

enum { FIELD = 512 }; /* bytes of a short field (a name, a path, words), before it is made safe */

void talk_begin(struct talk *t, bool utf8, bool quiet)
{
	*t = (struct talk){ .utf8 = utf8, .quiet = quiet };
	text_add(&(struct text){ t->peer, 0, sizeof t->peer, false }, "the other side");
}

static unsigned flags(const struct talk *t)
{
	return SAFE_TAB | (t->utf8 ? 0 : SAFE_ASCII);
}

void talk_note(struct talk *t, const struct event *event)
{
	if (event->kind == EVENT_OVER)
		t->here = false;
	if (event->kind != EVENT_CONNECTED && event->kind != EVENT_WHO)
		return;
	t->here = true;
	t->insecure = event->insecure;
	if (!event->peer || !*event->peer)
		return;
	uint8_t safe[SAFE_ROOM(FIELD)];
	struct writer w = writer_of(safe, sizeof safe);
	size_t len = strlen(event->peer);
	safe_text(span_of(event->peer, len < FIELD ? len : FIELD), flags(t), &w);
	struct text name = text_of(t->peer, sizeof t->peer);
	text_add_span(&name, written(&w));
}

static void add(struct writer *out, const char *s)
{
	write_span(out, span_text(s));
}

static void add_safe(const struct talk *t, struct writer *out, struct span s, size_t max)
{
	safe_text(span_of(s.at, s.len < max ? s.len : max), flags(t), out);
}

static void add_field(const struct talk *t, struct writer *out, const char *before,
                      const char *field)
{
	if (!field || !*field)
		return;
	add(out, before);
	add_safe(t, out, span_text(field), FIELD);
}

static void add_rtt(struct writer *out, uint64_t rtt_us)
{
	char digits[24];
	struct text t = text_of(digits, sizeof digits);
	if (rtt_us == 0)
		return;
	text_add_u64(&t, (rtt_us + 500) / 1000);
	add(out, rtt_us < 1000 ? ", under 1" : ", ");
	add(out, rtt_us < 1000 ? "" : digits);
	add(out, " ms");
}

/* "noise, direct udp, 38 ms" and so on, each after a comma. */
static void add_how(const struct talk *t, struct writer *out, const struct event *e)
{
	add_field(t, out, ", ", e->path);
	add_field(t, out, ", ", e->suite);
	add_rtt(out, e->rtt_us);
	add(out, e->insecure ? ", NOT ENCRYPTED\n" : "\n");
}

static void add_hint(const struct talk *t, struct writer *out, const struct event *e)
{
	if (e->hint.len == 0)
		return;
	add(out, "schat: ");
	add_safe(t, out, e->hint, LIMIT_TEXT);
	add(out, "\n");
}

static void add_words(const struct talk *t, struct writer *out, const struct event *e)
{
	if (!e->words || !*e->words)
		return;
	add(out, "schat: compare these words with ");
	add(out, t->peer);
	add_field(t, out, ", by voice or in person: ", e->words);
	add(out, "\n");
	add_hint(t, out, e);
}

/* "schat: " text, or what err says where there is no text. */
static void add_sentence(const struct talk *t, struct writer *out, const struct event *e)
{
	add(out, "schat: ");
	add_safe(t, out, e->text.len > 0 ? e->text : span_text(err_text(e->err)), LIMIT_TEXT);
	add(out, "\n");
}

static void add_about_peer(const struct talk *t, struct writer *out, const char *what)
{
	add(out, "schat: ");
	add(out, t->peer);
	add(out, what);
}

static bool is_quiet(const struct talk *t, const struct event *e)
{
	if (!t->quiet)
		return false;
	return !(e->kind == EVENT_ERROR || e->kind == EVENT_CODE || e->kind == EVENT_UNSENT ||
	         (e->kind == EVENT_OVER && e->err != OK));
}

void talk_write(const struct talk *t, const struct event *e, struct writer *out)
{
	if (is_quiet(t, e)) {
		if (e->kind == EVENT_CONNECTED)
			add_words(t, out, e); /* not comparing them is trusting whoever answers */
		return;
	}
	switch (e->kind) {
	case EVENT_NOTICE:
	case EVENT_GUESS:
	case EVENT_UNSENT:
	case EVENT_OVER: add_sentence(t, out, e); break;
	case EVENT_ERROR:
		add_sentence(t, out, e);
		add_hint(t, out, e);
		break;
	case EVENT_LISTENING:
		add(out, "schat: listening on ");
		add_safe(t, out, e->text, FIELD);
		add(out, "\n");
		break;
	case EVENT_CODE:
		add(out, "schat: on the other host type:\n    ");
		add_safe(t, out, e->text, FIELD);
		add(out, "\n");
		break;
	case EVENT_WAITING:
		add(out, "schat: waiting for ");
		add_safe(t, out, e->text, FIELD);
		add(out, "\n");
		break;
	case EVENT_CONNECTED:
		add(out, "schat: connected to ");
		add(out, t->peer);
		add_how(t, out, e);
		add_words(t, out, e);
		break;
	case EVENT_WHO:
		add_about_peer(t, out, "");
		add_field(t, out, ", fingerprint ", e->fingerprint);
		add_how(t, out, e);
		add_words(t, out, e);
		break;
	case EVENT_PATH:
		add(out, "schat: now ");
		add_safe(t, out, span_text(e->path ? e->path : "on another path"), FIELD);
		add_rtt(out, e->rtt_us);
		add(out, "\n");
		break;
	case EVENT_AWAY: add_about_peer(t, out, " is not heard from; your messages wait\n"); break;
	case EVENT_BACK: add_about_peer(t, out, " is back\n"); break;
	case EVENT_PEER_LEFT: add_about_peer(t, out, " has left\n"); break;
	case EVENT_CLOSED: /* why was said before */
	case EVENT_TEXT:
	case EVENT_SENT:
	case EVENT_DELIVERED:
	case EVENT_BYTES: break;
	}
}

size_t talk_room(const struct event *e)
{
	size_t text = e->text.len < LIMIT_TEXT ? e->text.len : LIMIT_TEXT;
	size_t hint = e->hint.len < LIMIT_TEXT ? e->hint.len : LIMIT_TEXT;
	return SAFE_ROOM(text) + SAFE_ROOM(hint) + 5 * SAFE_ROOM(FIELD) + 3 * TALK_PEER + 512;
}
