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

/* ---- how much it is ---- */

static uint64_t with_more(uint64_t offered, uint64_t more)
{
	return offered + offered / 8 + more;
}

uint64_t announced_room(const struct offer *offer, bool more)
{
	/* enough for anybody, and few enough to be multiplied */
	uint64_t entries = min_of(offer->files + offer->folders, UINT64_C(1) << 48);
	if (more)
		return with_more(entries, MORE_FILES) * ANNOUNCED_EACH +
		       with_more(offer->bytes, MORE_BYTES);
	return entries * ANNOUNCED_EACH + offer->bytes;
}

void announced_limit(struct announced *a, const struct offer *offer, uint64_t room)
{
	a->files_left = with_more(offer->files + offer->folders, MORE_FILES);
	a->bytes_left = with_more(offer->bytes, MORE_BYTES);
	a->room_left = room;
	a->more = offer->more;
	a->list_len = offer->items.len;
	a->listed = span_of(a->list, a->list_len);
	if (offer->items.len > 0)
		memcpy(a->list, offer->items.at, offer->items.len);
}

/* Folders come with what is in them, whether there is a record of them or not. */
static size_t count_fresh(const struct announced *a, struct span path, bool folder)
{
	size_t same = 0, fresh = 1;
	while (same < path.len && same < a->path_len && path.at[same] == a->path[same])
		same++;
	if (folder && same == path.len && (same == a->path_len || a->path[same] == '/'))
		return 0; /* it was made for what is in it */
	for (; same < path.len; same++)
		fresh += path.at[same] == '/';
	return fresh;
}

bool announced_belongs(struct announced *a, struct span path, bool folder)
{
	struct span first = naming_first(path);
	bool item = first.len == path.len;
	if (a->item_len > 0 &&
	    (!span_equal(first, span_of(a->path, a->item_len)) || (item && !folder)))
		return false;
	if (a->item_len == 0 && !offer_has(&a->listed, &a->more, first))
		return false;
	a->fresh = count_fresh(a, path, folder);
	memcpy(a->path, path.at, path.len);
	a->path_len = path.len;
	a->item_len = item ? 0 : first.len;
	return true;
}

bool announced_fits(struct announced *a, uint64_t bytes)
{
	uint64_t each = a->fresh * ANNOUNCED_EACH;
	if (a->files_left == 0 || a->bytes_left < bytes || a->room_left < each ||
	    a->room_left - each < bytes) {
		a->path_len = 0; /* nothing was made for it */
		return false;
	}
	a->files_left--;
	a->bytes_left -= bytes;
	a->room_left -= each + bytes;
	a->entries += a->fresh;
	return true;
}

struct span announced_items(const struct announced *a)
{
	return span_of(a->list, a->list_len);
}

bool announced_within(const struct announced *a)
{
	return a->item_len > 0;
}
