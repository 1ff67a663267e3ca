#include "cmd/talk/errands.h"

#include <string.h>

#include "base/min_max.h"
#include "base/random.h"
#include "cmd/seed.h"
#include "cmd/talk/fetched.h"
#include "cmd/talk/phrase_files.h"
#include "cmd/talk/quota.h"
#include "os/descriptor.h"

static unsigned last; /* transfer's number, in this run */

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

/* --inbox: what this peer sends has a folder of its own. */
static bool has_inbox(const struct errands *e)
{
	return e->with.plan->options->inbox != NULL && e->peer->saved;
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
	if (a->quota > 0) {
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
	for (unsigned i = 0; i < ERRANDS; i++) {
		struct errand *a = &e->at[i];
		if (a->transfer != NULL)
			continue;
		*a = (struct errand){ .number = ++last, .next = NEVER };
		return a;
	}
	return NULL;
}

static void end(struct errands *e, struct errand *a, struct session *s)
{
	struct files_progress all;
	e->over++;
	e->status = e->status ? e->status : a->status;
	if (a->quota > 0)
		quota_return(a->quota, transfer_progress(a->transfer, &all).room);
	transfer_free(a->transfer, s);
	a->transfer = NULL;
	errand_wipe(a);
}

/* For the MAC of what the file system says: from the identity, so that a transfer goes on in the
 * next run; else only in this one. */
static void key_of(const struct identity *own, uint8_t key[static ANNOUNCED_KEY])
{
	static uint8_t drawn[ANNOUNCED_KEY];
	struct span secret = span_of(drawn, sizeof drawn);
	if (own == NULL && bytes_zero(drawn, sizeof drawn))
		random_fill(seed_random(), drawn, sizeof drawn);
	if (own != NULL && own->public.type == KEY_X25519)
		secret = span_of(own->secret.x25519, sizeof own->secret.x25519);
	else if (own != NULL)
		secret = span_of(own->secret.rsa.parts, sizeof own->secret.rsa.parts);
	sha256_hkdf(span_of(NULL, 0), secret, span_text("schat files"), key, ANNOUNCED_KEY);
}

/* Offers the roots of a, which has a place. */
static void offer(struct errands *e, struct errand *a)
{
	uint8_t key[ANNOUNCED_KEY];
	enum err err = OK;
	unsigned which;
	struct phrase p;
	a->sends = true;
	key_of(e->own, key);
	a->transfer = transfer_send(a->roots, a->roots_count, key, &err, &which);
	bytes_wipe(key, sizeof key);
	const char *failed = a->roots[which < a->roots_count ? which : 0];
	if (a->transfer != NULL) {
		errand_offering(a, &e->with, e->id);
		return;
	}
	bool usage = err == ERR_USAGE || err == ERR_EXISTS || err == ERR_FORMAT,
	     two = !usage && a->roots == &a->root && strchr(failed, ' ');
	phrase_of(&p, usage ? ERR_USAGE : ERR_LOCAL, "can't send %s: %s%s", failed,
	          phrase_files_unfit(err), two ? "; /send takes one file or folder at a time" : "");
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

void errands_send(struct errands *e, struct span path, struct span id)
{
	e->id = id;
	struct errand *a = begin_sending(e);
	if (a != NULL) {
		fetched_path(path, a->path);
		a->root = a->path;
		a->roots = &a->root;
		a->roots_count = 1;
		offer(e, a);
	}
	e->id = span_of(NULL, 0);
}

/* schat send: what the plan says. */
static void send_planned(struct errands *e)
{
	e->begun = true;
	struct errand *a = begin_sending(e);
	if (a == NULL) {
		e->over = 1;
		e->status = EXIT_VERSION;
		return;
	}
	a->roots = e->with.plan->roots;
	a->roots_count = e->with.plan->roots_count;
	offer(e, a);
	if (a->transfer != NULL)
		return;
	e->over = 1;
	e->status = EXIT_LOCAL;
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
	errand_broken_off(a, &e->with);
	end(e, a, e->session);
}

bool errands_answer(struct errands *e, struct span number, bool yes)
{
	struct phrase p;
	uint64_t wanted = 0;
	struct errand *found = NULL;
	unsigned count = 0;
	bool named = text_read_u64(number, UINT32_MAX, &wanted);
	for (unsigned i = 0; i < ERRANDS; i++) {
		struct errand *a = &e->at[i];
		if (a->transfer == NULL ||
		    (named ? a->number != wanted || (yes && !a->asks) : !a->asks))
			continue;
		count++;
		found = a;
	}
	if (count == 1)
		decide(e, found, yes);
	if (count == 1 || named)
		return count == 1;
	phrase_of(&p, ERR_STATE,
	          count == 0 ? "there is no such offer"
	                     : "there are several offers: give the number of one");
	say(e, &p);
	return true;
}

unsigned errands_list(struct errands *e, struct span id, uint64_t now)
{
	unsigned count = 0;
	for (unsigned i = 0; i < ERRANDS; i++) {
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
	const struct options *o = e->with.plan->options;
	char path[FILE_PATH];
	struct text t = text_of(path, sizeof path);
	if (has_inbox(e))
		text_add_format(&t, "%s/%s", o->inbox, e->peer->name);
	else
		text_add(&t, o->dir ? o->dir : ".");
	if (e->folder == 0)
		e->folder = 1 + landing_at(path);
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

/* The first byte says what a stream is for. */
static void meet(struct errands *e)
{
	unsigned stream;
	for (unsigned i = 0; i < ERRANDS; i++) {
		if (e->opened[i] == 0 && session_opened(e->session, &stream))
			e->opened[i] = stream;
		if (e->opened[i] == 0)
			continue;
		struct span first = session_read(e->session, e->opened[i]);
		uint8_t code;
		bool gone = session_is_reset(e->session, e->opened[i], &code) ||
		            session_ended(e->session, e->opened[i]);
		if (first.len == 0 && !gone)
			continue;
		stream = e->opened[i];
		e->opened[i] = 0;
		if (gone || first.at[0] != OPENED_FOR_FILES) {
			session_reset(e->session, stream, RESET_UNKNOWN);
			continue;
		}
		session_consume(e->session, stream, 1);
		begin(e, stream);
	}
}

/* ---- a conversation ---- */

void errands_begin(struct errands *e, const struct plan *plan, struct terminal_io *io,
                   const struct meeting_peer *peer, struct session *session, uint64_t conv)
{
	*e = (struct errands){ .with = { plan, io, peer->name, conv },
		               .peer = peer,
		               .own = e->own,
		               .session = session };
}

bool errands_turn(struct errands *e, uint64_t now)
{
	bool more = false;
	meet(e);
	if (errand_of(e) == PLAN_SENDS && !e->begun)
		send_planned(e);
	for (unsigned i = 0; i < ERRANDS; i++) {
		struct errand *a = &e->at[i];
		struct transfer_event event;
		if (a->transfer == NULL || terminal_io_crowded(e->with.io))
			continue;
		more |= transfer_step(a->transfer, e->session);
		errand_progress(a, &e->with, now);
		if (!transfer_take(a->transfer, &event))
			continue;
		if (event.news == TRANSFER_OFFERED)
			offered(e, a, &event.offer);
		else
			errand_report(a, &e->with, &event, now);
		if (event.news == TRANSFER_OVER)
			end(e, a, e->session);
		more = true;
	}
	return more;
}

uint64_t errands_deadline(const struct errands *e)
{
	uint64_t at = NEVER;
	for (unsigned i = 0; i < ERRANDS; i++)
		if (e->at[i].transfer != NULL)
			at = min_of(at, e->at[i].next);
	return at;
}

bool errands_done(const struct errands *e)
{
	bool any = false;
	for (unsigned i = 0; i < ERRANDS; i++)
		any |= e->at[i].transfer != NULL;
	return errand_of(e) != PLAN_TALKS && e->over > 0 && !any;
}

struct endings_result errands_result(const struct errands *e, struct endings_result result)
{
	int status = e->status;
	unsigned over = e->over;
	bool cut = false;
	for (unsigned i = 0; i < ERRANDS; i++) {
		const struct errand *a = &e->at[i];
		if (a->transfer == NULL)
			continue;
		bool settled = transfer_is_settled(a->transfer);
		cut |= !settled;
		over += settled;
		status = status ? status : a->status;
	}
	if (cut || over == 0)
		status = EXIT_CUT;
	if (errand_of(e) == PLAN_TALKS || result.status != 0 || status == 0)
		return result;
	return (struct endings_result){ err_of_exit(status), status };
}

void errands_end(struct errands *e)
{
	struct phrase p;
	for (unsigned i = 0; i < ERRANDS; i++) {
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
