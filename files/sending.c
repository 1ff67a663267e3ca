#include "files/sending.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "files/agenda.h"
#include "files/outlet.h"
#include "files/reply.h"

enum {
	ANNOUNCE_MAX = PARCEL_PATH + 64, /* bytes of a FILE or FOLDER */
	SMALL = 64,                      /* more than any other record */
	PIECE_MIN = 16384,
	/* a full DATA, and what is announced besides */
	OUT = PARCEL_HEADER + PARCEL_DATA_MAX + 2 * ANNOUNCE_MAX
};

enum file_state { FILE_NONE, FILE_GUARD, FILE_DATA };

struct sending {
	struct outlet out;
	enum files_state state;
	bool accepted, all;
	uint8_t key[ANNOUNCED_KEY];
	uint64_t begun;                         /* of files, so many */
	uint64_t files;                         /* announced */
	uint64_t items, items_over, items_done; /* announced; over here; and at the receiver */
	enum file_state file;                   /* the first of the agenda ... */
	uint64_t at;                            /* ... was sent up to here */
	bool stopped;                           /* ... and is not wanted any more */
	struct files_progress progress;
	struct want want, tell;         /* tell: of a DONE, whatever else is wanted */
	uint8_t known[OFFER_ITEMS / 8]; /* to the receiver; before the ACCEPT: all of the list */
	uint8_t bytes[OUT];
	struct parcels parcels;
	struct agenda agenda;
};

struct sending *sending_new(const uint8_t key[static ANNOUNCED_KEY], const struct offer *offer)
{
	struct sending *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	memcpy(s->key, key, sizeof s->key);
	outlet_init(&s->out, s->bytes, sizeof s->bytes);
	offer_write(&s->out.w, offer);
	offer_places(offer->items, s->known);
	return s;
}

void sending_free(struct sending *s)
{
	if (s == NULL)
		return;
	bytes_wipe(s, sizeof *s);
	free(s);
}

static void reset(struct sending *s)
{
	s->state = FILES_RESET;
	s->want.kind = s->tell.kind = WANT_NOTHING;
	outlet_drop(&s->out);
}

/* ---- the file that is being sent ---- */

static void want(struct sending *s, enum want_kind kind, const struct entry *e)
{
	s->want = (struct want){ .kind = kind };
	if (e == NULL)
		return;
	s->want.path = agenda_path(&s->agenda, e);
	s->want.item = e->item;
	s->want.size = e->size;
	s->want.number = e->number;
	s->want.status = (enum parcel_status)e->status;
}

/* Asks for bytes of the file, to stand behind a header in out, or alone. */
static void want_bytes(struct sending *s, const struct entry *e, uint64_t offset, size_t header,
                       size_t len)
{
	want(s, WANT_READ, e);
	s->want.offset = offset;
	s->want.into = s->out.w.at + s->out.w.len + header;
	s->want.into_len = len;
}

static void pop(struct sending *s)
{
	const struct entry *e = agenda_first(&s->agenda);
	s->items_over += agenda_is_item(&s->agenda, e);
	s->progress.files += !e->folder && e->status == STATUS_WHOLE;
	agenda_pop(&s->agenda);
}

/* The file is over. Not whole: that is told first. */
static void over(struct sending *s, struct entry *e, enum parcel_status status)
{
	s->file = FILE_NONE;
	s->stopped = false;
	if (e->status == STATUS_WHOLE)
		e->status = (uint8_t)status;
	if (e->status == STATUS_WHOLE)
		pop(s);
	else
		want(s, WANT_REPORT, e);
}

static void end(struct sending *s, struct entry *e, enum parcel_status status)
{
	uint8_t byte = (uint8_t)status;
	parcel_write(&s->out.w, PARCEL_END, span_of(&byte, 1));
	over(s, e, status);
}

static void begin(struct sending *s, const struct entry *e, uint64_t offset)
{
	uint8_t body[8];
	struct writer w = writer_of(body, sizeof body);
	write_varint(&w, offset);
	parcel_write(&s->out.w, PARCEL_FROM, written(&w));
	s->at = offset;
	s->begun = e->number + 1;
	s->file = FILE_DATA;
	s->progress.bytes += offset;
}

/* Bytes of DATA that are next; 0: out has no room for them yet. */
static size_t piece_of(const struct sending *s, const struct entry *e)
{
	uint64_t left = min_of(e->size - s->at, PARCEL_DATA_MAX);
	size_t room = writer_room(&s->out.w), need = ANNOUNCE_MAX + SMALL;
	if (room < need + min_of(left, PIECE_MIN))
		return 0;
	return (size_t)min_of(left, room - need);
}

/* The first of the agenda. False: it has to wait. */
static bool serve(struct sending *s)
{
	struct entry *e = agenda_first(&s->agenda);
	if (e == NULL || (!e->folder && e->state == ENTRY_WAITS))
		return false;
	if (e->folder || e->state == ENTRY_SKIPPED) {
		over(s, e, STATUS_WHOLE);
	} else if (s->file == FILE_NONE) {
		want(s, WANT_FILE, e);
	} else if (s->file == FILE_GUARD) {
		size_t len = (size_t)min_of(e->offset, PARCEL_GUARDED);
		if (writer_room(&s->out.w) < len + SMALL)
			return false;
		want_bytes(s, e, e->offset - len, 0, len);
	} else if (s->stopped || s->at == e->size) {
		want(s, WANT_FACTS, e);
	} else {
		size_t len = piece_of(s, e);
		if (len == 0)
			return false;
		want_bytes(s, e, s->at, varint_size(1 + len) + 1, len);
	}
	return true;
}

/* Goes on until something is wanted, or has to wait. */
static void step(struct sending *s)
{
	while (s->state == FILES_RUNNING && s->accepted && s->want.kind == WANT_NOTHING &&
	       writer_room(&s->out.w) >= ANNOUNCE_MAX + SMALL) {
		if (!s->all && agenda_fits(&s->agenda, PARCEL_PATH))
			want(s, WANT_ENTRY, NULL);
		else if (!serve(s))
			return;
	}
}

bool sending_wants(const struct sending *s, struct want *want)
{
	*want = s->tell.kind != WANT_NOTHING ? s->tell : s->want;
	return want->kind != WANT_NOTHING;
}

bool sending_skips(const struct sending *s, unsigned item)
{
	return offer_is_known(s->known, item);
}

/* ---- answers ---- */

/* It is an answer to this; false: it was not needed any more, after a reset. */
static bool answers(struct sending *s, enum want_kind kind)
{
	struct want *of = kind == WANT_TELL ? &s->tell : &s->want;
	if (s->state != FILES_RUNNING)
		return false;
	assert(kind != WANT_NOTHING && of->kind == kind);
	of->kind = WANT_NOTHING;
	return true;
}

void sending_announce(struct sending *s, struct announcement a, struct span facts, unsigned item)
{
	assert(a.path.len <= PARCEL_PATH);
	if (!answers(s, WANT_ENTRY))
		return;
	struct entry *e = agenda_add(&s->agenda, a.path);
	e->folder = a.folder;
	e->item = item;
	e->size = a.size;
	e->number = s->files;
	s->files += !a.folder;
	announced_version(s->key, facts, a.version);
	memcpy(e->version, a.version, sizeof a.version);
	s->items += agenda_is_item(&s->agenda, e);
	announced_write(&s->out.w, &a);
	step(s);
}

void sending_all(struct sending *s)
{
	s->all = answers(s, WANT_ENTRY);
	step(s);
}

void sending_facts(struct sending *s, struct span facts)
{
	uint8_t version[PARCEL_VERSION];
	struct entry *e = agenda_first(&s->agenda);
	bool opened = s->want.kind == WANT_FILE;
	if (!answers(s, opened ? WANT_FILE : WANT_FACTS))
		return;
	announced_version(s->key, facts, version);
	bool same = memcmp(version, e->version, sizeof version) == 0;
	if (opened && !same)
		want(s, WANT_FACTS, e); /* so that it is closed */
	else if (opened && e->offset > 0)
		s->file = FILE_GUARD;
	else if (opened)
		begin(s, e, 0);
	else if (s->stopped)
		end(s, e, STATUS_STOPPED);
	else
		end(s, e, same && s->file == FILE_DATA ? STATUS_WHOLE : STATUS_CHANGED);
	step(s);
}

/* What WANT_READ asked for is in its place. */
static void has_read(struct sending *s, struct entry *e)
{
	uint8_t guard[PARCEL_GUARD];
	size_t len = s->want.into_len;
	if (s->file == FILE_GUARD) {
		parcel_guard(span_of(s->want.into, len), guard);
		begin(s, e, memcmp(guard, e->guard, sizeof guard) == 0 ? e->offset : 0);
		return;
	}
	parcel_write_header(&s->out.w, PARCEL_DATA, len);
	s->out.w.len += len;
	s->at += len;
	s->progress.bytes += len;
	s->progress.sent += len;
}

void sending_answer(struct sending *s, enum parcel_status status)
{
	enum want_kind kind = s->tell.kind != WANT_NOTHING ? s->tell.kind : s->want.kind;
	struct entry *e = agenda_first(&s->agenda);
	if (!answers(s, kind))
		return;
	if (kind == WANT_REPORT) {
		pop(s);
	} else if (kind != WANT_TELL && status != STATUS_WHOLE) {
		assert(status <= STATUS_STOPPED);
		end(s, e, status);
	} else if (kind == WANT_READ) {
		has_read(s, e);
	}
	step(s);
}

/* ---- records ---- */

/* Each returns false for what no honest receiver says. */

static bool take_start(struct sending *s, const struct reply *reply)
{
	struct entry *e = agenda_waiting(&s->agenda);
	if (e == NULL || reply->number > e->size)
		return false;
	e->state = ENTRY_STARTED;
	e->offset = reply->number;
	memcpy(e->guard, reply->guard, sizeof e->guard);
	return true;
}

static bool take_skip(struct sending *s, const struct reply *reply)
{
	struct entry *e = agenda_waiting(&s->agenda);
	if (e == NULL)
		return false;
	e->state = ENTRY_SKIPPED;
	e->status = reply->status;
	s->progress.bytes += reply->status == STATUS_WHOLE ? e->size : 0;
	return true;
}

/* Of a file that is over here, it comes too late. */
static bool take_stop(struct sending *s, const struct reply *reply)
{
	struct entry *e = agenda_first(&s->agenda);
	if (s->file != FILE_NONE && reply->number == e->number) {
		s->stopped = true;
		e->status = reply->status;
	}
	return reply->number < s->begun;
}

static bool take_done(struct sending *s, const struct reply *reply)
{
	s->tell = (struct want){ .kind = WANT_TELL,
		                 .item = (unsigned)s->items_done,
		                 .status = (enum parcel_status)reply->status };
	return s->items_done++ < s->items;
}

static bool take_record(struct sending *s, const struct parcel *p)
{
	static bool (*const takers[])(struct sending *, const struct reply *) = {
		take_start,
		take_skip,
		take_stop,
		take_done,
	};
	struct reply reply;
	if (!s->accepted) {
		s->accepted = p->type == PARCEL_ACCEPT;
		return s->accepted && offer_read_known(p->body, s->known);
	}
	return p->type >= PARCEL_START && reply_read(p, &reply) &&
	       takers[p->type - PARCEL_START](s, &reply);
}

/* ---- the stream ---- */

size_t sending_input(struct sending *s, struct span bytes)
{
	struct span left = bytes;
	struct parcel p;
	while (s->state == FILES_RUNNING && s->tell.kind == WANT_NOTHING) {
		enum err err = parcel_take(&s->parcels, &left, &p);
		if (err == ERR_FULL)
			break;
		if (err != OK || !take_record(s, &p))
			reset(s);
		step(s);
	}
	return s->state == FILES_RUNNING ? bytes.len - left.len : bytes.len;
}

bool sending_said_all(const struct sending *s)
{
	return s->all && s->items_over == s->items && s->items_done == s->items &&
	       s->out.w.len == 0 && s->tell.kind == WANT_NOTHING;
}

void sending_ended(struct sending *s)
{
	if (s->state != FILES_RUNNING || s->tell.kind != WANT_NOTHING)
		return;
	if (sending_said_all(s))
		s->state = FILES_FINISHED;
	else
		reset(s);
}

struct span sending_output(const struct sending *s)
{
	return outlet_waiting(&s->out);
}

void sending_sent(struct sending *s, size_t len)
{
	s->out.held = s->want.kind == WANT_READ;
	outlet_sent(&s->out, len);
	step(s);
}

enum files_state sending_state(const struct sending *s, uint8_t *code)
{
	if (s->state == FILES_RESET)
		*code = RESET_MISUSE;
	return s->state;
}

struct files_progress sending_progress(const struct sending *s)
{
	return s->progress;
}
