#include "chat/record.h"

#include <string.h>

#include "base/assert.h"

enum { STEP = 1024 };

_Static_assert(RECORD_LENGTH + 1 + 8 + 4 + LIMIT_TEXT <= LIMIT_RECORD,
               "the longest text fits into a record");
_Static_assert(RECORD_LENGTH + 1 + 8 <= RECORD_MIN, "a number fits into the smallest");
_Static_assert(LIMIT_RECORD % STEP == 0, "the longest is a size that is read");

static size_t padded(size_t len)
{
	if (len <= RECORD_MIN)
		return RECORD_MIN;
	if (len <= 256)
		return 256;
	return (len + STEP - 1) / STEP * STEP;
}

size_t record_size(const uint8_t length[static RECORD_LENGTH])
{
	size_t size = (size_t)load_be16(length) + RECORD_LENGTH;
	return size <= LIMIT_RECORD && padded(size) == size ? size : 0;
}

static bool has_text(uint8_t type)
{
	return type == RECORD_TEXT || type >= RECORD_TEXT_PART;
}

size_t record_write(const struct record *r, uint8_t out[static LIMIT_RECORD])
{
	struct writer w = writer_of(out, LIMIT_RECORD);
	write_be16(&w, 0);
	write_u8(&w, r->type);
	write_varint(&w, r->number);
	if (has_text(r->type)) {
		assert(r->text.len <= LIMIT_TEXT);
		write_varint(&w, r->text.len);
		write_span(&w, r->text);
	}
	write_zeroes(&w, padded(w.len) - w.len);
	assert(!w.full);
	store_be16(out, (uint16_t)(w.len - RECORD_LENGTH));
	return w.len;
}

enum err record_read(struct span whole, struct record *r)
{
	struct reader in = reader_of(whole);
	struct record got = { 0 };
	read_be16(&in);
	got.type = read_u8(&in);
	if (got.type < RECORD_TEXT || got.type > RECORD_KEPT) {
		*r = got;
		return OK;
	}

	got.number = read_varint(&in);
	if (has_text(got.type)) {
		uint64_t len = read_varint(&in);
		if (len > LIMIT_TEXT)
			return ERR_FORMAT;
		got.text = read_span(&in, (size_t)len);
	}
	if (in.bad || !bytes_zero(in.at, in.left))
		return ERR_FORMAT;
	*r = got;
	return OK;
}
