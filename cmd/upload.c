#include "cmd/upload.h"

#include <stdlib.h>

#include "base/min_max.h"
#include "base/split.h"
#include "base/text.h"
#include "files/naming.h"

#define BYTES_MAX (UINT64_C(1) << 53) /* as numbers of a browser go */

struct file {
	uint64_t at, size, mtime_ms; /* at: bytes of those before it */
	struct span name;
};

struct upload {
	bool left[2];
	unsigned count, next;
	uint64_t bytes;
	uint64_t at; /* of all bytes, so many are gone; those that have come wait from `from` on */
	size_t from, len;
	uint8_t waiting[PARCEL_DATA_MAX];
	struct file *files;
	uint8_t list[];
};

/* ---- the list ---- */

static bool read_file(struct span text, struct file *f)
{
	struct span size, time;
	uint8_t clean[PARCEL_NAME];
	struct writer w = writer_of(clean, sizeof clean);
	return split_at(text, ' ', &size, &text) && split_at(text, ' ', &time, &f->name) &&
	       text_read_u64(size, BYTES_MAX, &f->size) &&
	       text_read_u64(time, BYTES_MAX, &f->mtime_ms) && f->name.len <= PARCEL_NAME &&
	       naming_clean(f->name, true, &w);
}

static enum err read_list(struct upload *u, struct span list, size_t count)
{
	/*@ loop invariant bytes(list.at, list.len) && has_files(u, count) && u->bytes <= BYTES_MAX;
	    loop invariant \base_addr(list.at) == \at(\base_addr(list.at), Pre);
	    loop invariant u->files == \at(u->files, Pre);
	    loop assigns list, u->count, u->bytes, \at(u->files, Pre)[0 .. count - 1];
	    loop variant count - u->count; */
	for (; u->count < count; u->count++) {
		struct span text = list;
		struct file *f = &u->files[u->count];
		(void)split_at(list, '/', &text, &list);
		if (!read_file(text, f) || f->size > BYTES_MAX - u->bytes)
			return ERR_USAGE;
		/*@ loop invariant i <= u->count;
		    loop assigns i;
		    loop variant u->count - i; */
		for (unsigned i = 0; i < u->count; i++)
			if (span_equal(u->files[i].name, f->name))
				return ERR_EXISTS;
		f->at = u->bytes;
		u->bytes += f->size;
	}
	return OK;
}

static void dispose(struct upload *u)
{
	if (u == NULL)
		return;
	free(u->files);
	bytes_wipe(u->waiting, sizeof u->waiting);
	free(u);
}

struct upload *upload_new(struct span list, enum err *err)
{
	size_t count = 1;
	for (size_t i = 0; i < list.len; i++)
		count += list.at[i] == '/';
	struct upload *u = calloc(1, sizeof *u + list.len + 1);
	if (u != NULL && (u->files = calloc(count, sizeof *u->files)) != NULL) {
		memcpy(u->list, list.at, list.len);
		*err = read_list(u, span_of(u->list, list.len), count);
		if (*err == OK)
			return u;
	} else {
		*err = ERR_LOCAL;
	}
	dispose(u);
	return NULL;
}

void upload_leave(struct upload *u, enum upload_side side)
{
	if (u == NULL)
		return;
	u->left[side] = true;
	if (u->left[UPLOAD_TAKES] && u->left[UPLOAD_GIVES])
		dispose(u);
}

bool upload_is_left(const struct upload *u, enum upload_side side)
{
	return u->left[side];
}

uint64_t upload_bytes(const struct upload *u)
{
	return u->bytes;
}

unsigned upload_count(const struct upload *u)
{
	return u->count;
}

struct span upload_name(const struct upload *u, unsigned item)
{
	return u->files[item].name;
}

/* ---- who gives ---- */

uint8_t *upload_room(struct upload *u, size_t *room)
{
	if (u->from > 0)
		memmove(u->waiting, u->waiting + u->from, u->len);
	u->from = 0;
	*room = sizeof u->waiting - u->len;
	return u->waiting + u->len;
}

void upload_came(struct upload *u, size_t len)
{
	u->len += len;
}

bool upload_is_short(const struct upload *u)
{
	return u->left[UPLOAD_GIVES] && u->at + u->len < u->bytes;
}

/* ---- who takes ---- */

void upload_facts(const struct upload *u, unsigned item, uint8_t facts[static TREE_FACTS])
{
	const struct file *f = &u->files[item];
	bytes_clear(facts, TREE_FACTS);
	store_be64(facts + 8, f->size);
	store_be64(facts + 16, f->mtime_ms);
}

bool upload_next(struct upload *u, struct tree_entry *entry)
{
	if (u->next == u->count)
		return false;
	const struct file *f = &u->files[u->next];
	*entry = (struct tree_entry){
		.size = f->size, .mtime_ms = f->mtime_ms, .path = f->name, .item = u->next
	};
	upload_facts(u, u->next++, entry->facts);
	return true;
}

void upload_again(struct upload *u)
{
	u->next = 0;
}

static void drop(struct upload *u, uint64_t len)
{
	u->from += (size_t)len;
	u->len -= (size_t)len;
	u->at += len;
}

enum err upload_read(struct upload *u, unsigned item, uint64_t offset, uint8_t *to, size_t len)
{
	uint64_t begin = u->files[item].at + offset;
	if (begin < u->at)
		return ERR_CUT;
	drop(u, min_of(u->len, begin - u->at)); /* what the receiver has, or does not want */
	if (u->at < begin || u->len < len)
		return ERR_FULL;
	memcpy(to, u->waiting + u->from, len);
	drop(u, len);
	return OK;
}
