#include "chat/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "crypto/sha256.h"

#define LAST_S (UINT64_C(1) << 33) /* of the clock; numbers stay below 2^62 */

enum { RUN = 28 /* bits of a number that count the lines of a run */ };

/* FILE_WAITS: as LINE. Earlier versions skip it. */
enum { STATE = 1, LINE, DONE, HEARD, FILE_WAITS };
enum { STATE_LEN = 1 + (1 + OUTBOX_HEARD) * (OUTBOX_NAME + 8) }; /* the longest of them but lines */

/* A file that was offered is said as no text. */
#define OFFERED UINT64_MAX

_Static_assert(1 + 8 + 1 + SEALED_LOG_EXTRA <= PENDING_LINE, "what a line costs in the file");
_Static_assert(1 + 8 + 1 + LIMIT_TEXT <= SEALED_LOG_TEXT, "the longest line is a record");

struct outbox {
	uint8_t secret[HASH_LEN], about[HASH_LEN];
	struct random *random;
	struct sealed_log log;
	uint64_t now_s;
	struct outbox_mark last;                /* of ours */
	uint8_t spare[OUTBOX_NAME];             /* for lines that are apart */
	uint64_t sure, was_sure;                /* see is_sure */
	uint64_t kept, was_kept;                /* lines up to that number are in the file */
	struct outbox_mark heard[OUTBOX_HEARD]; /* the latest first */
	struct pending pending;
	uint64_t done;            /* the last that was confirmed */
	size_t file;              /* bytes of it; 0: it is to be written anew */
	bool done_new, heard_new; /* not in the file yet */
	bool sync;
};

/* By the clock, so that the run after an old copy was restored begins above those that are gone;
 * but whatever the clock says, above what is known. */
static void begin_run(struct outbox *o)
{
	o->last.number = max_of((o->last.number >> RUN) + 1, o->now_s) << RUN;
}

/* No other run gives this number to another line: the disk has one of the same run, behind which
 * the next begins. */
static bool is_sure(const struct outbox *o, uint64_t number)
{
	return number >> RUN <= o->sure >> RUN;
}

void outbox_clock(struct outbox *o, uint64_t unix_s)
{
	o->now_s = unix_s < LAST_S ? unix_s : 0;
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
	pending_init(&o->pending);
	outbox_clock(o, unix_s);
	begin_run(o);
	random_fill(random, o->last.name, sizeof o->last.name);
	random_fill(random, o->spare, sizeof o->spare);
	o->sure = UINT64_MAX; /* no other run has this name */
	return o;
}

void outbox_free(struct outbox *o)
{
	if (o == NULL)
		return;
	pending_wipe(&o->pending);
	bytes_wipe(o, sizeof *o);
	free(o);
}

/* ---- the file ---- */

static void read_mark(struct reader *in, struct outbox_mark *mark)
{
	struct span name = read_span(in, OUTBOX_NAME);
	mark->number = read_be64(in);
	if (!in->bad)
		memcpy(mark->name, name.at, name.len);
}

static void read_line(struct outbox *o, bool file, struct reader *in)
{
	struct pending_line line = { .waits = true, .file = file, .number = read_be64(in) };
	line.more = read_u8(in) != 0;
	if (in->bad || line.number <= o->last.number ||
	    pending_add(&o->pending, &line, span_of(in->at, in->left)) == NULL)
		return;
	o->last.number = line.number;
}

static void read_done(struct outbox *o, uint64_t number)
{
	pending_done(&o->pending, number);
	o->done = max_of(o->done, number);
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

/* A whole one: half a state would be none. */
static bool is_state(struct span text)
{
	return text.len >= STATE_LEN && text.at[0] == STATE;
}

static void read_record(struct outbox *o, struct span text)
{
	struct reader in = reader_of(text);
	struct outbox_mark mark = { .number = 0 };
	switch (read_u8(&in)) {
	case STATE:
		if (!is_state(text))
			break;
		read_mark(&in, &o->last);
		for (size_t i = 0; i < OUTBOX_HEARD; i++)
			read_mark(&in, &o->heard[i]);
		break;
	case LINE: read_line(o, false, &in); break;
	case FILE_WAITS: read_line(o, true, &in); break;
	case DONE: read_done(o, read_be64(&in)); break;
	case HEARD: read_mark(&in, &mark), note(o, &mark); break;
	default: break;
	}
}

/* What was added last may be torn; up to the state it was written at once. */
bool outbox_read(struct outbox *o, uint8_t *file, size_t len)
{
	struct span left = span_of(file, len), text;
	if (!sealed_log_open(&o->log, span_of(o->secret, sizeof o->secret),
	                     span_of(o->about, sizeof o->about), &left))
		return false;
	bool whole = false;
	o->last.number = 0;
	while (sealed_log_next(&o->log, &left, &text)) {
		whole |= is_state(text);
		read_record(o, text);
	}
	pending_end_text(&o->pending);
	o->sure = o->kept = o->last.number;
	begin_run(o);
	return whole;
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

static void add_line(struct outbox *o, const struct pending_line *l, struct writer *out)
{
	uint8_t bytes[1 + 8 + 1 + LIMIT_TEXT];
	struct writer w = writer_of(bytes, sizeof bytes);
	write_u8(&w, l->file ? FILE_WAITS : LINE);
	write_be64(&w, l->number);
	write_u8(&w, l->more);
	write_span(&w, pending_text(l));
	add_record(o, &w, out);
}

static void add_mark(struct outbox *o, uint8_t type, struct writer *out)
{
	uint8_t bytes[STATE_LEN];
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
	for (const struct pending_line *l = o->pending.first; l != NULL; l = l->next)
		add_line(o, l, out);
	add_mark(o, STATE, out);
}

void outbox_reserve(struct outbox *o)
{
	o->sync |= !is_sure(o, o->last.number);
}

uint64_t outbox_unwritten(const struct outbox *o)
{
	uint64_t last = 0;
	for (const struct pending_line *l = o->pending.first; l != NULL; l = l->next)
		last = l->number > o->kept && l->waits && !l->file ? l->number : last;
	return last;
}

bool outbox_output(struct outbox *o, struct writer *out, bool *whole, bool *sync)
{
	bool lines = o->file == 0 ? o->pending.first != NULL : o->last.number > o->kept;
	if (!lines && !o->done_new && !o->heard_new && !o->sync)
		return false;
	*whole = o->file == 0 || o->file > OUTBOX_WRITE;
	*sync = o->sync;
	o->was_sure = o->sure;
	o->was_kept = o->kept;
	if (*whole || *sync)
		o->sure = o->last.number;
	if (*whole)
		begin(o, out);
	for (const struct pending_line *l = o->pending.first; l && !*whole; l = l->next)
		if (l->number > o->kept)
			add_line(o, l, out);
	if (o->done_new && !*whole)
		add_mark(o, DONE, out);
	if (o->heard_new && !*whole)
		add_mark(o, HEARD, out);
	o->kept = o->last.number;
	o->done_new = o->heard_new = o->sync = false;
	o->file = out->len + (*whole ? 0 : o->file);
	return true;
}

void outbox_failed(struct outbox *o)
{
	o->file = 0;
	o->sync = true;
	o->sure = o->was_sure;
	o->kept = o->was_kept;
}

/* ---- what we say ---- */

/* What waits is to be on the disk at once, so its number may tell the time. */
static enum err add(struct outbox *o, struct pending_line *line, struct span text)
{
	uint64_t least = line->waits ? o->now_s << RUN : 0;
	assert(text.len <= LIMIT_TEXT);
	line->number = max_of(o->last.number + 1, least);
	line->fresh = true;
	if (pending_add(&o->pending, line, text) == NULL)
		return ERR_FULL;
	o->last.number = line->number;
	o->sync |= line->waits;
	return OK;
}

enum err outbox_add(struct outbox *o, struct span text, bool more, bool waits)
{
	return add(o, &(struct pending_line){ .more = more, .waits = waits }, text);
}

static bool give(const struct outbox *o, const struct pending_line *l, struct outbox_line *line)
{
	if (l == NULL)
		return false;
	*line = (struct outbox_line){ .mark = o->last,
		                      .text = pending_text(l),
		                      .more = l->more,
		                      .fresh = l->fresh,
		                      .file = l->file,
		                      .tag = l->tag,
		                      .said = l->as != 0 };
	line->mark.number = l->number;
	if (l->apart || !is_sure(o, l->number))
		memcpy(line->mark.name, o->spare, sizeof o->spare);
	return true;
}

bool outbox_next(const struct outbox *o, bool files, struct outbox_line *line)
{
	return give(o, pending_next(&o->pending, files), line);
}

void outbox_said(struct outbox *o, uint64_t as)
{
	struct pending_line *l = pending_next(&o->pending, false);
	assert(l != NULL);
	if (!is_sure(o, l->number)) /* also later: the peer may have heard it */
		pending_set_apart(l);
	pending_said(l, as);
}

bool outbox_confirmed(struct outbox *o, uint64_t as)
{
	unsigned before = o->pending.waiting;
	uint64_t done = pending_confirmed(&o->pending, as);
	o->done = max_of(o->done, done);
	o->done_new |= done > 0;
	return before > 0 && o->pending.waiting == 0;
}

void outbox_again(struct outbox *o)
{
	for (const struct pending_line *l = o->pending.first; l != NULL; l = l->next)
		o->sync |= !l->waits;
	pending_again(&o->pending);
}

bool outbox_unsaid(const struct outbox *o)
{
	return pending_next(&o->pending, false) != NULL;
}

unsigned outbox_waiting(const struct outbox *o)
{
	return o->pending.waiting;
}

uint64_t outbox_since(const struct outbox *o)
{
	return o->pending.first != NULL ? o->pending.first->number >> RUN : 0;
}

/* ---- files ---- */

enum err outbox_add_file(struct outbox *o, struct span text, unsigned tag)
{
	return add(o, &(struct pending_line){ .waits = true, .file = true, .tag = tag }, text);
}

unsigned outbox_files(const struct outbox *o)
{
	return o->pending.files;
}

bool outbox_file_after(const struct outbox *o, uint64_t number, struct outbox_line *line)
{
	return give(o, pending_file(&o->pending, number + 1), line);
}

void outbox_tag(struct outbox *o, uint64_t number, unsigned tag)
{
	pending_tag(pending_file(&o->pending, number), tag);
}

void outbox_offered(struct outbox *o, uint64_t number)
{
	pending_said(pending_file(&o->pending, number), OFFERED);
}

void outbox_drop_file(struct outbox *o, uint64_t number)
{
	if (pending_drop_file(&o->pending, number)) {
		o->file = 0; /* it is written anew, without the file */
		o->sync = true;
	}
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
