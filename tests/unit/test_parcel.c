/* parcel, offer, announced, reply, outlet: records come out as they went in, however they are cut,
 * and what is no record is refused. */
#include "files/parcel.h"

#include "files/announced.h"
#include "files/offer.h"
#include "files/outlet.h"
#include "files/reply.h"
#include "tests/unit/support.h"

static struct parcels parcels;

static int setup(void **state)
{
	(void)state;
	memset(&parcels, 0, sizeof parcels);
	return 0;
}

/* A record of each kind that is put together, with a body of so many bytes. */
static size_t records(uint8_t *to, size_t cap)
{
	struct writer w = writer_of(to, cap);
	static const uint8_t body[PARCEL_BODY];
	for (size_t len = 0; len < 130; len++)
		parcel_write(&w, PARCEL_FILE, span_of(body, len));
	parcel_write(&w, PARCEL_OFFER, span_of(body, PARCEL_BODY));
	parcel_write(&w, PARCEL_DONE, span_of(body, 1));
	assert_false(w.full);
	return w.len;
}

static void test_records_come_out_whole_however_they_are_cut(void **state)
{
	(void)state;
	static uint8_t bytes[1 << 16];
	size_t len = records(bytes, sizeof bytes);
	for (size_t cut = 1; cut < 40; cut++) {
		size_t count = 0, lens = 0;
		struct parcel p;
		for (size_t at = 0; at < len; at += cut) {
			struct span in = span_of(bytes + at, len - at < cut ? len - at : cut);
			enum err err;
			while ((err = parcel_take(&parcels, &in, &p)) == OK) {
				assert_int_equal(p.type, count < 130    ? PARCEL_FILE
				                         : count == 130 ? PARCEL_OFFER
				                                        : PARCEL_DONE);
				lens += p.body.len;
				count++;
			}
			assert_int_equal(err, ERR_FULL);
			assert_int_equal(in.len, 0);
		}
		assert_int_equal(count, 132);
		assert_int_equal(lens, 129 * 130 / 2 + PARCEL_BODY + 1);
		assert_true(parcel_between(&parcels));
	}
}

static void test_data_is_passed_on_in_pieces(void **state)
{
	(void)state;
	static uint8_t bytes[PARCEL_HEADER + PARCEL_DATA_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);
	parcel_write_header(&w, PARCEL_DATA, PARCEL_DATA_MAX);
	assert_int_equal(w.len, PARCEL_HEADER);
	struct parcel p;
	struct span in = span_of(bytes, 3);
	assert_int_equal(parcel_take(&parcels, &in, &p), ERR_FULL);
	in = span_of(bytes + 3, 1000);
	assert_int_equal(parcel_take(&parcels, &in, &p), OK);
	assert_int_equal(p.type, PARCEL_DATA);
	assert_ptr_equal(p.body.at, bytes + PARCEL_HEADER); /* not a copy */
	assert_int_equal(p.body.len, 998);
	assert_int_equal(parcel_take(&parcels, &in, &p), ERR_FULL);
	assert_false(parcel_between(&parcels));
	in = span_of(bytes + 1003, sizeof bytes - 1003);
	assert_int_equal(parcel_take(&parcels, &in, &p), OK);
	assert_int_equal(p.body.len, PARCEL_DATA_MAX - 998);
	assert_true(parcel_between(&parcels));
}

static void test_types_of_later_versions_are_skipped(void **state)
{
	(void)state;
	uint8_t bytes[64];
	struct parcel p;
	struct span in = unhex("04 63 010203  01 63  02 00 06  01 11", bytes, sizeof bytes);
	assert_int_equal(parcel_take(&parcels, &in, &p), OK);
	assert_int_equal(p.type, PARCEL_ACCEPT);
	assert_int_equal(p.body.len, 0);
	assert_int_equal(parcel_take(&parcels, &in, &p), ERR_FULL);
}

static void test_what_is_no_record_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"00",                  /* no type: known at once */
		"00 01",               /* ... */
		"4001 11",             /* a length that is not the shortest */
		"80000001 11",         /* ... */
		"c000000000000001 11", /* eight bytes of length */
		"80004002 01",         /* one byte more than any but DATA has */
		"80010002 05",         /* one more than DATA has */
		"80004002 63",         /* too long, of a type that is not known */
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint8_t bytes[64];
		struct parcel p;
		struct span in = unhex(bad[i], bytes, sizeof bytes);
		memset(&parcels, 0, sizeof parcels);
		assert_int_equal(parcel_take(&parcels, &in, &p), ERR_FORMAT);
	}
}

/* ---- offer ---- */

static void test_an_offer_lists_what_fits(void **state)
{
	(void)state;
	static uint8_t list[OFFER_LIST], bytes[PARCEL_HEADER + PARCEL_BODY];
	struct writer items = writer_of(list, sizeof list), w = writer_of(bytes, sizeof bytes);
	char name[PARCEL_NAME];
	memset(name, 'n', sizeof name);
	unsigned count = 0;
	while (offer_add(&items, &(struct offer_item){ .folder = count & 1,
	                                               .files = count,
	                                               .bytes = UINT64_C(1) << 40,
	                                               .name = span_of(name, sizeof name) }))
		count++;
	assert_int_equal(count, OFFER_LIST / (1 + 8 + 1 + PARCEL_VERSION + 1 + PARCEL_NAME));
	struct offer offer = { .files = 1,
		               .folders = 2,
		               .bytes = 3,
		               .more = (UINT64_C(1) << 62) - 1,
		               .items = written(&items) };
	offer_write(&w, &offer);
	assert_false(w.full);

	struct parcel p;
	struct span in = written(&w);
	struct offer_item item;
	assert_int_equal(parcel_take(&parcels, &in, &p), OK);
	memset(&offer, 0, sizeof offer);
	assert_true(offer_read(p.body, &offer));
	assert_int_equal(offer.files, 1);
	assert_int_equal(offer.folders, 2);
	assert_int_equal(offer.bytes, 3);
	assert_int_equal(offer.more, (UINT64_C(1) << 62) - 1);
	for (unsigned i = 0; i < count; i++) {
		assert_true(offer_item(&offer.items, &item));
		assert_int_equal(item.folder, i & 1);
		assert_int_equal(item.files, i);
		assert_int_equal(item.bytes, UINT64_C(1) << 40);
		assert_int_equal(item.name.len, PARCEL_NAME);
	}
	assert_false(offer_item(&offer.items, &item));
}

static void test_a_malformed_offer_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "",
		                           "01 00 05",
		                           "01 00 05 00 00",
		                           "01 00 05 00 00 05 01 00",
		                           "01 00 05 00 00 05 01 02 61",
		                           "01 00 05 00 00 05 01 01 61 00" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint8_t bytes[64];
		struct offer offer;
		assert_false(offer_read(unhex(bad[i], bytes, sizeof bytes), &offer));
	}
}

static void test_known_items_are_told_by_their_places(void **state)
{
	(void)state;
	uint8_t list[1024], bytes[64], known[OFFER_ITEMS / 8] = { 0 };
	struct writer items = writer_of(list, sizeof list), w = writer_of(bytes, sizeof bytes);
	for (unsigned i = 0; i < 4; i++)
		assert_true(offer_add(&items, &(struct offer_item){ .folder = i != 1,
		                                                    .version = { (uint8_t)i },
		                                                    .name = span_text("n") }));
	uint8_t versions[3 * PARCEL_VERSION] = { 3 };
	versions[PARCEL_VERSION] = 1; /* a file */
	versions[2 * PARCEL_VERSION] = 9;
	offer_write_known(&w, written(&items), span_of(versions, sizeof versions));
	assert_span_hex(written(&w), "0103");
	offer_places(written(&items), known);
	assert_int_equal(known[0], 0x0f);
	assert_true(offer_read_known(written(&w), known));
	assert_true(offer_is_known(known, 3) && offer_is_known(known, 1));
	assert_false(offer_is_known(known, 0) || offer_is_known(known, 2));
	assert_false(offer_is_known(known, OFFER_ITEMS));
	static const char *const bad[] = {
		"4400", /* beyond any list */
		"40",   /* half a number */
		"04",   /* beyond this list */
		"0304"  /* one of this list, and one beyond it */
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		memset(known, 0, sizeof known);
		offer_places(written(&items), known);
		assert_false(offer_read_known(unhex(bad[i], bytes, sizeof bytes), known));
	}
	/* as many as there is room for */
	uint8_t few[10];
	struct writer f = writer_of(few, sizeof few);
	items.len = 0;
	while (offer_add(&items, &(struct offer_item){ .folder = true, .name = span_text("n") }))
		;
	memset(versions, 0, sizeof versions);
	offer_write_known(&f, written(&items), span_of(versions, PARCEL_VERSION));
	assert_false(f.full);
	assert_int_equal(f.len, 2);
}

/* ---- reply ---- */

static void test_replies_read_as_they_were_written(void **state)
{
	(void)state;
	static const struct {
		struct reply reply;
		const char *hex;
	} cases[] = {
		{ { .type = PARCEL_START }, "02 12 00" },
		{ { .type = PARCEL_START, .number = 70000, .guard = { 1 } },
		  "25 12 80011170 "
		  "0100000000000000000000000000000000000000000000000000000000000000" },
		{ { .type = PARCEL_SKIP }, "02 13 00" },
		{ { .type = PARCEL_SKIP, .status = STATUS_NAME }, "02 13 07" },
		{ { .type = PARCEL_STOP, .number = 100, .status = STATUS_NO_ROOM },
		  "04 14 4064 04" },
		{ { .type = PARCEL_DONE, .status = STATUS_CHANGED }, "02 15 01" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t bytes[64];
		struct writer w = writer_of(bytes, sizeof bytes);
		struct parcel p;
		struct reply back;
		reply_write(&w, &cases[i].reply);
		assert_span_hex(written(&w), cases[i].hex);
		struct span in = written(&w);
		assert_int_equal(parcel_take(&parcels, &in, &p), OK);
		assert_true(reply_read(&p, &back));
		assert_memory_equal(&back, &cases[i].reply, sizeof back);
		p.body.len--;
		assert_false(reply_read(&p, &back));
	}
	struct parcel stop = { PARCEL_STOP, span_text("") };
	struct reply back;
	assert_false(reply_read(&stop, &back)); /* the sender's to say */
}

/* ---- announced ---- */

static void test_an_announcement_reads_as_it_was_written(void **state)
{
	(void)state;
	uint8_t bytes[256];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct announcement a = { .executable = true,
		                  .size = 70000,
		                  .mtime_ms = UINT64_C(1) << 41,
		                  .version = "0123456789abcde",
		                  .path = span_text("dir/file") },
			    b;
	announced_write(&w, &a);
	struct span in = written(&w);
	struct parcel p;
	assert_int_equal(parcel_take(&parcels, &in, &p), OK);
	assert_int_equal(p.type, PARCEL_FILE);
	assert_true(announced_read(&p, &b));
	assert_true(b.executable && !b.folder && b.size == a.size && b.mtime_ms == a.mtime_ms);
	assert_memory_equal(a.version, b.version, sizeof a.version);
	assert_span_text(b.path, "dir/file");

	w = writer_of(bytes, sizeof bytes);
	announced_write(
	    &w, &(struct announcement){ .folder = true, .mtime_ms = 5, .path = span_text("dir") });
	assert_span_hex(written(&w), "15 03 05 00000000000000000000000000000000 646972");
	in = written(&w);
	assert_int_equal(parcel_take(&parcels, &in, &p), OK);
	assert_true(announced_read(&p, &b));
	assert_true(b.folder && b.mtime_ms == 5);
	p.body.len = 0;
	assert_false(announced_read(&p, &b));
}

static void test_a_little_more_than_was_offered_is_taken(void **state)
{
	(void)state;
	struct announced a = { .fresh = 1 };
	struct offer offer = { .files = 800, .folders = 0, .bytes = 8 << 20 };
	announced_limit(&a, &offer, announced_room(&offer, true));
	assert_true(announced_fits(&a, 10 << 20));
	assert_false(announced_fits(&a, 1));
	for (unsigned i = 0; i < 800 + 100 + 64 - 1; i++)
		assert_true(announced_fits(&a, 0));
	assert_false(announced_fits(&a, 0));
	assert_int_equal(a.room_left, 0);
	assert_int_equal(announced_room(&offer, false), (8 << 20) + 800 * ANNOUNCED_EACH);
	offer.files = offer.folders = offer.bytes = UINT64_MAX >> 2;
	assert_true(announced_room(&offer, true) > announced_room(&offer, false));
	assert_true(announced_room(&offer, false) > UINT64_MAX >> 2);
}

static void test_only_what_was_offered_is_taken(void **state)
{
	(void)state;
	uint8_t list[256];
	struct writer w = writer_of(list, sizeof list);
	struct announced a = { .item_len = 0 };
	for (const char *name = "a\0.b\0c\0d\0"; *name; name += strlen(name) + 1)
		assert_true(offer_add(&w, &(struct offer_item){ .name = span_text(name) }));
	struct offer offer = { .files = 100, .more = 1, .items = written(&w) };
	announced_limit(&a, &offer, UINT64_MAX);
	assert_true(announced_belongs(&a, span_text("_b/x"), false)); /* the first was not wanted */
	assert_true(announced_belongs(&a, span_text("_b/y"), false));
	assert_false(announced_belongs(&a, span_text("c"), false));
	assert_true(announced_belongs(&a, span_text("_b"), true));
	assert_true(announced_belongs(&a, span_text("d"), false));
	assert_true(announced_belongs(&a, span_text("not listed"), false));
	assert_false(announced_belongs(&a, span_text("another"), false));
	assert_false(announced_belongs(&a, span_text("c"), false)); /* d was after it */
}

/* Of the room for so many files and folders, each path takes what is new in it. */
static void test_folders_without_a_record_take_room(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		bool folder;
		unsigned fresh;
	} steps[] = { { "a/b/c/x", false, 4 }, { "a/b/c/y", false, 1 }, { "a/b/c", true, 0 },
		      { "a/bc/x", false, 2 },  { "a/bc/x", false, 1 },  { "a/bc", true, 0 },
		      { "a/empty", true, 1 },  { "a", true, 0 },        { "b", false, 1 },
		      { "b", true, 0 },        { "c/d/x", false, 3 } };
	struct announced a = { .item_len = 0 };
	struct offer offer = { .files = 100, .bytes = 100, .more = 100 };
	announced_limit(&a, &offer, UINT64_MAX);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		uint64_t before = a.entries;
		assert_true(announced_belongs(&a, span_text(steps[i].path), steps[i].folder));
		assert_true(announced_fits(&a, 0));
		assert_int_equal(a.entries - before, steps[i].fresh);
	}
	a.room_left = 2 * ANNOUNCED_EACH;
	assert_true(announced_belongs(&a, span_text("c/d/e/f/g"), false));
	assert_false(announced_fits(&a, 0)); /* and what it would have made is not there */
	assert_true(announced_belongs(&a, span_text("c/d/e/f/h"), false));
	assert_false(announced_fits(&a, 0));
	assert_true(announced_belongs(&a, span_text("c/h"), false));
	assert_false(announced_fits(&a, 1));
	assert_true(announced_fits(&a, 0));
}

/* ---- outlet ---- */

static void test_an_outlet_has_room_again_when_all_has_left(void **state)
{
	(void)state;
	uint8_t bytes[8];
	struct outlet o;
	outlet_init(&o, bytes, sizeof bytes);
	write_text(&o.w, "abcdef");
	outlet_sent(&o, 2);
	assert_span_text(outlet_waiting(&o), "cdef");
	assert_int_equal(writer_room(&o.w), 2);
	o.held = true;
	outlet_sent(&o, 4);
	assert_int_equal(outlet_waiting(&o).len, 0);
	assert_int_equal(writer_room(&o.w), 2);
	o.held = false;
	outlet_sent(&o, 0);
	assert_int_equal(writer_room(&o.w), 8);
	write_text(&o.w, "x");
	assert_span_text(outlet_waiting(&o), "x");
	outlet_drop(&o);
	assert_int_equal(outlet_waiting(&o).len, 0);
	assert_panics(outlet_sent(&o, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_records_come_out_whole_however_they_are_cut, setup),
		cmocka_unit_test_setup(test_data_is_passed_on_in_pieces, setup),
		cmocka_unit_test_setup(test_types_of_later_versions_are_skipped, setup),
		cmocka_unit_test(test_what_is_no_record_is_refused),
		cmocka_unit_test_setup(test_an_offer_lists_what_fits, setup),
		cmocka_unit_test(test_a_malformed_offer_is_refused),
		cmocka_unit_test(test_known_items_are_told_by_their_places),
		cmocka_unit_test_setup(test_replies_read_as_they_were_written, setup),
		cmocka_unit_test_setup(test_an_announcement_reads_as_it_was_written, setup),
		cmocka_unit_test(test_a_little_more_than_was_offered_is_taken),
		cmocka_unit_test(test_only_what_was_offered_is_taken),
		cmocka_unit_test(test_folders_without_a_record_take_room),
		cmocka_unit_test(test_an_outlet_has_room_again_when_all_has_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
