/* fuzz: files that a page hands in: the list of them, and then their bytes in pieces of any size,
 * while a transfer wants some of them, from any offset on. The list ends at the first line feed,
 * the rest says how. Much is copied for each input. runs: 3000
 *
 * What is read are the bytes that came, in their place, and each once. */
#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "cmd/upload.h"
#include "files/parcel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { READ = 512, TURNS = 4096 };

static uint8_t byte_at(uint64_t at)
{
	return (uint8_t)(at * 7 + (at >> 8) * 13);
}

/* Returns the bytes of all. */
static uint64_t check_list(struct upload *u)
{
	struct tree_entry e;
	uint8_t facts[TREE_FACTS];
	uint64_t bytes = 0;
	unsigned count = 0;
	for (; upload_next(u, &e); count++) {
		assert(e.item == count && !e.folder && e.path.len > 0);
		assert(e.path.len <= PARCEL_NAME && memchr(e.path.at, '/', e.path.len) == NULL);
		assert(span_equal(e.path, upload_name(u, count)));
		upload_facts(u, count, facts);
		assert(memcmp(facts, e.facts, sizeof facts) == 0 && load_be64(facts + 8) == e.size);
		bytes += e.size;
	}
	assert(count == upload_count(u) && bytes == upload_bytes(u));
	upload_again(u);
	return bytes;
}

/* At most so many bytes come. Returns how many. */
static size_t come(struct upload *u, uint64_t at, uint64_t left, size_t most)
{
	size_t room;
	uint8_t *to = upload_room(u, &room);
	assert(room <= PARCEL_DATA_MAX);
	size_t n = (size_t)min_of(min_of(room, left), most);
	for (size_t i = 0; i < n; i++)
		to[i] = byte_at(at + i);
	upload_came(u, n);
	return n;
}

/* The files one after the other, each from some offset on, as a sender reads. */
static void read_all(struct upload *u, struct reader *in)
{
	struct tree_entry e;
	uint64_t came = 0, bytes = upload_bytes(u), begin = 0;
	for (unsigned turns = 0; upload_next(u, &e); begin += e.size) {
		uint64_t offset = e.size > 0 ? (uint64_t)read_be16(in) * 8 % e.size : 0;
		while (offset < e.size) {
			uint8_t to[READ];
			size_t n = (size_t)min_of(e.size - offset, 1 + read_be16(in) % READ);
			enum err err = upload_read(u, e.item, offset, to, n);
			assert(err == OK || err == ERR_FULL);
			for (size_t i = 0; i < n && err == OK; i++)
				assert(to[i] == byte_at(begin + offset + i));
			offset += err == OK ? n : 0;
			if (err == OK && offset > n) /* it is gone */
				assert(upload_read(u, e.item, 0, to, 1) == ERR_CUT);
			came += come(u, came, bytes - came, 1 + 64 * (size_t)read_u8(in));
			if (turns++ == TURNS)
				return;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *end = len > 0 ? memchr(data, '\n', len) : NULL;
	size_t used = end ? (size_t)(end - data) : len;
	enum err err = OK;
	struct upload *u = upload_new(span_of(data, used), &err);
	if (u == NULL) {
		assert(err == ERR_USAGE || err == ERR_EXISTS);
		return 0;
	}
	struct reader in = reader_of(span_of(data + used, len - used));
	enum upload_side first = len % 2 ? UPLOAD_GIVES : UPLOAD_TAKES;
	uint64_t bytes = check_list(u);
	read_all(u, &in);
	upload_leave(u, first);
	assert(upload_is_left(u, first) && upload_bytes(u) == bytes);
	upload_leave(u, first == UPLOAD_GIVES ? UPLOAD_TAKES : UPLOAD_GIVES);
	return 0;
}
