#include "cmd/talk/errands.h"

#include <string.h>

#include "base/min_max.h"
#include "base/random.h"
#include "cmd/seed.h"
#include "cmd/talk/fetched.h"
#include "cmd/talk/phrase_files.h"
#include "os/descriptor.h"
#include "os/file.h"

enum { TOLD = 10 }; /* files and items of a transfer of which something is said */

/* Bytes that were taken without asking, in this run. */
static uint64_t unasked;

/* ---- sentences ---- */

static void say(const struct errands *e, const struct phrase *p)
{
	struct event event = phrase_event(p, p->err ? EVENT_ERROR : EVENT_NOTICE);
	(void)terminal_io_show(e->io, &event);
}

static void say_over(const struct errands *e, const struct errand *a, const char *peer,
                     const struct transfer_event *event)
{
	struct phrase p;
	if (a->told > TOLD) {
		phrase_of(&p, OK, "transfer %u: the same of %u more", a->number, a->told - TOLD);
		say(e, &p);
	}
	if (event->left_out > 0) {
		phrase_of(&p, OK, "%s: links, devices and unreadable folders were left out (%ju)",
		          a->path, event->left_out);
		say(e, &p);
	}
	if (event->status == STATUS_WHOLE)
		return;
	if (event->by_peer && event->code == RESET_FULL)
		phrase_of(&p, OK, "%s has no room for %s", peer, a->path);
	else if (event->by_peer && event->code == RESET_REFUSED)
		phrase_of(&p, OK, "%s doesn't want %s", peer, a->path);
	else if (event->by_peer && event->code == RESET_UNKNOWN)
		phrase_of(&p, ERR_VERSION, "%s has a version of schat that takes no files", peer);
	else if (!a->sends && !event->by_peer && event->code != RESET_MISUSE)
		phrase_of(&p, OK, "the files are refused");
	else
		phrase_of(&p, ERR_CUT,
		          "transfer %u was broken off\nWhat has arrived is kept: sending the same "
		          "again goes on there.",
		          a->number);
	say(e, &p);
}

/* Bytes that our user lets this peer's offer bring without being asked; 0: none. */
static uint64_t unasked_of(const struct plan *plan, const struct meeting_peer *peer)
{
	const struct option_list *list = &plan->options->accept_from;
	uint64_t quota = options_number(plan->options->quota, 1000) * 1000000;
	if (plan->options->inbox && peer->saved)
		return quota - min_of(quota, unasked);
	for (size_t i = 0; i < list->count; i++) {
		if (peer->saved && strcmp(list->at[i], peer->name) == 0)
			return quota - min_of(quota, unasked);
	}
	return 0;
}

/* Whether there is somebody who could say yes. */
static bool can_ask(const struct errands *e)
{
	return e->io->ui->class->terminal;
}

static void offered(struct errands *e, struct errand *a, const struct meeting_peer *peer,
                    const struct offer *offer)
{
	char text[PHRASE_TEXT];
	struct text t = text_of(text, sizeof text);
	struct phrase p;
	uint64_t left = unasked_of(e->plan, peer);
	phrase_files_offer(&t, offer);
	if (left > 0 && offer->bytes <= left) {
		unasked += offer->bytes;
		transfer_accept(a->transfer, UINT64_MAX, left);
		phrase_of(&p, OK, "%s sends %s", peer->name, text);
	} else if (can_ask(e)) {
		a->asks = true;
		phrase_of(&p, OK, "%s offers %s. To take it: /accept %u; else: /reject %u",
		          peer->name, text, a->number, a->number);
	} else {
		transfer_refuse(a->transfer, RESET_FULL);
		phrase_of(&p, OK, "%s offers %s, which is more than --quota has left; refused",
		          peer->name, text);
	}
	say(e, &p);
}

static void report(struct errands *e, struct errand *a, const struct meeting_peer *by,
                   const struct transfer_event *event)
{
	const char *peer = by->name;
	char text[PHRASE_TEXT];
	struct text t = text_of(text, sizeof text);
	struct phrase p;
	text_add_span(&t, event->path);
	/* a folder may have a million files that cannot be read */
	bool one = event->news == TRANSFER_LOST || event->news == TRANSFER_ITEM;
	if (one && ++a->told > TOLD)
		return;
	switch (event->news) {
	case TRANSFER_OFFERED: offered(e, a, by, &event->offer); break;
	case TRANSFER_LOST:
		phrase_of(&p, ERR_LOCAL, "%s is not sent: %s", text,
		          phrase_files_why(event->status));
		say(e, &p);
		break;
	case TRANSFER_ITEM:
		if (event->status != STATUS_WHOLE)
			phrase_of(&p, ERR_LOCAL, "%s is not whole: %s", a->sends ? a->path : text,
			          phrase_files_why(event->status));
		else if (a->sends)
			phrase_of(&p, OK, "%s has %s", peer, a->path);
		else
			phrase_of(&p, OK, "%s is here", text);
		say(e, &p);
		break;
	case TRANSFER_OVER: say_over(e, a, peer, event); break;
	}
}

/* ---- errands ---- */

static struct errand *place(struct errands *e)
{
	for (unsigned i = 0; i < ERRANDS; i++) {
		struct errand *a = &e->at[i];
		if (a->transfer != NULL)
			continue;
		*a = (struct errand){ .number = ++e->last };
		return a;
	}
	return NULL;
}

static void end(struct errand *a, struct session *s)
{
	transfer_free(a->transfer, s);
	a->transfer = NULL;
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

void errands_send(struct errands *e, struct session *s, const char *peer,
                  const struct identity *own, struct span path)
{
	uint8_t key[ANNOUNCED_KEY];
	enum err err = ERR_BUSY;
	unsigned which;
	struct phrase p;
	struct errand *a = session_has_streams(s) ? place(e) : NULL;
	if (a == NULL) {
		if (session_has_streams(s))
			phrase_of(&p, ERR_BUSY, "%u transfers are going on; try again later",
			          (unsigned)ERRANDS);
		else
			phrase_of(&p, ERR_VERSION, "%s has a version of schat that takes no files",
			          peer);
		say(e, &p);
		return;
	}
	fetched_path(path, a->path);
	a->root = a->path;
	a->sends = true;
	key_of(own, key);
	a->transfer = transfer_send(&a->root, 1, key, &err, &which);
	bytes_wipe(key, sizeof key);
	if (a->transfer != NULL)
		phrase_of(&p, OK, "offering %s to %s", a->path, peer);
	else if (err == ERR_USAGE)
		phrase_of(&p, err, "can't send %s: it has no name of its own", a->path);
	else
		phrase_of(&p, err, "can't send %s: %s", a->path, beneath_why());
	say(e, &p);
}

void errands_answer(struct errands *e, struct span number, bool yes)
{
	struct phrase p;
	uint64_t wanted = 0;
	struct errand *found = NULL;
	unsigned asking = 0;
	bool named = text_read_u64(number, UINT32_MAX, &wanted);
	for (unsigned i = 0; i < ERRANDS; i++) {
		struct errand *a = &e->at[i];
		if (a->transfer == NULL || !a->asks || (named && a->number != wanted))
			continue;
		asking++;
		found = a;
	}
	if (asking != 1) {
		phrase_of(&p, ERR_STATE,
		          asking == 0 ? "no such files are offered"
		                      : "several are offered: say which number");
		say(e, &p);
		return;
	}
	found->asks = false;
	if (yes)
		transfer_accept(found->transfer, UINT64_MAX, UINT64_MAX);
	else
		transfer_refuse(found->transfer, RESET_REFUSED);
}

void errands_list(const struct errands *e, const char *peer)
{
	struct phrase p;
	unsigned count = 0;
	for (unsigned i = 0; i < ERRANDS; i++) {
		const struct errand *a = &e->at[i];
		char text[128];
		struct text t = text_of(text, sizeof text);
		if (a->transfer == NULL)
			continue;
		struct files_progress all, done = transfer_progress(a->transfer, &all);
		phrase_files_size(&t, done.bytes);
		text_add(&t, " of ");
		phrase_files_size(&t, all.bytes);
		phrase_of(&p, OK, "%u: %s %s: %s", a->number, a->sends ? "to" : "from", peer,
		          a->asks ? "offered" : text);
		say(e, &p);
		count++;
	}
	if (count == 0) {
		phrase_of(&p, OK, "no files are being sent");
		say(e, &p);
	}
}

/* ---- streams that the peer opens ---- */

/* The folder for what comes; -1. */
static int folder_of(struct errands *e, const struct meeting_peer *peer)
{
	const struct options *o = e->plan->options;
	char path[FILE_PATH];
	struct text t = text_of(path, sizeof path);
	text_add(&t, o->inbox && peer->saved ? o->inbox : o->dir ? o->dir : ".");
	text_add_format(&t, "%s%s", o->inbox && peer->saved ? "/" : "",
	                o->inbox && peer->saved ? peer->name : "");
	if (e->folder == 0)
		e->folder = 1 + landing_at(path);
	return e->folder - 1;
}

static void begin(struct errands *e, struct session *s, unsigned stream,
                  const struct meeting_peer *peer)
{
	uint8_t id[HASH_LEN];
	struct phrase p;
	bool wanted = can_ask(e) || unasked_of(e->plan, peer) > 0;
	struct errand *a = wanted && folder_of(e, peer) >= 0 ? place(e) : NULL;
	sha256(PARTS(span_text(peer->fingerprint)), id);
	if (a != NULL)
		a->transfer = transfer_receive(stream, folder_of(e, peer), id);
	if (a != NULL && a->transfer != NULL)
		return;
	session_reset(s, stream, a != NULL ? RESET_FULL : RESET_REFUSED);
	if (wanted && folder_of(e, peer) < 0) {
		phrase_of(&p, ERR_LOCAL,
		          "files were offered, but the folder for them can't be "
		          "opened: %s",
		          beneath_why());
		say(e, &p);
		e->folder = 0;
	}
}

/* The first byte says what a stream is for. */
static void meet(struct errands *e, struct session *s, const struct meeting_peer *peer)
{
	unsigned stream;
	for (unsigned i = 0; i < ERRANDS; i++) {
		if (e->opened[i] == 0 && session_opened(s, &stream))
			e->opened[i] = stream;
		if (e->opened[i] == 0)
			continue;
		struct span first = session_read(s, e->opened[i]);
		uint8_t code;
		bool gone =
		    session_is_reset(s, e->opened[i], &code) || session_ended(s, e->opened[i]);
		if (first.len == 0 && !gone)
			continue;
		stream = e->opened[i];
		e->opened[i] = 0;
		if (gone || first.at[0] != OPENED_FOR_FILES) {
			session_reset(s, stream, RESET_UNKNOWN);
			continue;
		}
		session_consume(s, stream, 1);
		begin(e, s, stream, peer);
	}
}

bool errands_turn(struct errands *e, struct session *s, const struct meeting_peer *peer)
{
	bool more = false;
	meet(e, s, peer);
	for (unsigned i = 0; i < ERRANDS; i++) {
		struct errand *a = &e->at[i];
		struct transfer_event event;
		if (a->transfer == NULL || terminal_io_crowded(e->io))
			continue;
		more |= transfer_step(a->transfer, s);
		if (!transfer_take(a->transfer, &event))
			continue;
		report(e, a, peer, &event);
		if (event.news == TRANSFER_OVER)
			end(a, s);
		more = true;
	}
	return more;
}

void errands_end(struct errands *e)
{
	struct phrase p;
	for (unsigned i = 0; i < ERRANDS; i++) {
		struct errand *a = &e->at[i];
		if (a->transfer == NULL)
			continue;
		phrase_of(&p, ERR_CUT,
		          "transfer %u was broken off\nWhat has arrived is kept: sending the same "
		          "again goes on there.",
		          a->number);
		say(e, &p);
		end(a, NULL);
	}
	descriptor_close(e->folder - 1);
	e->folder = 0;
}
