#include "cmd/talk/postbox.h"

#include <string.h>

#include "base/text.h"
#include "cmd/talk/phrase.h"
#include "os/file.h"

void postbox_init(struct postbox *l, const struct plan *plan, struct terminal_io *io,
                  const struct identity *own)
{
	const char *how = plan->options->outbox;
	bool chat = (plan->options->command & FOR_TALK) && plan_mode(plan) == MODE_CHAT &&
	            !plan->options->pipe;
	l->plan = plan;
	l->io = io;
	l->own = own;
	l->known = own != NULL && chat;
	l->used = l->known && (how ? strcmp(how, "on") == 0 : io->person);
	if (l->known)
		outbox_file_key(own, &l->key);
}

void postbox_end(struct postbox *l)
{
	postbox_write(l);
	for (size_t i = 0; i < l->count; i++)
		outbox_file_close(&l->at[i].file);
	bytes_wipe(&l->key, sizeof l->key);
}

static void say(const struct postbox *l, const struct phrase *p)
{
	struct event e = phrase_event(p, p->err ? EVENT_ERROR : EVENT_NOTICE);
	(void)terminal_io_show(l->io, &e);
}

static void failed(struct postbox *l, const char *name, enum err err)
{
	struct phrase p;
	if (err == ERR_BUSY)
		phrase_of(
		    &p, OK,
		    "another schat on this host uses the outbox for %s: lines for %s are not kept "
		    "here",
		    name, name);
	else if (err == ERR_FORMAT)
		phrase_of(&p, ERR_LOCAL,
		          "the outbox for %s is damaged: lines for %s are not kept\n"
		          "To give up the lines in it, remove the folder outbox beside your key.",
		          name, name);
	else
		phrase_of(&p, ERR_LOCAL, "can't keep lines for %s: %s", name, file_why());
	say(l, &p);
}

struct outbox *postbox_of(struct postbox *l, const char *fingerprint, const char *name)
{
	if (!l->known || fingerprint[0] == 0)
		return NULL;
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->at[i].fingerprint, fingerprint) == 0)
			return l->at[i].file.outbox;
	if (l->count == LIMIT_CONTACTS)
		return NULL;
	struct postbox_one *b = &l->at[l->count];
	enum err err = outbox_file_open(&b->file, &l->key, fingerprint);
	text_copy(b->fingerprint, sizeof b->fingerprint, fingerprint);
	text_copy(b->name, sizeof b->name, name);
	l->count++;
	if (err)
		failed(l, name, err);
	return b->file.outbox;
}

static void say_waiting(struct postbox *l, struct postbox_one *b)
{
	struct phrase p;
	unsigned waiting = outbox_waiting(b->file.outbox);
	b->told = waiting;
	if (waiting == 0)
		return;
	phrase_of(&p, OK,
	          "%u line%s for %s %s kept on this disk, encrypted, until you are both there",
	          waiting, waiting == 1 ? "" : "s", b->name, waiting == 1 ? "is" : "are");
	say(l, &p);
}

void postbox_write(struct postbox *l)
{
	for (size_t i = 0; i < l->count; i++) {
		struct postbox_one *b = &l->at[i];
		enum err err = outbox_file_write(&b->file);
		if (err && !b->failed)
			failed(l, b->name, err);
		b->failed = err != OK;
		if (!err && b->file.outbox && b->told == 0)
			say_waiting(l, b);
	}
}

void postbox_delivered(struct postbox *l, const struct outbox *o)
{
	for (size_t i = 0; i < l->count; i++) {
		struct postbox_one *b = &l->at[i];
		struct phrase p;
		if (b->file.outbox != o)
			continue;
		phrase_of(&p, OK, "%s has seen the lines that waited", b->name);
		say(l, &p);
		b->told = 0;
	}
}

void postbox_list(struct postbox *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->at[i].file.outbox)
			say_waiting(l, &l->at[i]);
}
