#include "cmd/transfer.h"

#include <stdlib.h>
#include <string.h>

enum {
	WANTS_AT_ONCE = 16, /* of 64 KiB each at most: a millisecond or two */
	VERSION_STEPS = 256 /* of disk_offer_count: a fraction of a second */
};

enum phase { COUNTING, OPENING, RUNNING, OVER };

struct transfer {
	enum phase phase;
	unsigned stream;
	struct disk_source source; /* a sender's */
	struct disk_offer *offer;
	struct sending *s;
	struct landing landing; /* a receiver's */
	struct receiving *r;
	struct want decision;
	bool deciding, peer_ended;
	uint8_t expected[PARCEL_VERSION];
	unsigned skipped; /* items that were known, before the last that was told */
	bool has_news;
	struct transfer_event news;
	struct files_progress all;
	uint8_t key[ANNOUNCED_KEY];
	uint8_t path[PARCEL_PATH];
};

static struct transfer *new_sender(struct disk_source source,
                                   const uint8_t key[static ANNOUNCED_KEY])
{
	struct transfer *t = calloc(1, sizeof *t);
	struct disk_offer *offer = calloc(1, sizeof *offer);
	if (t == NULL || offer == NULL) {
		tree_free(source.tree);
		upload_leave(source.upload, UPLOAD_TAKES);
		free(offer);
		free(t);
		return NULL;
	}
	memcpy(t->key, key, sizeof t->key);
	t->source = source;
	t->offer = offer;
	disk_offer_init(offer, t->key);
	landing_init(&t->landing, -1);
	return t;
}

struct transfer *transfer_send(char *const *roots, unsigned count,
                               const uint8_t key[static ANNOUNCED_KEY], enum err *err,
                               unsigned *which)
{
	struct tree *tree = tree_new(roots, count, err, which);
	struct transfer *t = tree ? new_sender((struct disk_source){ .tree = tree }, key) : NULL;
	if (t == NULL && *err == OK)
		*err = ERR_LOCAL;
	return t;
}

struct transfer *transfer_upload(struct upload *u, const uint8_t key[static ANNOUNCED_KEY])
{
	return new_sender((struct disk_source){ .upload = u }, key);
}

/* The only item of an offer. */
static void version_of(const struct disk_offer *o, uint8_t version[static PARCEL_VERSION])
{
	struct offer_item item = { .version = { 0 } };
	struct span items = o->offer.items;
	(void)offer_item(&items, &item);
	memcpy(version, item.version, sizeof item.version);
}

enum err transfer_version(const char *root, const uint8_t key[static ANNOUNCED_KEY],
                          uint8_t version[static PARCEL_VERSION])
{
	enum err err;
	unsigned which, steps = 0;
	char *roots[] = { (char *)(uintptr_t)root };
	struct transfer *t = transfer_send(roots, 1, key, &err, &which);
	if (t == NULL)
		return err;
	while (steps < VERSION_STEPS && !disk_offer_count(t->offer, &t->source))
		steps++;
	version_of(t->offer, version);
	transfer_free(t, NULL);
	return steps < VERSION_STEPS ? OK : ERR_FULL;
}

void transfer_expect(struct transfer *t, const uint8_t version[static PARCEL_VERSION])
{
	memcpy(t->expected, version, sizeof t->expected);
	t->source.expected = t->expected;
	t->source.key = t->key;
}

struct transfer *transfer_receive(unsigned stream, int dir, const uint8_t peer[static 32])
{
	struct transfer *t = calloc(1, sizeof *t);
	struct receiving *r = receiving_new(peer);
	if (t == NULL || r == NULL) {
		receiving_free(r);
		free(t);
		return NULL;
	}
	t->phase = RUNNING;
	t->stream = stream;
	t->r = r;
	landing_init(&t->landing, dir);
	return t;
}

void transfer_free(struct transfer *t, struct session *s)
{
	if (t == NULL)
		return;
	if (s != NULL && t->stream != 0 && t->phase != OVER)
		session_reset(s, t->stream, RESET_BROKEN_OFF);
	landing_wipe(&t->landing);
	receiving_free(t->r);
	sending_free(t->s);
	tree_free(t->source.tree);
	upload_leave(t->source.upload, UPLOAD_TAKES);
	free(t->offer);
	bytes_wipe(t, sizeof *t);
	free(t);
}

/* ---- news ---- */

static void tell(struct transfer *t, enum transfer_news news, const struct want *want,
                 enum parcel_status status)
{
	t->has_news = true;
	t->news = (struct transfer_event){ .news = news, .status = status, .item = want->item };
	if (want->path.len > 0)
		memcpy(t->path, want->path.at, want->path.len);
	t->news.path = span_of(t->path, want->path.len);
}

/* A stream that is over, and why. */
static void end(struct transfer *t, enum parcel_status status, uint8_t code, bool by_peer)
{
	t->phase = OVER;
	t->has_news = true;
	t->news = (struct transfer_event){
		.news = TRANSFER_OVER, .status = status, .code = code, .by_peer = by_peer
	};
	if (t->source.tree != NULL)
		t->news.left_out = tree_left_out(t->source.tree);
}

bool transfer_take(struct transfer *t, struct transfer_event *event)
{
	bool news = t->has_news;
	*event = t->news;
	t->has_news = false;
	return news;
}

struct files_progress transfer_progress(const struct transfer *t, struct files_progress *all)
{
	*all = t->all;
	if (t->r != NULL)
		return receiving_progress(t->r);
	return t->s != NULL ? sending_progress(t->s) : (struct files_progress){ .files = 0 };
}

int transfer_folder(const struct transfer *t)
{
	return t->landing.dir;
}

bool transfer_is_settled(const struct transfer *t)
{
	return t->s != NULL && sending_said_all(t->s) && !t->has_news;
}

/* ---- sending ---- */

/* What a sender wants; and what of it is news. False: it has to wait for an upload. */
static bool give(struct transfer *t, const struct want *want)
{
	struct want about = *want;
	if (want->kind == WANT_TELL) {
		while (sending_skips(t->s, about.item + t->skipped))
			t->skipped++;
		about.item += t->skipped;
		tell(t, TRANSFER_ITEM, &about, want->status);
	} else if (want->kind == WANT_REPORT) {
		tell(t, TRANSFER_LOST, &about, want->status);
	}
	return disk_give(&t->source, t->s, want);
}

/* True: there is an offer, and a stream for it. */
static bool is_begun(struct transfer *t, struct session *s)
{
	static const uint8_t kind = OPENED_FOR_FILES;
	if (t->phase == RUNNING)
		return true;
	const struct offer *offer = &t->offer->offer;
	if (t->phase == COUNTING && disk_offer_count(t->offer, &t->source)) {
		t->phase = OPENING;
		t->all = (struct files_progress){ .files = offer->files, .bytes = offer->bytes };
	}
	uint8_t version[PARCEL_VERSION];
	if (t->phase == OPENING && t->source.expected != NULL) {
		version_of(t->offer, version);
		if (memcmp(version, t->expected, sizeof version) != 0)
			end(t, STATUS_CHANGED, RESET_BROKEN_OFF, false);
	}
	if (t->phase != OPENING || (t->stream = session_open(s)) == 0)
		return false;
	t->s = sending_new(t->key, offer);
	free(t->offer);
	t->offer = NULL;
	t->phase = RUNNING;
	if (t->s != NULL) {
		(void)session_write(s, t->stream, span_of(&kind, 1));
		return true;
	}
	session_reset(s, t->stream, RESET_FULL);
	end(t, STATUS_NO_ROOM, RESET_FULL, false);
	return false;
}

static bool write_out(const struct transfer *t, struct session *s, struct span out, size_t *taken)
{
	*taken = out.len > 0 ? session_write(s, t->stream, out) : 0;
	return *taken > 0;
}

static bool step_sender(struct transfer *t, struct session *s)
{
	struct want want;
	size_t taken;
	struct span in = session_read(s, t->stream);
	bool more = in.len > 0;
	if (more)
		session_consume(s, t->stream, sending_input(t->s, in));
	for (unsigned i = 0; i < WANTS_AT_ONCE && !t->has_news; i++) {
		bool wants = sending_wants(t->s, &want) && give(t, &want);
		bool wrote = write_out(t, s, sending_output(t->s), &taken);
		sending_sent(t->s, taken);
		more = wants || wrote;
		if (!more)
			break;
	}
	if (sending_said_all(t->s))
		session_finish(s, t->stream);
	if (session_ended(s, t->stream))
		sending_ended(t->s);
	return more;
}

/* ---- receiving ---- */

static void take(struct transfer *t, const struct want *want)
{
	if (want->kind == WANT_LEAVE)
		tell(t, TRANSFER_LOST, want, want->status);
	t->landing.as[0] = 0;
	enum parcel_status status = disk_take(&t->landing, t->r, want);
	if (status == STATUS_WHOLE && want->kind == WANT_FOLDER)
		status = want->status;
	bool done = want->kind == WANT_FOLDER || (want->kind == WANT_CLOSE && !status);
	if (!done || naming_first(want->path).len < want->path.len)
		return;
	struct want about = *want;
	if (status == STATUS_WHOLE && t->landing.as[0] != 0) /* its name was taken */
		about.path = span_text(t->landing.as);
	tell(t, TRANSFER_ITEM, &about, status);
}

static void offered(struct transfer *t, const struct want *want)
{
	t->decision = *want;
	t->deciding = t->has_news = true;
	t->news = (struct transfer_event){ .news = TRANSFER_OFFERED, .offer = want->offer };
	t->all = (struct files_progress){ .files = want->offer.files, .bytes = want->offer.bytes };
}

bool transfer_is_known(const struct transfer *t)
{
	uint8_t noted[DISK_NOTED];
	return offer_all_known(&t->decision.offer, disk_noted(&t->landing, &t->decision, noted));
}

void transfer_accept(struct transfer *t, uint64_t room)
{
	uint8_t noted[DISK_NOTED];
	receiving_accept(t->r, room, disk_noted(&t->landing, &t->decision, noted));
	t->deciding = false;
}

void transfer_refuse(struct transfer *t, uint8_t code)
{
	receiving_refuse(t->r, code);
	t->deciding = false;
}

static bool step_receiver(struct transfer *t, struct session *s)
{
	struct want want;
	size_t taken;
	bool more = true;
	for (unsigned i = 0; i < WANTS_AT_ONCE && more && !t->has_news && !t->deciding; i++) {
		size_t consumed = receiving_input(t->r, session_read(s, t->stream));
		more = consumed > 0;
		if (session_ended(s, t->stream))
			receiving_ended(t->r);
		if (receiving_wants(t->r, &want)) {
			more = true;
			if (want.kind == WANT_DECISION)
				offered(t, &want);
			else
				take(t, &want);
		}
		if (consumed > 0)
			session_consume(s, t->stream, consumed);
		more |= write_out(t, s, receiving_output(t->r), &taken);
		receiving_sent(t->r, taken);
	}
	return more && !t->deciding;
}

/* ---- both ---- */

bool transfer_step(struct transfer *t, struct session *s)
{
	uint8_t code = RESET_BROKEN_OFF;
	if (t->has_news || t->phase == OVER)
		return false;
	if (t->r == NULL && !is_begun(t, s))
		return t->phase == COUNTING;
	if (session_is_reset(s, t->stream, &code)) {
		session_release(s, t->stream);
		end(t, STATUS_STOPPED, code, true);
		return false;
	}
	bool more = t->r != NULL ? step_receiver(t, s) : step_sender(t, s);
	if (t->source.changed) {
		session_reset(s, t->stream, RESET_BROKEN_OFF);
		end(t, STATUS_CHANGED, RESET_BROKEN_OFF, false);
		return false;
	}
	if (t->has_news)
		return true;
	enum files_state state =
	    t->r != NULL ? receiving_state(t->r, &code) : sending_state(t->s, &code);
	if (state == FILES_RUNNING)
		return more;
	if (state == FILES_RESET) {
		session_reset(s, t->stream, code);
		end(t, STATUS_STOPPED, code, false);
		return false;
	}
	session_finish(s, t->stream);
	session_release(s, t->stream);
	end(t, STATUS_WHOLE, RESET_BROKEN_OFF, false);
	return false;
}
