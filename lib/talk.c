#include "lib/talk.h"

#include <stdlib.h>

#include "base/min_max.h"
#include "base/text.h"
#include "base/utf8.h"

static const enum schat_trust trusts[] = { [TRUST_NONE] = SCHAT_TRUST_NONE,
	                                   [TRUST_CODE] = SCHAT_TRUST_CODE,
	                                   [TRUST_CONTACT] = SCHAT_TRUST_KEY,
	                                   [TRUST_FIRST_USE] = SCHAT_TRUST_FIRST_USE };

struct talk *talk_new(const struct endpoint_event *e, enum mode mode)
{
	struct talk *t = calloc(1, sizeof *t);
	struct chat *chat = chat_new(mode);
	if (t == NULL || chat == NULL) {
		chat_free(chat);
		free(t);
		return NULL;
	}
	*t = (struct talk){
		.peer = e->peer, .bytes = mode == MODE_PIPE, .chat = chat, .trust = trusts[e->trust]
	};
	if (utf8_valid(span_text(e->nick)))
		memcpy(t->name, e->nick, sizeof t->name);
	memcpy(t->words, e->words, sizeof t->words);
	if (e->key.type == KEY_NONE)
		return t;
	struct writer line = writer_of((uint8_t *)t->key, sizeof t->key - 1);
	(void)public_key_write(&e->key, &line);
	public_key_fingerprint(&e->key, t->fingerprint);
	return t;
}

void talk_free(struct talk *t)
{
	if (t == NULL)
		return;
	chat_free(t->chat);
	bytes_wipe(t, sizeof *t);
	free(t);
}

void talk_begin(struct talk *t, struct session *session)
{
	chat_attach(t->chat, session);
	t->session = session;
	t->began = true;
}

void talk_end(struct talk *t, enum err why)
{
	chat_detach(t->chat);
	t->session = NULL;
	t->why = why;
}

struct schat_event talk_event(const struct talk *t, enum schat_event_kind kind)
{
	struct session_path path;
	bool there = t->session != NULL && session_path(t->session, &path);
	return (struct schat_event){ .kind = kind,
		                     .peer = t->peer,
		                     .text = "",
		                     .trust = t->trust,
		                     .name = t->name,
		                     .key = t->key,
		                     .fingerprint = t->fingerprint,
		                     .words = t->words,
		                     .path = there ? path.route.kind->label : "" };
}

static void set_text(struct schat_event *event, struct span text,
                     char buffer[static LIMIT_TEXT + 1])
{
	memcpy(buffer, text.len > 0 ? (const char *)text.at : "", text.len);
	buffer[text.len] = 0;
	event->text = buffer;
	event->text_len = text.len;
}

static void take_bytes(struct talk *t, const struct event *e, struct schat_event *event,
                       char buffer[static LIMIT_TEXT + 1])
{
	struct span some = span_of(e->text.at, min_of(e->text.len, LIMIT_TEXT));
	*event = talk_event(t, SCHAT_BYTES);
	event->number = e->number;
	set_text(event, some, buffer);
	t->heard = e->number + some.len;
}

bool talk_take(struct talk *t, struct schat_event *event, char buffer[static LIMIT_TEXT + 1])
{
	struct event e = { .kind = EVENT_PEER_LEFT };
	bool ends = false;
	if (t->session == NULL)
		return false;
	chat_step(t->chat); /* it may have been attached just now */
	do {
		if (!chat_take(t->chat, &e)) {
			ends = !t->left && chat_heard_all(t->chat);
			if (!ends)
				return false;
		}
	} while (!ends && (e.kind == EVENT_SENT || (t->bytes && e.kind == EVENT_PEER_LEFT)));
	t->left |= ends;
	if (e.kind == EVENT_BYTES) {
		take_bytes(t, &e, event, buffer);
		return true;
	}
	*event = talk_event(t, e.kind == EVENT_TEXT        ? SCHAT_TEXT
	                       : e.kind == EVENT_DELIVERED ? SCHAT_SHOWN
	                                                   : SCHAT_LEFT);
	event->number = e.number;
	if (e.kind == EVENT_TEXT) {
		set_text(event, e.text, buffer);
		event->more = e.more;
		t->heard = e.number;
	}
	return true;
}

bool talk_over(struct talk *t, enum err err, struct span words, struct schat_event *event,
               char buffer[static LIMIT_TEXT + 1])
{
	if (t->why)
		err = t->why;
	else if (!t->began || (!chat_over(t->chat, &err, &words) && err == OK))
		return false;
	*event = talk_event(t, SCHAT_OVER);
	event->error = (enum schat_error)err;
	event->number = chat_unconfirmed(t->chat);
	set_text(event, utf8_valid(words) && words.len <= LIMIT_TEXT ? words : span_text(""),
	         buffer);
	return true;
}

void talk_shown(struct talk *t)
{
	if (t->session == NULL)
		return;
	if (t->bytes)
		chat_written(t->chat, t->heard);
	else
		chat_shown(t->chat, t->heard);
}

bool talk_has_room(const struct talk *t)
{
	return session_write_room(t->session, STREAM_CHAT) >= LIMIT_RECORD;
}
