#include "cmd/talk/errand.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/talk/phrase_files.h"
#include "os/folder.h"

#define PROGRESS_US (200 * MS)
#define STALLED_US  SECOND /* where nothing has come since */

#define NO_ID span_of(NULL, 0)

enum { TOLD = 10 }; /* files and items of a transfer of which a person hears */

/* What was offered by us, as our user named it. */
static unsigned count_of(const struct errand *a)
{
	return a->upload ? upload_count(a->upload) : a->roots_count;
}

static struct span name_of(const struct errand *a, unsigned i)
{
	return a->upload ? upload_name(a->upload, i) : span_text(a->roots[i]);
}

/* What is sent, for a sentence. */
static void label(const struct errand *a, struct text *t)
{
	unsigned count = count_of(a);
	if (count == 0)
		text_add(t, "the files");
	else
		text_add_span(t, name_of(a, 0));
	if (count > 1)
		text_add_format(t, " and %u more", count - 1);
}

static void show(const struct errand *a, const struct errand_with *with, enum event_kind kind,
                 const struct phrase *p, struct event_files *files, struct span id)
{
	struct event e = phrase_event(p, kind);
	e.id = id;
	files->number = a->number;
	files->sends = a->sends;
	e.err = p->err;
	e.conv = with->conv;
	e.peer = with->peer;
	e.files = files;
	(void)terminal_io_show(with->io, &e);
}

/* ---- offers ---- */

void errand_offering(struct errand *a, const struct errand_with *with, struct span id)
{
	char text[PHRASE_TEXT];
	struct text t = text_of(text, sizeof text);
	struct event_files files = { .asks = false };
	struct phrase p;
	a->offered = true;
	label(a, &t);
	phrase_of(&p, OK, "offering %s to %s", text, with->peer);
	show(a, with, EVENT_OFFER, &p, &files, id);
}

/* What is offered, by name. */
struct items {
	struct event_file at[EVENT_FILES];
	uint8_t names[4096];
};

static void add_item(struct items *items, struct event_files *files, const struct event_file *item,
                     struct span name)
{
	files->items = items->at;
	items->at[files->items_count] = *item;
	items->at[files->items_count++].name = name;
}

/* Of what the peer offers, clean names. */
static void list_theirs(const struct errand *a, struct items *items, struct event_files *files)
{
	struct writer w = writer_of(items->names, sizeof items->names);
	struct span list = a->offer.items;
	struct offer_item item;
	files->more = a->offer.more;
	while (offer_item(&list, &item)) {
		size_t at = w.len;
		if (files->items_count == EVENT_FILES || writer_room(&w) < PARCEL_NAME ||
		    !naming_clean(item.name, true, &w)) {
			files->more++;
			continue;
		}
		add_item(items, files,
		         &(struct event_file){
			     .folder = item.folder, .files = item.files, .bytes = item.bytes },
		         span_after(written(&w), at));
	}
}

/* Of ours, the names that our user gave. */
static void list_ours(const struct errand *a, struct items *items, struct event_files *files)
{
	unsigned count = count_of(a);
	for (unsigned i = 0; i < count; i++)
		if (i < EVENT_FILES)
			add_item(items, files, &(struct event_file){ .bytes = NEVER },
			         name_of(a, i));
		else
			files->more++;
}

static void list_items(const struct errand *a, struct items *items, struct event_files *files)
{
	if (a->sends)
		list_ours(a, items, files);
	else
		list_theirs(a, items, files);
}

/* It is asked for later, too. Without memory it has no items then. */
static void keep(struct errand *a, const struct offer *offer)
{
	uint8_t *items = offer->items.len > 0 ? malloc(offer->items.len) : NULL;
	a->offered = true;
	a->offer = *offer;
	a->offer.items = span_of(items, items ? offer->items.len : 0);
	if (items)
		memcpy(items, offer->items.at, offer->items.len);
}

void errand_wipe(struct errand *a)
{
	free((uint8_t *)(uintptr_t)a->offer.items.at);
	a->offer.items = NO_ID;
}

void errand_offered(struct errand *a, const struct errand_with *with, const struct offer *offer,
                    const char *before, const char *after)
{
	struct items items;
	char text[PHRASE_TEXT];
	struct event_files files = { .asks = a->asks,
		                     .all_files = offer->files,
		                     .all_bytes = offer->bytes };
	struct text t = text_of(text, sizeof text);
	struct phrase p;
	keep(a, offer);
	list_items(a, &items, &files);
	phrase_files_offer(&t, offer);
	phrase_of(&p, OK, "%s %s %s%s", with->peer, before, text, after);
	show(a, with, EVENT_OFFER, &p, &files, NO_ID);
}

/* ---- what becomes of them ---- */

static int status_of(enum parcel_status status)
{
	switch (status) {
	case STATUS_WHOLE: return EXIT_DONE;
	case STATUS_CHANGED:
	case STATUS_STOPPED:
	case STATUS_BUSY: return EXIT_CUT;
	default: return EXIT_LOCAL;
	}
}

static void failed(struct errand *a, int status)
{
	a->status = a->status ? a->status : status;
}

/* One of the files, or an item with all that is in it. */
static void one(struct errand *a, const struct errand_with *with, const struct transfer_event *e)
{
	char name[PHRASE_TEXT], dir[FILE_PATH];
	struct text t = text_of(name, sizeof name);
	bool lost = e->news == TRANSFER_LOST, item = !lost && a->sends && e->item < count_of(a);
	struct phrase p;
	failed(a, status_of(e->status));
	/* a folder may have a million files that cannot be read */
	if (++a->told > TOLD && !with->io->ui->class->addressed)
		return;
	if (item)
		text_add_span(&t, name_of(a, e->item));
	else
		text_add_span(&t, e->path);
	if (e->status != STATUS_WHOLE)
		phrase_of(&p, err_of_exit(status_of(e->status)), "%s %s: %s", name,
		          lost && a->sends ? "was not sent" : "is incomplete",
		          phrase_files_why(e->status, a->sends));
	else if (a->sends)
		phrase_of(&p, OK, "%s has %s", with->peer, name);
	else
		phrase_of(&p, OK, "%s has arrived", name);
	struct event_file file = { .name = text_span(&t) };
	struct event_files files = { .items = &file, .items_count = 1 };
	if (!a->sends && e->status == STATUS_WHOLE &&
	    folder_path(transfer_folder(a->transfer), dir, sizeof dir))
		files.dir = dir;
	show(a, with, EVENT_ITEM, &p, &files, NO_ID);
}

/* Before any of it was there, nothing is kept anywhere. */
static void broken_off(const struct errand *a, const char *peer, const char *name, struct phrase *p)
{
	bool begun = a->began > 0;
	phrase_of(p, ERR_CUT, "the transfer of %s was broken off%s\n", name,
	          begun ? "" : " before it began");
	struct text t = text_of(p->hint, sizeof p->hint);
	text_add(&t, begun && !a->kept ? "What has arrived is kept. " : "");
	if (a->kept)
		text_add_format(&t, "It %s when %s is here again.",
		                begun ? "goes on" : "is offered again", peer);
	else if (a->sends)
		text_add(&t, begun ? "To continue, send the same again."
		                   : "To offer it again, send it again.");
	else
		text_add_format(&t,
		                begun ? "It continues when %s sends the same again."
		                      : "To get them, have %s send them again.",
		                peer);
}

/* What the peer offered, and our user has not answered. */
static void lapsed(const struct errand_with *with, bool withdrawn, struct phrase *p)
{
	if (withdrawn)
		phrase_of(p, ERR_CUT, "%s has withdrawn the offer", with->peer);
	else
		phrase_of(
		    p, ERR_CUT,
		    "the offer of %s has lapsed: nobody has accepted it\nTo get the files, have "
		    "%s send them again.",
		    with->peer, with->peer);
}

/* Why it is over, where it is not whole. */
static void why_over(struct errand *a, const struct errand_with *with,
                     const struct transfer_event *e, struct phrase *p)
{
	char name[PHRASE_TEXT];
	struct text t = text_of(name, sizeof name);
	label(a, &t);
	if (e->by_peer && e->code == RESET_FULL)
		phrase_of(p, ERR_FULL, "%s has no room for %s", with->peer, name);
	else if (e->by_peer && e->code == RESET_REFUSED)
		phrase_of(p, ERR_TRUST, "%s rejected %s", with->peer, name);
	else if (e->by_peer && e->code == RESET_UNKNOWN)
		phrase_of(p, ERR_VERSION, "%s's version of schat can't receive files", with->peer);
	else if (!a->sends && !e->by_peer && e->code != RESET_MISUSE)
		phrase_of(p, ERR_TRUST, "the files were rejected");
	else if (e->status == STATUS_CHANGED)
		phrase_of(
		    p, ERR_CUT,
		    "%s has changed since, so it was not sent\nTo send it as it is now, send it "
		    "again.",
		    name);
	else if (a->asks)
		lapsed(with, e->by_peer, p);
	else
		broken_off(a, with->peer, name, p);
	failed(a, p->err == ERR_CUT || p->err == ERR_VERSION ? err_exit(p->err) : EXIT_OTHER);
}

/* "3 files, 1.2 GB in 0:13 (95 MB/s)" */
static void sum_up(const struct errand *a, const struct event_files *f, uint64_t now,
                   struct phrase *p)
{
	char text[160];
	struct text t = text_of(text, sizeof text);
	uint64_t us = a->began > 0 ? now - a->began : 0;
	text_add_format(&t, "%s %ju file%s, ", a->sends ? "sent" : "received", f->files,
	                f->files == 1 ? "" : "s");
	text_add_size(&t, f->bytes);
	if (us > SECOND) {
		text_add(&t, " in ");
		text_add_time(&t, us / SECOND);
	}
	phrase_of(p, OK, "%s", text);
}

static struct event_files how_far(const struct errand *a, uint64_t now)
{
	struct files_progress all, done = transfer_progress(a->transfer, &all);
	uint64_t rate = pace_rate(&a->pace, done.bytes, now);
	uint64_t left = all.bytes > done.bytes ? all.bytes - done.bytes : 0;
	return (struct event_files){ .asks = a->asks,
		                     .files = done.files,
		                     .bytes = done.bytes,
		                     .all_files = all.files,
		                     .all_bytes = all.bytes,
		                     .rate = rate,
		                     .left_s = pace_left(rate, left) };
}

static void over(struct errand *a, const struct errand_with *with, const struct transfer_event *e,
                 uint64_t now)
{
	struct event_files files = how_far(a, now);
	struct phrase p;
	struct event notice;
	files.asks = false;
	if (!a->offered && with->plan->errand == PLAN_TALKS) /* nobody has heard of it */
		return;
	if (a->told > TOLD && !with->io->ui->class->addressed) {
		phrase_of(&p, OK, "transfer %u: the same for %u more", a->number, a->told - TOLD);
		notice = phrase_event(&p, EVENT_NOTICE);
		(void)terminal_io_show(with->io, &notice);
	}
	if (e->left_out > 0) {
		phrase_of(&p, OK, "links, devices and unreadable folders were left out (%ju)",
		          e->left_out);
		notice = phrase_event(&p, EVENT_NOTICE);
		(void)terminal_io_show(with->io, &notice);
	}
	phrase_of(&p, a->status ? err_of_exit(a->status) : OK, "%s", "");
	if (e->status != STATUS_WHOLE)
		why_over(a, with, e, &p);
	else if (a->status == 0 && with->plan->errand != PLAN_TALKS)
		sum_up(a, &files, now, &p);
	show(a, with, a->offered ? EVENT_TRANSFER : EVENT_ERROR, &p, &files, NO_ID);
}

void errand_report(struct errand *a, const struct errand_with *with,
                   const struct transfer_event *event, uint64_t now)
{
	if (event->news == TRANSFER_OVER)
		over(a, with, event, now);
	else
		one(a, with, event);
}

void errand_broken_off(struct errand *a, const struct errand_with *with)
{
	struct transfer_event e = { .code = RESET_MISUSE }; /* not refused, and not by the peer */
	e.status = transfer_is_settled(a->transfer) ? STATUS_WHOLE : STATUS_STOPPED;
	over(a, with, &e, a->seen);
}

/* ---- how far it is ---- */

void errand_progress(struct errand *a, const struct errand_with *with, uint64_t now)
{
	bool wanted = with->io->ui->class->addressed || with->plan->errand != PLAN_TALKS;
	struct phrase p;
	struct files_progress all, done = transfer_progress(a->transfer, &all);
	a->seen = now;
	if (a->began == 0 && done.bytes > 0)
		a->began = a->next = now;
	if (a->began == 0)
		return;
	pace_note(&a->pace, done.bytes, now);
	if (!wanted || now < a->next)
		return;
	struct event_files files = how_far(a, now);
	phrase_of(&p, OK, "%s", "");
	show(a, with, EVENT_PROGRESS, &p, &files, NO_ID);
	bool goes = files.rate > 0 || now < a->began + STALLED_US;
	a->next = now + (goes ? PROGRESS_US : STALLED_US);
}

void errand_describe(struct errand *a, const struct errand_with *with, struct span id, uint64_t now)
{
	char far[160], what[PHRASE_TEXT];
	struct text t = text_of(far, sizeof far), w = text_of(what, sizeof what);
	struct event_files files = how_far(a, now);
	struct items items;
	struct phrase p;
	text_add_size(&t, files.bytes);
	text_add(&t, " of ");
	text_add_size(&t, files.all_bytes);
	if (files.rate > 0) {
		text_add(&t, ", ");
		text_add_size(&t, files.rate);
		text_add(&t, "/s, ");
		text_add_time(&t, files.left_s);
		text_add(&t, " left");
	}
	if (a->sends)
		label(a, &w);
	else
		phrase_files_offer(&w, &a->offer);
	list_items(a, &items, &files);
	phrase_of(&p, OK, "%u: %s %s %s: %s", a->number, what, a->sends ? "to" : "from", with->peer,
	          a->asks ? "offered" : far);
	show(a, with, EVENT_PROGRESS, &p, &files, id);
}
