#include "files/receiving.h"

#include <stdlib.h>

#include "base/assert.h"
#include "files/agenda.h"
#include "files/announced.h"
#include "files/outlet.h"
#include "files/reply.h"

enum {
	OUT = 1024,
	OUT_EACH = 128 /* more than any record makes us say at once */
};

/* FILE_LOST: what still comes of it is not wanted. */
enum file_state { FILE_NONE, FILE_OPEN, FILE_LOST };

struct receiving {
	struct outlet out;
	enum files_state state;
	uint8_t code;
	bool offered, accepted;
	uint8_t peer[32];
	uint64_t files;       /* announced */
	enum file_state file; /* the first of the agenda ... */
	uint64_t at;          /* ... has arrived up to here */
	size_t wrote;         /* bytes of input that were written, and are still to be taken */
	struct files_progress progress;
	enum parcel_status item_status; /* the first that is the receiver's fault */
	struct announced announced;
	struct want want;
	uint8_t bytes[OUT];
	struct parcels parcels;
	struct agenda agenda;
};

struct receiving *receiving_new(const uint8_t peer[static 32])
{
	struct receiving *r = calloc(1, sizeof *r);
	if (r == NULL)
		return NULL;
	memcpy(r->peer, peer, sizeof r->peer);
	outlet_init(&r->out, r->bytes, sizeof r->bytes);
	return r;
}

void receiving_free(struct receiving *r)
{
	if (r != NULL)
		bytes_wipe(r, sizeof *r);
	free(r);
}

void receiving_refuse(struct receiving *r, uint8_t code)
{
	if (r->state != FILES_RUNNING)
		return;
	r->state = FILES_RESET;
	r->code = code;
	r->want.kind = WANT_NOTHING;
	outlet_drop(&r->out);
}

static void say(struct receiving *r, enum parcel_type type, uint64_t number,
                enum parcel_status status)
{
	struct reply reply = { .type = (uint8_t)type, .status = (uint8_t)status, .number = number };
	reply_write(&r->out.w, &reply);
}

/* ---- what is wanted ---- */

/* Where versions are noted: those of items that were offered. */
static void want_notes(struct receiving *r, const uint8_t *version)
{
	bool listed = version != NULL && offer_lists(announced_items(&r->announced), version);
	naming_part(r->peer, span_of(NULL, 0), span_of(NULL, 0), r->want.notes);
	r->want.bytes = span_of(version, listed ? PARCEL_VERSION : 0);
}

static void want(struct receiving *r, enum want_kind kind, const struct entry *e)
{
	struct span path = agenda_path(&r->agenda, e);
	r->want = (struct want){ .kind = kind,
		                 .path = path,
		                 .size = e->size,
		                 .mtime_ms = e->mtime_ms,
		                 .offset = e->offset,
		                 .number = e->number,
		                 .status = (enum parcel_status)e->status,
		                 .executable = e->executable };
	if (kind == WANT_WRITE)
		return;
	if (!e->folder)
		naming_part(r->peer, span_of(e->version, sizeof e->version), path, r->want.part);
	if (agenda_is_item(&r->agenda, e))
		want_notes(r, e->version);
	if (e->folder || !agenda_is_item(&r->agenda, e))
		naming_part(r->peer, span_of(NULL, 0), naming_first(path), r->want.item_part);
}

static void note_status(struct receiving *r, const struct entry *e)
{
	if (e->status > STATUS_STOPPED && r->item_status == STATUS_WHOLE)
		r->item_status = (enum parcel_status)e->status;
}

/* The first of the agenda is over. */
static void pop(struct receiving *r)
{
	const struct entry *e = agenda_first(&r->agenda);
	bool skipped = e->state == ENTRY_SKIPPED;
	note_status(r, e);
	r->progress.files += !e->folder && e->status == STATUS_WHOLE;
	r->progress.bytes += skipped && e->status == STATUS_WHOLE ? e->size : 0;
	if (agenda_is_item(&r->agenda, e)) {
		enum parcel_status alone = e->folder ? STATUS_WHOLE : (enum parcel_status)e->status;
		say(r, PARCEL_DONE, 0, r->item_status ? r->item_status : alone);
		r->item_status = STATUS_WHOLE;
	}
	agenda_pop(&r->agenda);
	r->file = FILE_NONE;
}

static void leave(struct receiving *r, struct entry *e, enum parcel_status status)
{
	if (e->status == STATUS_WHOLE)
		e->status = (uint8_t)status;
	want(r, WANT_LEAVE, e);
}

/* Folders and skipped files at the front of the agenda need nothing more of the sender. */
static void advance(struct receiving *r)
{
	struct entry *e;
	while (r->state == FILES_RUNNING && r->want.kind == WANT_NOTHING && r->file == FILE_NONE &&
	       writer_room(&r->out.w) >= OUT_EACH && (e = agenda_first(&r->agenda)) != NULL) {
		bool item = agenda_is_item(&r->agenda, e);
		note_status(r, e);
		if (e->folder && (item || e->status == STATUS_WHOLE)) {
			want(r, WANT_FOLDER, e);
			r->want.status = r->item_status;
		} else if (e->state == ENTRY_SKIPPED && e->status != STATUS_WHOLE) {
			want(r, WANT_LEAVE, e);
		} else if (e->folder || e->state == ENTRY_SKIPPED) {
			pop(r);
		} else {
			return;
		}
	}
}

bool receiving_wants(const struct receiving *r, struct want *want)
{
	*want = r->want;
	return r->want.kind != WANT_NOTHING;
}

/* ---- answers ---- */

void receiving_accept(struct receiving *r, uint64_t room, struct span versions)
{
	uint8_t known[OUT_EACH];
	struct writer w = writer_of(known, sizeof known);
	assert(r->want.kind == WANT_DECISION);
	announced_limit(&r->announced, &r->want.offer, room);
	offer_write_known(&w, r->want.offer.items, versions);
	r->accepted = true;
	r->want.kind = WANT_NOTHING;
	parcel_write(&r->out.w, PARCEL_ACCEPT, written(&w));
}

static void skip(struct receiving *r, struct entry *e, enum parcel_status status)
{
	e->state = ENTRY_SKIPPED;
	e->status = (uint8_t)status;
	say(r, PARCEL_SKIP, 0, status);
}

void receiving_looked(struct receiving *r, uint64_t offset, struct span tail, bool whole)
{
	struct entry *e = agenda_last(&r->agenda);
	assert(r->want.kind == WANT_LOOK && offset <= e->size);
	r->want.kind = WANT_NOTHING;
	if (whole) {
		skip(r, e, STATUS_WHOLE);
		advance(r);
		return;
	}
	struct reply reply = { .type = PARCEL_START, .number = offset };
	parcel_guard(tail, reply.guard);
	reply_write(&r->out.w, &reply);
	e->state = ENTRY_STARTED;
	e->offset = offset;
}

/* The disk does not take the file that comes. */
static void lose(struct receiving *r, struct entry *e, enum parcel_status status)
{
	say(r, PARCEL_STOP, e->number, status);
	e->status = (uint8_t)status;
	r->file = FILE_LOST;
}

void receiving_answer(struct receiving *r, enum parcel_status status)
{
	enum want_kind kind = r->want.kind;
	struct entry *e = kind == WANT_LOOK ? agenda_last(&r->agenda) : agenda_first(&r->agenda);
	r->want.kind = WANT_NOTHING;
	if (kind == WANT_WRITE) {
		r->wrote = r->want.bytes.len;
		r->at += r->wrote;
	}
	if (kind == WANT_FORGET) {
		r->state = FILES_FINISHED;
	} else if (kind == WANT_LOOK) {
		assert(status != STATUS_WHOLE);
		skip(r, e, status);
	} else if (kind == WANT_CLOSE && status != STATUS_WHOLE) {
		leave(r, e, status);
	} else if (kind == WANT_CLOSE || kind == WANT_LEAVE || kind == WANT_FOLDER) {
		if (e->status == STATUS_WHOLE)
			e->status = (uint8_t)status;
		pop(r);
	} else if (status != STATUS_WHOLE) {
		lose(r, e, status);
	} else if (kind == WANT_OPEN) {
		r->file = FILE_OPEN;
		r->progress.bytes += r->at;
	} else {
		assert(kind == WANT_WRITE);
		r->progress.bytes += r->wrote;
		r->progress.sent += r->wrote;
	}
	advance(r);
}

/* ---- records ---- */

/* Each returns false for what no honest sender says. */

static bool take_offer(struct receiving *r, const struct parcel *p)
{
	struct offer *offer = &r->want.offer;
	if (r->offered || !offer_read(p->body, offer))
		return false;
	r->offered = true;
	r->want.kind = WANT_DECISION;
	want_notes(r, NULL);
	return true;
}

static bool take_announcement(struct receiving *r, const struct parcel *p)
{
	UNSET uint8_t clean[PARCEL_PATH];
	struct writer w = writer_of(clean, sizeof clean);
	struct announcement a;
	if (!announced_read(p, &a) || !naming_path(a.path, &w) || !agenda_fits(&r->agenda, w.len) ||
	    !announced_belongs(&r->announced, written(&w), a.folder))
		return false;
	struct entry *e = agenda_add(&r->agenda, written(&w));
	bool fits = announced_fits(&r->announced, a.size);
	e->folder = a.folder;
	e->size = a.size;
	e->mtime_ms = a.mtime_ms;
	e->executable = a.executable;
	memcpy(e->version, a.version, sizeof e->version);
	if (a.folder) {
		e->status = fits ? STATUS_WHOLE : STATUS_TOO_MUCH;
		return true;
	}
	e->number = r->files++;
	if (fits)
		want(r, WANT_LOOK, e);
	else
		skip(r, e, STATUS_TOO_MUCH);
	return true;
}

static bool take_from(struct receiving *r, const struct parcel *p)
{
	struct reader in = reader_of(p->body);
	uint64_t offset = read_varint(&in);
	struct entry *e = agenda_first(&r->agenda);
	if (!read_end(&in) || e == NULL || e->state != ENTRY_STARTED || r->file != FILE_NONE ||
	    (offset != 0 && offset != e->offset))
		return false;
	e->offset = offset;
	r->at = offset;
	want(r, WANT_OPEN, e);
	return true;
}

/* A piece: written, or dropped where the file is lost. */
static bool take_data(struct receiving *r, const struct parcel *p)
{
	struct entry *e = agenda_first(&r->agenda);
	if (r->file == FILE_NONE || e->size - r->at < p->body.len)
		return false;
	if (r->file == FILE_LOST) {
		r->at += p->body.len;
		return true;
	}
	want(r, WANT_WRITE, e);
	r->want.offset = r->at;
	r->want.bytes = p->body;
	return true;
}

static bool take_end(struct receiving *r, const struct parcel *p)
{
	struct reader in = reader_of(p->body);
	uint8_t status = read_u8(&in);
	struct entry *e = agenda_first(&r->agenda);
	if (!read_end(&in) || status > STATUS_STOPPED || e == NULL || e->state != ENTRY_STARTED)
		return false;
	if (status == STATUS_WHOLE && (r->file == FILE_NONE || r->at != e->size))
		return false;
	if (r->file == FILE_OPEN && status == STATUS_WHOLE)
		want(r, WANT_CLOSE, e);
	else
		leave(r, e, (enum parcel_status)status);
	return true;
}

static bool take_record(struct receiving *r, const struct parcel *p)
{
	static bool (*const takers[])(struct receiving *, const struct parcel *) = {
		take_offer, take_announcement, take_announcement, take_from, take_data, take_end,
	};
	return p->type <= PARCEL_END && (p->type == PARCEL_OFFER) != r->offered &&
	       takers[p->type - PARCEL_OFFER](r, p);
}

/* ---- the stream ---- */

size_t receiving_input(struct receiving *r, struct span bytes)
{
	struct span left = bytes;
	struct parcel p;
	if (r->want.kind == WANT_NOTHING) {
		assert(r->wrote <= left.len);
		left = span_after(left, r->wrote);
		r->wrote = 0;
	}
	advance(r);
	while (r->state == FILES_RUNNING && r->want.kind == WANT_NOTHING &&
	       writer_room(&r->out.w) >= OUT_EACH) {
		enum err err = parcel_take(&r->parcels, &left, &p);
		if (err == ERR_FULL)
			break;
		if (err != OK || !take_record(r, &p))
			receiving_refuse(r, RESET_MISUSE);
		if (r->want.kind == WANT_WRITE)
			return (size_t)(r->want.bytes.at - bytes.at);
		advance(r);
	}
	return r->state == FILES_RUNNING ? bytes.len - left.len : bytes.len;
}

void receiving_ended(struct receiving *r)
{
	bool whole = r->accepted && r->want.kind == WANT_NOTHING && r->wrote == 0 &&
	             parcel_between(&r->parcels) && !announced_within(&r->announced) &&
	             agenda_first(&r->agenda) == NULL;
	if (r->state != FILES_RUNNING)
		return;
	if (whole) {
		r->want.kind = WANT_FORGET;
		r->want.offer.items = announced_items(&r->announced);
		want_notes(r, NULL);
	} else if (r->want.kind == WANT_NOTHING && writer_room(&r->out.w) >= OUT_EACH)
		receiving_refuse(r, RESET_MISUSE);
}

struct span receiving_output(const struct receiving *r)
{
	return outlet_waiting(&r->out);
}

void receiving_sent(struct receiving *r, size_t len)
{
	outlet_sent(&r->out, len);
	advance(r);
}

enum files_state receiving_state(const struct receiving *r, uint8_t *code)
{
	if (r->state == FILES_RESET)
		*code = r->code;
	return r->state == FILES_FINISHED && r->out.w.len > 0 ? FILES_RUNNING : r->state;
}

struct files_progress receiving_progress(const struct receiving *r)
{
	struct files_progress p = r->progress;
	p.room = r->announced.entries * ANNOUNCED_EACH + p.sent;
	return p;
}
