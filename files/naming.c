#include "files/naming.h"

#include "base/text.h"
#include "base/utf8.h"
#include "crypto/sha256.h"

/* Controls, and what begins lines, ends them or turns them around. */
static bool is_bad(uint32_t rune)
{
	return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || (rune >= 0x2028 && rune <= 0x202e) ||
	       (rune >= 0x2066 && rune <= 0x2069) || rune == 0xfeff;
}

bool naming_clean(struct span name, bool of_item, struct writer *out)
{
	if (name.len == 0 || name.len > PARCEL_NAME || span_is(name, ".") || span_is(name, "..") ||
	    memchr(name.at, '/', name.len) != NULL || memchr(name.at, 0, name.len) != NULL)
		return false;
	bool bad = of_item && (name.at[0] == '.' || name.at[0] == '-');
	/*@ loop invariant apart(name, out);
	    loop invariant out->at == \at(out->at, Pre) && out->cap == \at(out->cap, Pre);
	    loop assigns name, bad, out->len, out->full, out->at[0 .. WHATEVER];
	    loop variant name.len; */
	for (; name.len > 0; bad = false) {
		uint32_t rune;
		int size = utf8_decode(name, &rune);
		size_t len = size > 0 ? (size_t)size : 1;
		bad = bad || size <= 0 || is_bad(rune);
		if (bad)
			write_u8(out, '_');
		else
			write_span(out, span_of(name.at, len));
		name = span_after(name, len);
	}
	return true;
}

struct span naming_first(struct span path)
{
	const uint8_t *slash = memchr(path.at, '/', path.len);
	return slash == NULL ? path : span_of(path.at, (size_t)(slash - path.at));
}

bool naming_path(struct span path, struct writer *out)
{
	unsigned depth = 0;
	if (path.len > PARCEL_PATH)
		return false;
	/*@ loop invariant apart(path, out) && depth <= PARCEL_DEPTH;
	    loop assigns path, depth, out->len, out->full, out->at[0 .. WHATEVER];
	    loop variant PARCEL_DEPTH - depth; */
	for (;; write_u8(out, '/')) {
		struct span name = naming_first(path);
		if (depth == PARCEL_DEPTH || !naming_clean(name, depth == 0, out))
			return false;
		depth++;
		if (name.len == path.len)
			return !out->full;
		path = span_after(path, name.len + 1);
	}
}

void naming_part(const uint8_t peer[static 32], struct span version, struct span path,
                 char out[static NAMING_PART])
{
	uint8_t hash[HASH_LEN], kind = version.len > 0;
	struct text t = text_of(out, NAMING_PART);
	sha256(PARTS(span_text("schat part"), span_of(&kind, 1), span_of(peer, 32), version, path),
	       hash);
	text_add(&t, ".schat-");
	for (unsigned i = 0; i < 16; i++)
		text_add_format(&t, "%02x", hash[i]);
}
