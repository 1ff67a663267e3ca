/* upload: a list is read strictly, bytes are given out once and in their order, whatever pieces
 * they come in, and whoever of both leaves last frees it. */
#include "cmd/upload.h"

#include "base/random.h"
#include "base/text.h"
#include "cmd/disk.h"
#include "tests/unit/support.h"

static struct upload *begin(const char *list)
{
	enum err err;
	struct upload *u = upload_new(span_text(list), &err);
	assert_non_null(u);
	return u;
}

static void end(struct upload *u)
{
	upload_leave(u, UPLOAD_TAKES);
	upload_leave(u, UPLOAD_GIVES);
}

static void come(struct upload *u, const char *text)
{
	size_t room;
	uint8_t *to = upload_room(u, &room);
	assert_true(room >= strlen(text));
	memcpy(to, text, strlen(text));
	upload_came(u, strlen(text));
}

static void test_upload_reads_a_list(void **state)
{
	(void)state;
	struct tree_entry e;
	uint8_t facts[TREE_FACTS];
	struct upload *u = begin("3 1600000000000 a b /9007199254740989 0 \xc3\xbc\n/0 7 -x");
	assert_int_equal(upload_count(u), 3);
	assert_true(upload_bytes(u) == UINT64_C(9007199254740992));
	for (int again = 0; again < 2; again++) {
		assert_true(upload_next(u, &e));
		assert_true(span_is(e.path, "a b ") && e.size == 3 && !e.folder && e.item == 0);
		assert_true(e.mtime_ms == UINT64_C(1600000000000));
		upload_facts(u, 0, facts);
		assert_memory_equal(facts, e.facts, sizeof facts);
		assert_true(upload_next(u, &e) && span_is(e.path, "\xc3\xbc\n"));
		assert_memory_not_equal(facts, e.facts, sizeof facts);
		assert_true(upload_next(u, &e) && span_is(e.path, "-x") && e.size == 0);
		assert_false(upload_next(u, &e));
		upload_again(u);
	}
	end(u);
}

static void test_upload_refuses_what_is_no_list(void **state)
{
	(void)state;
	static const char *const bad[] = { "",
		                           "/",
		                           "1",
		                           "1 2",
		                           "1 2 ",
		                           "1  a",
		                           " 1 2 a",
		                           "x 1 a",
		                           "1 x a",
		                           "+1 1 a",
		                           "1 2 a/",
		                           "/1 2 a",
		                           "1 2 ..",
		                           "1 2 .",
		                           "1 2 a//1 2 b",
		                           "9007199254740993 1 a",
		                           "9007199254740992 1 a/1 1 b" };
	enum err err;
	char lon[300];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		err = OK;
		assert_null(upload_new(span_text(bad[i]), &err));
		assert_int_equal(err, ERR_USAGE);
	}
	assert_null(upload_new(span_of("1 2 a\0b", 7), &err));
	assert_int_equal(err, ERR_USAGE);
	memset(lon, 'a', sizeof lon);
	memcpy(lon, "1 2 ", 4);
	assert_null(upload_new(span_of(lon, 4 + 256), &err));
	assert_int_equal(err, ERR_USAGE);
	assert_null(upload_new(span_text("1 2 a/1 2 b/3 4 a"), &err));
	assert_int_equal(err, ERR_EXISTS);
	struct upload *u = upload_new(span_of(lon, 4 + 255), &err);
	assert_non_null(u);
	end(u);
}

static void test_upload_is_read_forwards(void **state)
{
	(void)state;
	uint8_t to[8] = { 0 };
	struct upload *u = begin("5 0 a/4 0 b/0 0 c/2 0 d");
	assert_int_equal(upload_read(u, 0, 0, to, 3), ERR_FULL);
	come(u, "hel");
	assert_int_equal(upload_read(u, 0, 0, to, 4), ERR_FULL);
	assert_int_equal(upload_read(u, 0, 0, to, 3), OK);
	assert_memory_equal(to, "hel", 3);
	assert_int_equal(upload_read(u, 0, 2, to, 1), ERR_CUT);  /* it is gone */
	assert_int_equal(upload_read(u, 0, 4, to, 1), ERR_FULL); /* one is passed over */
	come(u, "lo");
	assert_int_equal(upload_read(u, 0, 4, to, 1), OK);
	assert_int_equal(to[0], 'o');
	assert_int_equal(upload_read(u, 2, 0, to, 0), ERR_FULL); /* the whole of b is passed over */
	come(u, "wor");
	assert_int_equal(upload_read(u, 3, 0, to, 2), ERR_FULL);
	come(u, "d!");
	assert_int_equal(upload_read(u, 3, 0, to, 2), ERR_FULL);
	assert_false(upload_is_short(u));
	come(u, "?");
	assert_int_equal(upload_read(u, 3, 0, to, 2), OK);
	assert_memory_equal(to, "!?", 2);
	end(u);
}

/* Of a file larger than memory no more waits than fits, and each byte comes through. */
static void test_upload_takes_no_more_than_it_has_room_for(void **state)
{
	(void)state;
	static uint8_t to[PARCEL_DATA_MAX];
	size_t room;
	uint64_t given = 0, taken = 0, size = 40 * PARCEL_DATA_MAX + 11;
	struct test_random random = test_random(7);
	char list[64];
	struct text t = text_of(list, sizeof list);
	text_add_format(&t, "%ju 0 a", (uintmax_t)size);
	struct upload *u = begin(list);
	while (taken < size) {
		uint8_t *at = upload_room(u, &room);
		assert_true(room <= PARCEL_DATA_MAX && given - taken + room == PARCEL_DATA_MAX);
		room = (size_t)(room < size - given ? room : size - given);
		room = (size_t)random_below(&random.random, room + 1);
		for (size_t i = 0; i < room; i++)
			at[i] = (uint8_t)((given + i) % 251);
		upload_came(u, room);
		given += room;
		size_t len =
		    PARCEL_DATA_MAX < size - taken ? PARCEL_DATA_MAX : (size_t)(size - taken);
		len = given < size ? (size_t)random_below(&random.random, len) + 1 : len;
		if (upload_read(u, 0, taken, to, len) != OK)
			continue;
		for (size_t i = 0; i < len; i++)
			assert_int_equal(to[i], (taken + i) % 251);
		taken += len;
	}
	end(u);
}

static void test_upload_is_left_by_two(void **state)
{
	(void)state;
	struct upload *u = begin("2 0 a");
	upload_leave(u, UPLOAD_GIVES);
	assert_true(upload_is_short(u) && upload_is_left(u, UPLOAD_GIVES));
	assert_false(upload_is_left(u, UPLOAD_TAKES));
	upload_leave(u, UPLOAD_TAKES);
	u = begin("2 0 a");
	come(u, "ab");
	upload_leave(u, UPLOAD_GIVES);
	assert_false(upload_is_short(u)); /* all that there is has come */
	upload_leave(u, UPLOAD_TAKES);
	upload_leave(NULL, UPLOAD_GIVES);
}

/* A receiver that says it has files already, as it may say of folders: they are passed over. */
static void test_upload_passes_over_what_is_known(void **state)
{
	(void)state;
	static const uint8_t key[ANNOUNCED_KEY] = { 1 }, items[] = { 0, 2 };
	static struct disk_offer offer;
	uint8_t record[64];
	struct writer w = writer_of(record, sizeof record);
	struct disk_source source = { .upload = begin("2 0 a/2 0 b/2 0 c") };
	struct want want;
	disk_offer_init(&offer, key);
	assert_true(disk_offer_count(&offer, &source));
	assert_true(offer.offer.files == 3 && offer.offer.bytes == 6);
	struct sending *s = sending_new(key, &offer.offer);
	sending_sent(s, sending_output(s).len);
	parcel_write(&w, PARCEL_ACCEPT, span_of(items, sizeof items));
	assert_int_equal(sending_input(s, written(&w)), w.len);
	unsigned entries = 0;
	for (; sending_wants(s, &want) && want.kind == WANT_ENTRY; entries++)
		assert_true(disk_give(&source, s, &want));
	assert_int_equal(entries, 2); /* b, and that it is the last */
	sending_free(s);
	end(source.upload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upload_reads_a_list),
		cmocka_unit_test(test_upload_refuses_what_is_no_list),
		cmocka_unit_test(test_upload_is_read_forwards),
		cmocka_unit_test(test_upload_takes_no_more_than_it_has_room_for),
		cmocka_unit_test(test_upload_is_left_by_two),
		cmocka_unit_test(test_upload_passes_over_what_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
