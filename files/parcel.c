#include "files/parcel.h"

#include "base/min_max.h"
#include "crypto/sha256.h"

/* Such a record is put together first; DATA, and what a later version sends, is passed on, or by,
 * in pieces. */
static bool is_whole(uint8_t type)
{
	return (type >= PARCEL_OFFER && type <= PARCEL_END && type != PARCEL_DATA) ||
	       (type >= PARCEL_ACCEPT && type <= PARCEL_DONE);
}

static size_t header_of(const struct parcels *k)
{
	return ((size_t)1 << (k->bytes[0] >> 6)) + 1;
}

static size_t body_of(const struct parcels *k, uint8_t *type)
{
	struct reader r = reader_of(span_of(k->bytes, header_of(k)));
	size_t len = (size_t)read_varint(&r);
	*type = read_u8(&r);
	return r.bad ? 0 : len - 1;
}

/* How many bytes it takes to know more; 0: it is no record. */
static size_t wanted(const struct parcels *k)
{
	uint8_t type;
	if (k->len == 0)
		return 1;
	if (k->bytes[0] == 0) /* of no bytes: not even a type */
		return 0;
	size_t header = header_of(k);
	if (header > PARCEL_HEADER || k->len < header)
		return header > PARCEL_HEADER ? 0 : header;
	struct reader r = reader_of(span_of(k->bytes, header));
	size_t body = body_of(k, &type);
	if ((read_varint(&r), r.bad) ||
	    body > (type == PARCEL_DATA ? PARCEL_DATA_MAX : PARCEL_BODY))
		return 0;
	return is_whole(type) ? header + body : header;
}

/* Appends from *in until there are want bytes; false: there are not. */
static bool gather(struct parcels *k, struct span *in, size_t want)
{
	size_t n = (size_t)min_of(want - k->len, in->len);
	if (n > 0)
		memcpy(k->bytes + k->len, in->at, n);
	k->len += n;
	*in = span_after(*in, n);
	return k->len == want;
}

static void pass(struct parcels *k, struct span *in, struct parcel *p)
{
	size_t n = (size_t)min_of(k->passing, in->len);
	*p = (struct parcel){ PARCEL_DATA, span_of(in->at, n) };
	*in = span_after(*in, n);
	k->passing -= n;
}

/* One record, or a piece. ERR_FULL: as for parcel_take; or something was passed by. */
static enum err take(struct parcels *k, struct span *in, struct parcel *p)
{
	size_t want;
	if (k->passing > 0) {
		pass(k, in, p);
		return k->data && p->body.len > 0 ? OK : ERR_FULL;
	}
	/*@ loop invariant is_parcels(k) && is_span(in);
	    loop invariant \base_addr(in->at) == \at(\base_addr(in->at), Pre);
	    loop assigns want, k->len, k->bytes[0 .. sizeof(k->bytes) - 1], *in;
	    loop variant sizeof(k->bytes) - k->len; */
	while ((want = wanted(k)) > k->len)
		if (!gather(k, in, want))
			return ERR_FULL;
	if (want == 0)
		return ERR_FORMAT;
	size_t body = body_of(k, &p->type);
	p->body = span_of(k->bytes + header_of(k), body);
	k->lent = is_whole(p->type);
	if (k->lent)
		return OK;
	k->data = p->type == PARCEL_DATA;
	k->passing = body;
	k->len = 0;
	return ERR_FULL;
}

enum err parcel_take(struct parcels *k, struct span *in, struct parcel *p)
{
	enum err err;
	if (k->lent)
		k->len = 0;
	k->lent = false;
	/*@ loop invariant is_parcels(k) && is_span(in);
	    loop invariant \base_addr(in->at) == \at(\base_addr(in->at), Pre);
	    loop assigns err, *k, *in, *p; */
	do
		err = take(k, in, p);
	while (err == ERR_FULL && in->len > 0);
	return err;
}

bool parcel_between(const struct parcels *k)
{
	return k->passing == 0 && (k->len == 0 || k->lent);
}

void parcel_write_header(struct writer *w, enum parcel_type type, size_t len)
{
	write_varint(w, 1 + len);
	write_u8(w, (uint8_t)type);
}

void parcel_write(struct writer *w, enum parcel_type type, struct span body)
{
	parcel_write_header(w, type, body.len);
	write_span(w, body);
}

void parcel_guard(struct span tail, uint8_t guard[static PARCEL_GUARD])
{
	sha256(PARTS(tail), guard);
}
