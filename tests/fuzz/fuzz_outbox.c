/* fuzz: an outbox, in any order of what can happen to it, and with any records in its file. The
 * first byte of the input says how the file begins: empty, with records that our key has sealed and
 * whose texts are the input's, or with the input's own bytes. What follows is what happens then.
 * Each input opens files, which are large. runs: 4000
 *
 * What is written is read again as it was; lines and files keep their order, and never become
 * more. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "chat/outbox.h"
#include "crypto/sealed_log.h"
#include "crypto/sha256.h"
#include "tests/unit/support.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static const uint8_t secret[HASH_LEN] = "of one user", about[HASH_LEN] = "bob";

static struct {
	size_t len;
	uint8_t bytes[OUTBOX_FILE];
} disk;

static uint8_t copy[OUTBOX_FILE];

static struct outbox *opened(struct random *random, uint64_t now_s)
{
	struct outbox *o =
	    outbox_new(span_of(secret, sizeof secret), span_of(about, sizeof about), random, now_s);
	if (o == NULL)
		abort();
	memcpy(copy, disk.bytes, disk.len);
	if (disk.len == 0 || outbox_read(o, copy, disk.len))
		return o;
	outbox_free(o);
	return NULL;
}

static void save(struct outbox *o)
{
	static uint8_t bytes[OUTBOX_WRITE];
	struct writer w = writer_of(bytes, sizeof bytes);
	bool whole, sync;
	if (!outbox_output(o, &w, &whole, &sync))
		return;
	disk.len = whole ? 0 : disk.len;
	assert(!w.full && w.len <= sizeof disk.bytes - disk.len);
	memcpy(disk.bytes + disk.len, bytes, w.len);
	disk.len += w.len;
}

/* A file whose records say what the input does; but no number is one that no clock gives, or lower
 * than one before it, as a last one. */
static void seal(struct random *random, struct reader *in)
{
	struct sealed_log log;
	uint64_t highest = 0;
	struct writer w = writer_of(disk.bytes, sizeof disk.bytes);
	sealed_log_begin(&log, span_of(secret, sizeof secret), span_of(about, sizeof about), random,
	                 &w);
	for (unsigned count = read_u8(in) % 16; count > 0 && !in->bad; count--) {
		uint8_t text[256] = { 0 };
		size_t len = (size_t)min_of(read_u8(in), in->left);
		read_bytes(in, text, len);
		uint8_t *number = text[0] == 1 ? text + 1 + OUTBOX_NAME : text + 1;
		number[0] &= 0x0f;
		highest = max_of(highest, load_be64(number));
		if (text[0] == 1) /* the state */
			store_be64(number, highest);
		sealed_log_add(&log, span_of(text, len), random, &w);
	}
	disk.len = w.len;
}

/* Files come in order, as many as it says, and each is one. */
static unsigned check_files(const struct outbox *o)
{
	struct outbox_line line = { .file = false };
	unsigned count = 0;
	for (uint64_t last = 0; outbox_file_after(o, last, &line); count++) {
		assert(line.file && line.mark.number > last);
		last = line.mark.number;
	}
	assert(count == outbox_files(o));
	return count;
}

struct run {
	struct outbox *o;
	uint64_t said, now_s; /* texts of this conversation */
};

static void add(struct run *r, struct reader *in, bool file)
{
	uint8_t flags = read_u8(in);
	struct span text = read_span(in, min_of(flags >> 2, in->left));
	enum err err = file ? outbox_add_file(r->o, text, flags)
	                    : outbox_add(r->o, text, flags & 1, flags & 2);
	assert(err == OK || err == ERR_FULL);
}

/* As a conversation does with what comes next. */
static void say(struct run *r)
{
	struct outbox_line line;
	if (!outbox_next(r->o, true, &line))
		return;
	assert(!line.said);
	if (line.file)
		outbox_offered(r->o, line.mark.number);
	else
		outbox_said(r->o, ++r->said);
}

/* A file of these that wait: it is gone, or is called otherwise. */
static void settle(struct run *r, uint8_t which, bool drops)
{
	struct outbox_line line = { .file = false };
	unsigned before = outbox_files(r->o);
	for (unsigned i = 0; i <= which % 4; i++)
		if (!outbox_file_after(r->o, line.mark.number, &line))
			return;
	if (drops)
		outbox_drop_file(r->o, line.mark.number);
	else
		outbox_tag(r->o, line.mark.number, which);
	assert(outbox_files(r->o) == before - drops);
}

/* The next run finds what this one has written. */
static void reopen(struct run *r, struct random *random)
{
	outbox_again(r->o);
	save(r->o);
	unsigned lines = outbox_waiting(r->o), files = check_files(r->o);
	struct outbox_line before, after;
	bool any = outbox_next(r->o, true, &before);
	struct outbox *next = disk.len > 0 ? opened(random, r->now_s) : NULL;
	assert(disk.len == 0 ? lines + files == 0 : next != NULL);
	if (next == NULL)
		return;
	assert(outbox_waiting(next) == lines && check_files(next) == files);
	assert(outbox_next(next, true, &after) == any);
	if (any)
		assert(span_equal(before.text, after.text) && before.file == after.file &&
		       before.mark.number == after.mark.number);
	outbox_free(r->o);
	r->o = next;
	r->said = 0;
}

static void hear(struct run *r, struct reader *in)
{
	struct outbox_mark mark = { .name = { read_u8(in) % 8 }, .number = read_be16(in) };
	outbox_hear(r->o, &mark, mark.name[0] & 1);
	assert(mark.number == 0 || outbox_heard(r->o, &mark));
}

static void happen(struct run *r, struct reader *in, struct random *random)
{
	unsigned before = outbox_waiting(r->o) + outbox_files(r->o);
	uint8_t what = read_u8(in);
	switch (what % 12) {
	case 0: add(r, in, false); return;
	case 1: add(r, in, true); return;
	case 2:
	case 3: say(r); break;
	case 4: (void)outbox_confirmed(r->o, min_of(read_u8(in), r->said)); break;
	case 5: /* what did not have to wait does from now on */
		outbox_again(r->o);
		r->said = 0;
		return;
	case 6: settle(r, read_u8(in), true); break;
	case 7: settle(r, read_u8(in), false); break;
	case 8: save(r->o); break;
	case 9: outbox_failed(r->o); break;
	case 10: reopen(r, random); return;
	default:
		r->now_s = (uint64_t)read_be32(in) << what / 16;
		outbox_clock(r->o, r->now_s);
		hear(r, in);
	}
	assert(outbox_waiting(r->o) + outbox_files(r->o) <= before);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct test_random random = test_random(1);
	struct reader in = reader_of(span_of(at, len));
	struct run r = { .now_s = 1800000000 };
	uint8_t how = read_u8(&in) % 3;
	disk.len = 0;
	if (how == 1)
		seal(&random.random, &in);
	if (how == 2) {
		disk.len = min_of(in.left, sizeof disk.bytes);
		memcpy(disk.bytes, in.at, disk.len);
	}
	r.o = opened(&random.random, r.now_s);
	if (r.o == NULL)
		return 0;
	(void)check_files(r.o);
	while (in.left > 0 && !in.bad)
		happen(&r, &in, &random.random);
	reopen(&r, &random.random);
	outbox_free(r.o);
	return 0;
}
