/* handshake: fragments, repeats and de-duplication of a key agreement's messages. docs/PROTOCOL.md section 3. */
#include "endpoint/handshake.h"

#include <stdlib.h>
#include <string.h>

#include "base/min_max.h"

#define REPEAT_FIRST_US (250 * MS)
#define REPEAT_MAX_US   (2 * SECOND)

enum err fragment_read(struct span packet, struct fragment *f)
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
	f->bytes = read_span(&r, r.left);
	if (!read_end(&r) || f->bytes.len == 0 || f->total > LIMIT_HANDSHAKE)
		return ERR_FORMAT;
	return f->offset + f->bytes.len <= f->total ? OK : ERR_FORMAT;
}

struct handshake *handshake_new(struct keying *keying, bool initiator, uint8_t suite,
                                const uint8_t id[static CONNECTION_ID], const struct route *route,
                                uint64_t now)
{
	struct handshake *h = calloc(1, sizeof *h);

	if (h == NULL) {
		keying_free(keying);
		return NULL;
	}
	h->initiator = initiator;
	h->suite = suite;
	h->keying = keying;
	memcpy(h->id, id, sizeof h->id);
	h->route = *route;
	h->in_number = initiator ? 1 : 0;
	h->in_have = ranges_of(h->in_have_at, sizeof h->in_have_at / sizeof h->in_have_at[0]);
	h->repeat_at = NEVER;
	h->progress_at = now;
	return h;
}

void handshake_free(struct handshake *h)
{
	if (h == NULL)
		return;
	keying_free(h->keying);
	bytes_wipe(h, sizeof *h);
	free(h);
}

/* Gives a whole message (empty at the start) to the key agreement and queues its answer. */
static enum err step(struct handshake *h, struct span in, unsigned out_number, uint64_t now)
{
	uint8_t bytes[LIMIT_HANDSHAKE];
	struct writer w = writer_of(bytes, sizeof bytes);
	enum err err = keying_handshake(h->keying, in, &w);

	if (err == OK) {
		h->progress_at = now;
		h->out_len = w.len;
		memcpy(h->out, bytes, w.len);
		h->out_number = out_number;
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
	return step(h, span_of(NULL, 0), 0, now);
}

void handshake_wait(struct handshake *h, uint64_t until)
{
	h->out_due = false;
	h->repeat_at = until;
}

static void repeat(struct handshake *h)
{
	h->out_at = 0;
	h->out_due = h->out_len > 0;
}

/* Bytes that came before are the same ones. */
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

/* Takes the fragment; true: the message is whole. */
static bool collect(struct handshake *h, const struct fragment *f)
{
	if (!ranges_add(&h->in_have, f->offset, f->offset + f->bytes.len))
		return false;
	h->in_total = f->total;
	memcpy(h->in + f->offset, f->bytes.at, f->bytes.len);
	return ranges_have_all(&h->in_have, 0, h->in_total);
}

bool fragment_is_whole(const struct fragment *f)
{
	return f->offset == 0 && f->bytes.len == f->total;
}

enum err handshake_fragment(struct handshake *h, const struct route *from, const struct fragment *f,
                            bool *again, uint64_t now)
{
	*again = false;
	if (f->suite != h->suite)
		return OK;
	if (f->number + 2U == h->in_number && !h->initiator && f->offset == 0) {
		*again = h->out_len == 0;
		h->route = *from;
		repeat(h);
		return OK;
	}
	if (f->number != h->in_number || (f->number == 0 && !fragment_is_whole(f)))
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
	return step(h, span_of(h->in, total), f->number + 1U, now);
}

size_t handshake_output(struct handshake *h, uint8_t *packet, uint64_t now)
{
	if (now >= h->repeat_at) {
		repeat(h);
		h->repeat_at = NEVER;
	}
	if (!h->out_due)
		return 0;
	size_t left = h->out_len - h->out_at;
	size_t len = left < HANDSHAKE_FRAGMENT ? left : HANDSHAKE_FRAGMENT;
	struct writer w = writer_of(packet, LIMIT_PACKET);

	write_u8(&w, PACKET_HANDSHAKE);
	write_u8(&w, PROTOCOL_VERSION);
	write_u8(&w, h->suite);
	write_span(&w, span_of(h->id, sizeof h->id));
	write_u8(&w, (uint8_t)h->out_number);
	write_be16(&w, (uint16_t)h->out_len);
	write_be16(&w, (uint16_t)h->out_at);
	write_span(&w, span_of(h->out + h->out_at, len));
	h->out_at += len;
	if (h->out_at == h->out_len) {
		h->out_due = false;
		if (h->initiator) {
			h->repeat_at = now + h->repeat_us;
			h->repeat_us =
			    2 * h->repeat_us < REPEAT_MAX_US ? 2 * h->repeat_us : REPEAT_MAX_US;
		}
	}
	return w.len;
}

uint64_t handshake_deadline(const struct handshake *h)
{
	return h->out_due ? 0 : h->repeat_at;
}
