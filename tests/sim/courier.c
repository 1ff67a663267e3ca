/* courier: see courier.h. */
#include "courier.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

enum { WANTS_AT_ONCE = 16 };

static uint8_t byte_of(const struct courier *c, unsigned file, uint64_t at)
{
	return (uint8_t)(at * 31 + at / 253 + file * 7 + c->whose * 13);
}

static void fill(const struct courier *c, unsigned file, uint64_t from, uint8_t *to, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = byte_of(c, file, from + i);
}

void courier_stop(struct courier *c)
{
	sending_free(c->s);
	receiving_free(c->r);
	c->s = NULL;
	c->r = NULL;
	c->stream = 0;
}

/* ---- giving ---- */

static struct span facts_of(const struct courier *c)
{
	return span_of((const uint8_t *)&c->next, sizeof c->next);
}

static const uint8_t mac_key[ANNOUNCED_KEY] = "of whoever gives";

void courier_give(struct courier *c, struct session *s)
{
	static const uint8_t kind = OPENED_FOR_FILES;
	uint8_t list[OFFER_LIST];
	struct writer items = writer_of(list, sizeof list);
	char name[16];

	if (c->sizes[c->next] == 0 || c->stream != 0 || (c->stream = session_open(s)) == 0)
		return;
	snprintf(name, sizeof name, "file %u", c->next);
	struct offer_item item = { .files = 1,
		                   .bytes = c->sizes[c->next],
		                   .name = span_text(name) };
	announced_version(mac_key, facts_of(c), item.version);
	bool added = offer_add(&items, &item);
	assert(added);
	struct offer offer = { .files = 1, .bytes = item.bytes, .items = written(&items) };
	c->s = sending_new(mac_key, &offer);
	assert(c->s != NULL);
	c->announced = false;
	(void)session_write(s, c->stream, span_of(&kind, 1));
}

static void announce(struct courier *c)
{
	char name[16];

	if (c->announced) {
		sending_all(c->s);
		return;
	}
	snprintf(name, sizeof name, "file %u", c->next);
	sending_announce(c->s,
	                 (struct announcement){
			     .size = c->sizes[c->next], .mtime_ms = 1000, .path = span_text(name) },
	                 facts_of(c), 0);
	c->announced = true;
}

static void give(struct courier *c, const struct want *want)
{
	switch (want->kind) {
	case WANT_ENTRY: announce(c); break;
	case WANT_FILE:
	case WANT_FACTS: sending_facts(c->s, facts_of(c)); break;
	case WANT_READ:
		fill(c, c->next, want->offset, want->into, want->into_len);
		sending_answer(c->s, STATUS_WHOLE);
		break;
	default:
		c->wrong |= want->status != STATUS_WHOLE;
		sending_answer(c->s, STATUS_WHOLE);
		break;
	}
}

static bool step_giver(struct courier *c, struct session *s)
{
	struct want want;
	struct span in = session_read(s, c->stream);
	bool more = in.len > 0;

	if (more)
		session_consume(s, c->stream, sending_input(c->s, in));
	for (unsigned i = 0; i < WANTS_AT_ONCE; i++) {
		bool wants = sending_wants(c->s, &want);
		if (wants)
			give(c, &want);
		struct span out = sending_output(c->s);
		size_t taken = out.len > 0 ? session_write(s, c->stream, out) : 0;
		sending_sent(c->s, taken);
		more |= wants || taken > 0;
		if (!wants && taken == 0)
			break;
	}
	if (sending_said_all(c->s))
		session_finish(s, c->stream);
	if (session_ended(s, c->stream))
		sending_ended(c->s);
	return more;
}

/* ---- taking ---- */

void courier_take(struct courier *c, struct session *s, unsigned stream)
{
	uint8_t peer[32] = { (uint8_t)c->whose };

	assert(c->stream == 0);
	c->wrong |=
	    session_read(s, stream).len == 0 || *session_read(s, stream).at != OPENED_FOR_FILES;
	session_consume(s, stream, 1);
	c->stream = stream;
	c->r = receiving_new(peer);
	assert(c->r != NULL);
}

static void look(struct courier *c, unsigned file)
{
	static uint8_t tail[PARCEL_GUARDED];
	uint64_t have = c->have[file];
	size_t len = have < sizeof tail ? (size_t)have : sizeof tail;

	fill(c, file, have - len, tail, len);
	receiving_looked(c->r, have, span_of(tail, len), c->whole[file] > 0);
}

static void write_down(struct courier *c, unsigned file, const struct want *want)
{
	c->wrong |= want->offset != c->have[file];
	for (size_t i = 0; i < want->bytes.len; i++)
		c->wrong |= want->bytes.at[i] != byte_of(c, file, want->offset + i);
	c->have[file] += want->bytes.len;
}

static void take(struct courier *c, const struct want *want)
{
	unsigned file = want->path.len > 0 ? want->path.at[want->path.len - 1] - (unsigned)'0' : 0;

	assert(file < COURIER_FILES);
	switch (want->kind) {
	case WANT_DECISION: receiving_accept(c->r, UINT64_MAX, span_of(NULL, 0)); return;
	case WANT_LOOK: look(c, file); return;
	case WANT_OPEN:
		c->wrong |= want->offset > c->have[file];
		c->have[file] = want->offset;
		break;
	case WANT_WRITE: write_down(c, file, want); break;
	case WANT_CLOSE:
		c->wrong |= c->have[file] != want->size;
		c->whole[file]++;
		break;
	case WANT_LEAVE: c->wrong |= want->status == STATUS_CHANGED; break;
	default: break;
	}
	receiving_answer(c->r, STATUS_WHOLE);
}

static bool step_taker(struct courier *c, struct session *s)
{
	struct want want;
	bool more = true;

	for (unsigned i = 0; i < WANTS_AT_ONCE && more; i++) {
		size_t consumed = receiving_input(c->r, session_read(s, c->stream));
		more = consumed > 0;
		if (session_ended(s, c->stream))
			receiving_ended(c->r);
		if (receiving_wants(c->r, &want)) {
			more = true;
			take(c, &want);
		}
		if (consumed > 0)
			session_consume(s, c->stream, consumed);
		struct span out = receiving_output(c->r);
		size_t taken = out.len > 0 ? session_write(s, c->stream, out) : 0;
		receiving_sent(c->r, taken);
		more |= taken > 0;
	}
	return more;
}

/* ---- both ---- */

bool courier_step(struct courier *c, struct session *s)
{
	uint8_t code;

	if (c->stream == 0)
		return false;
	bool reset = session_is_reset(s, c->stream, &code), gives = c->s != NULL;
	bool more = !reset && (gives ? step_giver(c, s) : step_taker(c, s));
	enum files_state state = gives ? sending_state(c->s, &code) : receiving_state(c->r, &code);

	if (!reset && state == FILES_RUNNING)
		return more;
	c->wrong |= reset || state == FILES_RESET; /* nobody breaks it off */
	if (!reset)
		session_finish(s, c->stream);
	session_release(s, c->stream);
	c->next += gives && !reset;
	courier_stop(c);
	return false;
}
