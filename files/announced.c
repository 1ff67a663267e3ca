#include "files/announced.h"

#include "base/min_max.h"
#include "crypto/sha256.h"
#include "files/naming.h"

/* What may have come into a folder between the offer and its sending, besides an eighth. */
enum { MORE_FILES = 64, MORE_BYTES = 1 << 20 };

enum { FIXED = 8 + 8 + 1 + PARCEL_VERSION }; /* bytes before the path at most */

void announced_version(const uint8_t key[static ANNOUNCED_KEY], struct span facts,
                       uint8_t version[static PARCEL_VERSION])
{
	uint8_t mac[HASH_LEN];
	sha256_hmac(span_of(key, ANNOUNCED_KEY), PARTS(facts), mac);
	memcpy(version, mac, PARCEL_VERSION);
}

void announced_write(struct writer *w, const struct announcement *a)
{
	UNSET uint8_t bytes[FIXED];
	struct writer fixed = writer_of(bytes, sizeof bytes);
	if (!a->folder)
		write_varint(&fixed, a->size);
	write_varint(&fixed, a->mtime_ms);
	if (!a->folder)
		write_u8(&fixed, a->executable);
	write_span(&fixed, span_of(a->version, sizeof a->version));
	parcel_write_header(w, a->folder ? PARCEL_FOLDER : PARCEL_FILE, fixed.len + a->path.len);
	write_span(w, written(&fixed));
	write_span(w, a->path);
}

bool announced_read(const struct parcel *p, struct announcement *a)
{
	struct reader r = reader_of(p->body);
	*a = (struct announcement){ .folder = p->type == PARCEL_FOLDER };
	if (!a->folder)
		a->size = read_varint(&r);
	a->mtime_ms = read_varint(&r);
	if (!a->folder)
		a->executable = read_u8(&r) & 1;
	read_bytes(&r, a->version, sizeof a->version);
	a->path = read_span(&r, r.left);
	return !r.bad;
}

static uint64_t with_more(uint64_t offered, uint64_t more, uint64_t limit)
{
	return min_of(offered + offered / 8 + more, limit);
}

void announced_limit(struct announced *a, const struct offer *offer, uint64_t files, uint64_t bytes)
{
	a->files_left = with_more(offer->files + offer->folders, MORE_FILES, files);
	a->bytes_left = with_more(offer->bytes, MORE_BYTES, bytes);
}

bool announced_fits(struct announced *a, uint64_t bytes)
{
	if (a->files_left == 0 || a->bytes_left < bytes)
		return false;
	a->files_left--;
	a->bytes_left -= bytes;
	return true;
}

bool announced_belongs(struct announced *a, struct span path, bool folder)
{
	struct span first = naming_first(path);
	bool item = first.len == path.len;
	if (a->item_len > 0 &&
	    (!span_equal(first, span_of(a->item, a->item_len)) || (item && !folder)))
		return false;
	memcpy(a->item, first.at, first.len);
	a->item_len = item ? 0 : first.len;
	return true;
}

bool announced_within(const struct announced *a)
{
	return a->item_len > 0;
}
