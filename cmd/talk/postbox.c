#include "cmd/talk/postbox.h"

#include <string.h>

#include "base/text.h"
#include "cmd/talk/later.h"

enum {
	WAIT_MS = 100,  /* for a schat say --later */
	AGAIN_MS = 250, /* between two looks whether another program has ended */
	WRITE_MS = 1000 /* between two tries to write, while that fails */
};

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
	if (l->used && plan->book->count > 0)
		sentences_keep(&io->ui->sentences);
}

bool postbox_lapsed(struct postbox *l, bool lapsed)
{
	bool before = l->lapsed;
	l->lapsed = lapsed;
	return before;
}

struct bucket *postbox_fruitless(struct postbox *l, const char *fingerprint)
{
	unsigned which = 0;
	for (const char *c = fingerprint; *c; c++)
		which = which * 31 + (uint8_t)*c;
	return &l->fruitless[which % POSTBOX_BUCKETS];
}

static void say(const struct postbox *l, const struct phrase *p)
{
	struct event e = phrase_event(p, p->err ? EVENT_ERROR : EVENT_NOTICE);
	(void)terminal_io_show(l->io, &e);
}

/* Lines wait in it, and all of them are on the disk. */
static bool keeps(const struct outbox *o)
{
	return o && outbox_waiting(o) > 0 && outbox_unwritten(o) == 0;
}

static void failed(struct postbox *l, const struct outbox_file *f, const char *name, enum err err)
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
		          "To give up what is in it, remove %s; then start schat again.",
		          name, name, outbox_file_shown(f));
	else
		phrase_of(&p, ERR_LOCAL, "can't keep %slines for %s: %s",
		          keeps(f->outbox) ? "more " : "", name, file_why());
	say(l, &p);
}

/* It is open. Files of earlier runs have numbers in this one, too. */
static void begin(const struct postbox *l, struct outbox_file *f)
{
	struct outbox_line line = { .file = false };
	while (outbox_file_after(f->outbox, line.mark.number, &line))
		outbox_tag(f->outbox, line.mark.number, later_number());
	if (!l->used)
		return;
	outbox_reserve(f->outbox);
	(void)outbox_file_write(f); /* postbox_write tries again, and says why it can't */
}

/* Another program has the outbox, or had it: the kernel frees it when that one ends. */
static void try_again(struct postbox *l, struct postbox_one *b)
{
	struct phrase p;
	if (l->io->unix_ms - b->tried_ms < AGAIN_MS)
		return;
	b->tried_ms = l->io->unix_ms;
	enum err err = outbox_file_open(&b->file, &l->key, b->fingerprint, 0);
	if (err == ERR_BUSY)
		return;
	b->busy = false;
	if (err) {
		failed(l, &b->file, b->name, err);
		return;
	}
	begin(l, &b->file);
	phrase_of(&p, OK, "the outbox for %s is free again: lines for %s are kept here from now on",
	          b->name, b->name);
	say(l, &p);
}

struct outbox *postbox_only(struct postbox *l)
{
	const struct contact *only = l->used ? plan_only(l->plan) : NULL;
	char fingerprint[FINGERPRINT_TEXT];
	if (only == NULL)
		return NULL;
	public_key_fingerprint(&only->key, fingerprint);
	struct outbox *o = postbox_of(l, fingerprint, only->name);
	if (o != NULL && l->plan->serving)
		sentences_keep_for(&l->io->ui->sentences, only->name);
	return o;
}

struct outbox *postbox_of(struct postbox *l, const char *fingerprint, const char *name)
{
	if (!l->known || fingerprint[0] == 0)
		return NULL;
	for (size_t i = 0; i < l->count; i++) {
		if (strcmp(l->at[i].fingerprint, fingerprint) == 0) {
			if (l->at[i].busy)
				try_again(l, &l->at[i]);
			return l->at[i].file.outbox;
		}
	}
	if (l->count == LIMIT_CONTACTS)
		return NULL;
	struct postbox_one *b = &l->at[l->count];
	enum err err = outbox_file_open(&b->file, &l->key, fingerprint, WAIT_MS);
	text_copy(b->fingerprint, sizeof b->fingerprint, fingerprint);
	text_copy(b->name, sizeof b->name, name);
	b->busy = err == ERR_BUSY;
	b->tried_ms = l->io->unix_ms;
	l->count++;
	if (err)
		failed(l, &b->file, name, err);
	else
		begin(l, &b->file);
	if (l->used) /* a contact who was a stranger when we began */
		sentences_keep(&l->io->ui->sentences);
	return b->file.outbox;
}

static void say_waiting(struct postbox *l, struct postbox_one *b)
{
	struct phrase p;
	unsigned waiting = outbox_waiting(b->file.outbox);
	bool lost = b->failed && !keeps(b->file.outbox);
	b->told = waiting;
	if (waiting == 0)
		return;
	phrase_of(&p, lost ? ERR_LOCAL : OK, "%u line%s for %s %s %s", waiting,
	          waiting == 1 ? "" : "s", b->name, waiting == 1 ? "is" : "are",
	          lost ? "waiting. The latest is not on this disk: it is lost when schat ends"
	               : "kept on this disk, encrypted, until you are both there");
	say(l, &p);
}

static void write_one(struct postbox *l, struct postbox_one *b)
{
	const struct outbox *o = b->file.outbox;
	uint64_t last = o ? outbox_unwritten(o) : 0; /* it was said to be kept */
	enum err err = outbox_file_write(&b->file);
	if (err && (!b->failed || last > b->lost))
		failed(l, &b->file, b->name, err);
	b->failed = err != OK;
	b->lost = err ? last : 0;
	if (err)
		b->tried_ms = l->io->unix_ms;
	if (!err && o && b->told == 0)
		say_waiting(l, b);
}

/* Trying costs a file, and the loop turns often. */
static bool is_useless(const struct postbox *l, const struct postbox_one *b)
{
	return b->failed && l->io->unix_ms - b->tried_ms < WRITE_MS &&
	       outbox_unwritten(b->file.outbox) <= b->lost;
}

void postbox_write(struct postbox *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (!is_useless(l, &l->at[i]))
			write_one(l, &l->at[i]);
}

void postbox_end(struct postbox *l)
{
	for (size_t i = 0; i < l->count; i++) {
		write_one(l, &l->at[i]);
		outbox_file_close(&l->at[i].file);
	}
	bytes_wipe(&l->key, sizeof l->key);
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
	for (size_t i = 0; i < l->count; i++) {
		const struct outbox *o = l->at[i].file.outbox;
		unsigned files = o ? outbox_files(o) : 0;
		struct phrase p;
		if (o == NULL)
			continue;
		say_waiting(l, &l->at[i]);
		phrase_of(&p, OK, "%u file%s for %s wait%s until you are both there", files,
		          files == 1 ? "" : "s", l->at[i].name, files == 1 ? "s" : "");
		if (files > 0)
			say(l, &p);
	}
}

/* ---- files ---- */

static struct postbox_one *box_of(struct postbox *l, const struct outbox *o)
{
	size_t i = 0;
	while (i + 1 < l->count && l->at[i].file.outbox != o)
		i++;
	return &l->at[i];
}

static void show(struct postbox *l, const struct postbox_one *b, enum event_kind kind,
                 const struct phrase *p, unsigned number, struct span id)
{
	struct event_files files = { .number = number, .sends = true, .waits = true };
	struct event e = phrase_event(p, kind);
	e.peer = b->name;
	e.id = id;
	e.files = &files;
	(void)terminal_io_show(l->io, &e);
}

/* The file of this number, which cannot be written to the disk, is not kept. */
static void take_back(struct outbox *o, unsigned number, const char *name, struct phrase *p)
{
	struct outbox_line line = { .file = false };
	while (outbox_file_after(o, line.mark.number, &line) && line.tag != number)
		;
	outbox_drop_file(o, line.mark.number);
	phrase_of(p, ERR_LOCAL, "can't keep files for %s: %s", name, file_why());
}

void postbox_send(struct postbox *l, struct outbox *o, struct span path, struct span id)
{
	struct phrase p;
	struct postbox_one *b = box_of(l, o);
	outbox_clock(o, l->io->unix_ms / 1000);
	unsigned number = later_add(o, path, l->own, b->name, &p);
	write_one(l, b);
	if (b->failed && number > 0) {
		take_back(o, number, b->name, &p);
		number = 0;
	}
	show(l, b, number > 0 ? EVENT_KEPT : EVENT_ERROR, &p, number, id);
}

/* "a.iso waits for bob" */
static void describe(struct phrase *p, const struct postbox_one *b, const struct outbox_line *line,
                     const char *format)
{
	uint8_t version[PARCEL_VERSION];
	char path[FILE_PATH] = "";
	(void)later_read(line->text, path, version);
	phrase_of(p, OK, "%u: %s %s %s", line->tag, path, format, b->name);
}

unsigned postbox_files(struct postbox *l, struct span id)
{
	unsigned count = 0;
	for (size_t i = 0; i < l->count; i++) {
		struct outbox_line line = { .file = false };
		const struct outbox *o = l->at[i].file.outbox;
		struct phrase p;
		while (o && outbox_file_after(o, line.mark.number, &line)) {
			if (line.said) /* it goes on as any other */
				continue;
			describe(&p, &l->at[i], &line, "waits for");
			show(l, &l->at[i], EVENT_PROGRESS, &p, line.tag, id);
			count++;
		}
	}
	return count;
}

bool postbox_withdraw(struct postbox *l, struct span number)
{
	uint64_t wanted;
	if (!text_read_u64(number, UINT32_MAX, &wanted))
		return false;
	for (size_t i = 0; i < l->count; i++) {
		struct outbox_line line = { .file = false };
		struct outbox *o = l->at[i].file.outbox;
		struct phrase p;
		while (o && outbox_file_after(o, line.mark.number, &line)) {
			if (line.said || line.tag != wanted)
				continue;
			describe(&p, &l->at[i], &line, "no longer waits for");
			p.err = ERR_CUT;
			outbox_drop_file(o, line.mark.number);
			postbox_write(l);
			show(l, &l->at[i], EVENT_TRANSFER, &p, (unsigned)wanted, span_of(NULL, 0));
			return true;
		}
	}
	return false;
}
