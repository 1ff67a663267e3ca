#include "ui/sentences.h"

#include <string.h>

#include "base/min_max.h"
#include "ui/safe.h"
#include "ui/way.h"

enum { FIELD = 512 }; /* bytes of a short field (a name, a path, words), before it is made safe */

void sentences_init(struct sentences *s, bool utf8, bool quiet)
{
	*s = (struct sentences){ .utf8 = utf8, .quiet = quiet };
	text_copy(s->peer, sizeof s->peer, "the peer");
}

static void make_safe(const struct sentences *s, const char *peer, char out[static SENTENCES_PEER])
{
	uint8_t safe[SAFE_ROOM(FIELD)];
	struct writer w = writer_of(safe, sizeof safe);
	safe_text(span_of(peer, min_of(strlen(peer), FIELD)), sentences_safe_flags(s), &w);
	struct text name = text_of(out, SENTENCES_PEER);
	text_add_span(&name, written(&w));
}

static void name_peer(struct sentences *s, const char *peer)
{
	if (peer == NULL || *peer == 0)
		return;
	make_safe(s, peer, s->peer);
	s->known = true;
}

void sentences_name(const struct sentences *s, const struct event *event,
                    char name[static SENTENCES_PEER])
{
	bool named = event->peer != NULL && *event->peer != 0;
	if (named)
		make_safe(s, event->peer, name);
	else
		memcpy(name, s->peer, sizeof s->peer);
}

void sentences_face(struct sentences *s, uint64_t conv)
{
	const struct present_peer *peer = present_of(&s->present, conv);
	if (peer != NULL)
		name_peer(s, peer->name);
}

void sentences_await(struct sentences *s, const char *whom)
{
	s->only_peer = true;
	name_peer(s, whom);
}

void sentences_keep(struct sentences *s)
{
	s->keeps = true;
}

void sentences_keep_for(struct sentences *s, const char *contact)
{
	make_safe(s, contact, s->kept_for);
}

void sentences_note(struct sentences *s, const struct event *event)
{
	present_note(&s->present, event);
	if (event->kind == EVENT_OVER)
		s->here = s->present.count > 0;
	if (event->kind != EVENT_CONNECTED && event->kind != EVENT_WHO)
		return;
	s->here = true;
	s->insecure = event->insecure;
	if (s->present.count <= 1)
		name_peer(s, event->peer);
}

const char *sentences_addressee(const struct sentences *s)
{
	return s->here ? s->peer : s->kept_for;
}

unsigned sentences_safe_flags(const struct sentences *s)
{
	return SAFE_TAB | (s->utf8 ? 0 : SAFE_ASCII);
}

/* ---- events ---- */

static void add_safe(const struct sentences *s, struct writer *out, struct span text, size_t max)
{
	safe_text(span_of(text.at, min_of(text.len, max)), sentences_safe_flags(s), out);
}

static void add_field(const struct sentences *s, struct writer *out, const char *before,
                      const char *field)
{
	if (field == NULL || *field == 0)
		return;
	write_text(out, before);
	add_safe(s, out, span_text(field), FIELD);
}

/* " (encrypted, 38 ms)", as far as it is known. */
static void add_safety(struct writer *out, const struct event *e)
{
	bool suite = e->suite != NULL && *e->suite != 0;
	write_text(out, e->insecure ? " (NOT ENCRYPTED" : suite ? " (encrypted" : "");
	if (!e->insecure && !suite)
		return;
	way_write_rtt(out, e->rtt_us);
	write_text(out, ")");
}

/* " (direct udp, suite noise, 38 ms)" and so on, as far as it is known. */
static void add_how(const struct sentences *s, struct writer *out, const struct event *e)
{
	bool path = e->path != NULL && *e->path != 0, suite = e->suite != NULL && *e->suite != 0;
	if (!path && !suite) {
		write_text(out, e->insecure ? " (NOT ENCRYPTED)\n" : "\n");
		return;
	}
	add_field(s, out, " (", e->path);
	add_field(s, out, path ? ", suite " : " (suite ", e->suite);
	way_write_rtt(out, e->rtt_us);
	write_text(out, e->insecure ? ", NOT ENCRYPTED)\n" : ")\n");
}

static void add_verified(const struct sentences *s, struct writer *out, const struct event *e)
{
	bool key = e->fingerprint != NULL && *e->fingerprint != 0;
	bool verified = e->verified != NULL && *e->verified != 0;
	add_field(s, out, ", verified ", e->verified);
	write_text(out, key && !verified ? ", not verified" : "");
}

/* "schat: before text"; text is not safe yet. */
static void add_line(const struct sentences *s, struct writer *out, const char *before,
                     struct span text)
{
	text_write(out, "schat: %s", before);
	add_safe(s, out, text, LIMIT_TEXT);
	write_text(out, "\n");
}

static void add_hint(const struct sentences *s, struct writer *out, const struct event *e)
{
	if (e->hint.len > 0)
		add_line(s, out, "", e->hint);
}

static void add_words(const struct sentences *s, struct writer *out, const struct event *e)
{
	if (e->words == NULL || *e->words == 0)
		return;
	char name[SENTENCES_PEER];
	sentences_name(s, e, name);
	text_write(out, "schat: compare these words with %s", name);
	add_field(s, out, ", by voice or in person: ", e->words);
	write_text(out, "\n");
	add_hint(s, out, e);
}

static void add_away(const struct sentences *s, struct writer *out, const char *name, uint64_t conv)
{
	const struct present_peer *peer = present_of(&s->present, conv > 0 ? conv : CONV_FIRST);
	if (peer != NULL && peer->away)
		text_write(out, "schat: no answer from %s since %02u:%02u; your messages wait\n",
		           name, peer->away_s / 3600 % 24, peer->away_s / 60 % 60);
}

static bool is_quiet(const struct sentences *s, const struct event *e)
{
	if (!s->quiet)
		return false;
	return !(e->kind == EVENT_ERROR || e->kind == EVENT_CODE || e->kind == EVENT_UNSENT ||
	         (e->kind == EVENT_OFFER && e->files != NULL && e->files->asks) ||
	         ((e->kind == EVENT_OVER || e->kind == EVENT_ITEM || e->kind == EVENT_TRANSFER) &&
	          e->err != OK));
}

static void add_connected(const struct sentences *s, struct writer *out, const char *name,
                          const struct event *e)
{
	text_write(out, "schat: connected to %s", name);
	way_write(out, e->path);
	add_safety(out, e);
	write_text(out, "\n");
	add_words(s, out, e);
}

static void add_path(const struct sentences *s, struct writer *out, const char *name,
                     const struct event *e)
{
	text_write(out, "schat: %s%snow connected", s->present.several ? name : "",
	           s->present.several ? " is " : "");
	way_write(out, e->path);
	way_write_rtt(out, e->rtt_us);
	write_text(out, "\n");
}

static void write_event(const struct sentences *s, const struct event *e, struct writer *out)
{
	char name[SENTENCES_PEER];
	sentences_name(s, e, name);
	switch (e->kind) {
	case EVENT_NOTICE:
	case EVENT_GUESS:
	case EVENT_CONTACTS:
	case EVENT_UNSENT:
	case EVENT_OVER:
	case EVENT_ERROR:
		add_line(s, out, "", e->text.len > 0 ? e->text : span_text(err_text(e->err)));
		if (e->kind == EVENT_ERROR)
			add_hint(s, out, e);
		break;
	case EVENT_LISTENING: add_line(s, out, "listening on ", e->text); break;
	case EVENT_CODE: add_line(s, out, "on the other host, run:\n    ", e->text); break;
	case EVENT_WAITING:
		write_text(out, "schat: waiting for ");
		add_safe(s, out, e->text, FIELD);
		write_text(out, e->hint.len > 0 ? " " : "");
		add_safe(s, out, e->hint, FIELD);
		write_text(out, "\n");
		break;
	case EVENT_CONNECTED: add_connected(s, out, name, e); break;
	case EVENT_WHO:
		text_write(out, "schat: %s", name);
		add_field(s, out, ", fingerprint ", e->fingerprint);
		add_verified(s, out, e);
		add_how(s, out, e);
		add_away(s, out, name, e->conv);
		add_words(s, out, e);
		break;
	case EVENT_PATH: add_path(s, out, name, e); break;
	case EVENT_AWAY: add_away(s, out, name, e->conv); break;
	case EVENT_BACK: text_write(out, "schat: %s is back\n", name); break;
	case EVENT_PEER_LEFT: text_write(out, "schat: %s has left\n", name); break;
	case EVENT_OFFER:
	case EVENT_PROGRESS:
	case EVENT_ITEM:
	case EVENT_TRANSFER:
	case EVENT_KEPT:
		if (e->text.len > 0)
			add_line(s, out, "", e->text);
		add_hint(s, out, e);
		break;
	case EVENT_HELLO:
	case EVENT_CLOSED: /* why was said before */
	case EVENT_TEXT:
	case EVENT_SENT:
	case EVENT_DELIVERED:
	case EVENT_FILE:
	case EVENT_NAMES:
	case EVENT_SAID:
	case EVENT_BYTES: break;
	}
}

void sentences_write(const struct sentences *s, const struct event *e, struct writer *out)
{
	if (!is_quiet(s, e))
		write_event(s, e, out);
	else if (e->kind == EVENT_CONNECTED)
		add_words(s, out, e); /* without comparing them, one trusts whoever answers */
}

size_t sentences_room(const struct event *e)
{
	size_t text = min_of(e->text.len, LIMIT_TEXT), hint = min_of(e->hint.len, LIMIT_TEXT);
	return SAFE_ROOM(text) + SAFE_ROOM(hint) + 5 * SAFE_ROOM(FIELD) + 3 * SENTENCES_PEER + 512;
}

bool sentences_print(const struct sentences *s, const struct event *event, struct queue *out)
{
	if (queue_room_apart(out) < sentences_room(event))
		return false;
	struct writer w = queue_begin(out);
	sentences_write(s, event, &w);
	queue_done(out, UI_ERR, &w);
	return true;
}

void sentences_unsent(struct text *t, uint64_t count, bool bytes, enum unsent why, const char *peer)
{
	text_add_format(t, "%ju %s%s not sent", (uintmax_t)count, bytes ? "byte" : "line",
	                count == 1 ? " was" : "s were");
	switch (why) {
	case UNSENT_GONE: text_add_format(t, " to %s, who is gone", peer); break;
	case UNSENT_NOBODY: text_add(t, ": nobody is connected"); break;
	case UNSENT_ABSENT:
		text_add(t, ": nobody is connected. To leave something for a contact, begin the "
		            "line with NAME>");
		break;
	case UNSENT_WHOM:
		text_add(t, ": begin each with NAME>, the name of a peer who is here");
		break;
	case UNSENT_CROWDED: text_add_format(t, " to %s, who reads too slowly", peer); break;
	case UNSENT_FULL: text_add(t, ": too many messages are waiting"); break;
	case UNSENT_END: break;
	}
}
