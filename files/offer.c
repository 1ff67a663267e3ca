#include "files/offer.h"

#include "files/naming.h"

bool offer_add(struct writer *list, const struct offer_item *item)
{
	UNSET uint8_t bytes[1 + 8 + 8 + PARCEL_VERSION + 1 + PARCEL_NAME];
	struct writer w = writer_of(bytes, sizeof bytes);
	write_u8(&w, item->folder);
	write_varint(&w, item->bytes);
	write_varint(&w, item->files);
	write_span(&w, span_of(item->version, sizeof item->version));
	write_u8(&w, (uint8_t)item->name.len);
	write_span(&w, item->name);
	if (w.full || w.len > writer_room(list) || list->len + w.len > OFFER_LIST)
		return false;
	write_span(list, written(&w));
	return true;
}

bool offer_item(struct span *items, struct offer_item *item)
{
	struct reader r = reader_of(*items);
	item->folder = read_u8(&r) != 0;
	item->bytes = read_varint(&r);
	item->files = read_varint(&r);
	read_bytes(&r, item->version, sizeof item->version);
	item->name = read_span(&r, read_u8(&r));
	if (r.bad || item->name.len == 0)
		return false;
	*items = span_of(r.at, r.left);
	return true;
}

void offer_write(struct writer *w, const struct offer *offer)
{
	UNSET uint8_t bytes[4 * 8];
	struct writer totals = writer_of(bytes, sizeof bytes);
	write_varint(&totals, offer->files);
	write_varint(&totals, offer->folders);
	write_varint(&totals, offer->bytes);
	write_varint(&totals, offer->more);
	parcel_write_header(w, PARCEL_OFFER, totals.len + offer->items.len);
	write_span(w, written(&totals));
	write_span(w, offer->items);
}

bool offer_read(struct span body, struct offer *offer)
{
	struct reader r = reader_of(body);
	struct offer_item item;
	offer->files = read_varint(&r);
	offer->folders = read_varint(&r);
	offer->bytes = read_varint(&r);
	offer->more = read_varint(&r);
	offer->items = read_span(&r, r.left);
	struct span items = offer->items;
	while (offer_item(&items, &item))
		;
	return !r.bad && items.len == 0;
}

bool offer_has(struct span *items, uint64_t *more, struct span name)
{
	struct offer_item item;
	while (offer_item(items, &item)) {
		uint8_t clean[PARCEL_NAME];
		struct writer w = writer_of(clean, sizeof clean);
		if (naming_clean(item.name, true, &w) && span_equal(written(&w), name))
			return true;
	}
	bool has = *more > 0;
	*more -= has;
	return has;
}

static bool is_among(const uint8_t version[static PARCEL_VERSION], struct span versions)
{
	for (; versions.len >= PARCEL_VERSION; versions = span_after(versions, PARCEL_VERSION)) {
		if (memcmp(versions.at, version, PARCEL_VERSION) == 0)
			return true;
	}
	return false;
}

bool offer_lists(struct span items, const uint8_t version[static PARCEL_VERSION])
{
	struct offer_item item;
	while (offer_item(&items, &item)) {
		if (memcmp(item.version, version, sizeof item.version) == 0)
			return true;
	}
	return false;
}

bool offer_all_known(const struct offer *offer, struct span versions)
{
	struct span items = offer->items;
	struct offer_item item;
	bool all = offer->more == 0 && items.len > 0;
	while (all && offer_item(&items, &item))
		all = is_among(item.version, versions);
	return all;
}

void offer_write_known(struct writer *w, struct span items, struct span versions)
{
	struct offer_item item;
	for (unsigned i = 0; offer_item(&items, &item) && writer_room(w) > 8; i++) {
		if (is_among(item.version, versions))
			write_varint(w, i);
	}
}

static void set(uint8_t bits[static OFFER_ITEMS / 8], uint64_t item)
{
	bits[item / 8] |= (uint8_t)(1 << item % 8);
}

void offer_places(struct span items, uint8_t places[static OFFER_ITEMS / 8])
{
	struct offer_item item;
	for (unsigned i = 0; offer_item(&items, &item) && i < OFFER_ITEMS; i++)
		set(places, i);
}

bool offer_read_known(struct span body, uint8_t known[static OFFER_ITEMS / 8])
{
	struct reader r = reader_of(body);
	uint8_t named[OFFER_ITEMS / 8] = { 0 };
	while (r.left > 0 && !r.bad) {
		uint64_t item = read_varint(&r);
		if (item >= OFFER_ITEMS || !offer_is_known(known, (unsigned)item))
			return false;
		set(named, item);
	}
	memcpy(known, named, sizeof named);
	return !r.bad;
}

bool offer_is_known(const uint8_t known[static OFFER_ITEMS / 8], unsigned item)
{
	return item < OFFER_ITEMS && (known[item / 8] >> item % 8 & 1) != 0;
}
