#include "cmd/disk.h"

#include <string.h>

enum { COUNT_AT_ONCE = 256 };

static enum parcel_status status_of(enum err err)
{
	switch (err) {
	case OK: return STATUS_WHOLE;
	case ERR_FULL: return STATUS_NO_ROOM;
	case ERR_USAGE: return STATUS_NAME;
	case ERR_BUSY: return STATUS_BUSY;
	default: return STATUS_UNWRITABLE;
	}
}

/* ---- receiving ---- */

static enum parcel_status look(struct landing *l, struct receiving *r,
                               const struct landing_place *at)
{
	UNSET uint8_t tail[LANDING_TAIL];
	uint64_t offset;
	bool whole;
	enum parcel_status status = status_of(landing_look(l, at, &offset, &whole, tail));
	if (status != STATUS_WHOLE) {
		receiving_answer(r, status);
		return status;
	}
	size_t len = offset < sizeof tail ? (size_t)offset : sizeof tail;
	receiving_looked(r, offset, span_of(tail, len), whole);
	return STATUS_WHOLE;
}

struct span disk_noted(const struct landing *l, const struct want *want,
                       uint8_t to[static DISK_NOTED])
{
	return span_of(to, noted_read(l->dir, want->notes, to));
}

/* The sender knows that its items are whole here. */
static void forget(const struct landing *l, const struct want *want)
{
	struct span items = want->offer.items;
	struct offer_item item;
	while (offer_item(&items, &item))
		noted_drop(l->dir, want->notes, span_of(item.version, sizeof item.version));
}

enum parcel_status disk_take(struct landing *l, struct receiving *r, const struct want *want)
{
	struct landing_place at = { .path = want->path,
		                    .part = want->part,
		                    .item_part = want->item_part,
		                    .size = want->size,
		                    .mtime_ms = want->mtime_ms,
		                    .executable = want->executable,
		                    .version = want->bytes,
		                    .notes = want->notes };
	enum err err = OK;
	switch (want->kind) {
	case WANT_LOOK: return look(l, r, &at);
	case WANT_OPEN: err = landing_open(l, &at, want->offset); break;
	case WANT_WRITE: err = landing_write(l, want->bytes); break;
	case WANT_CLOSE: err = landing_close(l, &at); break;
	case WANT_LEAVE: landing_leave(l, want->status != STATUS_CHANGED); break;
	case WANT_FORGET: forget(l, want); break;
	case WANT_FOLDER:
		err = naming_first(want->path).len < want->path.len
		          ? landing_folder(l, &at)
		          : landing_item(l, &at, want->status == STATUS_WHOLE);
		break;
	default: return STATUS_WHOLE;
	}
	receiving_answer(r, status_of(err));
	return status_of(err);
}

/* ---- sending ---- */

/* One more. True: it is an item, or ends one, whose facts are then those of e. */
static bool sum_up(struct disk_sum *sum, struct tree_entry *e)
{
	enum { COUNT = 8, CHANGED = 24 }; /* where facts of a folder have these */
	if (memcmp(e->facts + CHANGED, sum->newest, sizeof sum->newest) > 0)
		memcpy(sum->newest, e->facts + CHANGED, sizeof sum->newest);
	sum->files += !e->folder;
	sum->folders += e->folder;
	sum->bytes += e->folder ? 0 : e->size;
	if (naming_first(e->path).len < e->path.len)
		return false;
	if (e->folder) {
		store_be64(e->facts + COUNT, sum->files + sum->folders);
		store_be64(e->facts + COUNT + 8, sum->bytes);
		memcpy(e->facts + CHANGED, sum->newest, sizeof sum->newest);
	}
	return true;
}

static bool next(const struct disk_source *d, struct tree_entry *e)
{
	return d->upload ? upload_next(d->upload, e) : tree_next(d->tree, e);
}

static void announce(struct disk_source *d, struct sending *s)
{
	struct tree_entry e;
	bool more = next(d, &e);
	for (; more && sending_skips(s, e.item); more = next(d, &e))
		if (d->tree)
			tree_skip(d->tree);
	if (!more) {
		sending_all(s);
		return;
	}
	if (sum_up(&d->sum, &e)) {
		uint8_t version[PARCEL_VERSION];
		d->sum = (struct disk_sum){ .files = 0 };
		if (d->expected != NULL) {
			announced_version(d->key, span_of(e.facts, sizeof e.facts), version);
			d->changed = memcmp(version, d->expected, sizeof version) != 0;
		}
	}
	if (d->changed)
		return;
	struct announcement a = { .folder = e.folder,
		                  .executable = e.executable,
		                  .size = e.folder ? 0 : e.size,
		                  .mtime_ms = e.mtime_ms,
		                  .path = e.path };
	sending_announce(s, a, span_of(e.facts, sizeof e.facts), e.item);
}

/* What is asked of an upload; the rest needs nothing. */
static enum err give_upload(struct upload *u, const struct want *want, uint8_t *facts)
{
	if (want->kind == WANT_FILE || want->kind == WANT_FACTS)
		upload_facts(u, want->item, facts);
	return want->kind == WANT_READ
	           ? upload_read(u, want->item, want->offset, want->into, want->into_len)
	           : OK;
}

static enum err give_file(struct tree *t, const struct want *want, uint8_t *facts)
{
	enum err err = OK;
	if (want->kind == WANT_FILE)
		err = tree_open(t, want->item, want->path, facts);
	else if (want->kind == WANT_FACTS)
		err = tree_facts(t, facts);
	else if (want->kind == WANT_READ)
		err = tree_read(t, want->offset, want->into, want->into_len);
	if (err || want->kind == WANT_FACTS)
		tree_close(t);
	return err;
}

bool disk_give(struct disk_source *d, struct sending *s, const struct want *want)
{
	uint8_t facts[TREE_FACTS];
	if (want->kind == WANT_ENTRY) {
		announce(d, s);
		return true;
	}
	enum err err =
	    d->upload ? give_upload(d->upload, want, facts) : give_file(d->tree, want, facts);
	if (err == ERR_FULL)
		return false;
	if (!err && (want->kind == WANT_FILE || want->kind == WANT_FACTS))
		sending_facts(s, span_of(facts, sizeof facts));
	else
		sending_answer(s, err == OK        ? STATUS_WHOLE
		                  : err == ERR_CUT ? STATUS_CHANGED
		                                   : STATUS_UNREADABLE);
	return true;
}

/* ---- the offer ---- */

void disk_offer_init(struct disk_offer *o, const uint8_t key[static ANNOUNCED_KEY])
{
	*o = (struct disk_offer){ .key = key };
	o->list = writer_of(o->bytes, sizeof o->bytes);
}

static void count(struct disk_offer *o, struct tree_entry *e)
{
	if (!sum_up(&o->sum, e))
		return;
	struct offer_item item = {
		.folder = e->folder, .files = o->sum.files, .bytes = o->sum.bytes, .name = e->path
	};
	announced_version(o->key, span_of(e->facts, sizeof e->facts), item.version);
	/* places in the list are those of the roots, as long as there are any */
	if (o->offer.more > 0 || !offer_add(&o->list, &item))
		o->offer.more++;
	o->offer.files += o->sum.files;
	o->offer.folders += o->sum.folders;
	o->offer.bytes += o->sum.bytes;
	o->sum = (struct disk_sum){ .files = 0 };
}

bool disk_offer_count(struct disk_offer *o, const struct disk_source *d)
{
	struct tree_entry e;
	for (unsigned i = 0; i < COUNT_AT_ONCE; i++) {
		if (!next(d, &e)) {
			o->offer.items = written(&o->list);
			if (d->upload)
				upload_again(d->upload);
			else
				tree_again(d->tree);
			return true;
		}
		count(o, &e);
	}
	return false;
}
