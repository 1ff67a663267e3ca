/* voice: see voice.h. */
#include "voice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "chat/posting.h"

static const uint8_t secret[32] = "of one user", about[32] = "the other one";

void voice_start(struct voice *v, struct random *random)
{
	v->random = random;
	v->box = outbox_new(span_of(secret, sizeof secret), span_of(about, sizeof about), random,
	                    1000000);
	assert(v->box != NULL);
	if (v->disk_len == 0)
		return;
	uint8_t *file = malloc(v->disk_len);
	assert(file != NULL);
	memcpy(file, v->disk, v->disk_len);
	bool read = outbox_read(v->box, file, v->disk_len);
	assert(read);
	free(file);
}

void voice_stop(struct voice *v)
{
	chat_free(v->chat);
	v->chat = NULL;
	outbox_free(v->box);
	v->box = NULL;
}

void voice_end(struct voice *v)
{
	voice_stop(v);
	free(v->disk);
	v->disk = NULL;
}

static void save(struct voice *v)
{
	static uint8_t bytes[OUTBOX_WRITE];
	struct writer w = writer_of(bytes, sizeof bytes);
	bool whole, sync;

	if (!outbox_output(v->box, &w, &whole, &sync))
		return;
	struct span new = written(&w);
	if (whole)
		v->disk_len = 0;
	if (v->disk_len + new.len > v->disk_cap) {
		v->disk_cap = 2 * (v->disk_len + new.len);
		v->disk = realloc(v->disk, v->disk_cap);
		assert(v->disk != NULL);
	}
	memcpy(v->disk + v->disk_len, new.at, new.len);
	v->disk_len += new.len;
}

void voice_say(struct voice *v)
{
	char line[48];

	snprintf(line, sizeof line, "%s %u", v->says, v->said++);
	enum err err = outbox_add(v->box, span_text(line), false, true);
	assert(err == OK);
	save(v);
}

void voice_meet(struct voice *v, struct session *s)
{
	v->chat = chat_new(MODE_CHAT);
	assert(v->chat != NULL);
	chat_attach(v->chat, s);
}

void voice_part(struct voice *v)
{
	if (v->chat == NULL)
		return;
	voice_step(v);
	chat_detach(v->chat);
	chat_free(v->chat);
	v->chat = NULL;
	outbox_again(v->box);
	save(v);
}

static void hear(struct voice *v, const struct event *e)
{
	char line[48];

	snprintf(line, sizeof line, "%s %u", v->hears, v->heard);
	if (!outbox_heard(v->box, &e->mark)) {
		v->wrong |= !span_is(e->text, line);
		v->heard++;
		outbox_hear(v->box, &e->mark, true);
	}
	chat_shown(v->chat, e->number);
}

void voice_step(struct voice *v)
{
	struct event e;

	if (v->chat == NULL)
		return;
	for (chat_step(v->chat); chat_take(v->chat, &e); chat_step(v->chat)) {
		if (e.kind == EVENT_TEXT)
			hear(v, &e);
		else if (e.kind == EVENT_DELIVERED)
			(void)outbox_confirmed(v->box, e.number);
		else if (e.kind == EVENT_PEER_LEFT)
			chat_finish(v->chat);
	}
	while (posting_next(v->chat, v->box))
		;
	save(v);
}

bool voice_is_done(const struct voice *v, const struct voice *other)
{
	return !v->wrong && v->heard == other->said;
}
