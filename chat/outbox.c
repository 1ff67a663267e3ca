#include "chat/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "crypto/sha256.h"

#define LAST_S (UINT64_C(1) << 33) /* of the clock; numbers stay below 2^62 */

enum { RUN = 28 /* bits of a number that count the lines of a run */ };

enum { STATE = 1, LINE, DONE, HEARD };

_Static_assert(1 + 8 + 1 + SEALED_LOG_EXTRA <= OUTBOX_LINE, "what a line costs in the file");
_Static_assert(1 + 8 + 1 + LIMIT_TEXT <= SEALED_LOG_TEXT, "the longest line is a record");

struct line {
	struct line *next;
	uint64_t number, as; /* as: said as that text; 0: not yet */
	size_t len;
	bool more, waits, written, fresh;
	uint8_t text[];
};

struct outbox {
	uint8_t secret[HASH_LEN], about[HASH_LEN];
	struct random *random;
	struct sealed_log log;
	uint64_t began_s;
	struct outbox_mark last;                /* of ours */
	struct outbox_mark heard[OUTBOX_HEARD]; /* the latest first */
	struct line *first, **end;
	unsigned waiting;
	size_t room;              /* that is left */
	uint64_t done;            /* the last that was confirmed */
	size_t file;              /* bytes of it; 0: it is to be written anew */
	bool done_new, heard_new; /* not in the file yet */
	bool sync;
};

/* By the clock, so that the run after an old copy was restored begins above those that are gone;
 * but whatever the clock says, above what is known. */
static void begin_run(struct outbox *o)
{
	o->last.number = max_of((o->last.number >> RUN) + 1, o->began_s) << RUN;
}

struct outbox *outbox_new(struct span secret, struct span about, struct random *random,
                          uint64_t unix_s)
{
	struct outbox *o = calloc(1, sizeof *o);
	if (o == NULL)
		return NULL;
	assert(secret.len == sizeof o->secret && about.len == sizeof o->about);
	memcpy(o->secret, secret.at, secret.len);
	memcpy(o->about, about.at, about.len);
	o->random = random;
	o->end = &o->first;
	o->room = OUTBOX_ROOM;
	o->began_s = unix_s < LAST_S ? unix_s : 0;
	begin_run(o);
	random_fill(random, o->last.name, sizeof o->last.name);
	return o;
}

static void drop_first(struct outbox *o)
{
	struct line *l = o->first;
	o->first = l->next;
	if (o->first == NULL)
		o->end = &o->first;
	o->waiting -= l->waits;
	o->room += l->len + OUTBOX_LINE;
	bytes_wipe(l, sizeof *l + l->len);
	free(l);
}

void outbox_free(struct outbox *o)
{
	if (o == NULL)
		return;
	while (o->first != NULL)
		drop_first(o);
	bytes_wipe(o, sizeof *o);
	free(o);
}

static struct line *append(struct outbox *o, struct span text, uint64_t number)
{
	if (text.len + OUTBOX_LINE > o->room)
		return NULL;
	struct line *l = calloc(1, sizeof *l + text.len);
	if (l == NULL)
		return NULL;
	l->number = number;
	l->len = text.len;
	if (text.len > 0)
		memcpy(l->text, text.at, text.len);
	*o->end = l;
	o->end = &l->next;
	o->room -= text.len + OUTBOX_LINE;
	o->last.number = number;
	return l;
}

/* ---- the file ---- */

static void read_mark(struct reader *in, struct outbox_mark *mark)
{
	struct span name = read_span(in, OUTBOX_NAME);
	mark->number = read_be64(in);
	if (!in->bad)
		memcpy(mark->name, name.at, name.len);
}

static void drop_done(struct outbox *o, uint64_t number)
{
	while (o->first != NULL && o->first->number <= number)
		drop_first(o);
	o->done = max_of(o->done, number);
}

static void read_line(struct outbox *o, struct reader *in)
{
	uint64_t number = read_be64(in);
	bool more = read_u8(in) != 0;
	if (in->bad || number <= o->last.number)
		return;
	struct line *l = append(o, span_of(in->at, in->left), number);
	if (l == NULL)
		return;
	l->more = more;
	l->waits = true;
	o->waiting++;
}

/* The contact may have several hosts, each with an outbox of its own. */
static void note(struct outbox *o, const struct outbox_mark *mark)
{
	size_t i = 0;
	while (i < OUTBOX_HEARD - 1 && memcmp(o->heard[i].name, mark->name, sizeof mark->name) != 0)
		i++;
	memmove(o->heard + 1, o->heard, i * sizeof *mark);
	o->heard[0] = *mark;
}

static void read_record(struct outbox *o, struct span text)
{
	struct reader in = reader_of(text);
	struct outbox_mark mark = { .number = 0 };
	switch (read_u8(&in)) {
	case STATE:
		read_mark(&in, &o->last);
		for (size_t i = 0; i < OUTBOX_HEARD; i++)
			read_mark(&in, &o->heard[i]);
		break;
	case LINE: read_line(o, &in); break;
	case DONE: drop_done(o, read_be64(&in)); break;
	case HEARD: read_mark(&in, &mark), note(o, &mark); break;
	default: break;
	}
}

/* Nothing goes on in a line that will never come. */
static void end_text(struct outbox *o)
{
	for (struct line *l = o->first; l != NULL; l = l->next)
		l->more = l->more && l->next != NULL;
}

bool outbox_read(struct outbox *o, uint8_t *file, size_t len)
{
	struct span left = span_of(file, len), text;
	if (!sealed_log_open(&o->log, span_of(o->secret, sizeof o->secret),
	                     span_of(o->about, sizeof o->about), &left))
		return false;
	bool any = false;
	o->last.number = 0;
	for (; sealed_log_next(&o->log, &left, &text); any = true)
		read_record(o, text);
	end_text(o);
	begin_run(o);
	return any;
}

static void write_mark(struct writer *w, const struct outbox_mark *mark)
{
	write_span(w, span_of(mark->name, sizeof mark->name));
	write_be64(w, mark->number);
}

static void add_record(struct outbox *o, struct writer *record, struct writer *out)
{
	sealed_log_add(&o->log, written(record), o->random, out);
	bytes_wipe(record->at, record->len);
}

static void add_line(struct outbox *o, struct line *l, struct writer *out)
{
	uint8_t bytes[1 + 8 + 1 + LIMIT_TEXT];
	struct writer w = writer_of(bytes, sizeof bytes);
	write_u8(&w, LINE);
	write_be64(&w, l->number);
	write_u8(&w, l->more);
	write_span(&w, span_of(l->text, l->len));
	add_record(o, &w, out);
	l->written = true;
}

static void add_mark(struct outbox *o, uint8_t type, struct writer *out)
{
	uint8_t bytes[1 + (1 + OUTBOX_HEARD) * (OUTBOX_NAME + 8)];
	size_t heard = type == STATE ? OUTBOX_HEARD : type == HEARD;
	struct writer w = writer_of(bytes, sizeof bytes);
	write_u8(&w, type);
	if (type == DONE)
		write_be64(&w, o->done);
	if (type == STATE)
		write_mark(&w, &o->last);
	for (size_t i = 0; i < heard; i++)
		write_mark(&w, &o->heard[i]);
	add_record(o, &w, out);
}

/* The state comes last: a line above its number counts as new, others as read before. */
static void begin(struct outbox *o, struct writer *out)
{
	sealed_log_begin(&o->log, span_of(o->secret, sizeof o->secret),
	                 span_of(o->about, sizeof o->about), o->random, out);
	for (struct line *l = o->first; l != NULL; l = l->next)
		add_line(o, l, out);
	add_mark(o, STATE, out);
}

bool outbox_output(struct outbox *o, struct writer *out, bool *whole, bool *sync)
{
	bool lines = false;
	for (const struct line *l = o->first; l != NULL; l = l->next)
		lines |= !l->written;
	if (!lines && !o->done_new && !o->heard_new && !o->sync)
		return false;
	*whole = o->file == 0 || o->file > OUTBOX_WRITE;
	*sync = o->sync;
	if (*whole) {
		o->file = 0;
		begin(o, out);
	}
	for (struct line *l = o->first; l != NULL && !*whole; l = l->next)
		if (!l->written)
			add_line(o, l, out);
	if (o->done_new && !*whole)
		add_mark(o, DONE, out);
	if (o->heard_new && !*whole)
		add_mark(o, HEARD, out);
	o->done_new = o->heard_new = o->sync = false;
	o->file += out->len;
	return true;
}

void outbox_failed(struct outbox *o)
{
	o->file = 0;
	o->sync = true;
}

/* ---- what we say ---- */

enum err outbox_add(struct outbox *o, struct span text, bool more, bool waits)
{
	assert(text.len <= LIMIT_TEXT);
	struct line *l = append(o, text, o->last.number + 1);
	if (l == NULL)
		return ERR_FULL;
	l->more = more;
	l->waits = waits;
	l->fresh = true;
	o->waiting += waits;
	o->sync |= waits;
	return OK;
}

static struct line *next_of(const struct outbox *o)
{
	struct line *l = o->first;
	while (l != NULL && l->as != 0)
		l = l->next;
	return l;
}

bool outbox_next(const struct outbox *o, struct outbox_line *line)
{
	const struct line *l = next_of(o);
	if (l == NULL)
		return false;
	*line = (struct outbox_line){ .mark = o->last,
		                      .text = span_of(l->text, l->len),
		                      .more = l->more,
		                      .fresh = l->fresh };
	line->mark.number = l->number;
	return true;
}

void outbox_said(struct outbox *o, uint64_t as)
{
	struct line *l = next_of(o);
	assert(l != NULL && as > 0);
	l->as = as;
}

bool outbox_confirmed(struct outbox *o, uint64_t as)
{
	unsigned before = o->waiting;
	while (o->first != NULL && o->first->as != 0 && o->first->as <= as) {
		o->done = o->first->number;
		o->done_new = true;
		drop_first(o);
	}
	return before > 0 && o->waiting == 0;
}

void outbox_again(struct outbox *o)
{
	for (struct line *l = o->first; l != NULL; l = l->next) {
		o->waiting += !l->waits;
		o->sync |= !l->waits;
		l->waits = true;
		l->fresh = false;
		l->as = 0;
	}
	end_text(o);
}

bool outbox_unsaid(const struct outbox *o)
{
	return next_of(o) != NULL;
}

unsigned outbox_waiting(const struct outbox *o)
{
	return o->waiting;
}

/* ---- what we hear ---- */

bool outbox_heard(const struct outbox *o, const struct outbox_mark *mark)
{
	for (const struct outbox_mark *h = o->heard; h < o->heard + OUTBOX_HEARD; h++)
		if (memcmp(mark->name, h->name, sizeof mark->name) == 0)
			return mark->number > 0 && mark->number <= h->number;
	return false;
}

void outbox_hear(struct outbox *o, const struct outbox_mark *mark, bool surely)
{
	if (mark->number == 0 || outbox_heard(o, mark))
		return;
	note(o, mark);
	o->heard_new = true;
	o->sync |= surely;
}
