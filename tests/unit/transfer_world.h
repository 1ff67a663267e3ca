/* transfer_world: a sender and a receiver of files, joined by two streams that deliver as much at a
 * time as chance has it, and disks in memory: the sender's files have bytes that can be computed,
 * and of the receiver's only parts are kept, and what was done. */
#pragma once

#include <stdio.h>

#include "base/min_max.h"
#include "files/receiving.h"
#include "files/sending.h"
#include "tests/unit/support.h"

enum { FILES_MAX = 1024, PARTS_MAX = 64, STREAM_MAX = 1 << 18, PART_BYTES = 1 << 20 };

/* A file or folder to be sent. */
struct given {
	const char *path;
	bool folder;
	uint64_t size;
	uint8_t facts; /* counted up when it changes */
	enum { GIVEN_WELL, GIVEN_UNREADABLE, GIVEN_CHANGES, GIVEN_SHRINKS } fault;
};

struct kept {
	char name[NAMING_PART];
	size_t len;
	uint8_t *bytes;
};

struct stream {
	size_t len;
	bool ended;
	uint8_t bytes[STREAM_MAX];
};

struct transfer_world {
	struct sending *s;
	struct receiving *r;
	struct test_random random;
	struct stream to_receiver, to_sender;
	/* the sender's disk */
	const struct given *given;
	unsigned given_count, next;
	uint8_t facts[FILES_MAX]; /* that have changed meanwhile */
	int open;                 /* the file, or -1 */
	/* the receiver's */
	struct kept parts[PARTS_MAX];
	char where[PARCEL_PATH + 1];    /* the last path of a file that was opened */
	struct kept *part;              /* that is open */
	size_t owed;                    /* bytes of a WANT_WRITE that was answered */
	uint64_t room;                  /* bytes that the disk still takes */
	enum parcel_status open_status; /* what WANT_OPEN is answered with */
	enum parcel_status look_status; /* ... and WANT_LOOK */
	bool refuse;
	uint8_t noted[64 * PARCEL_VERSION]; /* versions of folders that are whole */
	size_t noted_len;
	char
	    done[4096]; /* "path;" of each file that is whole here, in order; "path/;" of folders */
	char lost[1024];  /* "path=status;" of each that is not */
	char told[1024];  /* the sender's: "path=status;", and "#item=status;" */
	uint64_t written; /* bytes, in all runs */
	uint64_t room_limit;
};

static inline uint8_t byte_of(const char *path, uint64_t at)
{
	return (uint8_t)((uint8_t)path[0] * 31 + at * 7 + (at >> 8) * 13);
}

static inline void note(char *list, size_t cap, struct span path, const char *format, unsigned v)
{
	size_t len = strlen(list);
	snprintf(list + len, cap - len, "%.*s", (int)path.len, (const char *)path.at);
	len = strlen(list);
	snprintf(list + len, cap - len, format, v);
}

/* ---- the sender's disk ---- */

static inline int find_given(const struct transfer_world *w, struct span path)
{
	for (unsigned i = 0; i < w->given_count; i++) {
		if (span_is(path, w->given[i].path))
			return (int)i;
	}
	fail_msg("asked for a file that was not announced");
	return -1;
}

/* The place of the next one's item in the offer. */
static inline unsigned item_of(const struct transfer_world *w)
{
	unsigned item = 0;
	for (unsigned i = 0; i < w->next; i++)
		item += strchr(w->given[i].path, '/') == NULL;
	return item;
}

static inline void give_entry(struct transfer_world *w)
{
	while (w->next < w->given_count && sending_skips(w->s, item_of(w)))
		w->next++;
	const struct given *g = &w->given[w->next];
	if (w->next == w->given_count) {
		sending_all(w->s);
		return;
	}
	struct announcement a = { .folder = g->folder,
		                  .size = g->size,
		                  .mtime_ms = 1000 + w->next,
		                  .path = span_text(g->path) };
	sending_announce(w->s, a, span_of(&w->facts[w->next], 1), w->next);
	w->next++;
}

static inline void give_bytes(struct transfer_world *w, const struct want *want)
{
	const struct given *g = &w->given[w->open];
	assert_true(want->offset + want->into_len <= g->size);
	for (size_t i = 0; i < want->into_len; i++)
		want->into[i] = byte_of(g->path, want->offset + i);
	bool short_of_it = g->fault == GIVEN_SHRINKS && want->offset + want->into_len > g->size / 2;
	if (g->fault == GIVEN_CHANGES)
		w->facts[w->open]++;
	if (short_of_it)
		w->open = -1;
	sending_answer(w->s, short_of_it ? STATUS_CHANGED : STATUS_WHOLE);
}

static inline void give(struct transfer_world *w, const struct want *want)
{
	switch (want->kind) {
	case WANT_ENTRY: give_entry(w); break;
	case WANT_FILE:
		assert_int_equal(w->open, -1);
		w->open = find_given(w, want->path);
		if (w->given[w->open].fault == GIVEN_UNREADABLE) {
			w->open = -1;
			sending_answer(w->s, STATUS_UNREADABLE);
		} else {
			sending_facts(w->s, span_of(&w->facts[w->open], 1));
		}
		break;
	case WANT_READ: give_bytes(w, want); break;
	case WANT_FACTS: {
		int file = w->open;
		w->open = -1;
		sending_facts(w->s, span_of(&w->facts[file], 1));
		break;
	}
	case WANT_REPORT:
		note(w->told, sizeof w->told, want->path, "=%u;", want->status);
		sending_answer(w->s, STATUS_WHOLE);
		break;
	case WANT_TELL:
		note(w->told, sizeof w->told, span_text("#"), "%u", want->item);
		note(w->told, sizeof w->told, span_text(""), "=%u;", want->status);
		sending_answer(w->s, STATUS_WHOLE);
		break;
	default: fail_msg("a sender wants %d", (int)want->kind);
	}
}

/* ---- the receiver's disk ---- */

static inline struct kept *find_part(struct transfer_world *w, const char *name, bool make)
{
	struct kept *empty = NULL;
	for (unsigned i = 0; i < PARTS_MAX; i++) {
		if (strcmp(w->parts[i].name, name) == 0)
			return &w->parts[i];
		if (w->parts[i].name[0] == 0 && empty == NULL)
			empty = &w->parts[i];
	}
	if (!make)
		return NULL;
	assert_non_null(empty);
	strcpy(empty->name, name);
	empty->bytes = test_calloc(1, PART_BYTES);
	return empty;
}

static inline void drop_part(struct kept *k)
{
	test_free(k->bytes);
	*k = (struct kept){ .len = 0 };
}

static inline bool is_done(const struct transfer_world *w, struct span path)
{
	char wanted[PARCEL_PATH + 8];
	snprintf(wanted, sizeof wanted, ";%.*s;", (int)path.len, (const char *)path.at);
	return strstr(w->done, wanted) != NULL;
}

static inline void look(struct transfer_world *w, const struct want *want)
{
	const struct kept *k = find_part(w, want->part, false);
	size_t len = k != NULL ? k->len : 0;
	size_t tail = (size_t)min_of(len, PARCEL_GUARDED);
	if (w->look_status != STATUS_WHOLE)
		receiving_answer(w->r, w->look_status);
	else
		receiving_looked(
		    w->r, len, k != NULL ? span_of(k->bytes + len - tail, tail) : span_of(NULL, 0),
		    is_done(w, want->path));
}

static inline enum parcel_status write_part(struct transfer_world *w, const struct want *want)
{
	assert_int_equal(want->offset, w->part->len);
	assert_true(want->offset + want->bytes.len <= want->size);
	if (want->bytes.len > w->room)
		return STATUS_NO_ROOM;
	w->room -= want->bytes.len;
	assert_true(w->part->len + want->bytes.len <= PART_BYTES);
	memcpy(w->part->bytes + w->part->len, want->bytes.at, want->bytes.len);
	w->part->len += want->bytes.len;
	w->written += want->bytes.len;
	return STATUS_WHOLE;
}

static inline void close_part(struct transfer_world *w, const struct want *want)
{
	assert_int_equal(w->part->len, want->size);
	for (uint64_t i = 0; i < want->size; i++) {
		if (w->part->bytes[i] != byte_of(w->where, i))
			fail_msg("%s differs at %llu", w->where, (unsigned long long)i);
	}
	drop_part(w->part);
	w->part = NULL;
	note(w->done, sizeof w->done, want->path, ";", 0);
}

/* An item is whole, and the sender may not know. */
static inline void note_version(struct transfer_world *w, const struct want *want)
{
	assert_true(want->bytes.len == 0 || want->bytes.len == PARCEL_VERSION);
	if (w->noted_len + want->bytes.len > sizeof w->noted || want->bytes.len == 0)
		return;
	memcpy(w->noted + w->noted_len, want->bytes.at, PARCEL_VERSION);
	w->noted_len += PARCEL_VERSION;
}

/* ... now it does. */
static inline void forget_versions(struct transfer_world *w, const struct want *want)
{
	size_t left = 0;
	for (size_t i = 0; i < w->noted_len; i += PARCEL_VERSION) {
		if (offer_lists(want->offer.items, w->noted + i))
			continue;
		memmove(w->noted + left, w->noted + i, PARCEL_VERSION);
		left += PARCEL_VERSION;
	}
	w->noted_len = left;
}

static inline void take(struct transfer_world *w, const struct want *want)
{
	enum parcel_status status = STATUS_WHOLE;
	switch (want->kind) {
	case WANT_DECISION:
		if (w->refuse)
			receiving_refuse(w->r, RESET_REFUSED);
		else
			receiving_accept(w->r, w->room_limit, span_of(w->noted, w->noted_len));
		return;
	case WANT_LOOK: look(w, want); return;
	case WANT_OPEN:
		assert_null(w->part);
		status = w->open_status;
		if (status != STATUS_WHOLE)
			break;
		w->part = find_part(w, want->part, true);
		assert_true(want->offset <= w->part->len);
		w->part->len = (size_t)want->offset;
		snprintf(w->where, sizeof w->where, "%.*s", (int)want->path.len,
		         (const char *)want->path.at);
		break;
	case WANT_WRITE:
		w->owed = want->bytes.len;
		status = write_part(w, want);
		break;
	case WANT_CLOSE:
		close_part(w, want);
		note_version(w, want);
		break;
	case WANT_LEAVE:
		if (want->status == STATUS_CHANGED && w->part != NULL)
			drop_part(w->part);
		w->part = NULL;
		note(w->lost, sizeof w->lost, want->path, "=%u;", want->status);
		break;
	case WANT_FORGET: forget_versions(w, want); break;
	case WANT_FOLDER:
		assert_null(w->part);
		note(w->done, sizeof w->done, want->path, want->status ? "/!;" : "/;", 0);
		if (naming_first(want->path).len < want->path.len || want->status != STATUS_WHOLE)
			break;
		note_version(w, want);
		break;
	default: fail_msg("a receiver wants %d", (int)want->kind);
	}
	receiving_answer(w->r, status);
}

/* ---- both ---- */

static inline size_t chance(struct transfer_world *w, size_t max)
{
	uint8_t v[8] = { 0 }; /* the same on every CPU */
	random_fill(&w->random.random, v, 4);
	return max == 0 ? 0 : (size_t)(load_le64(v) % (max + 1));
}

static inline void append(struct stream *to, struct span bytes)
{
	assert_true(to->len + bytes.len <= STREAM_MAX);
	memcpy(to->bytes + to->len, bytes.at, bytes.len);
	to->len += bytes.len;
}

static inline void consume(struct stream *from, size_t len)
{
	assert_true(len <= from->len);
	memmove(from->bytes, from->bytes + len, from->len - len);
	from->len -= len;
}

static inline void transfer_begin(struct transfer_world *w, const struct given *given,
                                  unsigned count)
{
	static uint8_t key[ANNOUNCED_KEY] = "key", peer[32] = "peer";
	struct offer offer = { .more = 0 };
	static uint8_t list[OFFER_LIST];
	struct writer items = writer_of(list, sizeof list);
	for (unsigned i = 0; i < count; i++) {
		struct offer_item item = { .folder = given[i].folder,
			                   .name = span_text(given[i].path) };
		announced_version(key, span_of(&w->facts[i], 1), item.version);
		if (strchr(given[i].path, '/') == NULL && !offer_add(&items, &item))
			offer.more++;
		offer.files += !given[i].folder;
		offer.folders += given[i].folder;
		offer.bytes += given[i].size;
	}
	offer.items = written(&items);
	w->given = given;
	w->given_count = count;
	w->next = 0;
	w->open = -1;
	w->part = NULL;
	w->owed = 0;
	w->to_receiver.len = w->to_sender.len = 0;
	w->to_receiver.ended = w->to_sender.ended = false;
	w->s = sending_new(key, &offer);
	w->r = receiving_new(peer);
	assert_true(w->s != NULL && w->r != NULL);
}

/* Both programs are gone; what is on the disks stays. */
static inline void transfer_stop(struct transfer_world *w)
{
	sending_free(w->s);
	receiving_free(w->r);
	w->s = NULL;
	w->r = NULL;
}

static inline struct transfer_world *transfer_world(uint64_t seed)
{
	struct transfer_world *w = test_calloc(1, sizeof *w);
	w->random = test_random(seed);
	w->room = UINT64_MAX;
	w->room_limit = UINT64_MAX;
	strcpy(w->done, ";");
	return w;
}

static inline void transfer_world_free(struct transfer_world *w)
{
	transfer_stop(w);
	for (unsigned i = 0; i < PARTS_MAX; i++)
		test_free(w->parts[i].bytes);
	test_free(w);
}

static inline void step_sender(struct transfer_world *w)
{
	struct want want;
	size_t len = chance(w, w->to_sender.len);
	consume(&w->to_sender, sending_input(w->s, span_of(w->to_sender.bytes, len)));
	while (sending_wants(w->s, &want) && chance(w, 7) > 0)
		give(w, &want);
	struct span out = sending_output(w->s);
	size_t room = STREAM_MAX - w->to_receiver.len;
	len = chance(w, out.len < room ? out.len : room);
	append(&w->to_receiver, span_of(out.at, len));
	sending_sent(w->s, len);
	w->to_receiver.ended = sending_said_all(w->s);
	if (w->to_sender.ended && w->to_sender.len == 0)
		sending_ended(w->s);
}

static inline void step_receiver(struct transfer_world *w)
{
	struct want want;
	uint8_t code;
	/* what was written is still to be taken */
	size_t len = w->owed + chance(w, w->to_receiver.len - w->owed);
	size_t taken = 0;
	if (!receiving_wants(w->r, &want)) {
		taken = receiving_input(w->r, span_of(w->to_receiver.bytes, len));
		w->owed = 0;
	}
	while (receiving_wants(w->r, &want) && (want.kind == WANT_WRITE || chance(w, 7) > 0))
		take(w, &want);
	consume(&w->to_receiver, taken);
	struct span out = receiving_output(w->r);
	len = chance(w, out.len);
	append(&w->to_sender, span_of(out.at, len));
	receiving_sent(w->r, len);
	if (w->to_receiver.ended && w->to_receiver.len == 0)
		receiving_ended(w->r);
	w->to_sender.ended = receiving_state(w->r, &code) == FILES_FINISHED;
}

/* False: neither side got any further in many turns. */
static inline bool transfer_turn(struct transfer_world *w)
{
	uint8_t code;
	step_sender(w);
	step_receiver(w);
	return sending_state(w->s, &code) == FILES_RUNNING &&
	       receiving_state(w->r, &code) != FILES_RESET;
}

/* Until it is over; fails if it is not, after so many turns. */
static inline void transfer_run(struct transfer_world *w)
{
	for (unsigned turns = 0; transfer_turn(w); turns++) {
		if (turns > 200000)
			fail_msg("it hangs");
	}
}

static inline void assert_finished(struct transfer_world *w)
{
	uint8_t code = RESET_BROKEN_OFF;
	assert_int_equal(sending_state(w->s, &code), FILES_FINISHED);
	assert_int_equal(receiving_state(w->r, &code), FILES_FINISHED);
}
