/* What the drivers servers and target are given beside texts: schemes, what puts texts together,
 * codes. */
#pragma once

#include "cmd/talk/target.h"
#include "proofs/words/known.h"

static const struct communicator_class meets = { .scheme = "", .meets = true };
static const struct communicator_class tcp = { .scheme = "t:" };
static const struct communicator_class named = { .scheme = "n:", .by_name = true };
const struct communicator_class *const communicator_classes[] = { &meets, &tcp, &named, NULL };

/* What a driver has read. */
static struct target target;

struct text text_of(char *at, size_t cap)
{
	at[0] = 0;
	return (struct text){ at, 0, cap, false };
}

/* A cut may be up to three bytes before the end of the room, where a character would be cut. */
void text_add_span(struct text *t, struct span s)
{
	//@ split s.len;
	;
	if (t->cut || s.len == 0)
		return;
	size_t room = t->cap - 1 - t->len;
	t->cut = s.len > room;
	size_t len = t->cut ? room : s.len;
	memcpy(t->at + t->len, s.at, len);
	/* a host is copied whole, since it was measured */
	if (t->cut && t->at == target.host && !target.class->by_name)
		base_panic("text_add_span", 0);
	if (t->cut) {
		len = (size_t)Frama_C_interval((int)(len - min_of(len, 3)), (int)len);
		//@ split len;
		;
	}
	t->len += len;
	t->at[t->len] = 0;
}

void text_add(struct text *t, const char *s)
{
	text_add_span(t, span_text(s));
}

/* What is set, and when, is what the header says. */
enum err code_parse(struct span text, struct code *c, struct span *unknown)
{
	if (text.len > 0)
		text.at[0], text.at[text.len - 1];
	if (any_bool()) {
		*c = (struct code){ .has_nameplate = any_bool(), .words_count = CODE_WORDS };
		return OK;
	}
	if (any_bool())
		return ERR_FORMAT;
	*unknown = text;
	return ERR_AUTH;
}
