#include "cmd/talk/errands.h"

#include <string.h>

#include "base/min_max.h"
#include "cmd/talk/fetched.h"
#include "cmd/talk/inbox.h"
#include "cmd/talk/later.h"
#include "cmd/talk/offering.h"
#include "cmd/talk/quota.h"
#include "os/descriptor.h"

static void say(const struct errands *e, const struct phrase *p)
{
	struct event event = phrase_event(p, p->err ? EVENT_ERROR : EVENT_NOTICE);
	event.conv = e->with.conv;
	event.id = e->id;
	(void)terminal_io_show(e->with.io, &event);
}

static enum plan_errand errand_of(const struct errands *e)
{
	return e->with.plan->errand;
}

/* ---- offers of the peer ---- */

/* Whether there is somebody who could say yes. */
static bool can_ask(const struct errands *e)
{
	const struct interactor_class *class = e->with.io->ui->class;
	if (errand_of(e) != PLAN_TALKS)
		return errand_of(e) == PLAN_RECEIVES && !e->with.plan->options->yes;
	return class->terminal || class->addressed;
}

static void offered(struct errands *e, struct errand *a, const struct offer *offer)
{
	char how[80] = "";
	struct text t = text_of(how, sizeof how);
	if (quota_covers(e->with.plan, e->peer))
		a->quota = quota_take(e->with.plan, offer);
	if (transfer_is_known(a->transfer)) { /* and the peer did not hear that it has arrived */
		transfer_accept(a->transfer, 0);
		errand_offered(a, &e->with, offer, "sends", ", which is here already");
	} else if (a->quota > 0) {
		transfer_accept(a->transfer, a->quota);
		errand_offered(a, &e->with, offer, "sends", "");
	} else if (can_ask(e)) {
		a->asks = true;
		if (e->with.io->terminal)
			text_add_format(&t, ". To accept: /accept %u; to reject: /reject %u",
			                a->number, a->number);
		errand_offered(a, &e->with, offer, "offers", how);
	} else {
		transfer_refuse(a->transfer, RESET_FULL);
		errand_offered(a, &e->with, offer, "offers",
		               ", which is more than --quota allows; rejected");
	}
}

/* ---- errands ---- */

static struct errand *place(struct errands *e)
{
	unsigned i = 0;
	while (i < e->used && e->at[i].transfer != NULL)
		i++;
	if (i == ERRANDS)
		return NULL;
	e->used = (unsigned)max_of(e->used, i + 1);
	e->at[i] = (struct errand){ .number = later_number(), .next = NEVER };
	return &e->at[i];
}

static void end(struct errands *e, struct errand *a, struct session *s)
{
	struct files_progress all, done = transfer_progress(a->transfer, &all);
	e->over++;
	if (a->asks)
		(void)postbox_lapsed(e->postbox, true);
	e->status = e->status ? e->status : a->status;
	if (a->quota > 0)
		quota_return(a->quota, done.room);
	if (!a->sends && done.sent > 0)
		openings_brought(&e->opened);
	transfer_free(a->transfer, s);
	a->transfer = NULL;
	errand_wipe(a);
}

/* The file that a was leaves the outbox, before the peer can know that we do. */
static void drop_kept(struct errands *e, struct errand *a)
{
	if (a->kept == 0 || e->outbox == NULL)
		return;
	outbox_drop_file(e->outbox, a->kept);
	a->kept = 0;
	postbox_write(e->postbox);
}

/* Offers a->roots, or a list of what is handed in. */
static void offer(struct errands *e, struct errand *a, struct span upload)
{
	struct phrase p;
	bool good = upload.len > 0
	                ? offering_upload(a, e->postbox->own, e->with.io->web, upload, &p)
	                : offering_roots(a, e->postbox->own, &p);
	if (good)
		errand_offering(a, &e->with, e->id);
	else
		say(e, &p);
}

/* Room for one more; NULL: there is none, and our user was told. */
static struct errand *begin_sending(struct errands *e)
{
	struct phrase p;
	bool takes = session_has_streams(e->session);
	struct errand *a = takes ? place(e) : NULL;
	if (a == NULL && takes)
		phrase_of(&p, ERR_BUSY, "%u transfers are going on; try again later",
		          (unsigned)ERRANDS);
	else if (a == NULL)
		phrase_of(&p, ERR_VERSION, "%s's version of schat can't receive files",
		          e->peer->name);
	if (a == NULL)
		say(e, &p);
	return a;
}

/* Offers what is at a->path, or a list of what is handed in. */
static void offer_path(struct errands *e, struct errand *a, struct span upload)
{
	a->root = a->path;
	a->roots = &a->root;
	a->roots_count = 1;
	offer(e, a, upload);
}

void errands_send(struct errands *e, const struct command *wish)
{
	bool upload = wish->kind == COMMAND_UPLOAD;
	struct phrase p;
	e->id = wish->id;
	struct errand *a = begin_sending(e);
	if (a != NULL && fetched_path(upload ? span_of(NULL, 0) : wish->text, a->path)) {
		offer_path(e, a, upload ? wish->text : span_of(NULL, 0));
	} else if (a != NULL) {
		later_failed(&p, ERR_LOCAL, a->path, true);
		say(e, &p);
	}
	e->id = span_of(NULL, 0);
}

bool errands_have_room(const struct errands *e)
{
	for (unsigned i = 0; i < ERRANDS; i++)
		if (e->at[i].transfer == NULL)
			return true;
	return false;
}

/* A file that waited is offered now, or never will be. There is a place. */
static void offer_kept(struct errands *e, const struct outbox_line *line)
{
	uint8_t version[PARCEL_VERSION];
	struct phrase p;
	struct errand *a = place(e);
	a->kept = line->mark.number;
	outbox_offered(e->outbox, a->kept);
	outbox_tag(e->outbox, a->kept, a->number); /* it has that when it waits again */
	a->number = line->tag;
	if (!later_read(line->text, a->path, version)) {
		drop_kept(e, a);
		return;
	}
	if (session_has_streams(e->session)) {
		offer_path(e, a, span_of(NULL, 0));
	} else {
		phrase_of(&p, ERR_VERSION,
		          "%s was not sent: %s's version of schat can't receive files", a->path,
		          e->peer->name);
		say(e, &p);
	}
	if (a->transfer != NULL)
		transfer_expect(a->transfer, version);
	else
		drop_kept(e, a);
}

/* schat send: what the plan says. */
static void send_planned(struct errands *e)
{
	struct errand *a = begin_sending(e);
	e->begun = true;
	if (a != NULL) {
		a->roots = e->with.plan->roots;
		a->roots_count = e->with.plan->roots_count;
		offer(e, a, span_of(NULL, 0));
		if (a->transfer != NULL)
			return;
	}
	e->over = 1;
	e->status = a != NULL ? EXIT_LOCAL : EXIT_VERSION;
}

/* Our user says so. */
static void decide(struct errands *e, struct errand *a, bool yes)
{
	bool asks = a->asks;
	a->asks = false;
	if (yes)
		transfer_accept(a->transfer, UINT64_MAX);
	else if (asks)
		transfer_refuse(a->transfer, RESET_REFUSED);
	if (yes || asks)
		return;
	drop_kept(e, a);
	errand_broken_off(a, &e->with);
	end(e, a, e->session);
}

bool errands_answer(struct errands *e, struct span number, bool yes)
{
	struct phrase p;
	uint64_t wanted = 0;
	struct errand *found = NULL;
	unsigned count = 0;
	bool named = text_read_u64(number, UINT32_MAX, &wanted),
	     lapsed = !named && postbox_lapsed(e->postbox, false);
	for (unsigned i = 0; i < e->used; i++) {
		struct errand *a = &e->at[i];
		if (a->transfer == NULL ||
		    (named ? a->number != wanted || (yes && !a->asks) : !a->asks))
			continue;
		count++;
		found = a;
	}
	if (count == 1 && !lapsed)
		decide(e, found, yes);
	if (named || (count == 1 && !lapsed))
		return count == 1;
	phrase_of(&p, ERR_STATE,
	          count == 0   ? "there is no such offer"
	          : count == 1 ? "an earlier offer was withdrawn; give the number of this one"
	                       : "there are several offers: give the number of one");
	if (count == 1)
		errand_describe(found, &e->with, e->id, 0);
	say(e, &p);
	return true;
}

unsigned errands_list(struct errands *e, struct span id, uint64_t now)
{
	unsigned count = 0;
	for (unsigned i = 0; i < e->used; i++) {
		if (e->at[i].transfer == NULL || !e->at[i].offered)
			continue;
		errand_describe(&e->at[i], &e->with, id, now);
		count++;
	}
	return count;
}

/* ---- streams that the peer opens ---- */

/* The folder for what comes; -1. */
static int folder_of(struct errands *e)
{
	if (e->folder == 0)
		e->folder = 1 + inbox_files(e->with.plan->options, e->peer->name, e->peer->saved);
	return e->folder - 1;
}

static void begin(struct errands *e, unsigned stream)
{
	uint8_t id[HASH_LEN];
	struct phrase p;
	bool wanted = can_ask(e) || quota_covers(e->with.plan, e->peer);
	struct errand *a = wanted && folder_of(e) >= 0 ? place(e) : NULL;
	sha256(PARTS(span_text(e->peer->fingerprint)), id);
	if (a != NULL)
		a->transfer = transfer_receive(stream, folder_of(e), id);
	if (a != NULL && a->transfer != NULL)
		return;
	session_reset(e->session, stream, a != NULL ? RESET_FULL : RESET_REFUSED);
	if (wanted && folder_of(e) < 0) {
		phrase_of(&p, ERR_LOCAL,
		          "files were offered, but the folder for them can't be "
		          "opened: %s",
		          beneath_why());
		say(e, &p);
		e->folder = 0;
		e->status = EXIT_LOCAL;
		e->over += errand_of(e) == PLAN_RECEIVES;
	}
}

/* ---- a conversation ---- */

void errands_begin(struct errands *e, const struct plan *plan, struct terminal_io *io,
                   const struct meeting_peer *peer, struct session *session, uint64_t conv)
{
	struct postbox *all = e->postbox;
	*e = (struct errands){ .with = { plan, io, peer->name, conv },
		               .peer = peer,
		               .postbox = all,
		               .opened.fruitless = postbox_fruitless(all, peer->fingerprint),
		               .session = session };
}

bool errands_turn(struct errands *e, struct outbox *outbox, uint64_t now)
{
	struct outbox_line line;
	unsigned stream;
	bool more = false;
	e->outbox = outbox;
	while ((stream = openings_next(&e->opened, e->session, now)) != 0)
		begin(e, stream);
	while (e->outbox && errands_have_room(e) && outbox_next(e->outbox, true, &line) &&
	       line.file)
		offer_kept(e, &line);
	if (errand_of(e) == PLAN_SENDS && !e->begun)
		send_planned(e);
	for (unsigned i = 0; i < e->used; i++) {
		struct errand *a = &e->at[i];
		struct transfer_event event;
		if (a->transfer == NULL || terminal_io_crowded(e->with.io))
			continue;
		if (a->upload && upload_is_short(a->upload)) { /* whoever gave it is gone */
			decide(e, a, false);
			continue;
		}
		more |= transfer_step(a->transfer, e->session);
		if (transfer_is_settled(a->transfer))
			drop_kept(e, a);
		errand_progress(a, &e->with, now);
		if (!transfer_take(a->transfer, &event))
			continue;
		if (event.news == TRANSFER_OFFERED)
			offered(e, a, &event.offer);
		else
			errand_report(a, &e->with, &event, now);
		if (event.news == TRANSFER_OVER) {
			drop_kept(e, a);
			end(e, a, e->session);
		}
		more = true;
	}
	return more;
}

uint64_t errands_deadline(const struct errands *e)
{
	uint64_t at = openings_deadline(&e->opened);
	for (unsigned i = 0; i < e->used; i++)
		if (e->at[i].transfer != NULL)
			at = min_of(at, e->at[i].next);
	return at;
}

void errands_end(struct errands *e)
{
	struct phrase p;
	for (unsigned i = 0; i < e->used; i++) {
		struct errand *a = &e->at[i];
		if (a->transfer == NULL)
			continue;
		errand_broken_off(a, &e->with);
		end(e, a, NULL);
	}
	if (errand_of(e) == PLAN_RECEIVES && e->over == 0) {
		phrase_of(&p, ERR_CUT, "%s left without sending any files", e->peer->name);
		say(e, &p);
	}
	descriptor_close(e->folder - 1);
	e->folder = 0;
	e->session = NULL;
}
