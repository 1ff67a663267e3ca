/* fuzz: what a peer says in a transfer of files. The first byte of the input decides which side it
 * talks to, and how the disk answers; the rest are the bytes of the stream, cut as the second byte
 * says. A receiver asks the disk for nothing outside its folder, for no more than was accepted, and
 * writes each file from front to back; a sender reads what it announced, and nothing beyond.
 * runs: 10000
 */
#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "files/receiving.h"
#include "files/sending.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { ROOM = 1 << 21, GIVEN = 300, GIVEN_SIZE = 70000 };

struct fuzz {
	uint8_t answers; /* every so many times, the disk refuses */
	unsigned asked;
	/* a receiver's disk */
	bool open;
	uint64_t at, size, taken, looked;
	/* a sender's */
	unsigned given;
	bool reading;
};

static enum parcel_status answer(struct fuzz *f)
{
	static const uint8_t statuses[] = { STATUS_NO_ROOM, STATUS_UNWRITABLE, STATUS_NAME,
		                            STATUS_BUSY };
	f->asked++;
	if (f->answers == 0 || f->asked % f->answers != 0)
		return STATUS_WHOLE;
	return (enum parcel_status)statuses[f->asked / f->answers % sizeof statuses];
}

static void check_path(const struct want *want)
{
	struct span path = want->path;
	unsigned depth = 0;
	assert(path.len > 0 && path.len <= PARCEL_PATH);
	while (path.len > 0) {
		struct span name = naming_first(path);
		assert(name.len > 0 && name.len <= PARCEL_NAME);
		assert(!span_is(name, ".") && !span_is(name, ".."));
		for (size_t i = 0; i < name.len; i++)
			assert(name.at[i] >= 0x20 && name.at[i] != 0x7f);
		assert(depth++ > 0 || (name.at[0] != '.' && name.at[0] != '-'));
		assert(name.len == path.len || path.at[path.len - 1] != '/');
		path = span_after(path, name.len == path.len ? name.len : name.len + 1);
	}
	assert(depth <= PARCEL_DEPTH);
}

static void look(struct fuzz *f, struct receiving *r, const struct want *want)
{
	static const uint8_t tail[PARCEL_GUARDED];
	enum parcel_status status = answer(f);
	f->looked++;
	f->taken += want->size;
	assert(f->looked * ANNOUNCED_EACH + f->taken <= ROOM);
	if (status != STATUS_WHOLE) {
		receiving_answer(r, status);
		return;
	}
	uint64_t offset = f->asked % 3 == 0 ? want->size / 2 : 0;
	receiving_looked(r, offset, span_of(tail, (size_t)min_of(offset, sizeof tail)),
	                 f->asked % 11 == 0);
}

static void take(struct fuzz *f, struct receiving *r, const struct want *want)
{
	enum parcel_status status = answer(f);
	if (want->kind == WANT_DECISION) {
		struct span items = want->offer.items;
		struct offer_item item;
		while (offer_item(&items, &item))
			;
		assert(items.len == 0);
		receiving_accept(r, ROOM, span_of(want->offer.items.at, 0));
		return;
	}
	if (want->kind == WANT_FORGET)
		assert(!f->open);
	else
		check_path(want);
	switch (want->kind) {
	case WANT_LOOK: look(f, r, want); return;
	case WANT_OPEN:
		assert(!f->open && want->offset <= want->size);
		f->open = status == STATUS_WHOLE;
		f->at = want->offset;
		f->size = want->size;
		break;
	case WANT_WRITE:
		assert(f->open && want->offset == f->at && want->bytes.len > 0);
		f->at += want->bytes.len;
		assert(f->at <= f->size);
		break;
	case WANT_CLOSE: assert(f->open && f->at == f->size); break;
	case WANT_LEAVE:
		f->open = false;
		status = STATUS_WHOLE;
		break;
	case WANT_FOLDER: assert(!f->open); break;
	default: status = STATUS_WHOLE;
	}
	if (want->kind == WANT_CLOSE && status == STATUS_WHOLE)
		f->open = false;
	receiving_answer(r, status);
}

static void receive(struct fuzz *f, struct span in, size_t cut)
{
	static const uint8_t peer[32];
	struct receiving *r = receiving_new(peer);
	uint8_t code;
	struct want want;
	size_t owed = 0;
	assert(r != NULL);
	for (unsigned still = 0; still < 3; still++) {
		size_t n = (size_t)min_of(in.len, owed + cut);
		size_t taken = receiving_input(r, span_of(in.at, n));
		assert(taken <= n);
		owed = 0;
		while (receiving_wants(r, &want)) {
			if (want.kind == WANT_WRITE)
				owed = want.bytes.len;
			take(f, r, &want);
		}
		in = span_after(in, taken);
		receiving_sent(r, receiving_output(r).len);
		if (taken > 0 || owed > 0)
			still = 0;
		if (in.len == 0)
			receiving_ended(r);
	}
	if (in.len == 0)
		assert(receiving_state(r, &code) != FILES_RUNNING);
	receiving_free(r);
}

/* ---- the other side ---- */

static void give_entry(struct fuzz *f, struct sending *s)
{
	static const char *const paths[] = { "file", "d/a", "d/b", "d" };
	unsigned n = f->given++ % 4;
	if (f->given > GIVEN) {
		sending_all(s);
		return;
	}
	struct announcement a = { .folder = n == 3,
		                  .size = n == 3 ? 0 : GIVEN_SIZE * n,
		                  .path = span_text(paths[n]) };
	sending_announce(s, a, span_text("facts"), f->given - 1);
}

static void give(struct fuzz *f, struct sending *s, const struct want *want)
{
	enum parcel_status status = answer(f) == STATUS_WHOLE ? STATUS_WHOLE : STATUS_UNREADABLE;
	switch (want->kind) {
	case WANT_ENTRY: give_entry(f, s); return;
	case WANT_FILE:
	case WANT_FACTS:
		assert(f->reading == (want->kind == WANT_FACTS) && want->item < f->given);
		f->reading = want->kind == WANT_FILE && status == STATUS_WHOLE;
		if (status == STATUS_WHOLE) {
			sending_facts(s, span_text(f->asked % 7 == 0 ? "other" : "facts"));
			return;
		}
		break;
	case WANT_READ:
		assert(f->reading && want->into_len > 0 && want->into_len <= PARCEL_DATA_MAX);
		assert(want->offset + want->into_len <= want->size);
		memset(want->into, 'x', want->into_len);
		f->reading = status == STATUS_WHOLE;
		break;
	default: status = STATUS_WHOLE;
	}
	sending_answer(s, status);
}

static void send(struct fuzz *f, struct span in, size_t cut)
{
	static const uint8_t key[ANNOUNCED_KEY];
	static const struct offer offer = { .files = 3, .bytes = 300000 };
	struct sending *s = sending_new(key, &offer);
	uint8_t code;
	struct want want;
	assert(s != NULL);
	for (unsigned still = 0; still < 3; still++) {
		size_t taken = sending_input(s, span_of(in.at, (size_t)min_of(in.len, cut)));
		in = span_after(in, taken);
		while (sending_wants(s, &want)) {
			give(f, s, &want);
			sending_sent(s, sending_output(s).len);
		}
		sending_sent(s, sending_output(s).len);
		if (taken > 0)
			still = 0;
	}
	sending_ended(s);
	assert(sending_state(s, &code) != FILES_RUNNING);
	sending_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct fuzz f = { .open = false };
	if (len < 2)
		return 0;
	f.answers = data[0] >> 1;
	size_t cut = data[1] == 0 ? len : data[1];
	struct span in = span_of(data + 2, len - 2);
	if ((data[0] & 1) != 0)
		send(&f, in, cut);
	else
		receive(&f, in, cut);
	return 0;
}
