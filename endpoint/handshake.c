#include "endpoint/handshake.h"

#include <string.h>

#include "base/min_max.h"
#include "session/mtu.h"

#define REPEAT_FIRST_US (250 * MS)
#define REPEAT_MAX_US   (2 * SECOND)

/* Perhaps the path carries no large packets: from then on a message leaves in small ones. */
enum { LARGE_TIMES = 2, FRAGMENT_SMALL = MTU_MIN - HANDSHAKE_HEADER };

/* ---- packets ---- */

enum err handshake_read(struct span packet, struct fragment *f)
{
	struct reader r = reader_of(packet);

	if (read_u8(&r) != PACKET_HANDSHAKE)
		return ERR_FORMAT;
	f->version = read_u8(&r);
	f->suite = read_u8(&r);
	read_bytes(&r, f->id, sizeof f->id);
	if (f->version != PROTOCOL_VERSION)
		return r.bad ? ERR_FORMAT : OK;
	f->number = read_u8(&r);
	f->total = read_be16(&r);
	f->offset = read_be16(&r);
	f->tag = NULL;
	size_t tag = f->number == 0 && f->total > FRAGMENT_MAX ? KEYING_TAG : 0;
	f->bytes = read_span(&r, r.left > tag ? r.left - tag : 0);
	if (tag > 0)
		f->tag = read_span(&r, tag).at;
	if (!read_end(&r) || f->bytes.len == 0 || f->total > LIMIT_HANDSHAKE)
		return ERR_FORMAT;
	return f->offset + f->bytes.len <= f->total ? OK : ERR_FORMAT;
}

enum err handshake_read_refusal(struct span packet, struct refusal *refusal)
{
	struct reader r = reader_of(packet);

	if (read_u8(&r) != PACKET_REFUSE)
		return ERR_FORMAT;
	refusal->version = read_u8(&r);
	refusal->suite = read_u8(&r);
	read_bytes(&r, refusal->id, sizeof refusal->id);
	refusal->reason = (enum refuse_reason)read_u8(&r);
	return r.bad ? ERR_FORMAT : OK;
}

static void write_header(const struct fragment *f, struct writer *packet)
{
	write_u8(packet, PACKET_HANDSHAKE);
	write_u8(packet, f->version);
	write_u8(packet, f->suite);
	write_span(packet, span_of(f->id, sizeof f->id));
	write_u8(packet, f->number);
	write_be16(packet, f->total);
	write_be16(packet, f->offset);
}

void handshake_write(const struct fragment *f, struct writer *packet)
{
	write_header(f, packet);
	write_span(packet, f->bytes);
	write_span(packet, span_of(f->tag, f->tag != NULL ? KEYING_TAG : 0));
}

void handshake_write_refusal(const struct refusal *refusal, struct writer *packet)
{
	write_u8(packet, PACKET_REFUSE);
	write_u8(packet, refusal->version);
	write_u8(packet, refusal->suite);
	write_span(packet, span_of(refusal->id, sizeof refusal->id));
	write_u8(packet, (uint8_t)refusal->reason);
}

bool handshake_is_whole(const struct fragment *f)
{
	return f->offset == 0 && f->bytes.len == f->total;
}

bool handshake_pairs(const struct fragment *first)
{
	return first->tag == NULL && keying_is_pairing(first->bytes);
}

/* ---- life ---- */

bool handshake_init(struct handshake *h, const struct keying_config *config,
                    const uint8_t id[static CONNECTION_ID], const struct route *route, uint64_t now)
{
	h->initiator = config->initiator;
	h->suite = (uint8_t)config->suite->suite;
	h->keying = keying_new(config);
	memcpy(h->id, id, sizeof h->id);
	h->route = *route;
	h->in_number = h->initiator ? 1 : 0;
	h->in_have = ranges_of(h->in_have_at, sizeof h->in_have_at / sizeof h->in_have_at[0]);
	h->repeat_at = NEVER;
	h->progress_at = now;
	return h->keying != NULL;
}

void handshake_end(struct handshake *h)
{
	uint8_t id[CONNECTION_ID];

	memcpy(id, h->id, sizeof id);
	keying_free(h->keying);
	bytes_wipe(h, sizeof *h);
	memcpy(h->id, id, sizeof id);
	h->repeat_at = NEVER;
}

struct encryptor *handshake_take(struct handshake *h)
{
	h->taken = true;
	return keying_take(h->keying);
}

bool handshake_is_answered(const struct handshake *h)
{
	return h->out_number > 0 || h->in_total > 0;
}

/* ---- messages ---- */

/* Gives a whole message (none at the start) to the key agreement and queues its answer. */
static enum err step_with(struct handshake *h, struct span in, unsigned out_number, uint64_t now)
{
	uint8_t bytes[LIMIT_HANDSHAKE];
	struct writer w = writer_of(bytes, sizeof bytes);
	enum err err = keying_handshake(h->keying, in, &w);

	if (err == OK) {
		h->progress_at = now;
		h->out_len = w.len;
		memcpy(h->out, bytes, w.len);
		h->out_number = out_number;
		h->out_times = 0;
		h->out_at = 0;
		h->out_due = w.len > 0;
		h->repeat_us = REPEAT_FIRST_US;
		h->repeat_at = NEVER;
	}
	bytes_wipe(bytes, sizeof bytes);
	return err;
}

enum err handshake_start(struct handshake *h, uint64_t now)
{
	return step_with(h, span_of(NULL, 0), 0, now);
}

void handshake_wait(struct handshake *h, uint64_t until)
{
	h->out_due = false;
	h->repeat_at = h->waits_until = until;
	h->repeat_us = REPEAT_FIRST_US;
}

static void repeat(struct handshake *h)
{
	h->out_at = 0;
	h->out_due = h->out_len > 0;
}

void handshake_route_down(struct handshake *h, const struct route *route)
{
	if (route_takes(route, &h->route))
		h->route.kind = NULL;
}

void handshake_route_up(struct handshake *h, const struct route *route, uint64_t now)
{
	if (h->route.kind != NULL)
		return;
	h->route = *route;
	h->repeat_us = REPEAT_FIRST_US;
	h->repeat_at = now;
}

/* ---- fragments ---- */

/* It has the same length as those before, and the same bytes where they overlap. */
static bool agrees(const struct handshake *h, const struct fragment *f)
{
	if (h->in_total != 0 && h->in_total != f->total)
		return false;
	for (size_t i = 0; i < h->in_have.count; i++) {
		size_t from = (size_t)max_of(h->in_have.at[i].from, f->offset);
		size_t to = (size_t)min_of(h->in_have.at[i].to, f->offset + f->bytes.len);

		if (from < to &&
		    memcmp(h->in + from, f->bytes.at + (from - f->offset), to - from) != 0)
			return false;
	}
	return true;
}

/* Responder: whether a piece of message 0 may be looked at, which has a tag if the message is
 * split, and else is all of it. */
static bool is_first(const struct handshake *h, const struct fragment *f)
{
	uint8_t bytes[HANDSHAKE_HEADER];
	struct writer header = writer_of(bytes, sizeof bytes);

	if (f->tag == NULL)
		return handshake_is_whole(f);
	write_header(f, &header);
	return f->total == keying_split(h->keying) &&
	       keying_tag_fits(h->keying, written(&header), f->bytes, f->tag);
}

/* Takes the fragment; true: the message is whole. */
static bool collect(struct handshake *h, const struct fragment *f)
{
	if (!ranges_add(&h->in_have, f->offset, f->offset + f->bytes.len))
		return false;
	h->in_total = f->total;
	h->small |= f->bytes.len <= FRAGMENT_SMALL && f->offset + f->bytes.len < f->total;
	memcpy(h->in + f->offset, f->bytes.at, f->bytes.len);
	return ranges_have_all(&h->in_have, 0, h->in_total);
}

enum err handshake_fragment(struct handshake *h, const struct route *from, const struct fragment *f,
                            enum handshake_step *step, uint64_t now)
{
	*step = HANDSHAKE_STAYS;
	if (h->keying == NULL || f->version != PROTOCOL_VERSION || f->suite != h->suite)
		return OK;
	if (f->number == 0 && !h->initiator) {
		bool begun = h->in_number > 0 || h->in_total > 0;
		if ((begun && h->split != (f->tag != NULL)) || !is_first(h, f))
			return begun || f->tag == NULL ? OK : ERR_AUTH;
		h->split = f->tag != NULL;
	}
	if (f->number + 2U == h->in_number && !h->initiator && f->offset == 0) {
		if (h->out_len == 0)
			*step = HANDSHAKE_UNSEEN;
		h->route = *from;
		repeat(h);
		return OK;
	}
	if (h->taken || f->number != h->in_number)
		return OK;
	if (!agrees(h, f))
		return ERR_EXISTS;
	if (!collect(h, f))
		return OK;
	size_t total = h->in_total;
	h->in_total = 0;
	ranges_remove_below(&h->in_have, UINT64_MAX);
	h->in_number += 2;
	h->route = *from;
	*step = HANDSHAKE_ON;
	return step_with(h, span_of(h->in, total), f->number + 1U, now);
}

size_t handshake_output(struct handshake *h, uint8_t *packet, uint64_t now)
{
	if (h->route.kind == NULL)
		return 0;
	if (now >= h->repeat_at) {
		repeat(h);
		h->repeat_at = NEVER;
	}
	if (!h->out_due)
		return 0;
	struct writer w = writer_of(packet, LIMIT_PACKET);
	struct fragment f = { .version = PROTOCOL_VERSION,
		              .suite = h->suite,
		              .number = (uint8_t)h->out_number,
		              .total = (uint16_t)h->out_len,
		              .offset = (uint16_t)h->out_at };
	memcpy(f.id, h->id, sizeof f.id);
	bool split = h->out_number == 0 && h->out_len > FRAGMENT_MAX;
	size_t max = h->small ? FRAGMENT_SMALL : FRAGMENT_MAX;
	max -= split ? KEYING_TAG : 0;
	f.bytes = span_of(h->out + h->out_at, min_of(h->out_len - h->out_at, max));
	uint8_t tag[KEYING_TAG];
	if (split) {
		write_header(&f, &w);
		keying_tag(h->keying, written(&w), f.bytes, tag);
		w = writer_of(packet, LIMIT_PACKET);
		f.tag = tag;
	}
	handshake_write(&f, &w);
	h->out_at += f.bytes.len;
	if (h->out_at < h->out_len)
		return w.len;
	h->out_due = false;
	h->small |= ++h->out_times >= LARGE_TIMES;
	if (h->initiator) {
		h->repeat_at = now + h->repeat_us;
		h->repeat_us = min_of(2 * h->repeat_us, REPEAT_MAX_US);
	}
	return w.len;
}

uint64_t handshake_deadline(const struct handshake *h)
{
	if (h->route.kind == NULL)
		return NEVER;
	return h->out_due ? 0 : h->repeat_at;
}
